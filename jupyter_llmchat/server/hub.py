"""Who hears what of a turn: numbered events, replay from any of them, fan-out.

A turn's log is the only copy of its events; subscribers are places in it. So a
subscriber costs no memory of its own, and all of them see the same events.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec

from jupyter_llmchat.errors import BadRequest, Busy
from jupyter_llmchat.protocol.events import TERMINAL, Start, TurnEvent

BATCH = 64
"""Events handed to a reader at once at most."""
BEHIND = 1000
"""A subscriber may be this many new events behind; one more and it is dropped."""
KEEP_S = 600.0
"""How long the events of an ended turn can be replayed."""
KEEP_TURNS = 100
"""How many ended turns can be replayed."""


class TurnLog:
    """The events of one turn so far, by `seq`."""

    def __init__(self, owner: str, turn_id: str) -> None:
        self.owner = owner
        self.turn_id = turn_id
        self.events: list[TurnEvent] = []
        self._subscribers: set[Subscription] = set()

    @property
    def ended(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], TERMINAL)

    @property
    def listeners(self) -> int:
        """How many read it at the moment."""
        return len(self._subscribers)

    @property
    def start(self) -> Start:
        """The first event, published before anyone can find the log."""
        first = self.events[0]
        assert isinstance(first, Start)
        return first

    def publish(self, event: TurnEvent) -> TurnEvent:
        """Gives the event its number and shows it to everyone; returns it numbered."""
        if self.ended:
            raise RuntimeError("a turn that has ended says nothing more")
        numbered = msgspec.structs.replace(
            event, seq=len(self.events), turn_id=self.turn_id
        )
        self.events.append(numbered)
        for each in tuple(self._subscribers):
            each.wake()
        return numbered

    def subscribe(self, from_seq: int = 0) -> Subscription:
        """Everything from event `from_seq` on; raises BadRequest for a later one."""
        if from_seq > len(self.events):
            raise BadRequest(
                f"This turn has no event {from_seq}; so far it has {len(self.events)}.",
                "Ask for its events from the start.",
            )
        subscription = Subscription(self, from_seq)
        self._subscribers.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        self._subscribers.discard(subscription)


class Subscription:
    """A reader's place in a turn's log. Close it when the reader has gone."""

    def __init__(self, log: TurnLog, from_seq: int) -> None:
        self.position = from_seq
        """`seq` of the next event to read."""
        self._log = log
        self._joined = len(log.events)
        self._news = asyncio.Event()
        self._dropped = False
        self._closed = False
        if self._unread:
            self._news.set()

    @property
    def turn_id(self) -> str:
        return self._log.turn_id

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self._closed or (self._log.ended and not self._unread)

    @property
    def has_news(self) -> bool:
        """Reading will not have to wait."""
        return self._news.is_set()

    async def read(self, timeout_s: float) -> tuple[TurnEvent, ...]:
        """What is new, in order; nothing at the end or after `timeout_s` seconds.

        Raises Busy when the reader had fallen too far behind; it may subscribe again
        from `position`.
        """
        if not self.ended:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return ()
        if self._dropped:
            raise Busy(
                f"This reader was more than {BEHIND} events behind and was dropped.",
                f"Resume from event {self.position}.",
            )
        return self._take()

    def wake(self) -> None:
        """There are new events. What came before the subscription does not count."""
        seen = max(self.position, self._joined)
        if len(self._log.events) - seen > BEHIND:
            self._dropped = True
            self._log.forget(self)
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._log.forget(self)
        self._news.set()

    @property
    def _unread(self) -> int:
        return len(self._log.events) - self.position

    def _take(self) -> tuple[TurnEvent, ...]:
        if self._closed:
            return ()
        batch = tuple(self._log.events[self.position : self.position + BATCH])
        self.position += len(batch)
        if not self._unread:
            self._news.clear()
        return batch


class Hub:
    """The logs of running turns and, for a while, of ended ones."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logs: dict[str, TurnLog] = {}
        self._ended_at: dict[str, float] = {}
        """In the order in which they ended."""

    def open(self, log: TurnLog) -> None:
        """Lets a new turn be found."""
        self._forget_old()
        self._logs[log.turn_id] = log

    def ended(self, log: TurnLog) -> None:
        """Starts the time after which a turn is forgotten."""
        self._ended_at[log.turn_id] = self._now()
        self._forget_old()

    def find(self, owner: str, turn_id: str) -> TurnLog | None:
        """None also for another owner's turn."""
        self._forget_old()
        log = self._logs.get(turn_id)
        return log if log is not None and log.owner == owner else None

    def forget(self, meant: Callable[[Start], bool]) -> None:
        """The turns that are meant, which have ended, cannot be found any more."""
        for log in [log for log in self._logs.values() if meant(log.start)]:
            del self._logs[log.turn_id]
            self._ended_at.pop(log.turn_id, None)

    def _forget_old(self) -> None:
        while self._ended_at:
            turn_id, ended_at = next(iter(self._ended_at.items()))
            if len(self._ended_at) <= KEEP_TURNS and self._now() - ended_at <= KEEP_S:
                return
            del self._ended_at[turn_id], self._logs[turn_id]
