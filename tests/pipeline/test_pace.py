from __future__ import annotations

import pytest

from jupyter_llmchat.pipeline.pace import BASE_S, SLOWEST, Pace


def test_nothing_is_cut_before_anything_is_known() -> None:
    pace = Pace()
    assert pace.tokens_per_s is None
    assert pace.tokens_in(0.1, 400) == 400


def test_tokens_follow_from_the_speed_and_the_time() -> None:
    pace = Pace()
    pace.wrote(100, 10.0)
    assert pace.tokens_in(6.0, 400) == 60
    assert pace.tokens_in(600.0, 400) == 400
    assert pace.tokens_in(0.0, 400) == 1


def test_load_makes_it_slower() -> None:
    pace = Pace()
    pace.wrote(100, 1.0)
    for _ in range(20):
        pace.wrote(10, 1.0)
    assert pace.tokens_per_s == pytest.approx(10, rel=0.1)


def test_a_text_of_no_time_teaches_nothing() -> None:
    pace = Pace()
    pace.wrote(5, 0.0)
    pace.wrote(0, 5.0)
    assert pace.tokens_per_s is None


def test_calls_get_more_time_where_they_take_longer() -> None:
    pace = Pace()
    assert pace.limit_s("small") == BASE_S["small"]
    pace.took("small", 0.2)
    assert pace.limit_s("small") == BASE_S["small"]
    for _ in range(30):
        pace.took("small", 5.0)
    assert pace.limit_s("small") == pytest.approx(20.0, rel=0.1)
    assert pace.limit_s("medium") == BASE_S["medium"]
    for _ in range(30):
        pace.took("small", 500.0)
    assert pace.limit_s("small") == SLOWEST * BASE_S["small"]
