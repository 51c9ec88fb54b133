"""Asking, reading, stopping, and asking otherwise."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from .conftest import OpenNotebook
from .lab import Lab
from .notebook import WITHOUT_KERNEL, Notebook, code
from .panel import Panel
from .script import ANALYSIS, CODE, CONCLUSION, CORE, DETAIL

AT_END = """() => {
  const frame = document.querySelector('.jp-llmchat-scroll');
  return frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40;
}"""
TOP = """async () => {
  // What is new is in its place a frame later.
  for (const _ of [1, 2]) {
    await new Promise(requestAnimationFrame);
  }
  return document.querySelector('.jp-llmchat-scroll').scrollTop;
}"""
TALL: ViewportSize = {"width": 1280, "height": 2000}
"""What is far out of sight is not in the page."""
COPIED = "() => navigator.clipboard.readText()"
TELLS_OF_IT = """button => {
  const told = new Promise(resolve => {
    const look = () => button.title === 'Copied' && resolve(true);
    new MutationObserver(look).observe(button, { attributes: true });
  });
  return { told };
}"""


@pytest.fixture
def allowed_errors() -> list[str]:
    return [WITHOUT_KERNEL]


def stored(lab: Lab, panel: Panel) -> list[tuple[str, str]]:
    """State and text of the messages of the conversation that is shown."""
    session = panel.session
    if session is None:
        return []
    messages = lab.api(f"sessions/{session}/messages")["messages"]
    return [(message["state"], message["text"]) for message in messages]


def copied(panel: Panel, name: str) -> str:
    """What a button copies; it says for a moment that it has."""
    button = panel.root.get_by_role("button", name=name).first.element_handle()
    watched = button.evaluate_handle(TELLS_OF_IT)
    button.click()
    assert watched.evaluate("watched => watched.told")
    return str(panel.page.evaluate(COPIED))


def test_an_answer_is_set_as_it_is_meant(panel: Panel) -> None:
    panel.page.set_viewport_size(TALL)
    panel.answered("What is the mean?")
    text = panel.root.locator(".jp-llmchat-text")
    expect(text.locator("mjx-container")).to_have_count(3)
    expect(text.locator("td").first).to_have_text("1")
    expect(text.locator("pre").first).to_contain_text("def mean(values: list[float])")
    expect(text.locator("pre span[class]").first).to_be_visible()
    expect(text.locator("ol li")).to_have_count(2)


def test_how_it_was_arrived_at_is_folded(panel: Panel) -> None:
    panel.page.set_viewport_size(TALL)
    panel.answered("What is folded?")
    folded = panel.root.locator(".jp-mod-stage details").first
    expect(folded.locator("summary")).to_contain_text("Analysis")
    expect(folded.locator("strong")).to_have_count(0)
    folded.locator("summary").click()
    expect(folded.locator("strong")).to_have_text("plan")
    times = panel.root.locator(".jp-mod-stage .jp-llmchat-time")
    expect(times).to_have_text([re.compile("s$")] * 4)


def test_what_is_known_of_an_answer_stands_below_it(panel: Panel) -> None:
    panel.answered("What was decided?")
    panel.root.get_by_text("1 decision").click()
    row = panel.root.locator(".jp-llmchat-decisions")
    expect(row).to_contain_text("comprehensive")
    expect(row).to_contain_text("80 %")
    expect(row).to_contain_text("81 ms")
    quality = panel.root.get_by_text("Quality 78/100 (judge right in 83 %)")
    quality.click()
    expect(panel.root.get_by_text("Give an example.")).to_be_visible()
    figures = panel.root.locator(".jp-llmchat-figures")
    for figure in ("tokens", "tok/s", "first after"):
        expect(figures).to_contain_text(figure)


def test_answers_and_code_are_copied_to_the_letter(panel: Panel) -> None:
    panel.page.set_viewport_size(TALL)
    panel.answered("What is to be copied?")
    panel.page.context.grant_permissions(["clipboard-read"])
    text = copied(panel, "Copy the whole answer")
    assert text == "\n\n".join(each.strip() for each in (CORE, DETAIL, CONCLUSION))
    assert ANALYSIS.strip() not in text
    done = panel.root.get_by_role("button", name="Copied", exact=True)
    expect(done).to_have_count(0)
    text = copied(panel, "Copy the code")
    assert text.startswith("import pandas as pd\n\ndef mean")
    assert f"```python\n{text}\n```" in CORE


def test_stop_is_there_from_the_moment_of_sending(panel: Panel, lab: Lab) -> None:
    panel.ask("before=100000 What takes long to begin?")
    panel.stop_button.click()
    panel.wait_ended()
    expect(panel.root.get_by_text("Stopped", exact=True)).to_be_visible()
    assert "streaming" not in dict(stored(lab, panel))


def test_what_was_said_before_a_stop_is_kept(panel: Panel, lab: Lab) -> None:
    panel.ask("hold=3 piece=4 say:One two three four five six")
    expect(panel.messages.last).to_contain_text("One two thre")
    panel.stop_button.click()
    panel.wait_ended()
    expect(panel.root.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(panel.messages.last).to_contain_text("One two thre")
    assert stored(lab, panel)[-1] == ("cancelled", "One two thre")


def test_how_an_answer_ended_is_said(panel: Panel) -> None:
    for word, badge in (("deadline", "Deadline"), ("length", "Cut")):
        panel.answered(f"short {word}")
        expect(panel.root.get_by_text(badge, exact=True)).to_be_visible()


def test_what_was_left_out_is_said(panel: Panel) -> None:
    panel.answered("short leftout")
    expect(panel.messages.last).to_contain_text("The notebook was left out")
    panel.page.reload()
    panel.open()
    expect(panel.messages.last).to_contain_text("The notebook was left out")


def test_a_failure_has_a_button_that_asks_again(panel: Panel) -> None:
    panel.answered("short failing")
    failure = panel.root.locator(".jp-llmchat-error")
    expect(failure).to_contain_text("The model could not go on. Ask again.")
    failure.get_by_role("button", name="Ask the same question again").click()
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()


def test_a_cached_answer_is_marked_and_can_be_had_anew(panel: Panel) -> None:
    panel.answered("say:always the same")
    # The conversation itself may be called so.
    panel.root.get_by_role("button", name="New conversation").last.click()
    expect(panel.questions).to_have_count(0)
    panel.answered("say:always the same")
    cached = panel.root.get_by_text("Cached", exact=True)
    expect(cached).to_be_visible()
    panel.root.get_by_role("button", name="Ask again", exact=True).click()
    expect(cached).to_have_count(0)
    panel.wait_ended()
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()


def test_a_changed_question_is_another_version(panel: Panel) -> None:
    panel.answered("say:first")
    panel.root.get_by_role("button", name="Change the question").click()
    field = panel.root.locator(".jp-mod-question textarea").first
    expect(field).to_be_focused()
    field.fill("say:second")
    field.press("Enter")
    expect(panel.questions).to_have_text(["say:second"])
    expect(panel.messages.last).to_contain_text("second")
    panel.wait_ended()
    expect(panel.input).to_be_focused()
    panel.root.get_by_role("button", name="Earlier version").click()
    expect(panel.questions).to_have_text(["say:first"])
    expect(panel.messages.last).to_contain_text("first")
    panel.root.get_by_role("button", name="Later version").click()
    expect(panel.questions).to_have_text(["say:second"])


def test_a_change_can_be_called_off(panel: Panel) -> None:
    panel.answered("say:as it was")
    change = panel.root.get_by_role("button", name="Change the question")
    change.click()
    expect(panel.root.locator(".jp-mod-question textarea").first).to_be_focused()
    panel.page.keyboard.type("otherwise")
    panel.page.keyboard.press("Escape")
    expect(panel.questions).to_have_text(["say:as it was"])
    expect(change).to_be_focused()


def test_the_text_is_exact_however_it_came(panel: Panel, lab: Lab) -> None:
    panel.ask("pace=1 piece=9 code20")
    panel.wait_ended()
    assert stored(lab, panel)[-1] == ("complete", CODE)
    blocks = panel.messages.last.locator("pre")
    expect(blocks).to_have_count(20)
    expect(blocks.last).to_contain_text("def f_19_5(")
    assert (blocks.last.text_content() or "").strip() in CODE


def scrolled(page: Page, top: int) -> None:
    page.evaluate(
        "top => { document.querySelector('.jp-llmchat-scroll').scrollTop = top; }", top
    )


def left_the_end(panel: Panel, question: str) -> Locator:
    """Half of the answer is there, and was followed; gives the way back."""
    panel.ask(f"pace=5 piece=40 hold=130 long {question}")
    expect(panel.messages.last).to_contain_text("Paragraph 12.")
    panel.page.wait_for_function(AT_END)
    scrolled(panel.page, 0)
    to_end = panel.root.get_by_role("button", name="To the end")
    expect(to_end).to_be_visible()
    return to_end


def whole(panel: Panel, lab: Lab) -> None:
    """The other half is there too."""
    lab.open_gate()
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text("Paragraph 27.")


def test_who_has_left_the_end_stays_there(panel: Panel, lab: Lab) -> None:
    to_end = left_the_end(panel, "Who leaves?")
    whole(panel, lab)
    assert not panel.page.evaluate(AT_END)
    to_end.click()
    panel.page.wait_for_function(AT_END)


def test_another_part_of_the_answer_moves_nobody(panel: Panel, lab: Lab) -> None:
    panel.answered("pace=0 piece=400 long What is far above?")
    panel.ask("hold=60 What comes in parts?")
    expect(panel.messages.last).to_contain_text("The mean is defined by")
    scrolled(panel.page, 300)
    expect(panel.root.get_by_role("button", name="To the end")).to_be_visible()
    assert panel.page.evaluate(TOP) == 300
    lab.open_gate()
    expect(panel.messages).to_have_count(7)
    expect(panel.stop_button).to_have_count(0)
    assert panel.page.evaluate(TOP) == 300


def test_who_has_gone_back_to_the_end_follows_it(panel: Panel, lab: Lab) -> None:
    to_end = left_the_end(panel, "Who follows?")
    to_end.click()
    panel.page.wait_for_function(AT_END)
    expect(to_end).to_have_count(0)
    whole(panel, lab)
    panel.page.wait_for_function(AT_END)


def test_what_is_asked_meanwhile_is_answered_after(panel: Panel, lab: Lab) -> None:
    panel.ask("hold=1 piece=2 say:one")
    panel.ask("say:two")
    expect(panel.questions).to_have_text(["hold=1 piece=2 say:one", "say:two"])
    lab.open_gate()
    panel.wait_ended()
    texts = panel.root.locator(".jp-mod-stage .jp-llmchat-text")
    expect(texts).to_have_text(["one", "two"])


def test_a_conversation_is_there_after_a_reload(panel: Panel) -> None:
    panel.answered("say:kept for later")
    session = panel.session
    panel.page.reload()
    panel.open()
    panel.choose(session)
    expect(panel.questions).to_have_text(["say:kept for later"])
    expect(panel.root.locator(".jp-llmchat-text")).to_have_text(["kept for later"])
    expect(panel.root.locator(".jp-llmchat-figures")).to_contain_text("tok/s")


def test_an_answer_goes_on_after_a_reload(panel: Panel, lab: Lab) -> None:
    panel.ask("hold=2 piece=4 say:One two three four")
    expect(panel.messages.last).to_contain_text("One two")
    session = panel.session
    panel.page.reload()
    panel.open()
    panel.choose(session)
    expect(panel.messages.last).to_contain_text("One two")
    expect(panel.stop_button).to_be_visible()
    lab.open_gate()
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text("One two three four")


@pytest.fixture
def notebook(open_notebook: OpenNotebook) -> Notebook:
    return open_notebook(code("first = 1"), code("second = 2"))


def test_code_goes_into_the_notebook_and_is_not_run(
    panel: Panel, notebook: Notebook
) -> None:
    panel.page.set_viewport_size(TALL)
    panel.answered("What code goes into it?")
    for name, place, count in (("Insert below", 1, 3), ("Insert above", 1, 4)):
        panel.root.get_by_role("button", name=name).first.click()
        expect(notebook.cells).to_have_count(count)
        assert notebook.source(place).startswith("import pandas as pd")
    notebook.edit(3)
    panel.root.get_by_role("button", name="Replace the active cell").first.click()
    expect(notebook.cell(3)).to_contain_text("import pandas as pd")
    assert notebook.source(3).startswith("import pandas as pd")
    panel.page.evaluate("() => window.jupyterapp.commands.execute('notebook:undo')")
    notebook.edit(0)
    assert notebook.source(0) == "first = 1"
    expect(notebook.root.locator(".jp-OutputArea-output")).to_have_count(0)


def test_without_a_notebook_code_can_only_be_copied(panel: Panel) -> None:
    panel.page.set_viewport_size(TALL)
    panel.answered("What code is it?")
    below = panel.root.get_by_role("button", name="Insert below the active cell").first
    expect(below).to_be_disabled()
    assert "open a notebook first" in (below.get_attribute("title") or "")
