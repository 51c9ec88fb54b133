"""What clients send of notebooks, without its secrets: one place for all of them."""

from __future__ import annotations

import asyncio
import os
import re
from typing import Final

import msgspec

from jupyter_llmchat.protocol.requests import Context, ContextPart
from jupyter_llmchat.redaction import Redactor, names_a_secret

AT_ONCE_CHARS: Final = 2_000
"""What is longer is read in a thread of its own, and others are answered meanwhile."""
RESULT: Final = "\nOut: "
"""Between a cell's source and what it has shown, in every client's words."""
_SHOWS = re.compile(r"\b(?:print|display)\b")


async def without_secrets(context: Context) -> Context:
    """The same parts as a model may read them."""
    if sum(len(each.text) for each in context) <= AT_ONCE_CHARS:
        return _hidden(context)
    return await asyncio.to_thread(_hidden, context)


def _hidden(context: Context) -> Context:
    redact = Redactor.of(os.environ)
    return tuple(_without(each, redact) for each in context)


def _without(part: ContextPart, redact: Redactor) -> ContextPart:
    text = part.text
    source, mark, _ = text.partition(RESULT)
    if mark and _tells_a_secret(source):
        text = f"{source}{mark}…"
    return msgspec.structs.replace(part, name=redact(part.name), text=redact(text))


def _tells_a_secret(source: str) -> bool:
    """Whether a cell shows something that is called as secrets are."""
    *before, last = source.rstrip().rpartition("\n")
    shown = (last, *(line for line in before[0].splitlines() if _SHOWS.search(line)))
    return any(map(names_a_secret, shown))
