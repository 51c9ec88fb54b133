"""What the handlers for OpenAI's clients share: their errors have OpenAI's shape."""

from __future__ import annotations

from jupyter_llmchat.errors import LLMChatError, NotFound
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.server.base import Endpoint
from jupyter_llmchat.server.operation import permitted

from .faults import error_reply, status_of


class OpenAIEndpoint(Endpoint):
    """Base of the handlers; every method is `permitted`."""

    def finish_with(self, error: LLMChatError) -> None:
        status = self.get_status()
        if status == 403 and self.current_user is None:
            # What these clients know a wrong key by.
            status = 401
            self.set_header("WWW-Authenticate", "Bearer")
        self.set_status(status_of(error, status))
        self.finish(encode(error_reply(error, status)))


class Elsewhere(OpenAIEndpoint):
    """Addresses of OpenAI's that there are not here."""

    @permitted
    async def get(self, *path: str) -> None:
        raise _NOTHING

    @permitted
    async def post(self, *path: str) -> None:
        self.received()
        raise _NOTHING


_NOTHING = NotFound(
    "There is nothing at this address.",
    "Use chat/completions, models or embeddings.",
)
