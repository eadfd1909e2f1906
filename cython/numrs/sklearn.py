"""Networks as estimators of scikit-learn: NNClassifier and NNRegressor. Importing this module needs scikit-learn."""

import numbers

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin  # type: ignore[import-untyped]
    from sklearn.utils import check_random_state  # type: ignore[import-untyped]
    from sklearn.utils.multiclass import check_classification_targets  # type: ignore[import-untyped]
    from sklearn.utils.validation import check_is_fitted, validate_data  # type: ignore[import-untyped]
except ImportError:
    raise ImportError("numrs.sklearn needs scikit-learn 1.6 or newer: pip install 'numrs-kernels[demo]'") from None

from numrs import losses, nn, optimizers
from numrs.callbacks import EarlyStopping
from numrs.model import Model


def _in_order(X, y, weights, shuffle):
    """Rows in an order that depends on what they are and not on where they stood, so that training does not depend on it either; whole
    weights as repetitions, zeros left out, unless that makes the rows ten times as many."""
    if weights is not None:
        total = weights.sum()
        if (weights == np.floor(weights)).all() and total <= 10 * len(weights):
            times = weights.astype(np.int64)
            X, y, weights = np.repeat(X, times, axis=0), np.repeat(y, times, axis=0), None
        else:
            weights = weights * (len(weights) / total)
    if shuffle:
        factors = np.random.default_rng(0).normal(size=X.shape[1] + 1)
        keys = (np.ascontiguousarray(X) * factors[:-1]).sum(axis=1) + y.reshape(len(y), -1).sum(axis=1) * factors[-1]
        order = np.argsort(keys, kind="stable")
        X, y, weights = X[order], y[order], None if weights is None else weights[order]
    return X, y, weights


class _Network(BaseEstimator):
    def __init__(self, hidden_layer_sizes=(100,), activation="relu", *, layers=None, loss=None, optimizer="adam", learning_rate=None,
                 weight_decay=0.0, batch_size=32, max_epochs=200, early_stopping=False, validation_fraction=0.1, patience=10, tol=1e-4,
                 standardize=True, shuffle=True, dtype="float32", warm_start=False, callbacks=None, verbose=0, random_state=None):  # fmt: skip
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.layers = layers
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.tol = tol
        self.standardize = standardize
        self.shuffle = shuffle
        self.dtype = dtype
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    def _seed(self):
        if self.random_state is None or isinstance(self.random_state, numbers.Integral):
            return None if self.random_state is None else int(self.random_state)
        return int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))

    def _made_optimizer(self):
        chosen = optimizers.get(self.optimizer) if isinstance(self.optimizer, str) else type(self.optimizer)(**self.optimizer.defaults)
        if self.learning_rate is not None:
            chosen.lr = self.learning_rate
        if self.weight_decay:
            chosen.defaults["weight_decay"] = self.weight_decay
            chosen.check(chosen.defaults)
        return chosen

    def _built(self, inputs, outputs, seed):
        """The network: hidden layers of the sizes, or what `layers` gives for (inputs, outputs)."""
        rng = np.random.default_rng(seed)
        if self.layers is not None:
            module = self.layers(inputs, outputs) if callable(self.layers) and not isinstance(self.layers, nn.Module) else self.layers
            return Model(module if isinstance(module, nn.Module) else list(module), rng=int(rng.integers(1 << 62)))
        sizes = self.hidden_layer_sizes
        sizes = (sizes,) if isinstance(sizes, numbers.Integral) else tuple(sizes)
        layers, before = [], inputs
        for size in sizes:
            layers.append(nn.Linear(before, int(size), activation=self.activation, weight_init="he_uniform", rng=int(rng.integers(1 << 62)),
                                    dtype=self.dtype))  # fmt: skip
            before = int(size)
        layers.append(nn.Linear(before, outputs, rng=int(rng.integers(1 << 62)), dtype=self.dtype))
        return Model(layers, rng=int(rng.integers(1 << 62)))

    def _scaled(self, X):
        return ((X - self.mean_) / self.scale_).astype(self.dtype)

    def _train(self, X, y, outputs, loss, sample_weight, epochs, fresh):
        X, y, sample_weight = _in_order(X, y, sample_weight, self.shuffle)
        if fresh:
            if self.standardize:
                self.mean_ = np.average(X, axis=0, weights=sample_weight)
                scale = np.sqrt(np.average((X - self.mean_) ** 2, axis=0, weights=sample_weight))
                tiny = 10 * np.finfo(np.float64).eps * np.maximum(1.0, np.abs(self.mean_))
                self.scale_ = np.where(scale > tiny, scale, 1.0)
            else:
                self.mean_, self.scale_ = np.zeros(X.shape[1]), np.ones(X.shape[1])
            self.model_ = self._built(X.shape[1], outputs, self._seed())
            self.model_.compile(self._made_optimizer(), loss)
            self.n_iter_, self.loss_curve_ = 0, []
        callbacks, split = list(self.callbacks or ()), 0.0
        rows = self._scaled(X)
        if self.early_stopping and epochs > 1:
            split = self.validation_fraction
            callbacks.append(EarlyStopping("val_loss", min_delta=self.tol, patience=self.patience, restore_best_weights=True))
            order = np.random.default_rng(self._seed()).permutation(len(rows))  # the part that is held out is the last
            rows, y = rows[order], y[order]
            sample_weight = None if sample_weight is None else sample_weight[order]
        elif epochs > 1 and self.tol is not None and self.tol > -np.inf:
            callbacks.append(EarlyStopping("loss", min_delta=self.tol, patience=self.patience))
        history = self.model_.fit(rows, y, batch_size=min(self.batch_size, len(rows)), epochs=epochs, verbose=self.verbose, shuffle=self.shuffle,
                                  callbacks=callbacks, validation_split=split, sample_weight=sample_weight)  # fmt: skip
        self.history_ = history.history
        self.loss_curve_ = [*self.loss_curve_, *history.history.get("loss", [])]
        self.n_iter_ += len(history.epoch)
        return self

    def _weights(self, sample_weight, X):
        if sample_weight is None:
            return None
        from sklearn.utils.validation import _check_sample_weight

        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if weights.sum() == 0:
            raise ValueError(f"{type(self).__name__}: sample_weight has no weight above zero")
        return weights

    def _outputs(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return self.model_.predict(self._scaled(X))


class NNClassifier(ClassifierMixin, _Network):
    """A network that tells classes apart, with scikit-learn's interface.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of ints, optional
        Units of the hidden layers.
    activation : str, optional
        Of the hidden layers.
    layers : callable, list or Module, optional
        The network instead of those two; a function gets the numbers of inputs and outputs.
    loss : str or Loss, optional
        Cross-entropy when not given.
    optimizer : str or Optimizer, optional
        A name, or an object whose numbers are copied.
    learning_rate, weight_decay : float, optional
        Of the optimizer.
    batch_size, max_epochs : int, optional
        Rows for a step, epochs at most.
    early_stopping : bool, optional
        Hold out validation_fraction of the rows, and keep the weights that were best for them.
    validation_fraction : float, optional
        The share that is held out.
    patience, tol : int and float, optional
        Training ends after so many epochs that have not bettered the loss by tol.
    standardize : bool, optional
        Whether columns are shifted and scaled to mean 0 and deviation 1 first.
    shuffle : bool, optional
        A new order of rows in each epoch.
    dtype : dtype, optional
        Of the network.
    warm_start : bool, optional
        Whether fit goes on with the network of the last one.
    callbacks : list of Callbacks, optional
        See numrs.callbacks.
    verbose : int, optional
        As for Model.fit.
    random_state : int, RandomState or None, optional
        Seed of first weights and orders.

    Examples
    --------
    >>> from numrs.sklearn import NNClassifier
    >>> X, y = np.array([[0.0], [0.1], [0.9], [1.0]] * 10), np.array(["low", "low", "high", "high"] * 10)
    >>> NNClassifier((8,), random_state=0).fit(X, y).predict([[0.05], [0.95]]).tolist()
    ['low', 'high']
    """

    def fit(self, X, y, sample_weight=None):
        """Trains the network.

        Parameters
        ----------
        X : array_like
            (rows, columns).
        y : array_like
            A class for each row.
        sample_weight : array_like, optional
            A weight for each row; whole numbers are the same as rows that come so often.

        Returns
        -------
        NNClassifier
            Itself.
        """
        return self._fit(X, y, sample_weight, None)

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """One epoch more.

        Parameters
        ----------
        X, y, sample_weight
            As for fit.
        classes : array_like, optional
            All classes that will come; needed at the first call when y has not all of them.

        Returns
        -------
        NNClassifier
            Itself.
        """
        return self._fit(X, y, sample_weight, np.unique(y) if classes is None else np.unique(classes))

    def _fit(self, X, y, sample_weight, classes):
        partial = classes is not None
        fresh = not hasattr(self, "model_") or not (partial or self.warm_start)
        X, y = validate_data(self, X, y, reset=fresh, dtype=np.float64)
        check_classification_targets(y)
        y = np.asarray(y).ravel()
        if fresh:
            self.classes_ = classes if partial else np.unique(y)
        places = np.searchsorted(self.classes_, y)
        places = np.minimum(places, len(self.classes_) - 1)
        if np.any(self.classes_[places] != y):
            wrong = y[self.classes_[places] != y][0]
            raise ValueError(f"fit: {wrong!r} is no class, expected one of {self.classes_.tolist()}")
        if len(self.classes_) < 2 and not partial:
            raise ValueError(f"NNClassifier: y has one class, {self.classes_[0]!r}; the number of classes has to be greater than one")
        weights = self._weights(sample_weight, X)
        loss = losses.get("cross_entropy" if self.loss is None else self.loss)
        return self._train(X, places.astype(np.int64), max(2, len(self.classes_)), loss, weights, 1 if partial else self.max_epochs, fresh)

    def decision_function(self, X):
        """Scores of the classes; of two classes the difference of theirs.

        Parameters
        ----------
        X : array_like
            (rows, columns).

        Returns
        -------
        ndarray
            (rows, classes), or (rows,) for two.
        """
        scores = self._outputs(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X):
        """Chances of the classes.

        Parameters
        ----------
        X : array_like
            (rows, columns).

        Returns
        -------
        ndarray
            (rows, classes), in the order of classes_.
        """
        scores = self._outputs(X).astype(np.float64)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (scores / scores.sum(axis=1, keepdims=True))[:, : len(self.classes_)]

    def predict(self, X):
        """The likeliest class of each row.

        Parameters
        ----------
        X : array_like
            (rows, columns).

        Returns
        -------
        ndarray
            (rows,).
        """
        return self.classes_[self._outputs(X)[:, : len(self.classes_)].argmax(axis=1)] if hasattr(self, "classes_") else self._outputs(X)


class NNRegressor(RegressorMixin, _Network):
    """A network that predicts numbers, with scikit-learn's interface. Parameters are those of NNClassifier.

    Parameters
    ----------
    hidden_layer_sizes, activation, layers, loss, optimizer, learning_rate, weight_decay, batch_size, max_epochs, early_stopping
        As NNClassifier; the loss is the mean of squares when not given.
    validation_fraction, patience, tol, standardize, shuffle, dtype, warm_start, callbacks, verbose, random_state
        As NNClassifier; standardize scales the targets too.

    Examples
    --------
    >>> from numrs.sklearn import NNRegressor
    >>> X = np.linspace(0, 1, 50)[:, None]
    >>> NNRegressor((16,), learning_rate=0.01, max_epochs=300, random_state=0).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.99
    True
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X, y, sample_weight=None):
        """Trains the network.

        Parameters
        ----------
        X : array_like
            (rows, columns).
        y : array_like
            (rows,) or (rows, targets).
        sample_weight : array_like, optional
            A weight for each row.

        Returns
        -------
        NNRegressor
            Itself.
        """
        return self._fit(X, y, sample_weight, self.max_epochs, not (self.warm_start and hasattr(self, "model_")))

    def partial_fit(self, X, y, sample_weight=None):
        """One epoch more.

        Parameters
        ----------
        X, y, sample_weight
            As for fit.

        Returns
        -------
        NNRegressor
            Itself.
        """
        return self._fit(X, y, sample_weight, 1, not hasattr(self, "model_"))

    def _fit(self, X, y, sample_weight, epochs, fresh):
        X, y = validate_data(self, X, y, reset=fresh, multi_output=True, y_numeric=True, dtype=np.float64)
        y = np.asarray(y, np.float64)
        X, table, weights = _in_order(X, y.reshape(len(y), -1), self._weights(sample_weight, X), self.shuffle)
        if fresh:
            self._one = y.ndim == 1
            self.y_mean_, self.y_scale_ = np.zeros(table.shape[1]), np.ones(table.shape[1])
            if self.standardize:
                self.y_mean_ = np.average(table, axis=0, weights=weights)
                scale = np.sqrt(np.average((table - self.y_mean_) ** 2, axis=0, weights=weights))
                self.y_scale_ = np.where(scale > 0, scale, 1.0)
        loss = losses.get("mse" if self.loss is None else self.loss)
        return self._train(X, ((table - self.y_mean_) / self.y_scale_).astype(self.dtype), table.shape[1], loss, weights, epochs, fresh)

    def predict(self, X):
        """Numbers for each row.

        Parameters
        ----------
        X : array_like
            (rows, columns).

        Returns
        -------
        ndarray
            (rows,) or (rows, targets).
        """
        found = self._outputs(X) * self.y_scale_ + self.y_mean_
        return found[:, 0] if self._one else found


__all__ = ["NNClassifier", "NNRegressor"]
