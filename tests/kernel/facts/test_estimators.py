from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from jupyter_llmchat.kernel.facts.estimators import estimator_facts, is_estimator
from tests.kernel.test_shown_value import fail, hostile

from .inquiries import inquiry

X = pd.DataFrame({"price": [1.0, 2.0, 3.0, 4.0], "units": [0.0, 1.0, 0.0, 1.0]})
Y = 2 * X.price + 3 * X.units + 1


def told(model: Any) -> list[str]:
    return [*estimator_facts("model", model, inquiry())]


def test_a_model_before_and_after_fitting() -> None:
    model = LinearRegression()
    assert told(model) == ["model is a LinearRegression, not fitted yet."]
    lines = told(model.fit(X, Y))
    assert lines[:4] == [
        "model is a LinearRegression, fitted, with 2 features.",
        "model was fitted on price, units.",
        "The coefficient of price in model is 2.0.",
        "The coefficient of units in model is 3.0.",
    ]
    assert "The intercept_ of model is 1.0." in lines


def test_what_it_was_set_up_with() -> None:
    assert told(Ridge(alpha=0.5, random_state=3))[1:] == [
        "model was set up with alpha=0.5, random_state=3."
    ]


def test_classes() -> None:
    model = LogisticRegression().fit(X.to_numpy(), ["no", "no", "yes", "yes"])
    lines = told(model)
    assert "model tells apart the classes no, yes." in lines
    assert any(each.startswith("Each coefficient of model: ") for each in lines)


def test_pipelines() -> None:
    pipeline = make_pipeline(StandardScaler(), Ridge())
    assert told(pipeline) == [
        "model is a Pipeline, not fitted yet.",
        "The steps of model are standardscaler (StandardScaler), ridge (Ridge).",
    ]
    assert told(pipeline.fit(X, Y))[0] == (
        "model is a Pipeline, fitted, with 2 features."
    )


def test_searches_and_clusters() -> None:
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(X, Y)
    lines = told(search)
    assert any("estimator=Ridge" in each for each in lines)
    assert any("The best_params_ of model is {'alpha': " in each for each in lines)
    cluster = KMeans(2, n_init=1, random_state=0).fit(np.array([[0.0], [9.0]]))
    assert "The n_iter_ of model is 2." in told(cluster) or "n_iter_" in "".join(
        told(cluster)
    )


class Own(BaseEstimator):
    __repr__ = __getattribute__ = fail  # type: ignore[assignment]


def test_classes_of_the_users_own_are_none() -> None:
    assert is_estimator(Ridge)
    assert not is_estimator(Own)
    assert not is_estimator(hostile())
    assert not is_estimator(int)


def test_steps_of_the_users_own_are_only_named() -> None:
    pipeline = make_pipeline(StandardScaler())
    pipeline.steps.append(("own", object.__new__(Own)))
    assert told(pipeline)[1].endswith("own (Own).")
