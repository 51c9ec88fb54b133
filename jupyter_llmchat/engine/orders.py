"""Calls as they come in → tasks for the scheduler."""

from __future__ import annotations

import time
from functools import partial

from jupyter_llmchat.calls import Count, Counted, Generate, Prepare, Request, Score
from jupyter_llmchat.errors import BadRequest

from .chat_template import ChatTemplate
from .drafting import DecodeCost, Drafter
from .generation import Generation, Limits
from .model import Model, Vocabulary
from .prompt import encode
from .scoring import Scoring
from .task import Order, Preparation, Task


class OrderBook:
    """Tokenises prompts and checks what is asked of the model.

    With `decode_ms`, what a decode step of so many rows costs, texts are drafted where
    that pays.
    """

    def __init__(self, model: Model, decode_ms: DecodeCost | None = None) -> None:
        self._model = model
        self._decode_ms = decode_ms
        names = (model.token_text("bos"), model.token_text("eos"))
        self._template = ChatTemplate(model.chat_template(), *names)

    def task(self, call: Generate | Score | Prepare) -> Task:
        """Raises BadRequest or ModelUnavailable; nothing has been started then."""
        order = self._order(call, encode(call.prompt, self._model, self._template))
        match call:
            case Prepare():
                return Preparation(order)
            case Score():
                return Scoring(order, self._continuations(call.continuations))
            case Generate():
                return self._generation(order, call)

    def _order(self, call: Request, prompt: list[int]) -> Order:
        left = call.seconds_left
        return Order(
            request_id=call.request_id,
            prompt=prompt,
            priority=call.priority,
            deadline=None if left is None else time.monotonic() + left,
        )

    def _generation(self, order: Order, call: Generate) -> Generation:
        limits = Limits(
            max_tokens=call.params.max_tokens,
            context=self._model.n_ctx,
            stop=call.params.stop,
        )
        # A schema allows other tokens after each one: a draft would be no use.
        cost = None if call.params.json_schema else self._decode_ms
        drafting = None if cost is None else partial(Drafter, decode_ms=cost)
        return Generation(
            order, limits, self._model.piece, self._model.is_end, drafting
        )

    def _continuations(self, texts: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
        if not texts:
            raise BadRequest("There are no options.", "Give at least one.")
        if len(set(texts)) < len(texts):
            raise BadRequest("Two options are the same.", "Give different options.")
        if not all(texts):
            raise BadRequest("An empty text has no probability.", "Give a text.")
        ids = (self._model.tokenize(text, special=False) for text in texts)
        return tuple(map(tuple, ids))


def counted(call: Count, vocabulary: Vocabulary) -> Counted:
    """Tokens of the texts, as `encode` makes them of content. From any thread."""
    counts = tuple(
        len(vocabulary.tokenize(text, special=False)) if text else 0
        for text in call.texts
    )
    return Counted(request_id=call.request_id, counts=counts)
