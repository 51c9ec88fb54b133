"""OpenAI's client of a server whose data another one keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import openai
import pytest
from jupyter_server.serverapp import ServerApp
from openai import AsyncOpenAI

from jupyter_llmchat.server.services import Services
from tests.server.builders import Script, eventually
from tests.server.keepers import keeping

from .conftest import NewClient
from .test_chat import ASK, SAID, chunks, text_of


@pytest.fixture
async def keeper(tmp_path: Path, script: Script) -> AsyncIterator[Services]:
    async with keeping(tmp_path / "llmchat" / "llmchat.duckdb", script) as services:
        yield services


@pytest.fixture
async def jp_serverapp(keeper: Services, jp_serverapp: ServerApp) -> ServerApp:
    return jp_serverapp


async def test_answers_come_from_the_other(
    client: AsyncOpenAI, new_client: NewClient, script: Script
) -> None:
    assert text_of(await chunks(client)) == SAID
    done = await client.chat.completions.create(model="fake-staged", messages=ASK)
    assert done.choices[0].message.content == "Forty-two."
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("none")
    with pytest.raises(openai.AuthenticationError):
        await new_client("wrong").models.list()


async def test_a_client_that_goes_ends_its_answer_there(
    client: AsyncOpenAI, keeper: Services
) -> None:
    model = keeper.models.fast
    model.piece_delay_s = 0.01  # type: ignore[attr-defined]
    model.reply = lambda prompt: "on " * 10_000  # type: ignore[attr-defined]
    stream = await client.chat.completions.create(
        model="fake", messages=ASK, stream=True
    )
    await anext(stream)
    assert keeper.completions.active == 1
    await stream.close()
    await eventually(lambda: not keeper.completions.active)
