from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from tests.models.gguf_files import write

from .builders import Api, Script, eventually, said
from .tier_fakes import Hosted

TIERS = ("fast", "complex")


@pytest.fixture
def history() -> list[str]:
    """`+tier` for a start, `-tier` for a stop."""
    return []


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], tmp_path: Path) -> Any:
    """Two models, whose files are read though they are never loaded."""
    path = str(write(tmp_path))
    app = {**jp_server_config["LLMChatApp"], "models": dict.fromkeys(TIERS, path)}
    return {**jp_server_config, "LLMChatApp": {**app, "models_memory_mb": 100}}


@pytest.fixture
def with_fakes(
    monkeypatch: pytest.MonkeyPatch, script: Script, history: list[str]
) -> None:
    def new_services(app: LLMChatApp) -> Services:
        fast, complex_ = (Hosted(tier, history) for tier in TIERS)
        return Services(
            app.server_settings(), fast, {"complex": complex_}, answer=script
        )

    monkeypatch.setattr(LLMChatApp, "new_services", new_services)


@pytest.fixture
async def api(api: Api, history: list[str]) -> Api:
    """Once the model that decides has been started."""
    await eventually(lambda: history)
    return api


@pytest.fixture
def hosted(extension: LLMChatApp) -> dict[str, Hosted]:
    assert extension.services is not None
    places = extension.services.models._places
    return {tier: each.model for tier, each in places.items()}  # type: ignore[misc]


async def listed(api: Api) -> dict[str, Any]:
    response = await api.get("models")
    assert response.code == 200, response.body
    return {each["tier"]: each for each in json.loads(response.body)["models"]}


async def done(api: Api, tier: str, verb: str) -> tuple[int, Any]:
    response = await api.post("models", tier, verb, body={})
    return response.code, json.loads(response.body)


async def test_the_models_are_listed_loaded_or_not(api: Api, tmp_path: Path) -> None:
    models = await listed(api)
    assert [*models] == ["fast", "complex"]
    fast, complex_ = models.values()
    path = tmp_path / "tiny.gguf"
    assert (fast["file"], fast["file_bytes"]) == (str(path), path.stat().st_size)
    assert fast["memory_bytes"] >= fast["file_bytes"]
    assert (fast["decides"], complex_["decides"]) == (True, False)
    assert (fast["state"], complex_["state"]) == ("starting", "stopped")
    assert complex_["detail"] == "Loaded when it is needed."
    assert (fast["keep_alive_s"], complex_["keep_alive_s"]) == (0.0, 600.0)
    assert {each["warmth"] for each in models.values()} == {"cold"}
    whole = json.loads((await api.get("models")).body)
    assert whole["memory_budget_bytes"] == 100 << 20


async def test_a_file_that_is_gone_is_no_error(api: Api, tmp_path: Path) -> None:
    await listed(api)
    (tmp_path / "tiny.gguf").unlink()
    fast = (await listed(api))["fast"]
    assert (fast["file"], fast["file_bytes"], fast["memory_bytes"]) == (None,) * 3


async def test_a_model_is_loaded_and_unloaded(
    api: Api, history: list[str], hosted: dict[str, Hosted]
) -> None:
    code, model = await done(api, "complex", "load")
    assert (code, model["state"]) == (202, "starting")
    hosted["complex"].state = "ready"
    assert (await listed(api))["complex"]["state"] == "ready"
    assert (await done(api, "complex", "load"))[0] == 202
    code, model = await done(api, "complex", "unload")
    assert (code, model["state"]) == (200, "stopped")
    assert (await done(api, "complex", "unload"))[0] == 200
    assert history == ["+fast", "+complex", "-complex"]


async def test_a_model_that_has_failed_is_loaded_anew(
    api: Api, history: list[str], hosted: dict[str, Hosted]
) -> None:
    hosted["fast"].state = "failed"
    code, model = await done(api, "fast", "load")
    assert (code, model["state"]) == (202, "starting")
    assert history == ["+fast", "-fast", "+fast"]


async def test_the_deciding_model_is_loaded_again_by_the_next_question(
    api: Api, history: list[str]
) -> None:
    code, model = await done(api, "fast", "unload")
    assert (code, model["state"]) == (200, "stopped")
    session = await api.new_session()
    # What is read ahead does not load it: it would be back with the next cell.
    await api.post("sessions", session, "prepare", body={"context": []})
    assert history == ["+fast", "-fast"]
    assert (await api.ask(session, "What is it?")).code == 200
    assert history == ["+fast", "-fast", "+fast"]


async def test_a_model_in_use_stays(
    api: Api, script: Script, history: list[str], extension: LLMChatApp
) -> None:
    script.steps = (go_on := asyncio.Event(), *said("Done."))
    asking = asyncio.create_task(api.ask(await api.new_session(), "What is it?"))
    await eventually(lambda: script.questions)
    code, error = await done(api, "fast", "unload")
    assert (code, error["code"]) == (409, "conflict")
    assert "an answer would break off" in error["message"]
    go_on.set()
    await asking
    assert (await done(api, "fast", "unload"))[0] == 200
    assert history == ["+fast", "-fast"]


async def test_there_is_no_other_model(api: Api) -> None:
    for tier in ("balanced", "huge"):
        for verb in ("load", "unload"):
            code, error = await done(api, tier, verb)
            assert (code, error["code"]) == (404, "not_found")
            assert "fast, complex" in error["hint"]


async def test_a_session_can_have_its_model(api: Api, script: Script) -> None:
    config = {"temperature": 0.5}
    created = await api.post("sessions", body={"config": config})
    session = json.loads(created.body)["id"]
    chosen = await api.post("sessions", session, "model", body={"tier": "complex"})
    assert json.loads(chosen.body)["config"] == {**config, "tier": "complex"}
    await api.ask(session, "What is it?")
    assert script.questions[-1].tier == "complex"
    left = await api.post("sessions", session, "model", body={"tier": None})
    assert json.loads(left.body)["config"] == config
    await api.ask(session, "And that?")
    assert script.questions[-1].tier is None


async def test_only_what_there_is_can_be_chosen_and_only_for_ones_own(
    api: Api, extension: LLMChatApp
) -> None:
    session = await api.new_session()
    refused = await api.post("sessions", session, "model", body={"tier": "balanced"})
    assert refused.code == 400
    assert "fast, complex" in json.loads(refused.body)["hint"]
    assert extension.services is not None
    store = await extension.services.store()
    hers = await store.create_session("eve", "", {})
    for each in (hers.id, "none"):
        body = {"tier": "complex"}
        assert (await api.post("sessions", each, "model", body=body)).code == 404
    assert (await store.session("eve", hers.id)).config == {}


async def test_looking_is_no_activity(api: Api, jp_serverapp: ServerApp) -> None:
    await listed(api)
    assert "api_last_activity" not in jp_serverapp.web_app.settings
