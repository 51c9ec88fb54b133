from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import GenerationFailed, WorkerLost
from jupyter_llmchat.pipeline import Exchange, Question, answer, warm_up
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.fold import TurnState, fold
from jupyter_llmchat.protocol.ids import STAGES
from tests.fakes import FakeModel

from .deciding import deciding
from .notebook_facts import PARTS, THRESHOLD, meaning


def deep(**chosen: str) -> Any:
    """Choices that make all parts, at the same time."""
    return deciding(**{"strategy": "comprehensive", "parts": "independent", **chosen})


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
    runtime = Runtime(models=OneModel(model), config=config or PipelineConfig())
    async with asyncio.timeout(20):
        async for event in answer(runtime, asked or question(), stop):
            said.append(event)
            if len(said) == stop_after:
                stop.set()
    terminal = [isinstance(each, events.TERMINAL) for each in said]
    assert terminal == [False] * (len(said) - 1) + [True]
    return said


def state_of(said: list[events.TurnEvent]) -> TurnState:
    import msgspec

    return fold(msgspec.structs.replace(e, seq=i) for i, e in enumerate(said))


def codes(state: TurnState) -> list[str]:
    return [notice.code for notice in state.notices]


@pytest.mark.parametrize("parts", ["independent", "dependent"])
async def test_all_parts_are_written_and_read_in_order(parts: str) -> None:
    said = await collect(FakeModel(choice=deep(parts=parts), piece_delay_s=0.002))
    state = state_of(said)
    assert tuple(stage.stage for stage in state.stages) == STAGES
    assert all(stage.done and stage.text for stage in state.stages)
    heard = [
        each.stage
        for each in said
        if isinstance(each, events.Chunk) and each.stage in STAGES[2:]
    ]
    assert heard == sorted(heard, key=STAGES.index)
    assert state.finish_reason == "stop"


async def test_the_core_begins_before_anything_is_decided() -> None:
    said = await collect(FakeModel(piece_delay_s=0.01, choice=deep()))
    assert isinstance(said[0], events.StageChange)
    assert said[0].stage == "core"


async def test_independent_parts_are_written_at_the_same_time() -> None:
    model = FakeModel(choice=deep(), piece_delay_s=0.005)
    said = await collect(model)
    ended = next(
        i
        for i, each in enumerate(said)
        if isinstance(each, events.StageChange) and each.phase == "end"
    )
    begun = {e.stage for e in said[:ended] if isinstance(e, events.StageChange)}
    assert {"core", "analysis", "reasoning"} <= begun


async def test_later_parts_are_told_what_was_said() -> None:
    model = FakeModel(
        reply=lambda prompt: "Blue.", choice=deep(parts="dependent", order="reasons")
    )
    await collect(model)
    # core, analysis, reasoning, detail, conclusion
    counts = sorted(prompt.count("Blue.") for prompt in model.generated)
    assert counts == [0, 0, 1, 2, 2]


async def test_chunks_are_numbered_within_their_part() -> None:
    said = await collect(FakeModel(choice=deep()))
    for stage in STAGES:
        ids = [
            each.chunk_id
            for each in said
            if isinstance(each, events.Chunk) and each.stage == stage
        ]
        assert ids
        assert ids == list(range(len(ids)))


async def test_a_part_begins_with_its_first_word() -> None:
    state = state_of(await collect(FakeModel(reply=lambda prompt: "  \n word")))
    assert state.stage("core").text.startswith("word")


@pytest.mark.parametrize("stop_after", range(1, 24, 2))
@pytest.mark.parametrize("parts", ["independent", "dependent"])
async def test_a_stop_at_any_moment_keeps_what_was_said(
    stop_after: int, parts: str
) -> None:
    model = FakeModel(
        reply=lambda prompt: "one two three four",
        choice=deep(parts=parts),
        piece_delay_s=0.003,
    )
    said = await collect(model, stop_after=stop_after)
    state = state_of(said)
    whole = all(state.stage(each).finish_reason == "stop" for each in STAGES)
    assert state.finish_reason == ("stop" if whole else "cancelled")
    for stage in STAGES:
        chunks = [e for e in said if isinstance(e, events.Chunk) and e.stage == stage]
        assert state.stage(stage).written == "".join(each.text for each in chunks)


async def test_a_stop_reaches_the_model() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 1000, piece_delay_s=0.01)
    await collect(model, stop_after=3)
    assert model.closed_early == 1


async def test_a_stop_does_not_wait_for_the_judge() -> None:
    class Slow(FakeModel):
        async def loglik(self, *args: object, **named: object) -> float:
            await asyncio.sleep(60)
            return 0.0

    stop = asyncio.Event()
    runtime = Runtime(models=OneModel(Slow()))
    said = []
    async with asyncio.timeout(5):
        async for event in answer(runtime, question(), stop):
            said.append(event)
            if isinstance(event, events.StageChange) and event.phase == "end":
                asyncio.get_running_loop().call_later(0.1, stop.set)
    last = said[-1]
    assert isinstance(last, events.Complete)
    assert last.finish_reason == "stop", "its text is whole"
    assert last.metrics.quality is None


async def test_an_answer_ends_in_time_after_a_sentence() -> None:
    model = FakeModel(
        reply=lambda prompt: "It is one of so many words. " * 300, piece_delay_s=0.005
    )
    began = time.monotonic()
    state = state_of(await collect(model, question(deadline_s=1.0)))
    assert time.monotonic() - began < 1.0
    assert state.finish_reason == "deadline"
    assert state.text.endswith(".")


async def test_without_a_sentence_that_ends_it_ends_at_the_deadline() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 1000, piece_delay_s=0.01)
    state = state_of(await collect(model, question(deadline_s=0.4)))
    assert state.finish_reason == "deadline"
    assert state.text.startswith("word")


async def test_a_model_that_says_nothing_does_not_hold_the_answer_up() -> None:
    model = FakeModel(piece_delay_s=60)
    state = state_of(await collect(model, question(deadline_s=0.2)))
    assert state.finish_reason == "deadline"
    assert "no_time" in codes(state)


async def test_all_parts_share_the_time() -> None:
    model = FakeModel(
        reply=lambda prompt: "A few words here. " * 400,
        choice=deep(parts="dependent"),
        piece_delay_s=0.002,
    )
    state = state_of(await collect(model, question(deadline_s=2.0)))
    assert all(state.stage(each).text for each in ("core", "detail", "conclusion"))
    assert state.finish_reason == "deadline"


async def test_the_token_limit_is_told() -> None:
    model = FakeModel(reply=lambda prompt: "word " * 50)
    state = state_of(await collect(model, question(max_tokens=5)))
    assert state.finish_reason == "length"
    assert state.stage("core").tokens == 5


async def test_the_length_of_folded_parts_is_nothing_to_tell() -> None:
    def reply(prompt: str) -> str:
        return "word " * 500 if "Do not answer yet" in prompt else "Short."

    state = state_of(await collect(FakeModel(reply=reply, choice=deep())))
    assert state.finish_reason == "stop"
    assert state.stage("analysis").tokens < 500


@pytest.mark.parametrize("error", [WorkerLost, GenerationFailed])
async def test_a_model_that_fails_leaves_its_words_and_an_error(error: Any) -> None:
    failure = error("It died.", "Ask again.")
    state = state_of(await collect(FakeModel(failure=failure, fail_after=2)))
    assert state.status == "failed"
    assert state.error is not None
    assert (state.error.code, state.error.hint) == (error.code, "Ask again.")
    assert state.text == "The answer"
    assert state.error.metrics is not None


async def test_a_bug_is_raised() -> None:
    class Broken(FakeModel):
        async def count(self, *args: object, **named: object) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await collect(Broken())


async def test_what_does_not_fit_is_told() -> None:
    old = tuple(Exchange(question=f"q{i}", answer="a" * 400) for i in range(9))
    config = PipelineConfig(prompt_tokens=400)
    asked = question(history=old)
    state = state_of(await collect(FakeModel(), asked, config=config))
    assert codes(state)[0] == "context_left_out"


async def test_an_answer_without_words_is_told() -> None:
    state = state_of(await collect(FakeModel(reply=lambda prompt: "")))
    assert codes(state) == ["empty_answer"]


async def test_figures_are_those_of_the_answer() -> None:
    state = state_of(await collect(FakeModel(choice=deep())))
    metrics = state.metrics
    assert metrics is not None
    assert metrics.generated_tokens == sum(stage.tokens for stage in state.stages)
    assert {*metrics.stages} == {*STAGES}
    assert metrics.first_token_ms is not None
    assert 0 <= metrics.first_token_ms <= metrics.total_ms
    assert metrics.strategy == "comprehensive"
    assert metrics.quality is not None
    assert state.quality is not None
    assert metrics.decisions == len(state.decisions)


async def test_a_refined_question_is_told_with_the_original_kept() -> None:
    model = FakeModel(
        reply=lambda prompt: "What is x?",
        choice=deep(refine="unclear"),
        likelihood=lambda prompt, text: -1.0 if "What is x?" in prompt else -3.0,
    )
    state = state_of(await collect(model, question("x?")))
    assert state.refinement is not None
    assert (state.refinement.text, state.refinement.used) == ("What is x?", True)
    (decision,) = [each for each in state.decisions if each.name == "refinement"]
    assert decision.chosen == "refined"
    assert all("x?" in prompt for prompt in model.generated)


async def test_several_answers_at_once_share_nothing_but_the_model() -> None:
    model = FakeModel(choice=deep(), piece_delay_s=0.001)
    answers = await asyncio.gather(*(collect(model) for _ in range(8)))
    texts = {state_of(each).text for each in answers}
    assert len(texts) == 1


async def test_warming_up_prepares_what_every_answer_asks() -> None:
    model = FakeModel()
    await warm_up(Runtime(models=OneModel(model)))
    warmed = "\n".join(model.prompts)
    cold = FakeModel(choice=deep())
    await collect(cold)
    decided = [each for each in cold.prompts if each not in cold.generated]
    assert decided
    for prompt in decided[:6]:
        assert prompt[:40] in warmed


async def test_a_question_that_a_fact_answers_is_answered_with_it() -> None:
    model = FakeModel(likelihood=meaning(THRESHOLD))
    asked = question("What is the threshold?", context=PARTS)
    state = state_of(await collect(model, asked))
    assert state.stage("core").text == THRESHOLD
    assert model.generated == []
    assert {each.name for each in state.decisions} >= {"context", "grounding"}
    assert state.metrics is not None and state.metrics.llm_first_share == 1.0
    assert state.finish_reason == "stop"


async def test_later_parts_know_the_fact_and_nothing_is_put_in_its_place() -> None:
    model = FakeModel(choice=deep(improve="yes"), likelihood=meaning(THRESHOLD))
    asked = question("What is the threshold?", context=PARTS)
    state = state_of(await collect(model, asked))
    assert tuple(stage.stage for stage in state.stages) == STAGES
    assert all(THRESHOLD in prompt for prompt in model.generated)
    assert state.stage("core").text == THRESHOLD
