"""What is done with the model before anyone asks, in idle time."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.model_file import shown
from jupyter_llmchat.models.profile import DecisionStyle, ModelProfile, SelfTest

from .model_host import HostedModel
from .settings import ServerSettings


class Preparation:
    """Warms the model up and, once per model and version of the prompts, tests it.

    A test that does not get to its end is made again at the next start.
    """

    def __init__(
        self, model: HostedModel, settings: ServerSettings, log: logging.Logger
    ) -> None:
        self._model = model
        self._settings = settings
        self._log = log
        self._test: SelfTest | None = None

    @property
    def style(self) -> DecisionStyle:
        """How the model decides best, as far as is known."""
        return self._test.decision_style if self._test else profile.DEFAULT_STYLE

    @property
    def summary(self) -> str | None:
        """One sentence; None if the model was not tested."""
        return self._test.summary if self._test else None

    async def run(self) -> None:
        """Raises nothing; answers come without it too, only later or worse."""
        from jupyter_llmchat.pipeline import selftest, warm_up

        try:
            known = await asyncio.to_thread(self._known)
            self._test = known.tested_with(selftest.version())
            await warm_up(self._model, self.style)
            if self._test is None and self._settings.self_test:
                await self._find_out(known)
        except LLMChatError as error:
            # The model's status says it to whoever wants to know.
            self._log.debug("the model was not prepared: %s", error)
        except Exception:  # noqa: BLE001 nothing waits for it
            self._log.error("the model could not be prepared", exc_info=True)

    def _known(self) -> ModelProfile:
        """What earlier runs have found out; raises ModelUnavailable. Blocks."""
        path = locate(self._settings.engine.model_path).path
        fingerprint = profile.fingerprint(path)
        folder = self._settings.profiles
        found = profile.load(folder, fingerprint) if folder else None
        name = shown(Path(path.name))
        return found or ModelProfile(fingerprint=fingerprint, name=name)

    async def _find_out(self, known: ModelProfile) -> None:
        from jupyter_llmchat.pipeline import selftest

        self._test = await selftest.run(self._model)
        self._log.info("%s: %s", known.name, self._test.summary)
        if (folder := self._settings.profiles) is not None:
            found = msgspec.structs.replace(known, self_test=self._test)
            await asyncio.to_thread(profile.save, folder, found)
