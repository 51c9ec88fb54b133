"""A model's Markdown → the same Markdown, which can neither run nor fetch anything.

As `kernel.markdown` does for HTML, but what leaves is Markdown, for programs that may
let raw HTML through. What is not code cannot begin a tag, images are shown as text, and
so are all links if there is one to anything but the web. Code stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jupyter_llmchat.characters import visible

from .codespans import spans, spans_by_cell

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ROUNDS = 4
_LONGEST = 200_000
"""Characters; a longer text takes too long to be understood."""
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!(?=\[)")
_LINK = re.compile(r"(?<=\])(?=[(:\[])")
_FORMULA = re.compile(r"\$\$?[^$\n]{1,1000}?\$\$?")
_ON_THE_WEB = re.compile(r"(?:https?://|mailto:|#)[^\s]", re.IGNORECASE)
_HTML_LINE = re.compile(r"\n[\s>*+\-\d.)]*<")
"""HTML at the beginning of a line ends the paragraph that code may have begun in."""
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


def contained(text: str) -> str:
    """The text, harmless, with the block of code closed that it may leave open."""
    text = visible(text).strip("\n")
    for _ in range(_ROUNDS if len(text) <= _LONGEST else 0):
        # What is taken out can change what the rest means, so that is read again.
        better = _once(text)
        if better == text:
            return closed(text)
        text = better
    return as_code(text)


def closed(text: str) -> str:
    """The text with an end to the block of code that it leaves open, if any."""
    last = next(reversed(_blocks(parse(text))), None)
    # One inside a list or a quotation ends with that.
    if last is None or last.type != "fence" or last.level or last.map is None:
        return text
    lines, (begin, end) = text.split("\n"), last.map
    if end < len(lines):
        return text
    bare = lines[-1].strip()
    is_closed = (
        end - 1 > begin
        and len(bare) >= len(last.markup)
        and not bare.strip(last.markup[0])
    )
    return text if is_closed else f"{text}\n{last.markup}"


def as_code(code: str, language: str = "") -> str:
    """A block of code that nothing in the code can end."""
    longest = max((len(each) for each in re.findall(r"`+", code)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{language}\n{code}\n{mark}"


def one_line(text: str) -> str:
    """Plain text for a heading or a cell of a table: no mark in it means anything."""
    return _MARKS.sub(r"\\\1", " ".join(visible(text).split()))


def parse(text: str, env: dict[str, Any] | None = None) -> Sequence[Token]:
    """As CommonMark with tables; `env` gets what the text defines."""
    return _parser().parse(text, env)


def _once(text: str) -> str:
    env: dict[str, Any] = {}
    tokens, lines = parse(text, env), text.split("\n")
    odd = _has_odd_link(tokens, env)
    done = {line for each in _blocks(tokens) for line in range(*each.map or (0, 0))}
    for begin, end in _passages(tokens):
        if done.isdisjoint(range(begin, end)):
            passage = _passage("\n".join(lines[begin:end]), links=odd)
            lines[begin:end] = passage.split("\n")
            done |= {*range(begin, end)}
    # What is no part of any passage: rules, definitions of links.
    for number, line in enumerate(lines):
        if number not in done:
            lines[number] = _plain(line, links=odd)
    return "\n".join(lines)


def _passages(tokens: Iterable[Token]) -> Iterator[tuple[int, int]]:
    """The lines of each paragraph, heading and table."""
    for token in tokens:
        if token.type in ("table_open", "inline") and token.map:
            yield token.map[0], token.map[1]


def _passage(text: str, *, links: bool) -> str:
    """With its code left alone, if it is code in every reading.

    Programs that know no tables read a table as a paragraph, and the other way round.
    """
    code = spans(text)
    if "|" in text:
        code &= spans_by_cell(text)
    pieces, at = [], 0
    for begin, end in sorted(code):
        if _HTML_LINE.search(text, begin, end):
            continue
        pieces += [_plain(text[at:begin], links=links), text[begin:end]]
        at = end
    return "".join([*pieces, _plain(text[at:], links=links)])


def _plain(text: str, *, links: bool) -> str:
    """What is not code."""
    text = _FORMULA.sub(lambda match: _TAG.sub(r"\\lt ", match[0]), text)
    text = _IMAGE.sub(r"!\\", _TAG.sub("&lt;", text))
    return _LINK.sub(r"\\", text) if links else text


def _blocks(tokens: Iterable[Token]) -> list[Token]:
    return [each for each in tokens if each.type in ("fence", "code_block")]


def _has_odd_link(tokens: Iterable[Token], env: dict[str, Any]) -> bool:
    """Whether there is one to anything but the web, or a definition of one."""
    inner = (child for each in tokens for child in each.children or ())
    links = [str(each.attrGet("href")) for each in inner if each.attrGet("href")]
    defined = [str(each["href"]) for each in env.get("references", {}).values()]
    return not all(_ON_THE_WEB.match(each) for each in links + defined if each)


@cache
def _parser() -> MarkdownIt:
    """Holds no state between texts."""
    from markdown_it import MarkdownIt

    class _Markdown(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            return True

    return _Markdown("commonmark", {"html": False}).enable(["table", "strikethrough"])
