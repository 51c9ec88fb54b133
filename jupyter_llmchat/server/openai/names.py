"""What our models are called: each twice, for a plain answer and for one in stages."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from jupyter_llmchat.errors import ModelUnavailable, NotFound
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.tiers import Tiers

STAGED = "-staged"
OPENING_S = 20.0
"""A model file that is still being checked is waited for so long: before that it may
not be known which file it is."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What answers under a name."""

    id: str
    tier: Tier
    staged: bool


async def names(tiers: Tiers) -> dict[str, Named]:
    """Every name, the cheapest model first; of two tiers with the same file, the
    first."""
    if tiers.fast.status.state == "starting":
        with suppress(TimeoutError, ModelUnavailable):
            async with asyncio.timeout(OPENING_S):
                await tiers.fast.ready()
    found: dict[str, Named] = {}
    for each in tiers.status:
        for staged in (False, True):
            name = each.model.name + (STAGED if staged else "")
            found.setdefault(name, Named(id=name, tier=each.tier, staged=staged))
    return found


async def named(tiers: Tiers, name: str) -> Named:
    """What answers under that name; raises NotFound."""
    known = await names(tiers)
    if name not in known:
        raise NotFound(
            f"`model` names no model of this server: {name[:200]}.",
            f"Use one of {', '.join(known)}.",
        )
    return known[name]
