"""`jupyter llmchat status`: what the running server is doing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import msgspec

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.protocol.resources import ModelStatus, Status, StoreStatus

from . import address
from .output import write_json


def add_to(commands: Any) -> None:
    command = commands.add_parser("status", help="show what the running server does")
    address.add_options(command)
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    server = address.running_server(chosen)
    with ChatClient(server) as client:
        status = client.status()
    if chosen.json:
        write_json({"url": server.url, **msgspec.to_builtins(status)})
    else:
        print("\n".join(_lines(server.url, status)))
    return 0


def _lines(url: str, status: Status) -> list[str]:
    return [
        f"server  {url} (version {status.version})",
        *_models(status),
        f"store   {_store(status.store)}",
        f"turns   {_turns(status)}",
    ]


def _turns(status: Status) -> str:
    running = status.turns_active - status.turns_waiting
    return f"{running} running, {status.turns_waiting} waiting"


def _models(status: Status) -> Iterator[str]:
    named = [(f"{each.tier}, ", each.model) for each in status.tiers]
    for tier, model in named or [("", status.model)]:
        yield f"model   {tier}{_model(model)}"
        if model.profile:
            yield f"tested  {model.profile}"


def _model(model: ModelStatus) -> str:
    threads = f", {model.n_threads} threads" if model.n_threads else ""
    n_ctx = model.in_force.get("n_ctx")
    context = f", {n_ctx} tokens of context" if n_ctx else ""
    detail = f" - {model.detail}" if model.detail else ""
    return f"{model.state}: {model.name or 'none'}{threads}{context}{detail}"


def _store(store: StoreStatus) -> str:
    detail = f" - {store.detail}" if store.detail else ""
    return f"{store.path or 'in memory'}{detail}"
