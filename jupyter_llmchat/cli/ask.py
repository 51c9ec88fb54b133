"""`jupyter llmchat ask`: a question, answered on the terminal as it is written."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_llmchat.errors import BadRequest, LLMChatError, TooLarge, error_types
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.protocol.events import Complete, Error, TurnEvent
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart

from . import address
from .answer import JsonView, TextView, View
from .output import say

STDIN = "-"
STDIN_BYTES = 1 << 20
CONTEXT_BYTES = 1 << 18
"""Of all files together: it is more than any model reads before it answers."""


def add_to(commands: Any) -> None:
    command = commands.add_parser("ask", help="ask a question")
    command.add_argument("question", help=f"the question; {STDIN} reads it from stdin")
    command.add_argument("--session", help="id of the conversation to go on with")
    command.add_argument(
        "--deadline", type=_seconds, metavar="SECONDS", help="the answer's time limit"
    )
    command.add_argument(
        "--fresh",
        action="store_true",
        help="ask the model again what it has been asked before",
    )
    command.add_argument(
        "--context",
        action="append",
        default=[],
        metavar="FILE",
        help="a text file that the question is about; may be given several times",
    )
    command.add_argument("--json", action="store_true", help="one event a line")
    address.add_options(command)
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """0 for a whole answer, 1 for one that was stopped; raises the turn's error."""
    question = _question(chosen.question)
    context = _context(chosen.context)
    with ChatClient(address.any_server(chosen)) as client:
        session_id = chosen.session or client.create_session().id
        options = AskOptions(deadline_s=chosen.deadline, fresh=chosen.fresh or None)
        view: View = JsonView() if chosen.json else TextView()
        events = client.ask(session_id, question, options, context=context)
        last = _follow(client, events, view)
    if isinstance(last, Error):
        raise error_types().get(last.code, LLMChatError)(last.message, last.hint)
    say(f"To go on: --session {session_id}")
    return int(last.finish_reason in ("cancelled", "interrupted"))


def _follow(
    client: ChatClient, answer: Iterator[TurnEvent], view: View
) -> Complete | Error:
    """Shows the events; whoever stops reading stops the answer."""
    turn_id = ""
    try:
        for event in answer:
            turn_id = event.turn_id
            view.show(event)
            if isinstance(event, Complete | Error):
                return event
    except (KeyboardInterrupt, BrokenPipeError):
        _cancel(client, turn_id)
        raise
    finally:
        view.end()
    raise LLMChatError("The answer ended without a last event.", "Ask again.")


def _cancel(client: ChatClient, turn_id: str) -> None:
    if not turn_id:
        return
    try:
        client.cancel(turn_id)
    except LLMChatError as error:
        say(f"The server could not be told to stop: {error}")


def _question(given: str) -> str:
    if given == STDIN:
        data = sys.stdin.buffer.read(STDIN_BYTES + 1)
        if len(data) > STDIN_BYTES:
            raise TooLarge(
                f"The question on stdin is longer than {STDIN_BYTES} bytes.",
                "Ask about a part of it.",
            )
        given = data.decode("utf-8", "replace")
    if not given.strip():
        raise BadRequest("The question is empty.", "Say what you want to know.")
    return given


def _context(paths: Sequence[str]) -> tuple[ContextPart, ...]:
    """The files' texts; raises BadRequest or TooLarge."""
    parts: list[ContextPart] = []
    left = CONTEXT_BYTES
    for path in paths:
        data = _beginning(path, left + 1)
        left -= len(data)
        if left < 0:
            raise TooLarge(
                f"{path} is too large: all files of --context together may have "
                f"{CONTEXT_BYTES // 1024} KiB.",
                "Give a part of it.",
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadRequest(
                f"{path} is not text in UTF-8.", "Convert it, or give another file."
            ) from error
        parts.append(ContextPart(kind="file", name=path, text=text))
    return tuple(parts)


def _beginning(path: str, size: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be read: {error.strerror or error}.",
            "Give a text file that you may read.",
        ) from error


def _seconds(given: str) -> float:
    seconds = float(given)
    if not (math.isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{given} is not a time in seconds above 0")
    return seconds
