"""Names of things that cross the wire."""

from __future__ import annotations

import uuid
from typing import Literal

PROTOCOL_VERSION = 1

Stage = Literal["analysis", "reasoning", "core", "detail", "conclusion"]
"""Parts of an answer, in reading order."""

STAGES: tuple[Stage, ...] = ("analysis", "reasoning", "core", "detail", "conclusion")

FinishReason = Literal["stop", "length", "deadline", "cancelled", "interrupted"]
"""Why an answer ended: by itself, at a token or time limit, on request, by a crash."""


def new_id() -> str:
    """A fresh id: 32 hexadecimal digits."""
    return uuid.uuid4().hex
