from __future__ import annotations

import io

import pytest

from jupyter_llmchat.calls import Cancel, Generate, Text
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.language_model import (
    ChatPrompt,
    Likelihood,
    Message,
    Part,
    Priority,
    SamplingParams,
    TokenLogprob,
)
from jupyter_llmchat.worker.messages import (
    Load,
    frame,
    read_from_worker,
    read_to_worker,
)

CALL = Generate(
    request_id=3,
    seconds_left=1.5,
    priority=Priority.IDLE,
    prompt=ChatPrompt((Message("user", (Part("hi é"),)),), opening="x"),
    params=SamplingParams(stop=("a",)),
)


@pytest.mark.parametrize(
    "message",
    [Load(engine=EngineConfig(model_path="m"), heartbeat_s=1.0), CALL],
    ids=["load", "generate"],
)
def test_what_is_read_is_what_was_sent(message: Load | Generate) -> None:
    pipe = io.BytesIO(frame(message) + frame(Cancel(request_id=3)))
    assert read_to_worker(pipe) == message
    assert read_to_worker(pipe) == Cancel(request_id=3)
    assert read_to_worker(pipe) is None


def test_log_probabilities_that_nobody_asked_for_are_not_sent() -> None:
    said = TokenLogprob(Likelihood(b"a", -0.5), (Likelihood(b"b", -1.0),))
    plain = Text(request_id=1, text="a", tokens=1)
    full = Text(request_id=1, text="a", tokens=1, logprobs=(said,))
    assert b"logprobs" not in frame([plain])
    assert read_from_worker(io.BytesIO(frame([plain, full]))) == [plain, full]


def test_a_message_cut_short_is_the_end() -> None:
    data = frame([Text(request_id=1, text="hello", tokens=1)])
    for length in range(len(data)):
        assert read_from_worker(io.BytesIO(data[:length])) is None


def test_a_pipe_out_of_step_is_found_out_before_memory_is_taken() -> None:
    with pytest.raises(ValueError, match="out of step"):
        read_from_worker(io.BytesIO(b"\xff" * 8))
