"""What of a conversation is told in documents for people, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from jupyter_llmchat.protocol.ids import Stage

from .containment import contained, one_line
from .document import SessionDocument, TurnDocument, path

LABELS: Final[dict[Stage, str]] = {
    "analysis": "Analysis",
    "reasoning": "Reasoning",
    "core": "Answer",
    "detail": "In detail",
    "conclusion": "In short",
}
_STATES: Final = {
    "complete": "",
    "interrupted": "interrupted",
    "cancelled": "stopped",
    "failed": "failed",
}
_HEADING_CHARS = 80
UNTITLED: Final = "Conversation"


def title(session: SessionDocument) -> str:
    return one_line(session.title) or UNTITLED


def about(session: SessionDocument) -> str:
    """A table about the conversation."""
    told = path(session)
    others = len(session.turns) - len(told)
    rows = [
        ("Begun", _time(session.created)),
        ("Last used", _time(session.updated)),
        ("Questions", f"{len(told)}"),
    ]
    if others:
        rows.append(("On other branches", f"{others}, in the JSON export"))
    return table(("Conversation", ""), rows)


def heading(turn: TurnDocument, number: int) -> str:
    """One line that stands for the question."""
    words = one_line(_beginning(turn.question))
    return f"{number}. {words}".rstrip()


def question(turn: TurnDocument) -> str:
    """What the heading leaves out, as a quotation; empty if it leaves out nothing."""
    if turn.question.strip() == _beginning(turn.question):
        return ""
    lines = contained(turn.question).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def figures(turn: TurnDocument) -> str:
    """A table about the answer."""
    answer, metrics, quality = turn.answer, turn.metrics, turn.quality
    columns = {
        "Asked": _time(turn.created),
        "Model": one_line(answer.model or ""),
        "Strategy": turn.strategy or "",
        "Time": f"{metrics.total_ms / 1000:.1f} s" if metrics else "",
        "Tokens": f"{answer.tokens}" if answer.tokens else "",
        "Quality": f"{quality.score:.0f}/100" if quality else "",
        "State": _STATES[answer.state],
    }
    known = {name: value for name, value in columns.items() if value}
    return table(tuple(known), [tuple(known.values())])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; what is in the cells has been made harmless."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines)


def _beginning(text: str) -> str:
    """The first line that says something, cut at a word where it is long."""
    line = next((each.strip() for each in text.splitlines() if each.strip()), "")
    if len(line) <= _HEADING_CHARS:
        return line
    cut = line[:_HEADING_CHARS]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def _time(moment: float) -> str:
    try:
        told = datetime.fromtimestamp(moment, UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    return f"{told:%Y-%m-%d %H:%M} UTC"
