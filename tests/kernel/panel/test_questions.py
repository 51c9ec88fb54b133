"""How questions are asked, stopped, asked again and changed, as a user does it."""

from __future__ import annotations

import threading

from jupyter_llmchat.errors import GenerationFailed, ModelUnavailable, ServerUnreachable
from jupyter_llmchat.protocol.events import Error
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.protocol.setup import Model
from tests.kernel.builders import answer, chunk, failed, numbered, start

from .conftest import Drive
from .driving import button, control
from .server_double import LONG_S, ClientDouble, ServerDouble, exchange, model, pausing


def test_a_retry_before_it_began_is_the_same_request(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server, session="one")
    driven.server.failure = GenerationFailed("No.")
    driven.ask("Why?")
    driven.server.failure = None
    driven.press("Retry")
    driven.settle()
    one, two = driven.server.asked
    assert one.message_id == two.message_id


def test_a_retry_of_what_broke_off_replaces_it(drive: Drive) -> None:
    driven = drive()
    driven.server.script = lambda: iter(numbered(start(), chunk("Half"), failed()))
    driven.ask("Why?")
    assert "Half" in driven.text
    driven.server.script = lambda: iter(answer("Whole."))
    driven.press("Retry")
    driven.settle()
    assert driven.server.asked[1].again == "turn1"
    assert "Whole." in driven.text
    assert "Half" not in driven.text


def test_a_regenerated_answer_uses_the_options_of_now(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server, session="one")
    control(driven.panel.widget, "How much").value = "simple"
    driven.press("Ask again")
    driven.settle()
    assert driven.server.asked[0].again == "t1"
    assert driven.server.asked[0].options.strategy == "simple"


def test_what_comes_after_an_edited_question_is_another_version(drive: Drive) -> None:
    server = ServerDouble()
    kept = [*exchange("t1", "One?", "First."), *exchange("t2", "Two?", "Second.")]
    server.add("one", "First", *kept)
    driven = drive(server, session="one")
    driven.press("Edit")
    server.said["one"] = [*exchange("turn1", "Uno?", "Because.")]
    driven.ask("Uno?")
    assert server.asked[0].replaces == "t1"
    assert "Second." not in driven.text
    assert "Because." in driven.text


def test_no_question_is_lost_when_an_option_does_not_fit(drive: Drive) -> None:
    driven = drive()
    control(driven.panel.widget, "0 for the most").value = "hot"
    driven.ask("Why?")
    control(driven.panel.widget, "0 for the most").value = "1"
    driven.press("Ask")
    driven.settle()
    assert driven.server.asked[0].question == "Why?"


def test_the_notebook_is_read_ahead(drive: Drive) -> None:
    driven = drive()
    part = ContextPart(kind="notebook", name="In [1]", text="x = 1")
    questions = driven.panel._questions
    questions._shell.context_ahead = lambda: (part,)  # type: ignore[method-assign]
    questions._prepare()
    assert driven.server.prepared == []
    driven.ask("Why?")
    questions._prepare()
    assert driven.server.prepared == [("session1", (part,))]
    control(driven.panel.widget, "Send along").value = False
    questions._prepare()
    assert len(driven.server.prepared) == 1


def test_without_the_notebook(drive: Drive) -> None:
    driven = drive()
    control(driven.panel.widget, "Send along").value = False
    driven.panel._questions._shell.context = None  # type: ignore[assignment,method-assign]
    driven.ask("Why?")
    assert driven.server.asked[0].context == ()


def test_an_empty_question_is_not_asked(drive: Drive) -> None:
    driven = drive()
    driven.ask("  \n ")
    assert driven.server.asked == []
    assert "The question is empty." in driven.text
    driven.press("Dismiss")
    assert "The question is empty." not in driven.text


def test_options_go_along(drive: Drive) -> None:
    driven = drive(ServerDouble(several=(model("fast"), model("complex"))))
    for tooltip, value in (
        ("How much", "analytical"),
        ("Which of several", "complex"),
        ("Time that", "7,5"),
        ("0 for the most", "0"),
        ("Length", "50"),
        ("Ask the model again", True),
    ):
        control(driven.panel.widget, tooltip).value = value
    driven.ask("Why?")
    options = driven.server.asked[0].options
    assert (options.strategy, options.tier) == ("analytical", "complex")
    assert (options.deadline_s, options.temperature) == (7.5, 0.0)
    assert (options.max_tokens, options.fresh) == (50, True)


def test_an_option_that_does_not_fit(drive: Drive) -> None:
    driven = drive()
    control(driven.panel.widget, "Length").value = "many"
    driven.ask("Why?")
    assert driven.server.asked == []
    assert "Tokens is 'many'; it has to be a whole number from 1 to" in driven.text
    assert control(driven.panel.widget, "Your question").value == "Why?"


def test_only_one_question_at_a_time(drive: Drive) -> None:
    driven = drive()
    begun, go_on = pausing(driven.server)
    driven.panel.ask("Why?")
    assert begun.wait(LONG_S)
    assert button(driven.panel.widget, "Ask").disabled
    driven.panel.ask("And?")
    assert "An answer is being written." in driven.text
    go_on.set()
    driven.settle()
    assert len(driven.server.asked) == 1


def test_another_conversation_while_an_answer_is_written(drive: Drive) -> None:
    server = ServerDouble()
    server.add("other", "Other one", *exchange("t9", "Earlier?", "Long ago."))
    driven = drive(server)
    begun, go_on = pausing(server)
    driven.panel.ask("Why?")
    assert begun.wait(LONG_S)
    driven.until_written("Half")
    driven.choice.value = "other"
    assert driven.panel._parts.calls.wait(LONG_S)
    assert "Long ago." in driven.text
    assert "Half" not in driven.text
    server.said["session2"] = [*exchange("turn1", "Why?", "Ha", state="streaming")]
    driven.choice.value = "session2"
    assert driven.panel._parts.calls.wait(LONG_S)
    assert driven.text.count("Half") == 1
    go_on.set()
    driven.settle()
    assert "stopped by you" in driven.text


def test_ask_again(drive: Drive) -> None:
    driven = drive()
    driven.ask("Why?")
    versions = ("turn1", "turn2")
    driven.server.said["session1"] = [*exchange("turn2", "Why?", versions=versions)]
    driven.press("Ask again")
    driven.settle()
    assert driven.server.asked[1].again == "turn1"
    assert "version 2 of 2" in driven.text
    driven.press("Before")
    driven.settle()
    assert driven.server.selected == ["turn1"]
    assert "Selected?" in driven.text


def test_edit_and_ask_again(drive: Drive) -> None:
    driven = drive()
    driven.ask("Wy?")
    driven.press("Edit")
    field = control(driven.panel.widget, "Your question")
    assert field.value == "Wy?"
    driven.ask("Why?")
    assert (driven.server.asked[1].question, driven.server.asked[1].replaces) == (
        "Why?",
        "turn1",
    )
    driven.ask("And?")
    assert driven.server.asked[2].replaces is None


def test_an_edit_can_be_left(drive: Drive) -> None:
    driven = drive()
    driven.ask("Wy?")
    driven.press("Edit")
    driven.press("Do not edit")
    driven.ask("Why?")
    assert driven.server.asked[1].replaces is None


def test_a_question_that_failed_is_asked_again(drive: Drive) -> None:
    driven = drive()
    driven.server.failure = ServerUnreachable("The server is gone.", "Wait.")
    driven.ask("Why?")
    assert "The server is gone. Wait." in driven.text
    driven.server.failure = None
    driven.press("Retry")
    driven.settle()
    assert "Because." in driven.text
    assert driven.text.count("Why?") == 1
    assert "The server is gone." not in driven.text


def test_a_model_that_is_missing(drive: Drive) -> None:
    missing = Error(
        turn_id="turn1",
        code=ModelUnavailable.code,
        message="There is no model.",
        hint="Install one.",
    )
    driven = drive()
    driven.server.script = lambda: iter(numbered(start(), missing))
    driven.ask("Why?")
    assert driven.panel._parts.notice.text == "There is no model. Install one."
    driven.server.script = lambda: iter(answer("Because."))
    driven.press("Retry")
    driven.settle()
    assert driven.server.asked[-1].again == "turn1"
    assert "Because." in driven.text


def test_a_conversation_that_was_deleted_elsewhere(drive: Drive) -> None:
    driven = drive()
    driven.ask("Why?")
    del driven.server.kept["session1"]
    driven.ask("And?")
    assert "There is no such session." in driven.text
    driven.press("Retry")
    driven.settle()
    assert driven.server.asked[-1].question == "And?"
    assert driven.server.asked[-1].session_id in driven.server.kept
    assert "Why?" not in driven.text


def test_stop(drive: Drive) -> None:
    driven = drive()
    begun, _ = pausing(driven.server)
    driven.write("Why?")
    driven.press("Ask")
    assert begun.wait(LONG_S)
    driven.press("Stop")
    driven.settle()
    assert driven.server.cancelled == ["turn1"]
    assert "Half" in driven.text
    assert "stopped by you" in driven.text
    assert not button(driven.panel.widget, "Ask").disabled
    assert button(driven.panel.widget, "Stop").disabled


def test_stop_while_a_server_is_being_started(drive: Drive) -> None:
    release = threading.Event()
    connecting = threading.Event()
    server = ServerDouble()
    driven = drive(server)

    def connect(say: object) -> ClientDouble:
        connecting.set()
        assert release.wait(LONG_S)
        return ClientDouble(server)

    driven.panel._parts.connection._connect = connect
    driven.panel._parts.connection.lose(driven.panel._parts.connection._client)
    driven.write("Why?")
    driven.press("Ask")
    assert connecting.wait(LONG_S)
    driven.press("Stop")
    assert driven.panel._questions.wait(LONG_S)
    assert "stopped by you" in driven.text
    assert server.asked == []
    release.set()
    driven.settle()


def test_models(drive: Drive) -> None:
    one: tuple[Model, ...] = (model("fast"),)
    driven = drive(ServerDouble(several=one))
    assert len(control(driven.panel.widget, "Which of several").options) == 1
