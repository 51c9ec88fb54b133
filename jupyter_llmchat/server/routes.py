"""The addresses of the extension, below the server's base URL."""

from __future__ import annotations

import re
from typing import Any

from tornado.web import RequestHandler

from .ask import Ask, CancelTurn, OneTurn, TurnEvents
from .prepare import Prepare
from .services import Services
from .sessions import Messages, OneSession, Sessions
from .socket import Socket
from .status import ServerHealth, ServerStatus

Route = tuple[str, type[RequestHandler], dict[str, Any]]

_API = "jupyter-llmchat/api"


def table() -> dict[str, type[RequestHandler]]:
    """Address, with the names of its ids, and handler."""
    return {
        f"{_API}/health": ServerHealth,
        f"{_API}/status": ServerStatus,
        f"{_API}/sessions": Sessions,
        f"{_API}/sessions/{{session_id}}": OneSession,
        f"{_API}/sessions/{{session_id}}/messages": Messages,
        f"{_API}/sessions/{{session_id}}/ask": Ask,
        f"{_API}/sessions/{{session_id}}/prepare": Prepare,
        f"{_API}/turns/{{turn_id}}": OneTurn,
        f"{_API}/turns/{{turn_id}}/events": TurnEvents,
        f"{_API}/turns/{{turn_id}}/cancel": CancelTurn,
        f"{_API}/socket": Socket,
    }


def routes(services: Services) -> list[Route]:
    """Pattern, handler and its arguments, as tornado wants them."""
    return [
        (_pattern(address), handler, {"services": services})
        for address, handler in table().items()
    ]


def _pattern(address: str) -> str:
    return "/" + re.sub(r"{\w+}", "([^/]+)", address.replace(".", r"\."))
