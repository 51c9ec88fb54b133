from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.pipeline import Exchange, Question, answer, warm_up
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.fold import TurnState, apply
from tests.fakes import FakeModel

BUDGETS = {"simple": 60.0, "analytical": 90.0, "comprehensive": 120.0}


def always(option: str) -> Callable[[str, tuple[str, ...]], str]:
    """A model that chooses one option whatever is asked."""
    return lambda prompt, options: f" {option}"


def question(text: str = "Why?", **changes: object) -> Question:
    return Question(turn_id="t", text=text, arrived=time.monotonic(), **changes)  # type: ignore[arg-type]


async def collect(
    model: FakeModel,
    asked: Question | None = None,
    stop_after: int | None = None,
    config: PipelineConfig | None = None,
) -> list[events.TurnEvent]:
    """All events; `stop` is set after `stop_after` of them."""
    stop = asyncio.Event()
    said: list[events.TurnEvent] = []
    async with asyncio.timeout(20):
        async for event in answer(
            model, asked or question(), config or PipelineConfig(), stop
        ):
            said.append(event)
            if len(said) == stop_after:
                stop.set()
    terminal = [isinstance(each, events.TERMINAL) for each in said]
    assert terminal == [False] * (len(said) - 1) + [True]
    return said


def state_of(said: list[events.TurnEvent]) -> TurnState:
    state = TurnState()
    for seq, event in enumerate(said):
        state = apply(state, _numbered(event, seq))
    return state


def _numbered(event: events.TurnEvent, seq: int) -> events.TurnEvent:
    import msgspec

    return msgspec.structs.replace(event, seq=seq)


@pytest.mark.parametrize(
    ("strategy", "stages"),
    [
        ("simple", ["core"]),
        ("analytical", ["core", "detail"]),
        ("comprehensive", ["core", "detail", "conclusion"]),
    ],
)
async def test_the_models_choice_says_which_stages_run(
    strategy: str, stages: list[str]
) -> None:
    state = state_of(await collect(FakeModel(choice=always(strategy))))
    assert [stage.stage for stage in state.stages] == stages
    assert all(stage.done and stage.text for stage in state.stages)
    assert state.decisions[0].chosen == strategy
    assert state.metrics is not None
    assert state.metrics.strategy == strategy
    assert state.metrics.decisions == 1
    assert state.finish_reason == "stop"


async def test_the_core_begins_before_the_decision_is_taken() -> None:
    said = await collect(FakeModel(piece_delay_s=0.01))
    assert isinstance(said[0], events.StageChange)
    assert said[0].stage == "core"


async def test_later_stages_are_told_what_was_said() -> None:
    model = FakeModel(reply=lambda prompt: "Blue.", choice=always("comprehensive"))
    await collect(model)
    counts = [prompt.count("Blue.") for prompt in model.prompts]
    assert counts == [0, 0, 1, 2]


async def test_chunks_are_numbered_within_their_stage() -> None:
    said = await collect(FakeModel(choice=always("analytical")))
    for stage in ("core", "detail"):
        ids = [
            each.chunk_id
            for each in said
            if isinstance(each, events.Chunk) and each.stage == stage
        ]
        assert ids == list(range(len(ids)))


async def test_a_stage_begins_with_its_first_word() -> None:
    state = state_of(await collect(FakeModel(reply=lambda prompt: "  \n word")))
    assert state.stage("core").text.startswith("word")


@pytest.mark.parametrize("stop_after", range(1, 8))
async def test_a_stop_at_any_moment_keeps_what_was_said(stop_after: int) -> None:
    model = FakeModel(
        reply=lambda prompt: "one two three four",
        choice=always("analytical"),
        piece_delay_s=0.005,
    )
    said = await collect(model, stop_after=stop_after)
    state = state_of(said)
    assert state.finish_reason == "cancelled"
    heard = "".join(each.text for each in said if isinstance(each, events.Chunk))
    assert state.text.replace("\n\n", "") == heard.strip()


async def test_a_stop_reaches_the_model() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 1000, piece_delay_s=0.01)
    await collect(model, stop_after=3)
    assert model.closed_early == 1


async def test_an_answer_ends_at_its_deadline_with_what_was_said() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 1000, piece_delay_s=0.01)
    state = state_of(await collect(model, question(deadline_s=0.3)))
    assert state.finish_reason == "deadline"
    assert state.text.startswith("word")


async def test_a_model_that_says_nothing_does_not_hold_the_answer_up() -> None:
    model = FakeModel(piece_delay_s=60)
    state = state_of(await collect(model, question(deadline_s=0.2)))
    assert state.finish_reason == "deadline"


async def test_the_token_limit_is_told() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 50)
    state = state_of(await collect(model, question(max_tokens=5)))
    assert state.finish_reason == "length"
    assert state.stage("core").tokens == 5


async def test_a_model_that_dies_leaves_its_words_and_an_error() -> None:
    lost = WorkerLost("It died.", "Ask again.")
    state = state_of(await collect(FakeModel(failure=lost, fail_after=2)))
    assert state.status == "failed"
    assert state.error is not None
    assert (state.error.code, state.error.hint) == ("worker_lost", "Ask again.")
    assert state.error.retryable
    assert state.text == "The answer"


async def test_without_a_decision_the_core_is_given_and_it_is_said() -> None:
    class Undecided(FakeModel):
        async def choose(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            raise WorkerLost("gone", "again")

    state = state_of(await collect(Undecided()))
    assert [stage.stage for stage in state.stages] == ["core"]
    assert [notice.code for notice in state.notices] == ["decision_failed"]
    assert state.status == "complete"


async def test_history_that_does_not_fit_is_told() -> None:
    old = tuple(Exchange(question=f"q{i}", answer="a" * 400) for i in range(3))
    model = FakeModel()
    config = PipelineConfig(history_chars=900)
    state = state_of(await collect(model, question(history=old), config=config))
    (notice,) = state.notices
    assert notice.code == "history_left_out"
    assert notice.message.startswith("1 earlier")
    (prompt,) = [each for each in model.prompts if "a" * 400 in each]
    assert "q0" not in prompt
    assert "q1" in prompt


async def test_an_answer_without_words_is_told() -> None:
    state = state_of(await collect(FakeModel(reply=lambda prompt: "")))
    assert [notice.code for notice in state.notices] == ["empty_answer"]


async def test_figures_are_those_of_the_answer() -> None:
    state = state_of(await collect(FakeModel(choice=always("analytical"))))
    metrics = state.metrics
    assert metrics is not None
    assert metrics.generated_tokens == sum(stage.tokens for stage in state.stages)
    assert metrics.stages == ("core", "detail")
    assert metrics.prompt_tokens == 20
    assert metrics.first_token_ms is not None
    assert 0 <= metrics.first_token_ms <= metrics.total_ms


async def test_warming_up_asks_what_every_answer_asks() -> None:
    model = FakeModel()
    await warm_up(model)
    assert len(model.prompts) == 3


async def test_decisions_are_asked_in_the_given_style() -> None:
    model = FakeModel(choice=lambda prompt, options: options[1])
    async with asyncio.timeout(20):
        said = answer(model, question(), PipelineConfig(), asyncio.Event(), "chat")
        metrics = [event.metrics async for event in said if hasattr(event, "metrics")]
    assert metrics[-1].strategy == "analytical"
    await warm_up(model, "chat")
    decided = [prompt for prompt in model.prompts if "Kind:" in prompt]
    assert [prompt.count("Kind:") for prompt in decided] == [1] * 3, "no examples"
