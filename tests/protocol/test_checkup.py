from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.checkup import Check, Checkup
from jupyter_llmchat.protocol.codec import decode, encode

SLOW = Check(name="speed", state="warn", message="It is slow.", action="Wait.")


def test_a_checkup_is_read_as_it_was_written() -> None:
    whole = Checkup(ok=True, checks=(SLOW,))
    assert decode(encode(whole), Checkup) == whole


def test_a_check_is_fine_or_it_warns_or_it_fails() -> None:
    odd = encode(Checkup(ok=True, checks=(SLOW,))).replace(b"warn", b"odd")
    with pytest.raises(BadRequest):
        decode(odd, Checkup)
    assert msgspec.to_builtins(SLOW)["action"] == "Wait."
