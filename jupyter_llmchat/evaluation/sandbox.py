"""Code of an answer run apart from everything: its own process, folder and limits."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

SCRIPT = Path(__file__).with_name("confined.py")
TIMEOUT_S = 10.0
OUTPUT_BYTES = 1 << 16
"""More of what the code writes is read, so that it can go on, but not kept."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What became of one cell."""

    compiles: bool
    runs: bool
    """False for one that was not run, too."""
    error: str


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of cells that were run one after the other in one namespace."""

    cells: tuple[Cell, ...]
    output: str
    timed_out: bool
    isolated: bool
    """Whether there was no network; without namespaces calls are refused only."""

    @property
    def compiles(self) -> bool:
        """Whether there is code, and all of it is Python."""
        return bool(self.cells) and all(each.compiles for each in self.cells)

    @property
    def runs(self) -> bool:
        """Whether there is code, and all of it runs."""
        return bool(self.cells) and all(each.runs for each in self.cells)

    @property
    def first_runs(self) -> bool:
        """Whether the first code that a reader would copy runs."""
        return bool(self.cells) and self.cells[0].runs


NOTHING = Ran(cells=(), output="", timed_out=False, isolated=True)


async def run(
    cells: Sequence[str], *, execute: bool = True, timeout_s: float = TIMEOUT_S
) -> Ran:
    """Runs the cells, or only compiles them; raises nothing of theirs.

    On return or cancellation no process of theirs is left.
    """
    if not cells:
        return NOTHING
    order = {"cells": cells, "run": execute, "seconds": int(timeout_s) + 1}
    output = bytearray()
    # Code may leave files behind that not even their owner can remove.
    kept: dict[str, Any] = {"prefix": "llmchat-eval-", "ignore_cleanup_errors": True}
    with tempfile.TemporaryDirectory(**kept) as folder:
        results, work = Path(folder, "results.jsonl"), Path(folder, "work")
        work.mkdir()
        in_time = await _ordered(order, output, results, work, timeout_s)
        notes = results.read_bytes() if results.exists() else b""
    ended = "its process ended" if in_time else "it took too long"
    return Ran(
        cells=_cells(notes, len(cells), ended if execute else ""),
        output=output.decode("utf-8", "replace"),
        timed_out=not in_time,
        isolated=b'"isolated": true' in notes,
    )


async def _ordered(
    order: dict[str, Any], output: bytearray, results: Path, work: Path, limit_s: float
) -> bool:
    """Whether the process that was given the order came to its end in time."""
    process = await _started(results, work)
    try:
        async with asyncio.timeout(limit_s):
            await _talk(process, msgspec.json.encode(order), output)
    except TimeoutError:
        return False
    finally:
        await _ended(process)
    return True


async def _started(results: Path, work: Path) -> Process:
    # Packages of the environment can be imported; the user's settings do not count.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", "-u", "-X", "utf8", str(SCRIPT), str(results)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd=work,
        env={
            **{"PATH": os.defpath, "HOME": str(work), "TMPDIR": str(work)},
            **{"MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"},
        },
        start_new_session=True,
    )


async def _talk(process: Process, order: bytes, output: bytearray) -> None:
    """Sends the order; the beginning of what comes out goes to `output`."""
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(order)
        await process.stdin.drain()
        process.stdin.close()
    while some := await process.stdout.read(OUTPUT_BYTES):
        output += some[: OUTPUT_BYTES - len(output)]
    await process.wait()


async def _ended(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _cells(notes: bytes, count: int, ended: str) -> tuple[Cell, ...]:
    """A cell without a note was being run, or waited, when the process `ended`."""
    lines = [msgspec.json.decode(line) for line in notes.splitlines()]
    compiled = [each for each in lines if "compiles" in each]
    ran = [each for each in lines if "runs" in each]
    compiled += [{"compiles": False, "error": ended}] * (count - len(compiled))
    ran += [{"runs": False, "error": ended}] * (count - len(ran))
    return tuple(
        Cell(
            compiles=first["compiles"],
            runs=then["runs"],
            error=first["error"] or then["error"],
        )
        for first, then in zip(compiled, ran, strict=True)
    )
