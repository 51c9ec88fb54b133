"""Figures of the owner's answers over REST; of nobody else's."""

from __future__ import annotations

import time

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.figures import (
    BUCKET_S,
    MAX_POINTS,
    AnswersQuery,
    MetricsSeries,
    MetricsSummary,
    SeriesQuery,
    Usage,
    UsageQuery,
)

from .base import Endpoint
from .operation import operation

USUAL_POINTS = 100


class Summary(Endpoint):
    """All answers in a few figures."""

    _track_activity = False

    @operation(query=AnswersQuery, reply=MetricsSummary)
    async def get(self, asked: AnswersQuery) -> MetricsSummary:
        """See how many answers there are, how fast and how good they were."""
        _check_order(asked.since, asked.until)
        store = await self.services.store()
        return await store.statistics.summary(self.owner, asked)


class Series(Endpoint):
    """A figure over time."""

    _track_activity = False

    @operation(query=SeriesQuery, reply=MetricsSeries)
    async def get(self, asked: SeriesQuery) -> MetricsSeries:
        """See how a figure has changed by minute, hour or day."""
        since, until = period(asked, time.time())
        store = await self.services.store()
        return await store.statistics.series(self.owner, asked, since, until)


class UserUsage(Endpoint):
    """What the asking user has done."""

    _track_activity = False

    @operation(query=UsageQuery, reply=Usage)
    async def get(self, asked: UsageQuery) -> Usage:
        """See your own use: sessions, answers, tokens, days, models."""
        store = await self.services.store()
        return await store.statistics.usage(self.owner, asked.utc_offset_s)


def period(asked: SeriesQuery, now: float) -> tuple[float, float]:
    """From and to before which time, in seconds since the epoch.

    Raises BadRequest for more than MAX_POINTS buckets.
    """
    size = BUCKET_S[asked.bucket]
    until = now if asked.until is None else asked.until
    since = asked.since
    if since is None:
        # Whole buckets: one that begins before the first day would look like a dip.
        last = (until + asked.utc_offset_s) // size
        since = max(0.0, (last - USUAL_POINTS + 1) * size - asked.utc_offset_s)
    _check_order(since, until)
    if (points := (until - since) / size) > MAX_POINTS:
        raise BadRequest(
            f"That would be {points:.0f} points; a series has {MAX_POINTS} at most.",
            "Ask for a shorter time, or for larger buckets.",
        )
    return since, until


def _check_order(since: float | None, until: float | None) -> None:
    if since is not None and until is not None and until < since:
        raise BadRequest("`until` is before `since`.", "Swap the two.")
