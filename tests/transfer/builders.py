"""Conversations with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from jupyter_llmchat.protocol.events import (
    Notice,
    Option,
    Quality,
    Refinement,
    Revision,
    TurnMetrics,
)
from jupyter_llmchat.protocol.ids import STAGES, Strategy
from jupyter_llmchat.protocol.resources import StageText, StoredDecision
from jupyter_llmchat.transfer.document import (
    AnswerDocument,
    Ended,
    SessionDocument,
    TurnDocument,
)

NOW = 1_700_000_000.123456


def answer(*texts: str, **given: Any) -> AnswerDocument:
    """Stages of these texts, the core answer first."""
    order = ("core", "detail", "conclusion", "analysis", "reasoning")
    named = zip(order, texts, strict=False)
    stages = tuple(StageText(stage=stage, text=text) for stage, text in named)  # type: ignore[arg-type]
    fields: dict[str, Any] = {"stages": stages, "state": "complete", "created": NOW}
    return AnswerDocument(**(fields | given))


def turn(id: str = "t1", *texts: str, **given: Any) -> TurnDocument:
    fields: dict[str, Any] = {
        "id": id,
        "created": NOW,
        "ended": NOW + 1.5,
        "question": "What does len() do?",
        "answer": answer(*(texts or ("It counts.",))),
    }
    return TurnDocument(**(fields | given))


def session(*turns: TurnDocument, **given: Any) -> SessionDocument:
    """`turns` follow one another, and the last is where the conversation ends."""
    fields: dict[str, Any] = {
        "title": "Counting",
        "created": NOW,
        "updated": NOW + 2,
        "turns": turns,
        "current": turns[-1].id if turns else None,
    }
    return SessionDocument(**(fields | given))


def full_turn(id: str = "t1", **given: Any) -> TurnDocument:
    """With everything that there can be."""
    fields: dict[str, Any] = {
        "strategy": "simple",
        "finish_reason": "stop",
        "metrics": TurnMetrics(
            total_ms=1234.5, first_token_ms=20.25, stages=("core",), strategy="simple"
        ),
        "decisions": (
            StoredDecision(
                name="strategy",
                options=(Option(label="simple", probability=0.75),),
                chosen="simple",
                calibrated=True,
                tokens=7,
                ms=31.5,
            ),
        ),
        "refinement": Refinement(turn_id=id, seq=3, text="Better?", used=True, ms=1.0),
        "quality": Quality(
            turn_id=id,
            score=80.0,
            relevance=80.0,
            completeness=80.0,
            accuracy=80.0,
            clarity=80.0,
            method="m",
        ),
        "notices": (
            Notice(turn_id=id, code="context_left_out", message="It was too long."),
        ),
        "revisions": (
            Revision(
                turn_id=id,
                stage="core",
                text="It counts.",
                used=False,
                score=1.0,
                first_score=2.0,
            ),
        ),
        "answer": answer(
            "It counts.",
            model="fake",
            tokens=3,
            parameters={"deadline_s": 60.0},
            prompt_template="v1",
        ),
    }
    return turn(id, **(fields | given))


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["\x00", "😀 \ufffd", "```\nx", "<script>alert(1)</script>", "\u202eabc", "a\r\nb"]
)
_SECONDS = st.integers(0, 1_700_000_000_000_000).map(lambda us: us / 1_000_000)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=6,
)
_MS = st.floats(0, 1e9)
_METRICS = st.builds(
    TurnMetrics,
    total_ms=_MS,
    first_token_ms=st.none() | _MS,
    prompt_tokens=st.integers(0, 2**31 - 1),
    strategy=st.none() | st.just("simple"),
    is_replay=st.booleans(),
    stages=st.just(("core",)),
)
_DECISIONS = st.builds(
    StoredDecision,
    name=st.text(max_size=20),
    options=st.tuples(
        st.builds(Option, label=TEXTS, probability=st.floats(0, 1, width=32))
    ),
    chosen=st.text(max_size=20),
    calibrated=st.booleans(),
    tokens=st.integers(0, 100),
    ms=_MS,
    source=st.sampled_from(["model", "default"]),
)


@st.composite
def sessions(draw: st.DrawFn) -> SessionDocument:
    """Any conversation, with branches."""
    turns: list[TurnDocument] = []
    for number in range(draw(st.integers(0, 4))):
        parents = st.none() | st.sampled_from([each.id for each in turns] or [None])
        turns.append(_turn(draw, f"t{number}", draw(parents)))
    ends = st.none() | st.sampled_from([each.id for each in turns] or [None])
    return SessionDocument(
        title=draw(st.text(max_size=200)),
        created=draw(_SECONDS),
        updated=draw(_SECONDS),
        config={"mine": draw(_JSON)},
        current=draw(ends),
        turns=tuple(turns),
    )


def _turn(draw: st.DrawFn, id: str, parent: str | None) -> TurnDocument:
    stages = draw(st.lists(st.sampled_from(STAGES), unique=True, max_size=3))
    said = AnswerDocument(
        stages=tuple(
            StageText(stage=each, text=draw(TEXTS), first=draw(TEXTS))
            for each in stages
        ),
        state=draw(st.sampled_from(get_args(Ended))),
        created=draw(_SECONDS),
        tokens=draw(st.integers(0, 2**31 - 1)),
        model=draw(st.none() | st.text(max_size=200)),
        parameters={"mine": draw(_JSON)},
        prompt_template=draw(st.none() | st.just("v1")),
    )
    return TurnDocument(
        id=id,
        parent=parent,
        created=draw(_SECONDS),
        ended=draw(st.none() | _SECONDS),
        question=draw(TEXTS),
        answer=said,
        strategy=draw(st.none() | st.sampled_from(get_args(Strategy))),
        finish_reason=draw(st.none() | st.sampled_from(["stop", "generation_failed"])),
        metrics=draw(st.none() | _METRICS),
        decisions=tuple(draw(st.lists(_DECISIONS, max_size=2))),
        refinement=draw(
            st.none()
            | st.builds(
                Refinement, turn_id=st.just(id), text=TEXTS, used=st.booleans(), ms=_MS
            )
        ),
    )
