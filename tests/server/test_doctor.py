from __future__ import annotations

import asyncio
import json
import sys

import pytest

from jupyter_llmchat.errors import LLMChatError, TimedOut
from jupyter_llmchat.protocol.checkup import Check, Checkup
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.doctor import COMMAND, Doctor

from .builders import Api, eventually

FOUND = Checkup(
    ok=False, checks=(Check(name="one", state="fail", message="No.", action="Do."),)
)
SAID = """{"ok": false, "checks": [
    {"name": "one", "state": "fail", "message": "No.", "action": "Do."}]}"""


def saying(text: str, status: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print('''{text}'''); raise SystemExit({status})")


async def test_what_fails_is_found_and_no_error() -> None:
    assert await Doctor(saying(SAID, status=1)).checkup() == FOUND


async def test_who_asks_at_a_time_shares_one_look() -> None:
    doctor = Doctor(saying(SAID))
    one, other = await asyncio.gather(doctor.checkup(), doctor.checkup())
    assert one is other
    assert await doctor.checkup() is not one


@pytest.mark.parametrize("said", ["", "{}", "Traceback"])
async def test_what_cannot_be_read_names_the_command(said: str) -> None:
    with pytest.raises(LLMChatError, match="jupyter llmchat doctor"):
        await Doctor(saying(said)).checkup()


async def test_a_check_that_hangs_is_ended() -> None:
    asleep = (sys.executable, "-c", "import time; time.sleep(100)")
    with pytest.raises(TimedOut, match="jupyter llmchat doctor"):
        await Doctor(asleep, longest_s=0.2).checkup()


async def test_nothing_is_left_when_the_server_stops() -> None:
    doctor = Doctor((sys.executable, "-c", "import time; time.sleep(100)"))
    asking = asyncio.create_task(doctor.checkup())
    await eventually(lambda: doctor._running is not None)
    await doctor.close()
    with pytest.raises(asyncio.CancelledError):
        await asking


def test_the_command_is_the_one_that_people_run() -> None:
    assert COMMAND[2:] == ("-m", "jupyter_llmchat", "doctor", "--json")


async def test_the_findings_come_over_rest(
    api: Api, extension: LLMChatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert extension.services is not None
    doctor = Doctor(saying(SAID, status=1))
    monkeypatch.setattr(extension.services, "doctor", doctor)
    response = await api.get("doctor")
    assert (response.code, json.loads(response.body)) == (200, json.loads(SAID))
