from __future__ import annotations

import json

import pytest

from jupyter_llmchat.errors import OtherVersion
from jupyter_llmchat.protocol.ids import PROTOCOL_HEADER, PROTOCOL_VERSION
from jupyter_llmchat.server.version import check_version

from .builders import Api


@pytest.mark.parametrize("spoken", [None, str(PROTOCOL_VERSION)])
def test_the_same_version_or_none_is_accepted(spoken: str | None) -> None:
    check_version(spoken)


@pytest.mark.parametrize("spoken", ["0", "2", "999999999999", "", "x\r\ny", "²"])
def test_another_version_is_told_to_reload(spoken: str) -> None:
    with pytest.raises(OtherVersion, match="Reload the page") as refused:
        check_version(spoken)
    assert "\n" not in str(refused.value)


async def test_rest_refuses_another_version_and_does_nothing(api: Api) -> None:
    refused = await api.post("sessions", body={}, headers={PROTOCOL_HEADER: "2"})
    error = json.loads(refused.body)
    assert (refused.code, error["code"]) == (400, "other_version")
    assert error["hint"].startswith("Reload the page")
    same = {PROTOCOL_HEADER: str(PROTOCOL_VERSION)}
    listed = await api.get("sessions", headers=same)
    assert json.loads(listed.body)["sessions"] == []
