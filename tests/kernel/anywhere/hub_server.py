"""`python -m tests.kernel.anywhere.hub_server`: a user's server on a JupyterHub.

As the Hub's own it knows its user by name, lets in who has the token that the Hub has
given out, lies under /user/NAME/, and does not list that token.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User

from jupyter_llmchat.cli import main
from jupyter_llmchat.server.app import LLMChatApp
from tests.server.fake_server import new_services

USER = "ada"


class HubIdentity(IdentityProvider):
    """Stands for the Hub, which is asked about each token."""

    @property
    def token(self) -> str:
        """What is listed."""
        return ""

    token_generated = False

    def get_user(self, handler: Any) -> User | None:
        given = handler.request.headers.get("Authorization", "")
        if given != f"token {os.environ['JUPYTERHUB_API_TOKEN']}":
            return None
        return User(username=USER)

    def is_token_authenticated(self, handler: Any) -> bool:
        return True


HubIdentity.__module__ = "jupyterhub.singleuser.extension"
"""By which our server knows that user names mean something."""

if __name__ == "__main__":
    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
    sys.modules[HubIdentity.__module__] = sys.modules[__name__]
    identity = f"{HubIdentity.__module__}.HubIdentity"
    options = (
        f"--ServerApp.identity_provider_class={identity}",
        f"--ServerApp.base_url={os.environ['JUPYTERHUB_SERVICE_PREFIX']}",
    )
    sys.exit(main(["serve", "--", *options, *sys.argv[1:]]))
