"""What is typed behind a magic's name → options and the rest.

Quoted like in a shell, but a backslash is one: paths on Windows have them.
"""

from __future__ import annotations

import io
import shlex
from dataclasses import dataclass

from IPython.core.error import UsageError

from .options import BY_NAME


@dataclass(frozen=True, kw_only=True)
class Split:
    """A line behind the magic's name."""

    options: tuple[str, ...]
    """In front; words that `options.parse` takes."""
    rest: str
    """As it was typed."""
    is_question: bool
    """`--` stood before the rest: it is nothing but a question."""


def words(line: str) -> list[str]:
    """All words of a line; raises UsageError for a quote that is not closed."""
    found, rest = [], line
    while (taken := _next(rest)) is not None:
        word, rest = taken
        found.append(word)
    return found


def split(line: str) -> Split:
    """Takes the options off the front; raises UsageError."""
    options: list[str] = []
    rest = line.strip()
    while rest.startswith("-"):
        if rest == "--" or rest.startswith(("-- ", "--\t")):
            return Split(
                options=tuple(options), rest=rest[2:].strip(), is_question=True
            )
        taken = _next(rest)
        assert taken is not None
        word, rest = taken
        options.append(word)
        option = BY_NAME.get(word)
        if option is not None and option.metavar and (value := _next(rest)):
            options.append(value[0])
            rest = value[1]
        rest = rest.lstrip()
    return Split(options=tuple(options), rest=rest, is_question=False)


def quoted(text: str) -> str:
    """The text as one word."""
    if text and not any(each.isspace() or each in "\"'" for each in text):
        return text
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}"


def _next(text: str) -> tuple[str, str] | None:
    """The first word and what follows it; None if there is none."""
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    try:
        word = lexer.get_token()
    except ValueError:
        raise UsageError(
            f"A quotation mark is not closed: {text.strip()[:60]}"
        ) from None
    return None if word is None else (word, text[stream.tell() :])
