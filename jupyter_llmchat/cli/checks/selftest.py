"""What the model's self-test has found, which a server makes at first use."""

from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline import selftest

from .finding import Finding, ok, warn

NOT_YET = ok("Not run yet; a server runs it when the model is used for the first time.")


def check_selftest(setting: str, profiles: Path | None) -> Finding:
    """Reads the result; does not make the test, which takes a loaded model."""
    try:
        fingerprint = profile.fingerprint(locate(setting).path)
    except ModelUnavailable:
        return NOT_YET
    test = profile.tested(profiles, fingerprint, selftest.version())
    if test is None:
        return NOT_YET
    if test.unreliable:
        return warn(
            f"{test.summary} Left to the safe option: {', '.join(test.unreliable)}.",
            "For a better choice use another model: set LLMChatApp.model_path to a GGUF"
            " file of it.",
        )
    return ok(test.summary)
