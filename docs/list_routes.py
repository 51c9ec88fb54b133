"""Writes docs/api.md: every request of the REST API, from its OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_llmchat.server.openapi import description
from jupyter_llmchat.server.routes import table

PAGE = Path(__file__).with_name("api.md")
PREFIX = "/jupyter-llmchat/api/"

HEAD = """# REST API

Below `jupyter-llmchat/api/` of the Jupyter server, with its token
(`Authorization: token …`). Made by `make codegen`; `openapi.json` says the same with
all fields. Every error is `{code, message, hint, retryable}`. Lists come in pages: send
`next` of the one you have as `before`.

| request | query | body | answer | what it does |
|---|---|---|---|---|
"""

TAIL = """
The WebSocket `socket` takes `ask`, `cancel` and `resume` frames and sends the same
events. The fields of events, requests and answers are documented in
[protocol](../jupyter_llmchat/protocol).
"""


def page() -> str:
    """The page as it should be."""
    paths = description(table())["paths"]
    rows = (
        row
        for address, methods in paths.items()
        for method, operation in methods.items()
        for row in _row(method, address.removeprefix(PREFIX), operation)
    )
    return HEAD + "\n".join(rows) + "\n" + TAIL


def _row(method: str, address: str, operation: Any) -> Iterator[str]:
    query = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {})
    status, done = next(iter(operation["responses"].items()))
    cells = (
        f"`{method.upper()} {address}`",
        " ".join(f"`{name}`" for name in query),
        ", ".join(_named(kind, each) for kind, each in body.items()),
        f"{status} "
        + ", ".join(_named(*each) for each in done.get("content", {}).items()),
        operation["summary"],
    )
    yield "| " + " | ".join(cell.strip() for cell in cells) + " |"


def _named(media: str, content: Any) -> str:
    """The struct that it is, else its media type."""
    reference = content.get("schema", {}).get("$ref", "")
    return f"`{reference.rpartition('/')[2]}`" if reference else media


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
