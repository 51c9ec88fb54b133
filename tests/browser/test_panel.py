"""A question is asked in the panel, and answered part by part."""

from __future__ import annotations

from playwright.sync_api import expect

from .lab import Lab
from .panel import Panel


def test_a_question_is_answered_part_by_part(panel: Panel, lab: Lab) -> None:
    # All of it is in sight: what is far from that is not in the page.
    panel.page.set_viewport_size({"width": 1280, "height": 1800})
    panel.ask("hold=1 What is a plan?")
    expect(panel.stop_button).to_be_visible()
    lab.open_gate()
    panel.wait_ended()
    expect(panel.stages).to_have_text(["Analysis", "Answer", "In detail", "In short"])
    expect(panel.messages.last).to_contain_text("In short: use mean.")
    panel.shoot("panel")


def test_what_is_asked_for_is_said_to_the_letter(panel: Panel) -> None:
    panel.ask("piece=3 say:One word, then *another*.")
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text("One word, then another.")
    expect(panel.messages.last.locator("em")).to_have_text("another")
