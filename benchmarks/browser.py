"""How the sidebar feels in a real browser: from a word's being written to its being
seen, frames while code streams, long conversations, and JupyterLab's start.

Words are written by the embedded model, and timed from where the server gets them from
the model's process; what needs a certain text is said by the tests' scripted model.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.report import (
    Bound,
    Figure,
    add_json_option,
    compared,
    percentile_95,
    publish,
    tell,
)
from tests.browser.browser import PATIENCE_MS, running
from tests.browser.lab import EMBEDDED, Lab, lab
from tests.browser.panel import SERVICE, Panel

PROBE = Path(__file__).with_name("page_probe.js")
ANSWER_MS = 180_000
QUESTIONS = (
    "What does len() do?",
    "What is a list in Python?",
    "How do I open a file in Python?",
    "What is a for loop?",
    "What does print() do?",
    "What is a dictionary in Python?",
)
CODE = "pace=10 piece=5 code20"
"""20 blocks in some 2,000 pieces, 100 a second."""
TURNS = 250
OPENINGS = 7
STARTS = 9
SEEN_MS, FRAME_MS, OPEN_MS, START_MS = 150, 100, 1000, 100


@contextmanager
def page_of(browser: Browser, started: Lab) -> Iterator[Page]:
    """A page with the panel open and the probe in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(path=PROBE)
    page = context.new_page()
    Panel(page).visit(started, "bench")
    try:
        yield page
    finally:
        context.close()


def seen(browser: Browser, folder: Path) -> list[Figure]:
    """From a piece of text's leaving the model to its being in the page."""
    delays: list[float] = []
    with lab(folder, EMBEDDED) as started, page_of(browser, started) as page:
        for question in QUESTIONS:
            answer(page, question)
            told = page.evaluate("llmchatProbe.told()")
            found = delays_of(told)
            tell(f"{question} {len(found)} pieces, p95 {percentile_95(found):.0f} ms")
            delays += found
    return [
        Figure(
            measure="a word written until it is in the page, median",
            value=statistics.median(delays),
            unit="ms",
        ),
        Figure(
            measure="a word written until it is in the page, p95",
            value=percentile_95(delays),
            unit="ms",
            bound=Bound(of="value", limit=SEEN_MS),
        ),
    ]


def answer(page: Page, question: str) -> None:
    """Asks in a conversation of its own, watched until the end."""
    panel = Panel(page)
    panel.choose(None)
    page.evaluate("llmchatProbe.watch()")
    panel.ask(question)
    page.wait_for_selector(".jp-llmchat-stop")
    page.wait_for_selector(".jp-llmchat-stop", state="detached", timeout=ANSWER_MS)


def delays_of(told: dict[str, Any]) -> list[float]:
    """Milliseconds, for every piece of a part that is shown as it grows."""
    delays = []
    for stage in {each["stage"] for each in told["chunks"]}:
        chunks = [each for each in told["chunks"] if each["stage"] == stage]
        shown = [each for each in told["shown"] if each["id"].endswith(f":{stage}")]
        if shown:
            delays += _delays(chunks, shown)
    return delays


def _delays(chunks: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[float]:
    seen = _in_page("".join(each["text"] for each in chunks), shown[-1]["text"])
    delays, length, before = [], 0, 0
    for each in chunks:
        length += len(each["text"])
        if seen[length] > before:
            before = seen[length]
            at = next(page["at"] for page in shown if len(page["text"]) >= before)
            delays.append(at - each["emitted"])
    return delays


def _in_page(source: str, page: str) -> list[int]:
    """How many letters of the page the first n of the source have become, for every n:
    names of languages and of formulas' commands, among others, are not shown."""
    matcher = SequenceMatcher(None, source, page, autojunk=False)
    letters = [0] * (len(source) + 1)
    for source_at, page_at, size in matcher.get_matching_blocks():
        for offset in range(size):
            letters[source_at + offset + 1] = page_at + offset + 1
    return list(accumulate(letters, max))


def code(browser: Browser, started: Lab) -> list[Figure]:
    """Frames while an answer of 2,000 pieces with 20 blocks of code streams."""
    with page_of(browser, started) as page:
        # What is loaded with the first code and is there from then on.
        answer(page, "pace=0 piece=50 What is a plan?")
        panel = Panel(page)
        panel.choose(None)
        page.evaluate("llmchatProbe.startFrames()")
        panel.ask(CODE)
        page.wait_for_selector(".jp-mod-stage")
        sending = page.evaluate("llmchatProbe.takeFrames()")
        panel.wait_ended()
        frames = page.evaluate("llmchatProbe.stopFrames()")
    return [
        longest_frame("a question is sent", sending),
        longest_frame("20 blocks of code stream", frames, FRAME_MS),
    ]


def longest_frame(
    what: str, frames: Sequence[float], limit_ms: float | None = None
) -> Figure:
    long = sum(each > FRAME_MS for each in frames)
    tell(f"{what}: {len(frames)} frames, {long} longer than {FRAME_MS} ms")
    return Figure(
        measure=f"longest frame while {what}",
        value=max(frames),
        unit="ms",
        bound=None if limit_ms is None else Bound(of="value", limit=limit_ms),
    )


def long_conversation(browser: Browser, started: Lab) -> list[Figure]:
    """Opening one of 500 messages, and scrolling to its beginning."""
    session = None
    for number in range(TURNS):
        session = started.answered(f"pace=0 piece=500 Question {number}?", session)
    tell(f"A conversation of {2 * TURNS} messages is stored.")
    with page_of(browser, started) as page:
        panel, opened = Panel(page), []
        for _ in range(OPENINGS):
            panel.choose(None)
            opened.append(open_ms(page, session, "In short: use mean."))
        page.evaluate("llmchatProbe.startFrames()")
        most = page.evaluate("llmchatProbe.scroll()")
        frames = page.evaluate("llmchatProbe.stopFrames()")
    tell(f"In the page were {most['most']} of {most['all']} parts of messages at most.")
    return [
        Figure(
            measure=f"a conversation of {2 * TURNS} messages opens",
            value=statistics.median(opened),
            unit="ms",
            bound=Bound(of="value", limit=OPEN_MS),
        ),
        longest_frame(f"{2 * TURNS} messages are scrolled through", frames, FRAME_MS),
        Figure(
            measure=f"most parts in the page at once, of {most['all']}",
            value=most["most"],
            unit="",
        ),
    ]


def open_ms(page: Page, session: str | None, last: str) -> float:
    script = f"""async ([session, last]) =>
      llmchatProbe.open(await ({SERVICE})(), session, last)"""
    return float(page.evaluate(script, [session, last]))


def start(browser: Browser, started: Lab, folder: Path) -> list[Figure]:
    """JupyterLab's page with the sidebar and without, in turn."""
    with lab(folder, without=("jupyter-llmchat",)) as bare:
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(STARTS + 1):
            pair = load_ms(browser, started), load_ms(browser, bare)
            tell(f"start {number}: {pair[0]:.0f} ms, without the sidebar {pair[1]:.0f}")
            # The first one fills the caches of the disk.
            if number > 0:
                ours.append(pair[0])
                theirs.append(pair[1])
    added = statistics.median(
        with_it - without for with_it, without in zip(ours, theirs, strict=True)
    )
    return [
        compared("JupyterLab's page until it is restored", "ms", ours, theirs),
        Figure(
            measure="what the sidebar adds to it",
            value=added,
            unit="ms",
            bound=Bound(of="value", limit=START_MS),
        ),
    ]


def load_ms(browser: Browser, started: Lab) -> float:
    """Of a browser that has never seen this JupyterLab."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(started.page_url("start", reset=""))
    page.wait_for_function("window.jupyterapp !== undefined")
    took = page.evaluate("jupyterapp.restored.then(() => performance.now())")
    context.close()
    return float(took)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, running() as browser:
        folder = Path(name)
        found = seen(browser, folder / "embedded")
        with lab(folder / "scripted") as started:
            found += code(browser, started)
            found += long_conversation(browser, started)
            found += start(browser, started, folder / "bare")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    publish(measure(), parser.parse_args().json)


if __name__ == "__main__":
    main()
