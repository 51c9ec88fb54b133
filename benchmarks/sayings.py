"""Messages whose words are as common as in real text, and what is searched for in them.

By Zipf's law: the word of rank r is said in proportion to 1/r.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

WORDS = 150_000
SHORTEST, LONGEST = 40, 60
"""Words of a message."""
_SYLLABLES = tuple(f"{c}{v}" for c in "bdfgklmnprstvz" for v in "aeiou")
_PREFIX = 4
"""Characters of a word that has been begun."""

KINDS = {
    "rare word": ((5_000, 50_000),),
    "word": ((200, 5_000),),
    "common word": ((5, 200),),
    "word that is everywhere": ((0, 5),),
    "two words": ((20, 2_000), (20, 2_000)),
    "two common words": ((0, 50), (5, 200)),
    "three words": ((0, 200), (20, 500), (20, 2_000)),
    "beginning of a word": ((200, 20_000),),
    "word and beginning": ((20, 2_000), (200, 20_000)),
}
"""What is searched for: of each word the ranks that it is taken from."""


@dataclass(frozen=True)
class Query:
    """Words that all have to be there; the last one may be the beginning of a word."""

    kind: str
    words: tuple[str, ...]
    is_begun: bool

    @property
    def typed(self) -> str:
        return " ".join(self.words) + ("" if self.is_begun else " ")


class Sayings:
    """The same again for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        self._pick = random.Random(seed)
        self._words = np.array([_word(rank) for rank in range(WORDS)], dtype=object)

    def messages(self, count: int) -> Iterator[str]:
        lengths = self._chance.integers(SHORTEST, LONGEST + 1, count)
        ranks = np.exp(self._chance.random(int(lengths.sum())) * np.log(WORDS))
        said = self._words[ranks.astype(np.int64) - 1]
        end = 0
        for length in lengths.tolist():
            end += length
            yield " ".join(said[end - length : end])

    def queries(self, count: int) -> list[Query]:
        """The kinds in turn."""
        kinds = list(KINDS)
        return [self._query(kinds[number % len(kinds)]) for number in range(count)]

    def _query(self, kind: str) -> Query:
        words = [self._words[self._pick.randrange(*ranks)] for ranks in KINDS[kind]]
        is_begun = "beginning" in kind
        if is_begun:
            words[-1] = words[-1][:_PREFIX]
        return Query(kind, tuple(words), is_begun)


def _word(rank: int) -> str:
    """Frequent words are short."""
    number, word = rank + 1, ""
    while number:
        number, syllable = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word
