"""What a browser makes of the panel's HTML, put into a page as ipywidgets does it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_llmchat.kernel.panel.message_html import answer_html, details_html
from jupyter_llmchat.kernel.panel.message_html import question_html as question
from jupyter_llmchat.kernel.progress import Progress

from .payloads import PAYLOADS
from .test_message_html import everywhere

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--virtual-time-budget=3000", "--dump-dom"),
)
PAGE = """<!doctype html><meta charset="utf-8"><body><script>
window.alert = () => { document.title += "FIRED"; };
for (const text of %s) {
  const box = document.createElement("div");
  document.body.append(box);
  box.innerHTML = text;
  for (const each of box.querySelectorAll("*")) {
    const bad = [...each.attributes].map(a => a.name).filter(
      n => n.startsWith("on") || n.startsWith("data-") || n === "id" || n === "src");
    if (bad.length || each.namespaceURI !== "http://www.w3.org/1999/xhtml")
      document.title += "FOUND " + each.tagName;
    if (each.tagName !== "A") each.click();
  }
}
</script></body>"""

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium"),
    pytest.mark.timeout(180),
]


def title(folder: Path, *texts: str) -> str:
    """What the page says of these texts; empty if nothing has happened."""
    page = folder / "page.html"
    # No text may end the script that carries it.
    data = json.dumps(texts).replace("<", "\\u003c")
    page.write_text(PAGE % data, encoding="utf-8")
    assert BROWSER is not None
    command = [
        BROWSER,
        *OPTIONS,
        f"--user-data-dir={folder / 'profile'}",
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "</body>" in done.stdout, done.stderr
    head = done.stdout.partition("<title>")[2]
    return head.partition("</title>")[0]


def test_the_page_notices_what_runs(tmp_path: Path) -> None:
    assert "FIRED" in title(tmp_path, "<img src=x onerror=alert(1)>")
    assert "FOUND" in title(tmp_path, "<b data-commandlinker-command=x>x</b>")


def test_nothing_runs(tmp_path: Path) -> None:
    now = Progress(elapsed_s=1.0)
    # The longest ones are about depth, which the parser's test looks at.
    states = [(each, everywhere(each)) for each in PAYLOADS if len(each) < 1000]
    pages = [
        html
        for text, state in states
        for html in (question(text), answer_html(state, now), details_html(state))
    ]
    assert title(tmp_path, *pages) == ""
