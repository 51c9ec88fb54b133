"""The REST API described as OpenAPI 3.1, made from what the methods declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

import msgspec
from tornado.web import RequestHandler

from jupyter_llmchat._version import __version__
from jupyter_llmchat.protocol.resources import ErrorBody

from .base import IDENTIFIER, Endpoint
from .operation import EVENT_STREAM, Operation, operation, operation_of

_REFERENCE = "#/components/schemas/{name}"
_METHODS = ("get", "post", "put", "patch", "delete")
_TITLE = "jupyter_llmchat"
_ABOUT = (
    "A notebook assistant whose language model runs on this machine. Answers are "
    "streams of events; every error is an ErrorBody with the next step in `hint`."
)

Table = Mapping[str, type[RequestHandler]]
Json = dict[str, Any]


class Description(Endpoint):
    """What you are reading, for programs."""

    answered_here = True

    @operation(reply=dict[str, Any])
    async def get(self) -> Json:
        """Get this description."""
        from .routes import table

        return description(table(), self.settings["base_url"])


def description(table: Table, base_url: str = "/") -> Json:
    """The whole document; `table` has addresses as `routes.table`."""
    declared = [each for each in _declared(table) if each[2] is not None]
    schemas = _Schemas(declared)
    paths: Json = {}
    for address, method, what, text in declared:
        paths.setdefault(f"/{address}", {})[method] = _operation(
            address, what, text, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": __version__, "description": _ABOUT},
        "servers": [{"url": base_url.rstrip("/") or "/"}],
        "security": [{"token": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token` and the token of the Jupyter server",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


_Declared = tuple[str, str, Operation, str]
"""Address, method, what it takes and gives, what it does."""


def _declared(table: Table) -> Iterator[_Declared]:
    for address, handler in table.items():
        for method in _METHODS:
            found = operation_of(handler, method)
            if found is not None:
                yield address, method, found, getattr(handler, method).__doc__ or ""


class _Schemas:
    """JSON schemas of all structs, by reference."""

    def __init__(self, declared: list[_Declared]) -> None:
        kinds: list[Any] = [ErrorBody]
        for _, _, what, _ in declared:
            kinds += [each for each in (what.body, what.reply, what.query) if each]
        self._kinds = list(dict.fromkeys(kinds))
        found, self.components = msgspec.json.schema_components(
            self._kinds, ref_template=_REFERENCE
        )
        self._found = dict(zip(self._kinds, found, strict=True))

    def of(self, kind: Any) -> Json:
        """A reference, or the schema itself for what has no name."""
        return dict(self._found[kind])

    def properties(self, kind: type[msgspec.Struct]) -> Json:
        """Schemas of a struct's fields."""
        return dict(self.components[kind.__name__]["properties"])


def _operation(address: str, what: Operation, text: str, schemas: _Schemas) -> Json:
    summary, _, more = cleandoc(text).partition("\n")
    described: Json = {
        "summary": summary.rstrip("."),
        "parameters": [*_path(address), *_query(what, schemas)],
        "responses": {str(what.status): _answer(what, schemas), **_errors()},
    }
    if more.strip():
        described["description"] = more.strip()
    if what.body is not None:
        content = {"application/json": {"schema": schemas.of(what.body)}}
        described["requestBody"] = {"required": True, "content": content}
    if what.raw_body:
        content = {what.raw_body: {}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _path(address: str) -> Iterator[Json]:
    for name in re.findall(r"{(\w+)}", address):
        schema = {"type": "string", "pattern": f"^{IDENTIFIER}$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(what: Operation, schemas: _Schemas) -> Iterator[Json]:
    if what.query is None:
        return
    required = {
        each.encode_name for each in msgspec.structs.fields(what.query) if each.required
    }
    for name, schema in schemas.properties(what.query).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": schema,
        }


def _answer(what: Operation, schemas: _Schemas) -> Json:
    if what.status == 204:
        return {"description": "Done."}
    if what.media != "application/json":
        stream = what.media == EVENT_STREAM
        schema = _event(what, schemas) if stream else {"type": "string"}
        content = {what.media: {"schema": schema}}
        return {"description": "Written piece by piece.", "content": content}
    content = {"application/json": {"schema": schemas.of(what.reply)}}
    content |= {each: {} for each in what.also}
    return {"description": "Done.", "content": content}


def _event(what: Operation, schemas: _Schemas) -> Json:
    """One of a stream of server-sent events."""
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": schemas.of(what.reply),
    }
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {"id": text, "event": text, "data": data},
        "required": ["data"],
    }


def _errors() -> Json:
    schema = {"$ref": _REFERENCE.format(name=ErrorBody.__name__)}
    content = {"application/json": {"schema": schema}}
    return {"default": {"description": "What went wrong.", "content": content}}
