"""Figures of answers as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jupyter_llmchat.kernel.quantity import NAMES, counted, quantity, share
from jupyter_llmchat.kernel.table import table
from jupyter_llmchat.protocol.figures import (
    AnswerCounts,
    FigureName,
    MetricsSeries,
    MetricsSummary,
    SeriesPoint,
    Usage,
)

from .period import shown

BY_DAY: tuple[FigureName, ...] = ("first_token_ms", "total_ms", "tokens_per_s")
"""What is shown of each day."""

_STATES = ("complete", "cancelled", "interrupted", "failed", "streaming")
_TIMES = ("first token p50", "p95", "total p50", "p95", "tokens/s")


def whole(summary: MetricsSummary, usage: Usage) -> str:
    """Counts, then a line for each figure."""
    head = ("figure", "answers", "average", "p50", "p95", "p99")
    figures = table(head, [*_figures(summary)], right=head[1:])
    return "\n".join([*_counts(summary, usage), "", figures])


def _counts(summary: MetricsSummary, usage: Usage) -> Iterator[str]:
    yield f"answers  {_answers(summary.counts)}"
    yield (
        f"tokens   {summary.counts.prompt_tokens:,} read "
        f"({share(summary.cached_share)} from the cache), "
        f"{summary.counts.generated_tokens:,} written"
    )
    mostly = f", mostly {usage.favourite_strategy}" if usage.favourite_strategy else ""
    yield (
        f"in all   {counted(usage.sessions, 'session')}, "
        f"{counted(usage.messages, 'message')}, "
        f"{counted(usage.active_days, 'day')} of use{mostly}"
    )


def by_model(summaries: Mapping[str, MetricsSummary]) -> str:
    """A line for each model."""
    rows = [
        (
            name,
            f"{each.counts.answers:,}",
            *_cells("first_token_ms", each.first_token_ms.p50, each.first_token_ms.p95),
            *_cells("total_ms", each.total_ms.p50, each.total_ms.p95),
            *_cells("tokens_per_s", each.tokens_per_s.avg),
            *_cells("quality", each.quality.avg),
        )
        for name, each in summaries.items()
    ]
    head = ("model", "answers", *_TIMES, "quality")
    return table(head, rows, right=head[1:])


def by_day(found: Mapping[FigureName, MetricsSeries]) -> str:
    """A line for each day with answers; `found` has the figures of BY_DAY."""
    days: dict[float, dict[FigureName, SeriesPoint]] = {}
    for figure, series in found.items():
        for line in series.lines:
            for point in line.points:
                days.setdefault(point.start, {})[figure] = point
    rows = [_day(start, points) for start, points in sorted(days.items())]
    head = ("day", "answers", *_TIMES)
    return table(head, rows, right=head[1:])


def _figures(summary: MetricsSummary) -> Iterator[tuple[str, ...]]:
    for name, title in NAMES.items():
        figure = getattr(summary, name)
        values = (figure.avg, figure.p50, figure.p95, figure.p99)
        yield (title, f"{figure.n:,}", *_cells(name, *values))


def _answers(counts: AnswerCounts) -> str:
    states = ((state, getattr(counts, state)) for state in _STATES)
    named = ", ".join(f"{number:,} {state}" for state, number in states if number)
    again = f"; {counts.replays:,} given again" if counts.replays else ""
    return f"{named or 'none yet'}{again}"


def _day(start: float, points: dict[FigureName, SeriesPoint]) -> tuple[str, ...]:
    def cells(figure: FigureName) -> tuple[str, ...]:
        point = points.get(figure)
        return _cells(figure, *((point.p50, point.p95) if point else (None, None)))

    speed = points.get("tokens_per_s")
    return (
        shown(start, "day"),
        f"{max(each.n for each in points.values()):,}",
        *cells("first_token_ms"),
        *cells("total_ms"),
        *_cells("tokens_per_s", speed.avg if speed else None),
    )


def _cells(figure: FigureName, *values: float | None) -> tuple[str, ...]:
    return tuple(quantity(figure, each) for each in values)
