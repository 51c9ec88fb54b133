from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_llmchat.server.identity import owner_of


def handler(module: str, username: str) -> Any:
    provider = type("Provider", (), {"__module__": module})()
    user = SimpleNamespace(username=username)
    return SimpleNamespace(identity_provider=provider, current_user=user)


def test_a_plain_server_has_one_owner_whatever_the_token_is_called() -> None:
    assert owner_of(handler("jupyter_server.auth.identity", "a1b2")) == "local"
    assert owner_of(handler("jupyter_server.auth.identity", "c3d4")) == "local"


def test_under_jupyterhub_the_owner_is_the_server_s_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert owner_of(handler("jupyter_server.auth.identity", "a1b2")) == "ada"


def test_on_a_shared_hub_server_each_user_owns_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert owner_of(handler("jupyterhub.singleuser.extension", "bob")) == "bob"
