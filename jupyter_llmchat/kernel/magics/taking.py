"""What a subcommand takes; raises UsageError in one line for anything else."""

from __future__ import annotations

from collections.abc import Sequence

from IPython.core.error import UsageError


def nothing(words: Sequence[str]) -> None:
    if words:
        raise UsageError(f"There is nothing to be said behind it, such as {words[0]}.")


def one(words: Sequence[str]) -> str:
    """The one word, or an empty text for none."""
    if len(words) > 1:
        raise UsageError(f"One word is taken, not {len(words)}.")
    return words[0] if words else ""


def count(words: Sequence[str], default: int) -> int:
    """A number above 0."""
    word = one(words)
    if not word:
        return default
    if not word.isascii() or not word.isdigit() or not 0 < int(word) < 10**6:
        raise UsageError(f"{word} is no number above 0.")
    return int(word)
