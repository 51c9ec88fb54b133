from __future__ import annotations

from benchmarks.recorded import Call, Recorder
from jupyter_llmchat.language_model import (
    ChatPrompt,
    Message,
    Part,
    SamplingParams,
    TextPrompt,
)
from tests.fakes import FakeModel

TEXT = TextPrompt((Part("Is it? Answer:"),))


async def test_every_call_is_written_down_with_what_it_read_and_wrote() -> None:
    model = FakeModel(reply=lambda prompt: "one two three")
    recorder = Recorder(model)
    chat = ChatPrompt((Message("user", (Part("Why?"),)),))
    text = "".join(
        [piece.text async for piece in recorder.generate(chat, SamplingParams())]
    )
    choice = await recorder.choose(TEXT, (" yes", " no"))
    await recorder.loglik(TEXT, " yes")
    assert text == "one two three"
    assert choice.best == " yes"
    assert recorder.calls == [
        Call("<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n", 3),
        Call("Is it? Answer:", 1),
        Call("Is it? Answer: yes", 1),
    ]


async def test_what_is_done_before_anyone_asks_is_not_written_down() -> None:
    recorder = Recorder(FakeModel())
    await recorder.prepare(TEXT)
    assert recorder.name == "fake"
    assert recorder.calls == []
