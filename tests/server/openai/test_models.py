from __future__ import annotations

import openai
import pytest
from openai import AsyncOpenAI


async def test_every_model_is_listed_with_and_without_stages(
    client: AsyncOpenAI,
) -> None:
    listed = (await client.models.list()).data
    assert [each.id for each in listed] == ["fake", "fake-staged"]
    assert {each.object for each in listed} == {"model"}
    assert all(each.created > 1_000_000_000 for each in listed)
    assert await client.models.retrieve("fake-staged") == listed[1]


@pytest.mark.parametrize("name", ["gpt-4o", "a b", "…", "x" * 300])
async def test_a_model_that_there_is_not(client: AsyncOpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.models.retrieve(name)
    assert caught.value.code == "model_not_found"


async def test_embeddings_are_refused_with_what_to_do(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.embeddings.create(model="fake", input="hi", dimensions=8)
    assert caught.value.param == "model"
    assert "gives no embeddings" in caught.value.message
    assert "llama-server" in caught.value.message
    with pytest.raises(openai.NotFoundError):
        await client.embeddings.create(model="text-embedding-3-small", input="hi")
