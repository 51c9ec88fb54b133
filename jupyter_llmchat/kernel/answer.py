"""An answer as the user's code finds it: in `_chat`, and where `--to` puts it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_llmchat.characters import visible
from jupyter_llmchat.protocol.events import Decision, Quality, TurnMetrics
from jupyter_llmchat.protocol.fold import TurnState

from .code_blocks import CodeBlock, code_blocks
from .forms import parsed


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said; `str()` gives the text, and a cell that ends with it shows it."""

    text: str
    stages: dict[str, str]
    """Text by stage, in reading order."""
    metrics: TurnMetrics | None
    """None if the answer failed before it was measured."""
    finish_reason: str | None
    """None if the answer failed."""
    question: str = ""
    code_blocks: tuple[CodeBlock, ...] = ()
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    quality: Quality | None = field(default=None, repr=False)
    error: str = ""
    """Why it failed, in one sentence; empty if it did not."""
    session_id: str = ""

    @classmethod
    def of(cls, state: TurnState) -> Answer:
        return cls(
            text=state.text,
            stages={each.stage: each.text for each in state.stages},
            metrics=state.metrics,
            finish_reason=state.finish_reason,
            question=state.question,
            code_blocks=code_blocks(state.text),
            decisions=state.decisions,
            quality=state.quality,
            error="" if state.error is None else state.error.message,
            session_id=state.session_id,
        )

    @property
    def code(self) -> str:
        """The first block of code; empty if there is none."""
        return self.code_blocks[0].code if self.code_blocks else ""

    @property
    def data(self) -> Any:
        """The value of an answer that is JSON; None of one that is not."""
        return parsed(self.text)

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from .markdown import to_html

        text = self.text or self.error
        return {"text/plain": visible(text), "text/html": to_html(text)}
