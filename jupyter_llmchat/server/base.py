"""What every REST handler shares: access, limits, bodies in and out, errors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from jupyter_llmchat.errors import (
    BadRequest,
    Forbidden,
    LLMChatError,
    NotFound,
    TooLarge,
)
from jupyter_llmchat.protocol.codec import decode, encode

from .faults import INTERNAL, error_body
from .identity import owner_of
from .services import Services

AUTH_RESOURCE = "llmchat"
"""What authorizers know our routes by."""

T = TypeVar("T")
IDENTIFIER = r"[0-9A-Za-z_.-]{1,64}"
"""What an id in an address looks like."""
_NOT_OFFERED = web.RequestHandler._unimplemented_method
_IDENTIFIER = re.compile(IDENTIFIER)


class JsonErrors(JupyterHandler):
    """Whatever goes wrong leaves as an ErrorBody."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What is unexpected leaves without its details."""
        exc_info = kwargs.get("exc_info")
        error = self._told(status_code, exc_info[1] if exc_info else None)
        if status_code == 405:
            self.set_header("Allow", ", ".join(self._offered()))
        self.set_status(error.status if status_code == 500 else status_code)
        self.set_header("Content-Type", "application/json")
        self.finish_with(error)

    def finish_with(self, error: LLMChatError) -> None:
        """Sends an error; the status of the answer has been set."""
        self.finish(encode(error_body(error)))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Errors that are part of the protocol are no news."""
        if isinstance(value, LLMChatError):
            self.log.debug("%s: %s", self.request.path, value.code)
        else:
            super().log_exception(typ, value, tb)

    def _told(self, status: int, error: BaseException | None) -> LLMChatError:
        if isinstance(error, LLMChatError):
            return error
        if status in (401, 403):
            return self._forbidden()
        if status == 404:
            return NotFound("There is nothing at this address.", "Check the address.")
        if status == 413:
            return TooLarge("The request is too large.", "Send less at once.")
        if 400 <= status < 500:
            return BadRequest(
                f"The server cannot act on this {self.request.method} request "
                f"(status {status}).",
                "Check the method and the headers.",
            )
        return INTERNAL

    def _offered(self) -> Iterator[str]:
        """The methods that this address has."""
        for method in self.SUPPORTED_METHODS:
            if getattr(type(self), method.lower()) != _NOT_OFFERED:
                yield method

    def _forbidden(self) -> Forbidden:
        if self.current_user is None:
            return Forbidden(
                "The request has no valid token of this server.",
                "Send `Authorization: token …` with the server's token.",
            )
        return Forbidden(
            "You may not do this on this server.",
            "Ask whoever runs it for permission; a browser must send X-XSRFToken.",
        )


@web.stream_request_body
class Endpoint(JsonErrors, APIHandler):
    """Base of the REST handlers.

    Every method is decorated by `operation` or `permitted`. The body is received here,
    so that one over the limit is never held in memory.
    """

    auth_resource = AUTH_RESOURCE
    answered_here = False
    """Whether every server answers itself, not the one that keeps the data."""
    passed_on: asyncio.Task[None] | None = None
    """The request on its way to the server that answers it."""
    is_gone = False
    """Whether the client has left."""

    def initialize(self, services: Services) -> None:
        self.services = services
        self._body = bytearray()
        self._body_bytes = 0

    @property
    def owner(self) -> str:
        return owner_of(self)

    @property
    def body_limit(self) -> int:
        """Bytes in a request at most."""
        return self.services.limits.body_bytes

    def data_received(self, chunk: bytes) -> None:
        """The rest of a body over the limit is read and dropped, then refused."""
        self._body_bytes += len(chunk)
        if self._body_bytes <= self.body_limit:
            self._body += chunk
        else:
            self._body.clear()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.is_gone = True
        if self.passed_on is not None:
            self.passed_on.cancel()

    def received(self) -> bytes:
        """The request's body as it came; raises TooLarge."""
        limit = self.body_limit
        if self._body_bytes > limit:
            raise TooLarge(
                f"The request has {self._body_bytes} bytes; {limit} are allowed.",
                "Send less at once.",
            )
        return bytes(self._body)

    def body(self, kind: type[T]) -> T:
        """The request's body; raises BadRequest or TooLarge."""
        content = self.received()
        # A form on another site can send JSON as text/plain, but not as JSON.
        sent = self.request.headers.get("Content-Type", "application/json")
        if sent.partition(";")[0].strip().lower() != "application/json":
            raise BadRequest(
                "The request's body is not declared as JSON.",
                "Send `Content-Type: application/json`.",
            )
        return decode(content, kind)

    def reply(self, value: Any, status: int = 200) -> None:
        """Anything that msgspec can encode."""
        self.set_status(status)
        self.finish(encode(value))


def identifier(text: str, what: str) -> str:
    """`text` if it can be an id at all; raises NotFound."""
    if _IDENTIFIER.fullmatch(text) is None:
        raise NotFound(f"There is no such {what}.", "Check the id.")
    return text
