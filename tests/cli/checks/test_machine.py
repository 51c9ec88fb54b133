from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat.cli.checks.machine import (
    WORKING_BYTES,
    Processor,
    available_bytes,
    check_memory,
    check_processor,
    check_python,
    this_processor,
)

FLAGS = {"avx2", "fma", "f16c"}


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 9), "fail"), ((3, 11), "ok"), ((3, 15, 0), "ok")]
)
def test_python_has_a_lowest_version(version: tuple[int, ...], state: str) -> None:
    assert check_python(version).state == state


@pytest.mark.parametrize(
    ("features", "state", "said"),
    [
        (FLAGS, "ok", "AVX2 and FMA."),
        ({*FLAGS, "avx512f"}, "ok", "AVX-512"),
        ({"sse4_2", "f16c"}, "warn", "lacks avx2, fma"),
        ({"asimd", "fp"}, "ok", "2 cores"),
        (set(), "ok", "2 cores"),
    ],
)
def test_a_processor_without_wide_instructions_is_slow(
    features: set[str], state: str, said: str
) -> None:
    finding = check_processor(Processor(cores=2, features=frozenset(features)))
    assert finding.state == state
    assert said in finding.message


def test_the_features_are_read_once(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor : 0\nflags\t\t: fpu avx2\nprocessor : 1\nflags : sse\n")
    assert this_processor(info).features == {"fpu", "avx2"}
    assert this_processor(info).cores >= 1
    assert this_processor(tmp_path / "none").features == frozenset()


@pytest.mark.parametrize(
    ("spare", "state"),
    [(WORKING_BYTES + 1000, "ok"), (WORKING_BYTES - 1000, "warn"), (-1, "fail")],
)
def test_the_model_must_fit_into_memory(spare: int, state: str, tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"x" * 5000)
    assert check_memory(str(model), 5000 + spare).state == state


def test_memory_without_a_model_is_not_judged(tmp_path: Path) -> None:
    finding = check_memory(str(tmp_path / "none.gguf"), 1 << 30)
    assert finding.state == "ok" and "not known" in finding.message


def test_a_container_has_less_than_the_machine(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("2000\n")
    assert available_bytes(tmp_path) == 3000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes(tmp_path) > 1 << 20
    assert available_bytes(tmp_path / "none") > 1 << 20
