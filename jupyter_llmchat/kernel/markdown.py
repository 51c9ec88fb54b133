"""A model's Markdown → HTML that can neither run nor fetch anything.

Cells that were executed are trusted by JupyterLab, which then runs scripts found in
their output. So this HTML is safe by construction: every element is written here or
by markdown-it from a fixed set, raw HTML is shown as text, images are shown as text,
links go to http, https and mailto only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from jupyter_llmchat.characters import visible

from .highlight import highlight
from .latex import keep_latex, math_html, text_html

_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_HEADINGS = {"h1": "h4", "h2": "h5"}
"""Answers stand below the notebook's own headings; h3 and deeper become h6."""

PRE_STYLE = (
    "padding:0.6em 0.8em;overflow-x:auto;border-radius:4px;"
    "background:var(--jp-cell-editor-background,rgba(127,127,127,0.12))"
)
CODE_STYLE = "background:none"
"""JupyterLab would give each line of code the page's own background."""


def to_html(text: str) -> str:
    """HTML of a model's text; unfinished Markdown is fine."""
    return str(_parser().render(visible(text)))


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return _LINK.match(url) is not None


class _Renderer(RendererHTML):
    """One method a token type; the rest is markdown-it's, from its fixed set."""

    def text(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return text_html(tokens[idx].content)

    def math(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return math_html(tokens[idx].content)

    def math_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"<p>{math_html(tokens[idx].content)}</p>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children, options, env)
        shown = f"[image: {alt} {token.attrGet('src') or ''}".rstrip()
        return text_html(f"{shown}]")

    def link_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        href = str(tokens[idx].attrGet("href") or "")
        if not _LINK.match(href):
            return "<a>"  # as for `[x]()`, whose empty address is not validated
        target = 'target="_blank" rel="noopener noreferrer nofollow"'
        return f'<a href="{escape(href)}" {target}>'

    def heading_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"<{_HEADINGS.get(tokens[idx].tag, 'h6')}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"</{_HEADINGS.get(tokens[idx].tag, 'h6')}>\n"

    def code_inline(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"<code>{escape(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return _pre(tokens[idx].content, "")

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        words = tokens[idx].info.split()
        return _pre(tokens[idx].content, words[0] if words else "")


def _pre(code: str, language: str) -> str:
    body = highlight(code, language)
    return f'<pre style="{PRE_STYLE}"><code style="{CODE_STYLE}">{body}</code></pre>\n'


@cache
def _parser() -> MarkdownIt:
    """Holds no state between texts."""
    markdown = _Markdown("commonmark", {"html": False}, renderer_cls=_Renderer)
    markdown.enable(["table", "strikethrough"])
    return markdown.use(keep_latex)
