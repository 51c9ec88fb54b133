from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import LLMChatError, NotFound, ServerUnreachable
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.stream import BACKOFF_S
from jupyter_llmchat.protocol import sse
from jupyter_llmchat.protocol.events import Complete, TurnEvent
from jupyter_llmchat.protocol.resources import MessageState, Turn

from .builders import TURN, answer
from .scripted_server import Reply, ScriptedServer, as_json, refusal, stream

ASK = "POST sessions/session1/ask"
EVENTS = f"GET turns/{TURN}/events"
ANSWER = answer("An ", "émoji 🎉, ", "a line\nand ", "<b>\u2028", "the end.")


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(server: ScriptedServer, waits: list[float]) -> Iterator[ChatClient]:
    with ChatClient(server.address, sleep=waits.append) as client:
        yield client


def ask(client: ChatClient) -> list[TurnEvent]:
    return list(client.ask("session1", "Why?"))


def turn(state: MessageState) -> Turn:
    return Turn(
        id=TURN,
        session_id="session1",
        state=state,
        created=0.0,
        strategy=None,
        finish_reason=None,
        metrics=None,
        decisions=(),
    )


def test_heartbeats_are_no_events(server: ScriptedServer, client: ChatClient) -> None:
    pieces = [sse.HEARTBEAT]
    for event in ANSWER:
        pieces += [sse.frame(event), sse.HEARTBEAT]
    server.on(ASK, Reply(pieces=tuple(pieces)))
    assert ask(client) == ANSWER


def test_frames_may_be_split_anywhere(
    server: ScriptedServer, client: ChatClient
) -> None:
    data = b"".join(sse.frame(event) for event in ANSWER)
    server.on(ASK, Reply(pieces=tuple(data[i : i + 1] for i in range(len(data)))))
    assert ask(client) == ANSWER


def test_resumes_wherever_the_connection_breaks(
    server: ScriptedServer, client: ChatClient
) -> None:
    data = b"".join(sse.frame(event) for event in ANSWER)
    ends = [sum(len(sse.frame(e)) for e in ANSWER[: n + 1]) for n in range(len(ANSWER))]
    for cut in range(1, len(data), 7):
        seen = sum(end <= cut for end in ends)
        server.requests.clear()
        server.on(ASK, Reply(pieces=(data[:cut],), is_cut=True), stream(ANSWER))
        server.on(EVENTS, stream(ANSWER[seen:]))
        assert ask(client) == ANSWER
        resumed = [r.headers.get("last-event-id") for r in server.asked(EVENTS)]
        assert resumed == ([str(seen - 1)] if seen else [])


def test_question_is_repeated_with_the_same_id(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, Reply(pieces=(), is_cut=True), stream(ANSWER))
    assert ask(client) == ANSWER
    first, second = server.asked(ASK)
    assert first.body == second.body


def test_clean_end_before_the_last_event_is_resumed(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, stream(ANSWER[:3]))
    server.on(EVENTS, stream(ANSWER[3:]))
    assert ask(client) == ANSWER


def test_events_sent_again_are_left_out(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, stream(ANSWER[:4], is_cut=True))
    server.on(EVENTS, stream(ANSWER))
    assert ask(client) == ANSWER


def test_missing_event_is_fetched(server: ScriptedServer, client: ChatClient) -> None:
    server.on(ASK, stream([*ANSWER[:3], *ANSWER[4:]]))
    server.on(EVENTS, stream(ANSWER[3:]))
    assert ask(client) == ANSWER


def test_waits_begin_anew_when_something_has_arrived(
    server: ScriptedServer, client: ChatClient, waits: list[float]
) -> None:
    cuts = [stream([event], is_cut=True) for event in ANSWER[1:-1]]
    server.on(ASK, stream(ANSWER[:1], is_cut=True))
    server.on(EVENTS, *cuts, stream(ANSWER[-1:]))
    assert ask(client) == ANSWER
    assert set(waits) == {BACKOFF_S[0]}


def test_gives_up_after_bounded_tries(
    server: ScriptedServer, client: ChatClient, waits: list[float]
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, Reply(502, b"<html>"))
    arrived: list[TurnEvent] = []
    with pytest.raises(ServerUnreachable):
        arrived.extend(client.ask("session1", "Why?"))
    assert waits == list(BACKOFF_S)
    assert sum(BACKOFF_S) == pytest.approx(10.0)


def test_lost_connection_says_that_the_answer_goes_on(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, Reply(pieces=(), is_cut=True))
    with pytest.raises(ServerUnreachable, match="the server goes on and stores"):
        ask(client)


def test_server_that_has_forgotten_the_turn(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, refusal("not_found", 404))
    with pytest.raises(NotFound, match="was restarted"):
        ask(client)


@pytest.mark.parametrize("state", ["interrupted", "failed"])
def test_answer_that_a_restart_broke_off(
    server: ScriptedServer, client: ChatClient, state: MessageState
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, refusal("not_found", 404))
    server.on(f"GET turns/{TURN}", as_json(turn(state)))
    *arrived, last = ask(client)
    assert arrived == ANSWER[:3]
    assert isinstance(last, Complete)
    assert (last.seq, last.finish_reason) == (3, "interrupted")


def test_answer_that_is_whole_but_no_longer_streamed(
    server: ScriptedServer, client: ChatClient
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, refusal("not_found", 404))
    server.on(f"GET turns/{TURN}", as_json(turn("complete")))
    with pytest.raises(NotFound, match="is in its session"):
        ask(client)


def test_quiet_ends_are_waited_out(
    server: ScriptedServer, client: ChatClient, waits: list[float]
) -> None:
    server.on(ASK, stream(ANSWER[:3], is_cut=True))
    server.on(EVENTS, stream([]), stream([]), stream(ANSWER[3:]))
    assert ask(client) == ANSWER
    assert waits == list(BACKOFF_S[:3])


@pytest.mark.parametrize(
    "piece", [b"data: {}\n\n", b"data: nonsense\n\n", b'data: {"type": "new"}\n\n']
)
def test_events_of_another_protocol(
    server: ScriptedServer, client: ChatClient, piece: bytes
) -> None:
    server.on(ASK, Reply(pieces=(piece,)))
    with pytest.raises(LLMChatError, match="cannot read"):
        ask(client)
    assert len(server.asked(ASK)) == 1


def test_page_instead_of_a_stream(server: ScriptedServer, client: ChatClient) -> None:
    server.on(ASK, Reply(body=b"<html>log in</html>", content_type="text/html"))
    with pytest.raises(ServerUnreachable, match="text/event-stream"):
        ask(client)
