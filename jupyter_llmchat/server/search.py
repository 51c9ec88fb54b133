"""Searching over REST."""

from __future__ import annotations

from jupyter_llmchat.protocol.search import SearchBody, SearchPage

from .base import Endpoint
from .operation import operation


class Search(Endpoint):
    """What was said in all of the owner's sessions."""

    @operation(body=SearchBody, reply=SearchPage)
    async def post(self, asked: SearchBody) -> SearchPage:
        """Find questions, answers and titles; changes nothing."""
        store = await self.services.store()
        return await store.search.find(
            self.owner, asked.query, asked.limit, asked.start
        )
