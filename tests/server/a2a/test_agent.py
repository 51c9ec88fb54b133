from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_llmchat.config import LimitsConfig
from jupyter_llmchat.errors import BadRequest, Busy, Conflict
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.server.a2a import agent as module
from jupyter_llmchat.server.a2a.agent import Agent, followed, known
from jupyter_llmchat.server.a2a.progress import reached
from jupyter_llmchat.server.a2a.rpc import Kind, RpcError
from jupyter_llmchat.server.a2a.wire import Sent
from jupyter_llmchat.server.services import Services
from tests.server.builders import Script, chunk, complete, said, settings
from tests.server.builders import running as running_services


def sent(text: str = "What is it?", **fields: Any) -> Sent:
    usual: dict[str, Any] = {
        "client_message_id": "m1",
        "context_id": None,
        "task_id": None,
        "blocking": True,
        "history_length": None,
        "options": AskOptions(),
    }
    return Sent(text=text, **usual | fields)


@pytest.fixture
def agent(services: Services) -> Agent:
    return Agent(services, "local")


async def titles(services: Services) -> list[str]:
    store = await services.store()
    return [each.title for each in await store.sessions("local")]


async def refusal(asking: Any) -> Kind:
    with pytest.raises(RpcError) as caught:
        await asking
    assert caught.value.hint
    return caught.value.kind


async def test_a_message_begins_a_session_named_by_its_question(
    agent: Agent, services: Services
) -> None:
    task = (await followed(await agent.send(sent()))).task
    assert (task.status.state, task.artifacts[0].text) == ("completed", "Forty-two.")
    assert await titles(services) == ["What is it?"]


async def test_a_context_is_a_session(agent: Agent, services: Services) -> None:
    first = (await followed(await agent.send(sent()))).task
    more = sent("And now?", context_id=first.context_id, client_message_id="m2")
    second = (await followed(await agent.send(more))).task
    assert second.context_id == first.context_id
    assert second.id != first.id
    assert await titles(services) == ["What is it?"]


async def test_the_same_message_in_a_context_is_one_task(
    agent: Agent, script: Script
) -> None:
    first = (await followed(await agent.send(sent()))).task
    again = sent(context_id=first.context_id)
    assert (await followed(await agent.send(again))).task == first
    assert len(script.questions) == 1
    with pytest.raises(Conflict):
        await agent.send(sent("Another.", context_id=first.context_id))


async def test_a_refused_question_leaves_no_session(
    agent: Agent, services: Services
) -> None:
    with pytest.raises(BadRequest):
        await agent.send(sent(" "))
    assert await titles(services) == []


async def test_more_questions_than_may_wait_are_refused() -> None:
    config = settings(limits=LimitsConfig(turns_waiting=1))
    async with running_services(config, Script((asyncio.Event(),))) as services:
        agent = Agent(services, "local")
        (await agent.send(sent())).close()
        with pytest.raises(Busy):
            await agent.send(sent(client_message_id="m2"))
        assert len(await titles(services)) == 1


@pytest.mark.parametrize("id", ["nothing", "../x", "", "a b", "x" * 99, "\ud800"])
async def test_unknown_ids_are_refused(agent: Agent, id: str) -> None:
    assert await refusal(agent.look(id)) is Kind.TASK_NOT_FOUND
    assert await refusal(agent.cancel(id)) is Kind.TASK_NOT_FOUND
    assert await refusal(agent.listen(id)) is Kind.TASK_NOT_FOUND
    assert await refusal(agent.send(sent(task_id=id))) is Kind.TASK_NOT_FOUND
    assert await refusal(agent.send(sent(context_id=id))) is Kind.INVALID_PARAMS


async def test_what_is_another_s_does_not_exist(
    agent: Agent, services: Services
) -> None:
    task = (await followed(await agent.send(sent()))).task
    other = Agent(services, "another")
    assert await refusal(other.look(task.id)) is Kind.TASK_NOT_FOUND
    assert await refusal(other.cancel(task.id)) is Kind.TASK_NOT_FOUND
    context = sent(context_id=task.context_id)
    assert await refusal(other.send(context)) is Kind.INVALID_PARAMS


async def test_a_task_takes_one_message(agent: Agent) -> None:
    task = (await followed(await agent.send(sent()))).task
    more = agent.send(sent(task_id=task.id))
    assert await refusal(more) is Kind.UNSUPPORTED_OPERATION


async def test_a_task_is_looked_at_while_it_runs_and_afterwards(
    agent: Agent, script: Script
) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), complete())
    subscription = await agent.send(sent())
    while not (now := await agent.look(subscription.turn_id)).task.artifacts:
        await asyncio.sleep(0.005)
    assert (now.state, now.task.artifacts[0].text) == ("working", "First.")
    go_on.set()
    ended = await followed(subscription)
    assert (await agent.look(subscription.turn_id)).task == ended.task


async def test_a_task_that_only_the_store_remembers_is_looked_at(
    agent: Agent, services: Services
) -> None:
    ended = (await followed(await agent.send(sent()))).task
    turns = await services.turns()
    turns._around.hub._logs.clear()
    turns._around.hub._ended_at.clear()
    found = (await agent.look(ended.id)).task
    assert (found.status.state, found.artifacts) == ("completed", ended.artifacts)
    assert found.history == ended.history
    assert await refusal(agent.cancel(ended.id)) is Kind.TASK_NOT_CANCELABLE


async def test_a_running_task_is_joined_where_it_is(
    agent: Agent, script: Script
) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    subscription = await agent.send(sent())
    while not (await agent.look(subscription.turn_id)).task.artifacts:
        await asyncio.sleep(0.005)
    progress, rest = await agent.listen(subscription.turn_id)
    assert progress.task.artifacts[0].text == "First."
    go_on.set()
    await followed(subscription)
    for event in await known(rest):
        progress = progress.after(event)
    assert progress.task.artifacts[0].text == "First.Last."
    assert progress.task.ended


async def test_what_has_ended_is_not_joined(agent: Agent) -> None:
    task = (await followed(await agent.send(sent()))).task
    assert await refusal(agent.listen(task.id)) is Kind.UNSUPPORTED_OPERATION


async def test_cancelling_keeps_what_was_said(agent: Agent, script: Script) -> None:
    script.steps = (chunk("Kept."), asyncio.Event())
    subscription = await agent.send(sent())
    while not (await agent.look(subscription.turn_id)).task.artifacts:
        await asyncio.sleep(0.005)
    task = (await agent.cancel(subscription.turn_id)).task
    assert (task.status.state, task.artifacts[0].text) == ("canceled", "Kept.")
    again = agent.cancel(subscription.turn_id)
    assert await refusal(again) is Kind.TASK_NOT_CANCELABLE


async def test_a_task_that_does_not_stop_is_shown_as_it_is(
    agent: Agent, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CANCEL_S", 0.01)
    script.heeds_stop = False
    script.steps = (chunk("a"), go_on := asyncio.Event(), complete())
    subscription = await agent.send(sent())
    while not (await agent.look(subscription.turn_id)).task.artifacts:
        await asyncio.sleep(0.005)
    assert (await agent.cancel(subscription.turn_id)).state == "working"
    go_on.set()
    assert (await followed(subscription)).task.ended


async def test_options_reach_the_question(agent: Agent, script: Script) -> None:
    await followed(await agent.send(sent(options=AskOptions(seed=7))))
    assert script.questions[0].seed == 7


async def test_all_events_that_there_are_come_at_once(
    agent: Agent, script: Script
) -> None:
    script.steps = said(*["x"] * 200)
    subscription = await agent.send(sent())
    await followed(subscription)
    turns = await agent._services.turns()
    events = await known(await turns.listen("local", subscription.turn_id, 0))
    assert len(events) == 205
    assert reached(events).task.ended
