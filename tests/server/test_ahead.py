from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_llmchat.errors import LLMChatError, ModelUnavailable
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.server.ahead import SESSIONS, ReadAhead
from jupyter_llmchat.server.services import Services

from .builders import (
    HostedFake,
    Script,
    all_of,
    ask_body,
    eventually,
    new_session,
    settings,
)
from .builders import running as services_of

FIRST = (ContextPart(kind="cell", text="first"),)
SECOND = (ContextPart(kind="cell", text="second"),)


class Reader:
    """What reads; it goes on until it is let go."""

    def __init__(self) -> None:
        self.begun: list[Question] = []
        self.ended: list[Question] = []
        self.let_go = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self, question: Question) -> None:
        self.begun.append(question)
        await self.let_go.wait()
        if self.failure is not None:
            raise self.failure
        self.ended.append(question)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def ahead(services: Services, reader: Reader) -> AsyncIterator[ReadAhead]:
    ahead = ReadAhead(await services.store(), reader, logging.getLogger())
    yield ahead
    await ahead.close()


async def test_what_is_newer_replaces_what_is_being_read(
    services: Services, ahead: ReadAhead, reader: Reader
) -> None:
    session = await new_session(services)
    for number, context in enumerate((FIRST, SECOND), start=1):
        ahead.learn("local", session, context)
        ahead.read("local", session)
        await eventually(lambda n=number: len(reader.begun) == n)
    reader.let_go.set()
    await eventually(lambda: reader.ended)
    assert [each.context for each in reader.begun] == [FIRST, SECOND]
    assert [each.context for each in reader.ended] == [SECOND]


async def test_it_is_read_as_the_session_s_own_words_have_it(
    services: Services, ahead: ReadAhead, reader: Reader
) -> None:
    session = await new_session(services, system_prompt="Be brief.")
    ahead.read("local", session)
    await eventually(lambda: reader.begun)
    assert reader.begun[0].system_prompt == "Be brief."


async def test_sessions_do_not_replace_one_another(
    services: Services, ahead: ReadAhead, reader: Reader
) -> None:
    reader.let_go.set()
    for context in (FIRST, SECOND):
        session = await new_session(services)
        ahead.learn("local", session, context)
        ahead.read("local", session)
    await eventually(lambda: len(reader.ended) == 2 and not ahead._reading)


async def test_the_notebooks_of_the_sessions_used_last_are_remembered(
    ahead: ReadAhead,
) -> None:
    for number in range(SESSIONS):
        ahead.learn("local", str(number), FIRST)
    ahead.learn("local", "0", SECOND)
    ahead.learn("local", "new", FIRST)
    assert len(ahead._known) == SESSIONS
    assert ahead._known["0"].context == SECOND
    assert "1" not in ahead._known


@pytest.mark.parametrize(
    ("error", "is_told"),
    [(ModelUnavailable("No model.", "Install one."), False), (ValueError("odd"), True)],
)
async def test_what_goes_wrong_harms_nobody(
    services: Services,
    ahead: ReadAhead,
    reader: Reader,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    is_told: bool,
) -> None:
    reader.failure = error
    reader.let_go.set()
    ahead.read("local", await new_session(services))
    await eventually(lambda: reader.begun and not ahead._reading)
    assert ("odd" in caplog.text) is is_told
    assert isinstance(error, LLMChatError) is not is_told


async def test_after_closing_nothing_is_read(
    services: Services, ahead: ReadAhead, reader: Reader
) -> None:
    session = await new_session(services)
    ahead.read("local", session)
    await eventually(lambda: reader.begun)
    await ahead.close()
    ahead.read("local", session)
    assert not ahead._reading
    assert not reader.ended


async def test_after_an_answer_it_is_read_with_its_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    async with services_of(settings(tmp_path / "chat.duckdb"), Script()) as services:
        turns, session = await services.turns(), await new_session(services)
        monkeypatch.setattr(turns._around.ahead, "_prepare", reader)
        reader.let_go.set()
        question = ask_body("Why?", context=FIRST)
        await all_of(await turns.ask("local", session, question))
        await eventually(lambda: reader.ended)
        (read,) = reader.ended
        assert read.context == FIRST
        assert [each.question for each in read.history] == ["Why?"]
        await turns.prepare("local", session, SECOND)
        await eventually(lambda: len(reader.ended) == 2)
        assert reader.ended[1].context == SECOND
        assert reader.ended[1].history == read.history


async def test_the_servers_model_reads_it(tmp_path: Path) -> None:
    model = HostedFake()
    config = settings(tmp_path / "chat.duckdb", self_test=False)
    services = Services(config, model)
    await services.start()
    try:
        turns, session = await services.turns(), await new_session(services)
        await turns.prepare("local", session, SECOND)
        await eventually(lambda: any("second" in each for each in model.prompts))
    finally:
        await services.close()


async def test_notebooks_are_counted_for_their_owner_only(
    services: Services, ahead: ReadAhead, reader: Reader
) -> None:
    session = await new_session(services)
    ahead.learn("local", session, FIRST)
    ahead.learn("local", "bare", ())
    ahead.learn("eve", "hers", FIRST)
    assert (ahead.known("local"), ahead.known("eve"), ahead.known("x")) == (1, 1, 0)
    ahead.read("local", session)
    assert (ahead.is_reading("local"), ahead.is_reading("eve")) == (True, False)
    reader.let_go.set()
    await eventually(lambda: not ahead.is_reading("local"))
