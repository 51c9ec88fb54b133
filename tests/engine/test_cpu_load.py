"""Cores that others leave: counted by a clock and counters of our own, and for real."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_llmchat.engine import cpu_load
from jupyter_llmchat.engine.cpu_load import CpuLoad, Usage


@dataclass
class Counters:
    """Of a machine with four cores."""

    now: float = 100.0
    all: float = 50.0
    own: float = 5.0
    ready: int | None = 1
    reads: int = 0

    def usage(self) -> Usage:
        self.reads += 1
        return Usage(self.all, self.own)

    def pass_time(self, seconds: float, own: float, others: float) -> None:
        """So many cores were used by us and by others meanwhile."""
        self.now += seconds
        self.own += own * seconds
        self.all += (own + others) * seconds

    def load(self) -> CpuLoad:
        return CpuLoad(4, lambda: self.now, self.usage, lambda: self.ready)


def test_the_first_reading_counts_who_is_ready_now() -> None:
    counters = Counters(ready=3)
    assert counters.load().free() == 2
    counters.ready = None
    assert counters.load().free() is None


def test_our_own_threads_are_not_others() -> None:
    counters = Counters()
    load = counters.load()
    load.free()
    counters.pass_time(1, own=2, others=1)
    assert load.free() == pytest.approx(3)
    counters.pass_time(2, own=4, others=0)
    assert load.free() == pytest.approx(4)


def test_it_reads_once_a_second_at_most() -> None:
    counters = Counters()
    load = counters.load()
    for _ in range(100):
        load.free()
        counters.pass_time(0.025, own=1, others=0)
    assert counters.reads == 3


def test_after_a_pause_the_mean_says_nothing() -> None:
    counters = Counters()
    load = counters.load()
    load.free()
    counters.pass_time(600, own=0, others=4)
    counters.ready = 1
    assert load.free() == 4


def test_counters_that_run_backwards_do_no_harm() -> None:
    counters = Counters()
    load = counters.load()
    load.free()
    counters.pass_time(1, own=0, others=-1)
    assert load.free() == 4


def test_the_real_machine_answers() -> None:
    free = CpuLoad().free()
    assert free is None or free <= (os.cpu_count() or 1)


def test_a_system_that_does_not_tell_who_is_ready(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cpu_load, "STAT", tmp_path / "missing")
    assert CpuLoad().free() is None
    (tmp_path / "missing").write_text("cpu 1 2 3\n")
    assert CpuLoad().free() is None
    (tmp_path / "missing").write_text("procs_running 2\n")
    assert CpuLoad(4).free() == 3
