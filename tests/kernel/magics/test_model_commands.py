from __future__ import annotations

from typing import Any

import msgspec

from jupyter_llmchat.protocol.events import Decision, Option
from jupyter_llmchat.protocol.resources import StoredDecision
from jupyter_llmchat.protocol.setup import Model, ModelList
from tests.kernel.builders import (
    answer,
    message,
    metrics_summary,
    numbered,
    session,
)
from tests.kernel.safe_html import faults
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, run

SMALL = Model(
    tier="fast",
    name="tiny <1B>",
    file=None,
    file_bytes=None,
    memory_bytes=98_000_000,
    state="ready",
    detail="",
    warmth="warm",
    decides=True,
    threads=1,
    context_tokens=2048,
    cells_used=0,
    cache_mb=0.0,
    self_test=None,
    users=0,
    keep_alive_s=0.0,
)
LARGE = msgspec.structs.replace(
    SMALL, tier="complex", name="huge", state="failed", detail="It is not there."
)
BOTH = ModelList(models=(SMALL, LARGE), memory_budget_bytes=10**9)


def test_models(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    client.known_models = BOTH
    run(shell, "%chat models")
    assert "fast     tiny <1B>  ready    98 MB  yes" in screen.plain
    assert "complex: It is not there." in screen.plain
    assert faults(screen.html) == []


def test_a_model_is_chosen_by_its_name(shell: Any, client: ScriptedClient) -> None:
    client.known_models = BOTH
    run(shell, "%chat --model Huge Why?")
    assert client.asked[0].options is not None
    assert client.asked[0].options.tier == "complex"


def test_stats(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%chat stats")
    assert screen.plain == "There are no answers yet: ask something."
    client.summary = metrics_summary(3, 120.0)
    run(shell, "%chat stats")
    shown = screen.outputs[-1]["text/plain"]
    assert "3 answers in 1 session: 3 complete" in shown
    assert "time to first token" in shown
    assert "120 ms" in shown


def decision(chosen: str, source: Any = "model") -> Decision:
    options = (
        Option(label="simple", probability=0.9),
        Option(label="analytical", probability=0.1),
    )
    return Decision(
        turn_id="turn1",
        name="strategy",
        options=options if source == "model" else (),
        chosen=chosen,
        calibrated=True,
        tokens=3,
        ms=12.0,
        source=source,
    )


def test_decisions_of_the_last_answer(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    first, *rest = answer("So.")
    events = numbered(first, decision("simple"), decision("simple", "default"), *rest)
    client.script = lambda: iter(events)
    run(shell, "%chat Why?")
    run(shell, "%chat decisions")
    shown = screen.outputs[-1]["text/plain"]
    assert "strategy  simple       90%  analytical 10%  12 ms  the model" in shown
    assert "nobody: the safe way" in shown
    assert "1 of 2 decisions by the model." in shown


def test_decisions_of_a_session_that_was_chosen(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    client.stored = (session("s9", "tea"),)
    client.said = (message("q"),)
    taken = msgspec.structs.asdict(decision("simple"))
    del taken["turn_id"], taken["seq"]
    client.decided = (StoredDecision(**taken),)
    run(shell, "%chat use tea")
    run(shell, "%chat decisions")
    assert "90%" in screen.outputs[-1]["text/plain"]
    client.said = ()
    run(shell, "%chat decisions")
    assert "Nothing was decided" in screen.outputs[-1]["text/plain"]
