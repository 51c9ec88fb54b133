"""Python, the processor and the memory."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.locate import locate

from .finding import Finding, fail, ok, warn

OLDEST_PYTHON = (3, 11)
CPU_INFO = Path("/proc/cpuinfo")
CGROUP = Path("/sys/fs/cgroup")
WORKING_BYTES = 512 << 20
"""Beside the weights: KV cache, buffers and the process itself, roughly."""


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    shown = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return fail(f"Python {shown} is too old.", "Install Python 3.11 or newer.")
    if sys.maxsize < 2**32:
        return fail(f"Python {shown} is a 32-bit build.", "Install a 64-bit Python.")
    return ok(f"Python {shown}, 64-bit.")


@dataclass(frozen=True, kw_only=True)
class Processor:
    """Cores this process may use, and the instructions they have."""

    cores: int
    features: frozenset[str]
    """Linux's names; empty where they cannot be found out."""


def this_processor(cpu_info: Path = CPU_INFO) -> Processor:
    features: set[str] = set()
    if cpu_info.exists():
        for line in cpu_info.read_text(errors="replace").split("\n"):
            name, _, value = line.partition(":")
            if name.strip() in ("flags", "Features"):
                features.update(value.split())
                break
    return Processor(cores=_usable_cores(), features=frozenset(features))


def check_processor(processor: Processor | None = None) -> Finding:
    found = processor or this_processor()
    cores = f"{found.cores} core{'s' if found.cores > 1 else ''}"
    if not found.features or "asimd" in found.features:
        # 64-bit ARM always has what llama.cpp needs; elsewhere nobody can tell.
        return ok(f"{cores}, {platform.machine()}.")
    missing = sorted({"avx2", "fma", "f16c"} - found.features)
    if missing:
        return warn(
            f"The processor lacks {', '.join(missing)}: answers are several times "
            "slower than they could be.",
            "Use a small model, or a machine with AVX2.",
        )
    wide = ", AVX-512" if "avx512f" in found.features else ""
    return ok(f"{cores} with AVX2 and FMA{wide}.")


def check_memory(setting: str, available: int | None = None) -> Finding:
    """Bytes that can be had, against what the model takes."""
    free = available_bytes() if available is None else available
    try:
        size = locate(setting).path.stat().st_size
    except ModelUnavailable:
        return ok(f"{_gb(free)} available; how much the model needs is not known.")
    needed = size + WORKING_BYTES
    said = f"{_gb(free)} available, the model needs about {_gb(needed)}"
    smaller = "End other programs or choose a smaller model."
    if free < size:
        return fail(f"Too little memory: {said}.", smaller)
    if free < needed:
        return warn(f"Memory is scarce: {said}.", smaller)
    return ok(f"{said}.")


def available_bytes(cgroup: Path = CGROUP) -> int:
    """Of memory, within the limit of the container if there is one."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit = _number(cgroup / "memory.max")
    used = _number(cgroup / "memory.current")
    if limit is None or used is None:
        return free
    return max(0, min(free, limit - used))


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _usable_cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
