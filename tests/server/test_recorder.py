from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_llmchat.errors import LLMChatError, StoreUnavailable
from jupyter_llmchat.server import recorder as module
from jupyter_llmchat.server.recorder import Recorder

from .builders import chunk, decision, eventually


class Writes:
    """Where a recorder writes to; refuses while `broken`."""

    def __init__(self) -> None:
        self.broken = False
        self.texts: dict[str, list[str]] = {}
        self.decisions: list[str] = []
        self.errors: list[LLMChatError] = []
        self.beats = 0

    async def append_text(self, turn_id: str, stage: str, text: str) -> None:
        await self._answer()
        self.texts.setdefault(stage, []).append(text)

    async def add_decision(self, turn_id: str, event: Any) -> None:
        await self._answer()
        self.decisions.append(event.chosen)

    def beat(self) -> None:
        self.beats += 1

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise StoreUnavailable("The disk is full.", "Make room.")


@pytest.fixture
def writes() -> Writes:
    return Writes()


def recorder_of(writes: Writes) -> Recorder:
    return Recorder(writes, "t", failing=writes.errors.append, beat=writes.beat)  # type: ignore[arg-type]


async def test_text_is_written_while_the_turn_lives(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 0.01)
    recorder = recorder_of(writes)
    recorder.note(chunk("One "))
    recorder.note(chunk("two."))
    await eventually(lambda: writes.texts)
    recorder.note(chunk("More.", stage="detail"))
    await eventually(lambda: "detail" in writes.texts)
    assert writes.texts == {"core": ["One two."], "detail": ["More."]}
    await eventually(lambda: writes.beats > 3)
    await recorder.close()


async def test_a_decision_does_not_wait_for_the_next_beat(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 1000.0)
    recorder = recorder_of(writes)
    recorder.note(decision("simple"))
    await eventually(lambda: writes.decisions == ["simple"])
    await recorder.close()


async def test_closing_writes_the_rest_once(writes: Writes) -> None:
    recorder = recorder_of(writes)
    for number in range(100):
        recorder.note(chunk(f"{number} ", number))
        await asyncio.sleep(0)
    await recorder.close()
    assert "".join(writes.texts["core"]) == "".join(f"{n} " for n in range(100))


async def test_what_could_not_be_written_is_written_later_and_once(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 0.005)
    writes.broken = True
    recorder = recorder_of(writes)
    recorder.note(chunk("Kept. "))
    recorder.note(decision("simple"))
    await eventually(lambda: len(writes.errors) > 2)
    recorder.note(chunk("Too."))
    writes.broken = False
    await recorder.close()
    assert writes.texts == {"core": ["Kept. Too."]}
    assert writes.decisions == ["simple"]


async def test_closing_says_that_the_rest_could_not_be_written(writes: Writes) -> None:
    writes.broken = True
    recorder = recorder_of(writes)
    recorder.note(chunk("Lost."))
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await recorder.close()
