"""numrs.sklearn: scikit-learn's own checks without exceptions, and what the estimators add."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("sklearn.utils.validation", reason="scikit-learn is too old").validate_data  # noqa: B018

from model_support import blobs, digits  # noqa: E402
from numrs import nn  # noqa: E402
from numrs.sklearn import NNClassifier, NNRegressor  # noqa: E402
from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402


@parametrize_with_checks([NNClassifier(max_epochs=30, random_state=0), NNRegressor(max_epochs=30, random_state=0)])
def test_checks_of_sklearn(estimator, check):
    check(estimator)


def test_digits():
    x, y = digits()
    model = NNClassifier((64,), max_epochs=30, random_state=0).fit(x[:1400], y[:1400])
    assert model.score(x[1400:], y[1400:]) > 0.9
    assert model.predict_proba(x[:5]).sum(axis=1) == pytest.approx(np.ones(5))
    assert model.n_iter_ == len(model.loss_curve_) <= 30


def test_same_seed_same_model_and_pickles():
    x, y = blobs()
    a, b = (NNClassifier((8,), max_epochs=5, random_state=3).fit(x, y) for _ in range(2))
    np.testing.assert_array_equal(a.decision_function(x), b.decision_function(x))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(a)).predict_proba(x), a.predict_proba(x))
    assert (NNClassifier((8,), max_epochs=5, random_state=4).fit(x, y).decision_function(x) != a.decision_function(x)).any()


def test_in_pipelines_and_searches():
    x, y = blobs()
    search = GridSearchCV(
        make_pipeline(MinMaxScaler(), NNClassifier(max_epochs=60, random_state=0)),
        {"nnclassifier__hidden_layer_sizes": [(4,), (16,)]},
        cv=2,
    ).fit(x, y)
    assert search.best_score_ > 0.8
    assert cross_val_score(NNRegressor((16,), max_epochs=300, random_state=0), x, x[:, 0] * 2, cv=3).min() > 0.9


def test_options():
    x, y = blobs()
    early = NNClassifier((16,), max_epochs=500, early_stopping=True, patience=3, random_state=0).fit(x, y)
    assert early.n_iter_ < 500 and "val_loss" in early.history_
    own = NNClassifier(
        layers=lambda inputs, outputs: [nn.Linear(inputs, 5, rng=1), nn.ReLU(), nn.Linear(5, outputs, rng=2)], max_epochs=80, random_state=0
    ).fit(x, y)
    assert own.score(x, y) > 0.8
    warm = NNClassifier((8,), max_epochs=3, warm_start=True, random_state=0).fit(x, y).fit(x, y)
    assert warm.n_iter_ == 6
    part = NNClassifier((8,), random_state=0)
    for _ in range(3):
        part.partial_fit(x, y, classes=[0, 1, 2])
    assert part.n_iter_ == 3
    with pytest.raises(ValueError, match="is no class"):
        part.partial_fit(x, y + 5)
    assert clone(part).get_params() == part.get_params()


def test_several_targets():
    x, _ = blobs()
    model = NNRegressor((32,), max_epochs=200, random_state=0).fit(x, x[:, :2] * [1, 100])
    assert model.predict(x).shape == (200, 2) and model.score(x, x[:, :2] * [1, 100]) > 0.95
