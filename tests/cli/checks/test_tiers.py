from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat.cli.checks.tiers import check_tiers
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.models.footprint import footprint
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.settings import TierSettings

ENGINE = EngineConfig(model_path="")
SIZE = footprint(ENGINE)


def tiers(*names: Tier, path: str = "") -> TierSettings:
    return TierSettings(paths=dict.fromkeys(names, path))


@pytest.mark.parametrize(
    ("models", "state", "said"),
    [
        (3, "ok", "fast 0.3 GB, balanced 0.3 GB, complex 0.3 GB; models may take"),
        (2, "warn", "take turns"),
        (1, "warn", "Not every model can be used"),
    ],
)
def test_the_models_are_weighed_against_the_budget(
    models: int, state: str, said: str
) -> None:
    three = tiers("fast", "balanced", "complex")
    finding = check_tiers(three, ENGINE, machine=2 * models * SIZE)
    assert (finding.state, bool(finding.action)) == (state, state != "ok")
    assert said in finding.message


def test_a_model_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = tiers("fast", "balanced", path=str(tmp_path / "none.gguf"))
    finding = check_tiers(missing, ENGINE)
    assert finding.state == "fail"
    assert finding.message.startswith("fast: There is no model")
