"""A question on its way to becoming a turn: one that runs, or one that is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_llmchat.protocol.events import Start
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION
from jupyter_llmchat.protocol.resources import Message, Session

from .asking import Asking
from .hub import TurnLog
from .replay import Making, replay

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline.response_key import Origin
    from jupyter_llmchat.store.records import NewTurn, Remembered, WholeTurn


class Beginning:
    """Implements store.records.Plan; what was made of the question is in it afterwards.

    Without an `origin` every answer has to be made. `settled` gives the question as its
    session has it, `new_turn` its rows, with the name of the model that answers it.
    """

    def __init__(
        self,
        asked: Asking,
        origin: Origin | None,
        *,
        settled: Callable[[Asking, Session], Asking],
        new_turn: Callable[[Asking, str | None], NewTurn],
    ) -> None:
        self.turn_id = asked.turn_id
        self.client_message_id = asked.client_message_id
        self.replaces = asked.replaces
        self.asking = asked
        self.log = TurnLog(asked.owner, asked.turn_id)
        self.is_replay = False
        self._asked = asked
        self._origin = origin
        self._settled = settled
        self._new_turn = new_turn

    def key(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        """As Plan.key; None also when a fresh answer is asked for."""
        self.asking = self._settled(self._asked, session)
        if self._origin is None or self.asking.options.fresh:
            return None
        question = self.asking.question(messages)
        making = Making(asking=self.asking, question=question, origin=self._origin)
        return making.key()

    def turn(self, remembered: Remembered | None) -> NewTurn | WholeTurn:
        """As Plan.turn."""
        self.is_replay = remembered is not None
        model = None if remembered is None else remembered.answer.model
        new = self._new_turn(self.asking, model)
        self.log = TurnLog(self.asking.owner, new.turn_id)
        self.log.publish(_start(new, self.asking.deadline_s))
        if remembered is None:
            return new
        return replay(remembered, new, self.log, self.asking.arrived)


def _start(turn: NewTurn, deadline_s: float) -> Start:
    return Start(
        turn_id=turn.turn_id,
        protocol=PROTOCOL_VERSION,
        session_id=turn.session_id,
        message_id=turn.message_id,
        answer_id=turn.answer_id,
        question=turn.question,
        model=turn.model,
        deadline_s=deadline_s,
        timestamp=time.time(),
        client_message_id=turn.client_message_id,
    )
