from __future__ import annotations

from jupyter_llmchat.engine.executor import Executor
from jupyter_llmchat.engine.host import HostCache
from jupyter_llmchat.engine.step import (
    Clear,
    Copy,
    Key,
    Reason,
    Restore,
    Run,
    Sample,
    Save,
    Step,
    Targets,
    Trim,
)
from jupyter_llmchat.language_model import Likelihood, SamplingParams, TokenLogprob

from .fake_llama import END, FakeLlama


def _run(tokens: bytes, want: Sample | Targets | None, request_id: int = 1) -> Run:
    return Run(
        key=Key(request_id),
        sequence=request_id,
        start=0,
        tokens=tuple(tokens),
        want=want,
        reason=Reason.PREFILL,
    )


def test_changes_are_made_in_their_order() -> None:
    model, host = FakeLlama(), HostCache(1000)
    executor = Executor(model, host)
    executor.compute(Step((), (_run(b"abc", None),)))
    executor.change(
        Step((Save(1, (97, 98, 99)), Copy(1, 2, 2), Trim(1, 0), Trim(2, 1)), ())
    )
    assert model.cells == {1: [], 2: [97]}
    saved = host.match([97, 98, 99]).saved
    assert saved is not None
    executor.change(Step((Clear(), Restore(3, saved)), ()))
    assert model.cells == {3: [97, 98, 99]}


def test_tokens_are_drawn_for_as_long_as_the_guess_is_right() -> None:
    model = FakeLlama(reply=lambda prompt: "xyz")
    executor = Executor(model, HostCache(0))
    executor.begin(1, SamplingParams())
    outcome = executor.compute(Step((), (_run(b"axyq", Sample(drafted=3)),)))
    assert outcome.sampled == {Key(1): (*b"xyz",)}
    executor.end(1)
    executor.end(1)
    assert model.open_samplers == 0


def test_a_right_guess_is_followed_by_one_token_more() -> None:
    model = FakeLlama(reply=lambda prompt: "x")
    executor = Executor(model, HostCache(0))
    executor.begin(1, SamplingParams())
    outcome = executor.compute(Step((), (_run(b"ax", Sample(drafted=1)),)))
    assert outcome.sampled == {Key(1): (120, END)}


def test_rows_are_counted_over_all_runs() -> None:
    executor = Executor(FakeLlama(), HostCache(0))
    step = Step(
        (),
        (
            _run(b"ab", None),
            _run(b"cd", Targets(((0, 5), (1, 6))), request_id=2),
        ),
    )
    assert executor.compute(step).logprobs == {Key(2): (-5.0, -6.0)}


def test_drawn_tokens_are_told_with_what_else_was_likely_where_it_is_asked_for() -> (
    None
):
    model = FakeLlama(reply=lambda prompt: "xyz")
    executor = Executor(model, HostCache(0))
    executor.begin(1, SamplingParams(logprobs=2))
    executor.begin(2, SamplingParams())
    runs = (
        _run(b"no", Sample(), request_id=2),
        _run(b"axq", Sample(drafted=2)),
    )
    outcome = executor.compute(Step((), runs))
    likeliest = (Likelihood(b"\1", -1.0), Likelihood(b"\2", -2.0))
    assert outcome.told == {
        Key(1): (
            TokenLogprob(Likelihood(b"x", -120.0), likeliest),
            TokenLogprob(Likelihood(b"y", -121.0), likeliest),
        )
    }
