"""What `import jupyter_llmchat` offers, and that type checkers know it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_llmchat

ROOT = Path(__file__).parents[1]

SCRIPT = """
import asyncio
from typing import assert_type

import jupyter_llmchat
from jupyter_llmchat import Answer, ContextPart, aask, aconnect, ask, ask_events

answer = ask("Why?", seed=1, tier="fast", context=["x = 1"])
assert_type(answer, Answer)
assert_type(answer.text, str)
for event in ask_events("Why?", timeout=5):
    if event.__class__.__name__ == "Chunk":
        assert_type(event.seq, int)

async def several() -> None:
    async with aconnect(session="tea") as chat:
        assert_type(await chat.ask("Why?"), Answer)
        async for event in chat.ask_events("Why?", deadline_s=5.0):
            assert_type(event.turn_id, str)

with jupyter_llmchat.connect() as chat:
    assert_type(chat.ask("Why?", context=[ContextPart(kind="file", text="x")]), Answer)
asyncio.run(several())
ask("Why?", sed=1)
jupyter_llmchat.akk
"""


@pytest.mark.parametrize("name", jupyter_llmchat.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(jupyter_llmchat, name) is not None
    assert name in dir(jupyter_llmchat)


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'akk'"):
        _ = jupyter_llmchat.akk


@pytest.mark.timeout(300)
def test_scripts_are_checked_against_our_types(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    found = [line.partition("error: ")[2] for line in errors]
    assert len(found) == 2, done.stdout
    assert found[0].startswith('Unexpected keyword argument "sed"')
    assert found[1].startswith('Module has no attribute "akk"')
