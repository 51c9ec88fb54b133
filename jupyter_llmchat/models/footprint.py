"""How much memory a loaded model takes: its file and its KV cache."""

from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.config import EngineConfig

from .gguf import check
from .locate import locate

CGROUP = Path("/sys/fs/cgroup")

VALUE_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
"""Of one number in the KV cache, by `EngineConfig.kv_type`."""


def footprint(engine: EngineConfig) -> int:
    """Bytes that the model of `engine.model_path` takes while it is loaded.

    Without what is computed with and the prefixes kept in host memory, which `cache_mb`
    bounds. Raises ModelUnavailable. Blocks: it reads the file's header.
    """
    info = check(locate(engine.model_path).path)
    cells = min(engine.n_ctx, info.context_length or engine.n_ctx)
    values = cells * (info.cell_values or 0)
    return info.size_bytes + round(values * VALUE_BYTES[engine.kv_type])


def machine_bytes(cgroup: Path = CGROUP) -> int:
    """Memory of the machine, or of the container if that has less."""
    import psutil

    whole = int(psutil.virtual_memory().total)
    try:
        limit = (cgroup / "memory.max").read_text().strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdecimal() else whole


def budget_bytes(memory_mb: int, machine: int | None = None) -> int:
    """Bytes for all loaded models together; 0 MB stands for half of the machine's."""
    if memory_mb:
        return memory_mb << 20
    return (machine_bytes() if machine is None else machine) // 2
