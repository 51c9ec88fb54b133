"""The embedded model through llama.cpp itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.engine.chat_template import ChatTemplate
from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel
from jupyter_llmchat.engine.model import Aborted, Row
from jupyter_llmchat.engine.prompt import encode
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import (
    ChatPrompt,
    Message,
    Part,
    SamplingParams,
    TextPrompt,
)
from jupyter_llmchat.models.locate import locate

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def log() -> LlamaLog:
    """One for all: llama.cpp goes on writing to it."""
    return LlamaLog()


@pytest.fixture(scope="module")
def model(log: LlamaLog) -> Iterator[LlamaModel]:
    config = EngineConfig(model_path=str(locate("").path), n_ctx=2048, n_threads=1)
    model = LlamaModel(config, log)
    yield model
    model.close()


@pytest.fixture
def template(model: LlamaModel) -> ChatTemplate:
    names = (model.token_text("bos"), model.token_text("eos"))
    return ChatTemplate(model.chat_template(), *names)


def _rows(tokens: list[int], sequence: int = 0) -> list[Row]:
    last = len(tokens) - 1
    return [
        Row(token, index, sequence, index == last) for index, token in enumerate(tokens)
    ]


def test_content_never_forms_a_control_token(
    model: LlamaModel, template: ChatTemplate
) -> None:
    """Every special token of the vocabulary, alone and in every neighbourhood."""
    control = [token for token in range(model.n_vocab) if model.is_control(token)]
    assert len(control) > 10
    for token in control:
        name = model.piece(token, special=True).decode()
        assert token in model.tokenize(name, special=True), "the check can fail"
        for content in (name, f"a{name}b", f" {name}\n", name * 2):
            alone = encode(TextPrompt((Part(content),)), model, template)
            assert not set(alone) & set(control)
            chat = ChatPrompt((Message("user", (Part(content),)),))
            empty = ChatPrompt((Message("user", (Part("x"),)),))
            ids, usual = encode(chat, model, template), encode(empty, model, template)
            assert [i for i in ids if i in control] == [
                i for i in usual if i in control
            ]


def test_pieces_joined_are_the_text(model: LlamaModel) -> None:
    text = "naïve 👩‍🔬 = 'Ω' # 日本"
    ids = model.tokenize(text, special=False)
    assert b"".join(map(model.piece, ids)).decode() == text


def test_a_forked_prefix_says_what_a_read_one_says(model: LlamaModel) -> None:
    ids = model.tokenize("The capital of France is", special=False)
    paris = model.tokenize(" Paris", special=False)
    model.trim(0, 0)
    model.trim(1, 0)
    model.decode(_rows(ids))
    (read,) = model.logprobs(len(ids) - 1, paris)
    model.copy(0, 1, len(ids) - 1)
    model.decode([Row(ids[-1], len(ids) - 1, 1, True)])
    (forked,) = model.logprobs(0, paris)
    # Other batch, other rounding: near, not equal.
    assert forked == pytest.approx(read, abs=0.5)
    assert read > -3


def test_greedy_sampling_repeats_itself(model: LlamaModel) -> None:
    ids = model.tokenize("1 2 3 4", special=False)
    drawn = []
    for _ in range(2):
        model.trim(0, 0)
        model.decode(_rows(ids))
        sampler = model.sampler(SamplingParams(temperature=0))
        drawn.append(sampler.sample(len(ids) - 1))
        sampler.close()
    assert drawn[0] == drawn[1]


def test_the_same_seed_draws_the_same(model: LlamaModel) -> None:
    ids = model.tokenize("Once upon a", special=False)
    drawn = []
    for _ in range(2):
        model.trim(0, 0)
        model.decode(_rows(ids))
        sampler = model.sampler(SamplingParams(temperature=1.5, seed=7))
        drawn.append([sampler.sample(len(ids) - 1) for _ in range(5)])
        sampler.close()
    assert drawn[0] == drawn[1]


def test_the_likeliest_tokens_come_first(model: LlamaModel) -> None:
    ids = model.tokenize("1, 2, 3, 4,", special=False)
    row = len(ids) - 1
    model.trim(0, 0)
    model.decode(_rows(ids))
    best = model.likeliest(row, 5)
    values = model.logprobs(row, range(model.n_vocab))
    assert [values[each] for each in best] == sorted(values, reverse=True)[:5]
    assert model.likeliest(row, 0) == []
    only = np.zeros(model.n_vocab, dtype=np.bool_)
    only[[7, 9]] = True
    model.mask(row, only)
    assert {*model.likeliest(row, 5)} == {7, 9}


@pytest.mark.parametrize(
    "penalty", [{"presence_penalty": 2.0}, {"frequency_penalty": 2.0}]
)
def test_a_penalty_counts_over_the_whole_text(
    model: LlamaModel, penalty: dict[str, float]
) -> None:
    ids = model.tokenize("one two", special=False)
    model.trim(0, 0)
    model.decode(_rows(ids))
    params = SamplingParams(temperature=0, repeat_penalty=1.0, max_tokens=500)
    drawn: dict[bool, list[int]] = {}
    for penalised in (False, True):
        changes = penalty if penalised else {}
        sampler = model.sampler(msgspec.structs.replace(params, **changes))
        drawn[penalised] = [sampler.sample(len(ids) - 1) for _ in range(200)]
        sampler.close()
    assert len({*drawn[False]}) == 1
    assert len({*drawn[True]}) > 2


def test_an_abort_stops_a_long_prefill_and_the_context_stays_usable(
    model: LlamaModel,
) -> None:
    ids = model.tokenize("word " * 300, special=False)[:250]
    model.trim(0, 0)
    model.arm()
    timer = threading.Timer(0.05, model.abort)
    timer.start()
    with pytest.raises(Aborted):
        model.decode(_rows(ids))
    timer.join()
    model.arm()
    model.trim(0, 0)
    model.decode(_rows(ids[:4]))
    assert model.logprobs(3, [0])[0] < 0


def test_a_file_that_is_no_model_is_named_with_the_next_step(
    log: LlamaLog, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")
    with pytest.raises(ModelUnavailable, match=r"broken\.gguf") as caught:
        LlamaModel(EngineConfig(model_path=str(broken)), log)
    assert caught.value.hint


def test_the_log_is_kept_not_printed(
    log: LlamaLog, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = EngineConfig(model_path=str(tmp_path / "missing.gguf"))
    with pytest.raises(ModelUnavailable):
        LlamaModel(missing, log)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert "missing.gguf" in " ".join(log.lines)
