"""Files leave and come in over REST; whatever comes in, the server goes on."""

from __future__ import annotations

import json
import pickle
import zipfile
from io import BytesIO
from typing import Any

import nbformat
import pytest
from tornado.httpclient import HTTPResponse
from traitlets.config import Config

from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.server.app import LLMChatApp
from tests.transfer.builders import answer, full_turn, session, turn

from .builders import Api
from .test_base import error_of

WHOLE = encode(session(full_turn("a"), title="Häufig"))


async def imported(api: Api, data: bytes, kind: str = "application/json") -> Any:
    response = await api.post(
        "sessions", "import", body=data, headers={"Content-Type": kind}
    )
    assert response.code == 201, response.body
    return json.loads(response.body)["sessions"]


async def titles(api: Api) -> list[str]:
    listed = json.loads((await api.get("sessions")).body)["sessions"]
    return [each["title"] for each in listed]


async def export(api: Api, *path: str, form: str = "json") -> HTTPResponse:
    params = {"format": form} if path != ("export",) else {}
    response = await api.get("sessions", *path, params=params)
    assert response.code == 200, response.body
    return response


async def test_an_answer_that_was_given_is_exported_and_imported(api: Api) -> None:
    asked = await api.new_session()
    await api.ask(asked, "What is it?")
    response = await export(api, asked, "export")
    assert response.headers["Content-Type"] == "application/json"
    document = json.loads(response.body)
    (only,) = document["turns"]
    assert only["question"] == "What is it?"
    assert only["answer"]["stages"][0]["text"] == "Forty-two."
    (created,) = await imported(api, response.body)
    assert created["id"] != asked
    again = json.loads((await export(api, created["id"], "export")).body)
    assert again["turns"][0]["answer"] == only["answer"]
    assert again["turns"][0]["id"] != only["id"]


async def test_an_imported_answer_can_be_listened_to(api: Api) -> None:
    (created,) = await imported(api, WHOLE)
    listed = json.loads((await api.get("sessions", created["id"], "messages")).body)
    turn_id = listed["messages"][0]["turn_id"]
    events = await api.get("turns", turn_id, "events")
    assert events.code == 200
    assert b"It counts." in events.body
    assert b"event: complete" in events.body


async def test_a_file_is_sent_as_one_to_be_saved(api: Api) -> None:
    (created,) = await imported(api, WHOLE)
    for form, ending, kind in (
        ("json", "json", "application/json"),
        ("markdown", "md", "text/markdown; charset=utf-8"),
        ("notebook", "ipynb", "application/x-ipynb+json"),
    ):
        headers = (await export(api, created["id"], "export", form=form)).headers
        assert headers["Content-Type"] == kind
        assert headers["Content-Disposition"] == (
            f'attachment; filename="Haufig.{ending}"; '
            f"filename*=UTF-8''H%C3%A4ufig.{ending}"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].endswith("; sandbox")
        assert headers["Cache-Control"] == "no-store"


async def test_a_notebook_is_valid_and_can_be_imported(api: Api) -> None:
    (created,) = await imported(api, WHOLE)
    notebook = (await export(api, created["id"], "export", form="notebook")).body
    nbformat.validate(nbformat.reads(notebook.decode(), as_version=4))
    (again,) = await imported(api, notebook, "application/x-ipynb+json")
    assert again["title"] == "Häufig"


async def test_all_are_exported_one_a_line(api: Api) -> None:
    for title in ("one", "two", "three"):
        await imported(api, encode(session(turn("a"), title=title)))
    response = await export(api, "export")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert "conversations.jsonl" in response.headers["Content-Disposition"]
    lines = [json.loads(line)["title"] for line in response.body.splitlines()]
    assert lines == ["one", "two", "three"]
    created = await imported(api, response.body, "application/x-ndjson")
    assert [each["title"] for each in created] == lines
    assert await titles(api) == lines[::-1] * 2


async def test_nothing_to_export_is_an_empty_file(api: Api) -> None:
    assert (await export(api, "export")).body == b""


async def test_another_owner_s_are_not_exported(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    other = await store.create_session("eve", "secret", {})
    response = await api.get("sessions", other.id, "export")
    assert (response.code, error_of(response)["code"]) == (404, "not_found")
    assert (await export(api, "export")).body == b""


async def test_a_format_that_there_is_not_is_refused(api: Api) -> None:
    created = await api.new_session()
    response = await api.get("sessions", created, "export", params={"format": "pdf"})
    assert response.code == 400
    assert "$.format" in error_of(response)["message"]


def _zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../x", "y")
    return file.getvalue()


def with_settings(config: bytes) -> bytes:
    return WHOLE.replace(b'"config":{}', b'"config":' + config)


BAD_FILES = {
    "nothing": b"",
    "space": b" \n ",
    "zip": _zip(),
    "pickle": pickle.dumps({"format": 1}),
    "binary": bytes(range(256)),
    "Markdown": b"# Counting\n",
    "UTF-16": "{}".encode("utf-16"),
    "a list": b"[" + WHOLE + b"]",
    "foreign": b'{"messages": []}',
    "foreign notebook": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "newer": WHOLE.replace(b'"version":1', b'"version":2'),
    "nested lists": b'{"config": ' + b"[" * 200_000,
    "nested objects": b'{"a":' * 100_000,
    "deep settings": with_settings(b'{"a":' + b"[" * 70 + b"]" * 70 + b"}"),
    "huge number": with_settings(b'{"a":1' + b"0" * 5000 + b"}"),
    "bad settings": with_settings(b'{"temperature":"x"}'),
    "unknown field": with_settings(b'{},"path":"/etc"'),
    "lone surrogate": WHOLE.replace("Häufig".encode(), b"\\ud800"),
    "second line cut": WHOLE + b"\n" + WHOLE[:-9],
}


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_a_bad_file_is_refused_and_stores_nothing(api: Api, data: bytes) -> None:
    response = await api.post("sessions", "import", body=data)
    assert response.code == 400
    assert error_of(response)["code"] == "bad_request"
    assert await titles(api) == []


async def test_nothing_is_imported_if_one_of_many_is_damaged(api: Api) -> None:
    data = b"\n".join([WHOLE, WHOLE, WHOLE.replace(b'"t', b'"x', 1)])
    response = await api.post("sessions", "import", body=data)
    assert error_of(response)["message"].startswith("Line 3: ")
    assert await titles(api) == []


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data"])
async def test_what_a_form_on_another_site_can_send_is_refused(
    api: Api, kind: str
) -> None:
    response = await api.post(
        "sessions", "import", body=WHOLE, headers={"Content-Type": kind}
    )
    assert response.code == 400


async def test_titles_make_no_paths(api: Api) -> None:
    for title in ("../../etc/passwd", "a\r\nSet-Cookie: x=1", "\x00", "con", "x" * 200):
        (created,) = await imported(api, encode(session(title=title)))
        headers = (await export(api, created["id"], "export")).headers
        told = headers["Content-Disposition"]
        assert "/" not in told.replace("UTF-8''", "")
        assert "\\" not in told
        assert headers.get("Set-Cookie") != "x=1"
        assert len(told) < 500


class TestLimits:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> Config:
        config = Config(jp_server_config)
        config.LLMChatApp.import_bytes = len(WHOLE)
        return config

    async def test_a_file_over_the_limit_is_refused_and_not_kept(
        self, api: Api, extension: LLMChatApp
    ) -> None:
        await imported(api, WHOLE)
        for size in (len(WHOLE) + 1, 12 << 20):
            response = await api.post("sessions", "import", body=b" " * size)
            assert response.code == 413
            assert str(size) in error_of(response)["message"]
        assert await titles(api) == ["Häufig"]


async def test_a_larger_file_than_other_requests_may_be_is_imported(api: Api) -> None:
    long = answer("word " * 500_000)
    data = encode(session(turn("a", answer=long)))
    assert len(data) > 2 << 20
    (created,) = await imported(api, data)
    assert created["messages"] == 2


async def test_what_the_store_refuses_is_told_with_how_far_it_got(
    api: Api, extension: LLMChatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_llmchat.errors import StoreUnavailable

    assert extension.services is not None
    store = await extension.services.store()
    real, calls = store.importing.add, []

    async def failing(owner: str, document: Any) -> Any:
        calls.append(document)
        if len(calls) == 2:
            raise StoreUnavailable("There is no room left.", "Free some.")
        return await real(owner, document)

    monkeypatch.setattr(store.importing, "add", failing)
    response = await api.post("sessions", "import", body=WHOLE + b"\n" + WHOLE)
    assert response.code == 503
    told = error_of(response)["message"]
    assert told == "1 of 2 conversations were imported. There is no room left."
    assert await titles(api) == ["Häufig"]


async def test_an_imported_conversation_goes_on(api: Api) -> None:
    (created,) = await imported(api, WHOLE)
    assert (await api.ask(created["id"], "And that?")).code == 200
    document = json.loads((await export(api, created["id"], "export")).body)
    first, second = document["turns"]
    assert second["parent"] == first["id"]
    assert document["current"] == second["id"]
