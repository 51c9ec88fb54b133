"""Whose sessions a request may see."""

from __future__ import annotations

import os
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, unquote

from jupyter_server.auth.identity import IdentityProvider, User

LOCAL = "local"
"""The one owner of a server that knows no users.

A plain Jupyter server gives each token-authenticated request another user name, so
nothing can be kept under it.
"""
SECRET_HEADER = "X-LLMChat-Secret"
OWNER_HEADER = "X-LLMChat-Owner"


class ForwardedIdentity(IdentityProvider):
    """For requests that another server of the same user has let in and passes on."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def get_user(self, handler: Any) -> User | None:
        headers = handler.request.headers
        given = headers.get(SECRET_HEADER, "")
        if not compare_digest(given.encode(), self._secret.encode()):
            return None
        return User(username=unquote(headers.get(OWNER_HEADER, LOCAL)))

    def is_token_authenticated(self, handler: Any) -> bool:
        """No browser sends the secret, so there is no cookie to be misused."""
        return True

    def should_check_origin(self, handler: Any) -> bool:
        return False


def forwarded_as(owner: str, secret: str) -> dict[str, str]:
    """The headers by which ForwardedIdentity knows a request's owner."""
    return {SECRET_HEADER: secret, OWNER_HEADER: quote(owner)}


def owner_of(handler: Any) -> str:
    """The owner of a JupyterHandler's request: under JupyterHub its user's name."""
    provider = type(handler.identity_provider)
    knows_users = issubclass(provider, ForwardedIdentity) or any(
        each.__module__.startswith("jupyterhub.") for each in provider.__mro__
    )
    if knows_users and handler.current_user is not None:
        return str(handler.current_user.username)
    return os.environ.get("JUPYTERHUB_USER") or LOCAL
