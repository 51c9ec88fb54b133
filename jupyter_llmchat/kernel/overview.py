"""What the server can tell about itself and its answers: figures, models, settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from jupyter_llmchat.protocol.figures import (
    AnswersQuery,
    MetricsSeries,
    MetricsSummary,
    SeriesQuery,
    Usage,
    UsageQuery,
)
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.requests import Query
from jupyter_llmchat.protocol.resources import Session
from jupyter_llmchat.protocol.setup import (
    Model,
    ModelList,
    Retrieval,
    SelectModel,
    SettingsInForce,
)

T = TypeVar("T")

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
"""Seconds."""
CHANGE_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
"""Other models may have to leave the memory first."""


class Overview(ABC):
    """Part of ChatClient; every method raises what its methods raise."""

    @abstractmethod
    def _fetch(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: msgspec.Struct | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> T: ...

    def metrics_summary(self, asked: AnswersQuery | None = None) -> MetricsSummary:
        """Counts and figures of the user's answers."""
        return self._fetch("GET", _path("metrics/summary", asked), MetricsSummary)

    def metrics_series(self, asked: SeriesQuery | None = None) -> MetricsSeries:
        """One figure over time; `asked.utc_offset_s` says where days begin."""
        return self._fetch("GET", _path("metrics/series", asked), MetricsSeries)

    def usage(self, utc_offset_s: int = 0) -> Usage:
        """What the user has done."""
        asked = UsageQuery(utc_offset_s=utc_offset_s)
        return self._fetch("GET", _path("metrics/usage", asked), Usage)

    def models(self) -> ModelList:
        """Every model there is, loaded or not."""
        return self._fetch("GET", "models", ModelList)

    def load_model(self, tier: str) -> Model:
        """Begins to load it; `models` says when it is ready."""
        path = f"models/{quote(tier, safe='')}/load"
        return self._fetch("POST", path, Model, timeout=CHANGE_TIMEOUT)

    def unload_model(self, tier: str) -> Model:
        """It is out of memory on return."""
        path = f"models/{quote(tier, safe='')}/unload"
        return self._fetch("POST", path, Model, timeout=CHANGE_TIMEOUT)

    def select_model(self, session_id: str, tier: Tier | None) -> Session:
        """Which model answers in a session; None leaves it to the one that decides."""
        body = SelectModel(tier=tier)
        return self._fetch("POST", f"sessions/{session_id}/model", Session, body)

    def settings(self) -> SettingsInForce:
        """The server's settings, and those of each loaded model."""
        return self._fetch("GET", "settings", SettingsInForce)

    def retrieval(self) -> Retrieval:
        """Where questions get their context from."""
        return self._fetch("GET", "retrieval", Retrieval)


def _path(path: str, asked: Query | None) -> str:
    """With what differs from the defaults as arguments."""
    if asked is None:
        return path
    given = {
        field.name: value
        for field in msgspec.structs.fields(asked)
        if (value := getattr(asked, field.name)) != field.default
    }
    shown = {
        name: str(each).lower() if isinstance(each, bool) else each
        for name, each in given.items()
    }
    return f"{path}?{urlencode(shown, errors='replace')}" if shown else path
