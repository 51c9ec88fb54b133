"""`{name}` and `{expression}` in a question, replaced by their values where they have
one that can be shown. Everything else stays exactly as it was typed.

Questions hold JSON, dicts, f-strings, TypeScript and LaTeX, all of them with braces.
So nothing is replaced in code between backticks, in f-strings, in formulas, next to
another brace, or after `$`, `\\`, `^` or `_`; and nothing ever fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from jupyter_llmchat.redaction import names_a_secret, without_secrets

from .expression import LONGEST, Unresolved, value_of
from .prose import prose
from .shown_value import shown

Redact = Callable[[str], str]
"""Takes secrets out of a text."""

TEXT_CHARS: Final = 2_000
"""Of a string that is put into the question; other values are shown much shorter."""

_BRACES = re.compile(rf"\{{([^{{}}\n]{{1,{LONGEST}}})\}}")
_BEFORE = frozenset("{$\\^_}]")
"""What stands before a brace that belongs to a language of its own."""
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})*$")
"""The beginning of what belongs to a command of LaTeX."""
_CODE: Final = (type, FunctionType, BuiltinFunctionType, ModuleType)
"""Their names in braces are code, far more often than a question about them."""


@dataclass(frozen=True, kw_only=True)
class Interpolated:
    """A question as it is asked."""

    text: str
    remarks: tuple[str, ...] = ()
    """What has a value that is not in the text, and why: a sentence each."""


def interpolated(
    text: str, names: Mapping[str, Any], redact: Redact = without_secrets
) -> Interpolated:
    """The text with the values of what resolves; never raises, runs nobody's code."""
    remarks: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        if not _stands_alone(found):
            return found[0]
        value, remark = _shown(found[1], names, redact)
        if remark:
            remarks.append(remark)
        return found[0] if value is None else value

    pieces, end = [], 0
    for found in _candidates(text):
        pieces += [text[end : found.start()], replaced(found)]
        end = found.end()
    changed = "".join([*pieces, text[end:]])
    return Interpolated(text=changed, remarks=tuple(dict.fromkeys(remarks)))


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Braces outside of everything that is not prose."""
    for begin, end in prose(text):
        # Of the whole text, so that what stands before them can be looked at.
        yield from _BRACES.finditer(text, begin, end)


def _stands_alone(found: re.Match[str]) -> bool:
    text, begin, end = found.string, found.start(), found.end()
    if begin and text[begin - 1] in _BEFORE:
        return False
    if text[end : end + 1] == "}":
        return False
    line = text[max(text.rfind("\n", 0, begin) + 1, begin - LONGEST) : begin]
    return _COMMAND.search(line) is None


def _shown(
    source: str, names: Mapping[str, Any], redact: Redact
) -> tuple[str | None, str]:
    """What to put in its place, None to leave it; and what to say about it."""
    try:
        value = value_of(source, names)
    except Unresolved:
        return None, ""
    if any(type(value) is each for each in _CODE):
        return None, ""
    if names_a_secret(source):
        return None, f"{{{source}}} looks like a secret: it was not sent."
    if type(value) is str:
        return _string(source, value, redact)
    if not (text := shown(value)):
        return None, (
            f"{{{source}}} stays as it is: its value cannot be shown without running "
            "code of its own. Name a part of it, such as an attribute."
        )
    return redact(text), ""


def _string(source: str, value: str, redact: Redact) -> tuple[str, str]:
    if len(value) <= TEXT_CHARS:
        return redact(value), ""
    remark = (
        f"{{{source}}} has {len(value):,} characters: the first {TEXT_CHARS:,} were "
        "sent."
    )
    return redact(value[:TEXT_CHARS]) + "…", remark
