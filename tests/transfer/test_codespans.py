from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jupyter_llmchat.transfer.codespans import spans, spans_by_cell


def found(text: str) -> list[str]:
    return [text[begin:end] for begin, end in sorted(spans(text))]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a `b` c", ["`b`"]),
        ("``a ` b``", ["``a ` b``"]),
        ("`a", []),
        ("`a``", []),
        (r"\`a`", []),
        (r"\``a`", ["`a`"]),
        (r"`a\` b`", [r"`a\`"]),
        (r"\\`a`", ["`a`"]),
        ("`a\nb`", ["`a\nb`"]),
    ],
)
def test_spans(text: str, codes: list[str]) -> None:
    assert found(text) == codes


@given(st.text("`\\ab", max_size=30))
def test_they_are_those_of_commonmark(text: str) -> None:
    (inline,) = MarkdownIt("commonmark").parseInline(f"x{text}x")
    told = [each for each in inline.children or () if each.type == "code_inline"]
    ours = found(f"x{text}x")
    assert [each.markup for each in told] == [_mark(each) for each in ours]


def test_no_code_crosses_the_border_of_a_cell() -> None:
    text = "| `a | `b` | c` |\n| `d` |"
    cells = sorted(spans_by_cell(text))
    assert [text[begin:end] for begin, end in cells] == ["`b`", "`d`"]


@pytest.mark.parametrize(
    "text", ["`" * 50_000, "".join("`" * n + " " for n in range(300))]
)
def test_many_backticks_are_no_burden(text: str) -> None:
    assert spans(text) == set()


def _mark(code: str) -> str:
    return code[: len(code) - len(code.lstrip("`"))]
