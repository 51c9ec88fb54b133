"""A question as it was asked, on its way to the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.json import encode

from jupyter_llmchat.protocol.requests import AskOptions, Context
from jupyter_llmchat.protocol.resources import Message

from .stored import exchanges

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question


@dataclass(frozen=True, kw_only=True)
class Asking:
    """All that the pipeline is told, but for the conversation before it."""

    owner: str
    session_id: str
    turn_id: str
    client_message_id: str
    text: str
    context: Context
    options: AskOptions
    """In the end with what the session sets."""
    replaces: str | None = None
    """The turn whose place this one takes in the conversation."""
    deadline_s: float = 0.0
    """The answer may take no longer, whether that was asked for or not."""
    arrived: float
    """time.monotonic() when it came in."""

    def question(self, messages: tuple[Message, ...]) -> Question:
        """With the messages before it as its history."""
        from jupyter_llmchat.pipeline import Question

        options = self.options
        schema = options.json_schema
        return Question(
            turn_id=self.turn_id,
            text=self.text,
            arrived=self.arrived,
            history=exchanges(messages),
            context=self.context,
            # Without a wish of the user's the pipeline goes by its strategy's budget.
            deadline_s=self.deadline_s if options.deadline_s else None,
            temperature=options.temperature,
            max_tokens=options.max_tokens,
            seed=options.seed,
            # Several parts after one another would not be one JSON value.
            strategy=options.strategy if schema is None else "simple",
            tier=options.tier,
            system_prompt=options.system_prompt or "",
            json_schema=None if schema is None else encode(schema).decode(),
        )
