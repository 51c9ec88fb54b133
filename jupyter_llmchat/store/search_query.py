"""What was typed into a search field → what is looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .words import Word, is_unspaced, words

MOST = 8
"""Words of a query that count."""
_SHORTEST = 2
"""Characters that a word needs to stand for all that begin with it."""
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Wanted:
    """One word; with `is_prefix`, any that begins so."""

    term: str
    is_prefix: bool = False

    def matches(self, term: str) -> bool:
        return term.startswith(self.term) if self.is_prefix else term == self.term


@dataclass(frozen=True)
class SearchQuery:
    """All of the words, and the phrases word by word."""

    wanted: tuple[Wanted, ...]
    phrases: tuple[tuple[str, ...], ...] = ()

    def matches(self, term: str) -> bool:
        """Whether a word is one of those looked for."""
        return any(each.matches(term) for each in self.wanted)

    def has_phrases(self, text: str) -> bool:
        """Whether the words of each phrase follow one another in the text."""
        if not self.phrases:
            return True
        said = [word.term for word in _wholes(text)]
        return all(_contains(said, phrase) for phrase in self.phrases)


def parse(text: str) -> SearchQuery:
    """The last word may be unfinished, unless a space or a quotation mark follows."""
    quoted = [match.group(1) for match in _QUOTED.finditer(text)]
    loose = _QUOTED.sub(" ", text)
    phrases = [tuple(word.term for word in _wholes(each)) for each in quoted]
    typed = _wholes(loose)
    found = [_wanted(loose, word) for word in typed]
    if typed and typed[-1].end == len(loose) and _may_go_on(loose, typed[-1]):
        found[-1] = Wanted(typed[-1].term, is_prefix=True)
    found += [Wanted(term) for phrase in phrases for term in phrase]
    return SearchQuery(
        wanted=tuple(dict.fromkeys(found))[:MOST],
        phrases=tuple(phrase for phrase in phrases if len(phrase) > 1),
    )


def _wholes(text: str) -> list[Word]:
    return [word for word in words(text) if not word.is_part]


def _wanted(text: str, word: Word) -> Wanted:
    # The index has each character with its next one.
    alone = word.end - word.start == 1 and is_unspaced(text[word.start])
    return Wanted(word.term, is_prefix=alone)


def _may_go_on(text: str, word: Word) -> bool:
    if is_unspaced(text[word.start]):
        return word.end - word.start == 1
    return len(word.term) >= _SHORTEST


def _contains(said: list[str], phrase: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(
        tuple(said[start : start + length]) == phrase
        for start in range(len(said) - length + 1)
    )
