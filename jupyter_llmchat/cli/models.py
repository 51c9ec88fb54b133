"""`jupyter llmchat models`: which models there are; loads and unloads them."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import msgspec

from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import BadRequest, ModelUnavailable
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.quantity import memory
from jupyter_llmchat.kernel.table import table
from jupyter_llmchat.protocol.setup import Model, ModelList

from . import address
from .output import say, write_json

LOOK_S = 0.5
LOADING_S = 330.0
"""The server gives up a model that takes longer."""
ENDED = ("ready", "failed", "stopped")

HEAD = (
    *("tier", "model", "state", "prompts", "file", "memory"),
    *("context", "threads", "in use", "kept"),
)


def add_to(commands: Any) -> None:
    command = commands.add_parser("models", help="list, load and unload models")
    command.add_argument(
        "action", nargs="?", choices=("list", "load", "unload"), default="list"
    )
    command.add_argument(
        "tier", nargs="?", help="which one: its tier; not needed where there is one"
    )
    command.add_argument("--json", action="store_true", help="for programs")
    address.add_options(command)
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    with ChatClient(address.running_server(chosen)) as client:
        if chosen.action == "list":
            models = client.models()
            _show(models) if not chosen.json else write_json(_plain(models))
            return 0
        tier = chosen.tier or _only(client.models())
        if chosen.action == "load":
            model = _loaded(client, client.load_model(tier))
        else:
            model = client.unload_model(tier)
    if chosen.json:
        write_json(_plain(model))
    else:
        print(visible(f"{model.tier}: {model.name} is {_STATES[model.state]}."))
    return 0


_STATES = {
    "ready": "loaded",
    "stopped": "not loaded",
    "starting": "being loaded",
    "restarting": "being loaded again",
    "failed": "not usable",
}


def _loaded(client: ChatClient, model: Model) -> Model:
    """Waits until it is; raises ModelUnavailable if it fails."""
    line, began = _ProgressLine(), time.monotonic()
    try:
        while model.state not in ENDED:
            passed = time.monotonic() - began
            if passed > LOADING_S:
                break
            line.show(f"{model.tier}: {model.detail} {passed:.0f} s")
            time.sleep(LOOK_S)
            (model,) = (
                each for each in client.models().models if each.tier == model.tier
            )
    finally:
        line.end()
    if model.state != "ready":
        raise ModelUnavailable(
            f"The {model.tier} model could not be loaded. {model.detail}".strip(),
            "" if model.detail else "Look into the server's log.",
        )
    return model


class _ProgressLine:
    """One line of a terminal, written over; elsewhere each text once."""

    def __init__(self) -> None:
        self._written = ""

    def show(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{text:{len(self._written)}}", end="", file=sys.stderr, flush=True)
        elif not self._written:
            say(text)
        self._written = text

    def end(self) -> None:
        if self._written and sys.stderr.isatty():
            print(file=sys.stderr, flush=True)


def _only(models: ModelList) -> str:
    tiers = [each.tier for each in models.models]
    if len(tiers) > 1:
        raise BadRequest(
            "There are several models.", f"Name the tier of one: {', '.join(tiers)}."
        )
    return tiers[0]


def _show(models: ModelList) -> None:
    rows = [_row(each) for each in models.models]
    print(table(HEAD, rows, right=HEAD[4:]))
    print(f"\nmemory for all models: {memory(models.memory_budget_bytes)}")
    for model in models.models:
        if model.decides and len(models.models) > 1:
            print(f"{model.tier}: decides about every question")
        for text in (model.file, model.self_test, model.detail):
            if text:
                print(visible(f"{model.tier}: {text}"))


def _row(model: Model) -> tuple[str, ...]:
    loaded = model.state == "ready"
    return (
        model.tier,
        model.name,
        model.state,
        model.warmth if loaded else "-",
        memory(model.file_bytes),
        memory(model.memory_bytes),
        str(model.context_tokens or "-"),
        str(model.threads or "-"),
        str(model.users),
        f"{model.keep_alive_s / 60:g} min" if model.keep_alive_s else "always",
    )


def _plain(value: msgspec.Struct) -> Any:
    return msgspec.to_builtins(value)
