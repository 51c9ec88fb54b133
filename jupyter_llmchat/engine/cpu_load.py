"""How many cores other processes leave: cheap enough to ask before every step."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FRESH_S = 1.0
"""A reading is used again for so long."""
STALE_S = 3.0
"""A mean over a longer time says nothing about now."""
STAT = Path("/proc/stat")


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time that were used since some beginning."""

    all: float
    own: float


class CpuLoad:
    """Cores that others leave free, by the mean over the last second or so.

    After a pause, when there is no such mean, by the number of threads that are ready
    to run at the moment; None where the system does not tell that.
    """

    def __init__(
        self,
        cores: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        usage: Callable[[], Usage] | None = None,
        ready: Callable[[], int | None] | None = None,
    ) -> None:
        self._cores = cores or os.cpu_count() or 1
        self._clock = clock
        self._usage = usage or _usage
        self._ready = ready or _ready
        self._read_at: float | None = None
        self._before = Usage(0.0, 0.0)
        self._free: float | None = None

    def free(self) -> float | None:
        """To be asked between two steps, by the thread that computes."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= FRESH_S:
            self._read(now)
        return self._free

    def _read(self, now: float) -> None:
        usage = self._usage()
        seconds = None if self._read_at is None else now - self._read_at
        if seconds is None or seconds > STALE_S:
            ready = self._ready()
            # One of them is the thread that asks.
            others = None if ready is None else float(ready - 1)
        else:
            own = usage.own - self._before.own
            others = (usage.all - self._before.all - own) / seconds
        self._read_at, self._before = now, usage
        self._free = None if others is None else self._cores - max(0.0, others)


def _usage() -> Usage:
    import psutil

    times = psutil.cpu_times()._asdict()
    # A guest's time is part of the user's; iowait is idle.
    unused = {"idle", "iowait", "guest", "guest_nice"}
    used = sum(seconds for name, seconds in times.items() if name not in unused)
    own = os.times()
    return Usage(used, own.user + own.system)


def _ready() -> int | None:
    """Threads of all processes that run or could run."""
    try:
        text = STAT.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("procs_running "):
            return int(line.split()[1])
    return None
