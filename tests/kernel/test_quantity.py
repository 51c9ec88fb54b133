from __future__ import annotations

from typing import get_args

import pytest

from jupyter_llmchat.kernel.quantity import (
    NAMES,
    OVER_TIME,
    counted,
    duration,
    memory,
    quantity,
    share,
)
from jupyter_llmchat.protocol.figures import FigureName, SeriesFigure


def test_every_figure_has_a_name() -> None:
    assert {*NAMES} == {*get_args(FigureName)}
    assert {*OVER_TIME} == {*get_args(SeriesFigure)}


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.0, "0.0 ms"), (9.94, "9.9 ms"), (210.4, "210 ms"), (61234.0, "61.2 s")],
)
def test_a_duration_has_the_unit_that_fits(ms: float, text: str) -> None:
    assert duration(ms) == text


def test_each_figure_has_its_unit() -> None:
    assert quantity("total_ms", 1500.0) == "1.5 s"
    assert quantity("quality", 81.25) == "81.2"
    assert quantity("llm_first_share", 0.955) == "96%"
    assert quantity("token_ms", None) == "-"


def test_other_numbers() -> None:
    assert (share(None), share(0.5)) == ("-", "50%")
    assert (memory(None), memory(98_000_000), memory(2_500_000_000)) == (
        *("-", "98 MB"),
        "2.5 GB",
    )
    assert (counted(1, "day"), counted(2000, "day")) == ("1 day", "2,000 days")
