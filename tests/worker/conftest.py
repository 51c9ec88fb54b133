from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from jupyter_llmchat.config import EngineConfig, WorkerConfig
from jupyter_llmchat.worker.link import WorkerLink

FAKE = (sys.executable, "-m", "tests.worker.fake_worker")
QUICK = WorkerConfig(heartbeat_s=0.1, silent_s=1.0, start_s=10.0, stalled_s=30.0)

StartLink = Callable[..., Awaitable[WorkerLink]]


@pytest.fixture
async def start_link() -> AsyncIterator[StartLink]:
    """Starts links to fake workers of a kind; stops them after the test."""
    links: list[WorkerLink] = []

    async def start(kind: str, **changes: float) -> WorkerLink:
        config = replace(QUICK, **changes)  # type: ignore[arg-type]
        link = WorkerLink(EngineConfig(model_path=kind), config, command=FAKE)
        links.append(link)
        await link.start()
        return link

    yield start
    for link in links:
        await link.stop()


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The fake worker is found from its own process."""
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))
