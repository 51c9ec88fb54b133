"""Every method of every route of ours is for those who may, and for nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from jupyter_llmchat.server.openai.endpoint import OpenAIEndpoint
from jupyter_llmchat.server.routes import routes, table

from .builders import Api

OURS = "jupyter_llmchat"


def methods() -> Iterator[Any]:
    """Each pattern with each method that a class of ours defines for it."""
    for pattern, handler, _ in routes(None):  # type: ignore[arg-type]
        for method in RequestHandler.SUPPORTED_METHODS:
            function = getattr(handler, method.lower())
            if function.__module__.startswith(OURS):
                path = pattern.removeprefix("/").replace("([^/]+)", "some-id")
                path = path.replace("\\.", ".")
                yield pytest.param(path, method, handler, id=f"{method} {path}")


METHODS = tuple(methods())


def overridden(handler: type) -> set[str]:
    """Attributes that classes of ours define."""
    classes = [each for each in handler.__mro__ if each.__module__.startswith(OURS)]
    return {name for each in classes for name in vars(each)}


async def code_of(
    fetch: Any, ws_fetch: Any, path: str, method: str, handler: type, token: str | None
) -> tuple[int, bytes]:
    headers = {"Authorization": "" if token is None else f"token {token}"}
    if issubclass(handler, WebSocketHandler):
        try:
            (await ws_fetch(path, headers=headers)).close()
        except HTTPClientError as error:
            return error.code, error.response.body if error.response else b""
        return 101, b""
    response = await fetch(
        path,
        method=method,
        headers={**headers, "Content-Type": "application/json"},
        body=b"{}" if method in ("POST", "PUT", "PATCH") else None,
        raise_error=False,
    )
    return response.code, response.body


def told(body: bytes) -> Any:
    """What went wrong; OpenAI's clients get it wrapped."""
    found = json.loads(body)
    return found.get("error", found)


class Refusing(Authorizer):
    asked: list[tuple[str, str]]

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> Any:
        self.asked.append((action, resource))
        return False


class RefusingLater(Refusing):
    async def is_authorized(self, *args: Any) -> bool:  # type: ignore[override]
        return bool(super().is_authorized(*args))


def served(router: Any) -> Iterator[tuple[str, type]]:
    """Every pattern and handler that a server's routers know."""
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from served(rule.target)
        elif hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern, rule.target


def test_what_the_server_serves_of_ours_is_what_is_walked(
    jp_serverapp: ServerApp,
) -> None:
    handlers = {
        handler
        for _, handler in served(jp_serverapp.web_app.default_router)
        if handler.__module__.startswith(OURS)
    }
    assert handlers == {handler for _, handler, _ in routes(None)}  # type: ignore[arg-type]
    assert handlers == {each.values[2] for each in METHODS}
    assert len(METHODS) >= len(table())


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("path", "method", "handler"), METHODS)
async def test_without_a_valid_token_it_is_forbidden(
    jp_fetch: Any,
    jp_ws_fetch: Any,
    path: str,
    method: str,
    handler: type,
    strict: bool,
) -> None:
    for token in (None, "wrong"):
        code, body = await code_of(jp_fetch, jp_ws_fetch, path, method, handler, token)
        known_by = (403, "forbidden")
        if issubclass(handler, OpenAIEndpoint):
            known_by = (401, "invalid_api_key")
        assert (code, told(body)["code"]) == known_by
        assert "token" in told(body)["message"]


@pytest.mark.parametrize("authorizer", [Refusing, RefusingLater])
@pytest.mark.parametrize(("path", "method", "handler"), METHODS)
async def test_an_authorizer_can_forbid_it(
    jp_serverapp: ServerApp,
    jp_fetch: Any,
    jp_ws_fetch: Any,
    authorizer: type[Refusing],
    path: str,
    method: str,
    handler: type,
) -> None:
    refusing = authorizer()
    refusing.asked = []
    jp_serverapp.web_app.settings["authorizer"] = refusing
    token = jp_serverapp.identity_provider.token
    code, body = await code_of(jp_fetch, jp_ws_fetch, path, method, handler, token)
    assert code == 403
    assert told(body)["code"] == "forbidden"
    action = "read" if method == "GET" else "write"
    if issubclass(handler, WebSocketHandler):
        action = "execute"
    assert refusing.asked == [(action, "llmchat")]


@pytest.mark.parametrize(("path", "method", "handler"), METHODS)
def test_jupyter_s_own_checks_are_left_in_place(
    path: str, method: str, handler: type
) -> None:
    ours = overridden(handler)
    assert not ours & {
        "check_origin",
        "check_xsrf_cookie",
        "get_current_user",
        "prepare",
        "set_default_headers",
        "content_security_policy",
    }


@pytest.mark.parametrize(
    ("path", "method", "handler"), [each for each in METHODS if each.values[1] != "GET"]
)
async def test_a_cookie_alone_may_not_write(
    jp_serverapp: ServerApp,
    http_server_client: Any,
    jp_base_url: str,
    path: str,
    method: str,
    handler: type,
) -> None:
    login = await http_server_client.fetch(
        f"{jp_base_url}?token={jp_serverapp.identity_provider.token}",
        follow_redirects=False,
        raise_error=False,
    )
    cookie = "; ".join(
        each.split(";")[0] for each in login.headers.get_list("Set-Cookie")
    )
    response = await http_server_client.fetch(
        f"{jp_base_url}{path}",
        method=method,
        headers={"Cookie": cookie, "Content-Type": "application/json"},
        body=None if method == "DELETE" else b"{}",
        raise_error=False,
    )
    assert response.code == 403
    assert b"X-XSRFToken" in response.body


async def test_a_method_that_a_route_does_not_have_is_refused(api: Api) -> None:
    response = await api.post("status", body={})
    assert response.code == 405
    assert json.loads(response.body)["code"] == "bad_request"
