"""A prompt → token ids. Content and template text are tokenised apart."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_llmchat.language_model import Part, Prompt, TextPrompt

from .chat_template import ChatTemplate
from .model import Vocabulary


def encode(prompt: Prompt, vocabulary: Vocabulary, template: ChatTemplate) -> list[int]:
    """The prompt's token ids; at least one."""
    if isinstance(prompt, TextPrompt):
        parts: Sequence[Part] = prompt.parts
    else:
        parts = template.render(prompt)
    ids: list[int] = []
    for part in _joined(parts):
        ids += vocabulary.tokenize(part.text, special=part.trusted)
    if vocabulary.bos is not None and ids[:1] != [vocabulary.bos]:
        ids.insert(0, vocabulary.bos)
    return ids or vocabulary.tokenize("\n", special=False)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbours of the same kind made one, so that they tokenise as one text."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].trusted == part.trusted:
            joined[-1] = Part(joined[-1].text + part.text, part.trusted)
        elif part.text:
            joined.append(part)
    return joined
