"""The addresses of the extension, below the server's base URL."""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

from .ask import Ask, CancelTurn, OneTurn, TurnEvents
from .prepare import Prepare
from .services import Services
from .sessions import Messages, OneSession, Sessions
from .socket import Socket
from .status import ServerHealth, ServerStatus

Route = tuple[str, type[RequestHandler], dict[str, Any]]

_API = r"/jupyter-llmchat/api"
_ID = r"([^/]+)"


def routes(services: Services) -> list[Route]:
    """Pattern, handler and its arguments, as tornado wants them."""
    table: dict[str, type[RequestHandler]] = {
        "health": ServerHealth,
        "status": ServerStatus,
        "sessions": Sessions,
        f"sessions/{_ID}": OneSession,
        f"sessions/{_ID}/messages": Messages,
        f"sessions/{_ID}/ask": Ask,
        f"sessions/{_ID}/prepare": Prepare,
        f"turns/{_ID}": OneTurn,
        f"turns/{_ID}/events": TurnEvents,
        f"turns/{_ID}/cancel": CancelTurn,
        "socket": Socket,
    }
    return [
        (f"{_API}/{pattern}", handler, {"services": services})
        for pattern, handler in table.items()
    ]
