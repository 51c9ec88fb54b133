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
from jupyter_llmchat.kernel.conversation import (
    FIND_AGAIN_S,
    Client,
    Conversation,
    Question,
)
from jupyter_llmchat.protocol.requests import Context, ContextPart

from .builders import answer, begin, chunk, session, start
from .clock import ManualClock
from .scripted_client import ListView, Script, ScriptedClient, ask, raising, talk

WAIT_S = 10.0
CELL: Context = (ContextPart(kind="notebook", name="In [1]", text="x = 1"),)
NEXT: Context = (*CELL, ContextPart(kind="notebook", name="In [2]", text="x"))


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


def unable(say: Callable[[str], object]) -> Client:
    raise ServerUnreachable("No server.")


def finding(*found: ScriptedClient | None) -> Conversation:
    """One that has no other way to a server than to find it."""
    waiting = iter(found)
    return Conversation(unable, find=lambda: next(waiting))


def test_a_question_goes_with_its_context() -> None:
    client = ScriptedClient()
    talk(client).ask(Question(text="Why?", context=CELL), ListView())
    assert client.asked[0].context == CELL


def test_what_is_prepared_is_for_the_session_asked_last() -> None:
    client = ScriptedClient()
    talking = talk(client)
    ask(talking)
    talking.prepare(CELL)
    ask(talking, session="tea")
    talking.prepare(CELL)
    assert client.prepared == [("session1", CELL), ("session2", CELL)]


def test_what_the_server_knows_is_not_prepared_again() -> None:
    client = ScriptedClient()
    talking = talk(client)
    talking.ask(Question(text="Why?", context=CELL), ListView())
    for context in (CELL, NEXT, NEXT, CELL):
        talking.prepare(context)
    assert [each for _, each in client.prepared] == [NEXT, CELL]
    talking.ask(Question(text="Without?"), ListView())
    talking.prepare(CELL)
    assert client.prepared[2:] == [("session1", CELL)]


def test_what_was_refused_is_prepared_again() -> None:
    client = ScriptedClient(script=raising(Busy("Full.")))
    talking = talk(client)
    talking.ask(Question(text="Why?", context=CELL), ListView())
    client.on_prepare = lambda: raised(StoreUnavailable("No."))
    with pytest.raises(StoreUnavailable):
        talking.prepare(CELL)
    client.on_prepare = lambda: None
    talking.prepare(CELL)
    assert client.prepared == [("session1", CELL)]


def raised(error: Exception) -> None:
    raise error


def test_nothing_is_prepared_without_a_server() -> None:
    talking = finding(None)
    talking.prepare(CELL)
    talking.prepare(NEXT)
    assert ask(talking).status == "failed"


def test_a_server_that_runs_is_found_and_then_asked() -> None:
    client = ScriptedClient()
    talking = finding(client)
    talking.prepare(())
    assert client.created == []
    talking.prepare(CELL)
    assert client.prepared == [("session1", CELL)]
    ask(talking)
    assert client.asked[0].session_id == "session1"
    assert client.created == [""]


def test_a_server_is_not_looked_for_after_each_cell() -> None:
    looked: list[float] = []
    clock = ManualClock()

    def find() -> None:
        looked.append(clock.now)

    talking = Conversation(unable, clock, find)
    for _ in range(4):
        talking.prepare(CELL)
        clock.now += FIND_AGAIN_S / 2
    assert looked == [100.0, 100.0 + FIND_AGAIN_S]


def test_a_question_asked_while_a_server_is_found_connects_by_itself() -> None:
    own = ScriptedClient()
    talking: Conversation
    found = ScriptedClient()

    def find() -> Client:
        ask(talking)
        return found

    talking = Conversation(lambda say: own, find=find)
    talking.prepare(CELL)
    assert found.is_closed
    assert not own.is_closed
    assert own.prepared == [("session1", CELL)]


def test_a_server_found_while_a_question_connects_is_used() -> None:
    talking: Conversation
    own, found = ScriptedClient(), ScriptedClient()

    def connect(say: Callable[[str], object]) -> Client:
        talking.prepare(CELL)
        return own

    talking = Conversation(connect, find=lambda: found)
    assert ask(talking).text == "Because."
    assert own.is_closed
    assert own.created == []
    assert found.asked[0].session_id == "session1"


def test_a_new_server_is_told_again() -> None:
    gone, new = ScriptedClient(), ScriptedClient()
    talking = talk(gone, new)
    ask(talking)
    talking.prepare(CELL)
    gone.script = raising(ServerUnreachable("Gone."))
    ask(talking)
    talking.prepare(CELL)
    assert new.prepared == [("session1", CELL)]


def test_a_session_that_must_exist() -> None:
    client = ScriptedClient(stored=(session("old", "tea"),))
    talking = talk(client)
    view = ListView()
    for name in ("tea", "TEA", "old"):
        talking.ask(Question(text="Why?", session=name, must_exist=True), view)
    assert [each.session_id for each in client.asked] == ["old"] * 3
    state = talking.ask(Question(text="Why?", session="tee", must_exist=True), view)
    assert state.error is not None
    assert (state.error.code, state.error.hint) == (
        "not_found",
        "The nearest is old (tea).",
    )
    assert client.created == []


def test_a_session_that_was_chosen_is_asked_from_then_on() -> None:
    client = ScriptedClient()
    talking = talk(client)
    assert talking.session_id == ""
    ask(talking)
    talking.use("s9")
    ask(talking)
    assert talking.session_id == "s9"
    talking.prepare(CELL)
    assert [each.session_id for each in client.asked] == ["session1", "s9"]
    assert client.prepared == [("s9", CELL)]


def test_a_call_is_made_again_where_the_server_has_ended() -> None:
    gone, new = ScriptedClient(), ScriptedClient()
    talking = talk(gone, new)
    ask(talking)

    def use(client: Client) -> Client:
        if client is gone:
            raise ServerUnreachable("Gone.")
        return client

    assert talking.call(use, lambda message: None) is new
    assert gone.is_closed


def test_a_call_that_no_server_answers_is_made_once() -> None:
    calls: list[Client] = []

    def use(client: Client) -> None:
        calls.append(client)
        raise ServerUnreachable("Gone.")

    with pytest.raises(ServerUnreachable):
        talk(ScriptedClient()).call(use, lambda message: None)
    assert len(calls) == 1


def test_for_what_nobody_waits_no_server_is_started() -> None:
    assert finding(None).running() is None
    found = ScriptedClient()
    assert finding(found).running() is found
