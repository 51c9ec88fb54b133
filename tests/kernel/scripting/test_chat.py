from __future__ import annotations

import json
import threading

import pytest

from jupyter_llmchat import errors
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.scripting.chat import Chat, ask, ask_events, connect
from jupyter_llmchat.protocol.events import Chunk, Error
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.protocol.resources import SessionList
from tests.kernel.builders import answer, failed, numbered, session, start
from tests.kernel.scripted_server import (
    ScriptedServer,
    as_json,
    refusal,
    running,
    stream,
)

from .conftest import ASK, WAIT_S

KNOWN = SessionList(sessions=(session("a" * 32, "tea"), session("session1", "rain")))


def said(server: ScriptedServer, index: int = -1) -> dict[str, object]:
    body: dict[str, object] = json.loads(server.asked(ASK)[index].body)
    return body


def test_a_question_gets_its_answer(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Be", "cause.")))
    got = ask("Why?", temperature=0.5, seed=7)
    assert (got.text, str(got), got.finish_reason) == ("Because.", "Because.", "stop")
    assert got.session_id == "session1"
    assert got.metrics is not None and got.metrics.generated_tokens == 85
    body = said(found)
    assert body["question"] == "Why?"
    assert body["options"] == {"temperature": 0.5, "seed": 7} | {
        name: None for name in body["options"] if name not in ("temperature", "seed")
    }


def test_context_goes_along(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Because.")))
    part = ContextPart(kind="variables", name="df", text="a table")
    ask("Why?", context=["x = 1", part])
    told = said(found)["context"]
    assert [(each["kind"], each["text"]) for each in told] == [
        ("file", "x = 1"),
        ("variables", "a table"),
    ]


def test_an_answer_that_fails_raises_its_error(found: ScriptedServer) -> None:
    found.on(ASK, stream(numbered(start(), failed())))
    with pytest.raises(errors.WorkerLost, match="Ask again"):
        ask("Why?")
    *_, last = ask_events("Why?")
    assert isinstance(last, Error)


@pytest.mark.parametrize("question", ["", " \n"])
def test_an_empty_question_is_refused_at_once(question: str) -> None:
    for refused in (ask, ask_events):
        with pytest.raises(errors.BadRequest, match="empty"):
            refused(question)


def test_a_typo_in_an_option_is_told_before_anything_is_asked() -> None:
    with pytest.raises(TypeError, match="Did you mean 'seed'"):
        ask_events("Why?", sed=1)  # type: ignore[call-arg]


def test_no_server_that_could_be_used(
    found: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHAT_TOKEN", "wrong")
    for refused in (lambda: ask("Why?"), lambda: list(ask_events("Why?")), connect):
        with pytest.raises(errors.ServerUnreachable, match="refuses the token"):
            refused()


def test_events_as_they_come(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Be", "cause.")))
    assert list(ask_events("Why?")) == answer("Be", "cause.")


def test_leaving_the_events_stops_the_answer(
    found: ScriptedServer, endless: threading.Event
) -> None:
    events = ask_events("Why?")
    for event in events:
        if isinstance(event, Chunk):
            break
    events.close()  # type: ignore[attr-defined]
    assert endless.is_set()


def test_events_that_nobody_wants_are_not_asked_for(found: ScriptedServer) -> None:
    ask_events("Why?")
    assert found.requests == []


def test_an_answer_that_takes_too_long_is_stopped(
    found: ScriptedServer, endless: threading.Event
) -> None:
    with pytest.raises(errors.TimedOut):
        ask("Why?", timeout=0.3)
    assert endless.is_set()


def test_a_chat_stays_in_its_session(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Because.")))
    with connect() as chat:
        chat.ask("Why?")
        assert [*chat.ask_events("And then?")] == answer("Because.")
        assert chat.session_id == "session1"
        assert chat.client.status().model.name == "fake"
    assert len(found.asked("POST sessions")) == 1
    assert len(found.asked(ASK)) == 2


@pytest.mark.parametrize("wanted", ["session1", "rain"])
def test_a_session_that_exists(found: ScriptedServer, wanted: str) -> None:
    found.on("GET sessions", as_json(KNOWN))
    found.on(ASK, stream(answer("Because.")))
    assert ask("Why?", session=wanted).session_id == "session1"
    assert found.asked("POST sessions") == []


def test_a_session_with_a_new_title(found: ScriptedServer) -> None:
    found.on("GET sessions", as_json(KNOWN))
    found.on(ASK, stream(answer("Because.")))
    ask("Why?", session="snow")
    (made,) = found.asked("POST sessions")
    assert json.loads(made.body)["title"] == "snow"


def test_an_id_that_no_session_has(found: ScriptedServer) -> None:
    found.on("GET sessions", as_json(KNOWN))
    with pytest.raises(errors.NotFound, match="no session bbb"):
        ask("Why?", session="b" * 32)
    assert found.asked("POST sessions") == []


def test_a_server_named_in_the_program(server: ScriptedServer) -> None:
    server.on(ASK, stream(answer("Because.")))
    with connect(url=server.url, token=server.token) as chat:
        assert chat.ask("Why?").text == "Because."
    with pytest.raises(errors.ServerUnreachable, match="'nowhere' is not an http"):
        connect(url="nowhere")


def test_a_server_that_has_ended_is_replaced(server: ScriptedServer) -> None:
    with running(ScriptedServer(token="other")) as other:
        addresses = iter((server.address, other.address))
        for each in (server, other):
            each.on(ASK, stream(answer("Because.")))
        with Chat(lambda: ChatClient(next(addresses))) as chat:
            chat.ask("Why?")
            server.token = "of the server that runs there now"
            assert chat.ask("And then?").text == "Because."
    assert len(other.asked(ASK)) == 1


def test_a_server_that_refuses_is_not_asked_twice(found: ScriptedServer) -> None:
    found.on(ASK, refusal("busy", 429, "Too many questions."))
    with connect() as chat, pytest.raises(errors.Busy):
        chat.ask("Why?")
    assert len(found.asked(ASK)) == 1


def test_a_chat_that_is_closed(found: ScriptedServer) -> None:
    chat = connect()
    chat.close()
    chat.close()
    with pytest.raises(errors.BadRequest, match="closed"):
        chat.ask("Why?")


def test_several_threads_ask_in_one_chat(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Because.")))
    texts: list[str] = []
    with connect() as chat:
        threads = [
            threading.Thread(target=lambda: texts.append(chat.ask("Why?").text))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
    assert texts == ["Because."] * 4
    assert len(found.asked("POST sessions")) == 1
