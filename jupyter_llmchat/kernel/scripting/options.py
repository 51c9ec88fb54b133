"""What a question may be given besides its words, as keyword arguments."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.ids import Strategy, Tier
from jupyter_llmchat.protocol.requests import AskOptions, Context, ContextPart


class Options(TypedDict, total=False):
    """As the fields of AskOptions; what is left out or None is left to the server."""

    deadline_s: float | None
    """Seconds that the answer may take; it ends in time, as a whole."""
    temperature: float | None
    """0 for the most likely words, up to 2 for more varied ones."""
    max_tokens: int | None
    """Tokens in one stage at most."""
    seed: int | None
    """The same seed gives the same answer."""
    strategy: Strategy | None
    tier: Tier | None
    fresh: bool | None
    """True asks the model again where the answer is known from earlier."""
    system_prompt: str | None
    json_schema: dict[str, Any] | None
    """The answer is JSON that fits this schema; `Answer.data` is its value."""


def ask_options(given: Mapping[str, object]) -> AskOptions:
    """Raises BadRequest, which names the option, and TypeError for an unknown one."""
    known = AskOptions.__struct_fields__
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"There is no option {name!r}.{meant}")
    try:
        return msgspec.convert(dict(given), AskOptions)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"An option has a value that it cannot have: {error}.",
            "Leave it out, or give another value.",
        ) from error


def context_parts(given: Sequence[str | ContextPart]) -> Context:
    """Texts count as parts of files. Raises TypeError for a text alone."""
    if isinstance(given, str):
        raise TypeError("context is a list of texts: put the text in brackets")
    return tuple(
        ContextPart(kind="file", text=each) if isinstance(each, str) else each
        for each in given
    )
