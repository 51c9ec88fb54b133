from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.protocol.events import TurnMetrics
from jupyter_llmchat.store import db, metrics
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.migrations import migrate

from .builders import METRICS


@pytest.fixture
def cursor() -> Iterator[Cursor]:
    cursor = db.connect(None)
    migrate(cursor)
    yield cursor
    cursor.close()


def test_every_figure_has_a_column(cursor: Cursor) -> None:
    columns = cursor.rows(
        "SELECT column_name AS name FROM duckdb_columns() WHERE table_name = 'metrics'"
    )
    names = {column["name"] for column in columns}
    assert names == {"turn_id", *TurnMetrics.__struct_fields__}


@pytest.mark.parametrize("figures", [METRICS, TurnMetrics(total_ms=1.0)])
def test_figures_come_back_as_they_were(cursor: Cursor, figures: TurnMetrics) -> None:
    metrics.add(cursor, "turn", figures)
    assert metrics.of_turn(cursor, "turn") == figures
    assert metrics.of_turn(cursor, "other") is None


def test_sql_can_aggregate_them(cursor: Cursor) -> None:
    for turn, first_token_ms in (("a", 100.0), ("b", 300.0), ("c", None)):
        figures = TurnMetrics(total_ms=500.0, first_token_ms=first_token_ms)
        metrics.add(cursor, turn, figures)
    row = cursor.row("SELECT avg(first_token_ms) AS mean FROM metrics")
    assert row == {"mean": 200.0}
