"""Weights of rows and classes in losses and metrics; the metrics themselves."""

import math

import numpy as np
import numrs
import pytest
from model_support import blobs, classifier

X, Y = blobs()
RNG = np.random.default_rng(4)


def test_weights_of_rows():
    full, part = classifier(), classifier()
    keep = np.arange(200) % 2 == 0
    value = full.evaluate(X, Y, sample_weight=keep * 2.0)
    assert value[0] == pytest.approx(part.evaluate(X[keep], Y[keep])[0], rel=1e-5)
    weighted = classifier()
    weighted.fit(X, Y, sample_weight=np.full(200, 1.0), epochs=2)
    plain = classifier()
    plain.fit(X, Y, epochs=2)
    for a, b in zip(weighted.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_weights_of_classes():
    model = classifier()
    value = model.evaluate(X, Y, sample_weight=np.where(Y == 1, 3.0, 1.0))[0]
    history = classifier(optimizer=numrs.optimizers.SGD(lr=0.0)).fit(X, Y, class_weight={1: 3.0}, batch_size=200, epochs=1)
    assert history.history["loss"][0] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"sample_weight": np.ones(3)}, ValueError, "3 rows"),
        ({"sample_weight": np.full(200, np.nan)}, ValueError, "NaN"),
        ({"sample_weight": -np.ones(200)}, ValueError, "negative"),
        ({"sample_weight": np.ones((200, 2))}, ValueError, "shape"),
        ({"class_weight": [1, 2]}, TypeError, "class_weight"),
        ({"class_weight": {0: -1}}, ValueError, "-1"),
    ],
)
def test_bad_weights(options, error, words):
    with pytest.raises(error, match=words):
        classifier().fit(X, Y, **options)


# ----------------------------------------------------------------------------- weighted metrics


def test_weighted_metrics_of_a_model(tmp_path):
    weights = RNG.random(200)
    model = classifier(metrics=["accuracy"], weighted_metrics=["accuracy", numrs.metrics.TopKAccuracy(2)])
    found = model.evaluate(X, Y, sample_weight=weights, batch_size=7, return_dict=True)
    right = model.predict(X).argmax(axis=1) == Y
    assert list(found) == ["loss", "accuracy", "weighted_accuracy", "top_k_accuracy"]
    assert found["accuracy"] == right.mean() and found["weighted_accuracy"] == pytest.approx(np.average(right, weights=weights))
    unweighted = model.evaluate(X, Y, return_dict=True)
    assert unweighted["weighted_accuracy"] == unweighted["accuracy"] == right.mean()
    history = model.fit(X, Y, class_weight={0: 2.0}, epochs=2, validation_data=(X, Y, weights)).history
    assert set(history) == {name for key in found for name in (key, f"val_{key}")}
    model.save(tmp_path / "m.safetensors")
    again = numrs.Model.load(tmp_path / "m.safetensors")
    assert [metric.name for metric in again.weighted_metrics] == ["accuracy", "top_k_accuracy"] and again.weighted_metrics[1].k == 2
    assert again.evaluate(X, Y, sample_weight=weights) == model.evaluate(X, Y, sample_weight=weights)


def test_functions_as_weighted_metrics():
    def share(target, prediction, sample_weight=None):
        right = np.asarray(prediction).argmax(axis=1) == np.asarray(target)
        return np.average(right, weights=None if sample_weight is None else np.asarray(sample_weight))

    weights = RNG.random(200)
    found = classifier(metrics=[], weighted_metrics=[share, "accuracy"]).evaluate(X, Y, sample_weight=weights, batch_size=30, return_dict=True)
    assert found["share"] == pytest.approx(found["accuracy"], rel=1e-6)
    with pytest.raises(TypeError, match="does not take sample_weight"):
        classifier(weighted_metrics=[lambda target, prediction: 0.0])

    class Plain(numrs.metrics.Accuracy):
        def update(self, target, prediction):
            super().update(target, prediction)

    assert classifier(metrics=[Plain()]).evaluate(X, Y)[1] == classifier().evaluate(X, Y)[1]
    with pytest.raises(TypeError, match="'accuracy' of weighted_metrics"):
        classifier(weighted_metrics=[Plain()])


def plain_metrics():
    """Names of metrics, targets and predictions, and what a weight of 2 is: the row once more."""
    scores, labels = RNG.normal(size=(40, 4)), RNG.integers(0, 4, 40)
    t, p = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 3))
    yes, chance = RNG.integers(0, 2, 40), np.round(RNG.random(40), 1)
    m = numrs.metrics
    return {
        "accuracy": (m.Accuracy, labels, scores), "accuracy of chances": (m.Accuracy, yes, chance),
        "accuracy of sequences": (m.Accuracy, RNG.integers(0, 3, (40, 5)), RNG.normal(size=(40, 3, 5))),
        "top_k": (lambda: m.TopKAccuracy(2), labels, scores), "mse": (m.MeanSquaredError, t, p), "rmse": (m.RootMeanSquaredError, t, p),
        "mae": (m.MeanAbsoluteError, t, p), "mape": (m.MeanAbsolutePercentageError, t, p), "msle": (m.MeanSquaredLogarithmicError, t, p),
        "cosine": (m.CosineSimilarity, t, p), "r2": (m.R2, t, p), "auc": (m.AUC, yes, chance),
        "matrix": (lambda: m.ConfusionMatrix(4), labels, scores), "f1": (lambda: m.F1("macro"), labels, scores),
        "precision": (lambda: m.Precision("weighted"), labels, scores), "recall": (lambda: m.Recall(None), labels, scores),
        "binary recall": (m.Recall, yes, chance),
    }  # fmt: skip


@pytest.mark.parametrize("name", plain_metrics())
def test_a_weight_is_a_row_more(name):
    make, target, prediction = plain_metrics()[name]
    times = RNG.integers(0, 4, 40)
    again = np.repeat(np.arange(40), times)
    weighted, plain = make(), make()
    for part in np.array_split(np.arange(40), 3):
        weighted.update(target[part], numrs.asarray(prediction[part]), sample_weight=times[part])
    plain.update(target[again], prediction[again])
    np.testing.assert_allclose(weighted.result(), plain.result(), rtol=1e-12)
    assert np.array_equal(make()(target, prediction, np.ones(40)), make()(target, prediction)) or name in ("rmse", "r2", "mse", "mae", "mape")
    for bad, words in ((np.ones(3), "sample_weight"), (-np.ones(40), "negative"), (np.full(40, np.nan), "NaN")):
        with pytest.raises(ValueError, match=words):
            make()(target, prediction, bad)


def test_metrics_beside_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics")
    yes, chance, w = RNG.integers(0, 2, 300), np.round(RNG.random(300), 2), RNG.random(300)
    m = numrs.metrics
    assert m.auc(yes, chance) == pytest.approx(sk.roc_auc_score(yes, chance), rel=1e-12)
    assert m.auc(yes, chance, w) == pytest.approx(sk.roc_auc_score(yes, chance, sample_weight=w), rel=1e-12)
    t, p = RNG.integers(0, 5, 300), RNG.integers(0, 5, 300)
    for average in ("macro", "micro", "weighted", None):
        for ours, theirs in ((m.precision, sk.precision_score), (m.recall, sk.recall_score), (m.f1, sk.f1_score)):
            np.testing.assert_allclose(ours(t, p, average, w), theirs(t, p, average=average, sample_weight=w), rtol=1e-12)
    np.testing.assert_allclose(m.confusion_matrix(t, p, sample_weight=w), sk.confusion_matrix(t, p, sample_weight=w), rtol=1e-12)
    x, z = RNG.normal(size=300), RNG.normal(size=300)
    assert m.r2(x, z, w) == pytest.approx(sk.r2_score(x, z, sample_weight=w), rel=1e-12)
    assert m.mse(x, z, w) == pytest.approx(sk.mean_squared_error(x, z, sample_weight=w), rel=1e-12)


def test_metrics_of_nothing():
    for name in numrs.metrics.names():
        if name not in ("confusion_matrix", "precision", "recall", "f1"):
            assert math.isnan(numrs.metrics.get(name).result())
    assert numrs.metrics.Precision().result() == 0.0 and numrs.metrics.ConfusionMatrix().result().shape == (0, 0)
    assert math.isnan(numrs.metrics.auc([1, 1], [0.5, 0.2])) and math.isnan(numrs.metrics.auc([0, 1], [0.5, np.nan]))
    assert math.isnan(numrs.metrics.accuracy([1], [1], [0.0]))
