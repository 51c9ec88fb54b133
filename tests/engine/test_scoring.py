from __future__ import annotations

from jupyter_llmchat.calls import Scored
from jupyter_llmchat.engine.scoring import MOST_ROWS, Continuation, Scoring
from jupyter_llmchat.engine.step import Key, Outcome, Reason, Targets
from jupyter_llmchat.engine.task import Order

ORDER = Order(request_id=1, prompt=[1, 2])


def test_options_of_one_token_are_read_off_the_prompts_last_row() -> None:
    task = Scoring(ORDER, ((5,), (6,)))
    assert task.want(1) is None
    assert task.want(2) == Targets(((1, 5), (1, 6)))
    task.cached = 2
    (scored,) = task.take(Outcome({}, {task.key: (-0.5, -2.0)}))
    assert isinstance(scored, Scored)
    assert scored.logprobs == ((-0.5,), (-2.0,))
    assert scored.usage.generated_tokens == 0
    assert task.following() == []


def test_the_rest_of_long_options_follows_in_branches() -> None:
    task = Scoring(ORDER, ((5, 7, 8), (6,), (4, 3)))
    assert task.longest == 4
    task.cached = 2
    assert task.take(Outcome({}, {task.key: (-1.0, -2.0, -3.0)})) == []
    assert task.done
    first, second = task.following()
    assert (first.key, second.key) == (Key(1, 1), Key(1, 3))
    assert first.tokens == [1, 2, 5, 7]
    assert first.reason() is Reason.SCORE
    first.cached = second.cached = 2
    assert first.want(2) == Targets(((0, 7), (1, 8)))
    assert second.want(1) == Targets(((0, 3),))
    first.cached = 4
    assert first.take(Outcome({}, {first.key: (-4.0, -5.0)})) == []
    second.cached = 3
    (scored,) = second.take(Outcome({}, {second.key: (-6.0,)}))
    assert isinstance(scored, Scored)
    assert scored.logprobs == ((-1.0, -4.0, -5.0), (-2.0,), (-3.0, -6.0))


def _branch(rows: int) -> Continuation:
    task = Scoring(ORDER, (tuple(range(10, 11 + rows)),))
    task.cached = 2
    task.take(Outcome({}, {task.key: (-1.0,)}))
    (branch,) = task.following()
    assert isinstance(branch, Continuation)
    return branch


def test_a_branch_in_pieces_misses_no_token() -> None:
    branch = _branch(4)
    branch.cached = 2
    assert branch.want(3) == Targets(((0, 11), (1, 12), (2, 13)))
    branch.cached = 5
    assert branch.take(Outcome({}, {branch.key: (-1.0,) * 3})) == []
    assert branch.cacheable == 5
    assert branch.want(1) == Targets(((0, 14),))
    branch.cached = 6
    assert len(branch.take(Outcome({}, {branch.key: (-1.0,)}))) == 1


def test_a_branch_whose_prompt_was_lost_reads_it_again_without_scoring_it() -> None:
    branch = _branch(2)
    assert branch.cacheable == 2
    branch.cached = 0
    assert branch.want(4) == Targets(((2, 11), (3, 12)))


def test_rows_with_logits_are_few_enough_for_memory() -> None:
    assert _branch(500).most_rows == MOST_ROWS
