"""OpenAI's own client, on a real server with a fake model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx  # noqa: F401 OpenAI's client must not meet it half imported by a thread
import pytest
from jupyter_server.serverapp import ServerApp
from openai import AsyncOpenAI

from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from tests.server.builders import HostedFake, Script

NewClient = Callable[[str], AsyncOpenAI]


@pytest.fixture
def model() -> HostedFake:
    """The model that answers in this test."""
    return HostedFake()


@pytest.fixture
def with_fakes(
    monkeypatch: pytest.MonkeyPatch, script: Script, model: HostedFake
) -> None:
    def new_services(app: LLMChatApp) -> Services:
        settings = app.server_settings()
        return Services(settings, model, answer=script, beat=app._beat, log=app.log)

    monkeypatch.setattr(LLMChatApp, "new_services", new_services)


@pytest.fixture
async def new_client(
    http_server_client: Any, jp_base_url: str
) -> AsyncIterator[NewClient]:
    """Makes a client with some key."""
    clients: list[AsyncOpenAI] = []
    port = http_server_client.get_http_port()

    def make(key: str) -> AsyncOpenAI:
        url = f"http://127.0.0.1:{port}{jp_base_url}jupyter-llmchat/v1"
        clients.append(AsyncOpenAI(base_url=url, api_key=key, max_retries=0))
        return clients[-1]

    yield make
    for each in clients:
        await each.close()


@pytest.fixture
def client(new_client: NewClient, jp_serverapp: ServerApp) -> AsyncOpenAI:
    """A client with the server's token as its key, as `Authorization: Bearer`."""
    return new_client(jp_serverapp.identity_provider.token)
