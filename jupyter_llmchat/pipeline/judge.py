"""Whether an answer answers its question, read off the model's probabilities.

Nothing is generated. Which of the two judges can be trusted depends on the model; the
self-test finds out (DESIGN §2: a model of 135 M parameters cannot rate at all).
"""

from __future__ import annotations

from jupyter_llmchat.language_model import LanguageModel, Part, Priority, TextPrompt
from jupyter_llmchat.prompts import catalogue

from .likelihood import Labelled, loglik


class Likelihood:
    """By how much likelier question and answer make each other (nats a token, summed).

    About 0 for an answer to something else. How likely a text is without the other is
    asked once and kept: an object is for one question, or one test.
    """

    def __init__(
        self, model: LanguageModel, priority: Priority = Priority.DECISION
    ) -> None:
        self._model = model
        self._priority = priority
        self._prompts = catalogue.judge()
        self._alone: dict[Labelled, float] = {}

    async def score(self, question: str, answer: str) -> float:
        asked = Labelled(self._prompts.question, question)
        answered = Labelled(self._prompts.answer, answer)
        return await self._gain(asked, answered) + await self._gain(answered, asked)

    async def _gain(self, text: Labelled, given: Labelled) -> float:
        """What knowing `given` adds to the log-probability of `text`."""
        if text not in self._alone:
            nothing = Labelled(given.label, self._prompts.nothing)
            self._alone[text] = await self._loglik(text, nothing)
        return await self._loglik(text, given) - self._alone[text]

    async def _loglik(self, text: Labelled, given: Labelled) -> float:
        return await loglik(self._model, text, given, priority=self._priority)


class Rating:
    """The rating from 1 to 9 that the model expects, its digits weighted."""

    def __init__(
        self,
        model: LanguageModel,
        priority: Priority = Priority.DECISION,
        deadline: float | None = None,
    ) -> None:
        self._model = model
        self._priority = priority
        self._deadline = deadline
        self._prompts = catalogue.judge()

    async def score(self, question: str, answer: str) -> float:
        prompt = self._prompts.rating
        ratings = range(1, prompt.highest + 1)
        choice = await self._model.choose(
            self._render(question, answer),
            tuple(map(str, ratings)),
            content_free=tuple(
                self._render(each, each) for each in prompt.content_free
            ),
            deadline=self._deadline,
            priority=self._priority,
        )
        weighted = zip(ratings, choice.probabilities, strict=True)
        return sum(rating * probability for rating, probability in weighted)

    def _render(self, question: str, answer: str) -> TextPrompt:
        prompts, rating = self._prompts, self._prompts.rating
        examples = "".join(
            f"{prompts.question} {each.question}\n{prompts.answer} {each.answer}\n"
            f"{rating.label} {each.rating}\n\n"
            for each in rating.examples
        )
        head = f"{rating.instruction}\n\n{examples}{prompts.question}"
        return TextPrompt(
            (
                Part(head, trusted=True),
                Part(f" {question}"),
                Part(f"\n{prompts.answer}", trusted=True),
                Part(f" {answer}"),
                # The space is not part of the options: vocabularies of today have a
                # token for a digit, but none for a digit after a space.
                Part(f"\n{rating.label} ", trusted=True),
            )
        )
