from __future__ import annotations

from itertools import combinations

from benchmarks.texts import SUBJECTS, Texts, branches, decisions


def test_no_text_begins_like_another() -> None:
    texts = Texts()
    made = [each() for each in (texts.short, texts.trunk, texts.question) * 10]
    assert all(first[:4] != second[:4] for first, second in combinations(made, 2))


def test_every_run_gets_the_same_texts() -> None:
    assert Texts().trunk() == Texts().trunk()


def test_what_shares_a_trunk_differs_after_it() -> None:
    trunk = Texts().trunk()
    for prompts in (decisions(trunk, SUBJECTS), branches(trunk)):
        assert all(prompt.startswith(trunk) for prompt in prompts)
        assert len({*prompts}) == len(prompts)
