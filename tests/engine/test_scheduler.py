from __future__ import annotations

from jupyter_llmchat.calls import Failed, Finished
from jupyter_llmchat.engine.scheduler import Scheduler
from jupyter_llmchat.engine.sequence import Generation
from jupyter_llmchat.engine.slots import Slots
from jupyter_llmchat.engine.step import Outcome, Reason, Step, Trim
from jupyter_llmchat.language_model import Priority


def _scheduler(slots: int = 3, cells: int = 100, chunk: int = 8) -> Scheduler:
    return Scheduler(Slots(slots, cells), chunk)


def _request(
    request_id: int,
    prompt: int = 4,
    priority: Priority = Priority.VISIBLE,
    deadline: float | None = None,
) -> Generation:
    return Generation(
        request_id,
        [request_id] * prompt,
        priority,
        deadline,
        max_tokens=50,
        context=100,
        stop=(),
        piece=lambda token: b"x",
        is_end=lambda token: token == 0,
    )


def _carry_out(scheduler: Scheduler, step: Step, token: int = 9) -> None:
    sampled = {run.request_id: token for run in step.runs if run.want is not None}
    scheduler.apply(step, Outcome(sampled, {}))
    scheduler.check()


def _step(scheduler: Scheduler) -> Step:
    step = scheduler.schedule()
    assert step is not None
    return step


def _sizes(step: Step) -> dict[int, int]:
    return {run.request_id: len(run.tokens) for run in step.runs}


def test_nothing_to_do_is_no_step() -> None:
    assert _scheduler().schedule() is None


def test_a_long_prompt_is_read_in_chunks() -> None:
    scheduler = _scheduler(chunk=8)
    scheduler.add(_request(1, prompt=20))
    sizes = []
    for _ in range(3):
        step = _step(scheduler)
        sizes.append(_sizes(step)[1])
        _carry_out(scheduler, step)
    assert sizes == [8, 8, 4]


def test_texts_being_written_go_on_beside_a_prompt() -> None:
    scheduler = _scheduler(chunk=8)
    scheduler.add(_request(1))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_request(2, prompt=20))
    step = _step(scheduler)
    assert _sizes(step) == {1: 1, 2: 8}
    assert [run.reason for run in step.runs] == [Reason.DECODE, Reason.PREFILL]


def test_the_more_urgent_prompt_is_read_first() -> None:
    scheduler = _scheduler(chunk=4)
    scheduler.add(_request(1, priority=Priority.IDLE))
    scheduler.add(_request(2, priority=Priority.VISIBLE))
    assert _sizes(_step(scheduler)) == {2: 4}


def test_more_requests_than_slots_wait_their_turn() -> None:
    scheduler = _scheduler(slots=1)
    scheduler.add(_request(1))
    scheduler.add(_request(2))
    _carry_out(scheduler, _step(scheduler), token=0)
    assert _sizes(_step(scheduler)) == {2: 4}


def test_a_request_that_can_never_fit_is_refused_with_figures() -> None:
    (failed,) = _scheduler(cells=10).add(_request(1, prompt=10))
    assert isinstance(failed, Failed)
    assert failed.code == "context_overflow"
    assert "11" in failed.message
    assert "10" in failed.message


def test_a_cancelled_request_leaves_its_slot_at_once() -> None:
    scheduler = _scheduler(slots=1)
    scheduler.add(_request(1))
    _carry_out(scheduler, _step(scheduler))
    scheduler.add(_request(2))
    (finished,) = scheduler.end(1, "cancelled")
    assert isinstance(finished, Finished)
    assert finished.reason == "cancelled"
    assert _sizes(_step(scheduler)) == {2: 4}
    assert scheduler.end(1, "cancelled") == []


def test_a_request_past_its_deadline_ends_running_or_waiting() -> None:
    scheduler = _scheduler(slots=1)
    scheduler.add(_request(1, deadline=5.0))
    _step(scheduler)
    scheduler.add(_request(2, deadline=5.0))
    assert scheduler.expire(4.9) == []
    ended = scheduler.expire(5.0)
    assert sorted(each.request_id for each in ended) == [1, 2]
    assert scheduler.idle


def test_a_full_cache_puts_the_least_urgent_back_and_both_get_done() -> None:
    scheduler = _scheduler(cells=12, chunk=16)
    scheduler.add(_request(1, prompt=5))
    scheduler.add(_request(2, prompt=5, priority=Priority.IDLE))
    for _ in range(3):
        _carry_out(scheduler, _step(scheduler))
    step = _step(scheduler)
    assert _sizes(step) == {1: 1}
    _carry_out(scheduler, step, token=0)
    assert _sizes(_step(scheduler)) == {2: 7}


def test_a_broken_off_step_is_trimmed_and_done_again() -> None:
    scheduler = _scheduler()
    scheduler.add(_request(1))
    step = _step(scheduler)
    scheduler.undo(step)
    again = _step(scheduler)
    assert again.runs == step.runs
    assert Trim(step.runs[0].slot, 0) in again.changes


def test_retreat_ends_when_there_is_nothing_left_to_give_up() -> None:
    scheduler = _scheduler()
    scheduler.add(_request(1))
    scheduler.add(_request(2))
    _step(scheduler)
    assert scheduler.retreat()
    assert not scheduler.retreat()
