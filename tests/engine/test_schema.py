from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.engine import schema as json_schema
from jupyter_llmchat.engine.schema import MAX_LENGTH, MAX_PATTERNS
from jupyter_llmchat.errors import BadRequest, TooLarge


def _refusal(schema: Any) -> str:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    with pytest.raises(BadRequest) as caught:
        json_schema.check(text)
    assert caught.value.hint
    return caught.value.message


def test_ordinary_schemas_pass() -> None:
    json_schema.check(
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Person",
                "type": "object",
                "properties": {
                    "not": {"type": "string", "default": {"if": 1}},
                    "age": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                },
                "required": ["not"],
                "x-order": 1,
            }
        )
    )


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"not": {}}, "`not` at $,"),
        ({"properties": {"a": {"uniqueItems": True}}}, "`uniqueItems` at $.prop"),
        ({"items": {"contains": {}}}, "`contains` at $.items,"),
        ({"prefixItems": [{}, {"if": {}}]}, "`if` at $.prefixItems[1],"),
        ({"$defs": {"a": {"maxlength": 3}}}, "`maxlength` at $.$defs.a,"),
        ({"anyOf": [{"allOf": [{"x": 1}]}]}, "`x` at $.anyOf[0].allOf[0],"),
        ({"additionalProperties": {"nullable": True}}, "`nullable` at"),
        ({"x-guidance": {"lenient": True}}, "`x-guidance` at $,"),
    ],
)
def test_what_would_not_be_held_to_is_named_with_its_place(
    schema: Any, place: str
) -> None:
    assert place in _refusal(schema)


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"minimum": NaN}', "yes"])
def test_text_that_is_not_json_is_told(text: str) -> None:
    assert "not valid JSON" in _refusal(text)


@pytest.mark.parametrize("schema", [[], 3, None, True, "x"])
def test_a_schema_is_an_object(schema: Any) -> None:
    assert "not an object" in _refusal(json.dumps(schema))


def test_bottomless_nesting_is_told() -> None:
    assert "nested too deeply" in _refusal("[" * MAX_LENGTH)


def test_a_schema_as_long_as_a_book_is_refused_with_figures() -> None:
    with pytest.raises(TooLarge, match=str(MAX_LENGTH)):
        json_schema.check(json.dumps({"enum": ["x" * MAX_LENGTH]}))


def _patterns(count: int) -> list[dict[str, Any]]:
    return [{"pattern": f".*{index}"} for index in range(count)]


def _chain(count: int) -> dict[str, Any]:
    defs = {
        f"d{index}": {"pattern": f".*{index}", "$ref": f"#/$defs/d{index + 1}"}
        for index in range(count)
    }
    return {"$defs": {**defs, f"d{count}": {}}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": _patterns(MAX_PATTERNS + 1)},
        {"allOf": [{"allOf": _patterns(4)}, {"anyOf": [{"allOf": _patterns(4)}]}]},
        {"items": {"patternProperties": {f"a{i}": {} for i in range(9)}}},
        _chain(MAX_PATTERNS + 1),
    ],
)
def test_many_patterns_for_one_text_are_refused(schema: Any) -> None:
    assert "patterns for one text" in _refusal(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": _patterns(MAX_PATTERNS)},
        {"anyOf": _patterns(50)},
        {"properties": {f"p{i}": {"pattern": "a"} for i in range(50)}},
        _chain(MAX_PATTERNS),
        {"$defs": {"a": {"pattern": "a", "$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    ],
)
def test_many_patterns_for_many_texts_are_not(schema: Any) -> None:
    json_schema.check(json.dumps(schema))
