from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.serverapp import ServerApp

from jupyter_llmchat import __version__

from .builders import Api, Script, eventually, said


async def test_health_says_that_the_server_answers(api: Api) -> None:
    response = await api.get("health")
    assert (response.code, json.loads(response.body)) == (200, {"ok": True})


async def test_status_shows_the_model_the_database_and_the_turns(
    api: Api, script: Script
) -> None:
    script.steps = (go_on := asyncio.Event(), *said("Done."))
    session = await api.new_session()
    asking = asyncio.create_task(api.ask(session, "What is it?"))
    await eventually(lambda: script.questions)
    status = json.loads((await api.get("status")).body)
    assert (status["version"], status["protocol"]) == (__version__, 1)
    assert (status["model"]["state"], status["model"]["name"]) == ("ready", "fake")
    assert status["store"]["kind"] == "file"
    assert status["store"]["path"].endswith("llmchat/llmchat.duckdb")
    assert status["turns_active"] == 1
    go_on.set()
    await asking
    assert json.loads((await api.get("status")).body)["turns_active"] == 0


async def test_looking_is_no_activity(api: Api, jp_serverapp: ServerApp) -> None:
    settings: dict[str, Any] = jp_serverapp.web_app.settings
    await api.get("status")
    await api.get("health")
    assert "api_last_activity" not in settings
    await api.get("sessions")
    assert "api_last_activity" in settings
