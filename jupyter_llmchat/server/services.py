"""What handlers may use, built once and closed once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.resources import Status, StoreStatus

from .doctor import Doctor
from .inventory import Inventory
from .keeper.election import Election
from .keeper.link import Link
from .keeper.listener import Listener
from .model_host import HostedModel
from .openai.completions import Completions
from .preparation import Preparation
from .running import Answer
from .settings import ServerSettings
from .tiers import Tiers
from .turns import Turns
from .workshop import Workshop

if TYPE_CHECKING:
    from jupyter_llmchat.store import Store


STATUS_S = 1.0
"""Who asks for the status does not wait longer until it is known who keeps the data."""


class Services:
    """The store, the turns and the models, or the way to the server that has them.

    The arguments are those of Workshop. Nothing of it is opened while another server
    keeps the data; requests never get here then, `operation.permitted` passes them on.
    """

    def __init__(
        self,
        settings: ServerSettings,
        model: HostedModel,
        others: Mapping[Tier, HostedModel] = MappingProxyType({}),
        *,
        answer: Answer | None = None,
        beat: Callable[[], None] = lambda: None,
        log: logging.Logger | None = None,
    ) -> None:
        log = log or logging.getLogger(__name__)
        self.limits = settings.limits
        self.settings = settings
        self.inventory = Inventory(settings)
        self.doctor = Doctor()
        self._workshop = Workshop(
            settings, model, others, answer=answer, beat=beat, log=log
        )
        self._election = Election(settings.store, self._workshop.start, log)

    async def start(self, listen: Callable[[], Listener] | None = None) -> None:
        """Returns at once; `listen` makes what other servers pass requests on to."""
        await self._election.start(listen)

    async def close(self) -> None:
        """Turns are stored, the database is closed, another server may open it."""
        await self.doctor.close()
        await self._election.withdraw()
        await self._workshop.close()
        await self._election.leave()

    async def keeper(self, other_than: Link | None = None) -> Link | None:
        """As Election.keeper: the way to the server that keeps the data, if another."""
        return await self._election.keeper(other_than)

    async def store(self) -> Store:
        """Waits, within bounds, for the database; raises StoreUnavailable."""
        return await self._workshop.store()

    async def turns(self) -> Turns:
        """As `store`."""
        return await self._workshop.turns()

    @property
    def completions(self) -> Completions:
        """Answers for OpenAI's clients."""
        return self._workshop.completions

    @property
    def trouble(self) -> StoreUnavailable | None:
        """Why the server that keeps the data cannot be asked at the moment."""
        return self._election.trouble

    @property
    def turns_active(self) -> int:
        """Turns running or waiting, and requests that another server is answering."""
        link = self._election.link
        return self._workshop.turns_active + (link.active if link else 0)

    @property
    def models(self) -> Tiers:
        """Every model there is, loaded or not."""
        return self._workshop.models

    def preparation(self, tier: Tier) -> Preparation:
        """What is done with a tier's model before anyone asks."""
        return self._workshop.preparation(tier)

    async def whole_status(self) -> Status:
        """As the server that keeps the data gives it, and which one that is."""
        link = await self._election.link_by(STATUS_S)
        if link is None:
            return self.status
        status = await link.status() or self.status
        pid = link.keeper.pid
        notice = (
            f"Another Jupyter server of yours (process {pid}) keeps the conversations; "
            "this one passes requests on to it and takes over when it ends."
        )
        detail = f"{status.store.detail} {notice}"
        store = msgspec.structs.replace(status.store, detail=detail)
        return msgspec.structs.replace(status, store=store, keeper_pid=pid)

    @property
    def status(self) -> Status:
        """Of this server alone; `whole_status` asks the one that keeps the data."""
        status = self._workshop.status
        if self.trouble is None:
            return status
        store = StoreStatus(kind="memory", path=None, detail=str(self.trouble))
        return msgspec.structs.replace(status, store=store)
