"""What the kernel adds to an answer: the first word in a warm kernel beside the
server's own time to the first token, and how soon a stop is there.

A real kernel process asks a real server with the embedded model, as a notebook does.
The server's time is its own figure of the same answer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from benchmarks.replay import server
from benchmarks.report import (
    Bound,
    Figure,
    add_json_option,
    compared,
    percentile_95,
    publish,
    tell,
)
from jupyter_llmchat.kernel.discover import ServerAddress

RUNS = 15
WARM_UP = 2
WAIT_S = 150.0
FIRST_WORD_RATIO = 1.25
STOP_MS = 100.0

ASK = (
    "%%chat --strategy simple --fresh --seed {seed}\n"
    "What does len() do in Python, and what does sum() do? Number {seed}."
)
FIGURES = "print(_told[-1], _chat.metrics.first_token_ms)"
CONNECTED = "%chat sessions"
PROBE = """
import time as _time
from jupyter_llmchat.kernel.client import ChatClient as _Client
_told = []
_cancel = _Client.cancel
def _timed(client, turn_id):
    _told.append(_time.monotonic())
    return _cancel(client, turn_id)
_Client.cancel = _timed
"""
"""Notes when the server is told to stop; all processes have one clock."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Times of one answer."""

    first_word_ms: float
    """From sending the cell to the update that shows text."""
    server_ms: float
    """From the question's arrival to the first token, as the server tells it."""
    told_ms: float
    """From the interrupt to the kernel's telling the server."""
    stopped_ms: float
    """From the interrupt to the end of the cell, the server's last event included."""


class Notebook:
    """A front end of one kernel."""

    def __init__(self, manager: KernelManager, front_end: BlockingKernelClient) -> None:
        self._manager = manager
        self._front_end = front_end

    def run(
        self, code: str, on_text: Callable[[str], object] = lambda text: None
    ) -> str:
        """What the cell printed; raises RuntimeError if it failed."""
        printed: list[str] = []

        def take(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] in ("display_data", "update_display_data"):
                on_text(content["data"].get("text/plain", ""))
            elif message["msg_type"] == "stream":
                printed.append(content["text"])

        reply = self._front_end.execute_interactive(
            code, output_hook=take, timeout=WAIT_S
        )
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"The cell failed: {reply['content']}")
        return "".join(printed)

    def ask(self, code: str) -> Asked:
        """Stops the answer at its first word."""
        arrived: list[float] = []

        def press(text: str) -> None:
            # What is between brackets says how far it has come.
            if not arrived and text and not text.startswith("["):
                arrived.append(time.monotonic())
                self._manager.interrupt_kernel()

        began = time.monotonic()
        self.run(code, press)
        ended = time.monotonic()
        told, server_ms = self.run(FIGURES).split()
        return Asked(
            first_word_ms=(arrived[0] - began) * 1e3,
            server_ms=float(server_ms),
            told_ms=(float(told) - arrived[0]) * 1e3,
            stopped_ms=(ended - arrived[0]) * 1e3,
        )


@contextmanager
def notebook(address: ServerAddress) -> Iterator[Notebook]:
    """A kernel that asks that server; gone on exit."""
    environment = os.environ | {
        "LLMCHAT_URL": address.url,
        "LLMCHAT_TOKEN": address.token,
    }
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment)
    front_end = manager.client()
    front_end.start_channels()
    try:
        front_end.wait_for_ready(timeout=60)
        yield Notebook(manager, front_end)
    finally:
        front_end.stop_channels()
        manager.shutdown_kernel(now=True)


def measure(runs: int) -> list[Asked]:
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        server(Path(folder)) as address,
        notebook(address) as opened,
    ):
        for code in ("%load_ext jupyter_llmchat", CONNECTED, PROBE):
            opened.run(code)
        for seed in range(WARM_UP + runs):
            found.append(opened.ask(ASK.format(seed=seed)))
            tell(f"run {seed + 1} of {WARM_UP + runs}")
    return found[WARM_UP:]


def figures(found: Sequence[Asked]) -> list[Figure]:
    told = [each.told_ms for each in found]
    stopped = [each.stopped_ms for each in found]
    return [
        compared(
            "first word in the notebook, beside the server's own",
            "ms",
            [each.first_word_ms for each in found],
            [each.server_ms for each in found],
            Bound(of="ratio", limit=FIRST_WORD_RATIO),
        ),
        Figure(
            measure="interrupt until the server is told, median",
            value=statistics.median(told),
            unit="ms",
            bound=Bound(of="value", limit=STOP_MS),
        ),
        Figure(
            measure="interrupt until the server is told, p95",
            value=percentile_95(told),
            unit="ms",
        ),
        Figure(
            measure="interrupt until the cell has ended, median",
            value=statistics.median(stopped),
            unit="ms",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args()
    publish(figures(measure(chosen.runs)), chosen.json)


if __name__ == "__main__":
    main()
