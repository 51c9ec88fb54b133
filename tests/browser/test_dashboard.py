"""The dashboard: what it shows is what the server says, and it is really drawn."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, Route, expect

from .browser import shoot
from .lab import Lab
from .panel import Panel, dismiss_dialogs, look_again

NAME = "jupyter-llmchat-dashboard:dashboard"
"""By which JupyterLab remembers that it is open."""


class Dashboard:
    """Of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".jp-llmchat-dashboard")
        self.plots = self.root.locator(".jp-llmchat-plot")
        self.problem = self.root.get_by_role("alert")

    def open(self) -> None:
        button = self.page.get_by_role("button", name="Dashboard", exact=True)
        button.click()
        expect(self.root.locator("h1")).to_be_visible()

    def card(self, name: str) -> Locator:
        return self.root.get_by_role("group", name=name, exact=True)

    def value(self, name: str) -> Locator:
        return self.card(name).locator(".jp-llmchat-card-value")

    def choose(self, label: str, value: str) -> None:
        self.root.get_by_label(label, exact=True).select_option(value)
        expect(self.root.locator(".jp-mod-behind")).to_have_count(0)


def asked(text: str) -> str:
    """A question that nobody has asked before: it is not answered again."""
    return f"{text} ({time.time_ns()})"


@pytest.fixture
def session(lab: Lab) -> str:
    """With three answers, of different speed."""
    made = lab.answered(asked("short before=30 The first?"))
    lab.answered(asked("short before=150 And then?"), made)
    lab.answered(asked("short pace=20 And after that?"), made)
    return made


@pytest.fixture
def dashboard(session: str, page: Page) -> Dashboard:
    """Of that session."""
    made = Dashboard(page)
    made.open()
    made.choose("Conversation", session)
    expect(made.value("Answers")).to_have_text("3")
    return made


def ms(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def test_the_figures_are_those_of_the_api(
    dashboard: Dashboard, lab: Lab, session: str
) -> None:
    said = lab.api(f"metrics/summary?session={session}")
    for name, figure in (
        ("Time to first token", said["first_token_ms"]),
        ("Time per token", said["token_ms"]),
        ("Time of an answer", said["total_ms"]),
    ):
        expect(dashboard.value(name)).to_contain_text(ms(figure["p50"]))
        for each in ("avg", "p95", "p99"):
            expect(dashboard.card(name)).to_contain_text(ms(figure[each]))
    expect(dashboard.value("Quality")).to_contain_text("78 of 100")
    # Nothing was read: that is no share of nought.
    assert said["cached_share"] is None
    expect(dashboard.value("From the cache")).to_contain_text("\N{EN DASH}")
    written = said["counts"]["generated_tokens"]
    expect(dashboard.value("Tokens")).to_contain_text(f"{written} written")


def test_the_plots_are_drawn(dashboard: Dashboard, page: Page) -> None:
    # All but that of the cache, which has had nothing to do.
    expect(dashboard.plots.locator("svg")).to_have_count(5)
    marks = dashboard.plots.first.locator("svg .mark-symbol.role-mark path")
    expect(marks).to_have_count(2)
    expect(dashboard.plots.last.locator("svg .mark-rect.role-mark path")).to_have_count(
        1
    )
    shoot(page, "dashboard")


def test_the_plots_follow_the_theme(dashboard: Dashboard, page: Page) -> None:
    label = dashboard.plots.first.locator("svg .role-axis-title text").first
    before = label.get_attribute("fill")
    page.evaluate(
        "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
        "JupyterLab Dark",
    )
    expect(label).not_to_have_attribute("fill", str(before))
    shoot(page, "dashboard-dark")
    page.evaluate(
        "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
        "JupyterLab Light",
    )
    expect(label).to_have_attribute("fill", str(before))


def test_what_is_drawn_can_be_read(
    dashboard: Dashboard, lab: Lab, session: str
) -> None:
    dashboard.root.get_by_label("Tables instead of plots").check()
    expect(dashboard.plots.locator("table")).to_have_count(5)
    series = lab.api(f"metrics/series?figure=first_token_ms&session={session}")
    (point,) = series["lines"][0]["points"]
    row = dashboard.plots.first.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("td")).to_have_text(
        ["3", ms(point["avg"]), ms(point["p50"]), ms(point["p95"])]
    )


def test_an_answer_is_seen_as_soon_as_it_is_there(
    dashboard: Dashboard, lab: Lab, session: str
) -> None:
    lab.answered(asked("short One more?"), session)
    expect(dashboard.value("Answers")).to_have_text("4")


def test_answers_given_again_count_when_that_is_wanted(
    dashboard: Dashboard, lab: Lab
) -> None:
    question = asked("short The same?")
    lab.answered(question)
    again = lab.answered(question)
    # Conversations are listed once there was an answer.
    option = dashboard.root.locator(f"option[value='{again}']")
    dashboard.choose("Conversation", "")
    expect(option).to_have_count(1)
    dashboard.choose("Conversation", again)
    measured = dashboard.card("Time of an answer").locator("dd").last
    expect(dashboard.value("Answers")).to_have_text("1")
    expect(measured).to_have_text("0")
    dashboard.root.get_by_label("Count answers given again").check()
    expect(measured).to_have_text("1")


def test_periods_and_models_can_be_chosen(dashboard: Dashboard) -> None:
    for period, title in (("hour", "Answers a minute"), ("day", "Answers an hour")):
        dashboard.choose("Period", period)
        expect(dashboard.plots.last.locator("figcaption")).to_have_text(title)
        expect(dashboard.value("Answers")).to_have_text("3")
    dashboard.choose("Model", "fake")
    expect(dashboard.value("Answers")).to_have_text("3")


def test_models_stand_side_by_side(dashboard: Dashboard, page: Page) -> None:
    """The lab has one model; another is said to have been used as well."""

    def used(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        body["models"].append({"model": "larger", "answers": 2})
        route.fulfill(response=response, json=body)

    def figures(route: Route) -> None:
        url = route.request.url
        response = route.fetch(url=url.replace("model=larger", "model=fake"))
        body = response.json()
        if url != response.url:
            body["quality"]["avg"] = 91.4
        route.fulfill(response=response, json=body)

    page.route("**/metrics/usage*", used)
    page.route("**/metrics/summary*", figures)
    dashboard.choose("Period", "week")
    table = dashboard.root.get_by_role("table").filter(has_text="larger")
    expect(table.get_by_role("row").nth(1)).to_contain_text("78 of 100")
    expect(table.get_by_role("row").nth(2)).to_contain_text("91 of 100")
    shoot(page, "dashboard-models")
    table.get_by_text("larger").click()
    expect(dashboard.root.get_by_label("Model", exact=True)).to_have_value("larger")
    expect(table).to_have_count(0)
    expect(dashboard.value("Quality")).to_contain_text("91 of 100")


def test_figures_can_be_taken_along(
    dashboard: Dashboard, page: Page, tmp_path: Path, lab: Lab, session: str
) -> None:
    for kind in ("CSV", "JSON"):
        with page.expect_download() as offered:
            dashboard.root.get_by_text(kind, exact=True).click()
        offered.value.save_as(tmp_path / kind)
    with (tmp_path / "CSV").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["figure"] == "total_ms"]
    assert [row["answers"] for row in rows] == ["3"]
    saved = json.loads((tmp_path / "JSON").read_text())
    assert saved["summary"] == lab.api(f"metrics/summary?session={session}")


def test_a_conversation_without_answers_says_how_figures_come_to_be(
    lab: Lab, page: Page, panel: Panel
) -> None:
    empty = str(lab.api("sessions", "POST", {"title": "Nothing yet"})["id"])
    dashboard = Dashboard(page)
    dashboard.open()
    dashboard.choose("Conversation", empty)
    expect(dashboard.root).to_contain_text("measured while it is written")
    dashboard.root.get_by_role("button", name="Show the figures of all").click()
    expect(dashboard.root).not_to_contain_text("measured while it is written")


def remembers(answer: Response) -> bool:
    """The server has been told what is open, and that this is."""
    asked = answer.request
    if "/api/workspaces/" not in asked.url or asked.method != "PUT":
        return False
    kept = asked.post_data_json["data"]
    return NAME in kept and NAME in str(kept.get("layout-restorer:data"))


def test_it_is_there_again_after_a_reload(dashboard: Dashboard, page: Page) -> None:
    with page.expect_response(remembers):
        page.evaluate("() => jupyterapp.commands.execute('filebrowser:toggle-main')")
    page.reload()
    expect(dashboard.root.locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", [640, 1000, 1900])
def test_it_fits_into_any_width(dashboard: Dashboard, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    drawn = dashboard.plots.first.locator("svg")
    expect(drawn).to_be_visible()
    page.wait_for_function(
        "() => { const page = document.querySelector('.jp-llmchat-dashboard');"
        " return page.scrollWidth <= page.clientWidth"
        " && [...page.querySelectorAll('.jp-llmchat-drawing')].every("
        "   each => each.querySelector('svg')?.clientWidth <= each.clientWidth); }"
    )
    shoot(page, f"dashboard-{width}")


class TestWithoutAnAnswer:
    @pytest.fixture
    def allowed_errors(self) -> list[str]:
        """A request that was on its way is cut, or answered while the server ends."""
        return ["ERR_[A-Z_]+", "WebSocket", "Failed to fetch", "404", "503"]

    def test_when_the_server_is_gone_the_figures_stay(
        self, dashboard: Dashboard, lab: Lab
    ) -> None:
        dismiss_dialogs(dashboard.page)
        lab.stop()
        try:
            expect(dashboard.problem).to_contain_text("does not answer")
            expect(dashboard.value("Answers")).to_have_text("3")
        finally:
            lab.start()
        look_again(dashboard.problem)
        expect(dashboard.problem).to_have_count(0)

    def test_a_conversation_deleted_elsewhere_can_be_left(
        self, dashboard: Dashboard, lab: Lab, session: str
    ) -> None:
        lab.api(f"sessions/{session}", "DELETE")
        expect(dashboard.problem).to_contain_text("This conversation is gone.")
        dashboard.problem.get_by_role("button").click()
        expect(dashboard.root.locator(".jp-mod-behind")).to_have_count(0)
        expect(dashboard.problem).to_have_count(0)
