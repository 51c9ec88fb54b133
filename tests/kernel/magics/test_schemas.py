from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from IPython.core.error import UsageError

from jupyter_llmchat.engine.schema import check
from jupyter_llmchat.kernel.magics.schemas import schema


@dataclass
class City:
    name: str
    people: int


class Described:
    @classmethod
    def model_json_schema(cls) -> dict[str, object]:
        return {"type": "object", "title": "Described"}


class Untyped:
    def __init__(self, x) -> None:  # type: ignore[no-untyped-def]
        self.x = x


ANY = {"type": "object"}
NAMES = {
    "as_dict": ANY,
    "as_text": '{"type": "object"}',
    "City": City,
    "Described": Described,
    "Untyped": Untyped,
    "number": 3,
    "wrong": "[",
}


def test_ways_to_give_one(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"type": "object"}')
    for given in (' {"type": "object"}', "as_dict", "as_text", str(file)):
        assert schema(given, NAMES) == ANY
    assert schema("Described", NAMES)["title"] == "Described"


def test_a_dataclass_is_one_that_the_model_can_be_held_to() -> None:
    import json

    found = schema("City", NAMES)
    check(json.dumps(found))
    assert "people" in json.dumps(found)
    assert '"additionalProperties": false' in json.dumps(found)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("{", "between single quotes"),
        ("nowhere.json", "neither a variable nor a file"),
        (".", "neither a variable nor a file"),
        ("number", "number is no schema"),
        ("wrong", "no JSON object"),
        ("Untyped", "Untyped has no schema"),
    ],
)
def test_what_is_none(given: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        schema(given, NAMES)


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="Correct the file"):
        schema(str(file), NAMES)
