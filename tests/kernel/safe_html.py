"""What HTML made from a model's text may consist of."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = {
    *("a", "blockquote", "br", "code", "del", "div", "em", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th"),
    *("thead", "tr", "ul"),
}
ATTRIBUTES = {
    "a": {"href", "rel", "target"},
    "ol": {"start"},
    **{
        tag: {"style"}
        for tag in ("code", "div", "p", "pre", "span", "strong", "td", "th")
    },
}
STYLE = re.compile(r"[-a-z]+:[-#\w\s.%,()]+")
"""One declaration; `url(` and `expression(` are refused apart."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        if tag not in ("br", "hr"):
            self.open.append(tag)
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.faults.append(f"<{tag}> repeats an attribute")
        for name, value in attrs:
            self._check(tag, name, value or "")
        if tag == "a" and names and set(names) != ATTRIBUTES["a"]:
            self.faults.append(f"link with {names}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of place")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("unknown declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("processing instruction")

    def _check(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES.get(tag, set()):
            self.faults.append(f"<{tag} {name}>")
        if name == "href" and not re.match(r"(https?://|mailto:)", value, re.I):
            self.faults.append(f"link to {value}")
        if name == "style":
            for part in filter(None, value.split(";")):
                is_plain = STYLE.fullmatch(part) and not re.search(
                    r"url|expression|import|position", part, re.I
                )
                if not is_plain:
                    self.faults.append(f"style {part}")


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        reader.faults.append(f"left open: {reader.open}")
    return reader


def faults(html: str) -> list[str]:
    """Everything in the HTML that is not on the list; empty if it is safe."""
    return read(html).faults


def text_of(html: str) -> str:
    """What a reader sees."""
    return read(html).text
