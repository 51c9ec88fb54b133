"""What the model has decided about an answer → which parts it has, and in which order.

Pure: every path of an answer follows from the decisions alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from jupyter_llmchat.prompts.staging import Arrangement, StagePrompts
from jupyter_llmchat.protocol.ids import Stage, Strategy

FIRST: Stage = "core"
"""The part that waits for no decision about the others."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The parts of an answer."""

    stages: tuple[Stage, ...]
    """In reading order."""
    seen: Mapping[Stage, tuple[Stage, ...]]
    """The parts that each part waits for and is shown, in reading order."""

    @property
    def is_parallel(self) -> bool:
        """Whether any part is written at the same time as the first."""
        return any(not self.seen[each] for each in self.stages if each != FIRST)

    def awaited(self, stage: Stage) -> bool:
        """Whether another part waits for this one."""
        return any(stage in seen for seen in self.seen.values())


def plan(chosen: Mapping[str, str], prompts: StagePrompts) -> Plan:
    """`chosen` are options by the decision's name: `strategy`, `parts` and `order`."""
    stages = prompts.strategies[cast(Strategy, chosen["strategy"])]
    arrangement: Arrangement = "independent"
    if chosen["parts"] == "dependent":
        arrangement = cast(Arrangement, chosen["order"])
    shown = prompts.arrangements[arrangement]
    return Plan(
        stages=stages,
        seen={
            stage: tuple(each for each in shown.get(stage, ()) if each in stages)
            for stage in stages
        },
    )
