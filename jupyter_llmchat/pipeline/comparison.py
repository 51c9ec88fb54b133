"""What an answer is like, read off the model's probabilities; nothing is generated.

The model reads the answer after good answers and after nonsense: whichever made it
likelier is what it is like. How fluent it is, and what it repeats of the question,
counts on both sides and cancels out. In the same way the answer is read with and
without its question, and the question with and without the answer. Asked for an
opinion in words, a small model cannot tell the same answers apart (DESIGN §2).
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import astuple, dataclass, fields

from jupyter_llmchat.language_model import LanguageModel, Part, Priority, TextPrompt
from jupyter_llmchat.prompts.comparison import ComparisonPrompts, comparison

from .evidence import code_state, sentence

ANSWER_CHARS = 640
QUESTION_CHARS = 600
"""More does not change what kind of text it is; beginning and end are read."""

USUAL_CHARS = 240
CHARS_A_TOKEN = 4

LEAST = 1e-6
"""A probability below it says no more than this one."""


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the model makes of an answer.

    Gains are differences of log-probabilities, in nats a token. Those of the answer are
    times the root of its length, relative to USUAL_CHARS: a mean over many tokens is
    the surer.
    """

    fluency: float
    """Log-probability of the answer (nats a token) after good ones."""
    answer_gain: float
    """Of the answer, by its question."""
    question_gain: float
    """Of the question, by the answer."""
    sense: float
    """Of the answer, after good ones over after nonsense."""
    information: float
    """Log of 1 + what the answer as a whole gains by its question (nats)."""
    helps: float
    """Log-probability of the user saying so, among the replies; calibrated."""
    not_asked: float
    wrong: float

    @property
    def vector(self) -> tuple[float, ...]:
        return astuple(self)


FEATURES = tuple(each.name for each in fields(Features))


class Comparison:
    """Reads the features of answers. Each answer is read three times; what the calls
    have in common, such as the examples, is in the model's cache."""

    def __init__(
        self,
        model: LanguageModel,
        priority: Priority = Priority.DECISION,
        deadline: float | None = None,
    ) -> None:
        self._model = model
        self._priority = priority
        self._deadline = deadline
        self._prompts = comparison()

    async def features(self, question: str, answer: str) -> Features:
        """Raises what the model raises. `answer` must not be empty."""
        question = " ".join(excerpt(question, QUESTION_CHARS).split()) or "?"
        answer = excerpt(answer.strip(), ANSWER_CHARS)
        (fluency, replies), nonsense, (alone, question_gain) = await asyncio.gather(
            self._after_good(question, answer),
            self._after(self._prompts.nonsense, question, answer),
            self._backwards(question, answer),
        )
        gain = fluency - alone
        weight = math.sqrt(len(answer) / USUAL_CHARS)
        total = gain * len(answer) / CHARS_A_TOKEN
        helps, not_asked, wrong = replies
        return Features(
            fluency=fluency,
            answer_gain=gain * weight,
            question_gain=question_gain,
            sense=(fluency - nonsense) * weight,
            information=math.log1p(max(0.0, total)),
            helps=helps,
            not_asked=not_asked,
            wrong=wrong,
        )

    async def _after_good(
        self, question: str, answer: str
    ) -> tuple[float, tuple[float, ...]]:
        # One after the other: the second finds the answer in the cache.
        fluency = await self._after(self._prompts.good, question, answer)
        return fluency, await self._replies(question, answer)

    async def _after(self, texts: tuple[str, ...], question: str, answer: str) -> float:
        return await self._loglik(_asked(self._prompts, texts, question), answer)

    async def _replies(self, question: str, answer: str) -> tuple[float, ...]:
        """Log-probabilities of the replies that matter, calibrated."""
        replies = self._prompts.replies
        choice = await self._model.choose(
            self._replied(question, answer, sentence(code_state(answer))),
            tuple(f" {each}" for each in replies.options),
            content_free=tuple(
                self._replied(each, each, "") for each in replies.content_free
            ),
            deadline=self._deadline,
            priority=self._priority,
        )
        telling = (replies.helps, replies.not_asked, replies.wrong)
        places = (replies.options.index(each) for each in telling)
        return tuple(math.log(max(choice.probabilities[at], LEAST)) for at in places)

    def _replied(self, question: str, answer: str, evidence: str) -> TextPrompt:
        prompts, replies = self._prompts, self._prompts.replies
        found = f"\n{replies.evidence} {evidence}" if evidence else ""
        return TextPrompt(
            (
                *_asked(prompts, prompts.good, question),
                Part(f" {answer}"),
                Part(f"{found}\n{replies.label}", trusted=True),
            )
        )

    async def _backwards(self, question: str, answer: str) -> tuple[float, float]:
        """How likely the answer is alone, and what the question gains from it."""
        prompts = self._prompts
        first = (_backward_head(prompts),)
        ask = Part(f"\n{prompts.question}", trusted=True)
        nothing = (*first, Part(f" {prompts.nothing}"), ask)
        alone = await self._loglik(first, answer)
        given, without = await asyncio.gather(
            self._loglik((*first, Part(f" {answer}"), ask), question),
            self._loglik(nothing, question),
        )
        return alone, given - without

    async def _loglik(self, parts: tuple[Part, ...], text: str) -> float:
        return await self._model.loglik(
            TextPrompt(parts),
            f" {text}",
            deadline=self._deadline,
            priority=self._priority,
        )


def heads() -> tuple[TextPrompt, ...]:
    """What every comparison begins with, to be prepared before anyone asks."""
    prompts = comparison()
    forward = (_head(prompts, each) for each in (prompts.good, prompts.nonsense))
    return tuple(TextPrompt((each,)) for each in (*forward, _backward_head(prompts)))


def excerpt(text: str, longest: int) -> str:
    """Beginning and end of a long text."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]} … {text[-half:]}"


def _asked(
    prompts: ComparisonPrompts, texts: tuple[str, ...], question: str
) -> tuple[Part, ...]:
    """The examples and the question, up to where its answer begins."""
    return (
        _head(prompts, texts),
        # The space belongs to the content: most vocabularies join it to the word.
        Part(f" {question}"),
        Part(f"\n{prompts.answer}", trusted=True),
    )


def _head(prompts: ComparisonPrompts, texts: tuple[str, ...]) -> Part:
    introduction, *answers = texts
    examples = "".join(
        f"{prompts.question} {question}\n{prompts.answer} {answer}\n\n"
        for question, answer in zip(prompts.questions, answers, strict=True)
    )
    return Part(f"{introduction}\n\n{examples}{prompts.question}", trusted=True)


def _backward_head(prompts: ComparisonPrompts) -> Part:
    """Good answers, each in front of its question."""
    examples = "".join(
        f"{prompts.answer} {answer}\n{prompts.question} {question}\n\n"
        for question, answer in zip(prompts.questions, prompts.good[1:], strict=True)
    )
    return Part(f"{prompts.backward}\n\n{examples}{prompts.answer}", trusted=True)
