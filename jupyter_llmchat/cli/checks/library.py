"""llama.cpp, as the compiler has built it for this machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from .finding import Finding, fail, ok, warn
from .machine import Processor, this_processor

PACKAGE = "llama-cpp-python"
PINNED = "0.3.36"
REBUILD = (
    "Build it again on this machine: pip install --force-reinstall --no-cache-dir "
    f"--no-binary {PACKAGE} {PACKAGE}=={PINNED}"
)
LOAD_S = 60.0

PROBE = """
import json, llama_cpp
llama_cpp.llama_backend_init()
info = llama_cpp.llama_print_system_info().decode()
gpu = llama_cpp.llama_supports_gpu_offload()
print(json.dumps({"version": llama_cpp.__version__, "info": info, "gpu": gpu}))
"""
LOAD = (sys.executable, "-P", "-c", PROBE)

# llama.cpp's name of an instruction set → Linux's.
_FEATURES = {"AVX2": "avx2", "FMA": "fma", "F16C": "f16c", "AVX512": "avx512f"}


@dataclass(frozen=True, kw_only=True)
class Library:
    """What the library says about itself once it has been loaded."""

    version: str
    features: frozenset[str]
    """Linux's names of the instructions that it uses."""
    uses_gpu: bool


def check_library(
    command: Sequence[str] = LOAD,
    *,
    processor: Processor | None = None,
    gpu_layers: int = -1,
    timeout_s: float = LOAD_S,
) -> Finding:
    """Loads it in another process, which a crash cannot hurt."""
    try:
        found = version(PACKAGE)
    except PackageNotFoundError:
        return fail(f"{PACKAGE} is not installed.", f"pip install {PACKAGE}=={PINNED}")
    if found != PINNED:
        return fail(
            f"{PACKAGE} is {found}, this needs {PINNED}.",
            f"pip install {PACKAGE}=={PINNED}",
        )
    try:
        loaded = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return fail(f"{PACKAGE} did not load within {timeout_s:.0f} s.", REBUILD)
    if loaded.returncode:
        return fail(f"{PACKAGE} does not load: {_reason(loaded)}.", REBUILD)
    library = _parse(loaded.stdout)
    if library.uses_gpu and gpu_layers == 0:
        return warn(
            f"{PACKAGE} can use a GPU, but the settings leave it unused.",
            "Set c.LLMChatApp.n_gpu_layers = -1.",
        )
    return _judge(library, processor or this_processor())


def _judge(library: Library, processor: Processor) -> Finding:
    unused = sorted(processor.features & set(_FEATURES.values()) - library.features)
    if unused:
        return warn(
            f"{PACKAGE} was built without {', '.join(unused)}, which this processor "
            "has: answers are slower than they could be.",
            REBUILD,
        )
    gpu = " with GPU support" if library.uses_gpu else ""
    return ok(f"{PACKAGE} {library.version} loads{gpu}.")


def _parse(output: str) -> Library:
    said = json.loads(output)
    fields = [each.split("=") for each in said["info"].replace(":", "|").split("|")]
    on = {each[0].strip() for each in fields if each[1:] and each[1].strip() == "1"}
    return Library(
        version=said["version"],
        features=frozenset(_FEATURES[name] for name in on & _FEATURES.keys()),
        uses_gpu=bool(said["gpu"]),
    )


def _reason(loaded: subprocess.CompletedProcess[str]) -> str:
    code = loaded.returncode
    if code == -signal.SIGILL:
        return "it was built for another processor (illegal instruction)"
    if code < 0:
        return f"it crashes ({signal.Signals(-code).name})"
    lines = loaded.stderr.strip().split("\n")
    return lines[-1].rstrip(".") or f"exit status {code}"
