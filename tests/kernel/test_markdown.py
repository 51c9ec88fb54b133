from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.markdown import CODE_STYLE, PRE_STYLE, to_html

from .hostile import HOSTILE
from .safe_html import faults, text_of

PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<img src=x onerror=y>", "javascript:", "http://a/"),
        *("[", "](", ")", "![", "]", "`", "```", "~~~", "\n", "\n\n", "    ", "> "),
        *(
            "- ",
            "1. ",
            "# ",
            "|",
            "|-|\n",
            "*",
            "**",
            "_",
            "~~",
            "$",
            "$$",
            "\\(",
            "\\)",
        ),
        *("\\[", "\\]", "\\begin{a}", "\\end{a}", "\\href", "&lt;", "&#106;", "&", "<"),
        *(">", '"', "'", "\\", "\0", "\u202e", "a", " ", "python", "[r]: ", "é"),
    ]
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text: str) -> None:
    assert faults(to_html(text)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_while_it_arrives(text: str) -> None:
    for end in range(0, min(len(text), 120)):
        assert faults(to_html(text[:end])) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mixture_is_harmless(text: str) -> None:
    assert faults(to_html(text)) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_harmless(text: str) -> None:
    assert faults(to_html(text)) == []


def test_raw_html_is_shown_as_typed() -> None:
    html = to_html("Use <b>bold</b> and <script>alert(1)</script>.")
    assert text_of(html).strip() == "Use <b>bold</b> and <script>alert(1)</script>."


@pytest.mark.parametrize(
    "text",
    [
        "![a cat](http://evil.test/p.png)",
        "![a cat][r]\n\n[r]: http://evil.test/p.png",
        "![a *cat*](<http://evil.test/p.png> 'title')",
    ],
)
def test_images_are_text_with_their_address(text: str) -> None:
    assert to_html(text) == "<p>[image: a cat http://evil.test/p.png]</p>\n"


@pytest.mark.parametrize(
    "url", ["http://a.test/?b=1&amp;c=2", "https://a.test/", "mailto:a@b.test"]
)
def test_links(url: str) -> None:
    link = f'<a href="{url}" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    assert to_html(f"[x]({url})") == f"<p>{link}</p>\n"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/lab", "#a", "ftp://a.test/"])
def test_other_links_stay_as_typed(url: str) -> None:
    assert to_html(f"[x]({url})") == f"<p>[x]({url})</p>\n"


def test_code_is_coloured() -> None:
    html = to_html("```python\nreturn 1\n```")
    assert html.startswith(
        f'<pre style="{PRE_STYLE}"><code style="{CODE_STYLE}"><span style="color:'
    )
    assert text_of(html) == "return 1\n\n"


def test_unfinished_code_is_code() -> None:
    assert "<pre" in to_html("Look:\n\n```python\nprint('hi')")


def test_tables_and_strikethrough() -> None:
    html = to_html("| a |\n|--:|\n| ~~1~~ |")
    assert '<td style="text-align:right"><s>1</s></td>' in html


def test_headings_stay_below_those_of_the_notebook() -> None:
    html = to_html("# a\n## b\n### c\n###### d")
    assert html == "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n<h6>d</h6>\n"


def test_misleading_characters_are_shown() -> None:
    html = to_html("`rm \u202efdp.exe` \x1b[31m")
    assert text_of(html).strip() == "rm [U+202E]fdp.exe ␛[31m"
