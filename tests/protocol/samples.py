"""Figures and models as a server would tell of them."""

from __future__ import annotations

from typing import Any

from jupyter_llmchat.protocol.figures import (
    AnswerCounts,
    Bucket,
    Figure,
    FigureName,
    MetricsSeries,
    MetricsSummary,
    ModelUse,
    SeriesLine,
    SeriesPoint,
    Usage,
)
from jupyter_llmchat.protocol.setup import Model

NOTHING = Figure(n=0, avg=None, p50=None, p95=None, p99=None)


def figure(value: float, n: int = 3) -> Figure:
    """Quantiles that can be told apart: value, two, three, four times that."""
    return Figure(n=n, avg=value, p50=2 * value, p95=3 * value, p99=4 * value)


def counts(**given: int) -> AnswerCounts:
    names = AnswerCounts.__struct_fields__
    return AnswerCounts(**{**dict.fromkeys(names, 0), **given})


def summary(**given: Any) -> MetricsSummary:
    """Without anything given, of no answer."""
    figures = ("first_token_ms", "token_ms", "total_ms", "tokens_per_s")
    fields: dict[str, Any] = {
        "counts": counts(),
        **dict.fromkeys((*figures, "quality", "llm_first_share"), NOTHING),
        "cached_share": None,
        "replay_share": None,
    }
    return MetricsSummary(**{**fields, **given})


def usage(**given: Any) -> Usage:
    fields: dict[str, Any] = {
        "user": "ada",
        **dict.fromkeys(("sessions", "messages", "answers"), 0),
        **dict.fromkeys(("prompt_tokens", "generated_tokens", "active_days"), 0),
        "favourite_strategy": None,
        "models": (ModelUse(model="tiny", answers=3),),
        "first_used": None,
        "last_used": None,
    }
    return Usage(**{**fields, **given})


def series(
    *values: float,
    figure: FigureName = "first_token_ms",
    bucket: Bucket = "day",
    start: float = 1.8e9,
) -> MetricsSeries:
    """A point a day from `start` on, its p95 twice its p50."""
    points = tuple(
        SeriesPoint(start=start + day * 86400, n=3, avg=value, p50=value, p95=2 * value)
        for day, value in enumerate(values)
    )
    line = SeriesLine(model=None, points=points)
    return MetricsSeries(
        figure=figure,
        bucket=bucket,
        since=start,
        until=start + 1e6,
        lines=(line,) if points else (),
    )


def model(**given: Any) -> Model:
    fields: dict[str, Any] = {
        **{"tier": "fast", "name": "tiny", "file": "/m/tiny.gguf"},
        **{"file_bytes": 98_000_000, "memory_bytes": 1_250_000_000},
        **{"state": "ready", "detail": "", "warmth": "warm", "decides": True},
        **{"threads": 2, "context_tokens": 8192, "cells_used": 0, "cache_mb": 0.0},
        **{"self_test": None, "users": 0, "keep_alive_s": 0.0},
    }
    return Model(**{**fields, **given})
