from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_llmchat import prompts
from jupyter_llmchat.config import EngineConfig, PipelineConfig
from jupyter_llmchat.pipeline import Exchange, Question, response_key
from jupyter_llmchat.pipeline.response_key import Origin, prompts_digest
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart

HERE = ContextPart(kind="cell", name="1", text="x = 1")
THERE = ContextPart(kind="cell", name="1", text="x = 2")
BEFORE = Exchange(question="Who?", answer="Ada.")
QUESTION = Question(
    turn_id="t", text="Why?", arrived=1.0, history=(BEFORE,), context=(HERE,)
)
OPTIONS = AskOptions(temperature=0.5)
ORIGIN = Origin(
    models={"fast": "abc"},
    engine=EngineConfig(model_path="/model.gguf"),
    pipeline=PipelineConfig(),
    found={"fast": None},
)


def changed(value: Any, name: str, to: Any) -> Any:
    return replace(value, **{name: to})


OPTIONS_CHANGED: dict[str, Any] = {
    "deadline_s": 30.0,
    "temperature": 0.6,
    "max_tokens": 100,
    "seed": 0,
    "strategy": "simple",
    "tier": "fast",
    "system_prompt": "Be brief.",
    "json_schema": {"type": "object"},
}
"""Another value for each option."""

QUESTION_CHANGED: dict[str, tuple[Any, ...]] = {
    "text": ("Why? ", "why?", "Why\u00a0?", "Why?\ud800", "Why?\ud801", ""),
    "history": (
        (),
        (BEFORE, BEFORE),
        (Exchange(question="Who?", answer="Ada"),),
        (Exchange(question="Who?Ada.", answer=""),),
    ),
    "context": (
        (),
        (HERE, HERE),
        (THERE,),
        (msgspec.structs.replace(HERE, kind="selection"),),
        (msgspec.structs.replace(HERE, name="2"),),
        (HERE, THERE),
        (THERE, HERE),
    ),
    "deadline_s": (60.0,),
    "temperature": (0.1,),
    "max_tokens": (5,),
    "seed": (1,),
    "strategy": ("simple", "comprehensive"),
    "tier": ("fast", "complex"),
    "system_prompt": ("Be brief.", "be brief."),
    "json_schema": ("{}", '{"type":"object"}'),
}
"""Other values for each field of a question."""

ORIGIN_CHANGED: tuple[Origin, ...] = (
    replace(ORIGIN, models={"fast": "abd"}),
    replace(ORIGIN, models={"balanced": "abc"}),
    replace(ORIGIN, models={"fast": "abc", "complex": "abc"}),
    replace(ORIGIN, found={"fast": "tested"}),
    *(
        replace(ORIGIN, engine=changed(ORIGIN.engine, name, value))
        for name, value in (
            ("n_ctx", 4096),
            ("kv_type", "q8_0"),
            ("flash_attention", False),
            ("n_gpu_layers", 0),
        )
    ),
    *(
        # Of another type, which is another value whatever the field's type is.
        replace(ORIGIN, pipeline=changed(ORIGIN.pipeline, field.name, ["other"]))
        for field in fields(PipelineConfig)
    ),
)


def key(
    owner: str = "ada",
    question: Question = QUESTION,
    options: AskOptions = OPTIONS,
    origin: Origin = ORIGIN,
) -> str:
    return response_key.response_key(owner, question, options, origin)


def test_the_same_gives_the_same_key_and_nothing_can_be_read_off_it() -> None:
    assert key() == key()
    assert len(bytes.fromhex(key())) == 32


@pytest.mark.parametrize("name", AskOptions.__struct_fields__)
def test_every_option_counts_but_the_one_that_asks_for_another_answer(
    name: str,
) -> None:
    # An option that is new has to be put on one side or the other.
    assert (name in OPTIONS_CHANGED) != (name in response_key.OF_THE_LOOKUP)
    value = OPTIONS_CHANGED.get(name, True)
    other = msgspec.structs.replace(OPTIONS, **{name: value})
    assert (key(options=other) != key()) == (name in OPTIONS_CHANGED)


@pytest.mark.parametrize("name", [field.name for field in fields(Question)])
def test_every_part_of_a_question_counts_but_when_it_came(name: str) -> None:
    # A field that is new has to be put on one side or the other.
    assert (name in QUESTION_CHANGED) != (name in response_key.OF_ONE_TURN)
    values = QUESTION_CHANGED.get(name, (7.5,))
    keys = {key(question=changed(QUESTION, name, value)) for value in values}
    assert len(keys - {key()}) == (len(values) if name in QUESTION_CHANGED else 0)


@pytest.mark.parametrize("origin", ORIGIN_CHANGED)
def test_everything_that_answers_are_made_with_counts(origin: Origin) -> None:
    assert key(origin=origin) != key()


@pytest.mark.parametrize("owner", ["Ada", "ada ", ""])
def test_nobody_has_anybody_else_s_key(owner: str) -> None:
    assert key(owner=owner) != key()


@pytest.mark.parametrize(
    ("setting", "value"), [("n_threads", 7), ("cache_mb", 1), ("model_path", "/b.gguf")]
)
def test_what_makes_the_engine_only_faster_does_not_count(
    setting: str, value: Any
) -> None:
    engine = changed(ORIGIN.engine, setting, value)
    assert key(origin=replace(ORIGIN, engine=engine)) == key()


def test_another_version_of_the_package_has_other_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = key()
    monkeypatch.setattr(response_key, "__version__", "99")
    assert key() != before


def test_other_prompts_have_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key()
    monkeypatch.setattr(response_key, "prompts_digest", lambda: "other")
    assert key() != before


def test_any_prompt_file_changes_the_prompts_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "decisions").mkdir()
    files = [tmp_path / "stages.toml", tmp_path / "decisions" / "tier.toml"]
    for file in files:
        file.write_text("a")
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    digest = prompts_digest.__wrapped__
    seen = [digest()]
    for file in files:
        file.write_text("b")
        seen.append(digest())
    files[0].rename(tmp_path / "other.toml")
    seen.append(digest())
    (tmp_path / "catalogue.py").write_text("code has the package's version")
    assert digest() == seen[-1]
    assert len(set(seen)) == 4


def test_the_prompts_that_are_installed_are_all_seen() -> None:
    package = Path(str(prompts.__file__)).parent
    found = {name for name, _ in response_key._files(package, "")}
    expected = {str(each.relative_to(package)) for each in package.rglob("*.toml")}
    assert expected <= found
    assert not any(name.endswith((".py", ".pyc")) for name in found)
