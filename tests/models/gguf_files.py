"""Tiny GGUF files, sound unless a test says otherwise."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

HUGE = 1 << 62
TEXT, LIST, U32, F32, BOOL, U64 = 8, 9, 4, 6, 7, 10
Q4_1 = 3


def text(value: str, length: int | None = None) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data) if length is None else length) + data


def setting(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def listed(kind: int, count: int, values: bytes) -> bytes:
    return struct.pack("<IQ", kind, count) + values


def tensor(name: str, *shape: int, kind: int = Q4_1, offset: int = 0) -> bytes:
    dims = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text(name) + dims + struct.pack("<IQ", kind, offset)


SETTINGS = (
    setting("general.architecture", TEXT, text("llama")),
    setting("general.name", TEXT, text("Tiny")),
    setting("general.file_type", U32, struct.pack("<I", 3)),
    setting("llama.context_length", U32, struct.pack("<I", 2048)),
    setting("llama.rope", F32, struct.pack("<f", 0.5)),
    setting("tokenizer.add_bos", BOOL, b"\x01"),
    setting("tokenizer.tokens", LIST, listed(TEXT, 2, text("a") + text(""))),
    setting("tokenizer.scores", LIST, listed(F32, 3, struct.pack("<3f", 1, 2, 3))),
    setting("tokenizer.chat_template", TEXT, text("{{ x }}" * 1000)),
)
TENSORS = (tensor("a", 64, 2), tensor("b", 32, offset=96))
WEIGHTS = b"\x11" * (96 + 20)


def gguf(**changes: Any) -> bytes:
    """The bytes of a file; `changes` are its magic, version, counts and parts."""
    settings = changes.get("settings", SETTINGS)
    tensors = changes.get("tensors", TENSORS)
    magic: bytes = changes.get("magic", b"GGUF")
    head = magic + struct.pack(
        "<IQQ",
        changes.get("version", 3),
        changes.get("n_tensors", len(tensors)),
        changes.get("n_settings", len(settings)),
    )
    header = head + b"".join(settings) + b"".join(tensors)
    return header + b"\0" * (-len(header) % 32) + bytes(changes.get("weights", WEIGHTS))


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "tiny.gguf"
    path.write_bytes(gguf(**changes))
    return path
