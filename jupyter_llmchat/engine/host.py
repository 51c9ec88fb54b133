"""Prefixes that have left the KV cache, kept in host memory until they are wanted.

Reading 1,500 tokens takes seconds, putting their saved state back milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from .cells import shared


@dataclass(frozen=True)
class Saved:
    """A sequence's state and what it was computed from."""

    tokens: list[int]
    data: bytes


@dataclass(frozen=True)
class Found:
    """The saved state with the longest common beginning."""

    length: int
    saved: Saved | None


class HostCache:
    """Least recently used states go when `budget` bytes are full; those of protected
    prompts last, so that a heap of long texts does not push out what every answer
    begins with."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._entries: list[Saved] = []
        """The one used last is last."""
        self._protected: list[list[int]] = []

    @property
    def used(self) -> int:
        """Bytes."""
        return sum(len(entry.data) for entry in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def match(self, tokens: list[int]) -> Found:
        """Looks only; `touch` counts as use."""
        found = Found(0, None)
        for entry in self._entries:
            length = shared(entry.tokens, tokens)
            if length > found.length:
                found = Found(length, entry)
        return found

    def touch(self, saved: Saved) -> None:
        """Marks an entry as used now."""
        if saved in self._entries:
            self._entries.remove(saved)
            self._entries.append(saved)

    def put(self, tokens: list[int], data: bytes) -> None:
        """Keeps a state, in the place of those that are beginnings of it."""
        if len(data) > self.budget:
            return
        self._entries = [
            entry
            for entry in self._entries
            if shared(entry.tokens, tokens) < len(entry.tokens)
        ]
        self._entries.append(Saved(list(tokens), data))
        while self.used > self.budget:
            self._evict()

    def protect(self, tokens: list[int]) -> None:
        """Keeps a state that begins like this for as long as there are others."""
        if tokens not in self._protected:
            self._protected.append(list(tokens))

    def _evict(self) -> None:
        spare = (each for each in self._entries if not self._is_needed(each))
        self._entries.remove(next(spare, self._entries[0]))

    def _is_needed(self, entry: Saved) -> bool:
        """Whether a protected prompt would be lost with the entry."""
        return any(
            _covers(entry, prompt)
            and not any(
                _covers(other, prompt) for other in self._entries if other is not entry
            )
            for prompt in self._protected
        )


def _covers(entry: Saved, prompt: list[int]) -> bool:
    """Whether all of the prompt but its last token, which is never kept, is there."""
    return shared(entry.tokens, prompt) >= len(prompt) - 1
