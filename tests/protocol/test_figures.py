from __future__ import annotations

from typing import get_args

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.codec import convert_query
from jupyter_llmchat.protocol.events import TurnMetrics
from jupyter_llmchat.protocol.figures import (
    BUCKET_S,
    AnswersQuery,
    Bucket,
    FigureName,
    MetricsSummary,
    SeriesQuery,
)


def test_figures_are_those_of_an_answer() -> None:
    names = {*get_args(FigureName)}
    assert names <= {*TurnMetrics.__struct_fields__}
    assert names <= {*MetricsSummary.__struct_fields__}


def test_every_bucket_has_a_size() -> None:
    assert {*BUCKET_S} == {*get_args(Bucket)}


def test_a_query_is_read_from_text() -> None:
    asked = convert_query(
        {"since": "1e9", "replays": "true", "tier": "fast", "by_model": "1"},
        SeriesQuery,
    )
    assert (asked.since, asked.replays, asked.tier, asked.by_model) == (
        *(1e9, True),
        *("fast", True),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("since", each) for each in ("nan", "inf", "-1", "1e12", "now")),
        *(("model", "x" * 257), ("tier", "huge"), ("replays", "often"), ("day", "1")),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadRequest, match="does not fit"):
        convert_query({name: value}, AnswersQuery)
