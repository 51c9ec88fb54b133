"""Records with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from jupyter_llmchat.protocol.events import Decision, Option, TurnMetrics
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import StageText
from jupyter_llmchat.store import BegunTurn, EndedTurn, NewTurn, Store

METRICS = TurnMetrics(
    total_ms=1234.5,
    first_token_ms=120.25,
    token_ms=None,
    tokens_per_s=31.5,
    prompt_tokens=50,
    cached_tokens=40,
    generated_tokens=12,
    strategy="simple",
    decisions=2,
    stages=("core", "conclusion"),
)


def new_turn(session_id: str, **given: Any) -> NewTurn:
    fields: dict[str, Any] = {
        "session_id": session_id,
        "turn_id": new_id(),
        "message_id": new_id(),
        "answer_id": new_id(),
        "client_message_id": new_id(),
        "question": "What does len() do?",
        "model": "fake",
        "parameters": {"temperature": 0.2},
        "prompt_template": "v1",
    }
    return NewTurn(**(fields | given))


def ended(begun: BegunTurn, **given: Any) -> EndedTurn:
    fields: dict[str, Any] = {
        "turn_id": begun.turn_id,
        "answer_id": begun.answer_id,
        "state": "complete",
        "finish_reason": "stop",
        "strategy": "simple",
        "metrics": METRICS,
        "stages": (StageText(stage="core", text="It counts."),),
        "tokens": 12,
    }
    return EndedTurn(**(fields | given))


def decision(turn_id: str, name: str = "strategy") -> Decision:
    options = (
        Option(label="simple", probability=0.75),
        Option(label="analytical", probability=0.25),
    )
    return Decision(
        turn_id=turn_id,
        name=name,
        options=options,
        chosen="simple",
        calibrated=True,
        tokens=7,
        ms=31.5,
    )


async def begin(store: Store, owner: str = "ada", **given: Any) -> BegunTurn:
    """A turn in a session of its own, unless `session_id` is given."""
    if "session_id" not in given:
        given["session_id"] = (await store.create_session(owner, "", {})).id
    return await store.begin_turn(owner, new_turn(**given))
