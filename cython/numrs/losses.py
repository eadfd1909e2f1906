"""Losses as classes, by the names of Keras and PyTorch; what they compute is numrs.functional's. `get` finds them by name."""

import numrs
from numrs._ops.nn_loss import cross_entropy, nll_loss
from numrs._ops.nn_loss_more import (
    cosine_embedding_loss,
    ctc_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    sigmoid_focal_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
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
from numrs._ops.nn_more import cosine_similarity
from numrs._ops.nn_softmax import softmax


class Loss:
    """A loss: called with predictions and targets."""

    def __init__(self, reduction="mean"):
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"{type(self).__name__}: reduction is {reduction!r}, expected 'none', 'mean' or 'sum'")
        self.reduction = reduction

    def forward(self, *operands):
        """The loss of predictions and targets."""
        raise NotImplementedError

    def __call__(self, *operands):
        return self.forward(*operands)

    def reduced(self, values):
        """The loss of elements or rows."""
        if self.reduction == "none":
            return values
        return numrs.sum(values) if self.reduction == "sum" else numrs.mean(values)

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


class MarginRanking(Loss):
    """``max(0, -target (input1 - input2) + margin)``: called with two inputs and targets of 1 and -1."""

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return margin_ranking_loss(input1, input2, target, self.margin, self.reduction)


class CosineEmbedding(Loss):
    """1 - cos where targets are 1, ``max(0, cos - margin)`` where they are -1: called with two inputs and targets."""

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)


class TripletMargin(Loss):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``: called with the three."""

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
        super().__init__(reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        return triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction)


class TripletMarginWithDistance(Loss):
    """The same by a distance of one's own."""

    def __init__(self, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction)
        self.distance_function, self.margin, self.swap = distance_function, margin, swap

    def forward(self, anchor, positive, negative):
        return triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=self.distance_function, margin=self.margin,
                                                 swap=self.swap, reduction=self.reduction)  # fmt: skip


class MultiMargin(Loss):
    """Hinge loss of scores with integer labels."""

    def __init__(self, p=1, margin=1.0, weight=None, reduction="mean"):
        super().__init__(reduction)
        self.p, self.margin, self.weight = p, margin, weight

    def forward(self, input, target):
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction)


class MultiLabelMargin(Loss):
    """Hinge loss of scores with several labels in front of -1."""

    def forward(self, input, target):
        return multilabel_margin_loss(input, target, self.reduction)


class MultiLabelSoftMargin(Loss):
    """Cross-entropy of yes and no for each class."""

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(reduction)
        self.weight = weight

    def forward(self, input, target):
        return multilabel_soft_margin_loss(input, target, self.weight, self.reduction)


class CTC(Loss):
    """Labels of sequences, whenever they come: called with log-probabilities (T, N, C), targets and both lengths."""

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity)


class SigmoidFocal(Loss):
    """Binary cross-entropy of scores that counts what is nearly right less."""

    def __init__(self, alpha=0.25, gamma=2.0, reduction="mean"):
        super().__init__(reduction)
        self.alpha, self.gamma = alpha, gamma

    def forward(self, input, target):
        return sigmoid_focal_loss(input, target, self.alpha, self.gamma, self.reduction)


class BinaryFocalCrossEntropy(Loss):
    """Keras's: binary cross-entropy times ``(1 - chance of what is right)^gamma``; weights alpha and 1 - alpha with apply_class_balancing."""

    def __init__(self, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, reduction="mean"):
        super().__init__(reduction)
        self.apply_class_balancing, self.alpha, self.gamma, self.from_logits = apply_class_balancing, alpha, gamma, from_logits

    def forward(self, input, target):
        alpha = self.alpha if self.apply_class_balancing else None
        scores = input if self.from_logits else numrs.logit(numrs.clip(input, 1e-7, 1 - 1e-7))
        return sigmoid_focal_loss(scores, target, alpha, self.gamma, self.reduction)


class CategoricalFocalCrossEntropy(Loss):
    """Keras's: ``-alpha (1 - p)^gamma target log p`` summed over the classes along the last axis; one-hot targets."""

    def __init__(self, alpha=0.25, gamma=2.0, from_logits=False, reduction="mean"):
        super().__init__(reduction)
        self.alpha, self.gamma, self.from_logits = alpha, gamma, from_logits

    def forward(self, input, target):
        p = softmax(input, -1) if self.from_logits else input / numrs.sum(input, axis=-1, keepdims=True)
        p = numrs.clip(p, 1e-7, 1 - 1e-7)
        return self.reduced(numrs.sum(target * numrs.log(p) * numrs.pow(1.0 - p, self.gamma), axis=-1) * -float(self.alpha))


class MeanAbsolutePercentageError(Loss):
    """100 times absolute differences over absolute targets, of 1e-7 at least."""

    def forward(self, input, target):
        return self.reduced(100.0 * numrs.abs(input - target) / numrs.maximum(numrs.abs(target), 1e-7))


class MeanSquaredLogarithmicError(Loss):
    """Squared differences of ``log(1 + x)``, of numbers of 1e-7 at least."""

    def forward(self, input, target):
        difference = numrs.log1p(numrs.maximum(input, 1e-7)) - numrs.log1p(numrs.maximum(target, 1e-7))
        return self.reduced(difference * difference)


class CategoricalHinge(Loss):
    """``max(0, 1 + the greatest wrong score - the right one)``; one-hot targets."""

    def forward(self, input, target):
        right = numrs.sum(target * input, axis=-1)
        wrong = numrs.max((1.0 - target) * input, axis=-1)
        return self.reduced(numrs.maximum(wrong - right + 1.0, 0.0))


class CosineSimilarity(Loss):
    """The negative of the cosine between predictions and targets along an axis."""

    def __init__(self, axis=-1, reduction="mean"):
        super().__init__(reduction)
        self.axis = axis

    def forward(self, input, target):
        return self.reduced(-cosine_similarity(input, target, self.axis, 1e-7))


class Tversky(Loss):
    """``1 - (both + s) / (both + alpha · only predicted + beta · only wanted + s)``, s = 1e-7, of the sums over the axes, all when not given."""

    def __init__(self, alpha=0.5, beta=0.5, axis=None, reduction="mean"):
        super().__init__(reduction)
        self.alpha, self.beta, self.axis = alpha, beta, axis

    def forward(self, input, target):
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        both = numrs.sum(input * target, axis=axis)
        only_input, only_target = numrs.sum(input, axis=axis) - both, numrs.sum(target, axis=axis) - both
        return self.reduced(1.0 - (both + 1e-7) / (both + only_input * self.alpha + only_target * self.beta + 1e-7))


class Dice(Tversky):
    """``1 - (2 both + s) / (predicted + wanted + s)``, s = 1e-7, of the sums over the axes, all when not given."""

    def __init__(self, axis=None, reduction="mean"):
        super().__init__(0.5, 0.5, axis, reduction)

    def forward(self, input, target):
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        both, all_of_them = numrs.sum(input * target, axis=axis), numrs.sum(input, axis=axis) + numrs.sum(target, axis=axis)
        return self.reduced(1.0 - (2.0 * both + 1e-7) / (all_of_them + 1e-7))


CategoricalCrossentropy = SparseCategoricalCrossentropy = CrossEntropy
BinaryCrossentropy = BinaryCrossEntropy
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
MarginRankingLoss, CosineEmbeddingLoss, CTCLoss = MarginRanking, CosineEmbedding, CTC
TripletMarginLoss, TripletMarginWithDistanceLoss = TripletMargin, TripletMarginWithDistance
MultiMarginLoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss = MultiMargin, MultiLabelMargin, MultiLabelSoftMargin
BinaryFocalCrossentropy, CategoricalFocalCrossentropy = BinaryFocalCrossEntropy, CategoricalFocalCrossEntropy


def CrossEntropyLoss(weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """CrossEntropy of scores, with PyTorch's order of arguments."""
    return CrossEntropy(True, weight, ignore_index, label_smoothing, reduction)


def BCELoss(weight=None, reduction="mean"):
    """BinaryCrossEntropy of probabilities."""
    return BinaryCrossEntropy(False, weight, None, reduction)


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
    "poisson": PoissonNLL, "poisson_nll": PoissonNLL, "multi_margin": MultiMargin, "multilabel_soft_margin": MultiLabelSoftMargin,
    "categorical_hinge": CategoricalHinge, "cosine_similarity": CosineSimilarity, "dice": Dice, "tversky": Tversky,
    "mape": MeanAbsolutePercentageError, "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError, "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "binary_focal_crossentropy": BinaryFocalCrossEntropy, "categorical_focal_crossentropy": CategoricalFocalCrossEntropy,
    "sigmoid_focal": SigmoidFocal,
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
