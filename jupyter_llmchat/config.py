"""Settings as frozen data; the server extension's traits become these once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """How one model is loaded and run."""

    model_path: str
    n_ctx: int = 8192
    """Tokens in the KV cache, shared by all sequences; at most the model's own."""
    n_threads: int = 0
    """Threads; 0 takes the physical cores, one fewer while text is written."""
    n_gpu_layers: int = -1
    """Layers on the GPU; -1 takes all. Without a GPU build it has no effect."""
    n_sequences: int = 16
    """Sequences that can be in the KV cache at once; more requests wait."""
    cache_mb: int = 512
    """Host memory for prefixes that have been read and may be wanted again."""
    prefill_chunk: int = 256
    """Prompt tokens processed in one step at most, so that others are not held up."""
    use_mmap: bool = True
    use_mlock: bool = False
    flash_attention: bool = True
    """It passes over the cells of other texts, which plain attention computes: 1.2
    times as fast with 4 texts, somewhat slower where many share one long beginning."""
    engine_dir: str = ""
    """Folder where the engine keeps what it has found out; empty for nothing."""
    calibrate: bool = True
    """Measure the model's speed once. Without it, or a folder to keep it in, threads
    stay as set and nothing is drafted."""
    keep_prefixes: bool = True
    """Keep what every prompt begins with on disk, so that a restart is warm."""
    kv_type: str = "f16"
    """Element type of the KV cache: f16; q8_0 and q4_0 need flash attention."""


@dataclass(frozen=True, kw_only=True)
class WorkerConfig:
    """When the model process counts as lost, and how often it is started again."""

    heartbeat_s: float = 1.0
    silent_s: float = 5.0
    """Without any message for this long the process is killed and restarted."""
    stalled_s: float = 120.0
    """One decode step may not take longer than this."""
    start_s: float = 300.0
    """Loading the model may not take longer than this."""
    max_restarts: int = 3
    restart_window_s: float = 60.0
    """More than `max_restarts` deaths within this window open the circuit."""


@dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """Time and token budgets of an answer."""

    budget_s: dict[str, float] = field(
        default_factory=lambda: {
            "simple": 60.0,
            "analytical": 90.0,
            "comprehensive": 120.0,
        }
    )
    """Seconds an answer may take, by strategy."""
    max_deadline_s: float = 120.0
    """No request may ask for more."""
    stage_tokens: int = 400
    """Tokens in one stage at most."""
    temperature: float = 0.2
    prompt_tokens: int = 3000
    """The question with the conversation and the notebook's context, in tokens at
    most; a question that is longer alone goes without both."""


@dataclass(frozen=True, kw_only=True)
class LimitsConfig:
    """What a client may send."""

    body_bytes: int = 1 << 20
    frame_bytes: int = 1 << 20
    import_bytes: int = 64 << 20
    """Of a file with conversations."""
    question_chars: int = 100_000
    turns_waiting: int = 32
    """Turns running or waiting in all; one more is refused with `busy`."""
    turns_per_user: int = 16
    """Of these, how many may be one user's."""


@dataclass(frozen=True, kw_only=True)
class StoreConfig:
    """Where the database lies. `path=None` keeps everything in memory."""

    path: Path | None
    group_ms: float = 5.0
    """Writes that arrive within this window share one commit."""
    group_size: int = 64
    network_folder: bool = False
    """Use `path` on a network file system too, where locks may not work."""


def data_dir() -> Path:
    """The folder for what is kept: LLMCHAT_DATA_DIR, else in Jupyter's data folder.

    It need not exist yet.
    """
    from jupyter_core.paths import jupyter_data_dir

    chosen = os.environ.get("LLMCHAT_DATA_DIR", "")
    return Path(chosen).expanduser() if chosen else Path(jupyter_data_dir(), "llmchat")
