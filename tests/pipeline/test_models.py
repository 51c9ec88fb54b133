from __future__ import annotations

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.pipeline.models import Models, OneModel
from tests.fakes import FakeModel


async def test_one_model_is_the_only_tier_and_decides() -> None:
    model = FakeModel()
    models: Models = OneModel(model)
    assert (models.names, models.loaded) == (("fast",), ("fast",))
    assert models.fast is model
    async with models.use("fast") as used:
        assert used is model


async def test_a_tier_that_is_not_configured_is_told() -> None:
    models: Models = OneModel(FakeModel(), "balanced")
    with pytest.raises(ModelUnavailable, match=r"tier complex.*models\['complex'\]"):
        async with models.use("complex"):
            pass
    async with models.use("balanced"):
        pass
