"""What server and worker say to each other over a pair of pipes. Never sent further."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import IO

import msgspec

from jupyter_llmchat.calls import (
    Cancel,
    Count,
    Counted,
    Failed,
    Finished,
    Generate,
    Prepare,
    Score,
    Scored,
    Text,
)
from jupyter_llmchat.config import EngineConfig

MAX_FRAME = 64 << 20
"""Bytes of one message at most; more means that the stream is out of step."""

_LENGTH = struct.Struct("<I")


class Load(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """The first message to a worker."""

    engine: EngineConfig
    heartbeat_s: float


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The model is loaded and has computed something."""

    load_ms: float
    in_force: dict[str, int | str]
    """What the library has made of the settings, read back from it."""


class LoadFailed(msgspec.Struct, frozen=True, kw_only=True, tag="load_failed"):
    """The model cannot be loaded; the worker exits."""

    message: str
    hint: str


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """The worker is alive."""

    step_s: float = 0.0
    """Seconds since the compute at hand began; 0 between two."""
    n_threads: int | None = None
    """Of the last compute; None while the model is being loaded."""
    cells_used: int = 0
    cache_mb: float = 0.0
    """Prefixes kept in host memory."""


ToWorker = Load | Generate | Score | Prepare | Count | Cancel
FromWorker = (
    Ready | LoadFailed | Heartbeat | Text | Finished | Scored | Counted | Failed
)

_TO_WORKER: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
_FROM_WORKER: msgspec.msgpack.Decoder[list[FromWorker]] = msgspec.msgpack.Decoder(
    list[FromWorker]
)


def frame(message: ToWorker | Sequence[FromWorker]) -> bytes:
    """As it goes into a pipe: its length, then msgpack.

    A worker's messages go together, all that a step has brought: each frame wakes the
    server up, and on few cores that is in the way of the next step.
    """
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body


def read_to_worker(pipe: IO[bytes]) -> ToWorker | None:
    """The next message from the server; None when it has gone."""
    body = _read(pipe)
    return None if body is None else _TO_WORKER.decode(body)


def read_from_worker(pipe: IO[bytes]) -> list[FromWorker] | None:
    """The next messages from the worker; None when it has gone."""
    body = _read(pipe)
    return None if body is None else _FROM_WORKER.decode(body)


def _read(pipe: IO[bytes]) -> bytes | None:
    """One frame's body; None at the end, also in the middle of a frame."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise ValueError(f"a message of {length} bytes: the pipe is out of step")
    body = pipe.read(length)
    return body if len(body) == length else None
