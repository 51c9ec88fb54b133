"""Code → coloured HTML without style sheets or classes."""

from __future__ import annotations

from html import escape
from typing import Final

from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

LIMIT_CHARS = 20_000
"""Longer code stays plain: colouring would hold up the stream."""

_COLOURS: Final[dict[_TokenType, str]] = {
    Comment: "var(--jp-mirror-editor-comment-color,#7a8580)",
    Keyword: "var(--jp-mirror-editor-keyword-color,#2e8b57)",
    Operator.Word: "var(--jp-mirror-editor-operator-color,#a650d6)",
    Number: "var(--jp-mirror-editor-number-color,#3a8f3a)",
    String: "var(--jp-mirror-editor-string-color,#c4513d)",
    Literal: "var(--jp-mirror-editor-number-color,#3a8f3a)",
    Name.Builtin: "var(--jp-mirror-editor-builtin-color,#3a8f3a)",
    Name.Function: "var(--jp-mirror-editor-def-color,#3b78d8)",
    Name.Class: "var(--jp-mirror-editor-def-color,#3b78d8)",
    Name.Decorator: "var(--jp-mirror-editor-meta-color,#a650d6)",
}
"""The front end's own colours; where it has none, tones that suit light and dark."""


def highlight(code: str, language: str) -> str:
    """Escaped HTML of the code, in `<span style>`; plain for unknown languages."""
    if not language or len(code) > LIMIT_CHARS:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    return "".join(_span(kind, text) for kind, text in lexer.get_tokens(code))


def _span(kind: _TokenType, text: str) -> str:
    colour = _colour(kind)
    if colour is None:
        return escape(text)
    return f'<span style="color:{colour}">{escape(text)}</span>'


def _colour(kind: _TokenType) -> str | None:
    """That of the nearest kind above that has one."""
    above: _TokenType | None = kind
    while above is not None:
        if above in _COLOURS:
            return _COLOURS[above]
        above = above.parent
    return None
