"""What a REST method takes and gives, declared once: checked here, described by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_llmchat.protocol.codec import convert_query
from jupyter_llmchat.protocol.ids import PROTOCOL_HEADER
from jupyter_llmchat.protocol.requests import Body, Query

from .base import Endpoint, identifier
from .keeper.forwarding import OF_JUPYTER, forwarded
from .version import check_version

Method = Callable[..., Awaitable[Any]]
M = TypeVar("M", bound=Method)

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one route."""

    body: type[Body] | None = None
    query: type[Query] | None = None
    reply: Any = None
    """The type that it answers with; None for an answer without a body."""
    status: int = 200
    media: str = "application/json"
    """Other media types are written by the method itself."""
    also: tuple[str, ...] = ()
    """Further media types, of which a client chooses."""
    raw_body: str = ""
    """Media type of a body that the method reads itself; "" for none."""


def permitted(method: M) -> M:
    """Only for whom Jupyter has authenticated and its authorizer lets do this.

    Then it is answered by the server that keeps the data, which may be another one.
    """

    @wraps(method)
    async def answer(handler: Endpoint, *path: str) -> None:
        if handler.answered_here or not await forwarded(handler):
            await method(handler, *path)

    return cast(M, web.authenticated(authorized(answer)))


def operation(
    *,
    body: type[Body] | None = None,
    query: type[Query] | None = None,
    reply: Any = None,
    status: int = 200,
    media: str = "application/json",
    also: tuple[str, ...] = (),
    raw_body: str = "",
) -> Callable[[Method], Method]:
    """For the methods of REST handlers; who may not call them never gets to them.

    The method gets the ids of its path, checked, then its query and its body, decoded.
    What it returns is the answer. Raises what `Endpoint.body` raises, and
    BadRequest for a query that does not fit.
    """
    declared = Operation(
        body=body,
        query=query,
        reply=reply,
        status=status,
        media=media,
        also=also,
        raw_body=raw_body,
    )

    def decorate(method: Method) -> Method:
        names = tuple(signature(method).parameters)[1:]

        @wraps(method)
        async def call(handler: Endpoint, *path: str) -> None:
            check_version(handler.request.headers.get(PROTOCOL_HEADER))
            ids = [
                identifier(value, name.removesuffix("_id"))
                for name, value in zip(names, path, strict=False)
            ]
            given: list[Any] = [*ids]
            if query is not None:
                given.append(convert_query(_arguments(handler), query))
            if body is not None:
                given.append(handler.body(body))
            answer = await method(handler, *given)
            if answer is not None:
                handler.reply(answer, status)
            elif status == 204:
                handler.set_status(status)
                handler.finish()

        offered = permitted(call)
        offered.operation = declared  # type: ignore[attr-defined]
        return offered

    return decorate


def operation_of(handler: type[web.RequestHandler], method: str) -> Operation | None:
    """What a handler declares of an HTTP method, in lower case."""
    found = getattr(getattr(handler, method, None), "operation", None)
    return found if isinstance(found, Operation) else None


def _arguments(handler: Endpoint) -> dict[str, str]:
    """The last of each, as people mean it who append one to an address."""
    names = handler.request.query_arguments.keys() - OF_JUPYTER
    return {name: handler.get_query_argument(name) for name in names}
