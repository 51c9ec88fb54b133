"""Prompt-lookup drafting: what followed the same words before may follow them again.

A draft is processed in one step with the token it follows; what the model would not
have said is dropped, so drafting changes the speed of a text and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

SHORTEST, LONGEST = 3, 8
"""Tokens that have to be the same before a continuation is believed."""
LENGTHS = (2, 4, 7)
"""Draft lengths to choose from; with the token before, 7 fill a step of 8 rows."""
NEUTRAL = 0.5
"""Acceptance that is assumed before anything was seen."""
WEIGHT = 1 / 8
"""Of the newest token in the acceptance rate."""
MARGIN = 1.05
"""Gain from which drafting is worth its trouble."""

DecodeCost = Callable[[int], float]
"""Milliseconds of a decode step of 1, 2, 4 or 8 rows."""


def accepted(draft: Sequence[int], sampled: Sequence[int]) -> int:
    """How many tokens of the draft the model has said itself, from the first on."""
    for index, (guess, token) in enumerate(zip(draft, sampled, strict=False)):
        if guess != token:
            return index
    return min(len(draft), len(sampled))


class Lookup:
    """Finds where the end of a growing list of tokens has stood before.

    `tokens` stays the caller's, who only appends; every token is read once.
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = tokens
        self._read = 0
        """Tokens whose n-grams before them are in the index."""
        self._follows: dict[tuple[int, ...], int] = {}
        """n-gram → index of the token after its newest occurrence but the end."""

    def propose(self, count: int) -> tuple[int, ...]:
        """Up to `count` tokens that followed the longest known n-gram at the end,
        the newest occurrence of it; where they run into the end they go round."""
        self._catch_up()
        tail = tuple(self._tokens[-LONGEST:])
        for length in range(len(tail), SHORTEST - 1, -1):
            start = self._follows.get(tail[-length:])
            if start is not None:
                return self._continuation(start, count)
        return ()

    def _continuation(self, start: int, count: int) -> tuple[int, ...]:
        found = list(self._tokens[start : start + count])
        period = len(self._tokens) - start
        while len(found) < count:
            found.append(found[len(found) - period])
        return tuple(found)

    def _catch_up(self) -> None:
        for end in range(self._read, len(self._tokens)):
            before = tuple(self._tokens[max(0, end - LONGEST) : end])
            for length in range(SHORTEST, len(before) + 1):
                self._follows[before[-length:]] = end
        self._read = len(self._tokens)


class Benefit:
    """Decides by cost and acceptance how long a draft pays off."""

    def __init__(self, decode_ms: DecodeCost) -> None:
        self._decode_ms = decode_ms
        self.acceptance = NEUTRAL
        """Share of proposed tokens that come true, the newest counting most."""

    def observe(self, proposed: int, right: int) -> None:
        """Of `proposed` tokens the first `right` came true; what is after a wrong one
        tells nothing."""
        for _ in range(right):
            self.acceptance += WEIGHT * (1 - self.acceptance)
        if right < proposed:
            self.acceptance -= WEIGHT * self.acceptance

    @property
    def length(self) -> int:
        """The draft length with the most expected tokens per millisecond; 0 when
        none is better than plain decoding by MARGIN."""
        best = max(LENGTHS, key=self._speed)
        return best if self._speed(best) > MARGIN * self._speed(0) else 0

    def _speed(self, length: int) -> float:
        """Expected tokens per millisecond: the first token is always right."""
        tokens = sum(self.acceptance**index for index in range(length + 1))
        return tokens / self._ms(length + 1)

    def _ms(self, rows: int) -> float:
        """The cost curve, straight between the points that are known."""
        if rows in (1, 2, 4, 8):
            return self._decode_ms(rows)
        below = 2 if rows < 4 else 4
        share = (rows - below) / below
        return (1 - share) * self._decode_ms(below) + share * self._decode_ms(2 * below)


class Drafter:
    """Drafts for one generation; `tokens` is its growing list of tokens.

    While drafting is off, one token is still proposed and compared with what comes.
    That costs the model nothing, so a text that begins to repeat is noticed without
    a trial step.
    """

    def __init__(self, tokens: Sequence[int], decode_ms: DecodeCost) -> None:
        self.benefit = Benefit(decode_ms)
        self._tokens = tokens
        self._lookup = Lookup(tokens)
        self._proposed: tuple[int, ...] = ()
        self._at = 0
        """Length of the text that the last proposal was to follow."""

    def draft(self, room: int) -> tuple[int, ...]:
        """What to process after the last token, at most `room` tokens; empty when
        nothing is known or it does not pay. To be called once a decode step."""
        self._learn()
        length = min(self.benefit.length, room)
        self._at = len(self._tokens)
        self._proposed = self._lookup.propose(max(length, 1))
        return self._proposed[:length]

    def _learn(self) -> None:
        said = self._tokens[self._at : self._at + len(self._proposed)]
        known = self._proposed[: len(said)]
        self.benefit.observe(len(known), accepted(known, said))
