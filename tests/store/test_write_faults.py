"""The disk fails at any one statement: nothing confirmed is lost or doubled."""

from __future__ import annotations

import random
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.store import Store
from jupyter_llmchat.store.db import Cursor

from .builders import decision, ended, new_turn

T = TypeVar("T")
WRITER = "llmchat-store-writer"
STATEMENTS = 140
"""More than what `conversation` has the writer do; those beyond fail nowhere."""


class Disk:
    """Counts the writer's statements and fails at the one that is named."""

    def __init__(self, at: int, error: Exception, *, is_done: bool) -> None:
        self.statements = 0
        self._at = at
        self._error = error
        self._is_done = is_done
        """Whether the statement has been carried out all the same."""

    def installed(self, patch: pytest.MonkeyPatch) -> None:
        execute = Cursor._execute
        disk = self

        def failing(cursor: Cursor, sql: str, parameters: tuple[Any, ...]) -> Any:
            if threading.current_thread().name != WRITER:
                return execute(cursor, sql, parameters)
            disk.statements += 1
            if disk.statements != disk._at:
                return execute(cursor, sql, parameters)
            if disk._is_done:
                execute(cursor, sql, parameters)
            raise disk._error

        patch.setattr(Cursor, "_execute", failing)


FAULTS: dict[str, Callable[[int], Disk]] = {
    "refused": lambda at: Disk(
        at, duckdb.IOException("No space left on device"), is_done=False
    ),
    "fatal": lambda at: Disk(
        at, duckdb.FatalException("FATAL Error: write failed"), is_done=False
    ),
    "fatal, yet done": lambda at: Disk(
        at, duckdb.FatalException("FATAL Error: fsync failed"), is_done=True
    ),
}


async def insist(write: Callable[[], Awaitable[T]]) -> T:
    """As clients do: what was refused is tried once more, and works then."""
    try:
        return await write()
    except StoreUnavailable:
        return await write()


async def conversation(store: Store) -> tuple[str, str]:
    """Two sessions, one of which goes again; returns the other and its turn."""
    kept = await insist(lambda: store.create_session("ada", "kept", {}))
    gone = await insist(lambda: store.create_session("ada", "gone", {}))
    first, second = new_turn(kept.id, question="One?"), new_turn(gone.id)
    begun = await insist(lambda: store.begin_turn("ada", first))
    await insist(lambda: store.begin_turn("ada", second))
    await insist(lambda: store.append_text(begun.turn_id, "core", "Forty"))
    await insist(lambda: store.add_decision(begun.turn_id, decision(begun.turn_id)))
    await insist(lambda: store.append_text(begun.turn_id, "core", "-two."))
    await insist(lambda: store.end_turn(ended(begun, stages=()), "a key"))
    await insist(lambda: store.change_session("ada", kept.id, title="renamed"))
    third = new_turn(kept.id, question="Two?")
    await insist(lambda: store.begin_turn("ada", third))
    await insist(lambda: store.branches.remove("ada", third.turn_id))
    await insist(lambda: store.remove_session("ada", gone.id))
    return kept.id, begun.turn_id


async def check(store: Store, session_id: str, turn_id: str) -> None:
    (session,) = await store.sessions("ada")
    assert (session.id, session.title, session.messages) == (session_id, "renamed", 2)
    question, answer = await store.messages("ada", session_id)
    assert (question.text, answer.text) == ("One?", "Forty-two.")
    turn = await store.turn("ada", turn_id)
    assert (turn.state, len(turn.decisions)) == ("complete", 1)


def sweep() -> list[Any]:
    """Every fault at every statement; the default run takes some of each."""
    every = [(name, at) for name in FAULTS for at in range(1, STATEMENTS)]
    some = {*random.Random(4).sample(every, 20)}
    return [
        pytest.param(name, at, marks=() if (name, at) in some else pytest.mark.long)
        for name, at in every
    ]


async def test_the_sweep_reaches_every_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FAULTS["refused"](0)
    disk.installed(monkeypatch)
    store = await Store.open(StoreConfig(path=tmp_path / "chat.duckdb"))
    await conversation(store)
    await store.close()
    assert 40 < disk.statements < STATEMENTS


@pytest.mark.parametrize(("name", "at"), sweep())
async def test_a_fault_at_any_statement_costs_nothing_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    config = StoreConfig(path=tmp_path / "chat.duckdb", group_ms=0)
    store = await Store.open(config)
    with monkeypatch.context() as patch:
        disk = FAULTS[name](at)
        disk.installed(patch)
        where = await conversation(store)
    await check(store, *where)
    await store.close()
    again = await Store.open(config)
    assert again.status.kind == "file"
    await check(again, *where)
    with pytest.raises(NotFound):
        await again.session("bob", where[0])
    await again.close()
