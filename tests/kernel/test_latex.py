from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.markdown import to_html


@pytest.mark.parametrize(
    "latex",
    [
        "$a_1 * b_2 * c$",
        "$x$",
        r"\(a_1 * b * c\)",
        r"\[a_1 * b * c\]",
        "$$a_1 * b * c$$",
        r"$\frac{1}{2}$",
        r"$\{1, 2\}$",
        r"$5\$$",
    ],
)
def test_formula_in_a_sentence_stays_as_typed(latex: str) -> None:
    assert to_html(f"so {latex} holds") == f"<p>so {latex} holds</p>\n"


@pytest.mark.parametrize(
    "latex",
    [
        "$$\na_1 \\\\\n= *b*\n$$",
        "\\[\n- x\n- y\n\\]",
        "\\begin{align*}\na_1 \\\\ _b_\n\\end{align*}",
        "$$\na\n=\nb\n$$",
    ],
)
def test_formula_of_its_own_stays_as_typed(latex: str) -> None:
    html = f"<p>{latex}</p>\n"
    assert to_html(latex) == html
    assert (
        to_html(f"Then\n\n{latex}\n\nholds.") == f"<p>Then</p>\n{html}<p>holds.</p>\n"
    )


def test_formula_in_a_list() -> None:
    html = to_html("- so\n  $$a_1\n  _b_$$")
    assert html == "<ul>\n<li>so\n$$a_1\n_b_$$</li>\n</ul>\n"


def test_formula_is_escaped() -> None:
    assert to_html("$a<b & c>d$") == "<p>$a&lt;b &amp; c&gt;d$</p>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("costs $5", "costs <span>$</span>5"),
        ("$5 and $6", "<span>$</span>5 and <span>$</span>6"),
        (r"\\(x\\)", r"<span>\</span>(x<span>\</span>)"),
        (r"\$x\$", "<span>$</span>x<span>$</span>"),
        (r"\\begin{a}", r"<span>\</span>begin{a}"),
        ("`$x$`", "<code>$x$</code>"),
        ("$$", "<span>$</span><span>$</span>"),
        ("$x", "<span>$</span>x"),
    ],
)
def test_what_is_no_formula_cannot_become_one(text: str, html: str) -> None:
    assert to_html(text) == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    "latex",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"\(\HREF{javascript:alert(1)}{x}\)",
        r"$$\includegraphics{http://a.test/}$$",
        r"\[\style{background:url(x)}{y}\]",
        r"\begin{a}\require{html}\end{a}",
        r"$\let\x\href \x{javascript:alert(1)}{y}$",
        r"$\htmlData{a=b}{x}$",
    ],
)
def test_macros_that_do_more_than_set_are_not_set(latex: str) -> None:
    html = to_html(latex)
    assert not any(opener in html for opener in ("$\\", r"\(", r"\[", r"\begin"))


def test_unfinished_formula_is_text() -> None:
    assert to_html("$$\na_1") == "<p><span>$</span><span>$</span>\na_1</p>\n"


def test_code_is_no_formula() -> None:
    assert ">$$\nx\n$$\n</code>" in to_html("    $$\n    x\n    $$")
