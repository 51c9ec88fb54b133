"""How fast the model was when a server measured it."""

from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.engine import speed_file
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.locate import locate

from .finding import Finding, ok

NOT_YET = ok(
    "Not measured yet; a server measures it at its start, once it is the only program"
    " at work."
)


def check_speed(setting: str, engine_dir: Path | None) -> Finding:
    """Reads what was measured; does not measure."""
    try:
        name = locate(setting).path.name
    except ModelUnavailable:
        return NOT_YET
    speed = speed_file.latest(engine_dir, name) if engine_dir else None
    return ok(speed.summary) if speed else NOT_YET
