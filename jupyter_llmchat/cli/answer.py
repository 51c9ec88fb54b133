"""An answer on the terminal while it is written."""

from __future__ import annotations

from typing import Protocol

from jupyter_llmchat.characters import visible
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.fold import StageState, TurnState, apply
from jupyter_llmchat.protocol.ids import FinishReason, Stage

from .output import say

_ENDINGS: dict[FinishReason, str] = {
    "length": "The answer ended at its token limit.",
    "deadline": "The answer ended at its deadline; --deadline gives it more time.",
    "cancelled": "The answer was stopped.",
    "interrupted": "The answer was interrupted; ask again.",
}
_REPLAY = "Answered before, nothing has changed since; --fresh asks the model again."


class View(Protocol):
    """What shows the events of a turn, in order."""

    def show(self, event: events.TurnEvent) -> None: ...

    def end(self) -> None:
        """No more events come, whether the turn has ended or not."""
        ...


class JsonView:
    """Every event as a line of JSON, as on the wire."""

    def show(self, event: events.TurnEvent) -> None:
        print(encode(event).decode(), flush=True)

    def end(self) -> None: ...


class TextView:
    """The text on stdout, one stage after the other; remarks on stderr.

    Stages that are written at the same time wait for the one that is being shown,
    and so do remarks, so that neither breaks into a sentence.
    """

    def __init__(self) -> None:
        self._state = TurnState()
        self._stage: Stage | None = None
        """Being shown; None between stages."""
        self._shown: dict[Stage, int] = {}
        """Characters that stand on the terminal."""
        self._remarks: list[str] = []

    def show(self, event: events.TurnEvent) -> None:
        self._state = apply(self._state, event)
        self._remarks += _remarks(event)
        if isinstance(event, events.Revision) and event.used:
            # What stands on a terminal stays there: the better text follows it.
            print(f"\n\n{visible(event.text.strip())}", end="", flush=True)
        while (stage := self._next()) is not None:
            self._write(stage)
            if not (stage.done or self._state.ended):
                return
            self._stage = None
        if self._state.ended:
            self.end()
        self._tell()

    def end(self) -> None:
        if self._shown:
            print(flush=True)
            self._shown.clear()

    def _next(self) -> StageState | None:
        """The stage to go on with, if there is anything to write."""
        if self._stage is not None:
            return self._state.stage(self._stage)
        waiting = (s for s in self._state.told if self._unshown(s))
        return next(waiting, None)

    def _unshown(self, stage: StageState) -> str:
        return visible(stage.written.strip())[self._shown.get(stage.stage, 0) :]

    def _write(self, stage: StageState) -> None:
        more = self._unshown(stage)
        if self._stage is None:
            if self._shown:
                print("\n", flush=True)
            self._tell()
        print(more, end="", flush=True)
        self._stage = stage.stage
        self._shown[stage.stage] = self._shown.get(stage.stage, 0) + len(more)

    def _tell(self) -> None:
        for remark in self._remarks:
            say(remark)
        self._remarks.clear()


def _remarks(event: events.TurnEvent) -> list[str]:
    match event:
        case events.Queued(position=position) if position:
            return [f"Waiting: questions that go first: {position}."]
        case events.Decision():
            shares = {each.label: each.probability for each in event.options}
            share = shares.get(event.chosen, 0.0)
            sure = f"{share:.0%}" if event.source == "model" else "not by the model"
            return [f"{event.name}: {event.chosen} ({sure})"]
        case events.Refinement(used=True):
            return [f"The question as understood: {event.text}"]
        case events.Quality():
            return [_judged(event)]
        case events.Revision():
            better = "the second attempt is better" if event.used else "the first stays"
            return [
                f"Judged {event.first_score:.0f}, then {event.score:.0f}: {better}."
            ]
        case events.Notice():
            return [event.message]
        case events.Complete():
            ending = _ENDINGS.get(event.finish_reason)
            replay = _REPLAY if event.metrics.is_replay else None
            said = [each for each in (ending, replay) if each]
            return [*said, _figures(event.metrics)]
        case _:
            return []


def _judged(quality: events.Quality) -> str:
    sure = "" if quality.reliability is None else f" (AUC {quality.reliability:.2f})"
    better = f" Better: {quality.improvements}" if quality.improvements else ""
    return f"quality: {quality.score:.0f} of 100{sure}.{better}"


def _figures(metrics: events.TurnMetrics) -> str:
    said = [f"{metrics.total_ms / 1000:.1f} s"]
    if metrics.first_token_ms is not None:
        said.append(f"first words after {metrics.first_token_ms / 1000:.1f} s")
    if metrics.tokens_per_s is not None:
        said.append(f"{metrics.tokens_per_s:.0f} tokens/s")
    return ", ".join(said)
