"""The engine on the embedded model: what the fake cannot show."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from jupyter_llmchat.calls import (
    Cancel,
    Failed,
    Finished,
    Generate,
    Last,
    Output,
    Prepare,
    Score,
    Scored,
    Text,
)
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel
from jupyter_llmchat.engine.loop import Call, EngineLoop
from jupyter_llmchat.engine.model import Row
from jupyter_llmchat.language_model import (
    Part,
    Priority,
    SamplingParams,
    TextPrompt,
    Usage,
)
from jupyter_llmchat.models.locate import locate

pytestmark = pytest.mark.model

CELLS = 512
TRUNK = "The list of fruit: " + "apple, pear, plum, fig, lime, kiwi; " * 12
TOPICS = ("Paris is", "Water boils at", "A list in Python", "The moon")


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaModel]:
    path = str(locate("").path)
    config = EngineConfig(
        model_path=path, n_ctx=CELLS, n_threads=1, n_sequences=6, prefill_chunk=64
    )
    model = LlamaModel(config, LlamaLog())
    yield model
    model.close()


class Answers:
    """What an engine says, by request."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.ends: dict[int, Output] = {}

    def __call__(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            if isinstance(output, Text):
                said = self.texts.get(output.request_id, "")
                self.texts[output.request_id] = said + output.text
            elif isinstance(output, Last):
                assert output.request_id not in self.ends, "a request ended twice"
                self.ends[output.request_id] = output

    def usage(self, request_id: int) -> Usage:
        end = self.ends[request_id]
        assert isinstance(end, Finished | Scored)
        return end.usage


@contextmanager
def _engine(model: LlamaModel) -> Iterator[tuple[EngineLoop, Answers]]:
    """An engine that is driven step by step."""
    model.clear()
    answers = Answers()
    yield EngineLoop(model, chunk=64, cache_bytes=64 << 20, emit=answers), answers
    model.clear()


def _run(engine: EngineLoop, *calls: Call) -> None:
    for call in calls:
        engine.submit(call)
    while engine.step():
        pass


def _generate(request_id: int, text: str, tokens: int = 16) -> Generate:
    return Generate(
        request_id=request_id,
        prompt=TextPrompt((Part(text),)),
        params=SamplingParams(max_tokens=tokens, temperature=0),
    )


def test_the_same_tokens_alone_and_in_company(model: LlamaModel) -> None:
    """Other batches round otherwise; what is most likely hardly ever changes."""
    model.clear()
    ids = [model.tokenize(f"{topic} {TRUNK}", special=False)[:4] for topic in TOPICS]
    alone, company = [], []
    for sequence, tokens in enumerate(ids):
        model.decode([Row(t, i, sequence, i == 3) for i, t in enumerate(tokens)])
        alone.append(model.logprobs(3, range(model.n_vocab)))
    model.clear()
    rows = [
        Row(token, index, sequence, index == 3)
        for sequence, tokens in enumerate(ids)
        for index, token in enumerate(tokens)
    ]
    model.decode(rows)
    company = [model.logprobs(4 * n + 3, range(model.n_vocab)) for n in range(len(ids))]
    model.clear()
    tops = [each.index(max(each)) for each in alone]
    assert [each.index(max(each)) for each in company] == tops
    for left, right, top in zip(alone, company, tops, strict=True):
        assert left[top] == pytest.approx(right[top], abs=0.5)


def test_a_trunk_is_read_once_for_all_that_begin_with_it(model: LlamaModel) -> None:
    with _engine(model) as (engine, answers):
        _run(engine, *(_generate(n, TRUNK + topic) for n, topic in enumerate(TOPICS)))
        trunk = len(model.tokenize(TRUNK, special=False))
        found = sorted(answers.usage(n).cached_tokens for n in range(len(TOPICS)))
    assert found[0] == 0
    assert all(each >= trunk - 2 for each in found[1:])
    assert all(len(text) > 10 for text in answers.texts.values())


def test_what_was_prepared_is_found_also_after_a_rest(model: LlamaModel) -> None:
    with _engine(model) as (engine, answers):
        prompt = TextPrompt((Part(TRUNK),))
        _run(engine, Prepare(request_id=1, prompt=prompt, priority=Priority.IDLE))
        engine.tidy()
        assert engine.cells_used == 0
        assert engine.host_bytes > 0
        _run(engine, _generate(2, TRUNK + "The"))
    assert answers.usage(2).cached_tokens >= answers.usage(1).prompt_tokens - 2


def test_a_changed_ending_is_read_from_the_change_on(model: LlamaModel) -> None:
    """As when a late cell of a notebook is edited."""
    with _engine(model) as (engine, answers):
        for request_id, ending in enumerate(("first draft", "second draft")):
            prompt = TextPrompt((Part(TRUNK + ending),))
            idle = Priority.IDLE
            _run(engine, Prepare(request_id=request_id, prompt=prompt, priority=idle))
            engine.tidy()
        trunk = len(model.tokenize(TRUNK, special=False))
    assert answers.usage(1).cached_tokens >= trunk - 2


def test_scores_are_those_of_the_whole_text(model: LlamaModel) -> None:
    """Branches of a shared prompt against the same tokens in one piece."""
    prompt, option = "The capital of France is", " Paris, the largest city"
    with _engine(model) as (engine, answers):
        score = Score(
            request_id=1,
            prompt=TextPrompt((Part(prompt),)),
            continuations=(option, " a river in the south"),
        )
        _run(engine, score)
    scored = answers.ends[1]
    assert isinstance(scored, Scored)
    ids = model.tokenize(prompt, special=False)
    wanted = model.tokenize(option, special=False)
    both = ids + wanted
    model.decode([Row(t, i, 0, i >= len(ids) - 1) for i, t in enumerate(both)])
    whole = [
        model.logprobs(len(ids) - 1 + n, [token])[0] for n, token in enumerate(wanted)
    ]
    model.clear()
    assert scored.logprobs[0] == pytest.approx(whole, abs=0.5)


def _traffic(chance: random.Random) -> Iterator[Call]:
    """Twelve requests of all kinds, some of them cancelled at once."""
    for request_id in range(12):
        words = " ".join(chance.choices(TOPICS, k=chance.randint(1, 12)))
        text = chance.choice(["", TRUNK[: chance.randint(1, 200)]]) + words
        prompt = TextPrompt((Part(text),))
        kind = chance.random()
        if kind < 0.2:
            options = (" a b", " c")
            yield Score(request_id=request_id, prompt=prompt, continuations=options)
        elif kind < 0.3:
            idle = Priority.IDLE
            yield Prepare(request_id=request_id, prompt=prompt, priority=idle)
        else:
            yield _generate(request_id, text, chance.randint(1, 60))
        if chance.random() < 0.25:
            yield Cancel(request_id=request_id)


@pytest.mark.parametrize("seed", range(4))
def test_random_traffic_in_a_tiny_cache_ends_in_order(
    model: LlamaModel, seed: int
) -> None:
    chance = random.Random(seed)
    with _engine(model) as (engine, answers):
        for call in _traffic(chance):
            engine.submit(call)
            for _ in range(chance.randint(0, 3)):
                engine.step()
        while engine.step():
            pass
        engine.tidy()
        assert engine.cells_used == 0
    assert sorted(answers.ends) == list(range(12))


def test_a_text_held_to_a_schema_fits_it(model: LlamaModel) -> None:
    schema = {
        "type": "object",
        "properties": {
            "answer": {"enum": ["yes", "no"]},
            "why": {"type": "string", "maxLength": 20},
        },
        "required": ["answer", "why"],
        "additionalProperties": False,
    }
    params = SamplingParams(max_tokens=60, json_schema=json.dumps(schema))
    prompt = TextPrompt((Part("Is water wet? Answer in JSON:"),))
    with _engine(model) as (engine, answers):
        _run(engine, Generate(request_id=1, prompt=prompt, params=params))
    value = json.loads(answers.texts[1])
    assert set(value) == {"answer", "why"}
    assert value["answer"] in ("yes", "no")


def test_a_schema_that_is_none_is_refused_with_the_reason(model: LlamaModel) -> None:
    params = SamplingParams(json_schema='{"type": "nonsense"}')
    prompt = TextPrompt((Part("x"),))
    with _engine(model) as (engine, answers):
        _run(engine, Generate(request_id=1, prompt=prompt, params=params))
    failed = answers.ends[1]
    assert isinstance(failed, Failed)
    assert failed.code == "bad_request"
    assert failed.hint


def test_a_drafted_text_is_the_text(model: LlamaModel) -> None:
    """Drafting is forced on: what is said may not change but for rounding."""
    prompt = "one two three four one two three four one two three four one two"
    texts = []
    for cost in (None, lambda rows: 1.0):
        model.clear()
        answers = Answers()
        engine = EngineLoop(
            model, chunk=64, cache_bytes=0, emit=answers, decode_ms=cost
        )
        _run(engine, _generate(1, prompt, 24))
        texts.append(answers.texts[1])
    assert texts[0] == texts[1]
    model.clear()


def test_a_cancel_from_another_thread_stops_a_long_prefill(model: LlamaModel) -> None:
    with _engine(model) as (engine, answers):
        engine.submit(_generate(1, "word " * 400))
        timer = threading.Timer(0.05, engine.submit, (Cancel(request_id=1),))
        timer.start()
        while engine.step():
            pass
        timer.join()
        _run(engine, _generate(2, "The moon is", 4))
    end = answers.ends[1]
    assert isinstance(end, Finished)
    assert end.reason == "cancelled"
    assert answers.texts[2]
