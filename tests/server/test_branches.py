from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from jupyter_llmchat.protocol.events import Complete
from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api, Script, ask_body, events_of, eventually, said, text_of


async def shown(api: Api, session: str) -> list[dict[str, Any]]:
    response = await api.get("sessions", session, "messages")
    return list(json.loads(response.body)["messages"])


async def questions(api: Api, session: str) -> list[str]:
    return [each["text"] for each in await shown(api, session)][::2]


async def asked(api: Api, session: str, question: str, **fields: Any) -> str:
    """The turn of a question that has been answered."""
    response = await api.ask(session, question, **fields)
    assert response.code == 200, response.body
    return events_of(response.body)[0].turn_id


async def test_an_edited_question_is_another_version(api: Api, script: Script) -> None:
    session = await api.new_session()
    await asked(api, session, "One?")
    two = await asked(api, session, "Two?")
    await asked(api, session, "Three?")
    other = await asked(api, session, "Two, then?", replaces=two)
    assert await questions(api, session) == ["One?", "Two, then?"]
    told = [each.question for each in script.questions[-1].history]
    assert told == ["One?"]
    question = (await shown(api, session))[2]
    assert question["versions"] == [two, other]
    again = await api.post("turns", two, "select")
    texts = [each["text"] for each in json.loads(again.body)["messages"]]
    assert texts[::2] == ["One?", "Two?", "Three?"]
    assert await questions(api, session) == ["One?", "Two?", "Three?"]


async def test_an_answer_is_given_again_by_the_model(api: Api, script: Script) -> None:
    session = await api.new_session()
    await asked(api, session, "One?")
    two = await asked(api, session, "Two?")
    script.steps = said("Another", ".")
    context = [{"kind": "cell", "name": "1", "text": "x = 1"}]
    body = {
        "client_message_id": "mine",
        "options": {"temperature": 1.5},
        "context": context,
    }
    first = await api.post("turns", two, "regenerate", body=body)
    events = events_of(first.body)
    assert text_of(events) == "Another."
    question = script.questions[-1]
    assert (question.text, question.temperature) == ("Two?", 1.5)
    assert question.context[0].text == "x = 1"
    assert [each.question for each in question.history] == ["One?"]
    again = await api.post("turns", two, "regenerate", body=body)
    assert again.body == first.body
    new = events[0].turn_id
    assert (await shown(api, session))[2]["versions"] == [two, new]
    # One that is not shown is a version of the same place.
    await api.post("turns", two, "regenerate", body={})
    assert len((await shown(api, session))[2]["versions"]) == 3


async def test_a_deleted_message_takes_its_answer_along(api: Api) -> None:
    session = await api.new_session()
    one = await asked(api, session, "One?")
    await asked(api, session, "Two?")
    await asked(api, session, "Three?")
    answer = (await shown(api, session))[3]["id"]
    deleted = await api.delete("messages", answer)
    assert (deleted.code, deleted.body) == (204, b"")
    assert await questions(api, session) == ["One?", "Three?"]
    assert (await api.delete("messages", answer)).code == 404
    assert (await api.delete("turns", one)).code == 204
    assert await questions(api, session) == ["Three?"]
    for path in ((), ("events",), ("decisions",)):
        assert (await api.get("turns", one, *path)).code == 404
    listed = json.loads((await api.get("sessions", session)).body)
    assert listed["messages"] == 2


async def test_an_answer_that_is_written_is_stopped_before_it_is_deleted(
    api: Api, script: Script, extension: LLMChatApp
) -> None:
    script.steps = (*said("Forty")[:2], asyncio.Event())
    session = await api.new_session()
    stream = asyncio.ensure_future(api.ask(session, "What is it?"))
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    assert (await api.delete("turns", turn)).code == 204
    end = events_of((await stream).body)[-1]
    assert isinstance(end, Complete)
    assert end.finish_reason == "cancelled"
    assert await shown(api, session) == []
    assert (await api.get("turns", turn, "events")).code == 404


async def test_decisions_are_listed_as_they_were_taken(api: Api) -> None:
    turn = await asked(api, await api.new_session(), "What is it?")
    response = await api.get("turns", turn, "decisions")
    (taken,) = json.loads(response.body)["decisions"]
    assert (taken["name"], taken["chosen"], taken["source"]) == (
        "strategy",
        "simple",
        "model",
    )
    assert [each["probability"] for each in taken["options"]] == [0.9, 0.1]


@pytest.mark.parametrize("replaced", ["no-such-turn", "elsewhere"])
async def test_what_is_not_in_the_session_cannot_be_replaced(
    api: Api, replaced: str
) -> None:
    session, other = await api.new_session(), await api.new_session()
    if replaced == "elsewhere":
        replaced = await asked(api, other, "Elsewhere?")
    response = await api.ask(session, "Anew?", replaces=replaced)
    assert (response.code, json.loads(response.body)["code"]) == (404, "not_found")
    assert await shown(api, session) == []


async def test_what_is_another_owner_s_is_not_found(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    session = (await store.create_session("eve", "", {})).id
    turns = await extension.services.turns()
    subscription = await turns.ask("eve", session, ask_body())
    await eventually(lambda: subscription._log.ended)
    turn = subscription.turn_id
    question = (await store.messages("eve", session))[0].id
    for response in (
        await api.post("turns", turn, "regenerate", body={}),
        await api.post("turns", turn, "select", body={}),
        await api.get("turns", turn, "decisions"),
        await api.delete("turns", turn),
        await api.delete("messages", question),
    ):
        assert (response.code, json.loads(response.body)["code"]) == (404, "not_found")
    assert len(await store.messages("eve", session)) == 2
