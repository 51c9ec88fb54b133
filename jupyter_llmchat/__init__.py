"""A notebook assistant for Jupyter whose language model runs on your own machine.

Importing this package imports nothing heavy: the server extension and the magics
load what they need when Jupyter or IPython asks for them.
"""

from __future__ import annotations

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.app import LLMChatApp

    return [{"module": "jupyter_llmchat", "app": LLMChatApp}]


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext jupyter_llmchat`: adds %%chat."""
    from .kernel.magics import register

    register(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext jupyter_llmchat`: nothing is done after a cell any more."""
    from .kernel.magics import unregister

    unregister(ipython)
