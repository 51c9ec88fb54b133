from __future__ import annotations

from jupyter_llmchat.calls import Failed, Finished
from jupyter_llmchat.engine.generation import Generation, Limits
from jupyter_llmchat.engine.host import HostCache
from jupyter_llmchat.engine.memory import KEPT_CELLS, Memory
from jupyter_llmchat.engine.scheduler import Scheduler
from jupyter_llmchat.engine.scoring import Scoring
from jupyter_llmchat.engine.step import (
    Copy,
    Outcome,
    Reason,
    Sample,
    Step,
    Targets,
    Trim,
)
from jupyter_llmchat.engine.task import Order, Preparation
from jupyter_llmchat.language_model import Priority

TRUNK = [*range(100, 140)]


def _scheduler(sequences: int = 8, cells: int = 500) -> Scheduler:
    return Scheduler(Memory(sequences, cells, HostCache(1 << 20)))


def _order(
    request_id: int,
    prompt: int | list[int] = 4,
    priority: Priority = Priority.VISIBLE,
    deadline: float | None = None,
) -> Order:
    tokens = prompt if isinstance(prompt, list) else [request_id] * prompt
    return Order(
        request_id=request_id, prompt=tokens, priority=priority, deadline=deadline
    )


class Guessing(Generation):
    """Guesses what it is told to."""

    guesses: tuple[int, ...] = ()

    def guess(self) -> tuple[int, ...]:
        return self.guesses


def _text(order: Order, guess: tuple[int, ...] = ()) -> Generation:
    task = Guessing(
        order,
        Limits(max_tokens=300, context=500),
        piece=lambda token: b"x",
        is_end=lambda token: token == 0,
    )
    task.guesses = guess
    return task


def _step(scheduler: Scheduler, chunk: int = 8) -> Step:
    step = scheduler.schedule(chunk)
    assert step is not None
    return step


def _carry_out(scheduler: Scheduler, step: Step, token: int = 9) -> None:
    sampled, logprobs = {}, {}
    for run in step.runs:
        if isinstance(run.want, Sample):
            sampled[run.key] = (token,)
        elif isinstance(run.want, Targets):
            logprobs[run.key] = (-1.0,) * len(run.want.pairs)
    scheduler.apply(step, Outcome(sampled, logprobs))
    scheduler.check()


def _sizes(step: Step) -> dict[int, int]:
    return {run.key.request_id: len(run.tokens) for run in step.runs}


def test_nothing_to_do_is_no_step() -> None:
    assert _scheduler().schedule(8) is None


def test_a_long_prompt_is_read_in_chunks() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1, 20)))
    sizes = []
    for _ in range(3):
        step = _step(scheduler)
        sizes.append(_sizes(step)[1])
        _carry_out(scheduler, step)
    assert sizes == [8, 8, 4]


def test_texts_being_written_go_on_beside_a_prompt() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1)))
    _carry_out(scheduler, _step(scheduler))
    assert scheduler.is_writing
    scheduler.add(_text(_order(2, 20)))
    step = _step(scheduler)
    assert _sizes(step) == {1: 1, 2: 8}
    assert [run.reason for run in step.runs] == [Reason.DECODE, Reason.PREFILL]


def test_the_more_urgent_prompt_is_read_first() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1, priority=Priority.DECISION)))
    scheduler.add(_text(_order(2, priority=Priority.VISIBLE)))
    assert _sizes(_step(scheduler, chunk=4)) == {2: 4}


def test_requests_that_begin_alike_read_their_beginning_once() -> None:
    scheduler = _scheduler()
    for request_id in (1, 2, 3):
        scheduler.add(_text(_order(request_id, [*TRUNK, request_id, request_id])))
    read = 0
    while True:
        step = _step(scheduler, chunk=16)
        if len(step.runs) > 1:
            break
        read += step.rows
        _carry_out(scheduler, step)
    assert read == len(TRUNK) + 2
    copies = [change for change in step.changes if isinstance(change, Copy)]
    assert [copy.length for copy in copies] == [len(TRUNK)] * 2
    assert _sizes(step) == {1: 1, 2: 2, 3: 2}


def test_a_long_trunk_is_still_there_for_those_who_waited_for_it() -> None:
    scheduler = _scheduler(cells=9000)
    trunk = [*range(2 * KEPT_CELLS)]
    for request_id in (1, 2, 3):
        scheduler.add(Scoring(_order(request_id, [*trunk, request_id]), ((1,), (2,))))
    read = 0
    while not scheduler.idle:
        step = _step(scheduler, chunk=500)
        read += step.rows
        _carry_out(scheduler, step)
    assert read == len(trunk) + 3


def test_who_reads_for_others_is_as_urgent_as_they_are() -> None:
    scheduler = _scheduler()
    scheduler.add(Preparation(_order(1, TRUNK, Priority.IDLE)))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_text(_order(2, [*TRUNK, 7])))
    scheduler.add(_text(_order(3, 30, Priority.DECISION)))
    assert _sizes(_step(scheduler)) == {1: 8}


def test_when_the_reader_is_cancelled_another_reads_on() -> None:
    scheduler = _scheduler()
    for request_id in (1, 2):
        scheduler.add(_text(_order(request_id, [*TRUNK, request_id])))
    _carry_out(scheduler, _step(scheduler))
    scheduler.end(1, "cancelled")
    step = _step(scheduler)
    (run,) = step.runs
    assert (run.key.request_id, run.start) == (2, 8)


def test_idle_work_waits_for_everybody() -> None:
    scheduler = _scheduler()
    scheduler.add(Preparation(_order(1, 30, Priority.IDLE)))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_text(_order(2, 4)))
    step = _step(scheduler)
    assert _sizes(step) == {2: 4}
    _carry_out(scheduler, step, token=0)
    assert _sizes(_step(scheduler)) == {1: 8}


def test_long_options_are_scored_in_one_step_in_branches() -> None:
    scheduler = _scheduler()
    scheduler.add(Scoring(_order(1, TRUNK), ((1, 2, 3), (4, 5), (6,))))
    _carry_out(scheduler, _step(scheduler, chunk=64))
    step = _step(scheduler, chunk=64)
    assert [len(run.tokens) for run in step.runs] == [1, 2]
    assert {run.reason for run in step.runs} == {Reason.SCORE}
    _carry_out(scheduler, step)
    assert scheduler.idle


def test_a_draft_that_fails_is_forgotten() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1), guess=(5, 6, 7)))
    _carry_out(scheduler, _step(scheduler))
    step = _step(scheduler)
    (run,) = step.runs
    assert (run.tokens, run.want, run.reason) == (
        (9, 5, 6, 7),
        Sample(drafted=3),
        Reason.DRAFT,
    )
    scheduler.apply(step, Outcome({run.key: (5, 8)}, {}))
    scheduler.check()
    step = _step(scheduler)
    assert step.changes == (Trim(run.sequence, run.start + 2),)
    assert step.runs[0].tokens[0] == 8


def test_nobody_guesses_in_company() -> None:
    scheduler = _scheduler()
    for request_id in (1, 2):
        scheduler.add(_text(_order(request_id), guess=(5,)))
    _carry_out(scheduler, _step(scheduler))
    assert _sizes(_step(scheduler)) == {1: 1, 2: 1}


def test_more_requests_than_sequences_wait_their_turn() -> None:
    scheduler = _scheduler(sequences=1)
    scheduler.add(_text(_order(1)))
    scheduler.add(_text(_order(2)))
    _carry_out(scheduler, _step(scheduler), token=0)
    assert _sizes(_step(scheduler)) == {2: 4}


def test_who_is_more_urgent_takes_the_last_sequence() -> None:
    scheduler = _scheduler(sequences=1)
    scheduler.add(Preparation(_order(1, 30, Priority.IDLE)))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_text(_order(2)))
    step = _step(scheduler)
    assert _sizes(step) == {2: 4}
    _carry_out(scheduler, step, token=0)
    assert _sizes(_step(scheduler)) == {1: 8}


def test_a_request_that_can_never_fit_is_refused_with_figures() -> None:
    (failed,) = _scheduler(cells=10).add(_text(_order(1, 10)))
    assert isinstance(failed, Failed)
    assert failed.code == "context_overflow"
    assert "11" in failed.message
    assert "10" in failed.message


def test_a_cancelled_request_leaves_its_sequence_at_once() -> None:
    scheduler = _scheduler(sequences=1)
    scheduler.add(_text(_order(1)))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_text(_order(2)))
    (finished,) = scheduler.end(1, "cancelled")
    assert isinstance(finished, Finished)
    assert finished.reason == "cancelled"
    assert _sizes(_step(scheduler)) == {2: 4}
    assert scheduler.end(1, "cancelled") == []


def test_a_cancelled_score_ends_once_with_all_its_branches() -> None:
    scheduler = _scheduler()
    scheduler.add(Scoring(_order(1, TRUNK), ((1, 2, 3), (4, 5))))
    _carry_out(scheduler, _step(scheduler, chunk=64))
    assert len(scheduler.end(1, "cancelled")) == 1
    assert scheduler.idle


def test_a_request_past_its_deadline_ends_running_or_waiting() -> None:
    scheduler = _scheduler(sequences=1)
    scheduler.add(_text(_order(1, deadline=5.0)))
    _step(scheduler)
    scheduler.add(_text(_order(2, deadline=5.0)))
    assert scheduler.expire(4.9) == []
    assert [each.request_id for each in scheduler.expire(5.0)] == [1, 2]
    assert scheduler.idle


def test_a_full_cache_puts_the_least_urgent_back_and_both_get_done() -> None:
    scheduler = _scheduler(cells=90)
    scheduler.add(_text(_order(1, 20)))
    _carry_out(scheduler, _step(scheduler, chunk=99))
    scheduler.add(_text(_order(2, 20, Priority.DECISION)))
    steps = 0
    while _sizes(step := _step(scheduler, chunk=99)) != {1: 1}:
        _carry_out(scheduler, step)
        steps += 1
        assert steps < 99
    _carry_out(scheduler, step, token=0)
    assert 2 in _sizes(_step(scheduler, chunk=99))


def test_a_broken_off_step_is_trimmed_and_done_again() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1)))
    step = _step(scheduler)
    scheduler.undo(step)
    again = _step(scheduler)
    assert again.runs == step.runs
    assert Trim(step.runs[0].sequence, 0) in again.changes


def test_retreat_ends_when_there_is_nothing_left_to_give_up() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1)))
    scheduler.add(_text(_order(2)))
    _step(scheduler)
    assert scheduler.retreat()
    assert not scheduler.retreat()


def test_idle_time_is_used_to_put_the_cache_in_order() -> None:
    scheduler = _scheduler()
    scheduler.add(_text(_order(1, TRUNK)))
    _carry_out(scheduler, _step(scheduler, chunk=64), token=0)
    step = scheduler.tidy()
    assert step is not None
    assert step.runs == ()
    assert scheduler.tidy() is None
