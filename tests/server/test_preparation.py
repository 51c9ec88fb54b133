from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import Choice
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.profile import ModelProfile, SelfTest
from jupyter_llmchat.pipeline import selftest
from jupyter_llmchat.server.preparation import Preparation
from tests.models.test_profile import TEST

from .builders import HostedFake, settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def preparation(
    folder: Path | None, model: HostedFake | None = None, **changes: Any
) -> Preparation:
    chosen = settings(profiles=folder, **changes)
    return Preparation(model or HostedFake(), chosen, logging.getLogger())


def keep(folder: Path, **changes: Any) -> SelfTest:
    """The embedded model has been tested in an earlier run."""
    test = msgspec.structs.replace(TEST, **{"prompts": selftest.version(), **changes})
    fingerprint = profile.fingerprint(locate("").path)
    known = ModelProfile(fingerprint=fingerprint, name="m", self_test=test)
    profile.save(folder, known)
    return test


@pytest.fixture(autouse=True)
def nothing_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded model is one that nobody has tested."""
    monkeypatch.setattr(profile, "SHIPPED", tmp_path / "shipped")


async def test_a_model_is_tested_once_and_the_result_is_kept(folder: Path) -> None:
    first = preparation(folder)
    assert first.summary is None
    await first.run()
    assert first.summary
    model = HostedFake()
    second = preparation(folder, model)
    await second.run()
    assert second.summary == first.summary
    assert second.found == first.found
    assert not model.generated


async def test_what_came_with_the_package_counts_where_nothing_is_kept(
    folder: Path,
) -> None:
    test = keep(profile.SHIPPED)
    model = HostedFake()
    prepared = preparation(folder, model)
    await prepared.run()
    assert prepared.found == test
    assert not folder.exists()


async def test_with_other_prompts_it_is_tested_again(folder: Path) -> None:
    old = keep(folder, prompts="of an earlier version")
    prepared = preparation(folder)
    await prepared.run()
    assert prepared.found is not None
    assert prepared.found.prompts != old.prompts


async def test_no_test_is_made_if_so_wished(folder: Path) -> None:
    model = HostedFake()
    prepared = preparation(folder, model, self_test=False)
    await prepared.run()
    assert model.prompts
    assert prepared.summary is None
    assert not folder.exists()


@pytest.mark.parametrize("place", [None, "file/models"])
async def test_without_a_folder_the_result_is_kept_for_this_run(
    place: str | None, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    prepared = preparation(place and tmp_path / place)  # type: ignore[arg-type]
    await prepared.run()
    assert prepared.summary


async def test_a_test_that_is_not_finished_is_not_kept(folder: Path) -> None:
    class Lost(HostedFake):
        async def choose(self, *arguments: Any, **options: Any) -> Choice:
            if len(self.prompts) > 10:
                raise WorkerLost("It is gone.", "Wait.")
            return await super().choose(*arguments, **options)

    prepared = preparation(folder, Lost())
    await prepared.run()
    assert prepared.summary is None
    assert not folder.exists()


async def test_without_a_model_nothing_is_asked(folder: Path) -> None:
    model = HostedFake()
    missing = EngineConfig(model_path=str(folder / "none.gguf"))
    config = replace(settings(profiles=folder), engine=missing)
    await Preparation(model, config, logging.getLogger()).run()
    assert not model.prompts


async def test_a_defect_is_logged_and_nothing_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(model: object) -> SelfTest:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(selftest, "run", broken)
    await preparation(folder).run()
    assert "no such thing" in caplog.text


async def test_a_model_is_warm_once_it_has_read_the_beginnings() -> None:
    model = HostedFake()
    prepared = preparation(None, model, self_test=False)
    assert prepared.warmth == "cold"
    await model.start()
    seen = []
    counted = model.prepare

    async def prepare(*args: Any, **options: Any) -> None:
        seen.append(prepared.warmth)
        await counted(*args, **options)

    model.prepare = prepare  # type: ignore[method-assign]
    await prepared.run()
    assert {*seen} == {"warming"}
    assert prepared.warmth == "warm"
    await model.stop()
    assert prepared.warmth == "cold"


async def test_a_model_whose_warming_failed_is_cold() -> None:
    model = HostedFake()
    prepared = preparation(None, model, self_test=False)
    await model.start()

    async def lost(*args: Any, **options: Any) -> None:
        raise WorkerLost("It has crashed.")

    model.prepare = lost  # type: ignore[method-assign]
    await prepared.run()
    assert prepared.warmth == "cold"
