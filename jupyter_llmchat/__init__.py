"""A notebook assistant for Jupyter whose language model runs on your own machine.

Importing this package imports nothing heavy: the server extension and the magics
load what they need when Jupyter or IPython asks for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

__all__ = [
    "Answer",
    "AsyncChat",
    "Chat",
    "ChatPanel",
    "ContextPart",
    "LLMChatError",
    "__version__",
    "aask",
    "aask_events",
    "aconnect",
    "ask",
    "ask_events",
    "connect",
]

if TYPE_CHECKING:
    from .errors import LLMChatError
    from .kernel.answer import Answer
    from .kernel.panel.panel import ChatPanel
    from .kernel.scripting.async_chat import AsyncChat, aask, aask_events, aconnect
    from .kernel.scripting.chat import Chat, ask, ask_events, connect
    from .protocol.requests import ContextPart
else:
    _MODULES = {
        "Answer": ".kernel.answer",
        "AsyncChat": ".kernel.scripting.async_chat",
        "Chat": ".kernel.scripting.chat",
        "ChatPanel": ".kernel.panel.panel",
        "ContextPart": ".protocol.requests",
        "LLMChatError": ".errors",
        "aask": ".kernel.scripting.async_chat",
        "aask_events": ".kernel.scripting.async_chat",
        "aconnect": ".kernel.scripting.async_chat",
        "ask": ".kernel.scripting.chat",
        "ask_events": ".kernel.scripting.chat",
        "connect": ".kernel.scripting.chat",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name], __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.app import LLMChatApp

    return [{"module": "jupyter_llmchat", "app": LLMChatApp}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-llmchat"}]


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext jupyter_llmchat`: adds %%chat."""
    from .kernel.magics import register

    register(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext jupyter_llmchat`: nothing is done after a cell any more."""
    from .kernel.magics import unregister

    unregister(ipython)
