"""What is said of an answer while it is written, whoever writes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal

from jupyter_llmchat.language_model import TokenLogprob, Usage


@dataclass(frozen=True, kw_only=True)
class Delta:
    """More of the answer."""

    text: str = ""
    reasoning: str = ""
    """How the answer is arrived at; not part of it."""
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Whole:
    """The answer as it is to be read in the end."""

    text: str
    reasoning: str


@dataclass(frozen=True, kw_only=True)
class End:
    """The last that is said."""

    reason: Literal["stop", "length"]
    usage: Usage
    whole: Whole | None = None
    """Where it is not what the deltas make together: a part was written anew."""


Writing = AsyncGenerator[Delta | End, None]
"""Deltas, then one End. Raises what a model raises; closing it stops the model."""
