from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.models.judge_skill import JudgeSkill, Reliability, Scale, Scales

SCALE = Scale(1.0, (2.0, -1.0))
SKILL = JudgeSkill(
    version="1",
    method="comparison",
    scales=Scales(
        overall=SCALE,
        relevance=SCALE,
        completeness=SCALE,
        accuracy=SCALE,
        clarity=SCALE,
    ),
    reliability=Reliability(
        mismatched=1.0, degenerate=0.9, incomplete=0.8, subtle=0.5, overall=0.8
    ),
    rows=12,
    seconds=3.0,
)


def test_a_scale_is_logistic() -> None:
    assert SCALE.probability((0.0, 1.0)) == 0.5
    assert SCALE.probability((1.0, 0.0)) == pytest.approx(0.9526, abs=1e-4)


@pytest.mark.parametrize(("value", "limit"), [(1e9, 1.0), (-1e9, 0.0)])
def test_a_scale_never_overflows(value: float, limit: float) -> None:
    assert SCALE.probability((value, 0.0)) == pytest.approx(limit)


def test_a_scale_is_for_all_its_features() -> None:
    with pytest.raises(ValueError, match="zip"):
        SCALE.probability((1.0,))


def test_a_skill_can_be_stored() -> None:
    assert msgspec.json.decode(msgspec.json.encode(SKILL), type=JudgeSkill) == SKILL


def test_an_auc_is_a_share() -> None:
    text = msgspec.json.encode(SKILL).replace(b'"subtle":0.5', b'"subtle":1.5')
    with pytest.raises(msgspec.ValidationError, match="subtle"):
        msgspec.json.decode(text, type=JudgeSkill)
