"""What happens at once in one session: two tabs, repeated ids, a deletion."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.config import LimitsConfig
from jupyter_llmchat.errors import Conflict, LLMChatError, NotFound
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.codec import decode_frame
from jupyter_llmchat.protocol.events import TERMINAL, TurnEvent
from jupyter_llmchat.server.services import Services

from .builders import (
    LONG_S,
    Api,
    Script,
    Step,
    all_of,
    ask_body,
    chunk,
    complete,
    events_of,
    eventually,
    new_session,
    running,
    settings,
    text_of,
)
from .followers import connected

OFTEN = pytest.mark.parametrize(
    "rounds", [20, pytest.param(100, marks=pytest.mark.long)]
)


@dataclass
class Echo(Script):
    """Answers with the question's own words, or with `fixed` where it is set."""

    fixed: Sequence[Step] = ()

    async def __call__(
        self, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        words = (chunk(f"{word} ") for word in question.text.split())
        self.steps = self.fixed or [*words, complete()]
        async for event in super().__call__(question, stop):
            yield event


@pytest.fixture
def script() -> Echo:
    return Echo()


async def answered(connection: Any) -> list[TurnEvent]:
    """The events of one turn, to its end."""
    events: list[TurnEvent] = []
    async with asyncio.timeout(LONG_S):
        while not (events and isinstance(events[-1], TERMINAL)):
            event = decode_frame(await connection.read_message())
            events.append(event)  # type: ignore[arg-type]
    return events


@OFTEN
async def test_two_tabs_that_ask_at_once_are_both_answered_and_not_mixed_up(
    api: Api, jp_ws_fetch: Any, extension: Any, rounds: int
) -> None:
    session = await api.new_session()
    async with connected(jp_ws_fetch, 2) as tabs:
        for number in range(rounds):
            for tab, name in zip(tabs, ("left", "right"), strict=True):
                text = f"{name} asks for {number}"
                ask = {"type": "ask", "session_id": session, "question": text}
                await tab.write_message(json.dumps(ask))
            left, right = await asyncio.gather(*map(answered, tabs))
            assert text_of(left) == f"left asks for {number} "
            assert text_of(right) == f"right asks for {number} "
    store = await extension.services.store()
    messages = await store.messages("local", session)
    assert len(messages) == 4 * rounds
    pairs = list(zip(messages[::2], messages[1::2], strict=True))
    for question, answer in pairs:
        assert (question.role, answer.role) == ("user", "assistant")
        assert question.turn_id == answer.turn_id
        assert (answer.text, answer.state) == (question.text, "complete")
    assert sorted(q.text.split()[-1] for q, _ in pairs) == sorted(
        str(number) for number in range(rounds) for _ in range(2)
    )


async def test_32_questions_at_once_are_stored_in_the_order_they_were_committed(
    tmp_path: Path,
) -> None:
    committed: list[str] = []
    limits = LimitsConfig(turns_waiting=32, turns_per_user=32)
    config = settings(tmp_path / "chat.duckdb", limits=limits)
    async with running(config, Echo()) as services:
        turns, session = await services.turns(), await new_session(services)

        async def ask(number: int) -> None:
            asked = await turns.ask("local", session, ask_body(f"number {number}"))
            committed.append(asked.turn_id)
            assert text_of(await all_of(asked)) == f"number {number} "

        await asyncio.gather(*map(ask, range(32)))
        messages = await (await services.store()).messages("local", session)
    assert [each.turn_id for each in messages[::2]] == committed
    assert [each.turn_id for each in messages[1::2]] == committed


@OFTEN
async def test_one_id_from_two_tabs_at_once_is_one_question(
    api: Api, jp_ws_fetch: Any, script: Echo, rounds: int
) -> None:
    session = await api.new_session()
    async with connected(jp_ws_fetch, 2) as tabs:
        for number in range(rounds):
            ask = {
                "type": "ask",
                "session_id": session,
                "question": "What is it?",
                "client_message_id": f"mine-{number}",
            }
            for tab in tabs:
                await tab.write_message(json.dumps(ask))
            left, right = await asyncio.gather(*map(answered, tabs))
            assert left == right
    assert len(script.questions) == rounds


@OFTEN
async def test_one_id_for_two_questions_at_once_is_one_answer_and_one_conflict(
    services: Services, script: Echo, rounds: int
) -> None:
    turns, session = await services.turns(), await new_session(services)
    rng = random.Random(1)
    for number in range(rounds):
        texts = [f"one {number}", f"two {number}"]
        rng.shuffle(texts)
        got = await asyncio.gather(
            *(
                turns.ask(
                    "local", session, ask_body(text, client_message_id=str(number))
                )
                for text in texts
            ),
            return_exceptions=True,
        )
        (subscription,) = (each for each in got if not isinstance(each, Exception))
        (refused,) = (each for each in got if isinstance(each, Exception))
        assert isinstance(refused, Conflict)
        assert text_of(await all_of(subscription)) == f"{texts[0]} "  # type: ignore[arg-type]
    assert len(script.questions) == rounds
    assert len(await (await services.store()).messages("local", session)) == 2 * rounds


def rows_left(path: Path) -> list[str]:
    """The tables that are not empty."""
    import duckdb

    with duckdb.connect(str(path)) as database:
        tables = database.execute(
            "SELECT table_name FROM duckdb_tables()"
            " WHERE table_name <> 'schema_version'"
        ).fetchall()
        return [
            table
            for (table,) in tables
            if database.execute(f"SELECT * FROM {table}").fetchall()
        ]


async def test_a_session_deleted_while_it_streams_ends_its_streams_once(
    api: Api, jp_ws_fetch: Any, extension: Any, script: Echo
) -> None:
    script.fixed = (chunk("Said."), asyncio.Event(), chunk("Never."), complete())
    turns, session = await extension.services.turns(), await api.new_session()

    def both_follow() -> bool:
        ids = [question.turn_id for question in script.questions]
        return [turns.listeners("local", each) for each in ids] == [2]

    async with connected(jp_ws_fetch, 1) as (socket,):
        frame = {"type": "ask", "session_id": session, "question": "Q?"}
        await socket.write_message(json.dumps({**frame, "client_message_id": "mine"}))
        asking = asyncio.create_task(api.ask(session, "Q?", client_message_id="mine"))
        await eventually(both_follow)
        assert (await api.delete("sessions", session)).code == 204
        streamed, framed = events_of((await asking).body), await answered(socket)
        assert streamed == framed
        assert text_of(streamed) == "Said."
        assert streamed[-1].finish_reason == "cancelled"  # type: ignore[union-attr]
        await socket.write_message(json.dumps(frame))
        refusal = decode_frame(await socket.read_message())
        assert refusal.code == "not_found"  # type: ignore[union-attr]
    assert (await api.get("sessions", session)).code == 404


@pytest.mark.parametrize("seed", range(10))
async def test_questions_and_deletions_at_once_leave_nothing_behind(
    tmp_path: Path, seed: int
) -> None:
    path, rng = tmp_path / "chat.duckdb", random.Random(seed)
    ends: list[TurnEvent] = []
    async with running(settings(path, turns_running=2), Echo()) as services:
        turns = await services.turns()
        sessions = [await new_session(services) for _ in range(3)]

        async def ask(session: str) -> None:
            try:
                asked = await turns.ask("local", session, ask_body("a b c d e f"))
            except LLMChatError:
                return
            ends.append((await all_of(asked))[-1])

        async def remove(session: str) -> None:
            with contextlib.suppress(NotFound):
                await turns.remove_session("local", session)

        jobs: list[Any] = []
        for _ in range(12):
            jobs.append(asyncio.create_task(ask(rng.choice(sessions))))
            if rng.random() < 0.3:
                jobs.append(asyncio.create_task(remove(rng.choice(sessions))))
            await asyncio.sleep(rng.random() * 0.01)
        jobs += [asyncio.create_task(remove(session)) for session in sessions]
        async with asyncio.timeout(LONG_S):
            await asyncio.gather(*jobs)
            for session in sessions:
                await remove(session)
        assert not turns.active
    assert not [each for each in ends if getattr(each, "code", "") == "internal"]
    assert rows_left(path) == []
