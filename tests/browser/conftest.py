"""One browser and one JupyterLab for all tests here; a browser context for each.

Both end with the last test of this folder: as long as Playwright runs, no test that has
an event loop of its own can.

A test here has a second try, as is the custom where a whole browser, a server and a
kernel share two cores with others. What failed is told at the end of the run with its
traceback; `--fail-on-flaky` makes it a failure, which is how to work on these tests.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from .browser import Watched, running
from .lab import Lab
from .lab import lab as started_lab
from .notebook import Notebook, write
from .panel import Panel

HERE = Path(__file__).parent
SLOWEST_S = 300
"""A test that takes longer has hung."""

OpenPage = Callable[..., Panel]
OpenNotebook = Callable[..., Notebook]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(SLOWEST_S))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Iterator[None]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with running() as started:
        yield started


@pytest.fixture(scope="package")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with started_lab(tmp_path_factory.mktemp("lab") / "one") as started:
        yield started


@pytest.fixture
def lab(shared_lab: Lab) -> Lab:
    """The JupyterLab of all tests, with a scripted model; answers hold at its gate."""
    shared_lab.close_gate()
    shared_lab.script.unlink(missing_ok=True)
    return shared_lab


@pytest.fixture
def allowed_errors() -> list[str]:
    """Patterns; what the console says beside them fails the test."""
    return []


@pytest.fixture
def watched(
    browser: Browser, allowed_errors: list[str], request: pytest.FixtureRequest
) -> Iterator[Watched]:
    """Browser contexts, and what went wrong in them."""
    made = Watched(browser, allowed_errors)
    yield made
    if request.node.stash.get(FAILED, False) or made.unexpected:
        made.shoot("failed-" + re.sub(r"\W+", "-", request.node.name))
    made.close()
    assert not made.unexpected


@pytest.fixture
def workspace() -> str:
    """What a test leaves open in JupyterLab is open for no other."""
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def page(watched: Watched, lab: Lab, workspace: str) -> Page:
    """JupyterLab with the panel open."""
    made = watched.context().new_page()
    Panel(made).visit(lab, workspace)
    return made


@pytest.fixture
def open_notebook(page: Page, lab: Lab, workspace: str) -> OpenNotebook:
    """Opens a notebook with these cells; it has a kernel only if one is asked for."""

    def opened(*cells: dict[str, Any], start_kernel: bool = False) -> Notebook:
        path = lab.root / f"{workspace}.ipynb"
        write(path, *cells)
        made = Notebook(page)
        made.open(path.name, start_kernel=start_kernel)
        return made

    return opened


@pytest.fixture
def panel(page: Page) -> Panel:
    return Panel(page)


@pytest.fixture
def another(watched: Watched, lab: Lab, page: Page, workspace: str) -> OpenPage:
    """Opens another page, in the same browser or in one of its own."""

    def opened(*, same_browser: bool = True) -> Panel:
        context = page.context if same_browser else watched.context()
        made = Panel(context.new_page())
        # One that is open in the browser already is left by JupyterLab while it loads.
        made.visit(lab, f"{workspace}-{uuid.uuid4().hex[:8]}")
        return made

    return opened


@pytest.fixture
def word() -> str:
    """In no other test's conversations."""
    return f"w{uuid.uuid4().hex[:10]}"
