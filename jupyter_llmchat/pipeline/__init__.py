"""LLM-first answering: decisions, stages, deadline. It knows no server."""

from .answer import PROMPT_TEMPLATE, answer
from .pace import Pace
from .question import Exchange, Question
from .runtime import Runtime
from .warming import warm_up

__all__ = [
    "PROMPT_TEMPLATE",
    "Exchange",
    "Pace",
    "Question",
    "Runtime",
    "answer",
    "warm_up",
]
