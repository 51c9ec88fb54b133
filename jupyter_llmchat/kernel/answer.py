"""The last answer, as the user's code finds it in `_chat`."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llmchat.protocol.events import TurnMetrics
from jupyter_llmchat.protocol.fold import TurnState


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said; `str()` gives the text."""

    text: str
    stages: dict[str, str]
    """Text by stage, in reading order."""
    metrics: TurnMetrics | None
    """None if the answer failed before it was measured."""
    finish_reason: str | None
    """None if the answer failed."""

    @classmethod
    def of(cls, state: TurnState) -> Answer:
        return cls(
            text=state.text,
            stages={each.stage: each.text for each in state.stages},
            metrics=state.metrics,
            finish_reason=state.finish_reason,
        )

    def __str__(self) -> str:
        return self.text
