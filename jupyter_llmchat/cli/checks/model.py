"""The model's file."""

from __future__ import annotations

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.digest import verify
from jupyter_llmchat.models.gguf import GgufInfo, check
from jupyter_llmchat.models.locate import locate

from .finding import Finding, fail, ok


def check_model(setting: str) -> Finding:
    """Finds it, reads its header, compares its checksum if that is known."""
    try:
        file = locate(setting)
        info = check(file.path)
        verify(file.path)
    except ModelUnavailable as error:
        return fail(error.message, error.hint)
    return ok(f"{file.name} ({file.source}): {_described(info)}.")


def _described(info: GgufInfo) -> str:
    parts = [info.architecture, _millions(info.parameters)]
    if info.quantization:
        parts.append(info.quantization)
    parts.append(f"{info.size_bytes / 1e6:.0f} MB")
    if info.context_length:
        parts.append(f"{info.context_length} tokens of context")
    return ", ".join(parts)


def _millions(parameters: int) -> str:
    if parameters >= 10**9:
        return f"{parameters / 1e9:.1f} B parameters"
    return f"{parameters / 1e6:.0f} M parameters"
