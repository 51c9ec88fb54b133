"""Adds the magics to a shell, and takes them back."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from .chat_magics import ChatMagics, Connect, Find
from .completion import ChatMatcher
from .question_mark import ChatLine

if TYPE_CHECKING:
    from jupyter_llmchat.kernel.conversation import Client

CELL_BEGINS: Final = "pre_run_cell"
CELL_HAS_RUN: Final = "post_run_cell"
"""IPython's events."""
KINDS: Final = ("cell", "line")


def connect(say: Callable[[str], object]) -> Client:
    """A client of the server that is found or started; raises ServerUnreachable."""
    from jupyter_llmchat.kernel.client import ChatClient
    from jupyter_llmchat.kernel.headless import find_or_start

    return ChatClient(find_or_start(say))


def find() -> Client | None:
    """A client of a server that runs already; raises ServerUnreachable."""
    from jupyter_llmchat.kernel.client import ChatClient
    from jupyter_llmchat.kernel.discover import find_server

    address = find_server()
    return None if address is None else ChatClient(address)


def register(ipython: Any, connect: Connect = connect, find: Find = find) -> None:
    """Adds %%llmchat, and %%chat unless another package has taken that name.

    From then on the server is told of each cell that has run, if there is a server.
    """
    unregister(ipython)
    magics = ChatMagics(ipython, connect, find)
    ipython.register_magics(magics)
    ipython.events.register(CELL_BEGINS, magics.cell_begins)
    ipython.events.register(CELL_HAS_RUN, magics.cell_has_run)
    ours = [kind for kind in KINDS if _is_free(ipython, kind)]
    for kind in ours:
        ipython.register_magic_function(magics.llmchat, kind, "chat")
    names = ("chat", "llmchat") if "line" in ours else ("llmchat",)
    ChatLine.add(ipython, names)
    ChatMatcher(magics).add(ipython)


def unregister(ipython: Any) -> None:
    """Takes back what `register` has done, if it has."""
    ChatLine.remove(ipython)
    ChatMatcher.remove(ipython)
    for event in (CELL_BEGINS, CELL_HAS_RUN):
        for hook in [*ipython.events.callbacks[event]]:
            magics: Any = getattr(hook, "__self__", None)
            # By name: after %reload_ext the class is another one.
            if type(magics).__module__ != ChatMagics.__module__:
                continue
            ipython.events.unregister(event, hook)
            magics.close()
            _take_back(ipython, magics)


def _take_back(ipython: Any, magics: Any) -> None:
    for kind in KINDS:
        known = ipython.magics_manager.magics[kind]
        for name in ("chat", "llmchat"):
            if getattr(known.get(name), "__self__", None) is magics:
                del known[name]


def _is_free(ipython: Any, kind: str) -> bool:
    """Warns of another package's magic, which stays."""
    other = ipython.find_magic("chat", kind)
    if other is None:
        return True
    owner = getattr(other, "__module__", None) or "another package"
    mark = "%%" if kind == "cell" else "%"
    warnings.warn(
        f"{mark}chat is already provided by {owner}; use {mark}llmchat to ask "
        "jupyter_llmchat.",
        stacklevel=3,
    )
    return False
