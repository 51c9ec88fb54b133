"""Text → the words it can be found by, each with its place.

Case, accents and width do not matter. An identifier is found whole and by its parts:
`read_csv`, `df.groupby`, `DataFrame`. What is written without spaces (Chinese,
Japanese, Korean, Thai …) is found by pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

LONGEST = 64
"""Characters of a word that count."""

_REMEMBERED = 24
"""Pieces up to this many characters come again and again."""

_UNSPACED = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Burmese
    ("\u1100", "\u11ff"),  # Hangul, decomposed
    ("\u1780", "\u17ff"),  # Khmer
    ("\u3040", "\u30ff"),  # Hiragana, Katakana
    ("\u3105", "\u31ff"),
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),  # Han
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),  # Hangul
    ("\uf900", "\ufaff"),
    ("\uff66", "\uffdc"),  # half width
    ("\U00020000", "\U0003ffff"),
)
"""Scripts whose words are not set apart, first and last character of each."""

_PIECES = re.compile(r"\S+")
_PARTS = re.compile(r"[^_]+")
_NAMES = re.compile(r"[^.]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMED = ("c++", "c#", "f#")
"""Languages whose names do not end with a letter."""


class Word(NamedTuple):
    """A word at its place; several may begin at the same."""

    term: str
    """Folded: what is compared."""
    start: int
    """Place in the text, in code points."""
    end: int
    """The place behind it."""
    is_part: bool = False
    """Of something that is in the list as a whole, too."""


def words(text: str) -> Iterator[Word]:
    """In the order of their beginnings, a whole before its parts."""
    for match in _pattern().finditer(text):
        kind, found, start = match.lastgroup, match.group(), match.start()
        if kind == "unspaced":
            yield from _pairs(found, start)
        elif kind == "chain":
            yield from _chain(found, start)
        else:
            yield Word(fold(found), start, match.end())


def terms(text: str) -> Counter[str]:
    """How often each can be found in the text."""
    return Counter(chain.from_iterable(map(_terms, text.split())))


def places(text: str, matches: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Start and end of each word whose term matches."""
    for piece in _PIECES.finditer(text):
        if any(map(matches, _terms(piece.group()))):
            for word in words(piece.group()):
                if matches(word.term):
                    yield piece.start() + word.start, piece.start() + word.end


def is_unspaced(character: str) -> bool:
    """Whether it is of a script that sets no words apart."""
    return any(first <= character <= last for first, last in _UNSPACED)


def fold(word: str) -> str:
    """What a word is compared by."""
    if word.isascii():
        return word.lower()[:LONGEST]
    apart = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    whole = unicodedata.normalize("NFC", bare or apart)
    return whole.replace(" ", "")[:LONGEST]  # some letters stand for a phrase


def _terms(piece: str) -> tuple[str, ...]:
    """Of a piece without white space."""
    return _known(piece) if len(piece) <= _REMEMBERED else _found(piece)


def _found(piece: str) -> tuple[str, ...]:
    return tuple(word.term for word in words(piece))


_known = lru_cache(maxsize=1 << 15)(_found)


def _chain(text: str, start: int) -> Iterator[Word]:
    """`a.b_c`: each name, its parts, and each pair of neighbours."""
    names = [
        (match.group(), start + match.start())
        for match in _NAMES.finditer(text)
        if match.group().strip("_")
    ]
    for place, (name, begin) in enumerate(names):
        if place + 1 < len(names):
            following, after = names[place + 1]
            pair = f"{fold(name)}.{fold(following)}"
            yield Word(pair[:LONGEST], begin, after + len(following))
        yield Word(fold(name), begin, begin + len(name), is_part=len(names) > 1)
        yield from _parts(name, begin)


def _parts(name: str, start: int) -> Iterator[Word]:
    """`read_csv` → read, csv; `DataFrame` → data, frame; nothing for a plain word."""
    if "_" not in name and (name.islower() or not name.isascii()):
        return
    parts = [
        (hump, start + part.start() + offset)
        for part in _PARTS.finditer(name)
        for hump, offset in _humps(part.group())
    ]
    if parts[0][0] != name:
        for part, begin in parts:
            yield Word(fold(part), begin, begin + len(part), is_part=True)


def _humps(name: str) -> Iterator[tuple[str, int]]:
    begin = 0
    for end in [*(match.start() for match in _HUMPS.finditer(name)), len(name)]:
        yield name[begin:end], begin
        begin = end


def _pairs(run: str, start: int) -> Iterator[Word]:
    """Each character with the next one; the last alone, so that it begins one, too."""
    for place in range(len(run)):
        pair = run[place : place + 2]
        begin = start + place
        is_part = len(pair) < len(run) and len(pair) == 1
        yield Word(fold(pair), begin, begin + len(pair), is_part=is_part)


@cache
def _pattern() -> re.Pattern[str]:
    unspaced = "".join(f"{first}-{last}" for first, last in _UNSPACED)
    marks = _marks()
    letter = rf"(?:(?![{unspaced}])[\w{marks}])"
    named = "|".join(re.escape(name) for name in _NAMED)
    return re.compile(
        rf"(?P<unspaced>[{unspaced}][{unspaced}{marks}]*)"
        rf"|(?P<named>(?i:{named})(?!\w))"
        # Most words, told apart because that is quick.
        rf"|(?P<plain>[A-Z]?[a-z]+(?![\w{marks}.]))"
        rf"|(?P<chain>{letter}+(?:\.{letter}+)*)"
    )


def _marks() -> str:
    """Accents and vowel signs that are characters of their own, as ranges."""
    ranges: list[tuple[int, int]] = []
    for place in range(0x300, 0x20000):
        if unicodedata.category(chr(place)) in ("Mn", "Mc"):
            begin = ranges.pop()[0] if ranges and ranges[-1][1] == place - 1 else place
            ranges.append((begin, place))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
