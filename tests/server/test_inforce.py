from __future__ import annotations

import json
import re

import pytest

from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.protocol.resources import ModelStatus
from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api, HostedFake

SECRET = re.compile(r"(^|_)(key|password|secret|token)($|_)")


async def test_the_settings_are_the_traits_by_name(
    api: Api, extension: LLMChatApp
) -> None:
    body = json.loads((await api.get("settings")).body)
    settings = body["settings"]
    assert {*settings} == {*LLMChatApp.class_own_traits(config=True)}
    assert settings["n_ctx"] == extension.n_ctx
    assert settings["data_dir"] == extension.data_dir
    # A trait that changes later is not in force.
    extension.n_ctx = 1024
    again = json.loads((await api.get("settings")).body)
    assert again["settings"]["n_ctx"] == settings["n_ctx"] != 1024


async def test_a_loaded_model_has_its_settings_as_they_are(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.loads((await api.get("settings")).body)
    assert body["models"] == [{"tier": "fast", "settings": {}}]
    ready = ModelStatus(state="ready", name="m", detail="", in_force={"n_ctx": 512})
    monkeypatch.setattr(HostedFake, "status", ready)
    body = json.loads((await api.get("settings")).body)
    assert body["models"] == [{"tier": "fast", "settings": {"n_ctx": 512}}]


def test_a_secret_trait_would_be_tagged_and_left_out() -> None:
    for name, trait in LLMChatApp.class_own_traits(config=True).items():
        assert trait.metadata.get("secret") or not SECRET.search(name), name


async def test_the_sources_of_context_say_what_they_hold(api: Api) -> None:
    async def notebooks() -> dict[str, object]:
        (source,) = json.loads((await api.get("retrieval")).body)["sources"]
        assert source["name"] == "notebook"
        return dict(source)

    assert (await notebooks())["state"] == "empty"
    session = await api.new_session()
    cell = {"kind": "cell", "name": "[1]", "text": "x = 1"}
    await api.post("sessions", session, "prepare", body={"context": [cell]})
    seen = await notebooks()
    assert (seen["state"] in ("reading", "ready"), seen["items"]) == (True, 1)


async def test_another_users_notebooks_are_not_counted(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    turns = await extension.services.turns()
    turns.ahead.learn("eve", "hers", (ContextPart(kind="cell", text="x"),))
    (source,) = json.loads((await api.get("retrieval")).body)["sources"]
    assert (source["state"], source["items"]) == ("empty", 0)
