from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest

from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.server import unsaved as module
from jupyter_llmchat.server.unsaved import Unsaved

from .builders import eventually

FULL = StoreUnavailable("The disk is full.", "Make room.")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", (0.001,))


class Disk:
    """Fails in the given ways, then saves."""

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self.failures = list(failures)
        self.tries = 0
        self.saved = False

    async def save(self) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        self.saved = True


def unsaved() -> Unsaved:
    return Unsaved(logging.getLogger("test"))


async def test_it_is_tried_until_there_is_room() -> None:
    keeper, disk = unsaved(), Disk([FULL] * 20)
    keeper.keep("t", disk.save)
    await eventually(lambda: disk.saved)
    assert disk.tries == 21
    await keeper.close()


@pytest.mark.parametrize("failure", [NotFound("It is gone."), RuntimeError("a bug")])
async def test_what_cannot_get_better_is_given_up(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    keeper, disk = unsaved(), Disk([failure])
    keeper.keep("t", disk.save)
    await eventually(lambda: "stays unsaved" in caplog.text)
    await keeper.close()
    assert not disk.saved


async def test_closing_tries_once_more_and_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", (1000.0,))
    keeper, ready, full = unsaved(), Disk(), Disk([FULL] * 9)
    keeper.keep("one", ready.save)
    keeper.keep("two", full.save)
    await asyncio.sleep(0)
    await keeper.close()
    assert (ready.saved, full.tries) == (True, 1)


async def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSING_S", 0.01)
    keeper, started = unsaved(), asyncio.Event()

    async def hang() -> None:
        started.set()
        await asyncio.Event().wait()

    keeper.keep("t", hang)
    await started.wait()
    await keeper.close()
    await eventually(lambda: not keeper._saving)
