"""How far an evaluation has come, on one line of the terminal."""

from __future__ import annotations

import time
from typing import TextIO

STEPS = 10
"""Lines for each kind where a line cannot be written over."""

FIRST_S = 5.0
"""Earlier, nothing can be said about how long it will take."""


class ProgressLine:
    """Written to `stream`; called with what is measured, rows done, all rows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._width = 0
        """Of what stands on the line."""
        self._began = 0.0

    def __call__(self, kind: str, done: int, rows: int) -> None:
        if done == 0:
            self._began = time.monotonic()
        line = f"{kind}: {done} of {rows}{self._left(done, rows)}"
        if self._terminal:
            self._write(f"\r{line:{self._width}}")
            self._width = len(line)
        elif done * STEPS // rows != (done - 1) * STEPS // rows:
            self._write(f"{line}\n")
        if done == rows:
            self.end()

    def end(self) -> None:
        """Leaves the line, so that something else can be said."""
        if self._width:
            self._write("\n")
            self._width = 0

    def _left(self, done: int, rows: int) -> str:
        passed = time.monotonic() - self._began
        if not done or done == rows or passed < FIRST_S:
            return ""
        seconds = passed / done * (rows - done)
        return (
            f", about {seconds / 60:.0f} min left"
            if seconds >= 90
            else (f", about {seconds:.0f} s left")
        )

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
