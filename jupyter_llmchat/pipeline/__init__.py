"""LLM-first answering: decisions, stages, deadline. It knows no server."""

from .answer import PROMPT_TEMPLATE, answer, warm_up
from .question import Exchange, Question

__all__ = ["PROMPT_TEMPLATE", "Exchange", "Question", "answer", "warm_up"]
