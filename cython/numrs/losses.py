"""Losses as classes, by the names of Keras and PyTorch; what they compute is numrs.functional's. `get` finds them by name."""

import numrs
from numrs._ops.nn_loss import cross_entropy, nll_loss
from numrs._ops.nn_loss_pairs import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    gaussian_nll_loss,
    hinge_embedding_loss,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    log_cosh_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    squared_hinge_loss,
)


class Loss:
    """A loss: called with predictions and targets."""

    def __init__(self, reduction="mean"):
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"{type(self).__name__}: reduction is {reduction!r}, expected 'none', 'mean' or 'sum'")
        self.reduction = reduction

    def forward(self, input, target):
        """The loss of predictions and targets."""
        raise NotImplementedError

    def __call__(self, input, target):
        return self.forward(input, target)

    def __repr__(self):
        shown = ", ".join(f"{key}={value!r}" for key, value in self.__dict__.items() if not key.startswith("_"))
        return f"{type(self).__name__}({shown})"


class CrossEntropy(Loss):
    """Cross-entropy with integer labels, one-hot rows or probabilities, classes along axis 1.

    Parameters
    ----------
    from_logits : bool
        Whether the input is scores; probabilities otherwise.
    weight, ignore_index, label_smoothing, reduction
        Those of `numrs.functional.cross_entropy`.

    Examples
    --------
    >>> float(numrs.losses.CrossEntropy()(numrs.Tensor([[0.0, 0.0]]), numrs.Tensor([1])))
    0.6931471805599453
    """

    def __init__(self, from_logits=True, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        super().__init__(reduction)
        self.from_logits, self.weight = from_logits, weight
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        scores = input if self.from_logits else _log(input)
        return cross_entropy(scores, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing)


def _log(probabilities):
    """Logarithms of probabilities, of zeros too; softmax gives the same probabilities again."""
    return numrs.log(numrs.clip(probabilities, 1e-30, 1.0))


class BinaryCrossEntropy(Loss):
    """Cross-entropy of yes and no: probabilities, or scores with from_logits."""

    def __init__(self, from_logits=False, weight=None, pos_weight=None, reduction="mean"):
        super().__init__(reduction)
        self.from_logits, self.weight, self.pos_weight = from_logits, weight, pos_weight
        if pos_weight is not None and not from_logits:
            raise ValueError("BinaryCrossEntropy: pos_weight needs from_logits=True")

    def forward(self, input, target):
        if not self.from_logits:
            return binary_cross_entropy(input, target, self.weight, self.reduction)
        return binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class NegativeLogLikelihood(Loss):
    """The negative of the label's log-probability."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__(reduction)
        self.weight, self.ignore_index = weight, ignore_index

    def forward(self, input, target):
        return nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class MeanSquaredError(Loss):
    """The mean of squared differences."""

    def forward(self, input, target):
        return mse_loss(input, target, None, self.reduction)


class MeanAbsoluteError(Loss):
    """The mean of absolute differences."""

    def forward(self, input, target):
        return l1_loss(input, target, None, self.reduction)


class LogCosh(Loss):
    """The logarithm of the hyperbolic cosine of differences."""

    def forward(self, input, target):
        return log_cosh_loss(input, target, None, self.reduction)


class SoftMargin(Loss):
    """The logistic loss of scores with targets -1 and 1."""

    def forward(self, input, target):
        return soft_margin_loss(input, target, self.reduction)


class Huber(Loss):
    """A square of small differences, a distance of large ones."""

    def __init__(self, delta=1.0, reduction="mean"):
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input, target):
        return huber_loss(input, target, None, self.reduction, self.delta)


class SmoothL1(Loss):
    """Huber's loss divided by beta."""

    def __init__(self, beta=1.0, reduction="mean"):
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input, target):
        return smooth_l1_loss(input, target, None, self.reduction, self.beta)


class KLDivergence(Loss):
    """Kullback and Leibler's divergence of log-probabilities; reduction may be 'batchmean' too."""

    def __init__(self, log_target=False, reduction="mean"):
        super().__init__("mean" if reduction == "batchmean" else reduction)
        self.reduction, self.log_target = reduction, log_target

    def forward(self, input, target):
        return kl_div(input, target, self.reduction, self.log_target)


class Hinge(Loss):
    """``max(0, margin - target input)`` of scores with targets -1 and 1, or its square."""

    def __init__(self, margin=1.0, squared=False, reduction="mean"):
        super().__init__(reduction)
        self.margin, self.squared = margin, squared

    def forward(self, input, target):
        function = squared_hinge_loss if self.squared else hinge_loss
        return function(input, target, None, self.reduction, self.margin)


class HingeEmbedding(Loss):
    """Distances where targets are 1, ``max(0, margin - distance)`` where they are -1."""

    def __init__(self, margin=1.0, reduction="mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input, target):
        return hinge_embedding_loss(input, target, self.margin, self.reduction)


class PoissonNLL(Loss):
    """The negative log-likelihood of counts."""

    def __init__(self, log_input=True, full=False, eps=1e-8, reduction="mean"):
        super().__init__(reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input, target):
        return poisson_nll_loss(input, target, self.log_input, self.full, self.eps, self.reduction)


class GaussianNLL(Loss):
    """The negative log-likelihood of normal numbers: called with means, targets and variances."""

    def __init__(self, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)

    def __call__(self, input, target, var):
        return self.forward(input, target, var)


CategoricalCrossentropy = SparseCategoricalCrossentropy = CrossEntropyLoss = CrossEntropy
BinaryCrossentropy = BCELoss = BinaryCrossEntropy
NLLLoss = NegativeLogLikelihood
MSE = MSELoss = MeanSquaredError
MAE = L1Loss = MeanAbsoluteError
HuberLoss = Huber
SmoothL1Loss = SmoothL1
KLDivLoss = KLDiv = KLDivergence
HingeLoss = Hinge
HingeEmbeddingLoss = HingeEmbedding
SoftMarginLoss = SoftMargin
PoissonNLLLoss = Poisson = PoissonNLL
GaussianNLLLoss = GaussianNLL


def BCEWithLogitsLoss(weight=None, pos_weight=None, reduction="mean"):
    """BinaryCrossEntropy of scores."""
    return BinaryCrossEntropy(True, weight, pos_weight, reduction)


_names = {
    "cross_entropy": CrossEntropy, "crossentropy": CrossEntropy, "categorical_crossentropy": CrossEntropy,
    "sparse_categorical_crossentropy": CrossEntropy, "binary_crossentropy": BinaryCrossEntropy,
    "binary_cross_entropy": BinaryCrossEntropy, "bce": BinaryCrossEntropy, "bce_with_logits": BCEWithLogitsLoss,
    "binary_cross_entropy_with_logits": BCEWithLogitsLoss, "nll": NegativeLogLikelihood, "nll_loss": NegativeLogLikelihood,
    "mse": MeanSquaredError, "mean_squared_error": MeanSquaredError, "mae": MeanAbsoluteError, "l1": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError, "huber": Huber, "smooth_l1": SmoothL1, "kl_div": KLDivergence,
    "kl_divergence": KLDivergence, "hinge": Hinge, "squared_hinge": lambda: Hinge(squared=True),
    "hinge_embedding": HingeEmbedding, "soft_margin": SoftMargin, "log_cosh": LogCosh, "logcosh": LogCosh,
    "poisson": PoissonNLL, "poisson_nll": PoissonNLL,
}  # fmt: skip


def names():
    """The names that `get` knows."""
    return sorted(_names)


def get(loss):
    """A loss from its name, or one as it is.

    Parameters
    ----------
    loss : str, Loss or callable
        A name such as 'mse', or a function of predictions and targets.

    Returns
    -------
    Loss or callable

    Raises
    ------
    ValueError, TypeError
        For an unknown name; the message lists the known ones.

    Examples
    --------
    >>> numrs.losses.get("huber")
    Huber(reduction='mean', delta=1.0)
    """
    if isinstance(loss, str):
        if loss.lower() not in _names:
            raise ValueError(f"losses.get: {loss!r} is no loss, expected one of {', '.join(names())}")
        return _names[loss.lower()]()
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss()
    if not callable(loss):
        raise TypeError(f"losses.get: got {type(loss).__name__}, expected a name, a Loss or a function")
    return loss
