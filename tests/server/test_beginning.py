from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import EngineConfig, PipelineConfig
from jupyter_llmchat.pipeline.response_key import Origin
from jupyter_llmchat.protocol.events import Complete
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.protocol.resources import Message, Session, StageText, Turn
from jupyter_llmchat.server.asking import Asking
from jupyter_llmchat.server.beginning import Beginning
from jupyter_llmchat.store.records import NewTurn, Remembered, WholeTurn

ORIGIN = Origin(
    models={"fast": "abc"},
    engine=EngineConfig(model_path="/model.gguf"),
    pipeline=PipelineConfig(),
)
SESSION = Session(id="s", title="", created=1.0, updated=1.0, messages=0, config={})
NEW = NewTurn(
    session_id="s",
    turn_id="t",
    message_id="m",
    answer_id="a",
    client_message_id="mine",
    question="Why?",
    model="fake",
    parameters={},
    prompt_template="v1",
)
REMEMBERED = Remembered(
    turn=Turn(
        id="old",
        session_id="other",
        state="complete",
        created=1.0,
        strategy=None,
        finish_reason="stop",
        metrics=None,
        decisions=(),
    ),
    answer=Message(
        id="b",
        session_id="other",
        turn_id="old",
        role="assistant",
        text="So.",
        stages=(StageText(stage="core", text="So."),),
        state="complete",
        created=1.0,
        tokens=1,
        processing_ms=1.0,
        model="of that time",
        parameters={},
        prompt_template="v1",
    ),
)


def beginning(origin: Origin | None = ORIGIN, **options: Any) -> Beginning:
    asked = Asking(
        owner="ada",
        session_id="s",
        turn_id="t",
        client_message_id="mine",
        text="Why?",
        context=(),
        options=AskOptions(),
        arrived=1.0,
    )
    set_by_session = AskOptions(**options)
    return Beginning(
        asked,
        origin,
        settled=lambda asking, session: replace(
            asking, options=set_by_session, deadline_s=60.0
        ),
        new_turn=lambda asking, model: msgspec.structs.replace(
            NEW, model=model or "in use"
        ),
    )


def test_the_key_goes_by_what_the_session_sets() -> None:
    keys = {beginning(seed=seed).key(SESSION, ()) for seed in (None, 1, 2)}
    assert len(keys) == 3
    assert None not in keys


@pytest.mark.parametrize(
    "without", [beginning(None), beginning(fresh=True)], ids=["origin", "wish"]
)
def test_without_an_origin_or_a_wish_for_it_nothing_is_looked_up(
    without: Beginning,
) -> None:
    assert without.key(SESSION, ()) is None
    assert without.asking.deadline_s == 60.0


def test_an_answer_that_has_to_be_made_only_begins() -> None:
    begun = beginning()
    begun.key(SESSION, ())
    new = begun.turn(None)
    assert isinstance(new, NewTurn)
    assert (new.model, begun.is_replay, begun.log.ended) == ("in use", False, False)
    assert begun.log.start.deadline_s == 60.0


def test_an_answer_that_is_known_is_over_and_names_its_model() -> None:
    begun = beginning()
    begun.key(SESSION, ())
    whole = begun.turn(REMEMBERED)
    assert isinstance(whole, WholeTurn)
    assert begun.is_replay
    end = begun.log.events[-1]
    assert isinstance(end, Complete)
    assert end.metrics.is_replay
    assert (whole.new.model, whole.ended.turn_id) == ("of that time", "t")
    assert whole.ended.stages == REMEMBERED.answer.stages


def test_asked_again_it_begins_anew() -> None:
    begun = beginning()
    for remembered in (REMEMBERED, REMEMBERED, None):
        begun.key(SESSION, ())
        begun.turn(remembered)
    assert (begun.is_replay, len(begun.log.events)) == (False, 1)
