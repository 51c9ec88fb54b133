"""Conversations in the store: many at once, written by bulk or by asking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from jupyter_llmchat.protocol.events import TurnMetrics
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import Message, Session, StageText
from jupyter_llmchat.store import EndedTurn, NewTurn, Store
from jupyter_llmchat.store.records import Remembered

OWNER = "ada"
TURNS_IN_SESSION = 10
_METRICS = TurnMetrics(
    total_ms=1000.0,
    first_token_ms=100.0,
    token_ms=10.0,
    tokens_per_s=50.0,
    prompt_tokens=100,
    cached_tokens=50,
    generated_tokens=50,
    strategy="simple",
    decisions=0,
    stages=("core",),
)


@dataclass(frozen=True)
class Said:
    """Messages that have been stored."""

    times_ms: Sequence[float]
    """Of each message, until it was on the disk."""
    elapsed_s: float


class Asked:
    """A question as the server brings it to the store."""

    replaces = None

    def __init__(self, session_id: str, question: str) -> None:
        self.turn_id = new_id()
        self.client_message_id = new_id()
        self._session_id = session_id
        self._question = question

    def key(self, session: Session, messages: tuple[Message, ...]) -> str:
        return self.turn_id

    def turn(self, remembered: Remembered | None) -> NewTurn:
        return NewTurn(
            session_id=self._session_id,
            turn_id=self.turn_id,
            message_id=new_id(),
            answer_id=new_id(),
            client_message_id=self.client_message_id,
            question=self._question,
            model="bench",
            parameters={"temperature": 0.2},
            prompt_template="v1",
        )


async def talk(
    store: Store,
    clients: int,
    seconds: float,
    text: str,
    until: asyncio.Future[object] | None = None,
) -> Said:
    """Questions and answers of that text, until the time is over or `until` is.

    Each client asks at least once, however slow the store is.
    """
    times: list[float] = []
    end = time.perf_counter() + seconds

    def goes_on() -> bool:
        return time.perf_counter() < end and not (until is not None and until.done())

    async def client() -> None:
        for asked in count():
            if asked % TURNS_IN_SESSION == 0:
                session = await store.create_session(OWNER, "", {})
            times.extend(await _exchange(store, session.id, text))
            if not goes_on():
                return

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    if until is not None:
        await until
    return Said(times, time.perf_counter() - started)


async def _exchange(store: Store, session_id: str, text: str) -> tuple[float, float]:
    """How long the question and the answer took, ms."""
    started = time.perf_counter()
    asked = Asked(session_id, text)
    begun = await store.take_turn(OWNER, session_id, asked)
    between = time.perf_counter()
    ended = EndedTurn(
        turn_id=begun.turn_id,
        answer_id=begun.answer_id,
        state="complete",
        finish_reason="stop",
        strategy="simple",
        metrics=_METRICS,
        stages=(StageText(stage="core", text=text),),
        tokens=50,
    )
    await store.end_turn(ended, asked.turn_id)
    over = time.perf_counter()
    return (between - started) * 1e3, (over - between) * 1e3


def fill(
    path: Path, said: Sequence[tuple[int, str]], before: int, sessions: int
) -> None:
    """Adds messages, of which `before` are there, as turns of so many sessions."""
    from jupyter_llmchat.store import db
    from jupyter_llmchat.store.migrations import migrate

    cursor = db.connect(path)
    migrate(cursor)
    if not before:
        cursor.run(
            "INSERT INTO sessions SELECT 's' || lpad(n::VARCHAR, 8, '0'), ?,"
            " 'title ' || n, '{}', 0, n, n, n FROM range(?) r(n)",
            *(OWNER, sessions),
        )
    cursor.run_with(
        {
            "place": [before + number + 1 for number in range(len(said))],
            "session": [session for session, _ in said],
            "text": [text for _, text in said],
        },
        _MESSAGES,
    )
    cursor.run(_TURNS, before)
    cursor.run(_COUNTS)
    cursor.run("CHECKPOINT")
    cursor.close()


_MESSAGES = """INSERT INTO messages (id, seq, session_id, session_key, turn_id, role,
    state, created_us, text, stages, tokens, model, parameters, prompt_template)
SELECT md5('m' || place), place, id, md5_number_lower(id),
    md5('t' || (place + 1) // 2), if(is_question, 'user', 'assistant'), 'complete',
    place * 1000, text,
    if(is_question, '[]', '[{"stage": "core", "text": "' || text || '"}]'), 50,
    if(is_question, NULL, 'bench'), '{}', if(is_question, NULL, 'v1')
FROM (SELECT place, text, place % 2 = 1 AS is_question,
    's' || lpad(session::VARCHAR, 8, '0') AS id FROM given) ORDER BY place"""

_TURNS = """INSERT INTO turns (id, session_id, client_message_id, message_id, answer_id,
    state, finish_reason, created_us, ended_us)
SELECT turn_id, session_id, 'c' || seq, id, md5('m' || (seq + 1)), 'complete', 'stop',
    created_us, created_us + 1000
FROM messages WHERE role = 'user' AND seq > ?"""

_COUNTS = """UPDATE sessions SET messages = n.messages FROM
    (SELECT session_id, count(*) AS messages FROM messages GROUP BY session_id) n
WHERE sessions.id = n.session_id"""
