"""The addresses of the extension, below the server's base URL."""

from __future__ import annotations

import re
from typing import Any

from tornado.web import RequestHandler

from .a2a.endpoint import AgentCard, Calls
from .ask import Ask, CancelTurn, OneTurn, TurnDecisions, TurnEvents
from .branches import OneMessage, Regenerate, SelectTurn
from .inforce import Settings, Sources
from .metrics import Series, Summary, UserUsage
from .models import AllModels, LoadModel, SessionModel, UnloadModel
from .openai.chat import ChatCompletions
from .openai.endpoint import Elsewhere
from .openai.models import Embeddings, Models, OneModel
from .openapi import Description
from .prepare import Prepare, PrepareNew, SeenByModel
from .search import Search
from .services import Services
from .sessions import Messages, OneSession, Sessions
from .socket import Socket
from .status import Checks, ServerHealth, ServerStatus
from .transfer import ExportAll, ExportSession, ImportSessions
from .upkeep import Backups, CheckDatabase, RebuildIndex, VacuumDatabase

Route = tuple[str, type[RequestHandler], dict[str, Any]]

_API = "jupyter-llmchat/api"
_A2A = "jupyter-llmchat/a2a"
_V1 = "jupyter-llmchat/v1"


def table() -> dict[str, type[RequestHandler]]:
    """Address, with the names of its ids, and handler."""
    return {
        f"{_API}/health": ServerHealth,
        f"{_API}/status": ServerStatus,
        f"{_API}/openapi.json": Description,
        f"{_API}/sessions": Sessions,
        # Before those with an id in the same place.
        f"{_API}/sessions/export": ExportAll,
        f"{_API}/sessions/import": ImportSessions,
        f"{_API}/sessions/{{session_id}}": OneSession,
        f"{_API}/sessions/{{session_id}}/messages": Messages,
        f"{_API}/sessions/{{session_id}}/export": ExportSession,
        f"{_API}/sessions/{{session_id}}/ask": Ask,
        f"{_API}/sessions/{{session_id}}/prepare": Prepare,
        f"{_API}/prepare": PrepareNew,
        f"{_API}/context": SeenByModel,
        f"{_API}/search": Search,
        f"{_API}/turns/{{turn_id}}": OneTurn,
        f"{_API}/turns/{{turn_id}}/events": TurnEvents,
        f"{_API}/turns/{{turn_id}}/cancel": CancelTurn,
        f"{_API}/turns/{{turn_id}}/decisions": TurnDecisions,
        f"{_API}/turns/{{turn_id}}/regenerate": Regenerate,
        f"{_API}/turns/{{turn_id}}/select": SelectTurn,
        f"{_API}/messages/{{message_id}}": OneMessage,
        f"{_API}/models": AllModels,
        f"{_API}/models/{{tier}}/load": LoadModel,
        f"{_API}/models/{{tier}}/unload": UnloadModel,
        f"{_API}/sessions/{{session_id}}/model": SessionModel,
        f"{_API}/metrics/summary": Summary,
        f"{_API}/metrics/series": Series,
        f"{_API}/metrics/usage": UserUsage,
        f"{_API}/settings": Settings,
        f"{_API}/retrieval": Sources,
        f"{_API}/doctor": Checks,
        f"{_API}/db/check": CheckDatabase,
        f"{_API}/db/backups": Backups,
        f"{_API}/db/vacuum": VacuumDatabase,
        f"{_API}/db/rebuild-index": RebuildIndex,
        f"{_API}/socket": Socket,
        _A2A: Calls,
        # Where clients look: at the server, or below an address that they are given.
        ".well-known/agent.json": AgentCard,
        ".well-known/agent-card.json": AgentCard,
        f"{_A2A}/.well-known/agent.json": AgentCard,
        f"{_A2A}/.well-known/agent-card.json": AgentCard,
        f"{_V1}/chat/completions": ChatCompletions,
        f"{_V1}/models": Models,
        f"{_V1}/models/{{name}}": OneModel,
        f"{_V1}/embeddings": Embeddings,
        f"{_V1}/{{step}}": Elsewhere,
        f"{_V1}/{{step}}/{{next_step}}": Elsewhere,
    }


def routes(services: Services) -> list[Route]:
    """Pattern, handler and its arguments, as tornado wants them."""
    return [
        (_pattern(address), handler, {"services": services})
        for address, handler in table().items()
    ]


def _pattern(address: str) -> str:
    return "/" + re.sub(r"{\w+}", "([^/]+)", address.replace(".", r"\."))
