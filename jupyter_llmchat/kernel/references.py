"""`Out[3]`, `In[2]` and `Err` between backticks: what a question says it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from jupyter_llmchat.protocol.requests import ContextPart

from .shown_value import shown

INLINE_CHARS: Final = 200
"""A result this short stands in the question itself."""
PART_CHARS: Final = 6_000
"""Of a longer one, which goes beside it."""

_REFERENCE = re.compile(
    r"(?<!`)`(?:(?P<kind>In|Out) ?\[(?P<number>\d{1,9})\]|(?P<error>Err))`(?!`)"
)


@dataclass(frozen=True, kw_only=True)
class Referenced:
    """A question and what it refers to."""

    text: str
    parts: tuple[ContextPart, ...] = ()
    remarks: tuple[str, ...] = ()
    """What there is not, a sentence each."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where references lead."""

    history: Any
    """IPython's, of the cells that have run."""
    error: Callable[[], ContextPart | None]
    """The last one."""
    redact: Callable[[str], str]

    def text(self, kind: str, number: int) -> str:
        """Of a cell or its result, without secrets; empty where there is none."""
        history = self.history
        if kind == "In":
            sources = history.input_hist_raw
            source = sources[number] if 0 < number < len(sources) else ""
            return self.redact(source.strip("\n"))
        if number not in history.output_hist:
            return ""
        # As the user has seen it: a second look could run code of the value's own.
        seen = history.output_hist_reprs.get(number)
        return self.redact(seen or shown(history.output_hist[number]))


def referenced(text: str, sources: Sources) -> Referenced:
    """Short results in the text, everything else as parts beside it."""
    parts: dict[str, ContextPart] = {}
    remarks: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        if found["error"]:
            name, part, content = "Err", sources.error(), ""
        else:
            kind, number = found["kind"], int(found["number"])
            name, content = f"{kind}[{number}]", sources.text(kind, number)
            part = ContextPart(kind="cell", name=name, text=_cut(content))
        if part is None or not part.text:
            remarks.append(_absent(name))
        elif content and _is_short(content):
            return f"`{content}`"
        else:
            parts[name] = part
        return found[0]

    changed = _REFERENCE.sub(replaced, text)
    return Referenced(
        text=changed,
        parts=tuple(parts.values()),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _is_short(content: str) -> bool:
    is_one_line = "\n" not in content and "`" not in content
    return is_one_line and len(content) <= INLINE_CHARS


def _cut(content: str) -> str:
    return content if len(content) <= PART_CHARS else f"{content[:PART_CHARS]}\n…"


def _absent(name: str) -> str:
    if name == "Err":
        return "`Err` stays as it is: no cell has failed."
    return f"`{name}` stays as it is: this kernel has none."
