"""A model in a process of its own, with what is known about it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.gguf import check
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.model_file import shown
from jupyter_llmchat.models.profile import ModelProfile, SelfTest
from jupyter_llmchat.pipeline import selftest, warm_up
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.worker.link import WorkerLink

from .assistant import Assistant

_LOG = logging.getLogger(__name__)

Say = Callable[[str], None]


@asynccontextmanager
async def opened(
    engine: EngineConfig, profiles: Path | None, say: Say
) -> AsyncIterator[Assistant]:
    """Starts the model that `engine.model_path` names ("" is the embedded one), and
    tests it where that was not done before; its process is gone at the end.

    Raises ModelUnavailable, and what the self-test raises.
    """
    file = locate(engine.model_path)
    check(file.path)
    link = WorkerLink(replace(engine, model_path=str(file.path)), log=_LOG)
    say(f"Loading {shown(Path(file.path.name))}.")
    await link.start()
    try:
        await link.ready()
        test = await _tested(link, file.path, profiles, say)
        runtime = Runtime(models=OneModel(link), self_test=test)
        await warm_up(runtime)
        yield Assistant(runtime=runtime)
    finally:
        await link.stop()


async def _tested(
    link: WorkerLink, path: Path, profiles: Path | None, say: Say
) -> SelfTest:
    """What the self-test has found, now or earlier."""
    fingerprint = profile.fingerprint(path)
    test = profile.tested(profiles, fingerprint, selftest.version())
    if test is None:
        say("The model has not been tested yet; its self-test is made first.")
        test = await selftest.run(link)
        name = shown(Path(path.name))
        known = ModelProfile(fingerprint=fingerprint, name=name, self_test=test)
        if profiles:
            profile.save(profiles, known)
    say(test.summary)
    return test
