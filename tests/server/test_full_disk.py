"""A disk that is full under an answer costs nothing that was confirmed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .builders import running, settings
from .process import BEFORE, LATER


async def test_an_answer_streams_on_a_full_disk_and_is_saved_when_there_is_room(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chat.duckdb"
    done = subprocess.run(
        [sys.executable, "-m", "tests.server.process", str(path)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["notices"] == ["not_saved"]
    assert told["refused"].startswith("There is no room left")
    assert told["said"] == len(BEFORE + LATER + "After.")
    assert (told["end"], told["again"]) == ("store_unavailable", "Fine.")
    async with running(settings(path)) as services:
        store = await services.store()
        (session,) = await store.sessions("local")
        messages = await store.messages("local", session.id)
    assert [(each.role, each.state) for each in messages] == [
        ("user", "complete"),
        ("assistant", "complete"),
    ] * 2
    assert messages[1].text == BEFORE + LATER + "After."
    assert messages[3].text == "Fine."
