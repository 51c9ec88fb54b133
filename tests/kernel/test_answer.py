from __future__ import annotations

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.protocol.fold import TurnState, fold

from .builders import answer, failed, numbered, start
from .safe_html import faults


def test_answer_has_what_the_user_asks_for() -> None:
    found = Answer.of(fold(answer("Be", "cause.")))
    assert str(found) == found.text == "Because."
    assert found.stages == {"core": "Because."}
    assert found.finish_reason == "stop"
    assert found.metrics is not None
    assert found.metrics.generated_tokens == 85
    assert (found.question, found.session_id) == ("Why?", "session1")
    assert (found.code, found.code_blocks, found.data) == ("", (), None)


def test_code_and_data() -> None:
    text = '```json\n{"a": 1}\n```\n```sh\nls\n```'
    found = Answer.of(fold(answer(text)))
    assert [each.language for each in found.code_blocks] == ["json", "sh"]
    assert found.code == '{"a": 1}'
    assert found.data == {"a": 1}


def test_failed_answer() -> None:
    found = Answer.of(fold(numbered(start(), failed("It ended."))))
    assert (found.text, found.error) == ("", "It ended.")
    assert (found.metrics, found.finish_reason) == (None, None)
    assert Answer.of(TurnState()).error == ""


def test_a_cell_that_ends_with_it_shows_its_text_and_runs_none_of_it() -> None:
    bundle = Answer.of(fold(answer("**So** <script>x</script>")))._repr_mimebundle_()
    assert "<strong>So</strong>" in bundle["text/html"]
    assert faults(bundle["text/html"]) == []
    assert bundle["text/plain"].startswith("**So**")
