"""What many answers come to in figures. Times are seconds since the epoch."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from .ids import Tier
from .requests import Query
from .resources import Resource

FigureName = Literal[
    "first_token_ms",
    "token_ms",
    "total_ms",
    "tokens_per_s",
    "quality",
    "llm_first_share",
]
"""Of one answer each, as in TurnMetrics."""

SeriesFigure = Literal[FigureName, "cached_share"]
"""The last one is of an answer's prompt tokens the share found in the cache."""

Bucket = Literal["minute", "hour", "day"]

BUCKET_S: dict[Bucket, int] = {"minute": 60, "hour": 3600, "day": 86400}

MAX_POINTS = 1000
"""A series has no more."""

Time = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
Name = Annotated[str, msgspec.Meta(max_length=256)]
Offset = Annotated[int, msgspec.Meta(ge=-86400, le=86400)]
"""Seconds that the reader's clock is ahead of UTC: where days begin."""


class AnswersQuery(Query, frozen=True, kw_only=True):
    """Which answers are meant; all of the owner's unless something is set."""

    since: Time | None = None
    until: Time | None = None
    """Answers asked for before this time."""
    session: Name | None = None
    model: Name | None = None
    tier: Tier | None = None
    replays: bool = False
    """True counts answers given again among the figures: they take no time."""


class SeriesQuery(AnswersQuery, frozen=True, kw_only=True):
    """GET …/metrics/series; without `since` the last 100 buckets."""

    figure: SeriesFigure = "first_token_ms"
    bucket: Bucket = "day"
    by_model: bool = False
    """A line for each model."""
    utc_offset_s: Offset = 0


class UsageQuery(Query, frozen=True, kw_only=True):
    """GET …/metrics/usage."""

    utc_offset_s: Offset = 0


class Figure(Resource, frozen=True, kw_only=True):
    """One figure over the answers that have it; without any there is no mean."""

    n: int
    avg: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class AnswerCounts(Resource, frozen=True, kw_only=True):
    """How many answers there are, and what became of them."""

    answers: int
    complete: int
    cancelled: int
    interrupted: int
    failed: int
    streaming: int
    replays: int
    """Complete ones that repeat an earlier one word for word."""
    prompt_tokens: int
    """Read by the model or found in its cache."""
    cached_tokens: int
    """Of these, found in the cache."""
    generated_tokens: int
    """Written by the model; replays write none."""


class MetricsSummary(Resource, frozen=True, kw_only=True):
    """GET …/metrics/summary: counts of all answers, figures of complete ones."""

    counts: AnswerCounts
    first_token_ms: Figure
    token_ms: Figure
    total_ms: Figure
    tokens_per_s: Figure
    quality: Figure
    llm_first_share: Figure
    cached_share: float | None
    """Of all prompt tokens, the share found in the cache; None without any."""
    replay_share: float | None
    """Of complete answers, the share given again; None without any."""


class SeriesPoint(Resource, frozen=True, kw_only=True):
    """The answers of one bucket."""

    start: float
    n: int
    avg: float
    p50: float
    p95: float


class SeriesLine(Resource, frozen=True, kw_only=True):
    """Points in order of time; buckets without answers are left out."""

    model: str | None
    """None for all models together."""
    points: tuple[SeriesPoint, ...]


class MetricsSeries(Resource, frozen=True, kw_only=True):
    """GET …/metrics/series."""

    figure: SeriesFigure
    bucket: Bucket
    since: float
    until: float
    lines: tuple[SeriesLine, ...]


class ModelUse(Resource, frozen=True, kw_only=True):
    """How often a model was asked."""

    model: str
    answers: int


class Usage(Resource, frozen=True, kw_only=True):
    """GET …/metrics/usage: what the asking user has done; nobody else's figures."""

    user: str
    sessions: int
    """Imported ones too; what was said in them counts nowhere else."""
    messages: int
    answers: int
    prompt_tokens: int
    generated_tokens: int
    active_days: int
    """On which something was asked."""
    favourite_strategy: str | None
    models: tuple[ModelUse, ...]
    """The one asked most first."""
    first_used: float | None
    last_used: float | None
