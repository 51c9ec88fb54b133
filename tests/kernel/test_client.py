from __future__ import annotations

import json
import socket

import msgspec
import pytest

from jupyter_llmchat import errors
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart
from jupyter_llmchat.protocol.resources import (
    Cancelled,
    DecisionList,
    Imported,
    MessageList,
    SessionList,
)

from .builders import answer, message, session, status
from .scripted_server import Reply, ScriptedServer, as_json, refusal, stream

ASK = "POST sessions/session1/ask"


def client_of(server: ScriptedServer) -> ChatClient:
    return ChatClient(server.address, sleep=lambda seconds: None)


def test_status_and_sessions(server: ScriptedServer) -> None:
    server.on("GET sessions", as_json(SessionList(sessions=(session("s2", "tea"),))))
    with client_of(server) as client:
        assert client.status() == status()
        assert client.create_session("tea").id == "session1"
        assert client.sessions()[0].id == "s2"
    (sent,) = server.asked("POST sessions")
    assert json.loads(sent.body)["title"] == "tea"


def test_the_protocol_is_named(server: ScriptedServer) -> None:
    with client_of(server) as client:
        client.status()
    assert server.asked("GET status")[0].headers["x-llmchat-protocol"] == "1"


@pytest.mark.parametrize("stopping", [True, False])
def test_cancel(server: ScriptedServer, stopping: bool) -> None:
    server.on("POST turns/turn1/cancel", as_json(Cancelled(stopping=stopping)))
    with client_of(server) as client:
        assert client.cancel("turn1") is stopping


def test_prepare_sends_the_context(server: ScriptedServer) -> None:
    route = "POST sessions/session1/prepare"
    server.on(route, Reply(202, b"{}"))
    cell = ContextPart(kind="cell", name="[1]", text="x = 1")
    odd = ContextPart(kind="variables", text="a\ud800b")
    with client_of(server) as client:
        client.prepare("session1", [cell, odd])
    (sent,) = server.asked(route)
    assert json.loads(sent.body) == {
        "context": [
            {"kind": "cell", "name": "[1]", "text": "x = 1"},
            {"kind": "variables", "name": "", "text": "a?b"},
        ]
    }


def test_ask_sends_the_question_and_its_options(server: ScriptedServer) -> None:
    server.on(ASK, stream(answer("Because.")))
    with client_of(server) as client:
        options = AskOptions(temperature=0.5, seed=7)
        events = list(client.ask("session1", "Why?", options, client_message_id="id1"))
    assert events == answer("Because.")
    (sent,) = server.asked(ASK)
    body = json.loads(sent.body)
    assert body["question"] == "Why?"
    assert body["client_message_id"] == "id1"
    assert (body["options"]["temperature"], body["options"]["seed"]) == (0.5, 7)


def test_ask_sends_the_context(server: ScriptedServer) -> None:
    server.on(ASK, stream(answer("Because.")))
    cell = ContextPart(kind="notebook", name="In [1]", text="a\ud800b")
    with client_of(server) as client:
        list(client.ask("session1", "Why?", context=[cell]))
    (sent,) = server.asked(ASK)
    told = {"kind": "notebook", "name": "In [1]", "text": "a?b"}
    assert json.loads(sent.body)["context"] == [told]


def test_lone_surrogates_are_replaced(server: ScriptedServer) -> None:
    server.on(ASK, stream(answer("?")))
    with client_of(server) as client:
        list(client.ask("session1", "a\ud800b"))
    (sent,) = server.asked(ASK)
    assert json.loads(sent.body)["question"] == "a?b"


@pytest.mark.parametrize("code", sorted(errors.error_types()))
def test_error_body_becomes_the_error_of_its_code(
    server: ScriptedServer, code: str
) -> None:
    kind = errors.error_types()[code]
    server.on("POST sessions", refusal(code, kind.status, "It broke.", "Mend it."))
    with client_of(server) as client, pytest.raises(errors.LLMChatError) as caught:
        client.create_session()
    assert type(caught.value) is kind
    assert str(caught.value) == "It broke. Mend it."


def test_error_of_a_newer_server(server: ScriptedServer) -> None:
    server.on("POST sessions", refusal("brand_new", 418, "I am a teapot."))
    with client_of(server) as client, pytest.raises(errors.LLMChatError) as caught:
        client.create_session()
    assert caught.value.message == "I am a teapot."


def test_error_instead_of_an_answer(server: ScriptedServer) -> None:
    server.on(ASK, refusal("busy", 429, "Too many questions.", "Ask later."))
    with client_of(server) as client, pytest.raises(errors.Busy, match="Ask later"):
        list(client.ask("session1", "Why?"))
    assert len(server.asked(ASK)) == 1


def test_wrong_token(server: ScriptedServer) -> None:
    address = ServerAddress(url=server.url, token="wrong")
    with ChatClient(address) as client, pytest.raises(errors.Forbidden) as caught:
        client.create_session()
    assert "refuses the token" in caught.value.message
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(404, b"<html>"), errors.NotFound),
        (Reply(302, b""), errors.Forbidden),
        (Reply(405, b"no"), errors.BadRequest),
        (Reply(502, b"<html>bad gateway"), errors.ServerUnreachable),
        (Reply(200, b"<html>login"), errors.LLMChatError),
        (Reply(200, b"{}"), errors.LLMChatError),
    ],
)
def test_answers_that_are_not_ours(
    server: ScriptedServer, reply: Reply, kind: type[errors.LLMChatError]
) -> None:
    server.on("POST sessions", reply)
    with client_of(server) as client, pytest.raises(errors.LLMChatError) as caught:
        client.create_session()
    assert type(caught.value) is kind
    assert caught.value.hint


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    waits: list[float] = []
    address = ServerAddress(url=f"http://127.0.0.1:{port}/")
    with ChatClient(address, sleep=waits.append) as client:
        with pytest.raises(errors.ServerUnreachable, match="does not answer"):
            client.status()
        with pytest.raises(errors.ServerUnreachable, match="does not answer"):
            list(client.ask("session1", "Why?"))
    assert waits == []


def test_environment_proxies_are_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    with client_of(server) as client:
        assert client.status() == msgspec.structs.replace(status())


def test_all_pages_are_read(server: ScriptedServer) -> None:
    one, two, three = (message(each) for each in "123")
    server.on("GET sessions", as_json(SessionList(sessions=(session("a"),), next=7)))
    last = as_json(SessionList(sessions=(session("b"),)))
    server.on("GET sessions?before=7", last)
    pages = (MessageList(messages=(three,), next=5), MessageList(messages=(one, two)))
    server.on("GET sessions/a/messages", as_json(pages[0]))
    server.on("GET sessions/a/messages?before=5", as_json(pages[1]))
    server.on("GET sessions/a/messages?limit=1", as_json(pages[0]))
    with client_of(server) as client:
        assert [each.id for each in client.sessions()] == ["a", "b"]
        assert client.messages("a") == (one, two, three)
        assert client.message_page("a", limit=1) == pages[0]


def test_versions_are_asked_for_and_chosen(server: ScriptedServer) -> None:
    again = "POST turns/turn1/regenerate"
    shown = MessageList(messages=(message("1"),))
    server.on(ASK, stream(answer("Because.")))
    server.on(again, stream(answer("So.")))
    server.on("POST turns/turn1/select", as_json(shown))
    with client_of(server) as client:
        list(client.ask("session1", "Why?", replaces="turn0"))
        options = AskOptions(seed=7)
        events = client.regenerate("turn1", options, client_message_id="id1")
        assert list(events) == answer("So.")
        assert client.select_turn("turn1") == shown
    assert json.loads(server.asked(ASK)[0].body)["replaces"] == "turn0"
    body = json.loads(server.asked(again)[0].body)
    assert (body["client_message_id"], body["options"]["seed"]) == ("id1", 7)


def test_deleting_and_decisions(server: ScriptedServer) -> None:
    server.on("DELETE turns/turn1", Reply(204))
    server.on("DELETE messages/m1", refusal("not_found", 404))
    server.on("GET turns/turn1/decisions", as_json(DecisionList(decisions=())))
    with client_of(server) as client:
        client.delete_turn("turn1")
        with pytest.raises(errors.NotFound):
            client.delete_message("m1")
        assert client.decisions("turn1") == ()


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_session_is_exported_as_it_comes(server: ScriptedServer, form: str) -> None:
    route = f"GET sessions/session1/export?format={form}"
    server.on(route, Reply(body=b"\x00file", content_type="application/json"))
    with client_of(server) as client:
        assert client.export_session("session1", form) == b"\x00file"  # type: ignore[arg-type]


def test_all_sessions_are_exported_piece_by_piece(server: ScriptedServer) -> None:
    server.on("GET sessions/export", Reply(pieces=(b"one\n", b"two\n")))
    with client_of(server) as client:
        assert b"".join(client.export_sessions()) == b"one\ntwo\n"


def test_an_export_that_is_cut_is_no_export(server: ScriptedServer) -> None:
    server.on("GET sessions/export", Reply(pieces=(b"one\n",), is_cut=True))
    with client_of(server) as client, pytest.raises(errors.ServerUnreachable):
        list(client.export_sessions())


def test_an_export_that_is_refused(server: ScriptedServer) -> None:
    server.on("GET sessions/gone/export?format=json", refusal("not_found", 404))
    with client_of(server) as client, pytest.raises(errors.NotFound):
        client.export_session("gone")


def test_a_file_is_imported_as_it_is(server: ScriptedServer) -> None:
    created = Imported(sessions=(session("s2", "tea"),))
    server.on("POST sessions/import", as_json(created, 201))
    with client_of(server) as client:
        assert client.import_sessions(b"\x00file") == created.sessions
    (sent,) = server.asked("POST sessions/import")
    assert sent.body == b"\x00file"
    assert sent.headers["content-type"] == "application/json"
