"""Parts that are written at the same time are delivered in reading order.

Parts that are shown folded up are passed on as they come; of the others one that has
begun is finished before the next is heard.
"""

from __future__ import annotations

from collections.abc import Callable

from jupyter_llmchat.protocol.events import Chunk, StageChange, TurnEvent
from jupyter_llmchat.protocol.ids import PREPARATORY, STAGES, Stage

READ = tuple(each for each in STAGES if each not in PREPARATORY)


class Delivery:
    """Passes events on to `say`, those of a part at once or when its turn has come."""

    def __init__(self, say: Callable[[TurnEvent], None]) -> None:
        self._say = say
        self._held: dict[Stage, list[StageChange | Chunk]] = {}
        self._expected: list[Stage] = []
        """Parts to be read that have not been delivered whole, in reading order."""

    def expect(self, stages: tuple[Stage, ...]) -> None:
        """These parts will be written, besides those already expected."""
        missing = {*self._expected, *(each for each in stages if each in READ)}
        self._expected = [each for each in READ if each in missing]

    def put(self, event: StageChange | Chunk) -> None:
        """Delivers an event of a part now or later; no part comes twice."""
        if event.stage not in self._expected or event.stage == self._expected[0]:
            self._deliver(event)
        else:
            self._held.setdefault(event.stage, []).append(event)

    def skip(self, stage: Stage) -> None:
        """The part will not be written, or not to its end; what there is is passed on
        and the next one's turn comes."""
        if stage not in self._expected:
            return
        is_next = stage == self._expected[0]
        self._expected.remove(stage)
        if is_next:
            self._advance()
        else:
            self._release(stage)

    def flush(self) -> None:
        """Passes on whatever is held: nothing that was written is lost."""
        self._expected.clear()
        for stage in READ:
            self._release(stage)

    def _deliver(self, event: StageChange | Chunk) -> None:
        self._say(event)
        if isinstance(event, StageChange) and event.phase == "end":
            self.skip(event.stage)

    def _advance(self) -> None:
        if self._expected:
            self._release(self._expected[0])

    def _release(self, stage: Stage) -> None:
        for event in self._held.pop(stage, []):
            self._deliver(event)
