"""Which parts of the user's notebook go into a prompt, the most important first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.protocol.ids import ContextKind

from .budget import Room, SizedPart
from .fitting import CHARS_A_TOKEN, first_lines, latest, up_to

IMPORTANCE: tuple[ContextKind, ...] = (
    "selection",
    "error",
    "cell",
    "variables",
    "notebook",
    "file",
)
"""What is kept first, if there is not room for all of it."""
VOLATILE: tuple[ContextKind, ...] = ("selection", "variables", "error")
"""Other with every question, so they stand in front of it, in this order."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Something that did not fit, as a whole or from some line on."""

    kind: ContextKind | Literal["exchange"]
    name: str = ""
    count: int = 1
    lines: int = 0
    """Of its beginning that were kept."""

    def __str__(self) -> str:
        if self.kind == "exchange":
            plural = "s" if self.count > 1 else ""
            return f"{self.count} earlier exchange{plural} of this session"
        what = "cell" if self.kind == "notebook" else self.kind
        text = f"{what} {self.name}".strip()
        return f"{text} after line {self.lines}" if self.lines else text


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """What is kept of the notebook, in the order in which it came, and what is not."""

    kept: tuple[SizedPart, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def tokens(self) -> int:
        return sum(each.tokens for each in self.kept)

    def taken(self, room: Room) -> int:
        """Tokens of `room` that it counts for. What changes with every question counts
        in steps, so that it does not change what is kept of the conversation."""
        volatile = sum(each.tokens for each in self.kept if each.part.kind in VOLATILE)
        steady = self.tokens - volatile
        return min(steady + up_to(volatile, room.step), max(room.context, self.tokens))


async def excerpt(
    model: LanguageModel,
    parts: tuple[SizedPart, ...],
    room: Room,
    deadline: float | None,
) -> Excerpt:
    """As much as fits, kind by kind; of one that does not fit, the latest parts."""
    if sum(each.tokens for each in parts) <= room.context:
        return Excerpt(kept=parts)
    kept: list[SizedPart] = []
    left_out: list[LeftOut] = []
    left = room.context
    for kind in IMPORTANCE:
        group = [each for each in parts if each.part.kind == kind]
        found = await _of_one_kind(model, group, left, room.block, deadline)
        kept += found.kept
        left_out += found.left_out
        # In steps: a more important part that grows seldom changes where another ends.
        left -= min(left, up_to(found.tokens, room.step))
    kept.sort(key=lambda each: each.position)
    return Excerpt(kept=tuple(kept), left_out=tuple(left_out))


async def _of_one_kind(
    model: LanguageModel,
    group: list[SizedPart],
    left: int,
    block: int,
    deadline: float | None,
) -> Excerpt:
    chars = [len(each.part.text) for each in group]
    first = latest(chars, [each.tokens for each in group], left, block)
    kept, dropped = group[first:], group[:first]
    cut = None
    if dropped and not kept:
        cut = await _cut(model, dropped[-1], left, deadline)
    if cut is None:
        return Excerpt(kept=tuple(kept), left_out=_missing(dropped))
    name, lines = cut.part.name, len(cut.part.text.splitlines())
    shortened = LeftOut(kind=cut.part.kind, name=name, lines=lines)
    return Excerpt(kept=(cut,), left_out=(*_missing(dropped[:-1]), shortened))


async def _cut(
    model: LanguageModel, whole: SizedPart, left: int, deadline: float | None
) -> SizedPart | None:
    """The first lines of a part, as many as fit; None if there are none."""
    room = left - whole.heading
    reach = max(0, room) * CHARS_A_TOKEN
    text = whole.part.text
    lines = text[:reach].splitlines(keepends=True)
    if len(text) > reach:
        # The last one may not be whole.
        lines = lines[:-1]
    number = first_lines(await model.count(tuple(lines), deadline=deadline), room)
    while number > 0:
        text = "".join(lines[:number]).rstrip()
        (tokens,) = await model.count((text,), deadline=deadline)
        if text and tokens <= room:
            part = msgspec.structs.replace(whole.part, text=text)
            return replace(whole, part=part, text=tokens)
        # Lines that are read as one text may have more tokens than each alone.
        number -= max(1, number // 8)
    return None


def _missing(parts: list[SizedPart]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(kind=each.part.kind, name=each.part.name) for each in parts)
