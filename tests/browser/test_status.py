"""How the assistant is, at the top of its panel: quiet if all is well, else helpful."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from jupyter_llmchat.server.doctor import LONGEST_S

from .lab import Lab
from .panel import Panel, dismiss_dialogs, look_again

MISSING = (
    "No model is installed. Install the embedded one: pip install 'x[embedded]', or."
)


@pytest.fixture
def card(panel: Panel) -> Locator:
    return panel.root.locator(".jp-llmchat-status")


@pytest.fixture
def telling(panel: Panel) -> Callable[[Callable[[Any], None]], None]:
    """Has the server say something else of itself, and opens the page again."""

    def tell(change: Callable[[Any], None]) -> None:
        def answer(route: Route) -> None:
            response = route.fetch()
            body = response.json()
            change(body)
            route.fulfill(response=response, json=body)

        panel.page.route("**/jupyter-llmchat/api/status*", answer)
        panel.page.reload()
        panel.open()

    return tell


def answer_again(page: Page) -> None:
    """From now on the server itself answers; it may be asked at this very moment."""
    page.unroute_all(behavior="ignoreErrors")


def test_as_long_as_all_is_well_it_is_one_line(card: Locator) -> None:
    expect(card).to_have_text("fakeReady")


def test_who_looks_closer_sees_what_it_runs_with(card: Locator, lab: Lab) -> None:
    summary = card.locator("summary").first
    summary.press("Enter")
    (model,) = lab.api("models")["models"]
    memory = f"{model['memory_bytes'] / 1e6:.0f} MB"
    expect(card.locator(".jp-llmchat-rows").first).to_contain_text(memory)
    store = lab.api("status")["store"]
    expect(card).to_contain_text(store["path"])
    summary.press("Enter")
    expect(card.locator(".jp-llmchat-rows")).to_have_count(0)


def test_what_the_doctor_finds_is_a_press_away(card: Locator, panel: Panel) -> None:
    card.locator("summary").first.click()
    card.get_by_role("button", name="Check the installation").click()
    findings = card.locator(".jp-llmchat-checks > li")
    # A process of its own loads all there is.
    found = findings.filter(has_text="Python 3")
    expect(found).to_be_visible(timeout=LONGEST_S * 1000)
    assert findings.count() >= 11
    panel.shoot("status-details")


def test_a_model_that_is_missing_says_how_to_get_it(
    card: Locator, telling: Any, panel: Panel
) -> None:
    telling(lambda said: said["model"].update(state="failed", detail=MISSING))
    expect(card.get_by_role("alert")).to_contain_text(MISSING)
    expect(card.locator("code")).to_have_text("pip install 'x[embedded]'")
    panel.shoot("status-model-missing")


def test_a_model_that_failed_is_loaded_again(
    card: Locator, telling: Any, page: Page
) -> None:
    failed = {"state": "failed", "detail": "It ended. Run `jupyter llmchat doctor`."}
    telling(lambda said: said["model"].update(failed))

    def models(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        body["models"][0].update(failed)
        route.fulfill(response=response, json=body)

    page.route("**/jupyter-llmchat/api/models*", models)
    with page.expect_response("**/models/fast/load*") as asked:
        card.get_by_role("button", name="Load the model again").click()
    assert asked.value.status == 202


def test_that_it_loads_can_be_seen(card: Locator, telling: Any, page: Page) -> None:
    telling(lambda said: said["model"].update(state="starting", detail="It is read."))
    expect(card.locator("progress")).to_be_visible()
    expect(card).to_contain_text("Loading")
    answer_again(page)
    expect(card).to_have_text("fakeReady")


def test_another_version_of_the_server_asks_for_a_reload(
    card: Locator, telling: Any, page: Page
) -> None:
    telling(lambda said: said.update(protocol=99))
    expect(card).to_contain_text("another version")
    with page.expect_navigation():
        card.get_by_role("button", name="Reload the page").click()
    answer_again(page)
    Panel(page).open()
    expect(card).to_have_text("fakeReady")


class TestWithoutAServer:
    @pytest.fixture
    def allowed_errors(self) -> list[str]:
        """A request that was on its way is cut, or answered while the server ends."""
        return ["ERR_[A-Z_]+", "WebSocket", "Failed to fetch", "404", "503"]

    def test_a_server_without_the_extension_says_how_to_enable_it(
        self, card: Locator, panel: Panel
    ) -> None:
        def missing(route: Route) -> None:
            route.fulfill(status=404, body="Not found")

        panel.page.route("**/jupyter-llmchat/api/**", missing)
        panel.page.reload()
        panel.open()
        expect(card.locator("code")).to_have_text(
            "jupyter server extension enable jupyter_llmchat"
        )
        with panel.page.expect_request("**/jupyter-llmchat/api/status*"):
            card.get_by_role("button", name="Ask the server again now").click()
        answer_again(panel.page)
        look_again(card)
        expect(card).to_have_text("fakeReady")

    def test_a_server_that_is_gone_is_found_again(
        self, card: Locator, panel: Panel, lab: Lab
    ) -> None:
        expect(card).to_have_text("fakeReady")
        dismiss_dialogs(panel.page)
        lab.stop()
        try:
            expect(card).to_contain_text("The Jupyter server does not answer.")
        finally:
            lab.start()
        look_again(card)
        expect(card).to_have_text("fakeReady")
