from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
FIRST = Path(__file__).parent / "first"
LONG_S = 60.0
"""No wait is longer; reaching it is a failure, never a measurement."""
ANSWER = "Forty-two."
"""What the fake model says."""


@dataclass(frozen=True)
class Nowhere:
    """A machine on which no Jupyter server runs yet."""

    runtime: Path
    work: Path

    def servers(self) -> list[int]:
        """Processes of those that run by now."""
        listed = (json.loads(each.read_text()) for each in self._files())
        return [each["pid"] for each in listed if psutil.pid_exists(each["pid"])]

    def kill_server(self) -> None:
        (pid,) = self.servers()
        process = psutil.Process(pid)
        process.kill()
        process.wait(LONG_S)

    def end_servers(self) -> None:
        found = [psutil.Process(pid) for pid in self.servers()]
        for each in found:
            with suppress(psutil.NoSuchProcess):
                each.terminate()
        _, late = psutil.wait_procs(found, timeout=LONG_S)
        assert not late

    def _files(self) -> list[Path]:
        return [*self.runtime.glob("jpserver-*.json")]


@pytest.fixture
def nowhere(
    runtime_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Nowhere]:
    """With it, servers that are started have a fake model, and are ended."""
    for name in [*os.environ]:
        if name.startswith(("JUPYTERHUB_", "JPY_", "LLMCHAT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (FIRST, ROOT))))
    monkeypatch.setenv("LLMCHAT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    work = tmp_path / "work"
    work.mkdir()
    nowhere = Nowhere(runtime_dir, work)
    yield nowhere
    nowhere.end_servers()


def within(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)
