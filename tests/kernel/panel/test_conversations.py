"""How conversations are chosen, begun, renamed, deleted and found by a user."""

from __future__ import annotations

import pytest

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.protocol.resources import MessageList

from .conftest import Drive
from .driving import control, inside
from .server_double import ClientDouble, ServerDouble, exchange, hit, turn


def test_messages_that_come_too_late_are_not_shown(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server)
    late = MessageList(messages=exchange("t9", "Late?"))
    driven.panel._conversations._show("another", late)
    assert "Late?" not in driven.text


def test_a_conversation_that_is_deleted_twice(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server, session="one")
    driven.press("Delete")
    server.kept.clear()
    driven.press("Delete", 1)
    driven.settle()
    assert driven.titles == ["New conversation"]
    assert driven.panel._parts.notice.text == ""


def test_an_older_one_that_was_found_stays_in_the_list(drive: Drive) -> None:
    server = ServerDouble(hits=(hit("old"),))
    driven = drive(server)
    server.said["old"] = [*exchange("t1", "Once?", "Yes.")]
    driven.press("Search")
    control(driven.panel.widget, "Words").value = "some"
    driven.press("Find")
    driven.settle()
    control(driven.panel.widget, "What was found").value = 0
    assert driven.titles == ["New conversation", "Title of old"]


def test_renaming_what_is_gone(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server, session="one")
    del server.kept["one"]
    driven.press("Rename")
    driven.press("Save")
    driven.settle()
    assert "deleted elsewhere" in driven.text
    assert driven.panel.session_id == ""


def test_a_list_that_cannot_be_refreshed_stays(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server, session="one")
    server.failure = ServerUnreachable("Gone.", "Wait.")
    driven.press("Refresh")
    driven.settle()
    assert "Gone. Wait." in driven.text
    assert "Indeed." in driven.text


def test_conversations_are_listed_and_opened(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    server.add("two", "")
    driven = drive(server)
    assert driven.titles == ["New conversation", "(no title)", "First"]
    driven.choice.value = "one"
    driven.settle()
    assert "Indeed." in driven.text
    driven.press("New")
    assert "Indeed." not in driven.text
    assert driven.panel.session_id == ""


@pytest.mark.parametrize("named", ["one", "First"])
def test_a_panel_can_begin_with_a_conversation(drive: Drive, named: str) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    assert "Indeed." in drive(server, session=named).text


def test_a_title_that_is_not_there_yet(drive: Drive) -> None:
    driven = drive(session="Plans")
    driven.ask("Why?")
    assert driven.server.kept["session1"].title == "Plans"


def test_rename(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server, session="one")
    driven.press("Rename")
    control(driven.panel.widget, "New title").value = "Better"
    driven.press("Save")
    driven.settle()
    assert driven.titles == ["New conversation", "Better"]
    assert driven.panel.session_id == "one"


def test_delete_asks_first(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server, session="one")
    driven.press("Delete")
    assert "Delete “First” with all that was said?" in driven.text
    driven.press("Cancel")
    assert [*server.kept] == ["one"]
    driven.press("Delete")
    driven.press("Delete", 1)
    driven.settle()
    assert server.kept == {}
    assert driven.titles == ["New conversation"]


def test_search(drive: Drive) -> None:
    server = ServerDouble(hits=(hit("one"), hit("two", "t2", current=False)))
    server.add("one", "Title of one", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server)
    driven.press("Search")
    control(driven.panel.widget, "Words to find").value = "some"
    driven.press("Find")
    driven.settle()
    found = control(driven.panel.widget, "What was found")
    found.value = 0
    driven.settle()
    assert "Indeed." in driven.text
    found.value = 1
    driven.settle()
    assert server.selected == ["t2"]
    assert driven.panel.session_id == "two"


def test_details_of_a_kept_answer_are_looked_up(drive: Drive) -> None:
    server = ServerDouble(turns={"t1": turn("t1")})
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server, session="one")
    details = [e for e in inside(driven.panel.widget) if hasattr(e, "selected_index")]
    details[1].selected_index = 0
    driven.settle()
    assert "strategy" in driven.text
    assert "token limit reached" in driven.text


def test_two_panels_on_one_conversation(drive: Drive) -> None:
    server = ServerDouble()
    one = drive(server)
    one.ask("Why?")
    server.said["session1"] = [*exchange("turn1", "Why?", "Because.")]
    two = drive(server, session="session1")
    server.said["session1"] += exchange("turn2", "And?", "Therefore.")
    for each in (one, two):
        each.press("Refresh")
        each.settle()
        assert "Therefore." in each.text
        assert each.text.count("Because.") == 1


def test_opening_what_was_deleted_elsewhere(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First")
    driven = drive(server)
    del server.kept["one"]
    driven.choice.value = "one"
    driven.settle()
    assert "deleted elsewhere" in driven.text
    driven.press("Retry")
    driven.settle()
    assert driven.titles == ["New conversation"]


def test_only_the_last_answers_are_shown(drive: Drive) -> None:
    server = ServerDouble()
    kept = [m for n in range(50) for m in exchange(f"t{n}", f"Question {n}?")]
    server.add("one", "First", *kept)
    driven = drive(server, session="one")
    assert "Question 49?" in driven.text
    assert "Question 29?" not in driven.text
    assert "What was said earlier is kept" in driven.text


def test_refreshing_when_the_shown_one_was_deleted_elsewhere(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server, session="one")
    del server.kept["one"]
    driven.press("Refresh")
    driven.settle()
    assert "deleted elsewhere" in driven.text
    assert "Indeed." not in driven.text
    assert driven.panel.session_id == driven.choice.value == ""


def test_one_that_is_too_old_for_the_list_stays_in_it(drive: Drive) -> None:
    server = ServerDouble(has_more=True)
    server.add("one", "First", *exchange("t1", "Really?", "Indeed."))
    driven = drive(server, session="one")
    listed, server.kept = server.kept, {}
    driven.panel._conversations.refresh_after(is_replaced=False)
    driven.settle()
    assert driven.choice.value == "one"
    server.kept = listed


def test_one_that_begins_while_the_list_is_on_its_way(drive: Drive) -> None:
    driven = drive()
    conversations = driven.panel._conversations
    late = conversations._listed(ClientDouble(driven.server))
    driven.ask("Why?")
    conversations._show_all(late)
    driven.settle()
    assert driven.panel.session_id == driven.choice.value == "session1"
    assert "deleted" not in driven.text
