"""The recorded turns that every front end folds; jest reads the same files."""

from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.protocol.codec import decode, decode_event
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState

FOLDER = Path(__file__).parent / "transcripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def lines(name: str) -> list[bytes]:
    # Not splitlines(): a text may hold U+2028 and the like, which JSON leaves as is.
    return (FOLDER / f"{name}.jsonl").read_bytes().rstrip(b"\n").split(b"\n")


def sent(name: str) -> list[TurnEvent]:
    """The events as they arrived, repeated ones included."""
    return [decode_event(line) for line in lines(name)]


def distinct(name: str) -> list[TurnEvent]:
    """Each event once, in the order of its first arrival."""
    return list(dict.fromkeys(sent(name)))


def final_state(name: str) -> TurnState:
    return decode((FOLDER / f"{name}.state.json").read_bytes(), TurnState)
