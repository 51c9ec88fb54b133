"""The README names everything that a user can set, call or meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_llmchat import __version__
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.server.app import LLMChatApp

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LLMChatApp.class_own_traits(config=True))
def test_every_setting_is_in_the_table_with_its_meaning(name: str) -> None:
    trait = LLMChatApp.class_own_traits(config=True)[name]
    assert re.search(rf"^\| `{name}` \|.*\| {re.escape(trait.help)} \|$", README, re.M)


@pytest.mark.parametrize("kind", TurnEvent.__args__)
def test_every_event_is_named(kind: type) -> None:
    assert f"`{kind.__struct_config__.tag}`" in README  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["ask", "status", "doctor", "serve", "eval"])
def test_every_command_is_named(command: str) -> None:
    assert f"jupyter llmchat {command}" in README


def test_every_package_has_its_line() -> None:
    folders = (ROOT / "jupyter_llmchat").glob("*/__init__.py")
    assert not [
        each.parent.name for each in folders if f"`{each.parent.name}`" not in README
    ]


def test_every_make_target_that_is_promised_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)`|\$ make (\w+)", README):
        assert re.search(rf"^{''.join(target)}:", makefile, re.M)


def test_every_picture_and_link_exists() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_the_changelog_begins_with_what_is_not_released_or_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?([^\]\n]+)", changelog, re.M)
    assert newest
    assert newest[1] in ("Unreleased", __version__)
