"""The engine against llama-server: same model file, prompts, sampling and threads.

llama-server comes from the PyPI package `xllamacpp`. Both run in processes of their
own and take turns; figures are medians of runs whose prompts share no beginning. Some
measures compare our engine with itself. The table says what each has to reach.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.bench import Bench, both_sides
from benchmarks.processes import (
    cancelled_decode,
    cancelled_prefill,
    memory,
    python_between_steps,
)
from benchmarks.report import Figure, add_json_option, publish, tell
from benchmarks.streams import busy_machine, one_stream, several_streams, shared_trunk
from benchmarks.trunks import follow_up, prepared_trunk, seven_decisions
from jupyter_llmchat.models.locate import locate

Measure = Callable[[Bench], Awaitable[list[Figure]]]

MEASURES: dict[str, Measure] = {
    "one-stream": one_stream,
    "streams": several_streams,
    "shared-trunk": shared_trunk,
    "decisions": seven_decisions,
    "prepared": prepared_trunk,
    "follow-up": follow_up,
    "cancel-prefill": cancelled_prefill,
    "cancel-decode": cancelled_decode,
    "busy": busy_machine,
    "python": python_between_steps,
    "memory": memory,
}
MEASURE_S = 600
"""No measure may take longer than this."""


async def measure(names: Sequence[str], threads: int, quick: bool) -> list[Figure]:
    path = str(locate("").path)
    figures: list[Figure] = []
    async with both_sides(path, threads, quick) as bench:
        for name in names:
            tell(name)
            async with asyncio.timeout(MEASURE_S):
                figures += await MEASURES[name](bench)
    return figures


def physical_cores() -> int:
    """What llama-server takes where nobody has set it."""
    import psutil

    return psutil.cpu_count(logical=False) or 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument(
        "--threads", type=int, default=physical_cores(), help="of both sides"
    )
    parser.add_argument("--quick", action="store_true", help="few repetitions")
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="may be given repeatedly"
    )
    chosen = parser.parse_args()
    names = chosen.only or [*MEASURES]
    publish(asyncio.run(measure(names, chosen.threads, chosen.quick)), chosen.json)


if __name__ == "__main__":
    main()
