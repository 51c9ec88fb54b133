from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.errors import BadRequest, LLMChatError, TooLarge
from jupyter_llmchat.transfer import reading
from jupyter_llmchat.transfer.document import SessionDocument
from jupyter_llmchat.transfer.notebook import to_notebook
from jupyter_llmchat.transfer.reading import read

from .builders import full_turn, session, sessions, turn

DOCUMENT = session(full_turn("a"), full_turn("b", parent="a"), title="Häufig 😀\x00")
WHOLE = msgspec.json.encode(DOCUMENT)
PRETTY = json.dumps(json.loads(WHOLE), indent=2).encode()


def refusal(data: bytes) -> LLMChatError:
    with pytest.raises((BadRequest, TooLarge)) as raised:
        list(read(data))
    assert raised.value.message.endswith(".")
    assert raised.value.hint.endswith(".")
    return raised.value


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (WHOLE, 1),
        (PRETTY, 1),
        (b"\xef\xbb\xbf" + WHOLE, 1),
        (b" \r\n" + WHOLE + b"\r\n", 1),
        (WHOLE + b"\n" + WHOLE + b"\n", 2),
        (WHOLE + b"\r\n\r\n" + WHOLE, 2),
        (to_notebook(DOCUMENT), 1),
        (json.dumps(json.loads(to_notebook(DOCUMENT))).encode(), 1),
        (WHOLE + b"\n" + to_notebook(DOCUMENT).replace(b"\n", b""), 2),
    ],
)
def test_files_that_were_exported(data: bytes, number: int) -> None:
    assert list(read(data)) == [DOCUMENT] * number


@given(sessions())
def test_a_notebook_loses_nothing(document: SessionDocument) -> None:
    assert list(read(to_notebook(document))) == [document]


@pytest.mark.parametrize("data", [WHOLE, PRETTY, to_notebook(DOCUMENT)])
def test_cut_anywhere_it_is_refused(data: bytes) -> None:
    for end in range(0, len(data) - 2, 37):
        refusal(data[:end])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=3))
def test_damage_is_refused_or_harmless(at: int, dirt: bytes) -> None:
    data = WHOLE[:at] + dirt + WHOLE[at + len(dirt) :]
    try:
        (found,) = read(data)
    except (BadRequest, TooLarge) as error:
        assert error.message
    else:
        assert isinstance(found, SessionDocument)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty."),
        (b"# Counting", "Conversations cannot be read from Markdown."),
        (b"PK\x03\x04", "This is no file with conversations."),
        (b"[]", "The file holds a list."),
        (b"{}", "This is no conversation that was exported."),
        (b'{"format": ["x"]}', "This is no conversation that was exported."),
        (b'{"nbformat": 4}', "The notebook holds no conversation"),
        (b'{"nbformat": 4, "metadata": 3}', "Expected `object`, got `int`"),
        (WHOLE.replace(b'"version":1', b'"version":7'), "(format 7, this one knows 1)"),
        (WHOLE.replace(b'"version":1', b'"version":0'), "version is none that there"),
        (WHOLE.replace(b'"version":1', b'"version":true'), "version is none that"),
        (WHOLE.replace(b'"version":1', b'"version":"1"'), "version is none that"),
        (WHOLE.replace(b'"stage":"core"', b'"stage":"x"'), "$.turns[0].answer.stage"),
        (WHOLE.replace(b'"created":', b'"created":-'), "at `$.created`"),
        (WHOLE.replace(b'"created":', b'"created":9e99,"x":'), "at `$.created`"),
        (WHOLE.replace(b'"state":"complete"', b'"state":"streaming"'), "answer.state"),
        (WHOLE.replace(b'"parent":"a"', b'"parent":"b"'), "at `$.turns[1].parent`"),
        (WHOLE.replace(b'"turns":[', b'"turns":[3,'), "at `$.turns[0]`"),
        (WHOLE.replace("Häufig".encode(), b'"'), "at byte"),
        (WHOLE + b"\n" + WHOLE[:-1], "Line 2: "),
        (WHOLE + b"\n\n{}", "Line 3: This is no conversation that was exported."),
        (b'{"config":' + b"[" * 500_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(data: bytes, told: str) -> None:
    assert data != WHOLE
    assert told in refusal(data).message


def test_files_of_version_1_can_be_read_for_good() -> None:
    whole = Path(__file__).with_name("session-v1.json").read_bytes()
    (found,) = read(whole)
    told = json.loads(msgspec.json.encode(found))
    for known in told["turns"]:
        # What has been added since is empty where a file has it not.
        assert known.pop("notices") == []
        assert {each.pop("ms") for each in known["answer"]["stages"]} == {0.0}
    assert told == json.loads(whole)


def test_of_a_key_that_comes_twice_the_last_one_counts() -> None:
    data = WHOLE.replace(b'{"format":', b'{"title":"first","format":')
    assert list(read(data)) == [DOCUMENT]


def test_one_conversation_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SESSION_BYTES", len(WHOLE) - 1)
    told = refusal(WHOLE)
    assert isinstance(told, TooLarge)
    assert f"{len(WHOLE)} bytes" in told.message
    small = msgspec.json.encode(session(turn("a")))
    assert len(list(read(small + b"\n" + small))) == 2


def test_their_number_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SESSIONS", 2)
    assert isinstance(refusal(WHOLE + b"\n" + WHOLE + b"\n" + WHOLE), TooLarge)
