"""Requests over HTTP that are answered by the server that keeps the data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tornado.iostream import StreamClosedError

from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.server.identity import forwarded_as, owner_of

from .link import Link

if TYPE_CHECKING:
    import httpx

    from jupyter_llmchat.server.base import Endpoint

OF_JUPYTER = frozenset({"token", "_xsrf"})
"""Query arguments that Jupyter itself reads."""
WRITE_S = 30.0
"""A client that has taken nothing for this long has gone."""
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_PASSED_ON = _OF_THE_CONNECTION | {
    *("accept-encoding", "authorization", "cookie", "expect", "forwarded", "origin"),
    *("referer", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "x-scheme"),
    "x-xsrftoken",
}
_NOT_PASSED_BACK = _OF_THE_CONNECTION - {"content-length"} | {
    *("access-control-allow-credentials", "access-control-allow-origin"),
    *("content-security-policy", "date", "server", "set-cookie"),
    *("x-content-type-options", "report-to", "reporting-endpoints"),
}
"""Each server says these of itself."""


class Undelivered(Exception):
    """The keeper was not reached, or asking it again does no harm."""


async def forwarded(handler: Endpoint) -> bool:
    """Whether another server has answered; else this one is the keeper and must.

    Raises StoreUnavailable where there is no keeper that answers.
    """
    passed: Link | None = None
    while (link := await handler.services.keeper(passed)) is not None:
        try:
            await _pass_on(handler, link)
            return True
        except Undelivered:
            # Waits until that keeper has been found to be gone.
            passed = link
    return False


def address_of(handler: Any) -> str:
    """The request's path and query as the keeper, without a base URL, knows them."""
    base = handler.settings["base_url"].rstrip("/")
    query = "&".join(
        each
        for each in handler.request.query.split("&")
        if unquote(each.partition("=")[0]) not in OF_JUPYTER
    )
    path = str(handler.request.path).removeprefix(base)
    return f"{path}?{query}" if query else path


def headers_for(handler: Any, link: Link) -> dict[str, str]:
    """The request's own as far as they concern the keeper, and whose request it is."""
    ours = forwarded_as(owner_of(handler), link.keeper.secret)
    names = {each.lower() for each in ours}
    kept = {
        name: value
        for name, value in handler.request.headers.get_all()
        if name.lower() not in _NOT_PASSED_ON | names
    }
    return kept | ours | {"X-Forwarded-Proto": handler.request.protocol}


async def _pass_on(handler: Endpoint, link: Link) -> None:
    request = _request(handler, link)
    if link.client.is_closed:
        raise Undelivered
    task = link.carry(_answered(handler, link, request))
    handler.passed_on = task
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()
    elif not handler.is_gone:
        _cut(handler)


def _cut(handler: Endpoint, cause: Exception | None = None) -> None:
    """A client that has part of an answer sees that there is more of it."""
    if not handler._headers_written:
        raise _lost(handler) from cause
    handler.detach().close()


def _lost(handler: Endpoint) -> Exception:
    """For a request that may have been acted on or not."""
    if handler.request.method == "GET":
        return Undelivered()
    return handler.services.trouble or StoreUnavailable(
        "The Jupyter server that kept the conversations has ended before it answered.",
        "Look whether what you asked for has been done, and ask again if not.",
    )


def _request(handler: Endpoint, link: Link) -> httpx.Request:
    """Raises NotFound for an address that cannot be one, TooLarge for the body."""
    import httpx

    body = handler.received()
    try:
        return link.client.build_request(
            str(handler.request.method),
            address_of(handler),
            headers={**headers_for(handler, link), "Accept-Encoding": "identity"},
            content=body or None,
        )
    except httpx.InvalidURL as error:
        raise NotFound(
            "There is nothing at this address.", "Check the address."
        ) from error


async def _answered(handler: Endpoint, link: Link, request: httpx.Request) -> None:
    import httpx

    try:
        response = await link.client.send(request, stream=True)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Undelivered from error
    except httpx.HTTPError as error:
        raise _lost(handler) from error
    try:
        await _passed_back(handler, response)
    except StreamClosedError:
        pass  # the client has gone
    except (httpx.HTTPError, TimeoutError) as error:
        _cut(handler, error)
    finally:
        await response.aclose()


async def _passed_back(handler: Endpoint, response: httpx.Response) -> None:
    handler.set_status(response.status_code)
    for name in {each.lower() for each in response.headers} - _NOT_PASSED_BACK:
        handler.clear_header(name)
        for value in response.headers.get_list(name):
            handler.add_header(name, value)
    if "Content-Length" not in response.headers and response.status_code == 200:
        # A stream may have nothing to say for a while.
        await handler.flush()
    async for piece in response.aiter_raw():
        handler.write(piece)
        # Awaited, so that what a slow client has not taken does not pile up here.
        async with asyncio.timeout(WRITE_S):
            await handler.flush()
    kind = response.headers.get("Content-Type", "application/json")
    handler.finish(set_content_type=kind)
