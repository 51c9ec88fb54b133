from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.cli import FAILED, address, chart, main, stats
from jupyter_llmchat.protocol.figures import (
    BUCKET_S,
    MAX_POINTS,
    AnswersQuery,
    MetricsSeries,
    MetricsSummary,
    ModelUse,
    SeriesQuery,
    Usage,
)
from tests.protocol import samples

from .fakes import ADDRESS, FakeClient


class Answered(FakeClient):
    """A server whose answers came to these figures; remembers what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[AnswersQuery] = []
        self.points: tuple[float, ...] = (100.0, 300.0, 200.0)

    def metrics_summary(self, asked: AnswersQuery) -> MetricsSummary:
        self.queries.append(asked)
        counts = samples.counts(answers=1200, complete=1199, failed=1)
        return samples.summary(counts=counts, total_ms=samples.figure(1000.0))

    def metrics_series(self, asked: SeriesQuery) -> MetricsSeries:
        self.queries.append(asked)
        return samples.series(*self.points, figure=asked.figure, bucket=asked.bucket)

    def usage(self, utc_offset_s: int = 0) -> Usage:
        models = (ModelUse(model="tiny", answers=3), ModelUse(model="big", answers=1))
        return samples.usage(sessions=1, messages=6, active_days=1, models=models)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Answered:
    client = Answered()
    monkeypatch.setattr(stats, "ChatClient", client)
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)
    return client


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["stats", *arguments]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(printed(capsys, *arguments, "--json"))


@pytest.mark.usefixtures("client")
def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys)
    assert "1,199 complete, 1 failed" in out
    assert "1 session, 6 messages, 1 day of use" in out
    (total,) = (line for line in out.splitlines() if line.startswith("total time"))
    assert total.split()[2:] == ["3", *["1.0", "s", "2.0", "s", "3.0", "s", "4.0", "s"]]


@pytest.mark.usefixtures("client")
def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    out = as_json(capsys)
    assert out["summary"]["counts"]["answers"] == 1200
    assert out["summary"]["total_ms"]["p99"] == 4000.0
    assert out["usage"]["models"][0] == {"model": "tiny", "answers": 3}
    by_model = as_json(capsys, "--by", "model")
    assert [*by_model] == ["tiny", "big"]
    by_day = as_json(capsys, "--by", "day")
    assert [*by_day] == ["first_token_ms", "total_ms", "tokens_per_s"]
    assert as_json(capsys, "--plot")["lines"][0]["points"][0]["p50"] == 100.0


def test_only_what_is_asked_for(
    client: Answered, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("time.time", lambda: 1e9)
    which = ("--model", "tiny", "--tier", "fast", "--session", "s1", "--replays")
    printed(capsys, "--since", "7d", *which)
    (asked,) = client.queries
    assert asked == AnswersQuery(
        since=1e9 - 7 * 86400, model="tiny", tier="fast", session="s1", replays=True
    )


def test_a_line_for_each_model(
    client: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(capsys, "--by", "model")
    assert [line.split()[0] for line in out.splitlines()] == ["model", "tiny", "big"]
    assert [each.model for each in client.queries] == ["tiny", "big"]
    out = printed(capsys, "--by", "model", "--model", "big")
    assert [line.split()[0] for line in out.splitlines()] == ["model", "big"]


@pytest.mark.usefixtures("client")
def test_a_line_for_each_day(capsys: pytest.CaptureFixture[str]) -> None:
    head, *days = printed(capsys, "--by", "day").splitlines()
    assert head.split()[:2] == ["day", "answers"]
    assert len(days) == 3 and days[0].startswith("2027-01-")


def test_the_drawing_has_as_many_points_as_can_be_read(
    client: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    for since in ("2h", "3d", "4w", "9999w"):
        printed(capsys, "--plot", "--since", since)
    printed(capsys, "--plot")
    printed(capsys, "--plot", "--since", "2h", "--by", "day")
    series = [each for each in client.queries if isinstance(each, SeriesQuery)]
    buckets = ["minute", "hour", "day", "day", "day", "day"]
    assert [each.bucket for each in series] == buckets
    assert series[4].since is None
    for each in series:
        if each.since is not None:
            (now,) = (s.since for s in series[:1] if s.since is not None)
            longest = (MAX_POINTS + 1) * BUCKET_S[each.bucket]
            assert now - each.since < longest


def test_a_drawing_in_the_terminal(
    client: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(capsys, "--plot", "--figure", "total_ms")
    assert "total time" in out and "median" in out
    client.points = ()
    assert main(["stats", "--plot"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "There are no answers to draw.\n")


def test_a_picture_is_written_and_said(
    client: Answered,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(chart, "to_png", lambda *given: drawn.append(given))
    path = tmp_path / "times.png"
    assert main(["stats", "--png", str(path)]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{path} is written.\n")
    assert drawn[0][1] == path


def test_a_time_that_is_none_is_told(
    client: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["stats", "--since", "yesterday"])
    assert "write 30m, 24h, 7d, 4w or a day" in capsys.readouterr().err
    assert client.queries == []


def test_no_server_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats"]) == FAILED
    assert "jupyter llmchat serve" in capsys.readouterr().err
