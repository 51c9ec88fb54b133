from __future__ import annotations

from benchmarks.overhead import figures, prompt, written


def test_prompts_share_no_beginning() -> None:
    assert len({prompt(number)[0] for number in range(10)}) == 10


def test_both_measures_are_medians_in_milliseconds() -> None:
    ours = [written([1.0, 1.5], started=0.0), written([2.0, 2.5], started=0.0)]
    theirs = [written([1.0, 1.25, 1.5], started=0.5)]
    first, each = figures(ours, theirs)
    assert (first.value, first.peer_value, first.unit) == (1500, 500, "ms")
    assert (each.value, each.peer_value, each.ratio) == (500, 250, 2)
