from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.magics import register
from jupyter_llmchat.protocol.requests import AskOptions, Context
from tests.kernel.builders import answer, begin, chunk, numbered, session, start
from tests.kernel.safe_html import faults
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, cells_of, run, run_as_a_cell, says, wait_for


def test_answer_is_printed_and_kept(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shell, "%%chat\nWhy?\nTell me.") is None
    assert capsys.readouterr().out.startswith("Because.\n\nsimple · 3.2 s")
    assert client.asked[0].question == "Why?\nTell me."
    run(shell, "text, stages, metrics = _chat.text, _chat.stages, _chat.metrics")
    assert shell.user_ns["text"] == "Because."
    assert shell.user_ns["stages"] == {"core": "Because."}
    assert shell.user_ns["metrics"].strategy == "simple"


@pytest.mark.parametrize(
    "cell",
    [
        "%%chat\nWhy is this so?",
        "%%chat Why is this so?\n\n",
        "%chat Why is this so?",
        "%llmchat Why is this so?",
        "x = 1\n%chat Why is this so?",
        "if True:\n    %chat Why is this so?",
        "%chat -- Why is this so?",
        "%chat -t 0 Why is this so?",
    ],
)
def test_ways_to_ask(shell: Any, client: ScriptedClient, cell: str) -> None:
    run(shell, cell)
    assert client.asked[0].question == "Why is this so?"


@pytest.mark.parametrize(
    "question",
    [
        "What's wrong here?",
        'Is "this right?',
        "Why $HOME and {y!r} and %d and 100%?",
        r"C:\temp is what?",
        "Why does f(x fail?",
        "What is x.__class__?",
        "-- or - ?",
    ],
)
def test_a_line_is_asked_as_it_is_typed(
    shell: Any, client: ScriptedClient, question: str
) -> None:
    run(shell, f"%chat -- {question}")
    assert client.asked[0].question == question


def test_braces_and_percents_in_a_question_are_text(
    shell: Any, client: ScriptedClient
) -> None:
    run(shell, "%%chat\nWhat is {x!r} in f'{a:>{b}}' and %d and $HOME?")
    question = "What is {x!r} in f'{a:>{b}}' and %d and $HOME?"
    assert client.asked[0].question == question


def test_options(shell: Any, client: ScriptedClient) -> None:
    client.stored = (session("s9", "tea"),)
    run(
        shell,
        "%%chat -s tea -d 30 -t 0.5 -n 100 --seed 7 --strategy simple -m fast\nWhy?",
    )
    assert client.created == []
    assert client.asked[0].session_id == "s9"
    assert client.asked[0].options == AskOptions(
        deadline_s=30,
        temperature=0.5,
        max_tokens=100,
        seed=7,
        strategy="simple",
        tier="fast",
    )


def test_a_fresh_answer(shell: Any, client: ScriptedClient) -> None:
    run(shell, "%%chat --fresh\nWhy?")
    assert client.asked[0].options == AskOptions(fresh=True)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-t 5", "temperature"),
        ("-d -1", "deadline"),
        ("-n 0", "max-tokens"),
        ("-n many", "max-tokens"),
        ("--nonsense", "no option --nonsense"),
        ("--deadlin 5", "Did you mean --deadline?"),
        ("--strategy simpel", "Did you mean simple?"),
        ("--to 2x", "the name of a variable"),
        ("-s", "needs a value"),
        ("--quiet=yes", "takes no value"),
        ("--schema nowhere", "neither a variable nor a file"),
        ("--schema '{'", "no JSON object"),
        ("-s 'tea", "quotation mark is not closed"),
        ("--format xml", "markdown, text, code, json"),
        ("--tier best", "There is no model best"),
    ],
)
@pytest.mark.parametrize("form", ["%%chat {}\nWhy?", "%chat {} Why?"])
def test_bad_options_are_named_in_one_line(
    shell: Any,
    client: ScriptedClient,
    capsys: pytest.CaptureFixture[str],
    line: str,
    complaint: str,
    form: str,
) -> None:
    if line == "-s" and "\n" not in form:
        pytest.skip("the question would be its value")
    shell.run_cell(form.format(line))
    said = "".join(capsys.readouterr())
    assert complaint in said
    assert "Traceback" not in said
    assert said.count("\n") <= 2
    assert client.asked == []


@pytest.mark.parametrize("cell", ["%%chat", "%%chat\n", "%%chat\n   \n", "%chat --"])
def test_empty_cell(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    shell.run_cell(cell)
    said = "".join(capsys.readouterr())
    assert "empty" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("cell", ["%%chat -s tee\nWhy?", "%chat --session tee Why?"])
def test_unknown_session_names_the_nearest(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    client.stored = (session("s9", "tea"),)
    run(shell, cell)
    out = capsys.readouterr().out
    assert "There is no session tee." in out
    assert "The nearest is s9 (tea)." in out
    assert client.asked == []


def test_error_is_plain_lines(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    def script() -> Iterator[Any]:
        raise ServerUnreachable("No server answers.", "Start one.")

    client.script = script
    run(shell, "%%chat\nWhy?")
    assert capsys.readouterr().out == "Error: No server answers.\nStart one.\n"
    assert shell.user_ns["_chat"].text == ""
    assert shell.user_ns["_chat"].error == "No server answers."


def test_interrupt(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    def script() -> Iterator[Any]:
        yield from numbered(start(), begin("core"), chunk("Half"))
        raise KeyboardInterrupt

    client.script = script
    run(shell, "%%chat --to kept\nWhy?")
    said = "".join(capsys.readouterr())
    assert said.startswith("Half\n\n")
    assert said.endswith("stopped by you\n")
    assert client.cancelled == ["turn1"]
    assert shell.user_ns["_chat"].finish_reason == "cancelled"
    assert shell.user_ns["kept"].text == "Half"
    client.script = lambda: iter(answer("Because."))
    run(shell, "%%chat\nWhy?")
    assert shell.user_ns["_chat"].text == "Because."


def test_answer_into_a_variable(shell: Any, client: ScriptedClient) -> None:
    says(client, "So:\n```python\nx = 1\n```\nand\n```sh\nls\n```\n")
    run(shell, "%%chat --to reply\nHow?")
    reply = shell.user_ns["reply"]
    assert [str(each) for each in reply.code_blocks] == ["x = 1", "ls"]
    assert reply.code == "x = 1"
    assert reply.metrics.strategy == "simple"
    assert shell.user_ns["_chat"] is reply


def test_code_goes_into_the_next_cell_and_is_not_run(
    shell: Any, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        shell, "set_next_input", lambda text, replace: inputs.append((text, replace))
    )
    says(client, "```python\nmade = 1\n```")
    run(shell, "%%chat --code\nHow?")
    assert inputs == [("made = 1", False)]
    assert "made" not in shell.user_ns


def test_an_answer_without_code_has_no_next_cell(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, "%%chat --code\nHow?")
    assert "no block of code" in capsys.readouterr().out


def test_quiet(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, "%%chat -q --to reply --code\nWhy {y}?")
    assert "".join(capsys.readouterr()) == ""
    assert shell.user_ns["reply"].text == "Because."

    def script() -> Iterator[Any]:
        raise ServerUnreachable("No server answers.", "Start one.")

    client.script = script
    run(shell, "%%chat -q\nWhy?")
    assert "No server answers." in capsys.readouterr().out


def test_json(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    says(client, '{"a": [1,', " 2]}")
    shell.user_ns["wanted"] = {"type": "object"}
    run(shell, "%%chat --schema wanted --to reply\nWhat?")
    assert client.asked[0].options == AskOptions(json_schema={"type": "object"})
    assert shell.user_ns["reply"].data == {"a": [1, 2]}
    assert '"a": [\n    1,' in screen.outputs[-1]["text/plain"]
    assert faults(screen.html) == []


def test_code_format_shows_the_code_alone(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    says(client, "Here it is:\n```python\nx = 1\n```\nDone.")
    run(shell, "%%chat -f code\nHow?")
    assert screen.plain == "x = 1"
    assert "Done." not in screen.html
    assert shell.user_ns["_chat"].text.endswith("Done.")


def test_notebook_output(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%%llmchat\nWhy?")
    assert len(screen.outputs) == 1
    assert screen.updates >= 1
    last = screen.outputs[0]
    assert set(last) == {"text/html", "text/plain", "text/markdown"}
    assert last["text/plain"] == last["text/markdown"] == "Because."
    assert "<p>Because.</p>" in last["text/html"]


def test_values_of_names_are_sent(shell: Any, client: ScriptedClient) -> None:
    run(shell, "x = 20\nd = {'k': [1, 2]}")
    run(shell, "%%chat\nIs {x} more than {d['k'][1]}, {y} or {{x}}?")
    assert client.asked[0].question == "Is 20 more than 2, {y} or {{x}}?"
    run(shell, "%chat Is {x} much?")
    assert client.asked[1].question == "Is 20 much?"
    run(shell, "%chat --raw Is {x} and `Out[1]` much?")
    assert client.asked[2].question == "Is {x} and `Out[1]` much?"


def test_what_cannot_be_shown_is_told(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, "thing = object()")
    run(shell, "%chat What is {thing}?")
    assert client.asked[0].question == "What is {thing}?"
    assert "{thing} stays as it is" in capsys.readouterr().out


def test_results_and_errors_are_sent_along(shell: Any, client: ScriptedClient) -> None:
    for source in ("'a' * 3", "list(range(300))", "1 / 0", "x = 1"):
        run_as_a_cell(shell, source)
    run(shell, "%chat --no-context See `Out[1]`, `Out[2]`, `In[1]`, `Err`, `Out[9]`")
    asked = client.asked[0]
    assert asked.question == ("See `'aaa'`, `Out[2]`, `'a' * 3`, `Err`, `Out[9]`")
    names = [(each.kind, each.name) for each in asked.context]
    assert names == [("cell", "Out[2]"), ("error", "in In [3]")]
    assert "ZeroDivisionError" in asked.context[1].text


def test_cells_that_have_run_go_along(shell: Any, client: ScriptedClient) -> None:
    for source in ("x = 20", "x + 1", "%%chat\nWhy?"):
        run_as_a_cell(shell, source)
    assert cells_of(client.asked[0].context) == ["x = 20", "x + 1\nOut: 21"]
    run_as_a_cell(shell, "%%chat --no-context\nWhy?")
    assert client.asked[1].context == ()


def test_cells_that_ran_before_we_were_loaded_go_along(shell: Any) -> None:
    run_as_a_cell(shell, "x = 20")
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: None)
    run_as_a_cell(shell, "%%chat\nWhy?")
    assert cells_of(client.asked[0].context) == ["x = 20"]


def prepared(client: ScriptedClient) -> Context:
    """What was prepared last, once something was."""
    wait_for(lambda: client.prepared)
    return client.prepared[-1][1]


def test_a_cell_is_prepared_once_there_is_a_server(
    shell: Any, client: ScriptedClient
) -> None:
    run_as_a_cell(shell, "x = 20")
    run_as_a_cell(shell, "%%chat\nWhy?")
    run_as_a_cell(shell, "x")
    assert cells_of(prepared(client)) == ["x = 20", "x\nOut: 20"]


def test_a_server_that_runs_is_told_before_anyone_asks(shell: Any) -> None:
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: client)
    run_as_a_cell(shell, "x = 20")
    assert cells_of(prepared(client)) == ["x = 20"]
    assert client.asked == []


@pytest.mark.parametrize("trouble", [ValueError("x"), KeyboardInterrupt()])
@pytest.mark.parametrize("hook", ["begin", "note"])
def test_no_trouble_of_ours_shows_below_a_cell(
    shell: Any,
    client: ScriptedClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: BaseException,
    hook: str,
) -> None:
    from jupyter_llmchat.kernel.notebook_context import NotebookContext

    def fail(self: object, *_: object) -> None:
        raise trouble

    monkeypatch.setattr(NotebookContext, hook, fail)
    run_as_a_cell(shell, "x = 20")
    assert capsys.readouterr() == ("", "")
    assert shell.user_ns["x"] == 20


def test_an_interrupt_while_something_is_looked_up(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def connect(say: object) -> Any:
        raise KeyboardInterrupt

    register(shell, connect, lambda: None)
    run(shell, "%chat sessions")
    run(shell, "%chat --model x Why?")
    assert "".join(capsys.readouterr()) == "Stopped by you.\n" * 2
