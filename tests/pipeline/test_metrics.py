from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.language_model import Piece, Usage
from jupyter_llmchat.pipeline import metrics
from jupyter_llmchat.pipeline.metrics import Meter
from jupyter_llmchat.protocol.events import Decision


class Clock:
    """A time.monotonic() that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(metrics, "time", clock)
    return clock


def _token() -> Piece:
    return Piece(text="x", tokens=1)


def test_without_a_token_there_is_nothing_to_tell(clock: Clock) -> None:
    meter = Meter(0.0)
    meter.stage("core")
    clock.now = 2.0
    figures = meter.metrics()
    assert figures.total_ms == 2000
    assert figures.first_token_ms is None
    assert figures.token_ms is None
    assert figures.tokens_per_s is None


def test_time_a_token_is_taken_between_tokens_of_a_stage(clock: Clock) -> None:
    meter = Meter(0.0)
    for stage, begin in (("core", 1.0), ("detail", 5.0)):
        timer = meter.stage(stage)  # type: ignore[arg-type]
        for step in range(3):
            clock.now = begin + step * 0.1
            timer.piece(_token())
    figures = meter.metrics()
    assert figures.first_token_ms == 1000
    assert figures.token_ms == pytest.approx(100)
    assert figures.tokens_per_s == pytest.approx(10)
    assert figures.generated_tokens == 6
    assert figures.stages == ("core", "detail")


def test_usage_is_summed_over_stages(clock: Clock) -> None:
    meter = Meter(0.0)
    usage = Usage(prompt_tokens=10, cached_tokens=8)
    last = Piece(text="", tokens=0, finish_reason="stop", usage=usage)
    for stage in ("core", "detail"):
        meter.stage(stage).piece(last)  # type: ignore[arg-type]
    figures = meter.metrics()
    assert (figures.prompt_tokens, figures.cached_tokens) == (20, 16)


def test_decisions_are_counted_and_the_strategy_named(clock: Clock) -> None:
    decision = Decision(
        turn_id="t",
        name="strategy",
        options=(),
        chosen="simple",
        calibrated=True,
        tokens=1,
        ms=1.0,
    )
    default = msgspec.structs.replace(decision, name="intent", source="default")
    figures = Meter(0.0).metrics([decision, default])
    assert (figures.decisions, figures.strategy) == (1, "simple")
    assert figures.llm_first_share == 0.5
    assert Meter(0.0).metrics().llm_first_share is None


def test_what_is_stated_is_there_at_once_and_was_not_generated(clock: Clock) -> None:
    meter = Meter(0.0)
    clock.now = 2.0
    meter.stage("core").stated()
    figures = meter.metrics()
    assert (figures.first_token_ms, figures.token_ms) == (2000, None)
    assert figures.generated_tokens == 0
