from __future__ import annotations

import json

import pytest

from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api


async def test_a_session_is_created_listed_and_read(api: Api) -> None:
    body = {"title": "Häufigkeiten", "config": {"temperature": 0.5, "mine": [1]}}
    created = await api.post("sessions", body=body)
    assert created.code == 201
    session = json.loads(created.body)
    assert (session["title"], session["config"]) == (body["title"], body["config"])
    read = await api.get("sessions", session["id"])
    assert json.loads(read.body) == session
    listed = await api.get("sessions")
    assert json.loads(listed.body) == {"sessions": [session], "next": None}


async def test_messages_are_questions_and_answers_in_order(api: Api) -> None:
    session = await api.new_session()
    assert json.loads((await api.get("sessions", session, "messages")).body) == {
        "messages": [],
        "next": None,
    }
    await api.ask(session, "What is it?")
    response = await api.get("sessions", session, "messages")
    question, answer = json.loads(response.body)["messages"]
    assert (question["role"], question["text"]) == ("user", "What is it?")
    assert (answer["role"], answer["text"]) == ("assistant", "Forty-two.")
    assert (answer["state"], answer["model"]) == ("complete", "fake")


async def test_settings_that_do_not_fit_are_refused_and_nothing_is_created(
    api: Api,
) -> None:
    response = await api.post("sessions", body={"config": {"temperature": "hot"}})
    assert response.code == 400
    assert "temperature" in json.loads(response.body)["message"]
    assert json.loads((await api.get("sessions")).body)["sessions"] == []


async def test_another_owners_session_is_not_found(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    session = await store.create_session("eve", "", {})
    for response in (
        await api.get("sessions", session.id),
        await api.get("sessions", session.id, "messages"),
        await api.patch("sessions", session.id, body={"title": "Mine"}),
        await api.delete("sessions", session.id),
    ):
        assert (response.code, json.loads(response.body)["code"]) == (404, "not_found")
    assert (await store.session("eve", session.id)).title == ""
    assert json.loads((await api.get("sessions")).body)["sessions"] == []


async def test_a_session_is_renamed_and_set_up(api: Api) -> None:
    session = await api.new_session()
    renamed = await api.patch("sessions", session, body={"title": "Mäuse"})
    assert (renamed.code, json.loads(renamed.body)["title"]) == (200, "Mäuse")
    config = {"temperature": 0.5}
    await api.patch("sessions", session, body={"config": config})
    read = json.loads((await api.get("sessions", session)).body)
    assert (read["title"], read["config"]) == ("Mäuse", config)
    for body in ({"config": {"temperature": "hot"}}, {"titel": "x"}, {"title": 1}):
        assert (await api.patch("sessions", session, body=body)).code == 400
    assert json.loads((await api.get("sessions", session)).body) == read


async def test_a_deleted_session_is_gone_with_all_that_was_said(api: Api) -> None:
    session, other = await api.new_session(), await api.new_session()
    await api.ask(session, "What is it?")
    await api.ask(other, "And that?")
    deleted = await api.delete("sessions", session)
    assert (deleted.code, deleted.body) == (204, b"")
    assert (await api.get("sessions", session, "messages")).code == 404
    assert (await api.delete("sessions", session)).code == 404
    kept = json.loads((await api.get("sessions", other, "messages")).body)["messages"]
    assert [each["text"] for each in kept] == ["And that?", "Forty-two."]


async def test_sessions_come_in_pages(api: Api) -> None:
    ids = [await api.new_session() for _ in range(5)]
    found: list[str] = []
    before: dict[str, str] = {}
    for length in (2, 2, 1):
        response = await api.get("sessions", params={"limit": "2", **before})
        page = json.loads(response.body)
        assert len(page["sessions"]) == length
        found += [each["id"] for each in page["sessions"]]
        before = {"before": str(page["next"])}
    assert page["next"] is None
    assert found == ids[::-1]


async def test_messages_come_in_pages_the_last_ones_first(api: Api) -> None:
    session = await api.new_session()
    for number in range(3):
        await api.ask(session, f"{number}?")
    params = {"limit": "4"}
    last = json.loads(
        (await api.get("sessions", session, "messages", params=params)).body
    )
    assert [each["text"] for each in last["messages"][::2]] == ["1?", "2?"]
    params["before"] = str(last["next"])
    await api.ask(session, "3?")
    first = json.loads(
        (await api.get("sessions", session, "messages", params=params)).body
    )
    assert [each["text"] for each in first["messages"][::2]] == ["0?"]
    assert first["next"] is None


@pytest.mark.parametrize(
    "params",
    [{"limit": "0"}, {"limit": "1001"}, {"before": "-1"}, {"before": "x"}, {"of": "1"}],
    ids=str,
)
async def test_a_page_that_is_none_is_refused(api: Api, params: dict[str, str]) -> None:
    session = await api.new_session()
    for path in (("sessions",), ("sessions", session, "messages")):
        response = await api.get(*path, params=params)
        assert response.code == 400
        assert next(iter(params)) in json.loads(response.body)["message"]
