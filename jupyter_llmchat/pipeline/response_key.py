"""What an answer depends on, as one key: the same key, the same answer again.

Exact, never by meaning: one changed character anywhere is another key.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from jupyter_llmchat import prompts
from jupyter_llmchat._version import __version__
from jupyter_llmchat.config import EngineConfig, PipelineConfig
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.requests import AskOptions

from .question import Question

ENGINE = ("n_ctx", "kv_type", "flash_attention", "n_gpu_layers")
"""Fields of EngineConfig that change what a model says, not only how fast."""

OF_ONE_TURN = ("turn_id", "arrived")
"""Fields of Question that its answer does not depend on."""

OF_THE_LOOKUP = ("fresh",)
"""Options that say whether to look for an answer, not how it is made."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What answers are made with, whatever is asked."""

    models: dict[Tier, str]
    """Fingerprint of each model's file, by tier; one alone counts as the first."""
    engine: EngineConfig
    pipeline: PipelineConfig
    found: Any = None
    """What the models' self-tests have found, which answers are made by; as
    `msgspec.to_builtins` takes it."""


def response_key(
    owner: str, question: Question, options: AskOptions, origin: Origin
) -> str:
    """64 hexadecimal digits. Takes time with the length of question and context."""
    ingredients = {
        "package": __version__,
        "prompts": prompts_digest(),
        "owner": owner,
        "question": _all_but(OF_ONE_TURN, question),
        "options": _all_but(OF_THE_LOOKUP, options),
        "models": origin.models,
        "engine": {name: getattr(origin.engine, name) for name in ENGINE},
        "pipeline": origin.pipeline,
        "found": origin.found,
    }
    # Escaped, so that halves of surrogate pairs, which UTF-8 cannot carry, count too.
    text = json.dumps(msgspec.to_builtins(ingredients), sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@functools.cache
def prompts_digest() -> str:
    """Changes with any file of prompts. Reads them once; they are read once for
    answers too."""
    digest = hashlib.sha256()
    for name, content in _files(resources.files(prompts), ""):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Traversable, place: str) -> Iterator[tuple[str, bytes]]:
    """Every data file below a folder with its path, in a fixed order."""
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, f"{place}{entry.name}/")
        elif entry.is_file() and not entry.name.endswith(".py"):
            yield place + entry.name, entry.read_bytes()


def _all_but(left_out: tuple[str, ...], value: Question | AskOptions) -> dict[str, Any]:
    names = (
        [each.name for each in fields(value)]
        if isinstance(value, Question)
        else value.__struct_fields__
    )
    return {name: getattr(value, name) for name in names if name not in left_out}
