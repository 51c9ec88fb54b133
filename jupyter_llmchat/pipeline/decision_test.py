"""How well a model decides, and by what: tried on contents whose options are known.

What the model says about a content is read off once, under the prompts of all decisions
about it; then, for each decision, what weighs it best is found without asking again.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models.decision_skill import (
    DecisionSkill,
    DecisionStyle,
    Weighing,
    is_reliable,
    log_probabilities,
)
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.catalogue import Labelled
from jupyter_llmchat.prompts.deciding import (
    DecisionPrompt,
    Subject,
    members,
    said,
    vocabulary,
)

from .decisions import answered, choose_all, continuations, render
from .weighing import FOLDS, Fit, fit, unseen

AT_ONCE = 4
"""Contents read at the same time: enough to fill steps, few enough to give way."""

LONGEST_S = 60.0
"""After so long no more contents about the same thing are read..."""

FEWEST = 40
"""...if so many have been: the more, the better the weighing."""

COMPARED = 3
"""Decisions, the first ones, that are taken..."""

SAMPLE = 12
"""...on so many contents in a chat too, to see whether that is better."""

MARGIN = 0.1
"""By which it must be: on so few contents less is luck."""

Heard = Mapping[str, Sequence[float]]
"""Log-probability of each word of the vocabulary, by the decision whose prompt it was
read off."""


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What a model has said about the test's contents in one style."""

    style: DecisionStyle
    about: Subject
    rows: Sequence[Labelled]
    heard: Sequence[Heard]
    """One for each row."""
    leaning: Mapping[str, Sequence[float]]
    """The same about no content at all, each prompt's mean."""


async def decision_skills(
    model: LanguageModel, longest_s: float = LONGEST_S
) -> dict[str, DecisionSkill]:
    """Of all decisions. Raises what the model raises."""
    data = catalogue.selftest()
    style = await _style(model, data.questions[:SAMPLE])
    subjects: tuple[tuple[Subject, Sequence[Labelled]], ...] = (
        ("question", data.questions),
        ("answer", data.answers),
    )
    found: dict[str, DecisionSkill] = {}
    for about, rows in subjects:
        heard = await _listen(model, about, rows, style, longest_s)
        found |= await asyncio.to_thread(_skills, heard)
    return found


async def _style(model: LanguageModel, rows: Sequence[Labelled]) -> DecisionStyle:
    """A chat is read without examples: that takes a model that needs none."""
    few_shot = await _accuracy(model, rows, "few_shot")
    chat = await _accuracy(model, rows, "chat")
    return "chat" if chat > few_shot + MARGIN else "few_shot"


async def _accuracy(
    model: LanguageModel, rows: Sequence[Labelled], style: DecisionStyle
) -> float:
    """Of the first decisions, with only the model's leaning divided out."""
    right = []
    prompts = members("question")[:COMPARED]
    skill = DecisionSkill(style=style, accuracy=0, number=0, chance=0, reliable=True)
    for row in rows:
        choices = await choose_all(
            model,
            prompts,
            row.content,
            skills={each.name: skill for each in prompts},
            priority=Priority.IDLE,
        )
        for prompt, choice in zip(prompts, choices, strict=True):
            if prompt.name in row.labels:
                right.append(choice.best == row.labels[prompt.name])
    return sum(right) / max(1, len(right))


async def _listen(
    model: LanguageModel,
    about: Subject,
    rows: Sequence[Labelled],
    style: DecisionStyle,
    longest_s: float,
) -> _Heard:
    """Reads contents until the time is over."""
    over = time.monotonic() + longest_s
    free = list(dict.fromkeys(t for each in members(about) for t in each.content_free))
    silence = [Labelled(content=text, answer=text, labels={}) for text in free]
    leaning = [await _read(model, about, row, style) for row in silence]
    heard: list[Heard] = []
    # A few after the others, so that no more are under way when one fails.
    for start in range(0, len(rows), AT_ONCE):
        if start >= FEWEST and time.monotonic() > over:
            break
        some = rows[start : start + AT_ONCE]
        reads = (_read(model, about, row, style) for row in some)
        heard += await asyncio.gather(*reads)
    return _Heard(
        style=style,
        about=about,
        rows=rows[: len(heard)],
        heard=heard,
        leaning=_means(leaning),
    )


async def _read(
    model: LanguageModel, about: Subject, row: Labelled, style: DecisionStyle
) -> Heard:
    """What the model says about one content under the prompts of all decisions."""
    prompts, words = members(about), _words(about, style)
    content = answered(row.content, row.answer) if about == "answer" else row.content
    calls = (
        model.choose(
            render(each, content, style),
            continuations(words, style),
            priority=Priority.IDLE,
        )
        for each in prompts
    )
    choices = await asyncio.gather(*calls)
    return {
        prompt.name: log_probabilities(choice.raw)
        for prompt, choice in zip(prompts, choices, strict=True)
    }


def _words(about: Subject, style: DecisionStyle) -> tuple[str, ...]:
    """What is read off besides the options has a token of its own in most vocabularies,
    but only after a space, as in text; each further token would be another step."""
    return vocabulary(about) if style == "few_shot" else said(about)


def _skills(heard: _Heard) -> dict[str, DecisionSkill]:
    """Of the decisions about the same thing."""
    return {each.name: _skill(each, heard) for each in members(heard.about)}


def _skill(prompt: DecisionPrompt, heard: _Heard) -> DecisionSkill:
    """By a weighing if that is at least as good on contents it was not fitted to."""
    labelled = _labelled(prompt, heard)
    right = [prompt.options.index(row.labels[prompt.name]) for row, _ in labelled]
    number, chance = len(right), 1 / len(prompt.options)
    plain = balanced(_plain(prompt, heard), right)
    accuracy, weighing = plain, None
    if min(map(right.count, range(len(prompt.options)))) >= FOLDS:
        features = [_features(each) for _, each in labelled]
        weighed = balanced(unseen(features, right, len(prompt.options)), right)
        if weighed >= plain:
            accuracy = weighed
            weighing = _weighing(heard, fit(features, right, len(prompt.options)))
    return DecisionSkill(
        style=heard.style,
        accuracy=accuracy,
        number=number,
        chance=chance,
        reliable=is_reliable(accuracy, number, chance),
        weighing=weighing,
    )


def _weighing(heard: _Heard, found: Fit) -> Weighing:
    return Weighing(
        evidence=tuple(each.name for each in members(heard.about)),
        words=_words(heard.about, heard.style),
        biases=found.biases,
        weights=found.weights,
    )


def _labelled(prompt: DecisionPrompt, heard: _Heard) -> list[tuple[Labelled, Heard]]:
    """The contents whose right option is known, with what was said about them."""
    pairs = zip(heard.rows, heard.heard, strict=True)
    return [(row, each) for row, each in pairs if prompt.name in row.labels]


def _features(heard: Heard) -> list[float]:
    return [log for logs in heard.values() for log in logs]


def _plain(prompt: DecisionPrompt, heard: _Heard) -> list[int]:
    """What is chosen for each content when only the leaning is divided out."""
    words = _words(prompt.about, heard.style)
    places = [words.index(word) for word in prompt.said]
    lean = heard.leaning[prompt.name]
    return [
        max(
            range(len(places)),
            key=lambda option: each[prompt.name][places[option]] - lean[places[option]],
        )
        for _, each in _labelled(prompt, heard)
    ]


def balanced(chosen: Sequence[int], right: Sequence[int]) -> float:
    """Mean over the options of the share that was chosen where it is right: always
    choosing the same is as good as chance, however often that option is right."""
    shares = []
    for option in set(right):
        there = [
            got == option
            for got, each in zip(chosen, right, strict=True)
            if each == option
        ]
        shares.append(sum(there) / len(there))
    return sum(shares) / max(1, len(shares))


def _means(heard: Sequence[Heard]) -> dict[str, list[float]]:
    """The log of each word's mean probability."""
    return {
        name: [
            math.log(math.fsum(map(math.exp, logs)) / len(logs))
            for logs in zip(*(each[name] for each in heard), strict=True)
        ]
        for name in heard[0]
    }
