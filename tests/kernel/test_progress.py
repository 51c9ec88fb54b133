from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.progress import Meter

from .builders import begin, chunk, start
from .clock import ManualClock


def test_rate_counts_from_the_first_text() -> None:
    times = iter([10.0, 12.0, 12.5, 14.0])
    meter = Meter(lambda: next(times))
    meter.count(begin("core"))
    for place in range(5):
        meter.count(chunk("a", chunk_id=place))
    early = meter.progress
    assert early.elapsed_s == pytest.approx(2.5)
    assert early.tokens_per_s == pytest.approx(8.0)
    assert meter.progress.tokens_per_s == pytest.approx(2.0)


def test_no_rate_without_text() -> None:
    meter = Meter(lambda: 1.0)
    assert meter.progress.tokens_per_s is None
    meter.count(chunk("a"))
    assert meter.progress.tokens_per_s is None


def test_the_deadline_is_the_servers() -> None:
    meter = Meter(ManualClock())
    assert meter.progress.deadline_s is None
    meter.count(start())
    assert meter.progress.deadline_s == 60.0
