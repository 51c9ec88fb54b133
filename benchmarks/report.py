"""What a benchmark found: the same table and the same JSON for every benchmark."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from jupyter_llmchat.evaluation.report import Bound, Figure, table

__all__ = [
    "Bound",
    "Figure",
    "add_json_option",
    "compared",
    "percentile_95",
    "publish",
    "table",
    "tell",
]


def compared(
    measure: str,
    unit: str,
    ours: Sequence[float],
    peer: Sequence[float],
    bound: Bound | None = None,
) -> Figure:
    """The medians of two series beside each other."""
    return Figure(
        measure=measure,
        value=statistics.median(ours),
        unit=unit,
        peer_value=statistics.median(peer),
        bound=bound,
    )


def percentile_95(values: Sequence[float]) -> float:
    """Of at least two values, interpolated between the two nearest."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """`--json FILE`, which every benchmark takes."""
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the figures there"
    )


def publish(figures: Sequence[Figure], path: Path | None) -> None:
    """Prints the table, and writes the list to `path` where one is given."""
    print(table(figures))
    if path is not None:
        rows = [figure.as_json() for figure in figures]
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def tell(line: str) -> None:
    """Says how far it has come, beside the results."""
    print(line, file=sys.stderr, flush=True)
