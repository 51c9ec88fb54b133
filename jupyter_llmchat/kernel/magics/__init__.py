"""The magics: %%chat in a cell, %chat in a line."""

from __future__ import annotations

from .registration import register, unregister

__all__ = ["register", "unregister"]
