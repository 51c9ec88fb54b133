from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.codec import decode, encode
from jupyter_llmchat.protocol.search import SearchBody, SearchHit, SearchPage


def test_only_the_words_have_to_be_given() -> None:
    asked = decode(b'{"query": "two words"}', SearchBody)
    assert (asked.query, asked.limit, asked.start) == ("two words", 20, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"query": 1}',
        b'{"query": "", "limit": 0}',
        b'{"query": "", "start": -1}',
        b'{"query": "", "owner": "eve"}',
    ],
)
def test_what_does_not_fit_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        decode(body, SearchBody)


def test_ranges_are_pairs_of_numbers() -> None:
    hit = SearchHit(
        message_id=None,
        turn_id=None,
        session_id="s",
        session_title="A title",
        role="title",
        created=1.5,
        is_current=True,
        score=2.5,
        snippet="A title",
        ranges=((2, 7),),
    )
    sent = encode(SearchPage(hits=(hit,), next=None))
    assert msgspec.json.decode(sent)["hits"][0]["ranges"] == [[2, 7]]
    assert decode(sent, SearchPage).hits == (hit,)
