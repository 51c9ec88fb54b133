from __future__ import annotations

import asyncio
import time

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.language_model import ChatPrompt, Message, Part
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.pipeline.deadline import Deadline
from jupyter_llmchat.pipeline.metrics import Meter
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.pipeline.writing import Length, Writer
from jupyter_llmchat.protocol.events import Chunk, StageChange
from tests.fakes import FakeModel

PROMPT = ChatPrompt((Message("user", (Part("Why?"),)),))
LONG = Length(tokens=100, most=100)


class Writing:
    """A writer with what it puts."""

    def __init__(
        self, model: FakeModel, deadline_s: float = 10.0, **asked: object
    ) -> None:
        self.put: list[StageChange | Chunk] = []
        self.stop = asyncio.Event()
        now = time.monotonic()
        question = Question(turn_id="t", text="Why?", arrived=now, **asked)  # type: ignore[arg-type]
        self.runtime = Runtime(models=OneModel(model))
        self.writer = Writer(
            self.runtime,
            model,
            question,
            Deadline(now, deadline_s, PipelineConfig()),
            Meter(now),
            self.stop,
            self.put.append,
        )

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.put if isinstance(each, Chunk))


async def test_a_part_ends_with_the_sentence_at_its_length() -> None:
    case = Writing(FakeModel(reply=lambda prompt: "One two three. Four five. " * 9))
    length = Length(tokens=4, most=40)
    assert await case.writer.write("analysis", PROMPT, length, lambda: 1.0) == "stop"
    assert case.text == "One two three. Four five."
    assert case.writer.texts["analysis"] == case.text


async def test_a_part_ends_with_the_sentence_when_its_time_is_nearly_over() -> None:
    model = FakeModel(reply=lambda prompt: "One two three. " * 99, piece_delay_s=0.01)
    case = Writing(model, deadline_s=1.0)
    reason = await case.writer.write("core", PROMPT, LONG, lambda: 0.3)
    assert reason == "deadline"
    assert case.text.endswith("three.")
    assert model.closed_early == 1


async def test_a_schema_holds_every_word_and_nothing_ends_it_early() -> None:
    model = FakeModel(reply=lambda prompt: '["One. Two. Three. Four."]')
    case = Writing(model, json_schema='{"type":"array"}', max_tokens=50)
    length = case.writer.length("core")
    assert length == Length(tokens=50, most=50)
    await case.writer.write("core", PROMPT, length, lambda: 1.0)
    assert case.text == '["One. Two. Three. Four."]'
    assert model.params[0].json_schema == '{"type":"array"}'


async def test_the_last_event_says_why_and_how_much() -> None:
    case = Writing(FakeModel())
    await case.writer.write("core", PROMPT, Length(tokens=2, most=2), lambda: 1.0)
    last = case.put[-1]
    assert isinstance(last, StageChange)
    assert (last.phase, last.finish_reason, last.tokens) == ("end", "length", 2)


@pytest.mark.parametrize(("stage", "most"), [("core", 400), ("conclusion", 220)])
def test_a_part_may_be_as_long_as_its_prompt_file_says(stage: str, most: int) -> None:
    length = Writing(FakeModel()).writer.length(stage)  # type: ignore[arg-type]
    assert length.most == most


def test_the_speed_at_present_limits_the_length() -> None:
    case = Writing(FakeModel())
    case.runtime.pace.wrote(10, 1.0)
    length = case.writer.length("core")
    assert 70 <= length.tokens <= 85
    assert length.most > length.tokens


def test_the_user_may_ask_for_less() -> None:
    assert Writing(FakeModel(), max_tokens=30).writer.length("core").most == 30


async def test_a_draft_is_whole_or_nothing() -> None:
    case = Writing(FakeModel())
    assert await case.writer.draft(PROMPT, 100) == "The answer is 42. It is short."
    assert await case.writer.draft(PROMPT, 3) == ""
    assert case.put == []


async def test_the_pace_is_learned_while_writing() -> None:
    case = Writing(FakeModel(reply=lambda prompt: "word " * 40, piece_delay_s=0.002))
    await case.writer.write("core", PROMPT, LONG, lambda: 1.0)
    assert case.runtime.pace.tokens_per_s is not None


async def test_what_is_known_as_it_stands_is_said_at_once() -> None:
    model = FakeModel()
    case = Writing(model)
    assert case.writer.state("core", "x is 5.") == "stop"
    assert (case.text, case.writer.texts["core"]) == ("x is 5.", "x is 5.")
    first, _, last = case.put
    assert isinstance(first, StageChange) and isinstance(last, StageChange)
    assert (first.phase, last.phase, last.tokens) == ("start", "end", 0)
    assert model.prompts == []
