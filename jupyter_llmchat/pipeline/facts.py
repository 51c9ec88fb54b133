"""What is known of the notebook as facts, and which share words with a question."""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jupyter_llmchat.protocol.requests import ContextPart

FACT_CHARS: Final = 600
"""A longer one is cut: the few-shot examples are short, and so is an answer."""

MOST: Final = 400
"""Facts that are looked at; those that come first are taken."""

_TERM: Final = re.compile(r"[^\W_]+(?:_+[^\W_]+)*")
_PIECE: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_EMPTY: Final = {
    *("a", "an", "and", "are", "at", "be", "did", "do", "does", "for", "had", "has"),
    *("have", "how", "i", "in", "is", "it", "me", "my", "of", "on", "or", "that"),
    *("the", "there", "this", "to", "use", "used", "using", "was", "we", "what"),
    *("which", "with", "you"),
}
"""Words that say nothing about what a question is about."""

_ALSO: Final = {"dtype": ("type",)}
FIRST: Final = 1.0
"""What a thing is, is asked more often than all else that is known of it."""

SATURATION: Final = 1.2
"""BM25's k1: how soon more of the same word says no more."""
LENGTH: Final = 0.3
"""BM25's b: how much a long fact has to have more of them."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One sentence, or a few, about one thing of the notebook."""

    about: str
    """The variable's name, or the cell's."""
    text: str
    is_first: bool = False
    """Whether it says what the thing is, which is said first."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A fact and how much its words fit a question."""

    fact: Fact
    keywords: float
    """BM25, and FIRST for the first fact about something that the question names."""


def facts(context: Iterable[ContextPart]) -> tuple[Fact, ...]:
    """Every line of the parts that tell about variables, each once."""
    found: dict[str, Fact] = {}
    for part in context:
        if part.kind != "variables":
            continue
        lines = (" ".join(line.split())[:FACT_CHARS] for line in part.text.splitlines())
        for place, text in enumerate(filter(None, lines)):
            fact = Fact(about=part.name, text=text, is_first=place == 0)
            if len(found) < MOST:
                found.setdefault(text, fact)
    return tuple(found.values())


def parts(chosen: Iterable[Fact]) -> tuple[ContextPart, ...]:
    """These facts as context, those about the same thing together."""
    lines: dict[str, list[str]] = {}
    for each in chosen:
        lines.setdefault(each.about, []).append(each.text)
    return tuple(
        ContextPart(kind="variables", name=about, text="\n".join(texts))
        for about, texts in lines.items()
    )


def without_facts(context: Iterable[ContextPart]) -> tuple[ContextPart, ...]:
    """What of the context stays as it is, whatever is asked."""
    return tuple(each for each in context if each.kind != "variables")


def matching(question: str, known: Sequence[Fact], most: int) -> tuple[Match, ...]:
    """The facts whose words fit best, the best first; of equals, those that come
    first. With no word in common they fit all the same."""
    asked = [*dict.fromkeys(each for each in words(question) if each not in _EMPTY)]
    counts = [Counter(words(each.text)) for each in known]
    holding = {word: sum(word in each for each in counts) for word in asked}
    rarity = {
        word: math.log(1 + (len(known) - number + 0.5) / (number + 0.5))
        for word, number in holding.items()
    }
    named = {*words(question)}
    mean = sum(each.total() for each in counts) / max(1, len(counts)) or 1.0
    found = [
        Match(
            fact=fact,
            keywords=_score(rarity, count, count.total() / mean)
            + FIRST * (fact.is_first and not named.isdisjoint(words(fact.about))),
        )
        for fact, count in zip(known, counts, strict=True)
    ]
    return tuple(heapq.nlargest(most, found, key=lambda each: each.keywords))


def words(text: str) -> list[str]:
    """In lower case and the singular; a name of several words is also each of them."""
    found = []
    for term in _TERM.findall(text):
        pieces = _PIECE.findall(term)
        found += [term, *pieces] if len(pieces) > 1 else [term]
        found += _ALSO.get(term, ())
    return [_singular(each.lower()) for each in found]


def _score(rarity: dict[str, float], count: Counter[str], length: float) -> float:
    """BM25 of one fact; `length` is relative to the mean."""
    slow = SATURATION * (1 - LENGTH + LENGTH * length)
    return sum(
        weight * count[word] * (SATURATION + 1) / (count[word] + slow)
        for word, weight in rarity.items()
        if count[word]
    )


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word[-1] == "s" != word[-2] else word
