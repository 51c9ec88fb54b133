from __future__ import annotations

import json
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.serverapp import ServerApp

V1 = "jupyter-llmchat/v1"


class Refusing(Authorizer):
    def is_authorized(self, *args: Any) -> bool:  # type: ignore[override]
        return False


async def _error(fetch: Any, path: str, **options: Any) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    response = await fetch(V1, path, raise_error=False, headers=headers, **options)
    return response.code, json.loads(response.body)["error"]


@pytest.mark.parametrize("path", ["completions", "responses", "images/generations"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_address_that_there_is_not(
    jp_fetch: Any, path: str, method: str
) -> None:
    body = b"{}" if method == "POST" else None
    code, error = await _error(jp_fetch, path, method=method, body=body)
    assert (code, error["code"], error["param"]) == (404, "not_found", None)
    assert "chat/completions" in error["message"]


async def test_a_method_that_there_is_not(jp_fetch: Any) -> None:
    code, error = await _error(jp_fetch, "models", method="POST", body=b"{}")
    assert (code, error["type"]) == (405, "invalid_request_error")


async def test_without_a_key(jp_fetch: Any) -> None:
    code, error = await _error(jp_fetch, "models", headers={"Authorization": ""})
    assert (code, error["code"]) == (401, "invalid_api_key")
    assert "token" in error["message"]


async def test_whom_an_authorizer_refuses(
    jp_serverapp: ServerApp, jp_fetch: Any
) -> None:
    jp_serverapp.web_app.settings["authorizer"] = Refusing()
    code, error = await _error(jp_fetch, "models")
    assert (code, error["type"]) == (403, "permission_error")


async def test_a_body_over_the_limit(jp_fetch: Any) -> None:
    body = b'{"model": "' + b"x" * (1 << 20) + b'"}'
    code, error = await _error(jp_fetch, "chat/completions", method="POST", body=body)
    assert (code, error["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"model": "\\ud800"}', b"\xff", b"", b"null"]
)
async def test_a_body_that_is_none(jp_fetch: Any, body: bytes) -> None:
    code, error = await _error(jp_fetch, "chat/completions", method="POST", body=body)
    assert (code, error["type"]) == (400, "invalid_request_error")


async def test_a_body_that_is_not_declared_as_json(jp_fetch: Any) -> None:
    headers = {"Content-Type": "text/plain"}
    code, _ = await _error(
        jp_fetch, "chat/completions", method="POST", body=b"{}", headers=headers
    )
    assert code == 400
