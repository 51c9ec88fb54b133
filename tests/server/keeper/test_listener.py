from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketHandler, websocket_connect

from jupyter_llmchat.server.identity import forwarded_as
from jupyter_llmchat.server.keeper.listener import HOST, Listener
from jupyter_llmchat.server.keeper.ownership import Keeper
from jupyter_llmchat.server.routes import routes
from tests.server.builders import LONG_S, running, settings
from tests.server.keepers import SETTINGS
from tests.server.test_routes import METHODS

API = "/jupyter-llmchat/api"


@dataclass
class Listening:
    """A listener and a client of it."""

    keeper: Keeper
    listener: Listener
    client: httpx.AsyncClient


@pytest.fixture
async def listening(tmp_path: Path) -> AsyncIterator[Listening]:
    async with running(settings(tmp_path / "chat.duckdb")) as services:
        await services.store()
        # What a Jupyter server has set for browsers must not open anything here.
        open_ = {"allow_unauthenticated_access": True, "static_path": str(tmp_path)}
        listener = Listener(routes(services), SETTINGS | open_)
        keeper = listener.start()
        base = f"http://{HOST}:{keeper.port}"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            yield Listening(keeper, listener, client)
        await listener.close()


async def test_it_says_where_and_who_it_is(listening: Listening) -> None:
    keeper = listening.keeper
    assert (keeper.pid, keeper.host) == (os.getpid(), platform.node())
    assert len(keeper.secret) == 64
    assert keeper.is_understood


async def test_requests_are_answered_for_the_owner_that_they_name(
    listening: Listening,
) -> None:
    secret = listening.keeper.secret
    ada, bob = forwarded_as("ada ä", secret), forwarded_as("bob", secret)
    # What a browser would be refused for has been checked by the server before this.
    ada |= {"Host": "far.example", "Origin": "https://far.example"}
    created = await listening.client.post(f"{API}/sessions", json={}, headers=ada)
    assert created.status_code == 201
    path = f"{API}/sessions/{created.json()['id']}"
    for headers, code in ((ada, 200), (bob, 404)):
        response = await listening.client.get(path, headers=headers)
        assert response.status_code == code


@pytest.mark.parametrize("secret", [None, "", "wrong"])
async def test_without_the_secret_nothing_is_answered(
    listening: Listening, secret: str | None
) -> None:
    headers = {} if secret is None else forwarded_as("local", secret)
    for path, method, handler in (each.values for each in METHODS):
        if issubclass(handler, WebSocketHandler):
            url = f"ws://{HOST}:{listening.keeper.port}/{path}"
            with pytest.raises(HTTPClientError, match="403"):
                await websocket_connect(HTTPRequest(url, headers=headers))
            continue
        body = {} if method in ("POST", "PUT", "PATCH") else None
        response = await listening.client.request(
            method, f"/{path}", json=body, headers=headers
        )
        assert response.status_code in (401, 403), f"{method} {path}"


@pytest.mark.parametrize("path", ["/", "/login", "/static/chat.duckdb", "/api/status"])
async def test_nothing_else_is_served(listening: Listening, path: str) -> None:
    headers = forwarded_as("local", listening.keeper.secret)
    response = await listening.client.get(path, headers=headers)
    assert response.status_code == 404


async def test_it_can_refuse_new_requests_while_it_answers_others(
    listening: Listening,
) -> None:
    headers: Any = forwarded_as("local", listening.keeper.secret)
    assert (await listening.client.get(f"{API}/status", headers=headers)).is_success
    listening.listener.refuse()
    async with asyncio.timeout(LONG_S), httpx.AsyncClient(trust_env=False) as other:
        with pytest.raises(httpx.ConnectError):
            await other.get(f"http://{HOST}:{listening.keeper.port}{API}/status")
