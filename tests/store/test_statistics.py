from __future__ import annotations

import statistics as reference
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.events import TurnMetrics
from jupyter_llmchat.protocol.figures import AnswersQuery, SeriesQuery
from jupyter_llmchat.store import Store, db, metrics
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.migrations import migrate
from jupyter_llmchat.store.statistics import FIGURES, series, summary, usage

from .builders import METRICS, begin, ended

DAY = 86400
MONDAY = 20_000 * DAY
"""A day's beginning in UTC, seconds since the epoch."""


class Written:
    """A database that answers are written into, as if it had happened."""

    def __init__(self) -> None:
        self.cursor: Cursor = db.connect(None)
        migrate(self.cursor)
        self._numbers = count()
        self._sessions: set[str] = set()

    def answer(
        self,
        session: str = "s",
        *,
        owner: str = "ada",
        at: float = MONDAY,
        model: str = "small",
        state: str = "complete",
        strategy: str | None = "simple",
        is_imported: bool = False,
        **figures: Any,
    ) -> None:
        if session not in self._sessions:
            self._sessions.add(session)
            self.cursor.run(
                "INSERT INTO sessions (id, owner, title, config, messages, created_us,"
                " updated_us, used_seq) VALUES (?, ?, '', '{}', 0, 0, 0, 0)",
                *(session, owner),
            )
        number = next(self._numbers)
        turn, answer = f"t{number}", f"a{number}"
        self.cursor.run(
            "INSERT INTO turns (id, session_id, client_message_id, message_id,"
            " answer_id, state, strategy, created_us, is_imported)"
            " VALUES (?, ?, ?, '', ?, ?, ?, ?, ?)",
            *(turn, session, turn, answer, state, strategy),
            *(round(at * 1e6), is_imported),
        )
        self.cursor.run(
            "INSERT INTO messages (id, seq, session_id, turn_id, role, text, stages,"
            " state, created_us, tokens, model, parameters)"
            " VALUES (?, ?, ?, ?, 'assistant', '', '[]', ?, 0, 0, ?, '{}')",
            *(answer, number, session, turn, state, model),
        )
        if figures:
            fields: dict[str, Any] = {"total_ms": 1.0, **figures}
            metrics.add(self.cursor, turn, TurnMetrics(**fields))


@pytest.fixture
def written() -> Iterator[Written]:
    made = Written()
    yield made
    made.cursor.close()


def summed(written: Written, owner: str = "ada", **asked: Any) -> Any:
    return summary(written.cursor, owner, AnswersQuery(**asked))


def points(
    written: Written, since: float = 0, until: float = 1e10, **asked: Any
) -> list[tuple[str | None, list[tuple[float, int]]]]:
    """Of each line its model, and when how many answers began."""
    found = series(written.cursor, "ada", SeriesQuery(**asked), since, until)
    return [
        (line.model, [(point.start, point.n) for point in line.points])
        for line in found.lines
    ]


def test_without_answers_there_is_no_mean(written: Written) -> None:
    empty = summed(written)
    assert empty.counts.answers == 0
    assert (empty.total_ms.n, empty.total_ms.avg, empty.total_ms.p99) == (0, None, None)
    assert (empty.cached_share, empty.replay_share) == (None, None)
    assert points(written) == []


def test_every_figure_is_summed_up(written: Written) -> None:
    for number in range(1, 101):
        figures = {name: float(number) for name in FIGURES}
        written.answer(**figures)
    whole = summed(written)
    for name in FIGURES:
        figure = getattr(whole, name)
        assert (figure.n, figure.avg, figure.p50) == (100, 50.5, 50.5)
        assert (figure.p95, figure.p99) == pytest.approx((95.05, 99.01))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_quantiles_are_those_of_the_textbook(values: list[float]) -> None:
    written = Written()
    for value in values:
        written.answer(total_ms=value)
    figure = summed(written).total_ms
    written.cursor.close()
    cuts = reference.quantiles(values, n=100, method="inclusive")
    assert (figure.p50, figure.p95, figure.p99) == pytest.approx(
        (cuts[49], cuts[94], cuts[98])
    )
    assert figure.avg == pytest.approx(reference.fmean(values))


def test_what_an_answer_lacks_does_not_count(written: Written) -> None:
    written.answer(total_ms=10.0, quality=80.0)
    written.answer(total_ms=20.0)
    written.answer()
    whole = summed(written)
    assert (whole.counts.answers, whole.total_ms.n, whole.quality.n) == (3, 2, 1)


def test_answers_are_counted_by_what_became_of_them(written: Written) -> None:
    states = ("complete", "complete", "cancelled", "interrupted", "failed", "streaming")
    for state in states:
        written.answer(state=state, total_ms=7.0)
    whole = summed(written)
    counts = whole.counts
    assert counts.answers == 6
    assert (counts.complete, counts.cancelled, counts.interrupted) == (2, 1, 1)
    assert (counts.failed, counts.streaming) == (1, 1)
    # One that was cut short says nothing about how long answers take.
    assert whole.total_ms.n == 2


def test_replays_count_as_answers_but_not_in_the_figures(written: Written) -> None:
    asked = {"prompt_tokens": 100, "cached_tokens": 60, "generated_tokens": 40}
    written.answer(first_token_ms=200.0, **asked)
    written.answer(first_token_ms=1.0, is_replay=True, generated_tokens=40)
    whole = summed(written)
    assert (whole.counts.complete, whole.counts.replays) == (2, 1)
    assert (whole.first_token_ms.n, whole.first_token_ms.avg) == (1, 200.0)
    assert whole.replay_share == 0.5
    assert whole.counts.generated_tokens == 40
    assert whole.cached_share == 0.6
    assert summed(written, replays=True).first_token_ms.n == 2
    assert points(written) == [(None, [(MONDAY, 1)])]
    assert points(written, replays=True) == [(None, [(MONDAY, 2)])]


def test_what_is_asked_for_is_what_is_counted(written: Written) -> None:
    written.answer("one", at=MONDAY, total_ms=1.0, tier="fast")
    written.answer("one", at=MONDAY + 10, model="big", total_ms=1.0, tier="complex")
    written.answer("two", at=MONDAY + 20, total_ms=1.0, tier="fast")
    asked: list[tuple[dict[str, Any], int]] = [
        ({}, 3),
        ({"since": 0.0}, 3),
        ({"since": MONDAY + 10.0}, 2),
        ({"until": MONDAY + 10.0}, 1),
        ({"since": MONDAY + 10.0, "until": MONDAY + 20.0}, 1),
        ({"session": "one"}, 2),
        ({"model": "small"}, 2),
        ({"tier": "fast"}, 2),
        ({"session": "one", "model": "big", "tier": "complex"}, 1),
        ({"session": "two", "model": "big"}, 0),
    ]
    for query, answers in asked:
        assert summed(written, **query).counts.answers == answers, query


def test_another_users_answers_are_never_seen(written: Written) -> None:
    written.answer("hers", owner="eve", total_ms=5.0, model="secret", quality=1.0)
    assert summed(written).counts.answers == 0
    assert points(written, figure="total_ms", by_model=True) == []
    seen = usage(written.cursor, "ada", 0)
    assert (seen.sessions, seen.messages, seen.answers, seen.models) == (0, 0, 0, ())
    assert (seen.first_used, seen.favourite_strategy) == (None, None)
    for asked in (AnswersQuery(session="hers"), AnswersQuery(session="none")):
        with pytest.raises(NotFound):
            summary(written.cursor, "ada", asked)
    with pytest.raises(NotFound):
        series(written.cursor, "ada", SeriesQuery(session="hers"), 0, 1)


def test_a_series_has_a_point_for_each_bucket_with_answers(written: Written) -> None:
    for at in (0, DAY - 1, 2 * DAY):
        written.answer(at=MONDAY + at, first_token_ms=at + 1.0)
    days = series(written.cursor, "ada", SeriesQuery(), 0, 1e10)
    (line,) = days.lines
    first, second = line.points
    assert (first.start, first.n, first.avg) == (MONDAY, 2, (DAY + 1) / 2)
    assert (second.start, second.n, second.p50) == (MONDAY + 2 * DAY, 1, 2 * DAY + 1)
    last_hour, last_minute = MONDAY + DAY - 3600, MONDAY + DAY - 60
    third = (MONDAY + 2 * DAY, 1)
    assert points(written, bucket="hour") == [
        (None, [(MONDAY, 1), (last_hour, 1), third])
    ]
    assert points(written, bucket="minute") == [
        (None, [(MONDAY, 1), (last_minute, 1), third])
    ]


def test_days_begin_where_the_reader_is(written: Written) -> None:
    written.answer(at=MONDAY - 1800, first_token_ms=1.0)
    written.answer(at=MONDAY + 1800, first_token_ms=1.0)
    assert points(written) == [(None, [(MONDAY - DAY, 1), (MONDAY, 1)])]
    berlin = points(written, utc_offset_s=3600)
    assert berlin == [(None, [(MONDAY - 3600, 2)])]
    assert usage(written.cursor, "ada", 0).active_days == 2
    assert usage(written.cursor, "ada", 3600).active_days == 1


def test_a_series_can_have_a_line_for_each_model(written: Written) -> None:
    for model in ("small", "big", "small"):
        written.answer(model=model, first_token_ms=5.0)
    both = points(written, by_model=True)
    assert both == [("big", [(MONDAY, 1)]), ("small", [(MONDAY, 2)])]
    assert points(written, model="big") == [(None, [(MONDAY, 1)])]
    big = points(written, model="big", by_model=True)
    assert big == [("big", [(MONDAY, 1)])]


def test_usage_is_what_a_user_has_done(written: Written) -> None:
    tokens = {"prompt_tokens": 10, "generated_tokens": 5}
    written.answer("one", at=MONDAY, strategy="analytical", **tokens)
    written.answer("one", at=MONDAY + DAY, model="big", **tokens)
    written.answer("two", at=MONDAY + DAY + 5, strategy="analytical", **tokens)
    written.answer("hers", owner="eve", **tokens)
    used = usage(written.cursor, "ada", 0)
    assert (used.user, used.sessions, used.messages, used.answers) == ("ada", 2, 6, 3)
    assert (used.prompt_tokens, used.generated_tokens) == (30, 15)
    assert (used.active_days, used.favourite_strategy) == (2, "analytical")
    assert [(each.model, each.answers) for each in used.models] == [
        ("small", 2),
        ("big", 1),
    ]
    assert (used.first_used, used.last_used) == (MONDAY, MONDAY + DAY + 5)


def test_what_was_imported_does_not_count(written: Written) -> None:
    written.answer(first_token_ms=1.0)
    elsewhere = {"model": "big", "strategy": "analytical", "first_token_ms": 9.0}
    for _ in range(3):
        written.answer(at=MONDAY - DAY, is_imported=True, **elsewhere)
    whole = summed(written)
    assert (whole.counts.answers, whole.first_token_ms.avg) == (1, 1.0)
    assert points(written) == [(None, [(MONDAY, 1)])]
    used = usage(written.cursor, "ada", 0)
    assert (used.sessions, used.messages, used.answers) == (1, 2, 1)
    assert (used.active_days, used.favourite_strategy) == (1, "simple")
    assert [each.model for each in used.models] == ["small"]


async def test_the_store_has_the_figures_of_what_was_just_answered(
    store: Store,
) -> None:
    begun = await begin(store)
    await store.end_turn(ended(begun))
    whole = await store.statistics.summary("ada", AnswersQuery())
    assert (whole.counts.complete, whole.total_ms.p50) == (1, METRICS.total_ms)
    over_time = await store.statistics.series("ada", SeriesQuery(), 0, 1e10)
    assert sum(point.n for line in over_time.lines for point in line.points) == 1
    used = await store.statistics.usage("ada")
    assert (used.sessions, used.messages, used.favourite_strategy) == (1, 2, "simple")


def test_what_the_cache_has_saved_is_seen_over_time(written: Written) -> None:
    written.answer(prompt_tokens=100, cached_tokens=50)
    written.answer(prompt_tokens=100, cached_tokens=100)
    written.answer(at=MONDAY + DAY, prompt_tokens=0, cached_tokens=0)
    asked = SeriesQuery(figure="cached_share")
    (line,) = series(written.cursor, "ada", asked, 0, 1e10).lines
    (point,) = line.points
    assert (point.n, point.avg, point.p50) == (2, 0.75, 0.75)
