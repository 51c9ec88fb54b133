"""Bytes ↔ structs. Whatever cannot be decoded is a BadRequest that names the place."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from jupyter_llmchat.errors import BadRequest

from .events import TurnEvent
from .requests import Refused, SocketRequest

T = TypeVar("T")
_EVENT: msgspec.json.Decoder[TurnEvent] = msgspec.json.Decoder(TurnEvent)
_FRAME: msgspec.json.Decoder[TurnEvent | Refused] = msgspec.json.Decoder(
    TurnEvent | Refused
)


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8. Halves of surrogate pairs become question marks."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # From a file name that is not UTF-8, say.
        return msgspec.json.encode(_encodable(msgspec.to_builtins(value)))


def decode(data: bytes | str, kind: type[T]) -> T:
    """One value of `kind`; raises BadRequest."""
    try:
        return _decoded(data, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"The request does not fit: {error}.", "Correct the named field."
        ) from error
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise BadRequest(
            f"The request is not valid JSON: {error}.", "Send JSON in UTF-8."
        ) from error


def convert_query(arguments: dict[str, str], kind: type[T]) -> T:
    """A query's arguments as a struct; raises BadRequest."""
    try:
        return msgspec.convert(arguments, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"The query does not fit: {error}.", "Correct the named argument."
        ) from error


def decode_event(data: bytes | str) -> TurnEvent:
    """An event as the server sent it. Fields that are new to us are left out."""
    return _EVENT.decode(data)


def decode_frame(data: bytes | str) -> TurnEvent | Refused:
    """A WebSocket frame from the server."""
    return _FRAME.decode(data)


def decode_request(data: bytes | str) -> SocketRequest:
    """A WebSocket frame from a client; raises BadRequest."""
    return decode(data, SocketRequest)  # type: ignore[arg-type]


def _decoded(data: bytes | str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as misfit:
        # For JSON schemas, and so for clients made from our description, 5.0 is whole.
        if "got `float`" not in str(misfit):
            raise
        try:
            return msgspec.convert(_whole(msgspec.json.decode(data)), kind)
        except (msgspec.DecodeError, RecursionError):
            raise misfit from None


def _whole(value: Any) -> Any:
    """With integers for floats without a fraction."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(each) for key, each in value.items()}
        case list():
            return [_whole(each) for each in value]
    return value


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", errors="replace").decode()
        case dict():
            return {_encodable(key): _encodable(each) for key, each in value.items()}
        case list() | tuple():
            return [_encodable(each) for each in value]
    return value
