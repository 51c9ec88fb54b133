"""Figures over many answers: SQL over `turns`, `metrics` and `messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from jupyter_llmchat.protocol.figures import (
    BUCKET_S,
    AnswerCounts,
    AnswersQuery,
    Figure,
    FigureName,
    MetricsSeries,
    MetricsSummary,
    ModelUse,
    SeriesLine,
    SeriesPoint,
    SeriesQuery,
    Usage,
)
from jupyter_llmchat.protocol.resources import MessageState

from . import sessions
from .columns import seconds

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor, Row

FIGURES: tuple[FigureName, ...] = get_args(FigureName)
"""Columns of `metrics`."""

_CACHED_SHARE = "(m.cached_tokens / nullif(m.prompt_tokens, 0))"
"""Of an answer; NULL where nothing was read."""

_OWN = "t.is_imported IS NOT TRUE"
"""What was asked elsewhere tells nothing about this server or its user."""


class Statistics:
    """What the answers of one owner come to. All methods raise StoreUnavailable."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def summary(self, owner: str, asked: AnswersQuery) -> MetricsSummary:
        """Raises NotFound for a session that is not the owner's."""
        return await self._access.read(lambda cursor: summary(cursor, owner, asked))

    async def series(
        self, owner: str, asked: SeriesQuery, since: float, until: float
    ) -> MetricsSeries:
        """From `since` to before `until`, seconds since the epoch; as `summary`."""
        return await self._access.read(
            lambda cursor: series(cursor, owner, asked, since, until)
        )

    async def usage(self, owner: str, utc_offset_s: int = 0) -> Usage:
        """What the owner has done; days begin `utc_offset_s` before those of UTC."""
        return await self._access.read(
            lambda cursor: usage(cursor, owner, utc_offset_s)
        )


def summary(cursor: Cursor, owner: str, asked: AnswersQuery) -> MetricsSummary:
    """All answers that are asked for in one pass."""
    answers, counted = _Answers(cursor, owner, asked), _counted(asked.replays)
    row = cursor.row(
        f"SELECT {_COUNTS}, {', '.join(_of(name, counted) for name in FIGURES)}"
        f" {answers.source()} WHERE {answers.where}",
        *answers.parameters,
    )
    assert row is not None
    counts = AnswerCounts(
        **{name: row[name] for name in AnswerCounts.__struct_fields__}
    )
    figures: dict[str, Any] = {name: _figure(row, name) for name in FIGURES}
    return MetricsSummary(
        counts=counts,
        **figures,
        cached_share=_share(counts.cached_tokens, counts.prompt_tokens),
        replay_share=_share(counts.replays, counts.complete),
    )


def series(
    cursor: Cursor, owner: str, asked: SeriesQuery, since: float, until: float
) -> MetricsSeries:
    """As `Statistics.series`."""
    answers = _Answers(cursor, owner, asked, since=since, until=until)
    size, offset, figure = BUCKET_S[asked.bucket], asked.utc_offset_s, asked.figure
    value = _CACHED_SHARE if figure == "cached_share" else f"m.{figure}"
    model = "a.model" if asked.by_model else "NULL"
    rows = cursor.rows(
        f"SELECT {model} AS model,"
        " (t.created_us // 1000000 + ?) // ? * ? - ? AS start,"
        f" count({value}) AS n, avg({value}) AS avg,"
        f" quantile_cont({value}, [0.5, 0.95]) AS quantiles"
        f" {answers.source(asked.by_model)} WHERE {answers.where}"
        f" AND {_counted(asked.replays)} AND {value} IS NOT NULL"
        " GROUP BY ALL ORDER BY model, start",
        *(offset, size, size, offset),
        *answers.parameters,
    )
    lines: dict[str | None, list[SeriesPoint]] = {}
    for row in rows:
        p50, p95 = row["quantiles"]
        point = SeriesPoint(
            start=float(row["start"]), n=row["n"], avg=row["avg"], p50=p50, p95=p95
        )
        lines.setdefault(row["model"], []).append(point)
    return MetricsSeries(
        figure=figure,
        bucket=asked.bucket,
        since=since,
        until=until,
        lines=tuple(
            SeriesLine(model=model, points=tuple(points))
            for model, points in lines.items()
        ),
    )


def usage(cursor: Cursor, owner: str, utc_offset_s: int) -> Usage:
    """As `Statistics.usage`."""
    answers = _Answers(cursor, owner, AnswersQuery())
    kept = cursor.row(
        "SELECT count(*) AS sessions FROM sessions WHERE owner = ?", owner
    )
    asked = cursor.row(
        f"SELECT {_COUNTS},"
        " min(t.created_us) AS first_us, max(t.created_us) AS last_us,"
        " count(DISTINCT (t.created_us // 1000000 + ?) // 86400) AS active_days"
        f" {answers.source()} WHERE {answers.where}",
        *(utc_offset_s, owner),
    )
    assert kept is not None and asked is not None
    first, last = asked["first_us"], asked["last_us"]
    return Usage(
        user=owner,
        sessions=kept["sessions"],
        messages=2 * asked["answers"],
        answers=asked["answers"],
        prompt_tokens=asked["prompt_tokens"],
        generated_tokens=asked["generated_tokens"],
        active_days=asked["active_days"],
        favourite_strategy=_favourite_strategy(cursor, owner),
        models=_models(cursor, owner),
        first_used=None if first is None else seconds(first),
        last_used=None if last is None else seconds(last),
    )


def _favourite_strategy(cursor: Cursor, owner: str) -> str | None:
    row = cursor.row(
        "SELECT t.strategy FROM turns t JOIN sessions s ON s.id = t.session_id"
        f" WHERE s.owner = ? AND {_OWN} AND t.strategy IS NOT NULL"
        " GROUP BY t.strategy ORDER BY count(*) DESC, t.strategy LIMIT 1",
        owner,
    )
    return row["strategy"] if row else None


def _models(cursor: Cursor, owner: str) -> tuple[ModelUse, ...]:
    """The one asked most first."""
    rows = cursor.rows(
        "SELECT a.model, count(*) AS answers"
        " FROM messages a JOIN sessions s ON s.id = a.session_id"
        " WHERE s.owner = ? AND a.role = 'assistant' AND a.model IS NOT NULL"
        # Joining all turns would take ten times as long.
        " AND a.turn_id NOT IN (SELECT id FROM turns WHERE is_imported)"
        " GROUP BY a.model ORDER BY answers DESC, a.model",
        owner,
    )
    return tuple(ModelUse(**row) for row in rows)


class _Answers:
    """FROM and WHERE of the answers that are asked for: t, m and a."""

    def __init__(
        self,
        cursor: Cursor,
        owner: str,
        asked: AnswersQuery,
        *,
        since: float | None = None,
        until: float | None = None,
    ) -> None:
        """Raises NotFound for a session that is not the owner's."""
        if asked.session is not None:
            sessions.get(cursor, owner, asked.session)
        since = asked.since if since is None else since
        until = asked.until if until is None else until
        conditions = {
            "s.owner = ?": owner,
            "t.created_us >= ?": _us(since),
            "t.created_us < ?": _us(until),
            "t.session_id = ?": asked.session,
            "a.model = ?": asked.model,
            "m.tier = ?": asked.tier,
        }
        given = {sql: value for sql, value in conditions.items() if value is not None}
        self._with_model = asked.model is not None
        self.where = " AND ".join((*given, _OWN))
        self.parameters = tuple(given.values())

    def source(self, with_model: bool = False) -> str:
        """Messages are many: they are joined only where the model's name counts."""
        model = " JOIN messages a ON a.id = t.answer_id"
        return (
            "FROM turns t JOIN sessions s ON s.id = t.session_id"
            f"{model if with_model or self._with_model else ''}"
            " LEFT JOIN metrics m ON m.turn_id = t.id"
        )


_COUNTS = ", ".join(
    [
        "count(*) AS answers",
        *(
            f"count(*) FILTER (t.state = '{state}') AS {state}"
            for state in get_args(MessageState)
        ),
        "count(*) FILTER (t.state = 'complete' AND m.is_replay) AS replays",
        *(
            f"coalesce(sum(m.{tokens}) FILTER (m.is_replay IS NOT TRUE), 0)::BIGINT"
            f" AS {tokens}"
            for tokens in ("prompt_tokens", "cached_tokens", "generated_tokens")
        ),
    ]
)
"""Columns named as the fields of AnswerCounts."""


def _counted(replays: bool) -> str:
    """Which answers figures are taken of: one that was cut short tells nothing."""
    complete = "t.state = 'complete'"
    return complete if replays else f"{complete} AND m.is_replay IS NOT TRUE"


def _of(figure: FigureName, counted: str) -> str:
    only = f"FILTER ({counted})"
    return (
        f"count(m.{figure}) {only} AS {figure}_n,"
        f" avg(m.{figure}) {only} AS {figure}_avg,"
        f" quantile_cont(m.{figure}, [0.5, 0.95, 0.99]) {only} AS {figure}_quantiles"
    )


def _figure(row: Row, name: FigureName) -> Figure:
    p50, p95, p99 = row[f"{name}_quantiles"] or (None, None, None)
    return Figure(n=row[f"{name}_n"], avg=row[f"{name}_avg"], p50=p50, p95=p95, p99=p99)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _us(time: float | None) -> int | None:
    """Microseconds from seconds."""
    return None if time is None else round(time * 1e6)
