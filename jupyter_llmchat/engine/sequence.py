"""A request inside the engine: its tokens, how far they are processed, what is left.

`tokens` is what the KV slot has to hold before the model can say something new;
`cached` of them are there. The scheduler moves `cached`, the sequence moves `tokens`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from jupyter_llmchat.calls import Finished, Output, Scored, Text
from jupyter_llmchat.language_model import FinishReason, Priority, Usage

from .slots import Slot
from .step import Outcome, Reason, Sample, Targets, Want
from .text import TextStream


class Sequence(ABC):
    """Base of both kinds of work. Owned by the scheduler."""

    def __init__(
        self,
        request_id: int,
        prompt: list[int],
        priority: Priority,
        deadline: float | None,
    ) -> None:
        self.request_id = request_id
        self.tokens = list(prompt)
        self.prompt_length = len(prompt)
        self.priority = priority
        self.deadline = deadline
        self.cached = 0
        self.slot: Slot | None = None
        self.found: int | None = None
        """Prompt tokens found in the cache at first admission."""
        self.done = False

    @property
    def pending(self) -> int:
        """Tokens still to process before the model is heard."""
        return len(self.tokens) - self.cached

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_length,
            cached_tokens=self.found or 0,
            generated_tokens=len(self.tokens) - self.prompt_length,
        )

    @property
    @abstractmethod
    def longest(self) -> int:
        """Cells that it needs at least to get to its end."""

    @abstractmethod
    def want(self, count: int) -> Want:
        """What to ask of the model if the next `count` tokens are processed."""

    @abstractmethod
    def take(self, outcome: Outcome) -> list[Output]:
        """What follows from the model's answer; sets `done` at the end."""

    @abstractmethod
    def reason(self) -> Reason:
        """Why its next tokens are processed."""

    def end(self, reason: FinishReason) -> list[Output]:
        """Ends the request early."""
        self.done = True
        return [Finished(request_id=self.request_id, reason=reason, usage=self.usage)]


class Generation(Sequence):
    """Continues its prompt token by token."""

    def __init__(
        self,
        request_id: int,
        prompt: list[int],
        priority: Priority,
        deadline: float | None,
        *,
        max_tokens: int,
        context: int,
        stop: tuple[str, ...],
        piece: Callable[[int], bytes],
        is_end: Callable[[int], bool],
    ) -> None:
        super().__init__(request_id, prompt, priority, deadline)
        self._limit = min(len(prompt) + max_tokens, context)
        self._stream = TextStream(stop)
        self._piece = piece
        self._is_end = is_end

    @property
    def longest(self) -> int:
        return self.prompt_length + 1

    def want(self, count: int) -> Want:
        return Sample() if count == self.pending else None

    def reason(self) -> Reason:
        return Reason.DECODE if self.pending == 1 else Reason.PREFILL

    def take(self, outcome: Outcome) -> list[Output]:
        token = outcome.sampled.get(self.request_id)
        if token is None:
            return []
        if self._is_end(token):
            return self.end("stop")
        self.tokens.append(token)
        text = self._stream.feed(self._piece(token))
        said: list[Output] = [self._text(text, 1)]
        if self._stream.stopped:
            return said + self.end("stop")
        if len(self.tokens) >= self._limit:
            return said + self.end("length")
        return said

    def end(self, reason: FinishReason) -> list[Output]:
        rest = self._stream.flush()
        said: list[Output] = [self._text(rest, 0)] if rest else []
        return said + super().end(reason)

    def _text(self, text: str, tokens: int) -> Text:
        return Text(request_id=self.request_id, text=text, tokens=tokens)


class Scoring(Sequence):
    """Tells the log-probability of each token of each continuation.

    The first tokens of all continuations are read off the prompt's last row; what is
    left of a longer one is processed after the prompt, one continuation at a time.
    """

    def __init__(
        self,
        request_id: int,
        prompt: list[int],
        priority: Priority,
        deadline: float | None,
        *,
        continuations: tuple[tuple[int, ...], ...],
    ) -> None:
        super().__init__(request_id, prompt, priority, deadline)
        self._continuations = continuations
        self._logprobs: list[list[float]] = [[] for _ in continuations]
        self._current: int | None = None
        """The continuation behind the prompt in `tokens`; None before the first."""

    @property
    def longest(self) -> int:
        return self.prompt_length + max(map(len, self._continuations)) - 1

    def want(self, count: int) -> Want:
        if self._current is None:
            if count < self.pending:
                return None
            return Targets(tuple((count - 1, each[0]) for each in self._continuations))
        continuation = self._continuations[self._current]
        first = self.cached - self.prompt_length + 1
        rows = range(count)
        return Targets(tuple((row, continuation[first + row]) for row in rows))

    def reason(self) -> Reason:
        return Reason.PREFILL if self._current is None else Reason.SCORE

    def take(self, outcome: Outcome) -> list[Output]:
        values = outcome.logprobs.get(self.request_id)
        if values is None:
            return []
        if self._current is None:
            for logprobs, value in zip(self._logprobs, values, strict=True):
                logprobs.append(value)
        else:
            self._logprobs[self._current].extend(values)
        return [] if self.pending else self._next()

    def _next(self) -> list[Output]:
        """Puts the next continuation behind the prompt, or ends."""
        del self.tokens[self.prompt_length :]
        for index, continuation in enumerate(self._continuations):
            if len(self._logprobs[index]) < len(continuation):
                self._current = index
                self.tokens += continuation[:-1]
                self.cached = self.prompt_length
                return []
        self.done = True
        logprobs = tuple(map(tuple, self._logprobs))
        return [Scored(request_id=self.request_id, logprobs=logprobs, usage=self.usage)]
