from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from jupyter_llmchat.kernel.magics.options import BY_NAME, OPTIONS, Given, parse


def test_every_option_is_a_field() -> None:
    assert {each.key for each in OPTIONS} == {*Given.__dataclass_fields__}


def test_no_name_is_used_twice() -> None:
    assert len(BY_NAME) == sum(len(each.names) for each in OPTIONS)


def test_all_of_them() -> None:
    words = (
        "-s tea --model fast --strategy simple -d 1.5 -t 0 -n 9 --seed 3 -f json"
        " --schema x.json --to a --fresh --no-context --code -q --raw"
    )
    assert parse(words.split()) == Given(
        session="tea",
        tier="fast",
        strategy="simple",
        deadline=1.5,
        temperature=0.0,
        max_tokens=9,
        seed=3,
        format="json",
        schema="x.json",
        to="a",
        fresh=True,
        no_context=True,
        code=True,
        quiet=True,
        raw=True,
    )


def test_a_value_may_stand_behind_an_equals_sign() -> None:
    assert parse(["--session=a=b", "-n=3"]) == Given(session="a=b", max_tokens=3)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--temp", "1"], "Did you mean --temperature?"),
        (["--zzzzzz"], "%chat help lists them"),
        (["-t", "--fresh"], "-t needs a value: as in --temperature 0.5."),
        (["--strategy"], "as in --strategy simple"),
        (["-n", "1.5"], "takes a number, not 1.5"),
        (["--to", "class"], "the name of a variable"),
        (["--raw=1"], "takes no value"),
    ],
)
def test_what_does_not_fit(words: list[str], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
