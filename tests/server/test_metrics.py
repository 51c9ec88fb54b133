from __future__ import annotations

import json
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.figures import MAX_POINTS, SeriesQuery
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.metrics import USUAL_POINTS, period
from tests.store.builders import begin, ended

from .builders import Api

DAY = 86400
NOON = 20_000.5 * DAY


async def got(api: Api, what: str, **params: Any) -> Any:
    response = await api.get("metrics", what, params=params)
    assert response.code == 200, response.body
    return json.loads(response.body)


async def answered_for(extension: LLMChatApp, owner: str) -> str:
    """An answer of this owner; the session's id."""
    assert extension.services is not None
    store = await extension.services.store()
    session = await store.create_session(owner, "", {})
    await store.end_turn(ended(await begin(store, owner, session_id=session.id)))
    return session.id


async def test_the_summary_counts_what_was_answered(api: Api) -> None:
    session = await api.new_session()
    await api.ask(session, "What is it?")
    whole = await got(api, "summary")
    assert (whole["counts"]["answers"], whole["counts"]["complete"]) == (1, 1)
    assert whole["counts"]["generated_tokens"] == 3
    assert whole["total_ms"] == {"n": 1, "avg": 5.0, "p50": 5.0, "p95": 5.0, "p99": 5.0}
    assert whole["first_token_ms"]["avg"] is None
    assert (await got(api, "summary", session=session))["counts"]["answers"] == 1
    assert (await got(api, "summary", model="other"))["counts"]["answers"] == 0
    assert (await got(api, "summary", until="1000"))["counts"]["answers"] == 0


async def test_a_series_has_a_point_for_today(api: Api) -> None:
    await api.ask(await api.new_session(), "What is it?")
    found = await got(api, "series", figure="total_ms", by_model="true")
    (line,) = found["lines"]
    assert line["model"] == "fake"
    assert [point["n"] for point in line["points"]] == [1]
    assert found["since"] < line["points"][0]["start"] < found["until"]


async def test_usage_is_that_of_who_asks(api: Api) -> None:
    await api.ask(await api.new_session(), "What is it?")
    used = await got(api, "usage")
    assert (used["user"], used["sessions"], used["messages"]) == ("local", 1, 2)
    assert (used["active_days"], used["favourite_strategy"]) == (1, "simple")
    assert used["models"] == [{"model": "fake", "answers": 1}]


async def test_nobody_sees_anothers_figures(api: Api, extension: LLMChatApp) -> None:
    session = await answered_for(extension, "eve")
    assert (await got(api, "summary"))["counts"]["answers"] == 0
    assert (await got(api, "series"))["lines"] == []
    used = await got(api, "usage")
    assert (used["sessions"], used["answers"], used["models"]) == (0, 0, [])
    for what in ("summary", "series"):
        response = await api.get("metrics", what, params={"session": session})
        assert response.code == 404
    # Nobody can say who they are: there is no such argument.
    response = await api.get("metrics", "usage", params={"user": "eve"})
    assert response.code == 400


@pytest.mark.parametrize(
    ("what", "params"),
    [
        ("summary", {"since": "yesterday"}),
        ("summary", {"since": "10", "until": "5"}),
        ("series", {"figure": "luck"}),
        ("series", {"bucket": "year"}),
        ("series", {"since": "10", "until": "5"}),
        ("series", {"bucket": "minute", "since": "0"}),
        ("usage", {"utc_offset_s": "1000000"}),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    api: Api, what: str, params: dict[str, str]
) -> None:
    response = await api.get("metrics", what, params=params)
    assert response.code == 400
    assert json.loads(response.body)["hint"]


@pytest.mark.parametrize("bucket", ["minute", "hour", "day"])
def test_without_a_beginning_the_last_buckets_are_taken_whole(bucket: Any) -> None:
    size = {"minute": 60, "hour": 3600, "day": DAY}[bucket]
    asked = SeriesQuery(bucket=bucket, until=NOON, utc_offset_s=7200)
    since, until = period(asked, 0.0)
    assert until == NOON
    assert (since + 7200) % size == 0
    assert USUAL_POINTS - 1 <= (until - since) / size <= USUAL_POINTS


def test_a_series_is_bounded() -> None:
    assert period(SeriesQuery(since=NOON - MAX_POINTS * DAY), NOON)[1] == NOON
    with pytest.raises(BadRequest, match="1001 points"):
        period(SeriesQuery(since=NOON - (MAX_POINTS + 1) * DAY), NOON)
    assert period(SeriesQuery(until=5.0), NOON) == (0.0, 5.0)


async def test_looking_is_no_activity(api: Api, jp_serverapp: ServerApp) -> None:
    for what in ("summary", "series", "usage"):
        await got(api, what)
    assert "api_last_activity" not in jp_serverapp.web_app.settings
