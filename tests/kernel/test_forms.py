from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.forms import FORMS, Form, form_html, form_text, parsed

from .hostile import HOSTILE
from .safe_html import faults, text_of

ANSWER = "Here:\n```python\nx = 1\n```\nand\n```\ny\n```\nDone."


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_every_form_is_harmless(form: Form, text: str) -> None:
    assert faults(form_html(text, form)) == []
    assert faults(form_html(f"```\n{text}\n```", form)) == []


def test_code_is_the_blocks_alone() -> None:
    assert form_text(ANSWER, "code") == "x = 1\n\ny"
    assert text_of(form_html(ANSWER, "code")) == "x = 1\ny"
    assert form_text("x = 1\n", "code") == "x = 1"
    assert text_of(form_html("x = 1\n", "code")) == "x = 1"


def test_text_is_shown_as_it_is() -> None:
    assert text_of(form_html("**a** <b>\n  c", "text")) == "**a** <b>\n  c"
    assert form_text("a\x1b[1m", "text") == "a␛[1m"


@pytest.mark.parametrize("text", ['{"a":[1]}', 'So:\n```json\n{"a": [1]}\n```'])
def test_json_is_indented(text: str) -> None:
    assert form_text(text, "json") == '{\n  "a": [\n    1\n  ]\n}'
    assert text_of(form_html(text, "json")) == form_text(text, "json")


@pytest.mark.parametrize("text", ['{"a":[1', "no JSON", "[" * 100_000])
def test_what_is_no_json_yet_is_shown_as_it_is(text: str) -> None:
    assert form_text(text, "json") == text
    assert parsed(text) is None
