"""A method declared once: what it takes is checked, and who may not call it fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.codec import convert_query
from jupyter_llmchat.protocol.requests import EventsQuery
from jupyter_llmchat.server.operation import Operation, operation_of
from jupyter_llmchat.server.routes import table
from jupyter_llmchat.server.sessions import OneSession, Sessions

from .builders import Api


def test_what_is_declared_can_be_read() -> None:
    declared = operation_of(Sessions, "post")
    assert isinstance(declared, Operation)
    assert (declared.status, declared.media) == (201, "application/json")
    assert operation_of(OneSession, "put") is None


def test_every_method_of_the_api_is_declared_with_what_it_does() -> None:
    for address, handler in table().items():
        if "/api/" not in address or address.endswith("/socket"):
            continue
        for method in ("get", "post", "put", "patch", "delete"):
            function: Any = getattr(handler, method)
            if not function.__module__.startswith("jupyter_llmchat"):
                continue
            assert operation_of(handler, method), f"{method} {address}"
            assert function.__doc__, f"{method} {address}"


@pytest.mark.parametrize("given", ["-1", "x", "", "9" * 30, "1.5", "\x00"])
async def test_a_query_that_does_not_fit_is_refused(api: Api, given: str) -> None:
    with pytest.raises(BadRequest, match="from_seq"):
        convert_query({"from_seq": given}, EventsQuery)
    response = await api.get("turns", "t", "events", params={"from_seq": given})
    assert response.code == 400


async def test_an_unknown_argument_is_refused_by_name(api: Api) -> None:
    response = await api.get("turns", "t", "events", params={"form_seq": "1"})
    assert response.code == 400
    assert "form_seq" in json.loads(response.body)["message"]


async def test_arguments_of_jupyter_itself_are_left_alone(api: Api) -> None:
    response = await api.get("turns", "t", "events", params={"token": "t"})
    assert response.code != 400
