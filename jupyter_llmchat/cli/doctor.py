"""`jupyter llmchat doctor`: whether everything is in place, and what to do if not."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import msgspec

from jupyter_llmchat.characters import visible
from jupyter_llmchat.protocol.checkup import Check, Checkup

from .checks import jupyter, library, machine, model, selftest, speed, store, tiers
from .checks.finding import Finding, fail
from .output import write_json

_LOG = logging.getLogger(__name__)

Checks = Mapping[str, Callable[[], Finding]]


def add_to(commands: Any) -> None:
    command = commands.add_parser("doctor", help="check that everything is in place")
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument(
        "--model", help="GGUF file to check instead of the configured one"
    )
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """1 if anything fails."""
    return report(all_checks(chosen.model), as_json=chosen.json)


def all_checks(model_path: str | None = None) -> Checks:
    """By name, in the order in which they are worth reading."""
    configured = jupyter.configured()
    setting = configured.model if model_path is None else model_path
    return {
        "python": machine.check_python,
        "processor": machine.check_processor,
        "library": partial(library.check_library, gpu_layers=configured.gpu_layers),
        "configuration": lambda: configured.finding,
        "model": partial(model.check_model, setting),
        "self-test": partial(selftest.check_selftest, setting, configured.profiles),
        "speed": partial(speed.check_speed, setting, configured.engine_dir),
        "memory": partial(machine.check_memory, setting),
        **_several(configured),
        "store": partial(store.check_store, configured.store),
        "extension": jupyter.check_extension,
        "server": jupyter.check_server,
    }


def _several(configured: jupyter.Configured) -> Checks:
    """What there is to check only where there are several models."""
    if len(configured.tiers.paths) < 2:
        return {}
    return {"tiers": partial(tiers.check_tiers, configured.tiers, configured.engine)}


def report(checks: Checks, *, as_json: bool) -> int:
    findings = {name: _run(check) for name, check in checks.items()}
    failed = any(each.state == "fail" for each in findings.values())
    if as_json:
        checked = (Check(name=name, **asdict(each)) for name, each in findings.items())
        write_json(msgspec.to_builtins(Checkup(ok=not failed, checks=tuple(checked))))
    else:
        for name, finding in findings.items():
            print(_shown(name, finding))
    return int(failed)


def _run(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 the other checks must be made too
        _LOG.debug("a check could not be made", exc_info=True)
        return fail(
            f"This could not be checked: {type(error).__name__}: {error}.",
            "Install jupyter-llmchat again; if it goes on, report this.",
        )


def _shown(name: str, finding: Finding) -> str:
    line = f"{finding.state.upper():5} {name:14} {finding.message}"
    return visible(line + (f"\n{'':20} → {finding.action}" if finding.action else ""))
