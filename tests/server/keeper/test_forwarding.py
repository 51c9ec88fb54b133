"""A real Jupyter server whose data another server of the same process keeps."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from jupyter_server.auth import User
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.protocol.events import Complete
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.keeper.forwarding import address_of
from jupyter_llmchat.server.services import Services
from tests.server.builders import (
    Api,
    Script,
    checked,
    chunk,
    events_of,
    eventually,
    new_session,
    said,
    text_of,
)
from tests.server.keepers import keeping
from tests.server.test_routes import Refusing, RefusingLater


@pytest.fixture
async def keeper(tmp_path: Path, script: Script) -> AsyncIterator[Services]:
    async with keeping(tmp_path / "llmchat" / "llmchat.duckdb", script) as services:
        yield services


@pytest.fixture
async def jp_serverapp(keeper: Services, jp_serverapp: ServerApp) -> ServerApp:
    """The server that follows."""
    return jp_serverapp


async def test_a_follower_loads_nothing_and_says_who_keeps_the_data(
    api: Api, extension: LLMChatApp, keeper: Services
) -> None:
    status = json.loads((await api.get("status")).body)
    assert status["keeper_pid"] == os.getpid()
    assert status["store"]["kind"] == "file"
    assert f"process {os.getpid()}" in status["store"]["detail"]
    assert status["model"]["state"] == "ready"
    assert extension.services is not None
    own = extension.services.status
    assert (own.model.state, own.store.path) == ("stopped", None)
    assert keeper.status.keeper_pid is None


async def test_all_methods_reach_the_keeper(api: Api, keeper: Services) -> None:
    session = await api.new_session()
    store = await keeper.store()
    assert (await store.session("local", session)).title == ""
    renamed = await api.patch("sessions", session, body={"title": "Ärger & Co"})
    assert json.loads(renamed.body)["title"] == "Ärger & Co"
    listed = await api.get("sessions")
    assert json.loads(listed.body)["sessions"][0] == json.loads(renamed.body)
    assert listed.headers["Content-Type"] == "application/json"
    gone = await api.delete("sessions", session)
    assert (gone.code, gone.body) == (204, b"")
    missing = await api.get("sessions", session)
    assert (missing.code, json.loads(missing.body)["code"]) == (404, "not_found")


async def test_an_answer_streams_through_and_can_be_resumed(api: Api) -> None:
    session = await api.new_session()
    answer = await api.ask(session, "What is it?")
    assert answer.headers["Content-Type"] == "text/event-stream"
    events = events_of(answer.body)
    assert isinstance(checked(events)[-1], Complete)
    path = ("turns", events[0].turn_id, "events")
    rest = await api.get(*path, headers={"Last-Event-ID": "2"})
    assert answer.body.endswith(rest.body)
    assert events_of(rest.body) == events[3:]
    wrong = await api.get(*path, headers={"Last-Event-ID": "x"})
    assert wrong.code == 400


async def test_a_body_over_the_limit_never_leaves_the_follower(
    api: Api, keeper: Services, extension: LLMChatApp
) -> None:
    limit = extension.server_settings().limits.body_bytes
    response = await api.post("sessions", body=b" " * (limit + 1))
    assert (response.code, json.loads(response.body)["code"]) == (413, "too_large")
    assert not await (await keeper.store()).sessions("local")


@pytest.mark.parametrize("authorizer", [Refusing, RefusingLater])
async def test_the_follower_s_authorizer_decides(
    api: Api,
    jp_serverapp: ServerApp,
    keeper: Services,
    authorizer: type[Refusing],
) -> None:
    refusing = authorizer()
    refusing.asked = []
    jp_serverapp.web_app.settings["authorizer"] = refusing
    response = await api.post("sessions", body={})
    assert (response.code, refusing.asked) == (403, [("write", "llmchat")])
    assert not await (await keeper.store()).sessions("local")


class OfHub(IdentityProvider):
    """As JupyterHub's: every request has a stable user."""

    def get_user(self, handler: Any) -> User:
        return User(username=unquote(handler.request.headers["X-Test-User"]))

    def is_token_authenticated(self, handler: Any) -> bool:
        return True


OfHub.__module__ = "jupyterhub.singleuser.extension"


async def test_users_of_a_hub_have_their_own_sessions_at_the_keeper(
    api: Api, jp_serverapp: ServerApp, keeper: Services
) -> None:
    jp_serverapp.web_app.settings["identity_provider"] = OfHub()
    ada, eve = {"X-Test-User": quote("ada lövelace")}, {"X-Test-User": "eve"}
    created = await api.post("sessions", body={}, headers=ada)
    session = json.loads(created.body)["id"]
    store = await keeper.store()
    assert [each.id for each in await store.sessions("ada lövelace")] == [session]
    # Nobody becomes another by a header of ours.
    eve["X-LLMChat-Owner"] = eve["x-llmchat-owner"] = quote("ada lövelace")
    assert (await api.get("sessions", session, headers=eve)).code == 404
    assert (await api.get("sessions", session, headers=ada)).code == 200


async def test_other_protocols_are_passed_on_too(
    jp_fetch: Any, jp_base_url: str
) -> None:
    models = await jp_fetch("jupyter-llmchat/v1/models")
    assert json.loads(models.body)["object"] == "list"
    card = await jp_fetch("jupyter-llmchat/a2a/.well-known/agent-card.json")
    # Made here: it holds the address that the client knows.
    assert f"{jp_base_url}jupyter-llmchat/a2a" in card.body.decode()


async def test_a_change_that_may_have_been_made_is_not_asked_for_twice(
    api: Api, keeper: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await keeper.store()
    asked: list[str] = []

    async def never(*arguments: Any) -> Any:
        asked.append("create")
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "create_session", never)
    waiting = asyncio.create_task(api.post("sessions", body={}))
    await eventually(lambda: asked)
    await keeper.close()
    response = await waiting
    assert (response.code, asked) == (503, ["create"])
    assert "ask again" in json.loads(response.body)["hint"]


async def test_a_question_that_changes_nothing_is_asked_of_the_next(
    api: Api, keeper: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await api.new_session()
    store = await keeper.store()
    asked: list[str] = []

    async def never(*arguments: Any) -> Any:
        asked.append("look")
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "session", never)
    waiting = asyncio.create_task(api.get("sessions", session))
    await eventually(lambda: asked)
    await keeper.close()
    response = await waiting
    assert (response.code, json.loads(response.body)["id"]) == (200, session)


async def test_a_follower_takes_over_when_the_keeper_ends(
    api: Api, keeper: Services, extension: LLMChatApp
) -> None:
    session = await api.new_session()
    leaving = asyncio.create_task(keeper.close())
    response = await api.get("sessions", session)
    assert response.code == 200
    await leaving
    status = json.loads((await api.get("status")).body)
    assert (status["keeper_pid"], status["store"]["kind"]) == (None, "file")
    assert (await api.ask(session, "And now?")).code == 200


class TestAnAnswerThatIsBeingWritten:
    @pytest.fixture
    def go_on(self) -> asyncio.Event:
        return asyncio.Event()

    @pytest.fixture
    def script(self, go_on: asyncio.Event) -> Script:
        return Script([chunk("Forty"), go_on, *said("-two")])

    async def asked(self, api: Api, keeper: Services) -> asyncio.Task[Any]:
        session = await api.new_session()
        asking = asyncio.create_task(api.ask(session, "What is it?"))
        await eventually(lambda: keeper.turns_active)
        return asking

    async def test_counts_as_activity_of_both(
        self,
        api: Api,
        keeper: Services,
        extension: LLMChatApp,
        go_on: asyncio.Event,
    ) -> None:
        assert extension.current_activity() == 0
        asking = await self.asked(api, keeper)
        await eventually(lambda: extension.current_activity() == 1)
        go_on.set()
        assert text_of(events_of((await asking).body)) == "Forty-two"
        await eventually(lambda: extension.current_activity() == 0)

    async def test_goes_on_when_its_client_leaves_and_nobody_listens_then(
        self,
        keeper: Services,
        jp_serverapp: ServerApp,
        http_server: Any,
        jp_http_port: int,
        jp_base_url: str,
        extension: LLMChatApp,
    ) -> None:
        session = await new_session(keeper)
        reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
        body = b'{"question": "What is it?"}'
        path = f"{jp_base_url}jupyter-llmchat/api/sessions/{session}/ask"
        lines = (
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: token {jp_serverapp.identity_provider.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        assert b"event: start" in await reader.readuntil(b"event: start")
        assert extension.services is not None
        link = await extension.services.keeper()
        assert link is not None
        assert link.active == 1
        writer.close()
        await writer.wait_closed()
        await eventually(lambda: link.active == 0)
        assert keeper.turns_active == 1


def test_jupyter_s_own_arguments_stay_where_they_are() -> None:
    request = SimpleNamespace(
        path="/user/x/jupyter-llmchat/api/sessions",
        query="a=1&token=t&_xsrf=2|3&b=%C3%A4&%74oken=t",
    )
    handler = SimpleNamespace(settings={"base_url": "/user/x/"}, request=request)
    assert address_of(handler) == "/jupyter-llmchat/api/sessions?a=1&b=%C3%A4"
    request.query = ""
    assert address_of(handler) == "/jupyter-llmchat/api/sessions"
