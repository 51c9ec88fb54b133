"""A WebSocket to a server whose data another server of the same process keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError

from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.requests import Ask
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from tests.server.builders import Script, eventually, new_session
from tests.server.keepers import keeping
from tests.server.test_routes import Refusing, RefusingLater

PATH = "jupyter-llmchat/api/socket"


@pytest.fixture
async def keeper(tmp_path: Path, script: Script) -> AsyncIterator[Services]:
    async with keeping(tmp_path / "llmchat" / "llmchat.duckdb", script) as services:
        yield services


@pytest.fixture
async def jp_serverapp(keeper: Services, jp_serverapp: ServerApp) -> ServerApp:
    """The server that follows."""
    return jp_serverapp


async def until(socket: Any, kind: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["type"] != kind:
        message = await socket.read_message()
        assert message is not None, heard
        heard.append(json.loads(message))
    return heard


async def test_frames_pass_both_ways(jp_ws_fetch: Any, keeper: Services) -> None:
    session = await new_session(keeper)
    socket = await jp_ws_fetch(PATH)
    asked = Ask(session_id=session, client_message_id="c", question="What is it?")
    await socket.write_message(encode(asked))
    heard = await until(socket, "complete")
    assert [each["seq"] for each in heard] == list(range(len(heard)))
    await socket.write_message(b"\xff", binary=True)
    assert (await until(socket, "refused"))[-1]["code"] == "bad_request"
    socket.close()


async def test_an_open_connection_is_no_activity_and_its_end_is_passed_on(
    jp_ws_fetch: Any, keeper: Services, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    socket = await jp_ws_fetch(PATH)
    link = await extension.services.keeper()
    assert link is not None
    await eventually(lambda: link._carried)
    assert extension.current_activity() == 0
    socket.close()
    await eventually(lambda: not link._carried)


async def test_a_frame_over_the_limit_ends_the_connection_at_the_follower(
    jp_ws_fetch: Any, extension: LLMChatApp
) -> None:
    socket = await jp_ws_fetch(PATH)
    limit = extension.server_settings().limits.frame_bytes
    await socket.write_message("x" * (limit + 1))
    assert await socket.read_message() is None
    assert socket.close_code == 1009
    socket.close()


async def test_the_keeper_s_end_is_told_and_the_next_connection_is_answered(
    jp_ws_fetch: Any, keeper: Services
) -> None:
    session = await new_session(keeper)
    socket = await jp_ws_fetch(PATH)
    await keeper.close()
    assert await socket.read_message() is None
    assert socket.close_code == 1012
    again = await jp_ws_fetch(PATH)
    asked = Ask(session_id=session, client_message_id="c", question="What is it?")
    await again.write_message(encode(asked))
    await until(again, "complete")
    again.close()
    socket.close()


@pytest.mark.parametrize("authorizer", [Refusing, RefusingLater])
async def test_the_follower_s_authorizer_decides(
    jp_ws_fetch: Any, jp_serverapp: ServerApp, authorizer: type[Refusing]
) -> None:
    refusing = authorizer()
    refusing.asked = []
    jp_serverapp.web_app.settings["authorizer"] = refusing
    with pytest.raises(HTTPClientError) as caught:
        await jp_ws_fetch(PATH)
    assert (caught.value.code, refusing.asked) == (403, [("execute", "llmchat")])
