"""Measures of predictions: functions of targets and predictions, and classes that gather them batch by batch. `get` finds
them by name. They compute on Tensors; sums over batches are Python's numbers: nothing is lost over many batches."""

import inspect
import math

import numpy as np

import numrs


def _tensor(x):
    """A Tensor over what is given."""
    if isinstance(x, numrs.Tensor):
        return x.detach().cpu()  # metrics are worked out there
    return numrs.asarray(x if isinstance(x, (np.ndarray, list, tuple)) else np.asarray(x), device="cpu")


def _real(t):
    return numrs.isdtype(t.dtype, "real floating")


def _labels(name, target, prediction, threshold=0.5):
    """Targets and predictions as labels: one-hot rows and scores become the greatest's place, chances yes or no."""
    t, p = _tensor(target), _tensor(prediction)
    if p.ndim == t.ndim + 1 and p.shape[:1] + p.shape[2:] == t.shape:
        p = numrs.argmax(p, axis=1)
    elif p.ndim >= 2 and p.shape == t.shape and _real(t) and p.shape[1] > 1:
        t, p = numrs.argmax(t, axis=1), numrs.argmax(p, axis=1)
    else:
        if p.ndim == t.ndim + 1 and p.shape[-1] == 1:
            p = p[..., 0]
        if _real(p) and p.size and not numrs.array_equal(p, numrs.floor(p)):
            p = p > threshold
    if t.shape != p.shape:
        raise ValueError(f"{name}: predictions have shape {_tensor(prediction).shape}, which does not go with {t.shape} of targets")
    return numrs.astype(t, "int64"), numrs.astype(p, "int64")


def _same(name, target, prediction):
    t, p = numrs.astype(_tensor(target), "float64"), numrs.astype(_tensor(prediction), "float64")
    if p.shape != t.shape and p.size == t.size and tuple(e for e in p.shape if e != 1) == tuple(e for e in t.shape if e != 1):
        p = p.reshape(t.shape)
    if t.shape != p.shape:
        raise ValueError(f"{name}: predictions have shape {p.shape}, expected {t.shape}, that of targets")
    return t, p


def _weights(name, sample_weight, shape):
    """A weight for each element of that shape, from one for each row or each element; None for None."""
    if sample_weight is None:
        return None
    w = numrs.astype(_tensor(sample_weight), "float64")
    if w.shape != shape:
        if w.ndim == 2 and w.shape[1] == 1:
            w = w.reshape(w.shape[0])
        if w.shape != shape[:1]:
            raise ValueError(f"{name}: sample_weight has shape {w.shape}, expected {shape[:1]}, one number for each row")
        w = numrs.broadcast_to(w.reshape(w.shape + (1,) * (len(shape) - 1)), shape)
    if not bool(numrs.all((w >= 0) & numrs.isfinite(w))):
        raise ValueError(f"{name}: sample_weight has negative or infinite numbers or NaN in it")
    return w


class Metric:
    """A measure that is gathered: `update` with each batch, `result` at any time, `reset` before the next time round.

    ``update(target, prediction, sample_weight=None)`` takes a weight for each row.
    """

    name = ""

    def __init__(self):
        self.reset()

    def reset(self):
        """Forgets all batches."""
        raise NotImplementedError

    def update(self, target, prediction, sample_weight=None):
        """Takes one more batch."""
        raise NotImplementedError

    def result(self):
        """The measure of all batches; NaN where there is none."""
        raise NotImplementedError

    def __call__(self, target, prediction, sample_weight=None):
        self.reset()
        if sample_weight is None:
            self.update(target, prediction)
        else:
            self.update(target, prediction, sample_weight)
        return self.result()

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Mean(Metric):
    """A sum over elements divided by their number, or by their weights."""

    def reset(self):
        self.sum, self.count = 0.0, 0

    def add(self, total, count):
        """Adds the sum of a batch, and by what it will be divided."""
        self.sum += float(total)
        self.count += count

    def add_values(self, values, sample_weight):
        """Adds numbers, each with the weight of its row."""
        w = _weights(self.name, sample_weight, values.shape)
        if w is None:
            self.add(numrs.sum(values), values.size)
        else:
            self.add(numrs.sum(numrs.where(w != 0, values, 0.0) * w), float(numrs.sum(w)))

    def result(self):
        return self.sum / self.count if self.count else math.nan


class Accuracy(_Mean):
    """The share of right labels; predictions are labels, scores along axis 1, or chances of yes."""

    name = "accuracy"

    def __init__(self, threshold=0.5):
        self.threshold = threshold
        super().__init__()

    def update(self, target, prediction, sample_weight=None):
        t, p = _labels(self.name, target, prediction, self.threshold)
        if sample_weight is None:
            self.add(numrs.count_nonzero(t == p), t.size)
        else:
            self.add_values(numrs.astype(t == p, "float64"), sample_weight)


class BinaryAccuracy(Accuracy):
    """`Accuracy` by Keras's name for chances of yes."""

    name = "binary_accuracy"


class CategoricalAccuracy(Accuracy):
    """`Accuracy` by Keras's name for one-hot rows."""

    name = "categorical_accuracy"


class SparseCategoricalAccuracy(Accuracy):
    """`Accuracy` by Keras's name for labels."""

    name = "sparse_categorical_accuracy"


class TopKAccuracy(_Mean):
    """The share of labels among the k greatest scores."""

    name = "top_k_accuracy"

    def __init__(self, k=5):
        if k < 1:
            raise ValueError(f"top_k_accuracy: k is {k}, expected 1 or more")
        self.k = k
        super().__init__()

    def update(self, target, prediction, sample_weight=None):
        t, p = _tensor(target), _tensor(prediction)
        if p.ndim != 2 or t.shape not in (p.shape[:1], p.shape):
            raise ValueError(f"top_k_accuracy: predictions have shape {p.shape}, targets {t.shape}, expected (N, C) and (N,)")
        t = numrs.argmax(t, axis=1) if t.ndim == 2 else numrs.astype(t, "int64")
        own = numrs.take_along_axis(p, t.reshape(t.size, 1), axis=1)
        before = numrs.count_nonzero(p > own, axis=1)
        self.add_values(numrs.astype((before < self.k) & ~numrs.isnan(own[:, 0]), "float64"), sample_weight)


class MeanSquaredError(_Mean):
    """The mean of squared differences."""

    name = "mse"

    def update(self, target, prediction, sample_weight=None):
        t, p = _same(self.name, target, prediction)
        self.add_values(numrs.square(p - t), sample_weight)


class RootMeanSquaredError(MeanSquaredError):
    """The root of the mean of squared differences."""

    name = "rmse"

    def result(self):
        return math.sqrt(super().result())


class MeanAbsoluteError(_Mean):
    """The mean of absolute differences."""

    name = "mae"

    def update(self, target, prediction, sample_weight=None):
        t, p = _same(self.name, target, prediction)
        self.add_values(numrs.abs(p - t), sample_weight)


class MeanAbsolutePercentageError(_Mean):
    """100 times the mean of absolute differences over absolute targets (of 1e-7 at least)."""

    name = "mape"

    def update(self, target, prediction, sample_weight=None):
        t, p = _same(self.name, target, prediction)
        self.add_values(100.0 * numrs.abs(p - t) / numrs.maximum(numrs.abs(t), 1e-7), sample_weight)


class MeanSquaredLogarithmicError(_Mean):
    """The mean of squared differences of ``log(1 + x)``, of numbers of 0 at least."""

    name = "msle"

    def update(self, target, prediction, sample_weight=None):
        t, p = _same(self.name, target, prediction)
        difference = numrs.log1p(numrs.maximum(p, 0.0)) - numrs.log1p(numrs.maximum(t, 0.0))
        self.add_values(numrs.square(difference), sample_weight)


class CosineSimilarity(_Mean):
    """The mean of the cosines between targets and predictions along the last axis."""

    name = "cosine_similarity"

    def update(self, target, prediction, sample_weight=None):
        t, p = _same(self.name, target, prediction)
        self.add_values(numrs.functional.cosine_similarity(t, p, dim=-1), sample_weight)


class R2(Metric):
    """The coefficient of determination: 1 less the squared errors over the squared deviations from the mean."""

    name = "r2"

    def reset(self):
        self.errors, self.count, self.mean, self.deviations, self.rows = 0.0, 0, 0.0, 0.0, 0

    def update(self, target, prediction, sample_weight=None):
        t, p = _same("r2", target, prediction)
        w = _weights("r2", sample_weight, t.shape)
        w = numrs.ones_like(t) if w is None else w
        count = float(numrs.sum(w))
        if count == 0:
            return
        self.errors += float(numrs.sum(w * numrs.square(p - t)))
        mean = float(numrs.sum(w * t)) / count
        distance, total = mean - self.mean, self.count + count
        self.deviations += float(numrs.sum(w * numrs.square(t - mean))) + distance * distance * self.count * count / total
        self.mean += distance * count / total
        self.count = total
        self.rows += t.size

    def result(self):
        if self.rows < 2:
            return math.nan
        if self.deviations == 0:
            return 1.0 if self.errors == 0 else 0.0
        return 1.0 - self.errors / self.deviations


class ConfusionMatrix(Metric):
    """How many of each class (rows) were taken for which (columns); with weights, how much."""

    name = "confusion_matrix"

    def __init__(self, num_classes=None, threshold=0.5):
        self.num_classes, self.threshold = num_classes, threshold
        super().__init__()

    def reset(self):
        self.matrix = numrs.zeros((self.num_classes or 0, self.num_classes or 0), dtype="int64")

    def update(self, target, prediction, sample_weight=None):
        t, p = _labels(self.name, target, prediction, self.threshold)
        if t.size == 0:
            return
        least = min(int(numrs.min(t)), int(numrs.min(p)))
        classes = max(int(numrs.max(t)), int(numrs.max(p))) + 1
        if least < 0 or (self.num_classes is not None and classes > self.num_classes):
            wrong = least if least < 0 else classes - 1
            raise IndexError(f"{self.name}: label {wrong} is no class, expected 0 to {(self.num_classes or classes) - 1}")
        w = _weights(self.name, sample_weight, t.shape)
        w = numrs.ones(t.size, dtype="int64") if w is None else numrs.ravel(w)
        rows = len(self.matrix)
        if classes > rows:
            grown = numrs.zeros((classes, classes), dtype=self.matrix.dtype)
            grown[:rows, :rows] = self.matrix
            self.matrix, rows = grown, classes
        found = numrs.stats.group_sum(w, numrs.ravel(t) * rows + numrs.ravel(p), rows * rows)
        self.matrix = self.matrix + found.reshape((rows, rows))

    def result(self):
        return self.matrix.copy().numpy()


class _OfClasses(ConfusionMatrix):
    """Measures of the classes of a confusion matrix, averaged."""

    def __init__(self, average="binary", num_classes=None, threshold=0.5):
        if average not in ("binary", "macro", "micro", "weighted", None):
            raise ValueError(f"{self.name}: average is {average!r}, expected 'binary', 'macro', 'micro', 'weighted' or None")
        self.average = average
        super().__init__(num_classes, threshold)

    def share(self, right, predicted, there):
        """The measure from counts of right ones, of predictions and of targets."""
        raise NotImplementedError

    def result(self):
        m = numrs.astype(self.matrix, "float64")
        right, predicted, there = numrs.diagonal(m), numrs.sum(m, axis=0), numrs.sum(m, axis=1)
        if self.average == "binary":
            if len(m) > 2:
                raise ValueError(f"{self.name}: there are {len(m)} classes; average says how to join them")
            return float(self.share(right, predicted, there)[1]) if len(m) == 2 else 0.0
        if self.average == "micro":
            return float(self.share(*(numrs.sum(v, keepdims=True) for v in (right, predicted, there)))[0])
        each = self.share(right, predicted, there)
        if self.average is None:
            return each.numpy()
        present = (predicted + there) > 0
        if not bool(numrs.any(present)):
            return math.nan
        weights = there if self.average == "weighted" else numrs.astype(present, "float64")
        return float(numrs.sum(each * weights) / numrs.sum(weights))


def _ratio(above, below):
    return numrs.where(below != 0, above / numrs.where(below != 0, below, 1.0), 0.0)


class Precision(_OfClasses):
    """The share of right ones among the predictions of a class."""

    name = "precision"

    def share(self, right, predicted, there):
        return _ratio(right, predicted)


class Recall(_OfClasses):
    """The share of a class that was found."""

    name = "recall"

    def share(self, right, predicted, there):
        return _ratio(right, there)


class F1(_OfClasses):
    """The harmonic mean of precision and recall."""

    name = "f1"

    def share(self, right, predicted, there):
        return _ratio(2 * right, predicted + there)


class AUC(Metric):
    """The area under the receiver operating characteristic: how often a yes has the higher score. Scores are kept."""

    name = "auc"

    def reset(self):
        self.targets, self.scores, self.weights = [], [], []

    def update(self, target, prediction, sample_weight=None):
        t, p = _tensor(target), numrs.astype(_tensor(prediction), "float64")
        if p.ndim == t.ndim + 1:
            p = p[..., -1]
        if t.shape != p.shape:
            raise ValueError(f"auc: predictions have shape {p.shape}, expected {t.shape}, that of targets")
        w = _weights("auc", sample_weight, t.shape)
        self.targets.append(numrs.ravel(t > 0))
        self.scores.append(numrs.ravel(p.copy()))
        self.weights.append(numrs.ones(t.size) if w is None else numrs.ravel(w))

    def result(self):
        if not self.targets:
            return math.nan
        yes, scores, w = numrs.concat(self.targets), numrs.concat(self.scores), numrs.concat(self.weights)
        first, no = w[yes], ~yes
        others = scores[no]
        above, below = float(numrs.sum(first)), float(numrs.sum(w[no]))
        if above == 0 or below == 0 or bool(numrs.any(numrs.isnan(scores))):
            return math.nan
        order = numrs.argsort(others)
        others = others[order]
        up_to = numrs.cumulative_sum(w[no][order], include_initial=True)  # how much of "no" lies below the i-th
        less, ties = (up_to[numrs.searchsorted(others, scores[yes], side=side)] for side in ("left", "right"))
        return float(numrs.sum(first * (less + ties))) / (2.0 * above * below)


_names = {
    "accuracy": Accuracy, "acc": Accuracy, "top_k_accuracy": TopKAccuracy, "precision": Precision, "recall": Recall,
    "f1": F1, "mse": MeanSquaredError, "mean_squared_error": MeanSquaredError, "rmse": RootMeanSquaredError,
    "mae": MeanAbsoluteError, "mean_absolute_error": MeanAbsoluteError, "r2": R2, "auc": AUC,
    "confusion_matrix": ConfusionMatrix, "binary_accuracy": BinaryAccuracy, "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy, "top_k_categorical_accuracy": TopKAccuracy,
    "sparse_top_k_categorical_accuracy": TopKAccuracy, "root_mean_squared_error": RootMeanSquaredError,
    "mape": MeanAbsolutePercentageError, "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError, "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "cosine_similarity": CosineSimilarity,
}  # fmt: skip


def accuracy(target, prediction, sample_weight=None):
    """The share of right labels."""
    return Accuracy()(target, prediction, sample_weight)


def top_k_accuracy(target, prediction, k=5, sample_weight=None):
    """The share of labels among the k greatest scores."""
    return TopKAccuracy(k)(target, prediction, sample_weight)


def precision(target, prediction, average="binary", sample_weight=None):
    """The share of right ones among the predictions of a class."""
    return Precision(average)(target, prediction, sample_weight)


def recall(target, prediction, average="binary", sample_weight=None):
    """The share of a class that was found."""
    return Recall(average)(target, prediction, sample_weight)


def f1(target, prediction, average="binary", sample_weight=None):
    """The harmonic mean of precision and recall."""
    return F1(average)(target, prediction, sample_weight)


def mse(target, prediction, sample_weight=None):
    """The mean of squared differences."""
    return MeanSquaredError()(target, prediction, sample_weight)


def mae(target, prediction, sample_weight=None):
    """The mean of absolute differences."""
    return MeanAbsoluteError()(target, prediction, sample_weight)


def r2(target, prediction, sample_weight=None):
    """The coefficient of determination."""
    return R2()(target, prediction, sample_weight)


def auc(target, prediction, sample_weight=None):
    """The area under the receiver operating characteristic."""
    return AUC()(target, prediction, sample_weight)


def confusion_matrix(target, prediction, num_classes=None, sample_weight=None):
    """How many of each class (rows) were taken for which (columns)."""
    return ConfusionMatrix(num_classes)(target, prediction, sample_weight)


def names():
    """The names that `get` knows."""
    return sorted(_names)


class _Function(_Mean):
    """The mean over batches of what a function of targets and predictions (and sample_weight, if it has one) says."""

    def __init__(self, function):
        self.function, self.name = function, getattr(function, "__name__", type(function).__name__)
        self.takes_weights = _has(function, "sample_weight")
        super().__init__()

    def update(self, target, prediction, sample_weight=None):
        count = len(_tensor(target))
        if sample_weight is None:
            return self.add(float(self.function(target, prediction)) * count, count)
        value = float(self.function(target, prediction, sample_weight=sample_weight))
        total = float(numrs.sum(_tensor(sample_weight), dtype="float64"))
        return self.add(value * total, total)


def _has(function, parameter):
    try:
        return parameter in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def takes_weights(metric):
    """Can `update` of a metric be given sample_weight?"""
    return metric.takes_weights if isinstance(metric, _Function) else _has(metric.update, "sample_weight")


def get(metric):
    """A metric from its name, one as it is, or the mean of a function of targets and predictions.

    Parameters
    ----------
    metric : str, Metric or callable

    Returns
    -------
    Metric

    Raises
    ------
    ValueError, TypeError
        For an unknown name; the message lists the known ones.

    Examples
    --------
    >>> numrs.metrics.get("accuracy")([1, 0, 1, 1], [1, 0, 0, 1])
    0.75
    """
    if isinstance(metric, Metric):
        return metric
    if isinstance(metric, str):
        if metric.lower() not in _names:
            raise ValueError(f"metrics.get: {metric!r} is no metric, expected one of {', '.join(names())}")
        return _names[metric.lower()]()
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if not callable(metric):
        raise TypeError(f"metrics.get: got {type(metric).__name__}, expected a name, a Metric or a function")
    return _Function(metric)
