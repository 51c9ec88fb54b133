"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llmchat.protocol.checkup import FindingState


@dataclass(frozen=True, kw_only=True)
class Finding:
    """As protocol.checkup.Check, without a name."""

    state: FindingState
    message: str
    """One sentence."""
    action: str = ""
    """The concrete next step; empty when there is none to take."""


def ok(message: str) -> Finding:
    return Finding(state="ok", message=message)


def warn(message: str, action: str) -> Finding:
    return Finding(state="warn", message=message, action=action)


def fail(message: str, action: str) -> Finding:
    return Finding(state="fail", message=message, action=action)
