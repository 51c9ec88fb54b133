"""Texts to measure with: any number of them, none beginning like another."""

from __future__ import annotations

import itertools
import random
import string
from collections.abc import Sequence

COLUMNS = [
    "age",
    "price",
    "city",
    "sensor",
    "speed",
    "colour",
    "weight",
    "rating",
    "month",
    "owner",
]
VERBS = ["holds", "lists", "keeps", "counts", "describes"]
TOPICS = (
    "how rivers shape the land they cross",
    "why bread rises and how to bake it",
    "what makes a bridge stand for centuries",
    "how bees find their way home",
    "the long history of keeping time",
    "how a telescope gathers light",
    "why some cities grow and others fade",
    "what happens to a letter on its way",
)
SUBJECTS = ("prices", "cities", "sensors", "owners", "months", "ratings", "colours")
MORE_SUBJECTS = ("bread", "rivers", "speed", "weights", "bees", "years", "letters")
OPTIONS = (" yes", " no", " maybe")
"""What a decision is between."""


class Texts:
    """Made from a seed: the same sequence of texts in every run of a benchmark."""

    def __init__(self, seed: int = 3) -> None:
        self._random = random.Random(seed)
        self._topics = itertools.cycle(TOPICS)

    def short(self) -> str:
        """About 30 tokens that a small model goes on from for a long time."""
        return (
            f"{self._name()}: this chapter tells {next(self._topics)}. It begins with"
            " what everybody can see, and then goes into detail.\n\n"
        )

    def trunk(self) -> str:
        """About 1,500 tokens of a notebook, without a question."""
        return self._notebook(lines=80)

    def conversation(self) -> str:
        """About 2,000 tokens, up to where the next question would stand."""
        turns = [
            f"User: what do the lines say?\nAssistant: {self._line()}"
            for _ in range(65)
        ]
        return f"{self._name()}\n" + "".join(turns)

    def question(self) -> str:
        """About 20 tokens, to be asked about a trunk or about nothing."""
        return f"{self._name()}, a question: what is a median, and what is it for?\n"

    def _notebook(self, lines: int) -> str:
        return f"{self._name()}\n" + "".join(self._line() for _ in range(lines))

    def _line(self) -> str:
        first, second = self._random.sample(COLUMNS, 2)
        verb, rows = self._random.choice(VERBS), self._random.randrange(10, 10_000)
        return f"The table {self._name()} {verb} {first} and {second} in {rows} rows.\n"

    def _name(self) -> str:
        """A word that no other text begins with."""
        return "".join(self._random.choices(string.ascii_lowercase, k=6))


def decisions(trunk: str, subjects: Sequence[str]) -> list[str]:
    """One question over the trunk for each, to be answered with one of OPTIONS."""
    return [f"{trunk}\nIs it about {subject}? Answer:" for subject in subjects]


def branches(trunk: str) -> list[str]:
    """Four texts to be written over one trunk."""
    return [f"{trunk}\nIn short, about {each}: the tables" for each in SUBJECTS[:4]]
