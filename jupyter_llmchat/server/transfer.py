"""Conversations as files over REST: what leaves, and what comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tornado.iostream import StreamClosedError

from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.ids import ExportFormat
from jupyter_llmchat.protocol.requests import ExportQuery
from jupyter_llmchat.protocol.resources import Imported, Session
from jupyter_llmchat.transfer.document import SessionDocument
from jupyter_llmchat.transfer.filename import disposition, safe_name

from .base import Endpoint
from .operation import operation
from .options import check_session_config
from .services import Services

LINES = "application/x-ndjson"
MARKDOWN = "text/markdown; charset=utf-8"
NOTEBOOK = "application/x-ipynb+json"
WRITE_S = 60.0
"""A client that has taken nothing for this long has gone."""

_ENDINGS: dict[ExportFormat, tuple[str, str]] = {
    "json": ("json", "application/json"),
    "markdown": ("md", MARKDOWN),
    "notebook": ("ipynb", NOTEBOOK),
}
_IMPORTED = frozenset(
    {"application/json", LINES, NOTEBOOK, "application/jsonl"}
    | {"application/octet-stream"}
)


class FileAnswer(Endpoint):
    """Base of the handlers that answer with a file to be saved."""

    def initialize(self, services: Services) -> None:
        super().initialize(services)
        # A browser that shows it all the same gives it no rights.
        policy = f"{self.content_security_policy}; sandbox"
        self.set_header("Content-Security-Policy", policy)

    def name_file(self, name: str, media: str) -> None:
        self.set_header("Content-Disposition", disposition(name))
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", media)


class ExportSession(FileAnswer):
    """A conversation as a file."""

    @operation(query=ExportQuery, reply=SessionDocument, also=(MARKDOWN, NOTEBOOK))
    async def get(self, session_id: str, query: ExportQuery) -> None:
        """Export a session: JSON with all branches, or what is shown to read."""
        store = await self.services.store()
        document = await store.exporting.session(self.owner, session_id)
        content = await asyncio.to_thread(file_of, document, query.format)
        ending, media = _ENDINGS[query.format]
        self.name_file(safe_name(document.title, ending), media)
        self.finish(content, set_content_type=media)


class ExportAll(FileAnswer):
    """All conversations as one file."""

    @operation(reply=SessionDocument, media=LINES)
    async def get(self) -> None:
        """Export all sessions, one a line."""
        store = await self.services.store()
        self.name_file("conversations.jsonl", LINES)
        try:
            async for document in store.exporting.all(self.owner):
                self.write(await asyncio.to_thread(encode, document) + b"\n")
                async with asyncio.timeout(WRITE_S):
                    await self.flush()
        except (StreamClosedError, TimeoutError, LLMChatError) as error:
            if not self._headers_written:
                raise
            # Cut, not finished: a client that is still there sees that more is to come.
            self.log.debug("an export was cut: %s", error)
            self.detach().close()
            return
        self.finish(set_content_type=LINES)


class ImportSessions(Endpoint):
    """Conversations from a file."""

    @property
    def body_limit(self) -> int:
        return self.services.limits.import_bytes

    @operation(raw_body="application/json", reply=Imported, status=201)
    async def post(self) -> Imported:
        """Import sessions from JSON, JSON Lines or a notebook that was exported.

        They become new sessions of whoever asks. If anything in the file does not fit,
        nothing of it is imported.
        """
        data = self._file()
        number = await asyncio.to_thread(_check, data)
        store = await self.services.store()
        created: list[Session] = []
        try:
            async for document in _each(data):
                created.append(await store.importing.add(self.owner, document))
        except LLMChatError as error:
            raise type(error)(
                f"{len(created)} of {number} conversations were imported. "
                f"{error.message}",
                error.hint,
            ) from error
        return Imported(sessions=tuple(created))

    def _file(self) -> bytes:
        """Raises TooLarge, and BadRequest for what a form on another site can send."""
        data = self.received()
        sent = self.request.headers.get("Content-Type", "application/json")
        if sent.partition(";")[0].strip().lower() not in _IMPORTED:
            raise BadRequest(
                "The request's body is not declared as a file of conversations.",
                "Send `Content-Type: application/json`.",
            )
        return data


def file_of(document: SessionDocument, form: ExportFormat) -> bytes:
    """The file's content."""
    match form:
        case "json":
            return encode(document)
        case "markdown":
            from jupyter_llmchat.transfer.markdown import to_markdown

            return to_markdown(document).encode()
        case "notebook":
            from jupyter_llmchat.transfer.notebook import to_notebook

            return to_notebook(document)


def _check(data: bytes) -> int:
    """How many conversations there are; raises BadRequest."""
    from jupyter_llmchat.transfer.reading import read

    number = 0
    for document in read(data):
        number += 1
        try:
            check_session_config(document.config)
        except BadRequest as error:
            raise BadRequest(
                f"Conversation {number}: {error.message}", error.hint
            ) from error
    return number


async def _each(data: bytes) -> AsyncIterator[SessionDocument]:
    """Read again one by one, so that they need not all be in memory."""
    from jupyter_llmchat.transfer.reading import read

    documents = read(data)
    while (document := await asyncio.to_thread(next, documents, None)) is not None:
        yield document
