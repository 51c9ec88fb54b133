"""Answers that can be given again, and what to ask for them with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_llmchat.protocol.events import (
    Complete,
    Quality,
    Refinement,
    Revision,
    StageChange,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.server.services import Services

from .builders import (
    all_of,
    ask_body,
    chunk,
    complete,
    decision,
    new_session,
)


def stage(name: str, *words: str, reason: str | None = "stop") -> tuple[TurnEvent, ...]:
    begin = StageChange(turn_id="", stage=name, phase="start")  # type: ignore[arg-type]
    end = msgspec.structs.replace(begin, phase="end", finish_reason=reason)
    texts = (chunk(word, number, name) for number, word in enumerate(words))
    return (begin, *texts, end)


REFINEMENT = Refinement(turn_id="", text="What is it, exactly?", used=True, ms=3.0)
QUALITY = Quality(
    turn_id="",
    score=70.0,
    relevance=80.0,
    completeness=60.0,
    accuracy=70.0,
    clarity=75.0,
    method="test",
    reliability=0.9,
    improvements="Be shorter.",
)
REVISION = Revision(
    turn_id="", stage="detail", text="Better.", used=True, score=80.0, first_score=70.0
)
METRICS = TurnMetrics(
    total_ms=5000.0,
    first_token_ms=100.0,
    token_ms=20.0,
    tokens_per_s=50.0,
    prompt_tokens=10,
    generated_tokens=3,
    strategy="simple",
    decisions=2,
    llm_first_share=1.0,
    quality=70.0,
    stages=("core", "detail"),
)
WHOLE: tuple[TurnEvent, ...] = (
    decision(),
    REFINEMENT,
    *stage("core", "Forty", "-two. \U0001f600\n"),
    msgspec.structs.replace(decision("analytical"), name="intent"),
    *stage("detail", "As it ", "was."),
    QUALITY,
    REVISION,
    Complete(turn_id="", finish_reason="stop", metrics=METRICS),
)


def simple(text: str) -> tuple[TurnEvent, ...]:
    """A whole answer that can be given again."""
    return (decision(), *stage("core", text), complete())


async def asked(
    services: Services,
    question: str = "What is it?",
    session: str | None = None,
    owner: str = "local",
    **fields: Any,
) -> list[TurnEvent]:
    """The events of a question, in a session of its own unless one is named."""
    turns = await services.turns()
    session = session or await new_session(services, owner)
    return await all_of(await turns.ask(owner, session, ask_body(question, **fields)))


def is_replay(events: Sequence[TurnEvent]) -> bool:
    last = events[-1]
    assert isinstance(last, Complete)
    return last.metrics.is_replay


def told(state: TurnState) -> list[Any]:
    """What an answer says, whenever it is said."""
    events = (*state.decisions, state.refinement, state.quality, *state.revisions)
    named = [
        each and msgspec.structs.replace(each, turn_id="", seq=0) for each in events
    ]
    return [*named, *((each.stage, each.text, each.first) for each in state.stages)]
