"""Carries out what the scheduler decided: the one place that runs the model."""

from __future__ import annotations

import msgspec

from jupyter_llmchat.errors import GenerationFailed, LLMChatError
from jupyter_llmchat.language_model import Likelihood, SamplingParams, TokenLogprob

from .constraint import Constraint, ConstraintFactory, lltokenizer
from .host import HostCache
from .model import Model, Row, Sampler
from .step import (
    Clear,
    Copy,
    Key,
    Outcome,
    Restore,
    Run,
    Sample,
    Save,
    Step,
    Targets,
    Trim,
)


class Executor:
    """Knows the samplers of the requests, and nothing of why a step is as it is."""

    def __init__(self, model: Model, host: HostCache) -> None:
        self._model = model
        self._host = host
        self._samplers: dict[int, Sampler] = {}
        self._constraints: dict[int, Constraint] = {}
        self._telling: dict[int, int] = {}
        """Requests that want to know how probable their tokens are, and how many of
        the likeliest beside each."""
        self._factory: ConstraintFactory | None = None
        """Made when a schema is first asked for: it takes half a second."""

    def begin(self, request_id: int, params: SamplingParams) -> None:
        """From now on tokens can be drawn for the request. Raises BadRequest."""
        if params.json_schema is not None:
            if self._factory is None:
                self._factory = ConstraintFactory(lltokenizer(self._model))
            self._constraints[request_id] = self._factory.make(params.json_schema)
            # JSON repeats its quotes and commas, and has to.
            params = msgspec.structs.replace(params, repeat_penalty=1.0)
        if params.logprobs is not None:
            self._telling[request_id] = params.logprobs
        self._samplers[request_id] = self._model.sampler(params)

    def end(self, request_id: int) -> None:
        """The request needs nothing any more; unknown ids are ignored."""
        self._constraints.pop(request_id, None)
        self._telling.pop(request_id, None)
        sampler = self._samplers.pop(request_id, None)
        if sampler is not None:
            sampler.close()

    def change(self, step: Step) -> None:
        """What comes before the compute: none of it takes long."""
        for change in step.changes:
            match change:
                case Trim():
                    self._model.trim(change.sequence, change.start)
                case Copy():
                    self._model.copy(change.source, change.target, change.length)
                case Save():
                    data = self._model.save(change.sequence)
                    self._host.put([*change.tokens], data)
                case Restore():
                    self._model.restore(change.sequence, change.saved.data)
                case Clear():
                    self._model.clear()

    def compute(self, step: Step) -> Outcome:
        """One decode call. Raises Aborted, NoRoom or GenerationFailed."""
        rows = [
            Row(token, run.start + index, run.sequence, _is_output(run, index))
            for run in step.runs
            for index, token in enumerate(run.tokens)
        ]
        self._model.decode(rows)
        return self._read(step)

    def _read(self, step: Step) -> Outcome:
        sampled: dict[Key, tuple[int, ...]] = {}
        logprobs: dict[Key, tuple[float, ...]] = {}
        failed: dict[int, LLMChatError] = {}
        told: dict[Key, tuple[TokenLogprob, ...]] = {}
        first = 0
        for run in step.runs:
            match run.want:
                case Sample():
                    try:
                        sampled[run.key] = self._sample(run, first)
                        if run.key.request_id in self._telling:
                            told[run.key] = self._tell(run, first, sampled[run.key])
                    except GenerationFailed as error:
                        failed[run.key.request_id] = error
                case Targets():
                    logprobs[run.key] = self._logprobs(run.want, first)
            first += len(run.tokens)
        return Outcome(sampled, logprobs, told, failed)

    def _sample(self, run: Run, first: int) -> tuple[int, ...]:
        """Tokens drawn one after the other, for as long as they are those guessed."""
        assert isinstance(run.want, Sample)
        start = len(run.tokens) - run.want.drafted
        drawn = [self._draw(run.key.request_id, first + start - 1)]
        for index in range(start, len(run.tokens)):
            if drawn[-1] != run.tokens[index]:
                break
            drawn.append(self._draw(run.key.request_id, first + index))
        return tuple(drawn)

    def _draw(self, request_id: int, row: int) -> int:
        """A token to follow a row of the batch, one that is allowed there."""
        sampler = self._samplers[request_id]
        constraint = self._constraints.get(request_id)
        if constraint is None:
            return sampler.sample(row)
        self._model.mask(row, constraint.allowed())
        token = sampler.sample(row)
        constraint.accept(token)
        return token

    def _tell(
        self, run: Run, first: int, drawn: tuple[int, ...]
    ) -> tuple[TokenLogprob, ...]:
        """How probable each drawn token was; they came after successive rows."""
        assert isinstance(run.want, Sample)
        row = first + len(run.tokens) - 1 - run.want.drafted
        count = self._telling[run.key.request_id]
        return tuple(
            self._likelihood(row + index, token, count)
            for index, token in enumerate(drawn)
        )

    def _likelihood(self, row: int, token: int, count: int) -> TokenLogprob:
        tokens = [token, *self._model.likeliest(row, count)]
        values = self._model.logprobs(row, tokens)
        said, *likeliest = (
            Likelihood(self._model.piece(each, special=True), value)
            for each, value in zip(tokens, values, strict=True)
        )
        return TokenLogprob(said, tuple(likeliest))

    def _logprobs(self, want: Targets, first: int) -> tuple[float, ...]:
        by_row: dict[int, list[int]] = {}
        for row, token in want.pairs:
            by_row.setdefault(row, []).append(token)
        values: list[float] = []
        for row, tokens in by_row.items():
            values += self._model.logprobs(first + row, tokens)
        return tuple(values)


def _is_output(run: Run, index: int) -> bool:
    match run.want:
        case Sample(drafted=drafted):
            return index >= len(run.tokens) - 1 - drafted
        case Targets(pairs=pairs):
            return any(row == index for row, _ in pairs)
    return False
