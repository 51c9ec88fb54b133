from __future__ import annotations

import json

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
    assert json.loads(listed.body) == {"sessions": [session]}


async def test_messages_are_questions_and_answers_in_order(api: Api) -> None:
    session = await api.new_session()
    assert json.loads((await api.get("sessions", session, "messages")).body) == {
        "messages": []
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
    assert json.loads((await api.get("sessions")).body) == {"sessions": []}


async def test_another_owners_session_is_not_found(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    session = await store.create_session("eve", "", {})
    for path in ((), ("messages",)):
        response = await api.get("sessions", session.id, *path)
        assert (response.code, json.loads(response.body)["code"]) == (404, "not_found")
    assert json.loads((await api.get("sessions")).body) == {"sessions": []}
