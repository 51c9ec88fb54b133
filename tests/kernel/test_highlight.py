from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.highlight import LIMIT_CHARS, highlight

from .safe_html import faults, text_of

CODE = 'def f(x):\n    """Say <b>."""\n    return len(x) + 1  # & done\n'


@pytest.mark.parametrize("language", ["python", "py", "js", "html", "bash", "sql", "c"])
def test_colours_change_no_character(language: str) -> None:
    html = highlight(CODE, language)
    assert faults(html) == []
    assert text_of(html) == CODE


def test_keywords_strings_and_comments_differ() -> None:
    html = highlight(CODE, "python")
    for name in ("keyword", "string", "comment", "number", "builtin", "def"):
        assert f"--jp-mirror-editor-{name}-color" in html


@pytest.mark.parametrize("language", ["", "no-such-language", "../x", "python;", "\0"])
def test_unknown_language_is_plain(language: str) -> None:
    assert highlight("a < b", language) == "a &lt; b"


def test_very_long_code_is_plain() -> None:
    assert highlight("1" * (LIMIT_CHARS + 1), "python") == "1" * (LIMIT_CHARS + 1)


def test_blank_lines_stay() -> None:
    assert text_of(highlight("\n\na\n\n", "python")) == "\n\na\n\n"
