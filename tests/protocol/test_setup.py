from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol import setup
from jupyter_llmchat.protocol.codec import decode
from jupyter_llmchat.protocol.requests import Body
from jupyter_llmchat.protocol.resources import Resource


def test_every_struct_is_asked_or_answered() -> None:
    structs = [
        each
        for each in vars(setup).values()
        if isinstance(each, type)
        and issubclass(each, msgspec.Struct)
        and each.__module__ == setup.__name__
    ]
    assert structs and all(issubclass(each, Resource | Body) for each in structs)


def test_no_tier_leaves_the_choice_and_has_to_be_said() -> None:
    assert decode(b'{"tier": null}', setup.SelectModel).tier is None
    for body in (b"{}", b'{"tier": "huge"}', b'{"tier": "fast", "model": "x"}'):
        with pytest.raises(BadRequest):
            decode(body, setup.SelectModel)
