"""What all answers are made with: the models, what is known of them, and the load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models.judge_skill import JudgeSkill
from jupyter_llmchat.models.profile import SelfTest
from jupyter_llmchat.prompts.deciding import decision
from jupyter_llmchat.protocol.events import Decision

from .decisions import decide_all
from .models import Models
from .pace import Pace


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Shared by the answers of one server."""

    models: Models
    config: PipelineConfig = field(default_factory=PipelineConfig)
    self_test: SelfTest | None = None
    """Of the model that decides; None takes what works for most."""
    pace: Pace = field(default_factory=Pace)

    @property
    def decider(self) -> LanguageModel:
        """The model that takes the decisions and judges."""
        return self.models.fast

    @property
    def judge(self) -> JudgeSkill | None:
        """How the judge's figures are weighed; None takes what works for most."""
        return self.self_test.judge if self.self_test else None

    async def decide(
        self,
        turn_id: str,
        names: Iterable[str],
        content: str,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> tuple[Decision, ...]:
        """The model's decisions of these names. Raises what the model raises."""
        return await decide_all(
            self.decider,
            turn_id,
            tuple(map(decision, names)),
            content,
            skills=self.self_test.decisions if self.self_test else {},
            deadline=deadline,
            priority=priority,
        )
