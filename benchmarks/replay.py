"""How fast an answer that is known from earlier is given again: whole turns through a
Jupyter server process, over HTTP, one after the other on one connection.

The embedded model answers once; from then on each new conversation asks the same.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.report import (
    Bound,
    Figure,
    add_json_option,
    percentile_95,
    publish,
    tell,
)
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.codec import decode_event
from jupyter_llmchat.protocol.events import TERMINAL, Complete, TurnEvent

SERVE = (sys.executable, "-m", "jupyter_llmchat", "serve", "--")
QUICK = ("--LLMChatApp.self_test=False", "--LLMChatApp.calibrate=False")
"""What a server does once a model and machine would disturb the measurement."""
START_S = 60.0
ANSWER_S = 150.0
RUNS = 200
LIMIT_MS = 14.0
WARM_UP = 5
SETTLE_S = 3.0
"""What the server does with the model after an answer is over by then."""

QUESTIONS = (
    "What does len() do?",
    "What is a list in Python?",
    "How do I open a file in Python?",
    "What is the capital of France?",
    "What is a for loop?",
    "What does print() do?",
)
"""Asked in turn until one is answered whole: only that is given again."""


class Asker:
    """A client that does nothing but ask, so that its own time is small."""

    def __init__(self, address: ServerAddress) -> None:
        self._http = httpx.Client(
            base_url=address.api,
            headers=address.headers,
            timeout=ANSWER_S,
            trust_env=False,
        )

    def new_session(self) -> str:
        response = self._http.post("sessions", json={})
        response.raise_for_status()
        return str(response.json()["id"])

    def ask(self, session: str, question: str) -> tuple[float, bytes]:
        """Milliseconds until the last event was there, and the stream."""
        started = time.perf_counter()
        response = self._http.post(
            f"sessions/{session}/ask", json={"question": question}
        )
        elapsed_ms = (time.perf_counter() - started) * 1e3
        response.raise_for_status()
        return elapsed_ms, response.content

    def close(self) -> None:
        self._http.close()


def events(stream: bytes) -> list[TurnEvent]:
    """Of a stream that was read to its end."""
    lines = stream.split(b"\n")
    return [
        decode_event(line.removeprefix(b"data: "))
        for line in lines
        if line.startswith(b"data: ")
    ]


def end_of(stream: bytes) -> Complete | None:
    """None for an answer that failed."""
    last = events(stream)[-1]
    assert isinstance(last, TERMINAL)
    return last if isinstance(last, Complete) else None


@contextmanager
def server(folder: Path) -> Iterator[ServerAddress]:
    """A server process with an empty database in `folder`; gone on exit."""
    runtime = folder / "runtime"
    environment = os.environ | {
        "LLMCHAT_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
    }
    process = subprocess.Popen(
        [*SERVE, *QUICK],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _address(runtime / f"jpserver-{process.pid}.json")
    finally:
        process.terminate()
        process.wait(START_S)


def _address(file: Path) -> ServerAddress:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if file.exists() and (text := file.read_text()):
            info = json.loads(text)
            return ServerAddress(url=info["url"], token=info["token"])
        time.sleep(0.05)
    raise RuntimeError("The server did not start; try `jupyter llmchat doctor`.")


def known_question(asker: Asker) -> tuple[str, float]:
    """A question whose answer is given again, and what it took the first time, ms."""
    for question in QUESTIONS:
        first_ms, _ = asker.ask(asker.new_session(), question)
        _, again = asker.ask(asker.new_session(), question)
        if (end := end_of(again)) is not None and end.metrics.is_replay:
            tell(f"{question} {len(again)} bytes, first in {first_ms:.0f} ms")
            return question, first_ms
        tell(f"{question} was not answered whole")
    raise RuntimeError("No question was answered whole, so none can be given again.")


def measure(runs: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as address:
        asker = Asker(address)
        try:
            question, first_ms = known_question(asker)
            time.sleep(SETTLE_S)
            found = [_replay(asker, question) for _ in range(WARM_UP + runs)]
        finally:
            asker.close()
    return figures(found[WARM_UP:], first_ms)


def figures(found_ms: Sequence[float], first_ms: float) -> list[Figure]:
    name = "whole turn of an answer given again"
    bound = Bound(of="value", limit=LIMIT_MS)
    median, slow = statistics.median(found_ms), percentile_95(found_ms)
    return [
        Figure(
            measure=f"{name}, median, beside the first time",
            value=median,
            unit="ms",
            peer_value=first_ms,
        ),
        Figure(measure=f"{name}, p95", value=slow, unit="ms", bound=bound),
    ]


def _replay(asker: Asker, question: str) -> float:
    elapsed_ms, stream = asker.ask(asker.new_session(), question)
    end = end_of(stream)
    assert end is not None, "the answer failed"
    assert end.metrics.is_replay, "the model was asked again"
    return elapsed_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args()
    publish(measure(chosen.runs), chosen.json)


if __name__ == "__main__":
    main()
