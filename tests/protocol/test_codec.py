from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.codec import (
    decode,
    decode_event,
    decode_frame,
    decode_request,
    encode,
)
from jupyter_llmchat.protocol.events import Notice
from jupyter_llmchat.protocol.requests import Ask, AskBody, CreateSession, Refused

NESTED = b"[" * 100_000


def ask(**fields: Any) -> bytes:
    body = {"type": "ask", "session_id": "s", "question": "Why?", **fields}
    return json.dumps(body).encode()


def ask_with(raw: bytes) -> bytes:
    """A question whose text is exactly `raw`, however odd."""
    return b'{"type":"ask","session_id":"s","question":"' + raw + b'"}'


def option(name: str, raw: str) -> bytes:
    fields = f'"Why?","options":{{"{name}":{raw}}}'
    return ask().replace(b'"Why?"', fields.encode())


BAD_REQUESTS = {
    # What is sent → the place that the message must name.
    "nothing": (b"", "truncated"),
    "half an object": (b'{"type":', "truncated"),
    "not JSON": (b"hello", "byte 0"),
    "a form": (b"type=ask&question=Why", "not valid JSON"),
    "binary": (bytes(range(256)), "byte 0"),
    "a byte order mark": (b"\xef\xbb\xbf" + ask(), "byte 0"),
    "two values": (ask() + b"{}", "trailing"),
    "an array": (b"[]", "Expected `object`"),
    "null": (b"null", "Expected `object`"),
    "no type": (b'{"question":"Why?"}', "`type`"),
    "an unknown type": (b'{"type":"drop"}', "$.type"),
    "a type twice": (b'{"type":"ask","type":"cancel","turn_id":"t"}', "$.type"),
    "a number for the type": (b'{"type":5}', "$.type"),
    "a number for a text": (ask(question=5), "$.question"),
    "null for a text": (ask(question=None), "$.question"),
    "no question": (b'{"type":"ask","session_id":"s"}', "`question`"),
    "an unknown field": (ask(model="x"), "`model`"),
    "an unknown option": (ask(options={"n": 1}), "`n` - at `$.options`"),
    "an empty id": (ask(session_id=""), "$.session_id"),
    "a long id": (ask(session_id="x" * 10_000), "$.session_id"),
    "no seconds": (option("deadline_s", "0"), "$.options.deadline_s"),
    "infinite seconds": (option("deadline_s", "1e999"), "$.options.deadline_s"),
    "infinite heat": (option("temperature", "1e999"), "$.options.temperature"),
    "negative heat": (option("temperature", "-1"), "$.options.temperature"),
    "not a number": (option("temperature", "NaN"), "not valid JSON"),
    "half a token": (option("max_tokens", "1.5"), "$.options.max_tokens"),
    "too many tokens": (option("max_tokens", "1000000000"), "$.options.max_tokens"),
    "a place before 0": (
        b'{"type":"resume","turn_id":"t","from_seq":-1}',
        "$.from_seq",
    ),
    "brackets only": (NESTED, "Expected `object`"),
    "brackets in a field": (ask_with(b'","options":' + NESTED), "$.options"),
    "a lone surrogate": (ask_with(rb"\ud800 and more"), "surrogate"),
    "a surrogate in UTF-8": (ask_with(b"\xed\xa0\x80"), "utf-8"),
    "cut UTF-8": (ask_with(b"\xf0\x9f"), "utf-8"),
    "a bare NUL": (ask_with(b"a\x00b"), "invalid character"),
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_a_bad_request_names_its_place(case: str) -> None:
    data, place = BAD_REQUESTS[case]
    with pytest.raises(BadRequest) as caught:
        decode_request(data)
    assert place in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "config",
    [NESTED, b'{"a":' + NESTED, b'{"a":1e999}', rb'{"a":"\ud800."}', rb'{"\ud800.":1}'],
)
def test_free_form_settings_are_checked_too(config: bytes) -> None:
    with pytest.raises(BadRequest):
        decode(b'{"config":' + config + b"}", CreateSession)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(BadRequest, match="surrogates"):
        decode_request('{"type":"cancel","turn_id":"\ud800"}')


def test_of_a_key_given_twice_the_last_counts() -> None:
    request = decode_request(ask_with(b'Why?","question":"How?'))
    assert isinstance(request, Ask) and request.question == "How?"


@pytest.mark.parametrize("bad", ["a\r\nb", "a\x00b", "a\x1b[2Jb", "a/../b"])
def test_an_id_that_could_forge_a_log_line_or_a_path_is_refused(bad: str) -> None:
    with pytest.raises(BadRequest, match=r"\$\.session_id"):
        decode_request(ask(session_id=bad))


@pytest.mark.parametrize("seed", [2**64, 10**40, -1])
def test_a_seed_that_no_sampler_takes_is_refused(seed: int) -> None:
    with pytest.raises(BadRequest, match=r"\$\.options\.seed"):
        decode_request(ask(options={"seed": seed}))


def test_a_question_may_hold_any_character() -> None:
    text = "nul \0, separators \u2028\u2029\x85, emoji 👩‍💻, <|im_end|>"
    request = decode_request(ask(question=text))
    assert isinstance(request, Ask) and request.question == text


def test_fields_left_out_get_their_defaults() -> None:
    first, second = decode_request(ask()), decode_request(ask())
    assert isinstance(first, Ask) and isinstance(second, Ask)
    assert first.options.seed is None
    assert first.client_message_id != second.client_message_id


def test_an_event_may_carry_fields_that_are_new_to_us() -> None:
    event = Notice(turn_id="t", seq=3, code="c", message="m")
    newer = encode(event)[:-1] + b',"colour":{"rgb":[1,2,3]}}'
    assert decode_event(newer) == event


def test_a_frame_is_an_event_or_a_refusal() -> None:
    refused = Refused(code="busy", message="Full.", hint="Wait.", retryable=True)
    event = Notice(turn_id="t", code="c", message="m")
    assert decode_frame(encode(refused)) == refused
    assert decode_frame(encode(event)) == event


def test_a_file_name_that_is_not_unicode_does_not_break_an_event() -> None:
    event = Notice(turn_id="t", code="c", message="no file \udcff.gguf")
    assert decode_event(encode(event)).message == "no file ?.gguf"  # type: ignore[union-attr]


@settings(deadline=None)
@given(st.binary() | st.text())
def test_noise_is_a_bad_request(data: bytes | str) -> None:
    with pytest.raises(BadRequest):
        decode_request(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=8,
)
_FIELD = st.sampled_from(
    ["question", "session_id", "turn_id", "from_seq", "options", "client_message_id"]
)


@settings(deadline=None)
@given(st.sampled_from(["ask", "cancel", "resume"]), st.dictionaries(_FIELD, _JSON))
def test_any_object_is_a_request_or_a_bad_one(
    kind: str, fields: dict[str, Any]
) -> None:
    data = json.dumps({"type": kind, **fields})
    try:
        request = decode_request(data)
    except BadRequest as error:
        assert error.message
    else:
        assert decode_request(encode(request)) == request


def test_a_whole_number_may_be_written_with_a_point() -> None:
    body = b'{"question": "Q", "options": {"max_tokens": 5.0, "seed": 1e3}}'
    options = decode(body, AskBody).options
    assert (options.max_tokens, options.seed) == (5, 1000)
    for wrong in (b"5.5", b"1e999", b"0.0", b'"5"'):
        with pytest.raises(BadRequest, match="max_tokens"):
            decode(b'{"question": "Q", "options": {"max_tokens": %s}}' % wrong, AskBody)
