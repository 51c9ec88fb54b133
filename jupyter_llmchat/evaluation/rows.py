"""The rows of the data files, and what of them is refused."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from jupyter_llmchat.protocol.ids import Strategy

from .notebooks import KnownThing, Split, notebooks

Intent = Literal["explain", "code", "fix", "compare", "plan"]
Expertise = Literal["beginner", "intermediate", "expert"]

LABELS = ("strategy", "intent", "expertise")
"""Decisions that rows may have a label for."""

BAD_KINDS = ("mismatched", "degenerate", "subtle")
"""Right for another question, nonsense, right but for one thing."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every row."""

    FORMAT: ClassVar[str] = ""
    """What a row looks like, for error messages."""

    question: str

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError("The question is empty")

    @property
    def stratum(self) -> str:
        """Rows of one kind; a smaller selection takes some of each."""
        return ""


class DecisionRow(Row, frozen=True, kw_only=True):
    """A question and how it is to be decided; a label left out is not asked."""

    FORMAT = (
        '{"question": …, "strategy": "simple|analytical|comprehensive", "intent":'
        ' "explain|code|fix|compare|plan", "expertise": "beginner|intermediate|expert"}'
        " (each label may be left out)"
    )

    strategy: Strategy | None = None
    intent: Intent | None = None
    expertise: Expertise | None = None

    @property
    def labels(self) -> dict[str, str]:
        """By decision."""
        found = {name: getattr(self, name) for name in LABELS}
        return {name: label for name, label in found.items() if label is not None}

    @property
    def stratum(self) -> str:
        return " ".join(self.labels.values())


class BadAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wrong answers, by what is wrong with them; any may be left out."""

    mismatched: str | None = None
    degenerate: str | None = None
    subtle: str | None = None

    @property
    def texts(self) -> dict[str, str]:
        """By kind."""
        found = {kind: getattr(self, kind) for kind in BAD_KINDS}
        return {kind: text for kind, text in found.items() if text is not None}


class JudgeRow(Row, frozen=True, kw_only=True):
    """A question with a good answer and bad ones."""

    FORMAT = (
        '{"question": …, "good": …, "bad": {"mismatched": …, "degenerate": …,'
        ' "subtle": …}}'
    )

    good: str
    bad: BadAnswers

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.good.strip():
            raise ValueError("The good answer is empty")
        if not self.bad.texts:
            raise ValueError("There is no bad answer")


class Checks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be checked of an answer without a judge."""

    contains_any: tuple[str, ...] = ()
    """One of these has to occur, in upper or lower case."""
    code_runs: bool = False
    """There has to be Python code, and it has to run."""
    expect_output: str | None = None
    """What the code has to write or show; implies `code_runs`."""

    def __post_init__(self) -> None:
        if not all(each.strip() for each in self.contains_any):
            raise ValueError("A text in contains_any is empty")
        if self.expect_output is not None and not self.expect_output.strip():
            raise ValueError("The expected output is empty")

    @property
    def asks_code(self) -> bool:
        return self.code_runs or self.expect_output is not None


class AnswerRow(Row, frozen=True, kw_only=True):
    """A question to be answered, and what to check of the answer."""

    FORMAT = (
        '{"question": …, "context": …, "checks": {"contains_any": [ … ],'
        ' "code_runs": true, "expect_output": …}} (context and each check may be left'
        " out)"
    )

    context: str = ""
    """Of the notebook: cells and variables, as text."""
    checks: Checks = Checks()

    @property
    def stratum(self) -> str:
        return f"{bool(self.context)} {self.checks.asks_code}"


class GroundingRow(Row, frozen=True, kw_only=True):
    """A question beside a notebook, and what a right answer has to say."""

    FORMAT = (
        '{"question": …, "notebook": "sales", "kind": "shape", "value": …, "expected":'
        ' ["1204", "yes|true"]} (without expected: a question that the notebook does'
        ' not answer; "facts": [ … ] in place of a notebook)'
    )

    notebook: str = ""
    """One of those that come with the package."""
    facts: tuple[str, ...] = ()
    """What is known, where there is no such notebook."""
    kind: str = "general"
    """What is asked for."""
    value: str = ""
    """Python that says it, to be evaluated where the notebook has run."""
    expected: tuple[str, ...] = ()
    """All of these have to occur in the answer; `a|b` is either of them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.notebook) == bool(self.facts):
            raise ValueError("A row has either a notebook or facts")
        if self.notebook and self.notebook not in notebooks():
            raise ValueError(f"There is no notebook “{self.notebook}”")
        if not all(part.strip() for each in self.expected for part in each.split("|")):
            raise ValueError("A text in expected is empty")

    @property
    def known(self) -> tuple[KnownThing, ...]:
        """What is known of the notebook."""
        if self.notebook:
            return notebooks()[self.notebook].known
        return (KnownThing(name="", facts=self.facts),)

    @property
    def split(self) -> Split:
        """Facts of one's own were never tuned on."""
        return notebooks()[self.notebook].split if self.notebook else "test"

    @property
    def stratum(self) -> str:
        return f"{self.split} {self.kind}"
