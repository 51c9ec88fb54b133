from __future__ import annotations

from jupyter_llmchat.calls import Finished
from jupyter_llmchat.engine.step import Key, Outcome, Reason
from jupyter_llmchat.engine.task import Order, Preparation

NOTHING = Outcome({}, {})


def test_a_preparation_ends_when_its_prompt_is_read() -> None:
    task = Preparation(Order(request_id=1, prompt=[1, 2, 3]))
    assert (task.key, task.reason(), task.want(3)) == (Key(1), Reason.PREPARE, None)
    task.cached = 2
    assert task.take(NOTHING) == []
    task.cached = 3
    (finished,) = task.take(NOTHING)
    assert isinstance(finished, Finished)
    assert finished.reason == "stop"
    assert task.done


def test_the_last_token_is_always_processed() -> None:
    assert Preparation(Order(request_id=1, prompt=[1, 2, 3])).cacheable == 2
