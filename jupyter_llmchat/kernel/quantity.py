"""Figures in words: what they are called, and their numbers with units."""

from __future__ import annotations

from typing import get_args

from jupyter_llmchat.protocol.figures import FigureName, SeriesFigure

OVER_TIME: dict[SeriesFigure, str] = {
    "first_token_ms": "time to first token",
    "token_ms": "time per token",
    "total_ms": "total time",
    "tokens_per_s": "tokens a second",
    "quality": "quality (0-100)",
    "llm_first_share": "decided by the model",
    "cached_share": "prompt from the cache",
}
"""What a series can be of."""

NAMES: dict[FigureName, str] = {name: OVER_TIME[name] for name in get_args(FigureName)}
"""What a summary has, in the order in which it is shown."""


def quantity(figure: FigureName, value: float | None) -> str:
    """Short, with its unit; a dash for what is not there."""
    if value is None:
        return "-"
    if figure.endswith("_ms"):
        return duration(value)
    return share(value) if figure == "llm_first_share" else f"{value:.1f}"


def duration(ms: float) -> str:
    if ms < 10:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def memory(size: int | None) -> str:
    """Of a file or a model, from bytes."""
    if size is None:
        return "-"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def counted(number: int, what: str) -> str:
    """`1 day`, `2,000 days`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
