from __future__ import annotations

import time

import pytest

from jupyter_llmchat.calls import Count, Generate, Prepare, Score
from jupyter_llmchat.engine.generation import Generation
from jupyter_llmchat.engine.orders import OrderBook, counted
from jupyter_llmchat.engine.scoring import Scoring
from jupyter_llmchat.engine.task import Preparation
from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.language_model import Part, Priority, SamplingParams, TextPrompt

from .fake_llama import FakeLlama

PROMPT = TextPrompt((Part("ab"),))


def _book() -> OrderBook:
    return OrderBook(FakeLlama())


def test_every_call_becomes_its_kind_of_task() -> None:
    params = SamplingParams()
    calls = {
        Generation: Generate(request_id=1, prompt=PROMPT, params=params),
        Scoring: Score(request_id=2, prompt=PROMPT, continuations=("a", "b")),
        Preparation: Prepare(request_id=3, prompt=PROMPT, priority=Priority.IDLE),
    }
    for kind, call in calls.items():
        task = _book().task(call)
        assert type(task) is kind
        assert task.tokens == [97, 98]
        assert task.priority == call.priority


def test_a_deadline_counts_from_now() -> None:
    now = time.monotonic()
    task = _book().task(
        Generate(request_id=1, prompt=PROMPT, params=SamplingParams(), seconds_left=9)
    )
    assert task.order.deadline is not None
    assert 9 <= task.order.deadline - now < 10


@pytest.mark.parametrize(
    ("options", "cause"),
    [((), "no options"), (("a", "a"), "same"), (("a", ""), "empty")],
)
def test_options_that_mean_nothing_are_refused(
    options: tuple[str, ...], cause: str
) -> None:
    with pytest.raises(BadRequest, match=cause) as caught:
        _book().task(Score(request_id=1, prompt=PROMPT, continuations=options))
    assert caught.value.hint


def test_texts_are_counted_as_content() -> None:
    call = Count(request_id=3, texts=("abc", "", "<|im_end|>"))
    found = counted(call, FakeLlama())
    assert (found.request_id, found.counts) == (3, (3, 0, 10))
