"""What of the notebook goes along with a question, and how it is seen and named."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenNotebook
from .lab import Lab
from .notebook import WITHOUT_KERNEL, Notebook, code, error, markdown
from .panel import SERVICE, Panel

SECRET = "hunter2hunter2"
FRAME = f"""\
class Table:
    def __init__(self, rows):
        self.rows = rows

api_token = "{SECRET}"
limit = 0.75
table = Table([1, 2])"""

KEPT = """async workspace => {
  // As the next visit reads it.
  const isKept = async () => {
    const { data } = await (await fetch(`/lab/api/workspaces/${workspace}`)).json();
    const current = data['layout-restorer:data']?.main?.current;
    const isOff = data['jupyter-llmchat:context']?.notebook === false;
    return isOff && current === `notebook:${workspace}.ipynb`;
  };
  while (!await isKept()) {
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}"""
KERNEL_IS_IDLE = """() => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  return sessionContext?.session?.kernel?.status === 'idle';
}"""


class Context:
    """The bar above the input."""

    def __init__(self, panel: Panel, lab: Lab) -> None:
        self.panel = panel
        self.lab = lab
        self.root = panel.root.locator(".jp-llmchat-context")

    def toggle(self, source: str) -> Locator:
        return self.root.locator(f"[data-source={source}]")

    def only(self, *sources: str) -> None:
        """Turns these on and all others off, whether or not there is anything yet."""
        self.panel.page.evaluate(
            f"""async on => {{
              const {{ context }} = await ({SERVICE})();
              for (const {{ id, isFixed }} of context.sources) {{
                context.toggle(id, isFixed === true || on.includes(id));
              }}
            }}""",
            [*sources],
        )

    @property
    def note(self) -> Locator:
        return self.root.locator(".jp-llmchat-context-note")

    @property
    def parts(self) -> Locator:
        return self.root.locator(".jp-llmchat-context-part")

    def show(self) -> None:
        self.root.get_by_role("button", name="Show what is sent along").click()

    def shown(self) -> list[tuple[str, str]]:
        """Kind and text of the parts in the preview."""
        return [
            (str(each.get_attribute("data-kind")), each.locator("pre").inner_text())
            for each in self.parts.all()
        ]

    def asked(self, question: str) -> list[dict[str, Any]]:
        """What has come to the model."""
        self.panel.answered(question)
        return self.lab.told


@pytest.fixture
def allowed_errors() -> list[str]:
    return [WITHOUT_KERNEL]


@pytest.fixture
def context(panel: Panel, lab: Lab) -> Context:
    return Context(panel, lab)


@pytest.fixture
def notebook(open_notebook: OpenNotebook) -> Notebook:
    return open_notebook(
        markdown("# Sales"),
        code(FRAME),
        code("table.row", error("AttributeError", "no attribute 'row'")),
    )


@pytest.fixture
def live(page: Page, open_notebook: OpenNotebook) -> Notebook:
    """With a kernel, in which its cells have run."""
    made = open_notebook(code(FRAME), code("limit * 2"), start_kernel=True)
    page.wait_for_function(KERNEL_IS_IDLE)
    made.command("notebook:run-all-cells")
    expect(made.cell(1).locator(".jp-OutputArea-output")).to_contain_text("1.5")
    return made


def kinds(parts: list[dict[str, Any]]) -> list[str]:
    return [each["kind"] for each in parts]


def test_without_a_notebook_everything_is_off_with_its_reason(context: Context) -> None:
    for source in ("cell", "notebook", "variables"):
        toggle = context.toggle(source)
        expect(toggle).to_have_attribute("aria-disabled", "true")
        expect(toggle).to_have_attribute("title", "No notebook is open.")
    expect(context.toggle("selection")).to_have_attribute(
        "title", "No text is selected."
    )
    assert context.asked("say:Nothing goes along.") == []


def test_a_notebook_without_a_kernel(context: Context, notebook: Notebook) -> None:
    expect(context.toggle("variables")).to_have_attribute(
        "title", re.compile("has no kernel")
    )
    notebook.cell(2).click()
    told = context.asked("say:Without variables.")
    assert kinds(told) == ["notebook"] * 3 + ["cell", "error"]
    assert told[-1]["text"].endswith("AttributeError: no attribute 'row'")


def test_the_preview_is_what_the_model_gets_without_secrets(
    context: Context, notebook: Notebook
) -> None:
    notebook.cell(1).click()
    context.show()
    expect(context.parts).to_have_count(4)
    expect(context.parts.last).to_contain_text("limit = 0.75")
    shown = context.shown()
    assert [kind for kind, _ in shown] == ["notebook"] * 3 + ["cell"]
    told = context.asked("say:As it was shown.")
    assert [(each["kind"], each["text"]) for each in told] == shown
    assert 'api_token = "…"' in shown[1][1]
    assert SECRET not in str(told)
    context.panel.shoot("context-preview")


def test_the_preview_follows_the_notebook(context: Context, notebook: Notebook) -> None:
    context.show()
    notebook.edit(2).fill("1 + 1")
    expect(context.parts.filter(has_text="1 + 1")).to_have_count(2)
    notebook.cell(0).click()
    expect(context.parts.filter(has_text="1 + 1")).to_have_count(1)


def test_what_is_turned_off_is_not_sent_and_stays_off(
    context: Context, notebook: Notebook, page: Page, lab: Lab, workspace: str
) -> None:
    notebook.cell(1).click()
    expect(context.toggle("notebook")).to_have_attribute("aria-pressed", "true")
    context.toggle("notebook").click()
    expect(context.toggle("notebook")).to_have_attribute("aria-pressed", "false")
    assert kinds(context.asked("say:One cell.")) == ["cell"]
    page.evaluate(KEPT, workspace)
    context.panel.visit(lab, workspace)
    expect(notebook.cells.first).to_be_visible()
    expect(context.toggle("cell")).to_have_attribute("aria-pressed", "true")
    expect(context.toggle("notebook")).to_have_attribute("aria-pressed", "false")


def test_selected_text_of_a_cell_goes_along(
    context: Context, notebook: Notebook, page: Page
) -> None:
    context.only("selection")
    notebook.edit(1).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Home")
    toggle = context.toggle("selection")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert context.asked("say:The last line.") == [
        {"kind": "selection", "name": "", "text": "table = Table([1, 2])"}
    ]


def test_facts_about_variables_go_along(context: Context, live: Notebook) -> None:
    context.only("variables")
    expect(context.toggle("variables")).to_contain_text("4")
    told = {each["name"]: each["text"] for each in context.asked("say:Facts.")}
    assert told["limit"].startswith("limit is a float with the value 0.75.")
    assert "Table" in told["table"]
    assert SECRET not in str(told)
    # Nothing has run for it.
    expect(live.cell(1).locator(".jp-InputPrompt")).to_have_text("[2]:")
    live.command("notebook:run-cell")
    expect(live.cell(1).locator(".jp-InputPrompt")).to_have_text("[3]:")


def test_while_a_cell_runs_variables_are_left_out(
    context: Context, live: Notebook, page: Page
) -> None:
    context.only("variables")
    live.edit(1).fill("import time\nprint('begun')\nwhile True: time.sleep(0.1)")
    page.keyboard.press("Shift+Enter")
    # The cell is marked before the kernel knows of it.
    expect(live.cell(1).locator(".jp-OutputArea-output")).to_contain_text("begun")
    assert context.asked("say:Not now.") == []
    expect(context.panel.root).to_contain_text("Variables (A cell is running.")
    live.command("notebook:interrupt-kernel")
    expect(live.cell(1).locator(".jp-InputPrompt")).to_have_text("[3]:")


def marked(page: Page, text: str) -> Locator:
    """What Enter would choose; a list is there a moment before that."""
    found = page.locator("li[role=option].Mui-focused")
    expect(found).to_contain_text(text)
    return found


def test_names_are_completed_by_keyboard(
    context: Context, live: Notebook, lab: Lab, page: Page, workspace: str
) -> None:
    folder = lab.root / f"{workspace} data"
    folder.mkdir()
    (folder / "notes.txt").write_text("Some notes.")
    context.only()
    field = context.panel.input
    field.press_sequentially("say:see @ce")
    marked(page, "@cell:")
    field.press("Enter")
    marked(page, "@cell:1")
    field.press("ArrowDown")
    marked(page, "@cell:2")
    field.press("Enter")
    expect(field).to_have_value("say:see @cell:2 ")
    field.press_sequentially("@var:lim")
    marked(page, "@var:limit")
    field.press("Tab")
    expect(field).to_have_value("say:see @cell:2 @var:limit ")
    field.press_sequentially(f"@file:{workspace}\\ d")
    marked(page, f"{workspace}\\ data/ - folder")
    field.press("Enter")
    marked(page, "notes.txt")
    field.press("Enter")
    expect(field).to_have_value(
        f"say:see @cell:2 @var:limit @file:{workspace}\\ data/notes.txt "
    )
    expect(page.locator("li[role=option]")).to_have_count(0)
    field.press("Enter")
    context.panel.wait_ended()
    assert [(each["kind"], each["name"]) for each in lab.told] == [
        ("cell", "In [2]"),
        ("variables", "limit"),
        ("file", f"{workspace} data/notes.txt"),
    ]


def test_what_cannot_be_found_is_named(context: Context, notebook: Notebook) -> None:
    context.only()
    assert context.asked("@cell:99 @file:none.txt say:Nothing.") == []
    expect(context.panel.root).to_contain_text(
        "@cell:99 (the notebook has no such cell), @file:none.txt (there is no such"
    )
    context.panel.shoot("context-left-out")


def test_a_command_that_is_unknown_is_not_sent(context: Context) -> None:
    context.panel.ask("/frobnicate it")
    expect(context.note).to_contain_text("There is no command /frobnicate")
    expect(context.panel.input).to_have_value("/frobnicate it")
    expect(context.panel.questions).to_have_count(0)


def test_help_and_a_new_conversation(context: Context) -> None:
    field = context.panel.input
    field.press_sequentially("/he")
    option = marked(context.panel.page, "/help")
    field.press("Enter")
    expect(field).to_have_value("/help")
    expect(option).to_have_count(0)
    field.press("Enter")
    expect(context.note).to_contain_text("/model")
    context.panel.shoot("context-help")
    context.panel.answered("say:One.")
    expect(context.note).to_have_text("")
    context.panel.ask("/clear")
    expect(context.panel.questions).to_have_count(0)
    assert context.panel.session is None


def test_explain_takes_the_cell(context: Context, notebook: Notebook) -> None:
    notebook.cell(2).click()
    context.panel.ask("/explain briefly")
    expect(context.panel.questions.last).to_contain_text("briefly")
    context.panel.wait_ended()
    assert "table.row" in [each["text"] for each in context.lab.told]


def test_the_model_is_chosen_for_the_conversation(
    context: Context, lab: Lab, allowed_errors: list[str]
) -> None:
    allowed_errors.append("400")
    context.panel.ask("/model huge")
    expect(context.note).to_contain_text('There is no model "huge"')
    context.panel.ask("/model")
    expect(context.note).to_contain_text("Chosen for this conversation: auto.")
    context.panel.ask("/model auto")
    expect(context.note).to_contain_text("the model that fits it")
