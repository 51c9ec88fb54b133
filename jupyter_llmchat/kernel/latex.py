"""Mathematics in Markdown: kept as typed, for the front end's MathJax to set.

Only what is recognised here can become mathematics. Elsewhere the delimiters are
put into elements of their own, which MathJax does not read across: `$5 and $6`
stays text, and nothing is set from what was meant as a literal.
"""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

# The lengths are bounded so that many openers without a closer stay cheap.
_DISPLAY = r"""
    \$\$ (?:[^$\\]|\\.){1,3000}? \$\$
  | \\\[ .{1,3000}? \\\]
  | \\begin\{(?P<name>[A-Za-z]{1,20}\*?)\} .{0,3000}? \\end\{(?P=name)\}
"""
_DISPLAYED = re.compile(_DISPLAY, re.VERBOSE | re.DOTALL)
_MATH = re.compile(
    _DISPLAY
    + r"""
  | \\\( .{1,1000}? \\\)
  | \$ (?![\s$]) (?:[^$\\]|\\.){1,1000}? (?<!\s) \$ (?!\d)
    """,
    re.VERBOSE | re.DOTALL,
)
_DELIMITERS = re.compile(r"\$|\\(?=[\[\]()]|begin\b|end\b)")
_DANGEROUS = re.compile(
    r"\\(?:href|url|style|class|cssId|data|bbox|require|includegraphics|mmlToken"
    r"|html\w*|unicode|csname)(?![A-Za-z])",
    re.IGNORECASE,
)
"""Macros that link, style, load, or set attributes."""


def keep_latex(markdown: MarkdownIt) -> None:
    """Plug-in: adds the tokens `math` and `math_block`, whose content is as typed."""
    markdown.inline.ruler.before("escape", "math", _inline)
    markdown.block.ruler.before("code", "math_block", _block)


def math_html(latex: str) -> str:
    """Escaped and left to MathJax, unless it could do more than set a formula."""
    return text_html(latex) if _DANGEROUS.search(latex) else escape(latex, quote=False)


def text_html(text: str) -> str:
    """Escaped, and never taken for mathematics."""
    return _DELIMITERS.sub(
        lambda match: f"<span>{match[0]}</span>", escape(text, quote=False)
    )


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    match = _MATH.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("math", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    # Inside lists and quotes every line has a prefix: left to the inline rule.
    if state.level or state.is_code_block(start):
        return False
    match = _DISPLAYED.match(state.src, begin, state.eMarks[end - 1])
    if match is None:
        return False
    last = start + match[0].count("\n")
    if state.src[match.end() : state.eMarks[last]].strip():
        return False
    if not silent:
        token = state.push("math_block", "", 0)
        token.content = match[0]
        token.map = [start, last + 1]
        state.line = last + 1
    return True
