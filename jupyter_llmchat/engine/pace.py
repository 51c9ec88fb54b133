"""How much of a prompt is read in one step."""

from __future__ import annotations

STALL_MS = 150.0
"""So long a text that somebody sees grow may stand still while a prompt is read."""
CAREFUL = 64
"""Tokens while nothing is known of the speed yet."""
SMALLEST = 16
MEMORY = 0.3
"""Weight of the newest step in the mean."""


class Pace:
    """Learns what a prompt token costs from the steps that read prompts."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._token_ms: float | None = None

    def observe(self, tokens: int, ms: float) -> None:
        """A step that read so many prompt tokens took so long."""
        if tokens < SMALLEST:
            return
        cost = ms / tokens
        before = cost if self._token_ms is None else self._token_ms
        self._token_ms = before + MEMORY * (cost - before)

    def chunk(self, is_writing: bool) -> int:
        """Prompt tokens for the next step."""
        if not is_writing:
            return self._largest
        if self._token_ms is None:
            return min(CAREFUL, self._largest)
        return max(SMALLEST, min(int(STALL_MS / self._token_ms), self._largest))
