"""Whose sessions a request may see."""

from __future__ import annotations

import os
from typing import Any

LOCAL = "local"
"""The one owner of a server that knows no users.

A plain Jupyter server gives each token-authenticated request another user name, so
nothing can be kept under it.
"""


def owner_of(handler: Any) -> str:
    """The owner of a JupyterHandler's request: under JupyterHub its user's name."""
    provider = type(handler.identity_provider)
    of_hub = any(each.__module__.startswith("jupyterhub.") for each in provider.__mro__)
    if of_hub and handler.current_user is not None:
        return str(handler.current_user.username)
    return os.environ.get("JUPYTERHUB_USER") or LOCAL
