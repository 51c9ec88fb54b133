"""The notebooks that questions are asked about: their cells, and what is known of them.

`docs/make_grounding.py` has run the cells and written down the facts.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Literal

import msgspec

FILE = "notebooks.json"

Split = Literal["development", "test"]
"""Prompts and figures were tuned on the one, the other shows what that is worth."""


class KnownThing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variable of a notebook, and the facts about it."""

    name: str
    facts: tuple[str, ...]


class Notebook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notebook that has run."""

    name: str
    split: Split
    cells: tuple[str, ...]
    known: tuple[KnownThing, ...] = ()


@functools.cache
def notebooks() -> Mapping[str, Notebook]:
    """By name."""
    file = resources.files(__package__).joinpath("data", FILE)
    found = msgspec.json.decode(file.read_bytes(), type=tuple[Notebook, ...])
    return MappingProxyType({each.name: each for each in found})
