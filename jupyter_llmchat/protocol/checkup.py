"""What is in place and what is not, as `jupyter llmchat doctor` finds it."""

from __future__ import annotations

from typing import Literal

from .resources import Resource

FindingState = Literal["ok", "warn", "fail"]
"""`fail`: it cannot work; `warn`: it works worse than it could."""


class Check(Resource, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: FindingState
    message: str
    """One sentence."""
    action: str
    """The concrete next step; empty when there is none to take."""


class Checkup(Resource, frozen=True, kw_only=True):
    """GET …/doctor, and what the command says with `--json`."""

    ok: bool
    """Nothing fails."""
    checks: tuple[Check, ...]
    """In the order in which they are worth reading."""
