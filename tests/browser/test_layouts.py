"""What the panel looks like: themes, widths, and what must hold in all of them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from .browser import Watched
from .lab import Lab
from .panel import Panel

THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
WIDTHS = {"narrow": 240, "wide": 700}
SET_THEME = """theme => window.jupyterapp.commands.execute(
  'apputils:change-theme', { theme }
)"""
WIDER = """() => {
  const panel = document.querySelector('.jp-llmchat');
  const { left, right } = panel.getBoundingClientRect();
  const scrolls = element => {
    for (let each = element; each !== panel; each = each.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(each).overflowX)) { return true; }
    }
    return false;
  };
  return [...panel.querySelectorAll('*')].filter(each => {
    const box = each.getBoundingClientRect();
    const isSeen = box.width > 0 && getComputedStyle(each).visibility !== 'hidden';
    const isOut = box.right > right + 1 || box.left < left - 1;
    return isSeen && isOut && !each.closest('mjx-container, .jp-llmchat-live')
      && !scrolls(each.parentElement);
  }).map(each => each.outerHTML.slice(0, 200));
}"""
NAMELESS = """() => [...document.querySelectorAll(
  '.jp-llmchat :is(button, jp-button, [role=button], textarea, input, select, summary)'
)].filter(each => {
  const name = each.getAttribute('aria-label') || each.title || each.textContent.trim()
    || each.labels?.[0]?.textContent || each.getAttribute('placeholder');
  return !name && each.getAttribute('aria-hidden') !== 'true'
    && getComputedStyle(each).visibility !== 'hidden';
}).map(each => each.outerHTML.slice(0, 200))"""
FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {
    willReadFrequently: true
  });
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const part = each => {
      const share = each / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) { return colour; }
    }
    return [255, 255, 255, 255];
  };
  const contrast = element => {
    const one = light(rgb(getComputedStyle(element).color));
    const other = light(behind(element));
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  return [...document.querySelectorAll(
    '.jp-llmchat-question, .jp-llmchat-label, .jp-llmchat-time, .jp-llmchat-figures,'
    + ' .jp-llmchat-badge, .jp-llmchat-quiet, .jp-llmchat-notice, .jp-llmchat-text p'
  )].filter(each => contrast(each) < 4.5)
    .map(each => `${each.className} ${contrast(each).toFixed(2)}`);
}"""


def none(page: Page, script: str) -> None:
    """Of what the script looks for there is nothing, once the page has settled."""
    try:
        page.wait_for_function(f"() => ({script})().length === 0")
    except TimeoutError:
        assert page.evaluate(script) == []


def resized(page: Page, width: int) -> None:
    """Drags the border of the panel."""
    handle = page.locator("#jp-main-split-panel > .lm-SplitPanel-handle:visible").first
    panel = page.locator(".jp-llmchat").bounding_box()
    box = handle.bounding_box()
    assert box is not None and panel is not None
    page.mouse.move(box["x"] + box["width"] / 2, 400)
    page.mouse.down()
    page.mouse.move(panel["x"] + width, 400, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("theme", THEMES)
def test_it_can_be_read_in_every_theme_and_width(
    watched: Watched, lab: Lab, workspace: str, theme: str
) -> None:
    page = watched.context(viewport={"width": 1280, "height": 1000}).new_page()
    panel = Panel(page)
    panel.visit(lab, workspace)
    page.evaluate(SET_THEME, theme)
    body = page.locator(f"body[data-jp-theme-name='{theme}']")
    expect(body).to_be_attached()
    panel.answered("short leftout deadline")
    panel.answered(f"What is the mean in {theme}?")
    for fold in ("1 decision", "Quality 78"):
        panel.root.get_by_text(fold).last.click()
    for name, width in WIDTHS.items():
        resized(page, width)
        look = theme.removeprefix("JupyterLab ").replace(" ", "-").lower()
        panel.shoot(f"layout-{look}-{name}-end")
        top = "document.querySelector('.jp-llmchat-scroll').scrollTop = 0"
        page.evaluate(f"() => {{ {top}; }}")
        expect(panel.questions.first).to_be_in_viewport()
        panel.shoot(f"layout-{look}-{name}")
        for script in (WIDER, NAMELESS, FAINT):
            none(page, script)


@pytest.mark.parametrize(
    "preference", [{"reduced_motion": "reduce"}, {"forced_colors": "active"}]
)
def test_what_the_system_prefers_is_heeded(
    watched: Watched, lab: Lab, workspace: str, preference: dict[str, Any]
) -> None:
    page = watched.context(**preference).new_page()
    panel = Panel(page)
    panel.visit(lab, workspace)
    panel.ask("hold=1 say:what is preferred")
    # Until then what tells of waiting is about to be another element.
    expect(panel.messages.last).to_contain_text("what i")
    if "reduced_motion" in preference:
        busy = panel.root.locator(".jp-llmchat-busy")
        expect(busy).to_have_css("animation-name", "none")
    else:
        hidden = panel.root.locator(".jp-llmchat-button path").first
        colour = hidden.evaluate("each => getComputedStyle(each).color")
        expect(hidden).to_have_css("fill", colour)
    expect(panel.stop_button).to_have_css("border-top-style", "solid")
    panel.shoot(f"prefers-{'-'.join(preference)}")
    panel.stop_button.click()
    panel.wait_ended()
