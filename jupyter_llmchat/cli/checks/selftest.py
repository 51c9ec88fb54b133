"""What the model's self-test has found, which a server makes at first use."""

from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline import selftest

from .finding import Finding, ok, warn

POOR = 0.6
"""Below this share of right decisions an answer's structure is left to chance."""

NOT_YET = ok("Not run yet; a server runs it when the model is used for the first time.")


def check_selftest(setting: str, profiles: Path | None) -> Finding:
    """Reads the result; does not make the test, which takes a loaded model."""
    try:
        fingerprint = profile.fingerprint(locate(setting).path)
    except ModelUnavailable:
        return NOT_YET
    known = profile.load(profiles, fingerprint) if profiles else None
    test = known.tested_with(selftest.version()) if known else None
    if test is None:
        return NOT_YET
    if test.accuracy < POOR:
        return warn(
            f"{test.summary} Answers' structure will be unreliable with this model.",
            "Use another model: set LLMChatApp.model_path to a GGUF file of it.",
        )
    return ok(test.summary)
