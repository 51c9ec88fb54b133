from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.protocol import codegen, events, requests

COMMITTED = Path(__file__).parents[2] / "labextension" / "src" / "protocol.ts"
FIX = "labextension/src/protocol.ts is out of date; run: make codegen"


def test_the_committed_types_are_those_of_the_structs() -> None:
    is_current = COMMITTED.read_text(encoding="utf-8") == codegen.typescript()
    assert is_current, FIX


def test_every_message_has_its_type_and_its_tag() -> None:
    generated = codegen.typescript()
    for union in (events.TurnEvent, requests.SocketRequest):
        for struct in union.__args__:
            tag = struct.__struct_config__.tag
            name = codegen.NAMES.get(struct.__name__, struct.__name__)
            assert f"export type {name} = {{\n  type: '{tag}';" in generated


def test_a_request_may_leave_out_what_has_a_default_an_event_may_not() -> None:
    generated = codegen.typescript()
    assert "  options?: AskOptions;" in generated
    assert "  hint: string;" in generated
    assert "?: " not in generated.split("export type TurnError = {")[1].split("}")[0]


def test_nothing_is_left_untyped() -> None:
    assert "any" not in codegen.typescript().replace("`make", "").split()
