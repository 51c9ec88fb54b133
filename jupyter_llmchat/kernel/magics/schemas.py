"""The schema that `--schema` names: JSON, a variable, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from IPython.core.error import UsageError

FILE_BYTES: Final = 1 << 16
"""More than any schema that the model can be held to."""


def schema(given: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """Raises UsageError in one line for what is no schema."""
    if given.lstrip().startswith("{"):
        return _decoded(given, "The schema", "Put it between single quotes.")
    if given in names:
        return _of_value(given, names[given])
    path = Path(given).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES)
    except OSError as error:
        raise UsageError(
            f"--schema {given} is neither a variable nor a file that can be read "
            f"({error.strerror or error})."
        ) from None
    return _decoded(data, f"The schema in {given}", "Correct the file.")


def _of_value(name: str, value: Any) -> dict[str, Any]:
    """Of a dict, of JSON, or of a class with fields that have types."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        return _decoded(value, f"The schema in {name}", "Give it as a dict.")
    if isinstance(value, type):
        # Pydantic's classes describe themselves.
        describe = getattr(value, "model_json_schema", None) or (
            lambda: msgspec.json.schema(value)
        )
        try:
            return dict(_closed(describe()))
        except Exception as error:  # noqa: BLE001 a class may be anything
            raise UsageError(f"{name} has no schema: {error}") from None
    raise UsageError(
        f"{name} is no schema: --schema takes a dict, a dataclass, a TypedDict or a "
        "file."
    )


def _closed(schema: Any) -> Any:
    """With the class's own fields and no others: a model is glad to add some."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(each) for key, each in schema.items()}
    if inner.get("type") == "object" and "properties" in inner:
        inner.setdefault("additionalProperties", False)
    return inner


def _decoded(data: str | bytes, what: str, hint: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{what} is no JSON object: {error}. {hint}") from None
