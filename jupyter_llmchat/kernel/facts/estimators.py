"""Facts about scikit-learn's estimators: fitted or not, on what, and set up how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import (
    attributes,
    has_base,
    is_a,
    library_of,
    loaded,
    name_of,
)
from jupyter_llmchat.redaction import names_a_secret

from .inquiry import Inquiry
from .phrasing import LISTED, label, listed, several, value_text

SMALL: Final = 12
"""Coefficients and classes of a model that are told one by one."""
_FIGURES: Final = 8
_NOT_TOLD: Final = frozenset(("n_features_in_", "n_outputs_", "rank_"))
_SCALARS: Final = (int, float, str, bool)


def is_estimator(kind: type) -> bool:
    """Whether it is a class of scikit-learn's own; a user's subclass is not."""
    base = loaded("sklearn.base", "BaseEstimator")
    return base is not None and library_of(kind) == "sklearn" and has_base(kind, base)


def estimator_facts(name: str, model: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Of a value of a class that `is_estimator` knows."""
    own = attributes(model)
    steps = _steps(own)
    state = _learned(steps[-1][1] if steps else model)
    kind = name_of(type(model))
    if not state:
        yield f"{name} is a {kind}, not fitted yet."
    elif type(count := state.get("n_features_in_")) is int:
        yield f"{name} is a {kind}, fitted, with {several(count, 'feature')}."
    else:
        yield f"{name} is a {kind}, fitted."
    if steps:
        told = [f"{step} ({name_of(type(each))})" for step, each in steps]
        yield f"The steps of {name} are {listed(told)}."
    if options := [*_options(model, own)]:
        yield f"{name} was set up with {listed(options)}."
    yield from _features(name, state)
    yield from _figures(name, state)


def _learned(model: object) -> dict[str, Any]:
    """What fitting has left, by scikit-learn's convention on names."""
    own = attributes(model) if is_estimator(type(model)) else {}
    return {
        key: value
        for key, value in [*own.items()]
        if key.endswith("_") and not key.startswith("_")
    }


def _steps(own: dict[str, Any]) -> list[tuple[str, object]]:
    """Of a pipeline."""
    steps = own.get("steps")
    if type(steps) is not list:
        return []
    pairs = [each for each in steps if type(each) is tuple and len(each) == 2]
    return [(label(each[0]), each[1]) for each in pairs if type(each[0]) is str]


def _options(model: object, own: dict[str, Any]) -> Iterator[str]:
    """Its parameters, as far as they are not as they are by themselves."""
    import inspect

    usual = inspect.signature(type(model).__init__).parameters
    for key, value in [*own.items()]:
        if key not in usual or names_a_secret(key):
            continue
        if is_estimator(type(value)):
            yield f"{key}={name_of(type(value))}"
            continue
        is_usual = key == "steps" or _same(value, usual[key].default)
        if not is_usual and (text := value_text(value)):
            yield f"{key}={text}"


def _same(value: object, usual: object) -> bool:
    if value is usual:
        return True
    return type(value) is type(usual) and type(value) in _SCALARS and value == usual


def _features(name: str, state: dict[str, Any]) -> Iterator[str]:
    """What it was fitted on, and what it has found out about each."""
    names = _texts(state.get("feature_names_in_"))
    if names:
        yield f"{name} was fitted on {listed(names[:LISTED], len(names))}."
    classes = _texts(state.get("classes_"))
    if classes:
        yield f"{name} tells apart the classes {listed(classes[:SMALL], len(classes))}."
    for key, meaning in (
        ("coef_", "coefficient"),
        ("feature_importances_", "importance"),
    ):
        values = _flat(state.get(key))
        if values and names and len(values) == len(names):
            for feature, value in zip(names, values, strict=True):
                yield f"The {meaning} of {feature} in {name} is {value_text(value)}."
        elif values:
            told = [value_text(each) for each in values]
            yield f"Each {meaning} of {name}: {listed(told)}."


def _figures(name: str, state: dict[str, Any]) -> Iterator[str]:
    """What else it has learned that is one number or a small table."""
    told = 0
    for key, value in state.items():
        if told == _FIGURES or key in _NOT_TOLD:
            continue
        is_number = is_a(value, "numpy", "float64") or is_a(value, "numpy", "int64")
        plain = value.item() if is_number else value
        single = _flat(plain) if key == "intercept_" else []
        plain = single[0] if len(single) == 1 else plain
        if type(plain) in _SCALARS or type(plain) is dict:
            told += 1
            yield f"The {key} of {name} is {value_text(plain)}."


def _flat(array: Any) -> list[Any]:
    """The numbers of a small array; none of anything else."""
    if not is_a(array, "numpy", "ndarray") or array.dtype.kind not in "iuf":
        return []
    is_row = array.ndim == 1 or (array.ndim == 2 and len(array) == 1)
    if not is_row or not 0 < array.size <= SMALL:
        return []
    values: list[Any] = array.reshape(-1).tolist()
    return values


def _texts(array: Any) -> tuple[str, ...]:
    """The labels in an array; none of anything else."""
    if not is_a(array, "numpy", "ndarray") or array.ndim != 1:
        return ()
    values = array[:200].tolist()
    return tuple(
        each if type(each) is str else value_text(each) or "…" for each in values
    )
