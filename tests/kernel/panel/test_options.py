from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.options import FREE, OptionsForm
from jupyter_llmchat.protocol.requests import AskOptions

from .server_double import model


@pytest.fixture
def form() -> Iterator[OptionsForm]:
    look = Look()
    yield OptionsForm(look)
    look.close_all()


def test_what_is_empty_is_left_to_others(form: OptionsForm) -> None:
    assert form.read() == AskOptions()
    assert form.context.value


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("deadline_s", "0.5", 0.5),
        ("deadline_s", " 3600 ", 3600.0),
        ("temperature", "0,7", 0.7),
        ("temperature", "0", 0.0),
        ("max_tokens", "8192", 8192),
    ],
)
def test_numbers(form: OptionsForm, name: str, typed: str, value: float) -> None:
    form.numbers[name].value = typed
    assert getattr(form.read(), name) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("deadline_s", "0"),
        ("deadline_s", "3601"),
        ("deadline_s", "nan"),
        ("deadline_s", "inf"),
        ("deadline_s", "soon"),
        ("temperature", "-1"),
        ("temperature", "2.1"),
        ("max_tokens", "0"),
        ("max_tokens", "1.5"),
        ("max_tokens", "9" * 5000),
        ("max_tokens", "<script>alert(1)</script>"),
    ],
)
def test_what_does_not_fit_is_named(form: OptionsForm, name: str, typed: str) -> None:
    form.numbers[name].value = typed
    with pytest.raises(BadRequest, match="it has to be") as raised:
        form.read()
    assert len(str(raised.value)) < 200


def test_choices(form: OptionsForm) -> None:
    form.strategy.value = "comprehensive"
    form.fresh.value = True
    assert form.read() == AskOptions(strategy="comprehensive", fresh=True)


def test_several_models(form: OptionsForm) -> None:
    form.offer([model("fast")])
    assert form.tier.options == ((FREE, ""),)
    form.offer([model("fast"), model("complex")])
    form.tier.value = "complex"
    form.offer([model("complex"), model("balanced")])
    assert form.read().tier == "complex"
    form.offer([])
    assert form.read().tier is None
