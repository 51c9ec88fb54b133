"""The messages of an answer, fitted to a number of tokens.

    system's words, user's own · notebook · conversation, oldest first · variables ·
    question

What changes seldom comes first, so that the next question begins with the same tokens
and the model reads only what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.language_model import LanguageModel, Message, Part
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.catalogue import ContextPrompts, StagePrompts
from jupyter_llmchat.protocol.requests import ContextPart

from .budget import counted, room
from .excerpt import VOLATILE, LeftOut, excerpt
from .fitting import latest
from .question import Exchange, Question

NAME_CHARS = 200
SHOWN = 4
"""Of what was left out, so many things are named to the user; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What goes into the prompts of an answer, and what does not."""

    system: str
    system_prompt: str
    """The user's own words on how to answer."""
    context: tuple[ContextPart, ...]
    exchanges: tuple[Exchange, ...]
    question: str
    left_out: tuple[LeftOut, ...]
    tokens: int
    """Of the messages with the context, at most."""
    context_tokens: int
    """Of these, the context's."""
    limit: int
    """Tokens that there was room for."""

    @property
    def notice(self) -> str:
        """One sentence for the user; empty if nothing was left out."""
        if not self.left_out:
            return ""
        named = [str(each) for each in self.left_out[:SHOWN]]
        if (more := len(self.left_out) - SHOWN) > 0:
            named.append(f"{more} more")
        return (
            f"Left out, to keep the prompt within {self.limit} tokens: "
            f"{', '.join(named)}."
        )

    def messages(self, with_context: bool = True) -> tuple[Message, ...]:
        """The conversation up to and with the question."""
        texts = catalogue.context()
        parts = self.context if with_context else ()
        early = [each for each in parts if each.kind not in VOLATILE]
        late = [each for kind in VOLATILE for each in parts if each.kind == kind]
        system = [Part(self.system, trusted=True)]
        if self.system_prompt:
            system += [Part("\n\n", trusted=True), Part(self.system_prompt)]
        if early:
            system += [Part(texts.opening, trusted=True), *_shown(early, texts, "\n\n")]
        asked = [*_shown(late, texts, "")]
        if late:
            asked.append(Part(texts.question, trusted=True))
        messages = [Message("system", tuple(system))]
        for exchange in self.exchanges:
            messages.append(Message("user", (Part(exchange.question),)))
            messages.append(Message("assistant", (Part(exchange.answer),)))
        messages.append(Message("user", (*asked, Part(self.question))))
        return tuple(messages)


def _shown(
    parts: Iterable[ContextPart], texts: ContextPrompts, before: str
) -> Iterator[Part]:
    for part in parts:
        yield Part(before + texts.headings[part.kind], trusted=True)
        if part.name:
            yield Part(f" {part.name}")
        yield Part(":\n", trusted=True)
        yield Part(part.text)
        before = "\n\n"


async def fitted(
    model: LanguageModel,
    question: Question,
    prompts: StagePrompts,
    config: PipelineConfig,
    *,
    deadline: float | None = None,
) -> Fitted:
    """The question with as much of its context and conversation as there is room for.

    Raises ContextOverflow when the question alone is too long for the model, and what
    the model raises.
    """
    asked = replace(question, context=tuple(_tidied(question.context)))
    sizes = await counted(model, asked, prompts, config, deadline)
    space = room(sizes, asked, config, model.n_ctx)
    chosen = await excerpt(model, sizes.parts, space, deadline)
    chars = [len(each.question) + len(each.answer) for each in asked.history]
    left = space.beside - chosen.taken(space)
    start = latest(chars, sizes.exchanges, left, space.block)
    older = (LeftOut(kind="exchange", count=start),) if start else ()
    beside = chosen.tokens + sum(sizes.exchanges[start:])
    return Fitted(
        system=prompts.system,
        system_prompt=question.system_prompt,
        context=tuple(each.part for each in chosen.kept),
        exchanges=asked.history[start:],
        question=asked.text,
        left_out=(*older, *chosen.left_out),
        tokens=sizes.fixed + sizes.question + beside,
        context_tokens=chosen.tokens,
        limit=space.limit,
    )


def _tidied(parts: Iterable[ContextPart]) -> Iterator[ContextPart]:
    """Without what says nothing."""
    for part in parts:
        if text := part.text.strip("\n"):
            name = " ".join(part.name.split())[:NAME_CHARS]
            yield msgspec.structs.replace(part, name=name, text=text)
