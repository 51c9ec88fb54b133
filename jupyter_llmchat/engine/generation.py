"""A prompt continued token by token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jupyter_llmchat.calls import Output, Text
from jupyter_llmchat.language_model import FinishReason, TokenLogprob

from .drafting import Drafter
from .step import Outcome, Reason, Sample, Want
from .task import Order, Task
from .text import TextStream


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where a text ends if the model does not end it."""

    max_tokens: int
    context: int
    """Cells that it can fill, its prompt included."""
    stop: tuple[str, ...] = ()


class Generation(Task):
    """`piece` and `is_end` come from the vocabulary; `drafting` makes what guesses the
    tokens that follow those it is given."""

    def __init__(
        self,
        order: Order,
        limits: Limits,
        piece: Callable[[int], bytes],
        is_end: Callable[[int], bool],
        drafting: Callable[[list[int]], Drafter] | None = None,
    ) -> None:
        super().__init__(order)
        self._limit = min(len(order.prompt) + limits.max_tokens, limits.context)
        self._stream = TextStream(limits.stop)
        self._piece = piece
        self._is_end = is_end
        self._drafter = drafting(self.tokens) if drafting else None
        self._untold: list[TokenLogprob] = []
        """Of tokens whose text is held back."""

    @property
    def longest(self) -> int:
        return len(self.order.prompt) + 1

    def reason(self) -> Reason:
        return Reason.DECODE if self.pending == 1 else Reason.PREFILL

    def want(self, count: int) -> Want:
        return Sample() if count == self.pending else None

    def guess(self) -> tuple[int, ...]:
        room = self._limit - len(self.tokens) - 1
        return self._drafter.draft(room) if self._drafter and room > 0 else ()

    def take(self, outcome: Outcome) -> list[Output]:
        said: list[Output] = []
        drawn = outcome.sampled.get(self.key, ())
        told = outcome.told.get(self.key) or (None,) * len(drawn)
        for token, logprob in zip(drawn, told, strict=True):
            said += self._say(token, logprob)
            if self.done:
                break
        return said

    def end(self, reason: FinishReason) -> list[Output]:
        rest = self._stream.flush()
        said: list[Output] = [self._text(rest, 0)] if rest else []
        return said + super().end(reason)

    def _say(self, token: int, logprob: TokenLogprob | None) -> list[Output]:
        if self._is_end(token):
            return self.end("stop")
        self.tokens.append(token)
        if logprob is not None:
            self._untold.append(logprob)
        said: list[Output] = [self._text(self._stream.feed(self._piece(token)), 1)]
        if self._stream.stopped:
            return said + self.end("stop")
        if len(self.tokens) >= self._limit:
            return said + self.end("length")
        return said

    def _text(self, text: str, tokens: int) -> Text:
        """A token's log-probability comes with the text that it is the beginning of."""
        logprobs: tuple[TokenLogprob, ...] = ()
        if text and self._untold:
            logprobs, self._untold = tuple(self._untold), []
        return Text(
            request_id=self.order.request_id,
            text=text,
            tokens=tokens,
            logprobs=logprobs,
        )
