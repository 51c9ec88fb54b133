from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jupyter_llmchat.errors import (
    Busy,
    Forbidden,
    LLMChatError,
    NotFound,
    ServerUnreachable,
    StoreUnavailable,
)
from jupyter_llmchat.kernel.conversation import Client, Conversation, Question

from .builders import answer, begin, chunk, session, start
from .scripted_client import ListView, Script, ScriptedClient, ask, raising, talk

WAIT_S = 10.0


def test_answer_is_shown_as_it_comes_and_at_its_end() -> None:
    view = ListView()
    state = talk(ScriptedClient()).ask(Question(text="Why?"), view)
    assert state.status == "complete"
    assert view.shown[0] == ""
    assert view.ended == ["Because."]


def test_one_session_for_all_questions() -> None:
    client = ScriptedClient()
    talking = talk(client)
    ask(talking)
    ask(talking, "And?")
    assert client.created == [""]
    assert [each.session_id for each in client.asked] == ["session1", "session1"]


def test_named_sessions() -> None:
    client = ScriptedClient(stored=(session("old", "tea"), session("s9", "")))
    talking = talk(client)
    for name in ("tea", "", "new", "tea"):
        ask(talking, session=name)
    assert client.created == ["", "new"]
    ids = [each.session_id for each in client.asked]
    assert ids == ["old", "session1", "session2", "old"]


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_empty_question_is_not_sent(text: str) -> None:
    client = ScriptedClient()
    state = ask(talk(client), text)
    assert state.error is not None
    assert state.error.message == "The question is empty."
    assert client.asked == []


@pytest.mark.parametrize("error", [Busy("Full.", "Wait."), StoreUnavailable("No.")])
def test_error_becomes_the_state(error: LLMChatError) -> None:
    state = ask(talk(ScriptedClient(script=raising(error))))
    assert state.status == "failed"
    assert state.error is not None
    assert (state.error.code, state.error.message) == (error.code, error.message)
    assert state.error.retryable


def test_error_keeps_what_was_said() -> None:
    lost = ServerUnreachable("Lost.", "Ask again.")
    script = raising(lost, start(), begin("core"), chunk("Half"))
    client = ScriptedClient(script=script)
    state = ask(talk(client))
    assert (state.text, state.status) == ("Half", "failed")
    assert len(client.asked) == 1


def test_stream_without_an_end_is_an_error() -> None:
    state = ask(talk(ScriptedClient(script=lambda: iter(answer("Half")[:3]))))
    assert (state.text, state.status) == ("Half", "failed")


def test_no_server_is_tried_once() -> None:
    attempts: list[int] = []

    def connect(say: Callable[[str], object]) -> Client:
        attempts.append(1)
        raise ServerUnreachable("No server.", "Start one.")

    state = ask(Conversation(connect))
    assert state.error is not None
    assert state.error.message == "No server."
    assert len(attempts) == 1


@pytest.mark.parametrize("error", [ServerUnreachable("Gone."), Forbidden("Token.")])
def test_server_that_has_ended_is_replaced(error: LLMChatError) -> None:
    gone = ScriptedClient()
    new = ScriptedClient()
    talking = talk(gone, new)
    ask(talking)
    gone.script = raising(error)
    assert ask(talking, "And?").text == "Because."
    assert gone.is_closed
    assert new.asked[0].client_message_id == gone.asked[1].client_message_id


def test_new_server_may_not_know_the_session() -> None:
    gone = ScriptedClient()
    replies: Iterator[Script] = iter(
        [raising(NotFound("No session.")), lambda: iter(answer("Yes."))]
    )
    new = ScriptedClient(script=lambda: next(replies)())
    talking = talk(gone, new)
    ask(talking)
    gone.script = raising(ServerUnreachable("Gone."))
    assert ask(talking).text == "Yes."
    assert new.created == [""]


def test_answer_that_is_gone_does_not_end_the_session() -> None:
    client = ScriptedClient(script=raising(NotFound("No turn."), start()))
    talking = talk(client)
    assert ask(talking).status == "failed"
    client.script = lambda: iter(answer("Because."))
    ask(talking)
    assert client.created == [""]


def test_session_that_was_deleted_is_replaced() -> None:
    client = ScriptedClient()
    talking = talk(client)
    ask(talking)
    replies = iter([raising(NotFound("No session.")), client.script])
    client.script = lambda: next(replies)()
    assert ask(talking).text == "Because."
    assert client.asked[-1].session_id == "session2"


def test_connecting_may_tell_the_user_why_it_waits() -> None:
    def connect(say: Callable[[str], object]) -> Client:
        say("Starting.")
        return ScriptedClient()

    view = ListView()
    Conversation(connect).ask(Question(text="Why?"), view)
    assert view.said == ["Starting."]
