"""Many ask at once: each is answered, waits visibly or is told why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jupyter_llmchat.config import LimitsConfig
from jupyter_llmchat.errors import Busy
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.codec import decode_frame
from jupyter_llmchat.protocol.events import Queued, Start, TurnEvent
from jupyter_llmchat.protocol.requests import Refused

from .builders import (
    LONG_S,
    Api,
    Script,
    all_of,
    ask_body,
    events_of,
    eventually,
    new_session,
    running,
    said,
    settings,
    text_of,
    until,
)
from .followers import connected

CLIENTS = 60
LIMITS = {"turns_running": 2, "turns_waiting": 20, "turns_per_user": 20}


@pytest.fixture
def limits() -> dict[str, int]:
    """The extension's settings; a test can override them."""
    return LIMITS


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], limits: dict[str, int]
) -> dict[str, Any]:
    jp_server_config["LLMChatApp"].update(limits)
    return jp_server_config


class Rush:
    """Asks from many connections at once and holds the answers back for a while."""

    def __init__(self, api: Api, url: str, token: str, script: Script) -> None:
        self._api = api
        self._url = url
        self._headers = {"Authorization": f"token {token}"}
        self._go_on = asyncio.Event()
        self._settled = 0
        script.steps = (self._go_on, *said("Forty", "-two."))

    async def ask(self) -> list[tuple[int, bytes]]:
        """Status and body of what each client got."""
        session = await self._api.new_session()
        url = f"{self._url}jupyter-llmchat/api/sessions/{session}/ask"
        unlimited = httpx.Limits(max_connections=None)
        async with (
            asyncio.timeout(3 * LONG_S),
            httpx.AsyncClient(
                headers=self._headers,
                limits=unlimited,
                timeout=LONG_S,
                verify=False,
                trust_env=False,
            ) as client,
        ):
            asked = [
                asyncio.create_task(self._one(client, url, number))
                for number in range(CLIENTS)
            ]
            return await asyncio.gather(*asked)

    async def _one(
        self, client: httpx.AsyncClient, url: str, number: int
    ) -> tuple[int, bytes]:
        body = {"question": f"Question {number}?"}
        async with client.stream("POST", url, json=body) as response:
            self._settled += 1
            if self._settled == CLIENTS:
                self._go_on.set()
            await self._go_on.wait()
            return response.status_code, await response.aread()


@pytest.fixture
def rush(
    api: Api,
    jp_serverapp: Any,
    jp_base_url: str,
    http_server_client: Any,
    script: Script,
) -> Rush:
    url = f"http://127.0.0.1:{http_server_client.get_http_port()}{jp_base_url}"
    return Rush(api, url, jp_serverapp.identity_provider.token, script)


async def test_of_60_at_once_each_gets_an_answer_or_a_reason(
    rush: Rush, script: Script
) -> None:
    got = await rush.ask()
    answers = [events_of(body) for status, body in got if status == 200]
    reasons = [json.loads(body) for status, body in got if status == 429]
    assert (len(answers), len(reasons)) == (20, 40)
    assert all(text_of(events) == "Forty-two." for events in answers)
    assert len(script.questions) == 20
    waited = sorted(positions(events)[0] for events in answers if positions(events))
    assert waited == list(range(18))
    for each in reasons:
        assert (each["code"], each["retryable"]) == ("busy", True)
        assert ": 20;" in each["message"]
        assert each["hint"].startswith("Ask again")


@pytest.mark.parametrize("limits", [{}], ids=["defaults"])
async def test_one_user_has_so_many_by_default(rush: Rush) -> None:
    got = await rush.ask()
    assert sorted(status for status, _ in got) == [200] * 16 + [429] * 44
    reason = json.loads(next(body for status, body in got if status == 429))
    assert "a user may have no more" in reason["message"]


async def test_websockets_are_told_the_same(
    api: Api, jp_ws_fetch: Any, script: Script
) -> None:
    script.steps = (go_on := asyncio.Event(), *said("Done."))
    session = await api.new_session()
    async with connected(jp_ws_fetch, 30) as connections:
        for connection in connections:
            ask = {"type": "ask", "session_id": session, "question": "What?"}
            await connection.write_message(json.dumps(ask))
        firsts = [decode_frame(await each.read_message()) for each in connections]
        refused = [each for each in firsts if isinstance(each, Refused)]
        assert sum(isinstance(each, Start) for each in firsts) == 20
        assert [each.code for each in refused] == ["busy"] * 10
        status = json.loads((await api.get("status")).body)
        assert (status["turns_active"], status["turns_waiting"]) == (20, 18)
        go_on.set()
        await eventually(lambda: len(script.questions) == 20)


def positions(events: list[TurnEvent]) -> list[int]:
    return [event.position for event in events if isinstance(event, Queued)]


def with_limits(path: Path, **limits: int) -> Any:
    return settings(path, turns_running=1, limits=LimitsConfig(**limits))


class Held:
    """A pipeline that answers one question each time it is let go on."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._turns = asyncio.Semaphore(0)

    def go_on(self, answers: int) -> None:
        for _ in range(answers):
            self._turns.release()

    async def __call__(
        self, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        self.order.append(question.text)
        await self._turns.acquire()
        async for event in Script()(question, stop):
            yield event


async def test_a_long_queue_of_one_user_does_not_hold_up_another(
    tmp_path: Path,
) -> None:
    held = Held()
    async with running(with_limits(tmp_path / "chat.duckdb"), held) as services:
        turns = await services.turns()
        sessions = {who: await new_session(services, who) for who in ("ada", "bob")}
        names = ["ada 1", "ada 2", "ada 3", "ada 4", "bob 1", "bob 2"]
        asked = [
            await turns.ask(name[:3], sessions[name[:3]], ask_body(name))
            for name in names
        ]
        await until(asked[-1], Queued)
        held.go_on(len(names))
        await asyncio.gather(*(all_of(each) for each in asked[:-1]))
        await eventually(lambda: not turns.active)
    assert held.order == ["ada 1", "ada 2", "bob 1", "ada 3", "bob 2", "ada 4"]


async def test_one_user_s_limit_is_not_another_s(tmp_path: Path) -> None:
    config = with_limits(tmp_path / "chat.duckdb", turns_per_user=2, turns_waiting=3)
    script = Script(steps=(asyncio.Event(),))
    async with running(config, script) as services:
        turns = await services.turns()
        ada, bob = (
            await new_session(services, "ada"),
            await new_session(services, "bob"),
        )
        for number in range(2):
            await turns.ask("ada", ada, ask_body(str(number)))
        with pytest.raises(Busy, match=": 2; a user may have no more"):
            await turns.ask("ada", ada, ask_body("one too many"))
        await turns.ask("bob", bob, ask_body("another's"))
        with pytest.raises(Busy, match=": 3; the server takes no more"):
            await turns.ask("bob", bob, ask_body("one too many in all"))
        store = await services.store()
        assert len(await store.messages("ada", ada)) == 4
        assert len(await store.messages("bob", bob)) == 2


async def test_who_was_refused_is_answered_as_soon_as_there_is_room(
    tmp_path: Path,
) -> None:
    config = with_limits(tmp_path / "chat.duckdb", turns_per_user=1)
    script = Script(steps=(go_on := asyncio.Event(), *said("Done.")))
    async with running(config, script) as services:
        turns, session = await services.turns(), await new_session(services)
        first = await turns.ask("local", session, ask_body("one"))
        body = ask_body("two", client_message_id="mine")
        with pytest.raises(Busy):
            await turns.ask("local", session, body)
        go_on.set()
        await all_of(first)
        assert text_of(await all_of(await turns.ask("local", session, body))) == "Done."
