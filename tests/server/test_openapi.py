"""The description says what the routes do, and whatever it allows is answered."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from schemathesis.openapi import from_dict

from jupyter_llmchat.server.openapi import description
from jupyter_llmchat.server.operation import operation_of
from jupyter_llmchat.server.routes import table

from .builders import Api
from .served import served

MEANING = "positive_data_acceptance,ensure_resource_availability"


def test_every_method_of_the_api_is_described() -> None:
    paths = description(table())["paths"]
    described = {
        (path, method) for path, methods in paths.items() for method in methods
    }
    declared = {
        (f"/{address}", method)
        for address, handler in table().items()
        for method in ("get", "post", "put", "patch", "delete")
        if operation_of(handler, method)
    }
    assert described == declared
    assert len(described) > 10


def test_it_is_valid_openapi_and_every_reference_leads_somewhere() -> None:
    whole = description(table(), "/user/one/")
    from_dict(whole).validate()
    assert whole["servers"] == [{"url": "/user/one"}]
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole)))
    assert names <= set(whole["components"]["schemas"])


def test_bodies_queries_and_answers_are_those_that_are_declared() -> None:
    paths: Any = description(table())["paths"]
    ask = paths["/jupyter-llmchat/api/sessions/{session_id}/ask"]["post"]
    body = ask["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/AskBody"}
    assert [each["name"] for each in ask["parameters"]] == ["session_id"]
    assert "text/event-stream" in ask["responses"]["200"]["content"]
    events = paths["/jupyter-llmchat/api/turns/{turn_id}/events"]["get"]["parameters"]
    assert [(each["name"], each["in"]) for each in events] == [
        ("turn_id", "path"),
        ("from_seq", "query"),
    ]


async def test_the_server_gives_it(api: Api) -> None:
    response = await api.get("openapi.json")
    assert json.loads(response.body)["openapi"].startswith("3.1")


async def test_a_method_that_is_not_offered_names_those_that_are(api: Api) -> None:
    response = await api.patch("sessions", body={})
    assert response.code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST", "OPTIONS"}


def fuzzed(folder: Path, examples: int) -> int:
    """How many requests were made, all of them answered as described."""
    with served(folder) as server:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{server.api}openapi.json",
            *("--header", f"Authorization: token {server.token}"),
            *("--max-examples", str(examples), "--checks", "all", "--seed", "1"),
            # What fits the schema may still make no sense, an end before its start, or
            # name another thing in its body that is not there.
            *("--exclude-checks", MEANING, "--no-color"),
        ]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    found = re.search(r"(\d+) generated", done.stdout)
    assert found is not None, done.stdout[-2000:]
    return int(found.group(1))


def test_whatever_is_sent_is_answered_as_described(tmp_path: Path) -> None:
    assert fuzzed(tmp_path, 5) > 100


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_five_thousand_requests_are_answered_as_described(tmp_path: Path) -> None:
    assert fuzzed(tmp_path, 220) >= 5000


def test_the_page_for_people_is_up_to_date() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = runpy.run_path(str(docs / "list_routes.py"))["page"]()
    assert (docs / "api.md").read_text(encoding="utf-8") == page, "run: make codegen"
