"""Whatever a model says, no reader of Markdown makes a tag of it or loads anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mistune
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from jupyter_llmchat.transfer.containment import as_code, closed, contained, one_line
from tests.kernel.hostile import HOSTILE

FENCE = "```"


class _Open(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return True


READERS = {
    "CommonMark": _Open("commonmark", {"html": True}),
    "with tables": _Open("commonmark", {"html": True}).enable(["table"]),
    "with all": _Open("js-default", {"html": True, "linkify": False}),
}

PIECES = st.sampled_from(
    [
        *(
            "`",
            "``",
            FENCE,
            "~~~",
            "|",
            "|-|-|",
            "\n",
            "\n\n",
            "    ",
            "> ",
            "- ",
            "1. ",
        ),
        *("<b>", "</b>", "<script>", "<!--", "-->", "<?", "<![CDATA[", "<http://x>"),
        *(
            "![x](http://e)",
            "[x](javascript:1)",
            "[x]: javascript:1",
            "[x]",
            "](",
            "![",
        ),
        *("$", "\\", "a", " ", "# ", "---", "\\`", "&lt;", "x <y", "\t", "[", "]", "!"),
    ]
)


def tokens_of(reader: MarkdownIt, text: str) -> Iterator[Token]:
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


def check_harmless(text: str) -> None:
    for name, reader in READERS.items():
        for token in tokens_of(reader, text):
            assert not token.type.startswith("html"), (name, token.content, text)
            assert token.type != "image", (name, text)
            href = str(token.attrGet("href") or "http:")
            assert href.lower().startswith(("http:", "https:", "mailto:", "#")), text


@pytest.mark.parametrize("text", HOSTILE)
def test_known_attacks(text: str) -> None:
    check_harmless(contained(text))


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("[x]: javascript:1\n    <script>")
@example("`foo\\`<b>`")
@example("|a|\n|-|\n| ` |\n| `<b> |\n")
@example("| ` a | ` <script> |\n|-|-|\n")
@example("`\n<script>`")
@example("> `![x](http://e)\n>  <script>`")
@example("[x]: /u '`\n<b>\n`'")
def test_any_mixture(text: str) -> None:
    better = contained(text)
    check_harmless(better)
    assert contained(better) == better


@pytest.mark.parametrize("text", HOSTILE)
def test_another_program_finds_no_script_either(text: str) -> None:
    # What nbconvert uses; raw HTML is let through.
    html = str(mistune.create_markdown(escape=False)(contained(text)))
    for bad in (
        "<script",
        "<img",
        "<iframe",
        "<svg",
        "<object",
        "<style",
        '<a href="java',
    ):
        assert bad not in html.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Plain *text* with **marks**, [a link](https://x.test/a?b=c) and `code <b>`.",
        f"{FENCE}python\nif a < b and c<d: print('<b>')\n{FENCE}",
        f"1. first\n   {FENCE}html\n   <b>x</b>\n   {FENCE}\n2. second",
        "| a | b |\n|---|---|\n| `x<y>` | 1 |",
        "a < b and 2 <= 3, x <- y",
        "    indented <code>",
        "> quoted `<b>`",
        "$a < b$ and $$x$$",
    ],
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert contained(text) == text


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("<b>x</b>", "&lt;b>x&lt;/b>"),
        ("![x](http://e)", "!\\[x](http://e)"),
        ("[x](javascript:1) [y](http://e)", "[x]\\(javascript:1) [y]\\(http://e)"),
        ("$a<b$", "$a\\lt b$"),
        ("a\x1b[2J\u202eb\r\nc", "a␛[2J[U+202E]b\nc"),
    ],
)
def test_what_is_changed(text: str, better: str) -> None:
    assert contained(text) == better


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (f"{FENCE}py\nx = 1", f"\n{FENCE}"),
        (f"{FENCE}py", f"\n{FENCE}"),
        ("~~~~\nx\n~~~", "\n~~~~"),
        (f"{FENCE}\nx\n{FENCE}", ""),
        (f"{FENCE}\nx\n{FENCE}\nafter", ""),
        (f"{FENCE}\nx\n{FENCE}`", ""),
        (f"> {FENCE}\n> x", ""),
        (f"- {FENCE}\n  x", ""),
        ("    code", ""),
        ("", ""),
    ],
)
def test_a_block_of_code_is_closed(text: str, end: str) -> None:
    assert closed(text) == text + end


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_follows_is_never_swallowed(text: str) -> None:
    whole = f"{contained(text)}\n\n## Next"
    last = [
        each for each in READERS["CommonMark"].parse(whole) if each.type == "inline"
    ]
    assert last[-1].content == "Next"
    assert last[-1].level == 1


@given(st.text("`\nx~ ", max_size=40))
def test_nothing_ends_a_block_of_code(code: str) -> None:
    only: Any = READERS["CommonMark"].parse(as_code(code, "py"))
    assert [each.type for each in only] == ["fence"]
    assert only[0].content == f"{code}\n"


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=8).map("".join))
def test_a_heading_is_plain_text(text: str) -> None:
    line = one_line(text)
    tokens = READERS["with tables"].parse(f"# x {line} x\n\n| {line} |\n|---|\n")
    inner = [each for each in tokens if each.type == "inline"]
    kinds = {child.type for each in inner for child in each.children or ()}
    assert kinds <= {"text", "text_special", "softbreak"}
    assert len(inner) == 2


def test_a_long_text_is_not_taken_apart() -> None:
    text = "*" * 300_000 + "<b>"
    assert contained(text).startswith(f"{FENCE}\n***")
