"""Reads a prompt file into a struct; what it holds is frozen."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TypeVar

import msgspec

T = TypeVar("T")


def read(file: str, kind: type[T]) -> T:
    """Raises msgspec.ValidationError for a file that is not of its kind."""
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), type=kind)
