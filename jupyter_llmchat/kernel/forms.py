"""How the text of an answer is shown: as Markdown, or as what else was asked for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Final, Literal, get_args

import msgspec

from jupyter_llmchat.characters import visible

from .code_blocks import CodeBlock, code_blocks
from .highlight import highlight
from .markdown import CODE_STYLE, PRE_STYLE, to_html

Form = Literal["markdown", "text", "code", "json"]

FORMS: Final[tuple[Form, ...]] = get_args(Form)

_WRAPPED = "white-space:pre-wrap;background:none"


def form_html(text: str, form: Form) -> str:
    """HTML of a model's text that can neither run nor fetch anything."""
    return _HTML[form](text)


def form_text(text: str, form: Form) -> str:
    """The same in characters, none of which is obeyed by a terminal."""
    return visible(_TEXT[form](text))


def parsed(text: str) -> Any:
    """The JSON value of an answer, or of its first block of code; None without one."""
    candidates = [text, *(each.code for each in code_blocks(text))]
    for each in candidates:
        try:
            return msgspec.json.decode(each)
        except (msgspec.DecodeError, RecursionError):
            continue
    return None


def _code(text: str) -> str:
    """The blocks alone; an answer without any as it is."""
    found = code_blocks(text)
    return "\n\n".join(each.code for each in found) if found else text.strip()


def _code_html(text: str) -> str:
    found = code_blocks(text) or (CodeBlock(language="python", code=text.strip()),)
    return "\n".join(_block(each) for each in found)


def _json(text: str) -> str:
    """Indented if it is JSON; while it is being written, as it stands."""
    value = parsed(text)
    if value is None:
        return text.strip()
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _json_html(text: str) -> str:
    return _block(CodeBlock(language="json", code=_json(text)))


def _block(block: CodeBlock) -> str:
    body = highlight(visible(block.code), block.language)
    return f'<pre style="{PRE_STYLE}"><code style="{CODE_STYLE}">{body}</code></pre>'


def _text_html(text: str) -> str:
    return f'<pre style="{_WRAPPED}">{escape(visible(text.strip()))}</pre>'


_HTML: Final[dict[Form, Callable[[str], str]]] = {
    "markdown": to_html,
    "text": _text_html,
    "code": _code_html,
    "json": _json_html,
}
_TEXT: Final[dict[Form, Callable[[str], str]]] = {
    "markdown": str,
    "text": str,
    "code": _code,
    "json": _json,
}
