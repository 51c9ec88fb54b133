"""The facts about one variable, by what kind of value it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, cast

from jupyter_llmchat.kernel.known_types import has_base, is_a, name_of
from jupyter_llmchat.redaction import names_a_secret

from .arrays import array_facts
from .estimators import estimator_facts, is_estimator
from .inquiry import Inquiry
from .objects import (
    class_facts,
    function_facts,
    is_function,
    is_module,
    module_facts,
    object_facts,
)
from .pandas_tables import frame_facts, labels, series_facts
from .phrasing import label
from .plain import plain_facts
from .polars_tables import frame_facts as polars_frame_facts
from .polars_tables import lazy_facts
from .polars_tables import series_facts as polars_series_facts
from .relations import connection_facts, relation_facts

Describe = Callable[[str, Any, Inquiry], Iterator[str]]

FACTS: Final = 40
"""About one variable at most."""
FEW: Final = 12
"""The same once there is no time left: what needs no look at the values."""
FACT_CHARS: Final = 400
NAMED: Final = 200
"""Columns of a table that a question may be about."""
_OF_LIBRARIES: Final[tuple[tuple[str, str, Describe], ...]] = (
    ("pandas", "DataFrame", frame_facts),
    ("pandas", "Series", series_facts),
    ("polars", "DataFrame", polars_frame_facts),
    ("polars", "Series", polars_series_facts),
    ("polars", "LazyFrame", lazy_facts),
    ("numpy", "ndarray", array_facts),
    ("duckdb", "DuckDBPyRelation", relation_facts),
    ("duckdb", "DuckDBPyConnection", connection_facts),
)
"""By module, class and what is said of it. None of them is imported here."""


def facts(
    name: str, value: object, inquiry: Inquiry, told: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """One sentence each, without secrets; `told` is what its cells say about it.

    Runs no code of the value's own, and never raises an Exception.
    """
    is_late = not inquiry.time.left()
    known, lines = inquiry.memory.facts.get(name, (0, ()))
    if is_late and known == id(value):
        return lines
    found: list[str] = []
    try:
        for each in islice(
            _about(name, value, inquiry, bool(told)), FEW if is_late else FACTS
        ):
            found.append(each)
    except Exception:  # noqa: BLE001 whatever a value does, it is the value's affair
        if not found:
            found.append(f"{name} is an object of the class {name_of(type(value))}.")
    one_line = (" ".join(each.split()) for each in (*found, *told))
    lines = tuple(inquiry.redact(each) for each in one_line if len(each) <= FACT_CHARS)
    if inquiry.time.left():
        inquiry.memory.facts[name] = (id(value), lines)
    return lines


def is_rich(value: object) -> bool:
    """Whether there is more to be said about it than about a plain value."""
    of_library = any(is_a(value, module, kind) for module, kind, _ in _OF_LIBRARIES)
    return of_library or is_estimator(type(value))


def column_names(value: Any) -> list[str]:
    """Of a table of a known library; none of anything else."""
    if is_a(value, "pandas", "DataFrame"):
        return labels(value.columns, NAMED)
    if is_a(value, "polars", "DataFrame") or is_a(value, "duckdb", "DuckDBPyRelation"):
        return [label(each) for each in value.columns[:NAMED]]
    return []


def _about(
    name: str, value: object, inquiry: Inquiry, is_defined: bool
) -> Iterator[str]:
    if names_a_secret(name) and not is_function(value):
        yield f"{name} is a {name_of(type(value))}; its value is not shown."
        return
    for module, kind, describe in _OF_LIBRARIES:
        if is_a(value, module, kind):
            yield from describe(name, value, inquiry)
            return
    if is_module(value):
        yield from module_facts(name, value, inquiry)
    elif is_function(value):
        if not is_defined:
            yield from function_facts(name, value, inquiry)
    elif has_base(type(value), type):
        if not is_defined:
            yield from class_facts(name, cast(type, value))
    elif is_estimator(type(value)):
        yield from estimator_facts(name, value, inquiry)
    else:
        yield from _of_python(name, value, inquiry)


def _of_python(name: str, value: object, inquiry: Inquiry) -> Iterator[str]:
    known = plain_facts(name, value, inquiry)
    first = next(known, None)
    if first is None:
        yield from object_facts(name, value)
    else:
        yield first
        yield from known
