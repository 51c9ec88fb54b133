"""Turns and their events, as a server would send them."""

from __future__ import annotations

from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Error,
    Event,
    Notice,
    Queued,
    StageChange,
    Start,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.figures import (
    AnswerCounts,
    Figure,
    MetricsSummary,
    Usage,
)
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION, FinishReason, Stage
from jupyter_llmchat.protocol.resources import (
    Message,
    ModelStatus,
    Session,
    Status,
    StoreStatus,
)

TURN = "turn1"

NO_USE = Usage(
    user="local",
    sessions=1,
    messages=0,
    answers=0,
    prompt_tokens=0,
    generated_tokens=0,
    active_days=0,
    favourite_strategy=None,
    models=(),
    first_used=None,
    last_used=None,
)


def metrics_summary(answers: int, value: float | None = None) -> MetricsSummary:
    """Every figure has the same value."""
    counts = dict.fromkeys(AnswerCounts.__struct_fields__, 0)
    figure = Figure(n=answers, avg=value, p50=value, p95=value, p99=value)
    names = ("first_token_ms", "token_ms", "total_ms", "tokens_per_s", "quality")
    return MetricsSummary(
        counts=AnswerCounts(**counts | {"answers": answers, "complete": answers}),
        **dict.fromkeys((*names, "llm_first_share"), figure),
        cached_share=None,
        replay_share=None,
    )


NO_ANSWERS = metrics_summary(0)


def numbered(*events: TurnEvent) -> list[TurnEvent]:
    """The events with their places in the turn."""
    import msgspec

    return [msgspec.structs.replace(event, seq=seq) for seq, event in enumerate(events)]


def start(question: str = "Why?") -> Start:
    return Start(
        turn_id=TURN,
        protocol=PROTOCOL_VERSION,
        session_id="session1",
        message_id="message1",
        answer_id="answer1",
        question=question,
        model="fake",
        deadline_s=60.0,
        timestamp=0.0,
    )


def queued(position: int) -> Queued:
    return Queued(turn_id=TURN, position=position)


def begin(stage: Stage) -> StageChange:
    return StageChange(turn_id=TURN, stage=stage, phase="start")


def finish(stage: Stage, tokens: int = 2) -> StageChange:
    return StageChange(
        turn_id=TURN, stage=stage, phase="end", tokens=tokens, finish_reason="stop"
    )


def chunk(text: str, stage: Stage = "core", chunk_id: int = 0) -> Chunk:
    return Chunk(turn_id=TURN, stage=stage, text=text, chunk_id=chunk_id, timestamp=0.0)


def notice(message: str) -> Notice:
    return Notice(turn_id=TURN, code="note", message=message)


def complete(reason: FinishReason = "stop", strategy: str = "simple") -> Complete:
    metrics = TurnMetrics(
        total_ms=3210.0,
        first_token_ms=200.0,
        tokens_per_s=27.4,
        generated_tokens=85,
        strategy=strategy,
        stages=("core",),
    )
    return Complete(turn_id=TURN, finish_reason=reason, metrics=metrics)


def complete_again() -> Complete:
    """The end of an answer that was given before."""
    metrics = TurnMetrics(
        total_ms=10.0, generated_tokens=85, strategy="simple", is_replay=True
    )
    return Complete(turn_id=TURN, finish_reason="stop", metrics=metrics)


def failed(
    message: str = "The model process ended.", hint: str = "Ask again."
) -> Error:
    return Error(turn_id=TURN, code="worker_lost", message=message, hint=hint)


def answer(*texts: str) -> list[TurnEvent]:
    """A whole turn whose core stage consists of these pieces."""
    pieces: list[TurnEvent] = [
        chunk(text, chunk_id=place) for place, text in enumerate(texts)
    ]
    return numbered(start(), begin("core"), *pieces, finish("core"), complete())


def session(identifier: str = "session1", title: str = "") -> Session:
    return Session(
        id=identifier, title=title, created=0.0, updated=0.0, messages=0, config={}
    )


def message(identifier: str) -> Message:
    return Message(
        id=identifier,
        session_id="session1",
        turn_id=TURN,
        role="user",
        text="Why?",
        stages=(),
        state="complete",
        created=0.0,
        tokens=0,
        processing_ms=None,
        model=None,
        parameters={},
        prompt_template=None,
    )


def status() -> Status:
    return Status(
        version="0.1.0",
        protocol=PROTOCOL_VERSION,
        model=ModelStatus(state="ready", name="fake", detail=""),
        store=StoreStatus(kind="memory", path=None, detail=""),
        turns_active=0,
    )


def seqs(events: list[TurnEvent]) -> list[int]:
    return [event.seq for event in events if isinstance(event, Event)]
