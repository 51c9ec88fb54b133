"""A line of %chat that ends with a question mark is a question.

To IPython it would be a request for help on its last word.
"""

from __future__ import annotations

import tokenize
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand


class ChatLine(EscapedCommand):
    """`%chat` with something behind it; `%chat?` alone still asks for help."""

    # Lower goes first; IPython's own help has 5.
    priority = 4
    names: tuple[str, ...] = ("chat", "llmchat")

    @classmethod
    def find(cls, tokens_by_line: list[list[tokenize.TokenInfo]]) -> ChatLine | None:
        """The first such line that IPython would take for something else."""
        for line in tokens_by_line:
            marks = {tokenize.INDENT, tokenize.DEDENT}
            tokens = [each for each in line if each.type not in marks]
            if len(tokens) < 4 or tokens[0].string != "%":
                continue
            if tokens[1].string not in cls.names or tokens[2].string in ("?", "="):
                continue
            if tokens[1].start == tokens[0].end:
                return cls(tokens[0].start)
        return None

    @classmethod
    def add(cls, ipython: Any, names: tuple[str, ...]) -> None:
        transformer: Any = type(cls.__name__, (cls,), {"names": names})
        ipython.input_transformer_manager.token_transformers.append(transformer)

    @classmethod
    def remove(cls, ipython: Any) -> None:
        known = ipython.input_transformer_manager.token_transformers
        known[:] = [each for each in known if each.__module__ != cls.__module__]
