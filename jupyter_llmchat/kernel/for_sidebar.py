"""What JupyterLab's sidebar asks a kernel: what its variables are.

It asks by an expression whose value it reads as JSON. No code of the user's runs for
it, nothing is put into their namespace, and no cell's number changes.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from jupyter_llmchat.protocol.requests import ContextPart

from .facts.collect import visible
from .known_types import name_of
from .notebook_context import NotebookContext

NAMES: Final = 500
"""Of variables, to choose from; the newest ones."""
_KEPT_AS: Final = "jupyter_llmchat_notebook"


class Told:
    """An answer that front ends are given as JSON."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def __repr__(self) -> str:
        return "what jupyter_llmchat tells the sidebar"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/json": self.content}


def variables(asked: str) -> Told:
    """Facts for the question in the JSON of `asked`.

    `{"question": "…", "names": null}`; with names, about these variables only.
    """
    given = json.loads(asked)
    question, names = str(given.get("question", "")), given.get("names")
    if names is not None:
        # Those that are named come first where there are many.
        question = " ".join(f"`{each}`" for each in names)
    parts = [
        each
        for each in _notebook().parts(question)
        if each.kind == "variables" and (names is None or each.name in names)
    ]
    return Told({"parts": [_plain(each) for each in parts]})


def names() -> Told:
    """What there is to choose from, the newest first, each with its type."""
    shell = _shell()
    hidden = getattr(shell, "user_ns_hidden", {})
    found = [
        {"name": name, "type": name_of(type(value))}
        for name, value in visible(shell.user_ns, hidden)
    ]
    return Told({"names": found[::-1][:NAMES]})


def _plain(part: ContextPart) -> dict[str, Any]:
    return dict(msgspec.to_builtins(part))


def _notebook() -> NotebookContext:
    """One for the shell's life, so that what is found out need not be found again."""
    shell = _shell()
    known: Any = shell.meta.get(_KEPT_AS)
    if known is None:
        known = shell.meta[_KEPT_AS] = NotebookContext(shell)
    known.note()
    return known  # type: ignore[no-any-return]


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("There is no IPython shell here to tell about.")
    return shell
