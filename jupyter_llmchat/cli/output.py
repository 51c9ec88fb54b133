"""What is written, and where."""

from __future__ import annotations

import json
import sys
from typing import Any

from jupyter_llmchat.characters import visible


def say(message: str) -> None:
    """One line for the person at the terminal: stdout is for results."""
    print(visible(" ".join(message.split())), file=sys.stderr, flush=True)


def write_json(value: Any) -> None:
    """A result for a program."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
