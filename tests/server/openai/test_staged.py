from __future__ import annotations

import asyncio

import pytest

from jupyter_llmchat.errors import ContextOverflow
from jupyter_llmchat.language_model import Usage
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.events import Error, Notice, Revision
from jupyter_llmchat.server.openai.staged import written
from jupyter_llmchat.server.openai.writing import Delta, End, Whole
from tests.server.builders import Script, Step, chunk, complete, decision

QUESTION = Question(turn_id="t", text="What is it?", arrived=0.0)


async def _said(*steps: Step, most: int | None = None) -> list[Delta | End]:
    writing = written(Script(steps), QUESTION, asyncio.Event(), most)
    return [each async for each in writing]


async def test_parts_follow_one_another_after_a_blank_line() -> None:
    *deltas, end = await _said(
        decision(),
        chunk("Forty"),
        chunk("-two", 1),
        chunk("So.", stage="analysis"),
        chunk("Then.", stage="reasoning"),
        chunk("More.", stage="detail"),
        chunk("End.", stage="conclusion"),
        complete(),
    )
    assert deltas == [
        Delta(text="Forty"),
        Delta(text="-two"),
        Delta(reasoning="So."),
        Delta(reasoning="\n\nThen."),
        Delta(text="\n\nMore."),
        Delta(text="\n\nEnd."),
    ]
    assert end == End(reason="stop", usage=Usage(generated_tokens=3))


async def test_what_the_user_should_know_is_among_the_reasons() -> None:
    notice = Notice(turn_id="", code="context_left_out", message="Left out: much.")
    said, *_ = await _said(notice, chunk("Forty"), complete())
    assert said == Delta(reasoning="Left out: much.\n")


async def test_a_part_written_anew_is_in_the_whole() -> None:
    better = Revision(
        turn_id="", stage="core", text="42.", used=True, score=90, first_score=50
    )
    *_, end = await _said(
        chunk("Forty-two"),
        chunk("More.", stage="detail"),
        chunk("So.", stage="analysis"),
        better,
        complete(),
    )
    assert isinstance(end, End)
    assert end.whole == Whole(text="42.\n\nMore.", reasoning="So.")


async def test_a_revision_that_is_no_better_changes_nothing() -> None:
    worse = Revision(
        turn_id="", stage="core", text="42.", used=False, score=50, first_score=90
    )
    *_, end = await _said(chunk("Forty-two"), worse, complete())
    assert isinstance(end, End)
    assert end.whole is None


async def test_no_more_is_told_than_was_asked_for() -> None:
    words = [chunk(f"{number} ", number) for number in range(9)]
    *deltas, end = await _said(*words, complete(), most=3)
    assert deltas == [Delta(text="0 "), Delta(text="1 "), Delta(text="2 ")]
    assert isinstance(end, End)
    assert end.reason == "length"


async def test_a_deadline_is_told_as_a_length() -> None:
    *_, end = await _said(chunk("Forty"), complete("deadline"))
    assert isinstance(end, End)
    assert end.reason == "length"


async def test_an_error_is_raised_as_what_it_is() -> None:
    error = Error(turn_id="", code="context_overflow", message="Long.", hint="Cut.")
    with pytest.raises(ContextOverflow, match=r"Long\. Cut\."):
        await _said(error)
