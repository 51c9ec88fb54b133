"""What is done with the model before anyone asks, in idle time."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.model_file import shown
from jupyter_llmchat.models.profile import ModelProfile, SelfTest
from jupyter_llmchat.protocol.setup import Warmth

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
        self._warming = False
        self._warm: tuple[int | None] | None = None
        """The process that has read the beginnings; None for none."""

    @property
    def warmth(self) -> Warmth:
        """Whether what every prompt begins with has been read."""
        model = self._model.status
        if model.state == "ready" and self._warm == (model.pid,):
            return "warm"
        return "warming" if self._warming else "cold"

    @property
    def found(self) -> SelfTest | None:
        """None if the model was not tested, or not yet."""
        return self._test

    @property
    def summary(self) -> str | None:
        """One sentence; None if the model was not tested."""
        return self._test.summary if self._test else None

    async def run(self) -> None:
        """Raises nothing; answers come without it too, only later or worse."""
        from jupyter_llmchat.pipeline import Runtime, selftest, warm_up
        from jupyter_llmchat.pipeline.models import OneModel

        try:
            name, fingerprint = await asyncio.to_thread(self._file)
            # Where nothing is kept, a model that is loaded again is not tested again.
            self._test = self._test or await asyncio.to_thread(
                profile.tested,
                self._settings.profiles,
                fingerprint,
                selftest.version(),
            )
            self._warming = True
            await warm_up(
                Runtime(
                    models=OneModel(self._model),
                    config=self._settings.pipeline,
                    self_test=self._test,
                )
            )
            self._warm, self._warming = (self._model.status.pid,), False
            if self._test is None and self._settings.self_test:
                await self._find_out(name, fingerprint)
        except LLMChatError as error:
            # The model's status says it to whoever wants to know.
            self._log.debug("the model was not prepared: %s", error)
        except Exception:  # noqa: BLE001 nothing waits for it
            self._log.error("the model could not be prepared", exc_info=True)
        finally:
            self._warming = False

    def _file(self) -> tuple[str, str]:
        """Name and fingerprint of the model's file; raises ModelUnavailable. Blocks."""
        path = locate(self._settings.engine.model_path).path
        return shown(Path(path.name)), profile.fingerprint(path)

    async def _find_out(self, name: str, fingerprint: str) -> None:
        from jupyter_llmchat.pipeline import selftest

        self._test = await selftest.run(self._model)
        self._log.info("%s: %s", name, self._test.summary)
        if (folder := self._settings.profiles) is not None:
            found = ModelProfile(
                fingerprint=fingerprint, name=name, self_test=self._test
            )
            await asyncio.to_thread(profile.save, folder, found)
