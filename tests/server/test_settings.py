from __future__ import annotations

import dataclasses

import pytest

from .builders import settings


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().turns_running = 1  # type: ignore[misc]


def test_several_turns_run_at_once_by_default() -> None:
    assert settings().turns_running == 4
