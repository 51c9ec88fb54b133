from __future__ import annotations

import json

import pytest

from jupyter_llmchat.errors import Conflict
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.protocol.figures import AnswersQuery, SeriesQuery
from jupyter_llmchat.protocol.setup import ModelList, Retrieval, SettingsInForce
from tests.protocol.samples import model
from tests.protocol.samples import series as series_of
from tests.protocol.samples import summary as summary_of
from tests.protocol.samples import usage as usage_of

from .builders import session
from .scripted_server import ScriptedServer, as_json, refusal

SUMMARY, SERIES, USAGE = summary_of(), series_of(5.0), usage_of()


def test_figures_are_asked_for_by_what_differs_from_the_usual(
    server: ScriptedServer,
) -> None:
    server.on("GET metrics/summary", as_json(SUMMARY))
    summary = "metrics/summary?since=5.0&model=a+b%26c&replays=true"
    server.on(f"GET {summary}", as_json(SUMMARY))
    series = "metrics/series?tier=fast&figure=total_ms&bucket=hour&utc_offset_s=3600"
    server.on(f"GET {series}", as_json(SERIES))
    server.on("GET metrics/usage", as_json(USAGE))
    server.on("GET metrics/usage?utc_offset_s=-60", as_json(USAGE))
    query = AnswersQuery(since=5.0, model="a b&c", replays=True)
    over_time = SeriesQuery(
        tier="fast", figure="total_ms", bucket="hour", utc_offset_s=3600
    )
    with ChatClient(server.address) as client:
        assert client.metrics_summary() == SUMMARY
        assert client.metrics_summary(query) == SUMMARY
        assert client.metrics_series(over_time) == SERIES
        assert client.usage() == client.usage(-60) == USAGE


def test_models_are_listed_loaded_and_unloaded(server: ScriptedServer) -> None:
    models = ModelList(models=(model(),), memory_budget_bytes=100)
    server.on("GET models", as_json(models))
    server.on("POST models/fast/load", as_json(model(state="starting")))
    server.on("POST models/fast/unload", as_json(model(state="stopped")))
    server.on("POST sessions/s2/model", as_json(session("s2")))
    with ChatClient(server.address) as client:
        assert client.models() == models
        assert client.load_model("fast").state == "starting"
        assert client.unload_model("fast").state == "stopped"
        assert client.select_model("s2", None).id == "s2"
    (sent,) = server.asked("POST sessions/s2/model")
    assert json.loads(sent.body) == {"tier": None}


def test_what_the_server_refuses_is_raised(server: ScriptedServer) -> None:
    server.on("POST models/a%2Fb/unload", refusal("conflict", 409, "In use."))
    with ChatClient(server.address) as client, pytest.raises(Conflict, match="In use"):
        client.unload_model("a/b")


def test_settings_and_sources_are_looked_at(server: ScriptedServer) -> None:
    settings = SettingsInForce(settings={"n_ctx": 1}, models=())
    server.on("GET settings", as_json(settings))
    server.on("GET retrieval", as_json(Retrieval(sources=())))
    with ChatClient(server.address) as client:
        assert client.settings() == settings
        assert client.retrieval() == Retrieval(sources=())
