"""Random walks over what is allowed: whatever a model says, it is what was asked."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pytest
from llguidance import LLTokenizer

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.engine.constraint import (
    Constraint,
    ConstraintFactory,
    lltokenizer,
)
from jupyter_llmchat.errors import BadRequest, GenerationFailed
from jupyter_llmchat.models.locate import locate

VERDICT = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["yes", "no", "I can't tell", 'naïve "日本"\n👩‍🔬']},
        "score": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["verdict", "score"],
    "additionalProperties": False,
}
NESTED = {
    "$defs": {
        "part": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 12},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
            },
            "required": ["name"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/part",
}
LISTS = {
    "type": "array",
    "items": {"anyOf": [{"type": "boolean"}, {"type": "null"}, {"const": [1, "ä"]}]},
    "minItems": 2,
    "maxItems": 5,
}
NUMBERS = {
    "type": "object",
    "properties": {
        "ratio": {"type": "number", "minimum": -1, "exclusiveMaximum": 1.5},
        "even": {"type": "integer", "multipleOf": 2, "minimum": 2, "maximum": 99},
        "any": {"type": "number"},
    },
    "required": ["ratio", "even"],
    "additionalProperties": False,
}
TEXTS = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 20},
        "key": {"type": "string", "pattern": "^[a-zé]{2,4}-[0-9]+$"},
        "day": {"type": "string", "format": "date"},
    },
    "required": ["title", "key", "day"],
    "additionalProperties": False,
}
SCHEMAS = {
    "enum": VERDICT,
    "nested": NESTED,
    "lists": LISTS,
    "numbers": NUMBERS,
    "texts": TEXTS,
    "anything": {},
}
LONG = 60
"""Tokens after which a walk looks for the end."""


def _walk(
    constraint: Constraint, pieces: list[bytes], ends: set[int], choice: random.Random
) -> bytes:
    """Says tokens at random till the end. All that is left to chance is allowed."""
    said: list[int] = []
    closing = [token for token, piece in enumerate(pieces) if piece in CLOSING]
    while not constraint.is_complete:
        allowed = constraint.allowed()
        assert allowed.shape == (len(pieces),)
        tokens = np.flatnonzero(allowed)
        if len(said) > LONG:
            near = [token for token in closing if allowed[token]]
            tokens = np.array(near + [end for end in ends if allowed[end]] or tokens)
        token = int(choice.choice(tokens))
        if token in ends:
            break
        for each in (token, *_forced_after(constraint, token)):
            said.append(each)
        assert len(said) < 2000, "the walk does not end"
    return b"".join(pieces[token] for token in said)


CLOSING = {b'"', b"]", b"}", b'"}', b'"]', b"0", b"1", b"2"}


def _forced_after(constraint: Constraint, token: int) -> list[int]:
    constraint.accept(token)
    forced = constraint.forced()
    for each in forced:
        assert constraint.allowed()[each]
        constraint.accept(each)
    return forced


def _check(text: bytes, schema: dict[str, Any]) -> None:
    found = json.loads(text.decode("utf-8"))
    jsonschema.validate(
        found, schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    json.dumps(found, ensure_ascii=False).encode("utf-8")


@pytest.fixture(scope="module")
def factory() -> ConstraintFactory:
    """A vocabulary of bytes; no model is needed for it."""
    return ConstraintFactory(LLTokenizer("byte"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_any_walk_over_bytes_ends_in_what_was_asked(
    factory: ConstraintFactory, name: str
) -> None:
    tokenizer = LLTokenizer("byte")
    pieces = [tokenizer.decode_bytes([i]) for i in range(tokenizer.vocab_size)]
    for seed in range(20):
        constraint = factory.make(json.dumps(SCHEMAS[name]))
        choice = random.Random(seed)
        text = _walk(constraint, pieces, {*tokenizer.eos_tokens}, choice)
        _check(text, SCHEMAS[name])


def _say(constraint: Constraint, text: str) -> None:
    for byte in text.encode():
        constraint.accept(byte)


def _next_bytes(constraint: Constraint) -> bytes:
    return bytes(np.flatnonzero(constraint.allowed()[:256]).tolist())


def test_only_what_the_schema_knows_may_come(factory: ConstraintFactory) -> None:
    constraint = factory.make('{"enum": ["yes", "yet", "no"]}')
    assert _next_bytes(constraint) == b'"'
    _say(constraint, '"ye')
    assert _next_bytes(constraint) == b"st"


def test_it_is_complete_when_nothing_may_follow(factory: ConstraintFactory) -> None:
    constraint = factory.make('{"enum": ["a", "b"]}')
    assert not constraint.is_complete
    _say(constraint, '"a"')
    assert constraint.is_complete
    assert _next_bytes(constraint) == b""


def test_a_number_may_end_or_go_on(factory: ConstraintFactory) -> None:
    constraint = factory.make('{"type": "integer"}')
    _say(constraint, "12")
    assert not constraint.is_complete
    assert b"3" in _next_bytes(constraint)
    assert constraint.allowed()[256:].any()


def test_what_has_to_come_need_not_be_asked(factory: ConstraintFactory) -> None:
    constraint = factory.make(json.dumps(VERDICT))
    assert bytes(constraint.forced()) == b'{"verdict": "'
    assert constraint.forced() == constraint.forced()
    _say(constraint, '{"verdict": "y')
    assert bytes(constraint.forced()) == b'es", "score": '


def test_there_is_no_white_space_to_get_lost_in(factory: ConstraintFactory) -> None:
    constraint = factory.make('{"type": "array", "items": {"type": "null"}}')
    _say(constraint, "[null, null")
    assert _next_bytes(constraint) == b",]"


def test_the_mask_stays_until_a_token_is_accepted(factory: ConstraintFactory) -> None:
    constraint = factory.make(json.dumps(VERDICT))
    before = constraint.allowed()
    assert constraint.allowed() is before
    constraint.accept(ord("{"))
    assert not np.array_equal(constraint.allowed(), before)


def test_constraints_of_one_schema_are_independent(factory: ConstraintFactory) -> None:
    first, second = (factory.make('{"enum": [1, 2]}') for _ in range(2))
    _say(first, "1")
    assert first.is_complete
    assert _next_bytes(second) == b"12"


def test_a_token_that_is_not_allowed_fails(factory: ConstraintFactory) -> None:
    constraint = factory.make('{"enum": ["a", "b"]}')
    with pytest.raises(GenerationFailed, match="could not be held"):
        constraint.accept(ord("x"))
    with pytest.raises(GenerationFailed):
        constraint.allowed()
    assert not constraint.is_complete


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ('{"type": "strin"}', "Invalid type: strin. Correct"),
        ('{"enum": []}', "Unsatisfiable"),
        ('{"type": "integer", "minimum": 5, "maximum": 3}', "greater than maximum"),
        ('{"type": "string", "pattern": "("}', "bad pattern: unclosed group"),
        ('{"type": "string", "pattern": "(?=a)b"}', "look-around"),
        ('{"type": "string", "format": "shoe-size"}', "Unknown format: shoe-size"),
        ('{"$ref": "#/$defs/a"}', "does not exist"),
        ('{"$ref": "http://example.org/a"}', "Put what"),
        ('{"$ref": "#"}', "no text satisfies it"),
        ('{"oneOf": [{"type": "number"}, {"minimum": 1}]}', "Use anyOf"),
        ('{"type": "integer", "multipleOf": 982451653}', "Simplify"),
        ('{"items": ' * 200 + "{}" + "}" * 200, "recursion limit"),
        ('{"uniqueItems": true}', "`uniqueItems` at"),
        ("", "not valid JSON"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_with_the_reason(
    factory: ConstraintFactory, schema: str, message: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        factory.make(schema)
    assert message in str(caught.value)
    assert caught.value.hint
    assert len(str(caught.value)) < 700


# -- the embedded model's vocabulary --------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel

    config = EngineConfig(model_path=str(locate("").path), n_ctx=512, n_threads=1)
    model = LlamaModel(config, LlamaLog())
    yield model
    model.close()


@pytest.fixture(scope="module")
def embedded(model: Any) -> ConstraintFactory:
    return ConstraintFactory(lltokenizer(model))


@pytest.mark.model
@pytest.mark.parametrize("name", SCHEMAS)
def test_any_walk_over_the_models_tokens_ends_in_what_was_asked(
    model: Any, embedded: ConstraintFactory, name: str
) -> None:
    pieces = [model.piece(token) for token in range(model.n_vocab)]
    ends = {token for token in range(model.n_vocab) if model.is_end(token)}
    for seed in range(15):
        constraint = embedded.make(json.dumps(SCHEMAS[name]))
        text = _walk(constraint, pieces, ends, random.Random(seed))
        _check(text, SCHEMAS[name])


@pytest.mark.model
def test_control_tokens_are_never_part_of_the_text(
    model: Any, embedded: ConstraintFactory
) -> None:
    constraint = embedded.make('{"type": "string"}')
    control = [token for token in range(model.n_vocab) if model.is_control(token)]
    assert not constraint.allowed()[control].any()
    constraint.accept(model.tokenize('"', special=False)[0])
    assert not constraint.allowed()[control].any()


@pytest.mark.model
def test_every_token_that_ends_a_text_may_end_this_one(
    model: Any, embedded: ConstraintFactory
) -> None:
    constraint = embedded.make('{"type": "integer"}')
    constraint.accept(model.tokenize("7", special=False)[0])
    ends = [token for token in range(model.n_vocab) if model.is_end(token)]
    assert constraint.allowed()[ends].all()


@pytest.mark.model
def test_forced_tokens_are_those_that_the_text_would_be_made_of(
    model: Any, embedded: ConstraintFactory
) -> None:
    constraint = embedded.make(json.dumps(VERDICT))
    forced = constraint.forced()
    start = '{"verdict": "'
    assert start.startswith(b"".join(map(model.piece, forced)).decode())
    assert forced == model.tokenize(start, special=False)[: len(forced)]
