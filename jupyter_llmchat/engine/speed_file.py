"""Keeps what was measured of a model's speed, so that it is measured once a machine.

One small JSON file for each model, machine and way to run it. A file that is damaged
or of something else counts as none; one that cannot be written costs a measurement at
the next start, so nothing here raises for a folder or a file.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from jupyter_llmchat import private_file

from .speed import Speed

FORMAT = 1
"""Of the file and of how the figures are measured."""
MAX_BYTES = 1 << 16
"""A larger file was not written here."""

_LOG = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file."""

    key: str
    model: str
    """Name of the model's file, for people who look into this one."""
    speed: Speed


def key_of(model: Path, settings: str = "") -> str:
    """Changes with all that the speed depends on: the model's file, the machine,
    llama.cpp, and `settings`, which names how the model is loaded.

    The model goes by name, size and time of its last change. A checksum would cost
    more than the measurement, and the worst that a mistake can do is wrong figures
    for a file of exactly the same size, which the watch on running steps makes up for.
    """
    try:
        status = model.stat()
        file = f"{model.name} {status.st_size} {status.st_mtime_ns}"
    except OSError:
        file = model.name
    known = (str(FORMAT), file, settings, _cpu(), str(os.cpu_count()), _llama_version())
    return hashlib.sha256("\0".join(known).encode(errors="replace")).hexdigest()[:32]


def kept_or_measured(
    folder: Path, model: Path, settings: str, measure: Callable[[], Speed]
) -> Speed:
    """The speed that is on file, else what `measure` returns. That is kept unless
    other programs disturbed it; what `measure` raises comes through."""
    key = key_of(model, settings)
    found = load(folder, key)
    if found is not None:
        return found
    speed = measure()
    if speed.is_steady:
        save(folder, Kept(key=key, model=model.name, speed=speed))
    return speed


def load(folder: Path, key: str) -> Speed | None:
    """None where there is none that can be used."""
    kept = _read(_file(folder, key))
    return kept.speed if kept is not None and kept.key == key else None


def latest(folder: Path, model: str) -> Speed | None:
    """What was measured last of the model whose file has this name, however loaded."""
    found = [(_changed(path), path) for path in folder.glob("speed-*.json")]
    for _, path in sorted(found, reverse=True):
        kept = _read(path)
        if kept is not None and kept.model == model:
            return kept.speed
    return None


def _read(path: Path) -> Kept | None:
    with suppress(OSError, ValueError, RecursionError, msgspec.DecodeError):
        # A regular file only: a pipe would block for ever.
        if path.is_file():
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(MAX_BYTES), type=Kept)
    return None


def _changed(path: Path) -> float:
    """Seconds since the epoch; 0 for a file that is gone."""
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def save(folder: Path, kept: Kept) -> None:
    """Replaces the file as a whole; only its owner may read it."""
    try:
        private_file.replace(_file(folder, kept.key), msgspec.json.encode(kept))
    except OSError as error:
        _LOG.debug("the speed of %s is not kept: %s", kept.model, error)


def _file(folder: Path, key: str) -> Path:
    return folder / f"speed-{key}.json"


def _cpu() -> str:
    """The processor's name as far as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _llama_version() -> str:
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return ""
