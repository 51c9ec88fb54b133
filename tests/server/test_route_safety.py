"""What no route may do, tried on every route of the table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.websocket import WebSocketHandler

from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.operation import operation_of
from jupyter_llmchat.server.routes import table
from jupyter_llmchat.store.db import Cursor

from .builders import Api

DEEP = b"[" * 100_000
JSON = {"Content-Type": "application/json"}

HOSTILE = {
    "deep": DEEP,
    "deep inside": b'{"question": ' + DEEP + b"}",
    "many keys deep": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "lone surrogates": b'{"\\ud800": "\\udfff", "question": "\\ud800"}',
    "NUL": b'{"question": "\\u0000", "title": "\x00"}',
    "not UTF-8": b'{"question": "\xff\xfe"}',
    "not JSON": b"<question>",
    "a pickle": b"\x80\x04K\x01.",
    "a zip": b"PK\x03\x04" + b"\x00" * 100,
    "infinite": b'{"question": 1e999}',
    "the same key twice": b'{"question": 1, "question": {}}',
    "a number": b"1",
    "nothing": b"",
}


def methods(*names: str) -> Iterator[Any]:
    """Addresses with some id in them, and the methods that they have."""
    for address, handler in table().items():
        path = re.sub(r"{\w+}", "some-id", address)
        for name in names:
            function = getattr(handler, name.lower())
            if not function.__module__.startswith("jupyter_llmchat"):
                continue
            if issubclass(handler, WebSocketHandler):
                continue
            yield pytest.param(path, name, id=f"{name} {path}")


WITH_BODY = tuple(methods("POST", "PUT", "PATCH"))
READING = tuple(methods("GET"))
EVERY = (*WITH_BODY, *READING, *methods("DELETE"))


async def cookie_of(server: ServerApp, client: Any, base_url: str) -> str:
    login = await client.fetch(
        f"{base_url}?token={server.identity_provider.token}",
        follow_redirects=False,
        raise_error=False,
    )
    cookies = login.headers.get_list("Set-Cookie")
    return "; ".join(each.split(";")[0] for each in cookies)


@pytest.mark.parametrize(("path", "method"), EVERY)
async def test_another_site_may_not_use_the_users_cookie(
    jp_serverapp: ServerApp,
    http_server_client: Any,
    jp_base_url: str,
    path: str,
    method: str,
) -> None:
    cookie = await cookie_of(jp_serverapp, http_server_client, jp_base_url)
    xsrf = dict(each.split("=", 1) for each in cookie.split("; ")).get("_xsrf", "")
    response = await http_server_client.fetch(
        f"{jp_base_url}{path}",
        method=method,
        headers={
            **JSON,
            "Cookie": cookie,
            "X-XSRFToken": xsrf,
            "Origin": "http://evil.example",
        },
        body=b"{}" if method in ("POST", "PUT", "PATCH") else None,
        raise_error=False,
    )
    assert response.code in (403, 404)
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(("path", "method"), WITH_BODY)
async def test_a_hostile_body_is_refused_in_plain_words(
    jp_fetch: Any, path: str, method: str, api: Api
) -> None:
    for name, body in HOSTILE.items():
        response = await jp_fetch(
            path, method=method, headers={**JSON}, body=body, raise_error=False
        )
        assert 400 <= response.code < 500 or response.code < 300, name
        assert b"Traceback" not in response.body, name
        assert response.headers["Content-Type"].startswith(
            ("application/json", "text/event-stream")
        ), name
        json.loads(response.body) if response.code >= 400 else None
    assert (await api.get("health")).code == 200


@pytest.mark.parametrize(("path", "method"), WITH_BODY)
async def test_what_is_too_large_is_refused(
    jp_fetch: Any, path: str, method: str, extension: LLMChatApp
) -> None:
    limit = extension.import_bytes if path.endswith("import") else extension.body_bytes
    body = b'{"question": "' + b"x" * limit + b'"}'
    response = await jp_fetch(
        path, method=method, headers={**JSON}, body=body, raise_error=False
    )
    takes_none = response.code < 300 or response.code in (404, 409)
    assert response.code == 413 or (takes_none and not _takes_body(path, method))


def _takes_body(path: str, method: str) -> bool:
    for address, handler in table().items():
        if re.sub(r"{\w+}", "some-id", address) == path:
            found = operation_of(handler, method.lower())
            return found is None or found.body is not None or bool(found.raw_body)
    raise AssertionError(path)


def everything(cursor: Cursor) -> dict[str, Any]:
    """All rows of all tables, but for the search's, which follow a little later."""
    names = cursor.rows(
        "SELECT table_name AS n FROM duckdb_tables() WHERE NOT internal"
    )
    return {
        each["n"]: sorted(map(repr, cursor.rows(f"SELECT * FROM {each['n']}")))
        for each in names
        if not each["n"].startswith("search_")
    }


async def test_reading_changes_nothing(
    api: Api, jp_fetch: Any, extension: LLMChatApp
) -> None:
    session = await api.new_session()
    await api.ask(session, "What is it?")
    assert extension.services is not None
    store = await extension.services.store()
    messages = await store.messages("local", session)
    ids = {"session_id": session, "turn_id": messages[0].turn_id}
    ids["message_id"] = messages[0].id
    before = await store._access.read(everything)
    for address, handler in table().items():
        if issubclass(handler, WebSocketHandler):
            continue
        if handler.get.__module__.startswith("jupyter_llmchat"):
            path = re.sub(r"{(\w+)}", lambda m: ids.get(m.group(1), "x"), address)
            response = await jp_fetch(path, raise_error=False)
            assert response.code < 500, path
    assert await store._access.read(everything) == before
    assert before["messages"]


async def test_no_prompt_gets_into_a_log(
    jp_fetch: Any, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    caplog.set_level(0)
    session = await api.new_session()
    for address, handler in table().items():
        for method in ("POST", "PUT", "PATCH"):
            function = getattr(handler, method.lower())
            if not function.__module__.startswith("jupyter_llmchat"):
                continue
            path = re.sub(r"{\w+}", session, address)
            for body in ({"question": "canary"}, {"title": "canary", "canary": 1}):
                raw = json.dumps(body).encode()
                await jp_fetch(
                    path, method=method, headers={**JSON}, body=raw, raise_error=False
                )
    assert "canary" not in caplog.text
