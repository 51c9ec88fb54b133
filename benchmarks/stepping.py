"""How much of a decode step is the engine's own Python: everything but the model."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from benchmarks.sides import text_prompt
from jupyter_llmchat.calls import Generate, Last, Output
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.engine.model import Model
from jupyter_llmchat.language_model import SamplingParams

TOKENS = 80


@dataclass
class StepTime:
    """One step, from its decode call to that of the next; times in seconds."""

    rows: int
    started: float
    in_model: float = 0.0


class TimedModel:
    """Passes everything on to a model, or a sampler of it, and notes how long it
    took; `steps` begins a new entry with every decode call."""

    def __init__(self, target: object, steps: list[StepTime]) -> None:
        self._target = target
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        return self._timed(name, found) if callable(found) else found

    def _timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            if name == "decode":
                self._steps.append(StepTime(len(arguments[0]), started))
            try:
                result = call(*arguments, **named)
            finally:
                if self._steps:
                    self._steps[-1].in_model += time.perf_counter() - started
            return TimedModel(result, self._steps) if name == "sampler" else result

        return timed


def python_share(path: str, threads: int, prompts: Sequence[str]) -> float:
    """The median, 0 to 1, over the steps in which every prompt gets one token."""
    # Loads llama.cpp into this process.
    from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel

    config = EngineConfig(model_path=path, n_threads=threads)
    log = LlamaLog()
    model = LlamaModel(config, log)
    steps: list[StepTime] = []
    try:
        _generate(cast(Model, TimedModel(model, steps)), config, prompts)
    finally:
        model.close()
    return share_outside(steps, rows=len(prompts))


def share_outside(steps: Sequence[StepTime], rows: int) -> float:
    """Of the time of steps with that many rows, the median share not in the model."""
    return statistics.median(
        1 - step.in_model / (after.started - step.started)
        for step, after in itertools.pairwise(steps)
        if step.rows == after.rows == rows
    )


def _generate(model: Model, config: EngineConfig, prompts: Sequence[str]) -> None:
    """Serves one call a prompt, all at once, as the worker process does."""
    from jupyter_llmchat.engine.loop import EngineLoop

    ended: list[Output] = []

    def emit(outputs: Sequence[Output]) -> None:
        ended.extend(output for output in outputs if isinstance(output, Last))
        if len(ended) == len(prompts):
            loop.stop()

    loop = EngineLoop(
        model,
        chunk=config.prefill_chunk,
        cache_bytes=config.cache_mb << 20,
        emit=emit,
    )
    params = SamplingParams(max_tokens=TOKENS, temperature=0)
    for number, prompt in enumerate(prompts):
        call = Generate(request_id=number, prompt=text_prompt(prompt), params=params)
        loop.submit(call)
    loop.run()
