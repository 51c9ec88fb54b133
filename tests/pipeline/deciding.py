"""A fake model's choices, by the names of decisions and options."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_llmchat.prompts.deciding import decision

NAMES = (
    *("strategy", "intent", "expertise", "parts", "order", "refine"),
    *("context", "tier", "complete", "clear", "improve"),
)


def decision_of(prompt: str) -> str:
    """Which decision a prompt asks for."""
    label = prompt.rsplit("\n", 1)[-1]
    return next(name for name in NAMES if decision(name).label == label)


def deciding(**chosen: str) -> Callable[[str, tuple[str, ...]], str]:
    """Chooses these; of all else what is safe."""

    def choice(prompt: str, options: tuple[str, ...]) -> str:
        try:
            asked = decision(decision_of(prompt))
        except StopIteration:
            return options[0]  # not a decision: the judge asks too
        wanted = chosen.get(asked.name, asked.safe)
        return options[asked.options.index(wanted)]

    return choice
