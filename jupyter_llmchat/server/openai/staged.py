"""An answer in stages, as the whole pipeline gives it; it is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import GenerationFailed, error_types
from jupyter_llmchat.language_model import Usage
from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Error,
    Notice,
    Revision,
    TurnEvent,
)
from jupyter_llmchat.protocol.ids import PREPARATORY
from jupyter_llmchat.server.running import Answer

from .writing import Delta, End, Whole, Writing

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question

GAP = "\n\n"
NOTICES = "notices"
"""They stand among the parts that lead to the answer."""


async def written(
    answer: Answer, question: Question, stop: asyncio.Event, most: int | None = None
) -> Writing:
    """Told up to `most` tokens, then stopped; setting `stop` ends it early too."""
    telling = _Telling()
    full = False
    events = answer(question, stop)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Error):
                kind = error_types().get(event.code, GenerationFailed)
                raise kind(event.message, event.hint)
            if isinstance(event, Complete):
                yield telling.end(event, full)
            elif not full:
                for delta in telling.hear(event):
                    yield delta
                if most is not None and telling.tokens >= most:
                    full = True
                    stop.set()


class _Telling:
    """Puts the parts of an answer one after the other."""

    def __init__(self) -> None:
        self.tokens = 0
        """Told so far, a chunk being one."""
        self._texts: dict[str, str] = {}
        """By part, in the order in which they were told."""
        self._is_revised = False

    def hear(self, event: TurnEvent) -> Iterator[Delta]:
        """What is to be told of it."""
        match event:
            case Notice():
                yield self._add(NOTICES, event.message + "\n")
            case Chunk():
                self.tokens += 1
                yield self._add(event.stage, event.text)
            case Revision(used=True):
                self._is_revised = True
                self._texts[event.stage] = event.text

    def end(self, event: Complete, full: bool) -> End:
        metrics = event.metrics
        ended = event.finish_reason == "stop" and not full
        return End(
            reason="stop" if ended else "length",
            # Of what was read for parts that were cut short nothing is known.
            usage=Usage(
                prompt_tokens=metrics.prompt_tokens,
                cached_tokens=metrics.cached_tokens,
                generated_tokens=metrics.generated_tokens,
            ),
            whole=self._whole() if self._is_revised else None,
        )

    def _add(self, part: str, text: str) -> Delta:
        leads = _leads(part)
        is_next = part not in self._texts and any(
            _leads(each) == leads for each in self._texts
        )
        self._texts[part] = self._texts.get(part, "") + text
        shown = GAP + text if is_next else text
        return Delta(reasoning=shown) if leads else Delta(text=shown)

    def _whole(self) -> Whole:
        texts = self._texts.items()
        return Whole(
            text=GAP.join(text for part, text in texts if not _leads(part)),
            reasoning=GAP.join(text for part, text in texts if _leads(part)),
        )


def _leads(part: str) -> bool:
    """Whether it tells how the answer is arrived at."""
    return part == NOTICES or part in PREPARATORY
