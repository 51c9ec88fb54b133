"""What it costs to know the notebook: 200 cells, and tables with a million rows.

All of it is measured in this process, in an IPython shell without history on disk.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.report import Bound, Figure, add_json_option, publish
from jupyter_llmchat.kernel.notebook_context import NotebookContext

CELLS = 200
ROWS = 1_000_000
COLUMNS = 20
QUESTION = "What is the mean of c7 in sales, and what does f150 return?"
LIMIT_MS = 50.0
ADDED_MS = 1.0

_SETUP = f"""
import numpy as np
import pandas as pd
import polars as pl
rng = np.random.default_rng(0)
sales = pd.DataFrame({{f"c{{n}}": rng.random({ROWS}) for n in range({COLUMNS - 2})}})
sales["region"] = rng.choice(["North", "South"], {ROWS})
sales["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange({ROWS}), "min")
other = pl.DataFrame({{"a": rng.random({ROWS}), "b": np.arange({ROWS})}})
weights = rng.random((1000, 1000))
"""
_CELL = """# Step {n} of the work
def f{n}(row, factor={n}):
    \"\"\"What a row is worth at step {n}.\"\"\"
    return row.c1 * factor - row.c{column}

limit_{n} = {n} / 7
names_{n} = [f"item {{each}}" for each in range({n} + 3)]
if limit_{n} > 3:
    for name in names_{n}:
        limit_{n} += len(name) * {n}
total_{n} = limit_{n} + {previous}
"""


def source(number: int) -> str:
    """A cell of 11 lines that depends on the one before it."""
    previous = f"total_{number - 1}" if number else "0"
    return _CELL.format(n=number, column=number % 18, previous=previous)


def new_shell(folder: str) -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config({"HistoryManager": {"enabled": False}})
    return InteractiveShell(config=config, ipython_dir=folder)


def run(shell: Any, code: str) -> None:
    result = shell.run_cell(code, store_history=True)
    result.raise_error()


@dataclass(frozen=True)
class Cost:
    """Milliseconds that passed, and those in which this thread had a processor."""

    wall: float
    processor: float


def cost(call: Callable[[], object]) -> Cost:
    started, busy = time.perf_counter(), time.thread_time()
    call()
    wall, processor = time.perf_counter() - started, time.thread_time() - busy
    return Cost(wall * 1000, processor * 1000)


def first_time(shell: Any) -> Cost:
    """Everything read at once, as after Run All; lazy imports of pandas are done."""
    context = NotebookContext(shell)
    context.note()
    return cost(lambda: context.parts(QUESTION))


def each_time(shell: Any, context: NotebookContext, runs: int) -> list[Cost]:
    """A cell has run, and a question follows before anything could be prepared."""
    times = []
    for number in range(runs):
        run(shell, f"x = {number}")
        times.append(cost(lambda: context.parts(QUESTION)))
    return times


def prepared(
    shell: Any, context: NotebookContext, runs: int
) -> tuple[list[Cost], list[Cost]]:
    """The work between two cells, and the question after it."""
    between, asked = [], []
    for number in range(runs):
        run(shell, f"x = {number}")
        between.append(cost(context.parts_between_cells))
        asked.append(cost(lambda: context.parts(QUESTION)))
    return between, asked


def added(shell: Any, runs: int) -> list[Cost]:
    """What a cell takes longer in the kernel's own thread, with the hooks."""
    context = NotebookContext(shell)
    context.note()
    times = []
    for number in range(runs):
        with contextlib.redirect_stdout(io.StringIO()):
            run(shell, f"sales.head({number % 9 + 1})")
        result = shell.last_execution_result
        times.append(cost(lambda: hooks(context, result)))  # noqa: B023
    return times


def hooks(context: NotebookContext, result: object) -> None:
    """What happens in the kernel's thread before and after each cell."""
    context.begin()
    context.note(result)


def measure(runs: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        shell = new_shell(folder)
        run(shell, _SETUP)
        for number in range(CELLS):
            run(shell, source(number))
        # The first call of a library imports what it had put off.
        first_time(shell)
        context = NotebookContext(shell)
        shell.events.register("pre_run_cell", context.begin)
        shell.events.register("post_run_cell", context.note)
        cold = [first_time(shell) for _ in range(3)]
        context.note()
        between, asked = prepared(shell, context, runs)
        unprepared = each_time(shell, context, runs)
        more = added(shell, runs)
    within = Bound(of="value", limit=LIMIT_MS)
    return [
        figure("collected, prepared between cells", asked, within),
        figure("collected, right after a cell", unprepared, within),
        figure("collected for the first time", cold, within),
        figure("prepared between cells, in the background", between),
        figure("added to a cell", more, Bound(of="value", limit=ADDED_MS)),
    ]


def figure(measure: str, costs: Sequence[Cost], bound: Bound | None = None) -> Figure:
    """The time that passed beside the processor's, which others leave as it is."""
    return Figure(
        measure=f"{measure}, beside its processor time",
        value=statistics.median(each.wall for each in costs),
        unit="ms",
        peer_value=statistics.median(each.processor for each in costs),
        bound=bound,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument("--runs", type=int, default=15)
    chosen = parser.parse_args()
    publish(measure(chosen.runs), chosen.json)


if __name__ == "__main__":
    main()
