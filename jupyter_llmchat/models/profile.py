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

import msgspec

from jupyter_llmchat import private_file

from .decision_skill import DEFAULT_STYLE as DEFAULT_STYLE
from .decision_skill import DecisionSkill
from .decision_skill import DecisionStyle as DecisionStyle
from .digest import published
from .judge_skill import JudgeSkill
from .model_file import opened

MAX_BYTES = 1 << 18
"""Nothing larger is written here, and no more is read."""

SHIPPED = Path(__file__).with_name("profiles")
"""Of models whose files are known; made by docs/make_profile.py."""

_LOG = logging.getLogger(__name__)


class SelfTest(msgspec.Struct, frozen=True, kw_only=True):
    """What works for a model; see `pipeline/selftest`."""

    prompts: str
    """Version of the prompts and questions that it was made with."""
    decisions: dict[str, DecisionSkill]
    """By the decision's name."""
    judge: JudgeSkill
    questions: int
    """Questions, and answers, that were decided about."""
    seconds: float

    def skill(self, name: str) -> DecisionSkill | None:
        """None for a decision that was not tested."""
        return self.decisions.get(name)

    @property
    def accuracy(self) -> float:
        """Mean over all decisions."""
        skills = self.decisions.values()
        return sum(each.accuracy for each in skills) / max(1, len(skills))

    @property
    def unreliable(self) -> tuple[str, ...]:
        """Decisions that this model takes no better than chance, or hardly."""
        skills = self.decisions.items()
        return tuple(name for name, each in skills if not each.reliable)

    @property
    def summary(self) -> str:
        """One sentence."""
        able = len(self.decisions) - len(self.unreliable)
        return (
            f"Takes {able} of {len(self.decisions)} decisions reliably"
            f" ({self.accuracy:.0%} right on average), judges by"
            f" {self.judge.method} (AUC {self.judge.reliability.overall:.2f})."
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


def tested(folder: Path | None, fingerprint: str, prompts: str) -> SelfTest | None:
    """The self-test with this version of the prompts: the one kept in the folder, else
    the one that came with the package, which has been made for the embedded model."""
    for place in (folder, SHIPPED):
        known = load(place, fingerprint) if place else None
        if known is not None and (test := known.tested_with(prompts)) is not None:
            return test
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
