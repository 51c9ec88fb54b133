from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from jupyter_llmchat.cli.checks import library
from jupyter_llmchat.cli.checks.library import PINNED, check_library
from jupyter_llmchat.cli.checks.machine import Processor

OLD = Processor(cores=2, features=frozenset({"sse4_2"}))
NEW = Processor(cores=2, features=frozenset({"avx2", "fma", "f16c", "avx512f"}))


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def saying(info: str, *, gpu: bool = False) -> tuple[str, ...]:
    said = json.dumps({"version": PINNED, "info": info, "gpu": gpu})
    return python(f"print({said!r})")


def test_the_version_is_the_one_of_the_package() -> None:
    project = tomllib.loads(
        (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    )
    pins = [each for each in project["project"]["dependencies"] if "llama" in each]
    assert pins == [f"llama-cpp-python=={PINNED}"]


def test_the_installed_library_loads() -> None:
    finding = check_library()
    assert finding.state in ("ok", "warn")
    assert PINNED in finding.message or "was built without" in finding.message


def test_all_that_the_processor_has_is_used() -> None:
    info = "CPU : SSE3 = 1 | AVX2 = 1 | F16C = 1 | FMA = 1 | AVX512 = 1 | OPENMP = 1 | "
    assert check_library(saying(info), processor=NEW).state == "ok"
    assert "GPU" in check_library(saying(info, gpu=True), processor=NEW).message


def test_a_gpu_that_the_settings_leave_unused_is_told() -> None:
    command = saying("CPU : AVX2 = 1 | ", gpu=True)
    finding = check_library(command, processor=NEW, gpu_layers=0)
    assert finding.state == "warn"
    assert "n_gpu_layers" in finding.action


def test_a_build_for_an_older_processor_is_slow() -> None:
    finding = check_library(saying("CPU : SSE3 = 1 | AVX2 = 1 | "), processor=NEW)
    assert finding.state == "warn"
    assert "without avx512f, f16c, fma" in finding.message
    assert "--no-binary" in finding.action
    assert check_library(saying("CPU : SSE3 = 1 | "), processor=OLD).state == "ok"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.kill(os.getpid(), 4)", "built for another processor"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("raise ImportError('libgomp.so.1: no such file')", "libgomp.so.1"),
        ("raise SystemExit(3)", "exit status 3"),
    ],
)
def test_a_library_that_crashes_hurts_nobody(code: str, reason: str) -> None:
    # No core files: the crash is meant.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); "
    finding = check_library(python(limit + code))
    assert finding.state == "fail"
    assert reason in finding.message
    assert finding.action == library.REBUILD


def test_a_library_that_hangs_is_not_waited_for() -> None:
    finding = check_library(python("import time; time.sleep(60)"), timeout_s=0.5)
    assert (finding.state, "did not load" in finding.message) == ("fail", True)


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "version", lambda name: "0.2.0")
    finding = check_library()
    assert finding.message == f"llama-cpp-python is 0.2.0, this needs {PINNED}."
    assert finding.action == f"pip install llama-cpp-python=={PINNED}"


def test_no_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "PACKAGE", "no-such-package-at-all")
    assert "is not installed" in check_library().message
