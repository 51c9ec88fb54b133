from __future__ import annotations

import dataclasses

import pytest

from jupyter_llmchat.server.settings import TierSettings

from .builders import settings


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().turns_running = 1  # type: ignore[misc]


def test_several_turns_run_at_once_by_default() -> None:
    assert settings().turns_running == 8


def test_the_settings_of_a_tier_have_its_model_as_the_one() -> None:
    tiers = TierSettings(paths={"balanced": "/b.gguf", "complex": "/c.gguf"})
    several = settings(tiers=tiers)
    assert (several.cheapest, several.further) == ("balanced", ("complex",))
    assert several.of("complex").engine.model_path == "/c.gguf"
    assert several.of("complex").store == several.store


def test_one_model_is_the_cheapest_tier() -> None:
    assert (settings().cheapest, settings().further) == ("fast", ())
    assert settings().of("fast") == settings()
