from __future__ import annotations

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.protocol.fold import fold

from .builders import answer, begin, chunk, failed, numbered, start


def test_finished_answer() -> None:
    found = Answer.of(fold(answer("Be", "cause.")))
    assert str(found) == found.text == "Because."
    assert found.stages == {"core": "Because."}
    assert found.metrics is not None
    assert found.metrics.generated_tokens == 85
    assert found.finish_reason == "stop"


def test_failed_answer_keeps_its_text() -> None:
    events = numbered(start(), begin("core"), chunk("Half"), failed())
    found = Answer.of(fold(events))
    assert (found.text, found.metrics, found.finish_reason) == ("Half", None, None)
