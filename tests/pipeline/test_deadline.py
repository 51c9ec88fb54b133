from __future__ import annotations

import time

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.pipeline.deadline import CLOSING_S, Deadline


def test_the_longest_budget_holds_until_the_strategy_is_known() -> None:
    deadline = Deadline(100.0, None, PipelineConfig())
    assert deadline.at() == 220.0 - CLOSING_S
    deadline.decided("simple")
    assert deadline.at() == 160.0 - CLOSING_S
    assert deadline.at(0.5) == 130.0 - CLOSING_S / 2


def test_a_request_overrides_the_strategy_but_not_the_limit() -> None:
    asked = Deadline(0.0, 30.0, PipelineConfig())
    asked.decided("comprehensive")
    assert asked.at() == 30.0 - CLOSING_S
    longer = Deadline(0.0, 999.0, PipelineConfig(max_deadline_s=120))
    assert longer.at() == 120.0 - CLOSING_S


def test_it_never_gets_longer() -> None:
    deadline = Deadline(0.0, None, PipelineConfig())
    deadline.decided("simple")
    deadline.decided("comprehensive")
    assert deadline.at() == 60.0 - CLOSING_S


@pytest.mark.parametrize("budget_s", [0.5, 1.0, 5.0, 60.0])
def test_writing_ends_a_little_before_it(budget_s: float) -> None:
    deadline = Deadline(0.0, budget_s, PipelineConfig())
    assert 0.9 * budget_s < deadline.at() < budget_s


def test_nothing_is_left_after_it() -> None:
    assert Deadline(time.monotonic() - 500, None, PipelineConfig()).left() == 0.0
