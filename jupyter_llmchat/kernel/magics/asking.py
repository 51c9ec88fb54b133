"""A question with its options → what is asked, and what is done with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

import msgspec
from IPython.core.error import UsageError

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.kernel.forms import Form
from jupyter_llmchat.kernel.interpolation import interpolated
from jupyter_llmchat.kernel.references import Referenced, Sources, referenced
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.protocol.setup import ModelList

from .options import TIERS, Given, nearest
from .schemas import schema

ANSWER: Final = "_chat"
"""Name of the last answer in the user's namespace."""
ANY_OBJECT: Final[dict[str, Any]] = {"type": "object"}
CODE_ONLY: Final = "Answer with one block of Python code and nothing else."


def form_of(given: Given) -> Form:
    """How the answer is shown."""
    default = "json" if given.schema else "markdown"
    return cast(Form, given.format or default)


def ask_options(given: Given, names: Mapping[str, Any]) -> AskOptions:
    """What the server is told, but for the tier; raises UsageError."""
    form = form_of(given)
    if given.schema and form != "json":
        raise UsageError("--schema gives JSON: leave out --format, or set it to json.")
    wanted = None
    if form == "json":
        wanted = schema(given.schema, names) if given.schema else ANY_OBJECT
    values = {
        "deadline_s": given.deadline,
        "temperature": given.temperature,
        "max_tokens": given.max_tokens,
        "seed": given.seed,
        "strategy": given.strategy,
        "fresh": given.fresh or None,
        "system_prompt": CODE_ONLY if form == "code" else None,
        "json_schema": wanted,
    }
    try:
        return msgspec.convert(values, AskOptions)
    except msgspec.ValidationError as error:
        raise UsageError(_out_of_range(str(error))) from None


def resolved(text: str, names: Mapping[str, Any], sources: Sources) -> Referenced:
    """The question as it is sent, with values in place of `{name}` and `Out[3]`."""
    found = referenced(text, sources)
    changed = interpolated(found.text, names, sources.redact)
    return replace(found, text=changed.text, remarks=found.remarks + changed.remarks)


def tier_of(given: str, models: ModelList) -> str:
    """The tier of the model with that name; raises UsageError with the nearest."""
    by_name = {each.name: each.tier for each in models.models}
    folded = given.casefold()
    fitting = [tier for name, tier in by_name.items() if folded in name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    known = [*(each.tier for each in models.models), *by_name]
    near = nearest(given, [*TIERS, *known])
    hint = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}."
    raise UsageError(f"There is no model {given}. {hint} %chat models lists them.")


def deliver(answer: Answer, given: Given, shell: Any) -> str:
    """Puts it where it belongs; what there is to say about that, if anything."""
    shell.user_ns[ANSWER] = answer
    if given.to:
        shell.user_ns[given.to] = answer
    if not given.code:
        return ""
    if not answer.code:
        return "The answer has no block of code, so there is no next cell."
    shell.set_next_input(answer.code, replace=False)
    return ""


def _out_of_range(error: str) -> str:
    """msgspec's words with the option's name in front of them."""
    what, _, place = error.partition(" - at `$.")
    key = place.rstrip("`").removesuffix("_s").split(".")[0]
    return f"--{key.replace('_', '-')} does not fit: {what} ({key})."
