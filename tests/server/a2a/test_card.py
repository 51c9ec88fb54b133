from __future__ import annotations

import json
from typing import Any

from jupyter_llmchat._version import __version__
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.server.a2a.card import card

URL = "http://here.example/a2a"


def told() -> Any:
    return json.loads(encode(card(URL)))


def test_version_1_finds_what_it_requires() -> None:
    found = told()
    assert found["supportedInterfaces"] == [
        {"url": URL, "protocolBinding": "JSONRPC", "protocolVersion": version}
        for version in ("1.0", "0.3")
    ]
    assert found["securityRequirements"] == [{"schemes": {"jupyter": {"list": []}}}]
    scheme = found["securitySchemes"]["jupyter"]["httpAuthSecurityScheme"]
    assert scheme["scheme"] == "bearer"


def test_version_0_finds_what_it_requires() -> None:
    found = told()
    assert (found["url"], found["preferredTransport"]) == (URL, "JSONRPC")
    assert found["protocolVersion"].startswith("0.3")
    assert found["security"] == [{"jupyter": []}]
    scheme = found["securitySchemes"]["jupyter"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_what_can_be_done_is_said_and_what_cannot() -> None:
    found = told()
    assert found["version"] == __version__
    assert found["capabilities"] == {
        "streaming": True,
        "pushNotifications": False,
        "stateTransitionHistory": False,
        "extendedAgentCard": False,
    }
    (skill,) = found["skills"]
    assert {"id", "name", "description", "tags", "examples"} == {*skill}
