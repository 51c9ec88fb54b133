"""A conversation as Markdown, to be read and passed on; the branch that is shown."""

from __future__ import annotations

from collections.abc import Iterator

from . import telling
from .containment import contained
from .document import SessionDocument, TurnDocument, path


def to_markdown(session: SessionDocument) -> str:
    """Nothing in it runs or fetches anything, whatever the model has said."""
    parts = [f"# {telling.title(session)}", telling.about(session)]
    for number, turn in enumerate(path(session), start=1):
        parts += _turn(turn, number)
    return "\n\n".join(parts) + "\n"


def _turn(turn: TurnDocument, number: int) -> Iterator[str]:
    yield f"## {telling.heading(turn, number)}"
    if asked := telling.question(turn):
        yield asked
    for stage in turn.answer.stages:
        if stage.text.strip():
            # A heading at the margin ends whatever list the text before it is in.
            yield f"### {telling.LABELS[stage.stage]}"
            yield contained(stage.text)
    yield telling.figures(turn)
