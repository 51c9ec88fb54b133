"""Which JSON schemas can be held to; what stands in the way is named with its place.

llguidance reads unknown keywords as annotations, and its time grows exponentially with
the patterns that one string has to match at once. Neither may go unnoticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_llmchat.errors import BadRequest, TooLarge

MAX_LENGTH = 32_768
"""Characters of a schema; reading one takes milliseconds up to here."""
MAX_PATTERNS = 6
"""Patterns that one string may have to match at once; each triples the time."""

_VALUES = ("additionalItems", "additionalProperties", "items")
"""Keywords that hold the schema of another value, or a list of such."""
_NAMED = ("$defs", "definitions", "patternProperties", "properties")
"""Keywords that hold schemas by name."""
_CHOICES = ("anyOf", "oneOf")
_KEPT = {
    *_VALUES,
    *_NAMED,
    *_CHOICES,
    *("$ref", "allOf", "const", "enum", "exclusiveMaximum", "exclusiveMinimum"),
    *("format", "maxItems", "maxLength", "maxProperties", "maximum", "minItems"),
    *("minLength", "minProperties", "minimum", "multipleOf", "pattern"),
    *("prefixItems", "required", "type"),
}
_ANNOTATIONS = {
    *("$anchor", "$comment", "$id", "$schema", "contentEncoding", "contentMediaType"),
    *("default", "deprecated", "description", "discriminator", "example", "examples"),
    *("id", "readOnly", "title", "writeOnly"),
}


@dataclass(frozen=True)
class Subschema:
    """One schema inside another and where it stands."""

    path: str
    keywords: dict[str, Any]


def check(text: str) -> None:
    """Raises BadRequest or TooLarge naming what is in the way, and where."""
    if len(text) > MAX_LENGTH:
        raise TooLarge(
            f"The JSON schema has {len(text)} characters, at most {MAX_LENGTH} work.",
            "Give a smaller schema, or ask in several steps.",
        )
    try:
        schema = json.loads(text, parse_constant=_refuse_constant)
        _check(schema)
    except ValueError as error:
        raise BadRequest(
            f"The JSON schema is not valid JSON: {error}.",
            "Give the schema as JSON text, as json.dumps writes it.",
        ) from error
    except RecursionError as error:
        raise BadRequest(
            "The JSON schema is nested too deeply.", "Give a flatter schema."
        ) from error


def _check(schema: Any) -> None:
    if not isinstance(schema, dict):
        raise BadRequest(
            "The JSON schema is not an object.", 'Give one such as {"type": "string"}.'
        )
    patterns = _Patterns(schema)
    for each in subschemas(schema):
        _check_keywords(each)
        _check_patterns(each, patterns)


def subschemas(schema: Any) -> Iterator[Subschema]:
    """The schema and all inside it that have keywords; paths begin with `$`."""
    waiting = [("$", schema)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict):
            yield Subschema(path, found)
            waiting += _children(path, found)


def _children(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        inner = f"{path}.{keyword}"
        if keyword in _NAMED and isinstance(value, dict):
            yield from ((f"{inner}.{name}", each) for name, each in value.items())
        elif keyword in (*_VALUES, *_CHOICES, "allOf", "prefixItems"):
            if isinstance(value, list):
                yield from ((f"{inner}[{i}]", each) for i, each in enumerate(value))
            else:
                yield inner, value


def _check_keywords(schema: Subschema) -> None:
    for keyword in schema.keywords:
        if keyword in _KEPT or keyword in _ANNOTATIONS:
            continue
        if keyword.startswith("x-") and keyword != "x-guidance":
            continue
        raise BadRequest(
            f"The JSON schema uses `{keyword}` at {schema.path}, which cannot be"
            " held to while text is generated.",
            f"Leave it out; what can be used: {', '.join(sorted(_KEPT))}.",
        )


def _check_patterns(schema: Subschema, patterns: _Patterns) -> None:
    if patterns.at_once(schema.keywords) > MAX_PATTERNS:
        raise BadRequest(
            f"The JSON schema has more than {MAX_PATTERNS} patterns for one text"
            f" at {schema.path}.",
            "Join them to one pattern.",
        )


class _Patterns:
    """Counts the patterns that one text has to match at once, at the worst."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, int] = {}
        """By `$ref`."""

    def at_once(self, schema: Any) -> int:
        if not isinstance(schema, dict):
            return 0
        count = int("pattern" in schema) + len(_listed(schema, "patternProperties"))
        count += sum(map(self.at_once, _listed(schema, "allOf")))
        for keyword in _CHOICES:
            count += max(map(self.at_once, _listed(schema, keyword)), default=0)
        return count + self._behind(schema.get("$ref"))

    def _behind(self, pointer: Any) -> int:
        if not isinstance(pointer, str):
            return 0
        if pointer not in self._known:
            self._known[pointer] = 0  # for a reference that leads back to itself
            self._known[pointer] = self.at_once(self._resolve(pointer))
        return self._known[pointer]

    def _resolve(self, pointer: str) -> Any:
        """What a pointer within the schema names; None for any other."""
        found = self._root
        for step in pointer.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        return found


def _listed(schema: dict[str, Any], keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return list(value) if isinstance(value, (dict, list)) else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
