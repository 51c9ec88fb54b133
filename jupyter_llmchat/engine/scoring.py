"""Log-probabilities of given continuations; nothing is generated.

The first tokens of all continuations are read off the prompt's last row. What is left
of the longer ones is processed in branches of the prompt, all in one batch.
"""

from __future__ import annotations

from jupyter_llmchat.calls import Output, Scored
from jupyter_llmchat.language_model import Usage

from .step import Outcome, Reason, Targets, Want
from .task import Order, Task

MOST_ROWS = 64
"""Rows with logits in one step: each takes 4 bytes a token of the vocabulary."""


class Sheet:
    """The log-probabilities of one request, filled in from several tasks."""

    def __init__(self, continuations: tuple[tuple[int, ...], ...]) -> None:
        self.continuations = continuations
        self._rows: list[list[float]] = [[] for _ in continuations]

    @property
    def is_full(self) -> bool:
        pairs = zip(self._rows, self.continuations, strict=True)
        return all(len(row) == len(tokens) for row, tokens in pairs)

    def told(self, index: int) -> int:
        """How many values of a continuation are filled in."""
        return len(self._rows[index])

    def add(self, index: int, values: tuple[float, ...]) -> None:
        """The next values of a continuation."""
        self._rows[index].extend(values)

    def result(self, request_id: int, usage: Usage) -> list[Output]:
        """The end of the request, once everything is filled in."""
        if not self.is_full:
            return []
        logprobs = tuple(map(tuple, self._rows))
        return [Scored(request_id=request_id, logprobs=logprobs, usage=usage)]


class Scoring(Task):
    """Reads the prompt and the first token of each continuation."""

    def __init__(
        self, order: Order, continuations: tuple[tuple[int, ...], ...]
    ) -> None:
        super().__init__(order)
        self._sheet = Sheet(continuations)

    @property
    def longest(self) -> int:
        return len(self.tokens) + max(map(len, self._sheet.continuations)) - 1

    def reason(self) -> Reason:
        return Reason.PREFILL

    def want(self, count: int) -> Want:
        if count < self.pending:
            return None
        firsts = (tokens[0] for tokens in self._sheet.continuations)
        return Targets(tuple((count - 1, token) for token in firsts))

    def take(self, outcome: Outcome) -> list[Output]:
        values = outcome.logprobs.get(self.key)
        if values is None:
            return []
        for index, value in enumerate(values):
            self._sheet.add(index, (value,))
        self.done = True
        return self._sheet.result(self.order.request_id, self.usage)

    def following(self) -> list[Task]:
        return [
            Continuation(self, self._sheet, index)
            for index, tokens in enumerate(self._sheet.continuations)
            if len(tokens) > 1
        ]


class Continuation(Task):
    """What follows the first token of one continuation, in a branch of the prompt."""

    def __init__(self, scoring: Scoring, sheet: Sheet, index: int) -> None:
        super().__init__(scoring.order)
        self.part = index + 1
        self.tokens += sheet.continuations[index][:-1]
        self._sheet = sheet
        self._wanted = sheet.continuations[index]
        self._row = index
        self._scoring = scoring

    @property
    def cacheable(self) -> int:
        # Behind the prompt every row is wanted, whatever the cache may hold.
        return len(self.order.prompt) + self._told

    @property
    def most_rows(self) -> int:
        return MOST_ROWS

    @property
    def _told(self) -> int:
        """Tokens behind the prompt whose successor has been scored."""
        return self._sheet.told(self._row) - 1

    def reason(self) -> Reason:
        return Reason.SCORE

    def want(self, count: int) -> Want:
        first = self.cached - len(self.order.prompt) + 1
        pairs = (
            (row, self._wanted[first + row])
            for row in range(count)
            if first + row > self._told
        )
        return Targets(tuple(pairs))

    def take(self, outcome: Outcome) -> list[Output]:
        self._sheet.add(self._row, outcome.logprobs.get(self.key, ()))
        self.done = not self.pending
        if not self.done:
            return []
        return self._sheet.result(self.order.request_id, self._scoring.usage)
