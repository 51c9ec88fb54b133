"""What has been found out about a model, kept for the next time it is used.

One JSON file a model. Without one, or with one that is damaged, everything works with
defaults; so nothing here raises for a file that cannot be read or written.
"""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from jupyter_llmchat import private_file

from .digest import published
from .model_file import opened

DecisionStyle = Literal["few_shot", "chat"]
"""A decision is read off few-shot text, or off the reply in a chat."""

JudgeName = Literal["likelihood", "rating"]

DEFAULT_STYLE: DecisionStyle = "few_shot"
"""For a model that has not been tested."""

MAX_BYTES = 1 << 16
"""Nothing larger is written here, and no more is read."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

_LOG = logging.getLogger(__name__)


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Share of the decisions that are right."""

    calibrated: Share
    raw: Share


class Separation(msgspec.Struct, frozen=True, kw_only=True):
    """AUC of right answers against wrong ones: 1 is perfect, 0.5 is chance."""

    mismatched: Share
    """Against right answers to other questions."""
    degenerate: Share
    """Against what a model says that has lost its thread."""

    @property
    def mean(self) -> float:
        return (self.mismatched + self.degenerate) / 2


class SelfTest(msgspec.Struct, frozen=True, kw_only=True):
    """What works for a model; see `pipeline/selftest`."""

    prompts: str
    """Version of the prompts and questions that it was made with."""
    few_shot: Accuracy
    chat: Accuracy
    likelihood: Separation
    rating: Separation
    decision_style: DecisionStyle
    judge: JudgeName
    questions: int
    """Decided in each style."""
    pairs: int
    """Questions whose answers were judged by each judge."""
    seconds: float

    @property
    def accuracy(self) -> float:
        """Of the decision style that was chosen."""
        chosen = self.chat if self.decision_style == "chat" else self.few_shot
        return chosen.calibrated

    @property
    def auc(self) -> float:
        """Of the judge that was chosen."""
        return (self.rating if self.judge == "rating" else self.likelihood).mean

    @property
    def summary(self) -> str:
        """One sentence."""
        style = {"few_shot": "few-shot text", "chat": "chat"}[self.decision_style]
        right = round(self.accuracy * self.questions)
        return (
            f"Decides by {style} ({right} of {self.questions} right), judges by"
            f" {self.judge} (AUC {self.auc:.2f})."
        )


class ModelProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one model file."""

    fingerprint: str
    name: str
    """For people who look into the file."""
    self_test: SelfTest | None = None

    def tested_with(self, prompts: str) -> SelfTest | None:
        """The self-test, if it was made with this version of the prompts."""
        test = self.self_test
        return test if test is not None and test.prompts == prompts else None


def fingerprint(path: Path) -> str:
    """Changes with the file: its name, its size, and its checksum where that is known,
    else when it was last written. Raises ModelUnavailable."""
    with opened(path) as file:
        status = os.fstat(file.fileno())
    known = published(path.name, status.st_size)
    content = known.sha256 if known else str(status.st_mtime_ns)
    identity = "\0".join((path.name, str(status.st_size), content))
    return hashlib.sha256(os.fsencode(identity)).hexdigest()[:32]


def load(folder: Path, fingerprint: str) -> ModelProfile | None:
    """None where there is none that can be read."""
    path = _file(folder, fingerprint)
    with suppress(OSError, ValueError, RecursionError, msgspec.DecodeError):
        # A regular file only: a pipe would block for ever.
        if path.is_file():
            with path.open("rb") as file:
                found = msgspec.json.decode(file.read(MAX_BYTES), type=ModelProfile)
            return found if found.fingerprint == fingerprint else None
    return None


def save(folder: Path, profile: ModelProfile) -> None:
    """Replaces the file as a whole; only its owner may read it."""
    try:
        private_file.replace(
            _file(folder, profile.fingerprint), msgspec.json.encode(profile)
        )
    except OSError as error:
        _LOG.warning("what is known about %s is not kept: %s", profile.name, error)


def _file(folder: Path, fingerprint: str) -> Path:
    return folder / f"{fingerprint}.json"
