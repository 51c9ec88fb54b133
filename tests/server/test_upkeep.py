from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api


async def post(api: Api, action: str) -> tuple[int, dict[str, Any]]:
    response = await api.post("db", action)
    return response.code, json.loads(response.body)


async def test_the_database_is_checked(api: Api) -> None:
    await api.ask(await api.new_session(), "Why?")
    code, found = await post(api, "check")
    assert (code, found["problems"]) == (200, [])
    assert (found["sessions"], found["turns"], found["messages"]) == (1, 1, 2)


async def test_a_backup_is_made_and_listed(api: Api) -> None:
    await api.ask(await api.new_session(), "Why?")
    code, backup = await post(api, "backups")
    assert code == 201
    assert Path(backup["path"]).stat().st_size == backup["bytes"] > 0
    listed = json.loads((await api.get("db", "backups")).body)
    assert listed == {"backups": [backup]}


async def test_what_was_deleted_is_gone_after_vacuuming(
    api: Api, extension: LLMChatApp
) -> None:
    session = await api.new_session()
    await api.ask(session, "xylophonecanary?")
    assert (await api.delete("sessions", session)).code == 204
    code, done = await post(api, "vacuum")
    assert code == 200
    assert done["backups"] == []
    folder = Path(extension.data_dir)
    files = [each for each in folder.rglob("*.duckdb*") if each.is_file()]
    assert files
    assert not [each for each in files if b"xylophonecanary" in each.read_bytes()]


async def test_the_search_index_is_built_anew(api: Api, extension: LLMChatApp) -> None:
    await api.ask(await api.new_session(), "Why is the sky blue?")
    assert await post(api, "rebuild-index") == (202, {"waiting": 2})
    assert extension.services is not None
    await (await extension.services.store()).indexing.catch_up()
    response = await api.post("search", body={"query": "sky"})
    assert len(json.loads(response.body)["hits"]) == 1
