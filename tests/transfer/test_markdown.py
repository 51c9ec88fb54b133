from __future__ import annotations

import pytest
from hypothesis import given, settings

from jupyter_llmchat.transfer.document import SessionDocument, path
from jupyter_llmchat.transfer.markdown import to_markdown
from tests.kernel.hostile import HOSTILE

from .builders import answer, full_turn, session, sessions, turn
from .test_containment import READERS, check_harmless


def headings(text: str) -> list[str]:
    tokens = READERS["with tables"].parse(text)
    return [
        f"{each.tag} {tokens[place + 1].content}"
        for place, each in enumerate(tokens)
        if each.type == "heading_open" and each.level == 0
    ]


def test_the_whole_document() -> None:
    turns = (
        full_turn("a"),
        turn("b", "It <b>counts</b>.", parent="a", question="Why?\n\nSay."),
    )
    assert to_markdown(session(*turns)).splitlines() == [
        "# Counting",
        "",
        "| Conversation |  |",
        "| --- | --- |",
        "| Begun | 2023-11-14 22:13 UTC |",
        "| Last used | 2023-11-14 22:13 UTC |",
        "| Questions | 2 |",
        "",
        "## 1. What does len() do?",
        "",
        "### Answer",
        "",
        "It counts.",
        "",
        "| Asked | Model | Strategy | Time | Tokens | Quality |",
        "| --- | --- | --- | --- | --- | --- |",
        "| 2023-11-14 22:13 UTC | fake | simple | 1.2 s | 3 | 80/100 |",
        "",
        "## 2. Why?",
        "",
        "> Why?",
        ">",
        "> Say.",
        "",
        "### Answer",
        "",
        "It &lt;b>counts&lt;/b>.",
        "",
        "| Asked |",
        "| --- |",
        "| 2023-11-14 22:13 UTC |",
    ]


@pytest.mark.parametrize(
    "text", ["```py\nx = 1", "~~~~", "- ```\n  x", "> ```", "<!--"]
)
def test_what_an_answer_leaves_open_ends_with_it(text: str) -> None:
    turns = (turn("a", text, text, question=text), turn("b", parent="a"))
    told = headings(to_markdown(session(*turns)))
    assert told[2:] == [
        "h3 Answer",
        "h3 In detail",
        "h2 2. What does len() do?",
        "h3 Answer",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_it_runs(text: str) -> None:
    said = answer(text, text, model=text[:200])
    document = session(turn("a", answer=said, question=text), title=text[:200])
    check_harmless(to_markdown(document))


@settings(deadline=None)
@given(sessions())
def test_any_conversation_can_be_told(document: SessionDocument) -> None:
    told = to_markdown(document)
    check_harmless(told)
    numbered = [each for each in headings(told) if each.startswith("h2 ")]
    assert len(numbered) >= len(path(document))
