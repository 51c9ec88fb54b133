from __future__ import annotations

from jupyter_llmchat.prompts.grounding import grounding

PROMPTS = grounding()


def test_examples_show_questions_with_and_without_a_fact() -> None:
    general = [each for each in PROMPTS.examples if each.fact == PROMPTS.nothing]
    assert 2 <= len(general) < len(PROMPTS.examples) / 2


def test_every_text_is_one_line() -> None:
    for each in PROMPTS.examples:
        for text in (each.fact, each.question):
            assert text == " ".join(text.split())


def test_a_fact_that_fits_better_is_likelier() -> None:
    weights = PROMPTS.weights
    assert min(weights.likelihood, weights.keywords, weights.gain) > 0
    assert weights.bias < 0
