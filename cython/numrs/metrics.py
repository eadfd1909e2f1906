"""Measures of predictions: functions of targets and predictions, and classes that gather them batch by batch. `get` finds
them by name. Counts and sums are Python's numbers: nothing is lost over many batches."""

import math

import numpy as np

import numrs


def _array(x):
    """An ndarray over what is given."""
    return x.detach().numpy() if isinstance(x, numrs.Tensor) else np.asarray(x)


def _labels(name, target, prediction, threshold=0.5):
    """Targets and predictions as labels: one-hot rows and scores become the greatest's place, chances yes or no."""
    t, p = _array(target), _array(prediction)
    if p.ndim == t.ndim + 1 and p.shape[:1] + p.shape[2:] == t.shape:
        p = p.argmax(axis=1)
    elif p.ndim >= 2 and p.shape == t.shape and t.dtype.kind == "f" and p.shape[1] > 1:
        t, p = t.argmax(axis=1), p.argmax(axis=1)
    else:
        if p.ndim == t.ndim + 1 and p.shape[-1] == 1:
            p = p[..., 0]
        if p.dtype.kind == "f" and p.size and not np.array_equal(p, np.floor(p)):
            p = p > threshold
    if t.shape != p.shape:
        raise ValueError(f"{name}: predictions have shape {_array(prediction).shape}, which does not go with {t.shape} of targets")
    return t.astype(np.int64).ravel(), p.astype(np.int64).ravel()


def _same(name, target, prediction):
    t, p = _array(target).astype(np.float64), _array(prediction).astype(np.float64)
    if p.shape != t.shape and p.size == t.size and p.squeeze().shape == t.squeeze().shape:
        p = p.reshape(t.shape)
    if t.shape != p.shape:
        raise ValueError(f"{name}: predictions have shape {p.shape}, expected {t.shape}, that of targets")
    return t.ravel(), p.ravel()


class Metric:
    """A measure that is gathered: `update` with each batch, `result` at any time, `reset` before the next time round."""

    name = ""

    def __init__(self):
        self.reset()

    def reset(self):
        """Forgets all batches."""
        raise NotImplementedError

    def update(self, target, prediction):
        """Takes one more batch."""
        raise NotImplementedError

    def result(self):
        """The measure of all batches; NaN where there is none."""
        raise NotImplementedError

    def __call__(self, target, prediction):
        self.reset()
        self.update(target, prediction)
        return self.result()

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Mean(Metric):
    """A sum over elements divided by their number."""

    def reset(self):
        self.sum, self.count = 0.0, 0

    def add(self, total, count):
        """Adds the sum of a batch."""
        self.sum += float(total)
        self.count += int(count)

    def result(self):
        return self.sum / self.count if self.count else math.nan


class Accuracy(_Mean):
    """The share of right labels; predictions are labels, scores along axis 1, or chances of yes."""

    name = "accuracy"

    def __init__(self, threshold=0.5):
        self.threshold = threshold
        super().__init__()

    def update(self, target, prediction):
        t, p = _labels("accuracy", target, prediction, self.threshold)
        self.add(np.count_nonzero(t == p), t.size)


class TopKAccuracy(_Mean):
    """The share of labels among the k greatest scores."""

    name = "top_k_accuracy"

    def __init__(self, k=5):
        if k < 1:
            raise ValueError(f"top_k_accuracy: k is {k}, expected 1 or more")
        self.k = k
        super().__init__()

    def update(self, target, prediction):
        t, p = _array(target), _array(prediction)
        if p.ndim != 2 or t.shape not in (p.shape[:1], p.shape):
            raise ValueError(f"top_k_accuracy: predictions have shape {p.shape}, targets {t.shape}, expected (N, C) and (N,)")
        t = t.argmax(axis=1) if t.ndim == 2 else t
        own = np.take_along_axis(p, t.astype(np.int64)[:, None], axis=1)
        before = np.count_nonzero(p > own, axis=1)
        self.add(np.count_nonzero((before < self.k) & ~np.isnan(own[:, 0])), t.size)


class MeanSquaredError(_Mean):
    """The mean of squared differences."""

    name = "mse"

    def update(self, target, prediction):
        t, p = _same("mse", target, prediction)
        self.add(numrs.sum(np.square(p - t)), t.size)


class RootMeanSquaredError(MeanSquaredError):
    """The root of the mean of squared differences."""

    name = "rmse"

    def result(self):
        return math.sqrt(super().result())


class MeanAbsoluteError(_Mean):
    """The mean of absolute differences."""

    name = "mae"

    def update(self, target, prediction):
        t, p = _same("mae", target, prediction)
        self.add(numrs.sum(np.abs(p - t)), t.size)


class R2(Metric):
    """The coefficient of determination: 1 less the squared errors over the squared deviations from the mean."""

    name = "r2"

    def reset(self):
        self.errors, self.count, self.mean, self.deviations = 0.0, 0, 0.0, 0.0

    def update(self, target, prediction):
        t, p = _same("r2", target, prediction)
        if t.size == 0:
            return
        self.errors += float(numrs.sum(np.square(p - t)))
        mean, count = float(numrs.mean(t)), t.size
        distance, total = mean - self.mean, self.count + count
        self.deviations += float(numrs.sum(np.square(t - mean))) + distance * distance * self.count * count / total
        self.mean += distance * count / total
        self.count = total

    def result(self):
        if self.count < 2:
            return math.nan
        if self.deviations == 0:
            return 1.0 if self.errors == 0 else 0.0
        return 1.0 - self.errors / self.deviations


class ConfusionMatrix(Metric):
    """How many of each class (rows) were taken for which (columns)."""

    name = "confusion_matrix"

    def __init__(self, num_classes=None, threshold=0.5):
        self.num_classes, self.threshold = num_classes, threshold
        super().__init__()

    def reset(self):
        self.matrix = np.zeros((self.num_classes or 0, self.num_classes or 0), np.int64)

    def update(self, target, prediction):
        t, p = _labels(self.name, target, prediction, self.threshold)
        if t.size == 0:
            return
        least, classes = min(t.min(), p.min()), int(max(t.max(), p.max())) + 1
        if least < 0 or (self.num_classes is not None and classes > self.num_classes):
            wrong = least if least < 0 else classes - 1
            raise IndexError(f"{self.name}: label {wrong} is no class, expected 0 to {(self.num_classes or classes) - 1}")
        if classes > len(self.matrix):
            grown = np.zeros((classes, classes), np.int64)
            grown[: len(self.matrix), : len(self.matrix)] = self.matrix
            self.matrix = grown
        np.add.at(self.matrix, (t, p), 1)

    def result(self):
        return self.matrix.copy()


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
        m = self.matrix
        right, predicted, there = np.diagonal(m).astype(float), m.sum(axis=0), m.sum(axis=1)
        if self.average == "binary":
            if len(m) > 2:
                raise ValueError(f"{self.name}: there are {len(m)} classes; average says how to join them")
            return float(self.share(right[1:2], predicted[1:2], there[1:2])[0]) if len(m) == 2 else 0.0
        if self.average == "micro":
            return float(self.share(*(np.array([v.sum()]) for v in (right, predicted, there)))[0])
        each = self.share(right, predicted, there)
        if self.average is None:
            return each
        present = (predicted + there) > 0
        if not present.any():
            return math.nan
        weights = there if self.average == "weighted" else present.astype(float)
        return float((each * weights).sum() / weights.sum())


def _ratio(above, below):
    return np.divide(above, below, out=np.zeros(len(above)), where=below != 0)


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
        self.targets, self.scores = [], []

    def update(self, target, prediction):
        t, p = _array(target), _array(prediction).astype(np.float64)
        if p.ndim == t.ndim + 1:
            p = p[..., -1]
        if t.shape != p.shape:
            raise ValueError(f"auc: predictions have shape {p.shape}, expected {t.shape}, that of targets")
        self.targets.append(t.ravel() > 0)
        self.scores.append(p.ravel())

    def result(self):
        if not self.targets:
            return math.nan
        t, p = np.concatenate(self.targets), np.concatenate(self.scores)
        yes = int(np.count_nonzero(t))
        if yes in (0, t.size) or np.isnan(p).any():
            return math.nan
        ranks = numrs.stats.rankdata(p)
        return float((numrs.sum(ranks[t]) - yes * (yes + 1) / 2) / (yes * (t.size - yes)))


_names = {
    "accuracy": Accuracy, "acc": Accuracy, "top_k_accuracy": TopKAccuracy, "precision": Precision, "recall": Recall,
    "f1": F1, "mse": MeanSquaredError, "mean_squared_error": MeanSquaredError, "rmse": RootMeanSquaredError,
    "mae": MeanAbsoluteError, "mean_absolute_error": MeanAbsoluteError, "r2": R2, "auc": AUC,
    "confusion_matrix": ConfusionMatrix,
}  # fmt: skip


def accuracy(target, prediction):
    """The share of right labels."""
    return Accuracy()(target, prediction)


def top_k_accuracy(target, prediction, k=5):
    """The share of labels among the k greatest scores."""
    return TopKAccuracy(k)(target, prediction)


def precision(target, prediction, average="binary"):
    """The share of right ones among the predictions of a class."""
    return Precision(average)(target, prediction)


def recall(target, prediction, average="binary"):
    """The share of a class that was found."""
    return Recall(average)(target, prediction)


def f1(target, prediction, average="binary"):
    """The harmonic mean of precision and recall."""
    return F1(average)(target, prediction)


def mse(target, prediction):
    """The mean of squared differences."""
    return MeanSquaredError()(target, prediction)


def mae(target, prediction):
    """The mean of absolute differences."""
    return MeanAbsoluteError()(target, prediction)


def r2(target, prediction):
    """The coefficient of determination."""
    return R2()(target, prediction)


def auc(target, prediction):
    """The area under the receiver operating characteristic."""
    return AUC()(target, prediction)


def confusion_matrix(target, prediction, num_classes=None):
    """How many of each class (rows) were taken for which (columns)."""
    return ConfusionMatrix(num_classes)(target, prediction)


def names():
    """The names that `get` knows."""
    return sorted(_names)


class _Function(_Mean):
    """The mean over batches of what a function of targets and predictions says."""

    def __init__(self, function):
        self.function, self.name = function, getattr(function, "__name__", type(function).__name__)
        super().__init__()

    def update(self, target, prediction):
        count = len(_array(target))
        self.add(float(self.function(target, prediction)) * count, count)


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
