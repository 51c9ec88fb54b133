"""What a question is going to be asked about, read before it is asked."""

from __future__ import annotations

from dataclasses import replace

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.language_model import ChatPrompt, LanguageModel
from jupyter_llmchat.prompts import catalogue

from .context import fitted
from .facts import facts, without_facts
from .grounding import ahead
from .question import Question

STAND_IN = "?"
"""Stands where the question will stand, so that all before it is read as it will be."""
QUICK_SHARE = 0.25
"""A conversation of at most so much of a prompt's tokens is also read on its own."""
FACTS = 24
"""So many facts are read before they are asked about: those that come first."""


async def prepare(
    model: LanguageModel, question: Question, config: PipelineConfig
) -> None:
    """Lets the model read all that stands before a question, whatever its text.

    First with the notebook's cells; then, if that is not much more, the conversation
    alone, for a question that does not need the notebook; then the facts that were
    found last, one by one. Raises what `fitted` does.
    """
    prompts = catalogue.stages()
    steady = replace(question, text=STAND_IN, context=without_facts(question.context))
    talk = await fitted(model, steady, prompts, config)
    await model.prepare(ChatPrompt(talk.messages()))
    alone = talk.tokens - talk.context_tokens
    if talk.context and talk.exchanges and alone <= config.prompt_tokens * QUICK_SHARE:
        await model.prepare(ChatPrompt(talk.messages(with_context=False)))
    for fact in facts(question.context)[:FACTS]:
        await model.prepare(ahead(fact))
