"""Names of things that cross the wire."""

from __future__ import annotations

import uuid
from typing import Literal

PROTOCOL_VERSION = 1
PROTOCOL_HEADER = "X-LLMChat-Protocol"
"""Names the client's version in REST requests; a WebSocket says it in its address, as
`?protocol=`."""

Stage = Literal["analysis", "reasoning", "core", "detail", "conclusion"]
"""Parts of an answer, in reading order."""

STAGES: tuple[Stage, ...] = ("analysis", "reasoning", "core", "detail", "conclusion")

PREPARATORY: tuple[Stage, ...] = ("analysis", "reasoning")
"""Parts that say how the answer was arrived at; views show them folded up."""

FinishReason = Literal["stop", "length", "deadline", "cancelled", "interrupted"]
"""Why an answer ended: by itself, at a token or time limit, on request, by a crash."""

Strategy = Literal["simple", "analytical", "comprehensive"]
"""How much an answer takes."""

Tier = Literal["fast", "balanced", "complex"]
"""What a model is good for, where there are several."""

ContextKind = Literal["notebook", "cell", "selection", "variables", "error", "file"]

ExportFormat = Literal["json", "markdown", "notebook"]
"""How a conversation leaves."""

DecisionSource = Literal["model", "default"]
"""By whom: the model, or nobody because it could not be heard or cannot decide this
well; then the safe way is taken."""


def new_id() -> str:
    """A fresh id: 32 hexadecimal digits."""
    return uuid.uuid4().hex
