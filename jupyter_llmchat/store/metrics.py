"""Table `metrics`: one row of figures a turn, a column each, for SQL to aggregate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat.protocol.events import TurnMetrics

from . import bulk
from .columns import from_json, to_json

if TYPE_CHECKING:
    from .db import Cursor

_FIGURES = (
    "total_ms",
    "first_token_ms",
    "token_ms",
    "tokens_per_s",
    "prompt_tokens",
    "cached_tokens",
    "generated_tokens",
    "strategy",
    "decisions",
    "llm_first_share",
    "quality",
    "tier",
    "is_replay",
)
"""Columns and fields of TurnMetrics alike; `stages` besides, as JSON."""


def add(cursor: Cursor, turn_id: str, metrics: TurnMetrics) -> None:
    """Once a turn."""
    cursor.run(
        f"INSERT INTO metrics (turn_id, {', '.join(_FIGURES)}, stages)"
        f" VALUES (?{', ?' * len(_FIGURES)}, ?)",
        turn_id,
        *(getattr(metrics, figure) for figure in _FIGURES),
        to_json(metrics.stages),
    )


def add_all(cursor: Cursor, measured: Sequence[tuple[str, TurnMetrics]]) -> None:
    """Of many turns."""
    rows = [
        (
            turn_id,
            *(getattr(metrics, figure) for figure in _FIGURES),
            to_json(metrics.stages),
        )
        for turn_id, metrics in measured
    ]
    bulk.insert(cursor, "metrics", ("turn_id", *_FIGURES, "stages"), rows)


def of_turn(cursor: Cursor, turn_id: str) -> TurnMetrics | None:
    """None for a turn that has none, one that was interrupted for example."""
    row = cursor.row(
        f"SELECT {', '.join(_FIGURES)}, stages FROM metrics WHERE turn_id = ?", turn_id
    )
    if row is None:
        return None
    return msgspec.convert(row | {"stages": from_json(row["stages"])}, TurnMetrics)
