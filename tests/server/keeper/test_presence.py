from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from jupyter_llmchat.server.keeper import presence
from jupyter_llmchat.server.keeper.presence import NONCE, PATH, PROOF, Presence, proof
from tests.server.builders import LONG_S


@pytest.fixture
def ending() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def url(ending: asyncio.Event) -> AsyncIterator[str]:
    about = {"secret": "s3cret", "ending": ending}
    server = HTTPServer(Application([(PATH, Presence, about)]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}{PATH}"
    ending.set()
    server.stop()
    await server.close_all_connections()


async def fetched(url: str, **options: Any) -> Any:
    client = AsyncHTTPClient(force_instance=True)
    try:
        async with asyncio.timeout(LONG_S):
            return await client.fetch(url, raise_error=False, **options)
    finally:
        client.close()


async def test_it_goes_on_until_the_end_and_begins_with_a_proof(
    url: str, ending: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_S", 0.001)
    heard = bytearray()

    def listen(piece: bytes) -> None:
        heard.extend(piece)
        if heard.count(b"\n") >= 3:
            ending.set()

    headers = {NONCE: "n", PROOF: proof("s3cret", "n", "asked")}
    response = await fetched(url, headers=headers, streaming_callback=listen)
    assert response.code == 200
    assert heard.startswith(proof("s3cret", "n", "answered").encode() + b"\n\n")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {NONCE: "n"},
        {NONCE: "n", PROOF: proof("other", "n", "asked")},
        {NONCE: "n", PROOF: proof("s3cret", "m", "asked")},
        {NONCE: "n", PROOF: proof("s3cret", "n", "answered")},
        {NONCE: "n", PROOF: "\xe9"},
    ],
)
async def test_who_does_not_know_the_secret_hears_nothing(
    url: str, headers: dict[str, str]
) -> None:
    response = await fetched(url, headers=headers)
    assert response.code == 403
    assert proof("s3cret", "n", "answered").encode() not in response.body
