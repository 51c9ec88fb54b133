"""The variables of a kernel as parts of a question's context, the newest first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jupyter_llmchat.kernel.cell_graph import WORD, Cell, CellGraph
from jupyter_llmchat.protocol.requests import ContextPart

from .inquiry import Inquiry
from .objects import is_module
from .variable import column_names, facts, is_rich

FACTS: Final = 400
CHARS: Final = 24_000
VARIABLES: Final = 100
"""Variables at most; a request may have 500 parts, and cells are parts too."""
_NOT_HIDDEN: Final = object()


def variables(
    namespace: dict[str, Any],
    hidden: Mapping[str, Any],
    cells: Sequence[Cell],
    graph: CellGraph,
    inquiry: Inquiry,
) -> tuple[ContextPart, ...]:
    """One part for each variable, one fact a line.

    Where there are too many, those stay that the question names, or a column
    of which it names, then tables and models, then the newest.
    `hidden` is what IPython itself has put into the namespace.
    """
    found = [*visible(namespace, hidden)]
    ages = {name: age for age, (name, _) in enumerate(_newest_first(found, graph))}
    asked = {*WORD.findall(inquiry.question)}
    imported = {name for each in cells for name in each.names.imports}

    weights: dict[int, int] = {}
    """By the id of a class; hashing the class itself could run code of the user's."""

    def rank(each: tuple[str, Any]) -> tuple[bool, int, int]:
        name, value = each
        kind = id(type(value))
        if kind not in weights:
            weights[kind] = 2 if is_module(value) else not is_rich(value)
        weight = 2 if name in imported else weights[kind]
        is_asked = name in asked or (weight == 0 and _has_asked(value, inquiry))
        return not is_asked, weight, ages[name]

    order = sorted(found, key=rank)
    parts: list[ContextPart] = []
    lines = chars = 0
    for name, value in order[:VARIABLES]:
        about = facts(name, value, inquiry, _told(name, cells, graph))
        about = about[: FACTS - lines]
        text = "\n".join(about)
        if not about or chars + len(text) > CHARS:
            continue
        lines += len(about)
        chars += len(text)
        parts.append(ContextPart(kind="variables", name=name, text=text))
    return tuple(sorted(parts, key=lambda each: ages[each.name]))


def _has_asked(value: object, inquiry: Inquiry) -> bool:
    """Whether the question names a column of the table."""
    with contextlib.suppress(Exception):
        return bool(inquiry.question) and any(map(inquiry.names, column_names(value)))
    return False


def visible(
    namespace: dict[str, Any], hidden: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Without what is private, and what the user has not put there."""
    # A copy is made at once, while another thread may add names.
    for name, value in [*namespace.items()]:
        if type(name) is not str or name.startswith("_"):
            continue
        if hidden.get(name, _NOT_HIDDEN) is not value:
            yield name, value


def _newest_first(
    found: Sequence[tuple[str, Any]], graph: CellGraph
) -> list[tuple[str, Any]]:
    """By the cell that has set or changed a name last."""
    last = {name: max(places) for name, places in graph.makers.items()}
    latest = found[::-1]
    return sorted(latest, key=lambda each: -last.get(each[0], -1))


def _told(name: str, cells: Sequence[Cell], graph: CellGraph) -> tuple[str, ...]:
    """What the cells say that have made the variable as it is."""
    return tuple(
        f"Cell {cells[place].number} {told}"
        for place in graph.makers.get(name, ())
        for each in cells[place].names.definitions
        if each.name == name
        for told in each.told
    )
