from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

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
from jupyter_llmchat.engine.disk import PrefixFolder
from jupyter_llmchat.engine.loop import EngineLoop
from jupyter_llmchat.errors import GenerationFailed
from jupyter_llmchat.language_model import (
    Part,
    Priority,
    SamplingParams,
    TextPrompt,
)

from .fake_llama import FakeLlama


class Listener:
    """Collects what an engine says and waits for ends."""

    def __init__(self) -> None:
        self.said: list[Output] = []
        self._changed = threading.Condition()

    def __call__(self, outputs: Sequence[Output]) -> None:
        with self._changed:
            self.said += outputs
            self._changed.notify_all()

    def wait(self, ends: int) -> None:
        with self._changed:
            done = self._changed.wait_for(lambda: len(self.ends) >= ends, timeout=10)
        assert done, f"only {len(self.ends)} of {ends} requests ended"

    @property
    def ends(self) -> list[Output]:
        return [each for each in self.said if isinstance(each, Last)]

    def text(self, request_id: int) -> str:
        texts = [each for each in self.said if isinstance(each, Text)]
        return "".join(each.text for each in texts if each.request_id == request_id)


@contextmanager
def _running(model: FakeLlama, chunk: int = 8) -> Iterator[tuple[EngineLoop, Listener]]:
    listener = Listener()
    loop = EngineLoop(model, chunk=chunk, cache_bytes=1 << 20, emit=listener)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield loop, listener
    finally:
        loop.stop()
        thread.join(timeout=10)
    assert not thread.is_alive()


def _generate(request_id: int, prompt: str, **params: object) -> Generate:
    return Generate(
        request_id=request_id,
        prompt=TextPrompt((Part(prompt),)),
        params=SamplingParams(**params),  # type: ignore[arg-type]
    )


def test_a_prompt_is_continued_to_its_end() -> None:
    with _running(FakeLlama(reply=lambda prompt: f"{prompt}!")) as (loop, said):
        loop.submit(_generate(1, "hello"))
        said.wait(1)
    assert said.text(1) == "hello!"
    (end,) = said.ends
    assert isinstance(end, Finished)
    assert end.reason == "stop"


def test_requests_share_a_step() -> None:
    model = FakeLlama(reply=lambda prompt: "a longer answer")
    with _running(model) as (loop, said):
        for request_id in (1, 2, 3):
            loop.submit(_generate(request_id, f"prompt {request_id}"))
        said.wait(3)
    assert max(len({row.sequence for row in batch}) for batch in model.batches) == 3


def test_scores_follow_the_tokens() -> None:
    with _running(FakeLlama()) as (loop, said):
        loop.submit(
            Score(
                request_id=1, prompt=TextPrompt((Part("q"),)), continuations=("a", "bc")
            )
        )
        said.wait(1)
    (end,) = said.ends
    assert isinstance(end, Scored)
    assert end.logprobs == ((-97.0,), (-98.0, -99.0))


def test_an_empty_continuation_fails_alone() -> None:
    with _running(FakeLlama()) as (loop, said):
        loop.submit(
            Score(request_id=1, prompt=TextPrompt((Part("q"),)), continuations=("",))
        )
        loop.submit(_generate(2, "q"))
        said.wait(2)
    failed, finished = sorted(said.ends, key=lambda each: each.request_id)
    assert isinstance(failed, Failed)
    assert isinstance(finished, Finished)


def test_a_cancel_breaks_off_the_compute_and_keeps_the_others() -> None:
    model = FakeLlama(reply=lambda prompt: "text", n_ctx=1000)
    entered, cancelled = threading.Event(), threading.Event()

    def wait_for_the_cancel() -> None:
        entered.set()
        assert cancelled.wait(10)

    model.on_decode = wait_for_the_cancel
    with _running(model) as (loop, said):
        loop.submit(_generate(1, "x" * 500))
        loop.submit(_generate(2, "other"))
        assert entered.wait(10)
        loop.submit(Cancel(request_id=1))
        assert model.aborted
        cancelled.set()
        said.wait(2)
    ends = {end.request_id: end for end in said.ends}
    assert ends[1].reason == "cancelled"  # type: ignore[union-attr]
    assert said.text(2) == "text"


def test_a_deadline_ends_a_request_with_what_was_said() -> None:
    with _running(FakeLlama(reply=lambda prompt: "x" * 40)) as (loop, said):
        late = _generate(1, "q")
        loop.submit(
            Generate(
                request_id=1, prompt=late.prompt, params=late.params, seconds_left=0
            )
        )
        said.wait(1)
    (end,) = said.ends
    assert isinstance(end, Finished)
    assert end.reason == "deadline"


def test_a_deadline_breaks_off_a_long_prefill() -> None:
    model = FakeLlama(reply=lambda prompt: "text", n_ctx=1000)

    def compute_until_aborted() -> None:
        end = time.monotonic() + 10
        while not model.aborted and time.monotonic() < end:
            time.sleep(0.005)

    model.on_decode = compute_until_aborted
    with _running(model, chunk=500) as (loop, said):
        slow = _generate(1, "x" * 500)
        loop.submit(
            Generate(
                request_id=1, prompt=slow.prompt, params=slow.params, seconds_left=0.1
            )
        )
        said.wait(1)
    (end,) = said.ends
    assert isinstance(end, Finished)
    assert end.reason == "deadline"
    assert not model.batches


def test_idle_work_is_broken_off_when_somebody_asks() -> None:
    model = FakeLlama(reply=lambda prompt: "text", n_ctx=1000)
    entered = threading.Event()

    def compute_until_aborted() -> None:
        entered.set()
        end = time.monotonic() + 10
        while not model.aborted and time.monotonic() < end:
            time.sleep(0.005)
        model.on_decode = lambda: None

    model.on_decode = compute_until_aborted
    with _running(model, chunk=500) as (loop, said):
        prompt = TextPrompt((Part("x" * 500),))
        loop.submit(Prepare(request_id=1, prompt=prompt, priority=Priority.IDLE))
        assert entered.wait(10)
        loop.submit(_generate(2, "question"))
        said.wait(2)
    assert [end.request_id for end in said.ends] == [2, 1]
    assert said.text(2) == "text"


def test_a_cache_that_refuses_a_batch_fails_nobody_while_something_can_give() -> None:
    model = FakeLlama(reply=lambda prompt: "fine", refuse=1)
    with _running(model) as (loop, said):
        loop.submit(_generate(1, "a"))
        loop.submit(_generate(2, "b"))
        said.wait(2)
    assert said.text(1) == said.text(2) == "fine"


def test_a_compute_that_fails_fails_its_requests_only() -> None:
    model = FakeLlama(reply=lambda prompt: "fine")

    def fail() -> None:
        model.on_decode = lambda: None
        raise GenerationFailed("broken", "again")

    model.on_decode = fail
    with _running(model) as (loop, said):
        loop.submit(_generate(1, "a"))
        said.wait(1)
        loop.submit(_generate(2, "b"))
        said.wait(2)
    assert isinstance(said.ends[0], Failed)
    assert said.text(2) == "fine"


LONG = "x" * 40


def _kept(folder: PrefixFolder, model: FakeLlama) -> tuple[EngineLoop, Listener]:
    listener = Listener()
    loop = EngineLoop(
        model, chunk=64, cache_bytes=1 << 20, emit=listener, folder=folder
    )
    loop.warm()
    return loop, listener


def _prepare(loop: EngineLoop) -> None:
    prompt = TextPrompt((Part(LONG),))
    loop.submit(
        Prepare(request_id=1, prompt=prompt, priority=Priority.IDLE, lasting=True)
    )
    while loop.step():
        pass
    loop.tidy()


def test_a_lasting_prompt_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path, ())
    _prepare(_kept(folder, FakeLlama())[0])
    loop, said = _kept(folder, FakeLlama())
    loop.submit(_generate(2, LONG + "?"))
    while loop.step():
        pass
    (end,) = said.ends
    assert isinstance(end, Finished)
    assert end.usage.cached_tokens == len(LONG)


def test_a_kept_prompt_that_does_not_fit_is_not_met_again(tmp_path: Path) -> None:
    class Other(FakeLlama):
        def restore(self, sequence: int, data: bytes) -> None:
            raise RuntimeError("another build")

    folder = PrefixFolder(tmp_path, ())
    _prepare(_kept(folder, FakeLlama())[0])
    loop, _ = _kept(folder, Other())
    assert loop.host_bytes == 0
    assert folder.load() == []


REQUESTS = st.lists(
    st.tuples(st.text("ab", min_size=1, max_size=30), st.booleans()),
    min_size=1,
    max_size=10,
)


@settings(deadline=None, max_examples=40)
@given(REQUESTS)
def test_whatever_comes_every_request_ends_once_and_says_its_text(
    requests: list[tuple[str, bool]],
) -> None:
    """Small cache, few slots: prefixes shared, evictions, preemptions, cancels."""
    model = FakeLlama(reply=lambda prompt: f"[{prompt}]", n_ctx=48, n_sequences=3)
    with _running(model, chunk=5) as (loop, said):
        for request_id, (prompt, cancel) in enumerate(requests):
            loop.submit(_generate(request_id, prompt, max_tokens=12))
            if cancel:
                loop.submit(Cancel(request_id=request_id))
        said.wait(len(requests))
    assert sorted(end.request_id for end in said.ends) == list(range(len(requests)))
    for request_id, (prompt, cancel) in enumerate(requests):
        if not cancel:
            assert said.text(request_id) == f"[{prompt}]"[:12]
    assert model.open_samplers == 0
