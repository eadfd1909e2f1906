"""Losses that are made of other functions of numrs: of rankings, of triplets, of several labels, of sequences."""

import math

import numpy as np

import numrs
from numrs._ops._nn_kind import in_kind, length, operand, positive, reduced

_NEVER = -1e30  # a logarithm of a probability of 0 whose differences are numbers


def _together(function, **operands):
    try:
        return numrs.broadcast_shapes(*(x.shape for x in operands.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {x.shape}" for name, x in operands.items())
        raise ValueError(f"{function}: shapes do not broadcast: {shapes}") from None


def _above(x):
    """max(x, 0)."""
    return numrs.functional.relu(x)


@in_kind("input1", "input2", "target")
def margin_ranking_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """Loss of pairs in the wrong order: ``max(0, -target (input1 - input2) + margin)``.

    Parameters
    ----------
    input1, input2 : array_like
        Scores.
    target : array_like
        1 where input1 should be greater, -1 where input2 should.
    margin : float
        By how much.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each element.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        For shapes that do not broadcast, or another reduction.

    Examples
    --------
    >>> float(numrs.functional.margin_ranking_loss([1.0], [3.0], [1.0]))
    2.0
    """
    _together("margin_ranking_loss", input1=input1, input2=input2, target=target)
    return reduced(_above(float(margin) - target * (input1 - input2)), reduction, "margin_ranking_loss")


@in_kind("input1", "input2", "target")
def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """Loss of angles: ``1 - cos`` where target is 1, ``max(0, cos - margin)`` where it is -1.

    Parameters
    ----------
    input1, input2 : array_like
        (N, D) or (D,).
    target : array_like
        1 or -1, (N,) or one number.
    margin : float
        -1 to 1.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each row.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        For shapes that do not fit, or another reduction.

    Examples
    --------
    >>> float(numrs.functional.cosine_embedding_loss([[1.0, 0.0]], [[0.0, 1.0]], [1.0]))
    1.0
    """
    shape = _together("cosine_embedding_loss", input1=input1, input2=input2)
    if len(shape) not in (1, 2) or target.shape != shape[:-1]:
        raise ValueError(f"cosine_embedding_loss: the inputs have shapes {input1.shape} and {input2.shape}, target {target.shape}, "
                         "expected (N, D), (N, D) and (N,)")  # fmt: skip
    squares = (numrs.sum(input1 * input1, axis=-1) + 1e-12) * (numrs.sum(input2 * input2, axis=-1) + 1e-12)
    cosine = numrs.sum(input1 * input2, axis=-1) / numrs.sqrt(squares)
    values = numrs.where(target == 1, 1.0 - cosine, numrs.where(target == -1, _above(cosine - float(margin)), 0.0))
    return reduced(values, reduction, "cosine_embedding_loss")


def _labels(input, target, function):
    """Labels of (N, C) or (C,) as int64 of shape (N,), and the input as rows."""
    t = target if isinstance(target, numrs.Tensor) else numrs.asarray(target if isinstance(target, (np.ndarray, list)) else np.asarray(target))
    if t.dtype.kind not in "iu":
        raise TypeError(f"{function}: target has dtype {t.dtype}, expected integers")
    if input.ndim not in (1, 2) or t.ndim != input.ndim - 1 or t.shape != input.shape[:-1]:
        raise ValueError(f"{function}: input has shape {input.shape} and target {t.shape}, expected (N, C) and (N,)")
    t = numrs.reshape(numrs.astype(t, "int64"), (-1,))
    classes = input.shape[-1]
    if t.size and (int(numrs.min(t)) < 0 or int(numrs.max(t)) >= classes):
        wrong = int(numrs.min(t)) if int(numrs.min(t)) < 0 else int(numrs.max(t))
        raise IndexError(f"{function}: label {wrong} is no class, expected 0 to {classes - 1}")
    return t, numrs.reshape(input, (-1, classes))


@in_kind("input", "weight")
def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction="mean"):
    """Hinge loss of classes: ``sum over i ≠ y of max(0, margin - input[y] + input[i])^p / C``.

    Parameters
    ----------
    input : array_like
        Scores, (N, C) or (C,).
    target : array_like
        Labels of any integer dtype, (N,) or one.
    p : {1, 2}
        The power.
    margin : float
        How much greater the score of the label should be.
    weight : array_like, optional
        One number per class.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each row.

    Returns
    -------
    scalar or array

    Raises
    ------
    IndexError
        For a label that is no class.
    ValueError, TypeError
        For shapes that do not fit, another power or reduction, or labels that are no integers.

    Examples
    --------
    >>> float(numrs.functional.multi_margin_loss([[0.0, 0.0]], [1]))
    0.5
    """
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p is {p!r}, expected 1 or 2")
    single = input.ndim == 1
    t, x = _labels(input, target, "multi_margin_loss")
    classes = x.shape[1]
    if weight is not None and weight.shape != (classes,):
        raise ValueError(f"multi_margin_loss: weight has shape {weight.shape}, expected ({classes},)")
    column = numrs.reshape(t, (-1, 1))
    own = numrs.take_along_axis(x, column, axis=1)
    d = _above(float(margin) - own + x)
    d = d if p == 1 else d * d
    if weight is not None:
        d = d * numrs.reshape(numrs.take(weight, t), (-1, 1))
    others = numrs.arange(classes, device=x.device).reshape((1, -1)) != column
    values = numrs.sum(numrs.where(others, d, 0.0), axis=1) / classes
    return reduced(values[0] if single else values, reduction, "multi_margin_loss")


@in_kind("input")
def multilabel_margin_loss(input, target, reduction="mean"):
    """Hinge loss of several labels: ``sum over labels y and others i of max(0, 1 - input[y] + input[i]) / C``.

    Parameters
    ----------
    input : array_like
        Scores, (N, C) or (C,).
    target : array_like
        Labels in front, then -1: integers in the shape of the input.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each row.

    Returns
    -------
    scalar or array

    Raises
    ------
    IndexError
        For a label that is no class.
    ValueError, TypeError
        For shapes that do not fit, another reduction, or labels that are no integers.

    Examples
    --------
    >>> float(numrs.functional.multilabel_margin_loss([[0.0, 0.0]], [[1, -1]]))
    0.5
    """
    function = "multilabel_margin_loss"
    t = target if isinstance(target, numrs.Tensor) else numrs.asarray(np.asarray(target))
    if t.dtype.kind not in "iu":
        raise TypeError(f"{function}: target has dtype {t.dtype}, expected integers")
    if input.ndim not in (1, 2) or t.shape != input.shape:
        raise ValueError(f"{function}: input has shape {input.shape} and target {t.shape}, expected (N, C) twice")
    classes, single = input.shape[-1], input.ndim == 1
    x, t = numrs.reshape(input, (-1, classes)), numrs.reshape(numrs.astype(t, "int64"), (-1, classes))
    if t.size and (int(numrs.min(t)) < -1 or int(numrs.max(t)) >= classes):
        wrong = int(numrs.min(t)) if int(numrs.min(t)) < -1 else int(numrs.max(t))
        raise IndexError(f"{function}: label {wrong} is no class, expected -1 or 0 to {classes - 1}")
    there = numrs.cumulative_min(numrs.astype(t >= 0, "int64"), axis=1) > 0
    places = numrs.where(there, t, 0)
    is_label = numrs.any((places[:, :, None] == numrs.arange(classes, device=x.device)) & there[:, :, None], axis=1)
    own = numrs.take_along_axis(x, places, axis=1)
    d = _above(1.0 - own[:, :, None] + x[:, None, :])
    values = numrs.sum(numrs.where(there[:, :, None] & ~is_label[:, None, :], d, 0.0), axis=(1, 2)) / classes
    return reduced(values[0] if single else values, reduction, function)


@in_kind("input", "target", "weight")
def multilabel_soft_margin_loss(input, target, weight=None, reduction="mean"):
    """Cross-entropy of yes and no for each class, the mean over the classes.

    Parameters
    ----------
    input : array_like
        Scores, (…, C).
    target : array_like
        0 and 1, in the shape of the input.
    weight : array_like, optional
        One number per class.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each row.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        For shapes that do not fit, or another reduction.

    Examples
    --------
    >>> float(numrs.functional.multilabel_soft_margin_loss([[0.0, 0.0]], [[1.0, 0.0]]))
    0.6931471805599453
    """
    function = "multilabel_soft_margin_loss"
    if input.ndim < 1 or input.shape != target.shape:
        raise ValueError(f"{function}: input has shape {input.shape} and target {target.shape}, expected (…, C) twice")
    values = target * numrs.softplus(-input) + (1.0 - target) * numrs.softplus(input)
    if weight is not None:
        _together(function, input=input, weight=weight)
        values = values * weight
    return reduced(numrs.mean(values, axis=-1), reduction, function)


def _triplet(function, near, far, margin, reduction):
    return reduced(_above(near - far + positive(margin, function, "margin", zero=True)), reduction, function)


@in_kind("anchor", "positive_", "negative")
def _triplet_margin_loss(anchor, positive_, negative, margin, p, eps, swap, reduction):
    function = "triplet_margin_loss"
    _together(function, anchor=anchor, positive=positive_, negative=negative)

    def distance(a, b):
        return length(a - b + eps, p, -1, False, function)

    near, far = distance(anchor, positive_), distance(anchor, negative)
    if swap:
        far = numrs.minimum(far, distance(positive_, negative))
    return _triplet(function, near, far, margin, reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """Loss of triplets: ``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` (Schroff, Kalenichenko and Philbin 2015).

    Parameters
    ----------
    anchor, positive, negative : array_like
        (…, D).
    margin : float
        How much farther the negative one should be.
    p : float
        Order of the norm of differences.
    eps : float
        Added to the differences.
    swap : bool
        Take the distance of positive and negative where it is smaller than that of anchor and negative (Balntas et al. 2016).
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each row.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        For shapes that do not broadcast, a negative margin, or another reduction.

    Examples
    --------
    >>> float(numrs.functional.triplet_margin_loss([[0.0]], [[2.0]], [[-1.0]], eps=0.0))
    2.0
    """
    return _triplet_margin_loss(anchor, positive, negative, margin, p, float(eps), swap, reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
    """`triplet_margin_loss` by a distance of one's own.

    Parameters
    ----------
    anchor, positive, negative : array_like
        What the distance takes, as Tensors.
    distance_function : callable, optional
        Of two Tensors, a Tensor; `pairwise_distance` when not given.
    margin, swap, reduction
        Those of `triplet_margin_loss`.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        As `triplet_margin_loss`.

    Examples
    --------
    >>> l1 = lambda a, b: numrs.sum(numrs.abs(a - b), axis=-1)
    >>> float(numrs.functional.triplet_margin_with_distance_loss([[0.0]], [[2.0]], [[-1.0]], distance_function=l1))
    2.0
    """
    function = "triplet_margin_with_distance_loss"
    typed = any(isinstance(x, numrs.Tensor) for x in (anchor, positive, negative))
    a, b, c = (operand(x, function, name) for x, name in ((anchor, "anchor"), (positive, "positive"), (negative, "negative")))
    distance = numrs.functional.pairwise_distance if distance_function is None else distance_function
    near, far = distance(a, b), distance(a, c)
    if swap:
        far = numrs.minimum(far, distance(b, c))
    made = _triplet(function, near, far, margin, reduction)
    return made if typed else made.numpy()[()]


@in_kind("input", "target")
def sigmoid_focal_loss(input, target, alpha=0.25, gamma=2.0, reduction="mean"):
    """Binary cross-entropy of scores that counts what is nearly right less (Lin et al. 2017): times ``(1 - p)^gamma``.

    Parameters
    ----------
    input : array_like
        Scores.
    target : array_like
        0 and 1, broadcast with the input.
    alpha : float, optional
        Weight of the targets that are 1, 1 - alpha that of the others; None: no weights.
    gamma : float
        0 or more; 0 is binary cross-entropy.
    reduction : {'mean', 'sum', 'none'}
        One number, or one for each element.

    Returns
    -------
    scalar or array

    Raises
    ------
    ValueError
        For shapes that do not broadcast, or parameters out of range.

    Examples
    --------
    >>> float(numrs.functional.sigmoid_focal_loss([0.0], [1.0], alpha=None, gamma=0.0))
    0.6931471805599453
    """
    function = "sigmoid_focal_loss"
    _together(function, input=input, target=target)
    if alpha is not None and not 0 <= alpha <= 1:
        raise ValueError(f"{function}: alpha is {alpha!r}, expected 0 to 1, or None")
    gamma = positive(gamma, function, "gamma", zero=True)
    chance = numrs.sigmoid(input)
    values = target * numrs.softplus(-input) + (1.0 - target) * numrs.softplus(input)
    if gamma:
        missed = chance * (1.0 - target) + (1.0 - chance) * target
        values = values * (missed * missed if gamma == 2 else numrs.pow(missed, gamma))
    if alpha is not None:
        values = values * (alpha * target + (1.0 - alpha) * (1.0 - target))
    return reduced(values, reduction, function)


# ------------------------------------------------------------------------------------------------ sequences


def _lengths(value, n, most, function, name):
    found = np.asarray(value.cpu().numpy() if isinstance(value, numrs.Tensor) else value)
    if found.dtype.kind not in "iu" and found.size:
        raise TypeError(f"{function}: {name} has dtype {found.dtype}, expected integers")
    found = found.astype(np.int64).reshape(-1)
    if found.size != n:
        raise ValueError(f"{function}: {name} has {found.size} numbers, expected {n}, one for each sequence")
    if n and (found.min() < 0 or found.max() > most):
        raise ValueError(f"{function}: {name} has {found.min() if found.min() < 0 else found.max()}, expected 0 to {most}")
    return found


def _padded_targets(target, lengths, n, function):
    """Labels of all sequences as (n, longest); behind the end anything."""
    t = np.asarray(target.cpu().numpy() if isinstance(target, numrs.Tensor) else target)
    if t.dtype.kind not in "iu" and t.size:
        raise TypeError(f"{function}: targets has dtype {t.dtype}, expected integers")
    longest = int(lengths.max(initial=0))
    labels = np.zeros((n, longest), np.int64)
    if t.ndim == 2 and t.shape[0] == n and t.shape[1] >= longest:
        labels[:] = t[:, :longest]
    elif t.ndim == 1 and t.size == lengths.sum():
        ends = np.cumsum(lengths)
        for i in range(n):
            labels[i, : lengths[i]] = t[ends[i] - lengths[i] : ends[i]]
    else:
        raise ValueError(f"{function}: targets has shape {t.shape}, expected ({n}, {longest}) or all {lengths.sum()} labels in a row")
    return np.where(np.arange(longest) < lengths[:, None], labels, 0)


@in_kind("log_probs")
def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Connectionist temporal classification: how unlikely the labels are, whenever they come (Graves et al. 2006).

    Parameters
    ----------
    log_probs : array_like
        Log-probabilities of classes at each time, (T, N, C) or (T, C).
    targets : array_like
        Labels, (N, S), or all of them in a row.
    input_lengths, target_lengths : array_like of ints
        How many times and labels of each sequence count.
    blank : int
        The class that stands for no label.
    reduction : {'mean', 'sum', 'none'}
        'mean': each loss divided by its number of labels, then their mean.
    zero_infinity : bool
        0 instead of infinity where the labels do not fit into the time.

    Returns
    -------
    scalar or array

    Raises
    ------
    IndexError
        For a label that is no class, or the blank.
    ValueError, TypeError
        For shapes and lengths that do not fit.

    Examples
    --------
    >>> logs = np.log(np.full((2, 1, 2), 0.5))
    >>> float(numrs.functional.ctc_loss(logs, [[1]], [2], [1], reduction="sum"))  # 3 of 4 ways
    0.2876820724517809
    """
    function = "ctc_loss"
    if log_probs.ndim not in (2, 3):
        raise ValueError(f"{function}: log_probs has shape {log_probs.shape}, expected (T, N, C) or (T, C)")
    single = log_probs.ndim == 2
    x = log_probs[:, None, :] if single else log_probs
    times, n, classes = x.shape
    if isinstance(blank, bool) or not hasattr(blank, "__index__") or not 0 <= blank < classes:
        raise IndexError(f"{function}: blank is {blank!r}, expected 0 to {classes - 1}")
    spans = _lengths(input_lengths, n, times, function, "input_lengths")
    counts = _lengths(target_lengths, n, 1 << 40, function, "target_lengths")
    given = np.asarray(targets.cpu().numpy() if isinstance(targets, numrs.Tensor) else targets)
    labels = _padded_targets(given[None] if single and given.ndim == 1 and n == 1 else given, counts, n, function)
    there = np.arange(labels.shape[1]) < counts[:, None]
    wrong = there & ((labels < 0) | (labels >= classes) | (labels == blank))
    if wrong.any():
        raise IndexError(f"{function}: label {labels[wrong][0]} is no class, expected 0 to {classes - 1} and not the blank {blank}")
    places = 2 * labels.shape[1] + 1  # a blank, then a label and a blank for each
    path = np.full((n, places), int(blank), np.int64)
    path[:, 1::2] = np.where(there, labels, int(blank))
    skips = np.zeros((n, places), bool)  # a label may follow another one without a blank between
    skips[:, 3::2] = path[:, 3::2] != path[:, 1:-2:2]
    come = numrs.take_along_axis(x, numrs.broadcast_to(numrs.asarray(path, device=x.device), (times, n, places)), axis=2)
    skips_, shortest = numrs.asarray(skips, device=x.device), int(spans.min(initial=times))
    never = numrs.full((n, 2), _NEVER, dtype=x.dtype, device=x.device)  # in front of the state: what comes from there
    start = numrs.where(numrs.arange(places, device=x.device) < 2, 0.0, numrs.full((n, places), _NEVER, dtype=x.dtype, device=x.device))
    state = numrs.where(numrs.arange(places, device=x.device) == 0, 0.0, numrs.full((n, places), _NEVER, dtype=x.dtype, device=x.device))
    whole = state
    for t in range(times):
        if t == 0:  # blank or first label
            moved = start + come[0]
        else:
            moved = numrs.logaddexp(state, whole[:, 1:-1])
            if places > 2:
                moved = numrs.logaddexp(moved, numrs.where(skips_, whole[:, :-2], _NEVER))
            moved = moved + come[t]
        state = moved if t < shortest else numrs.where(numrs.asarray(t < spans[:, None], device=x.device), moved, state)
        whole = numrs.concat([never, state], axis=1)
    ends = np.stack([2 * counts, np.maximum(2 * counts - 1, 0)], axis=1)
    last = numrs.take_along_axis(state, numrs.asarray(ends, device=x.device), axis=1)
    last = numrs.where(numrs.asarray(np.stack([counts >= 0, counts > 0], axis=1), device=x.device), last, _NEVER)
    total = -numrs.logaddexp(last[:, 0], last[:, 1])
    impossible = total.detach() > -_NEVER / 2
    values = numrs.where(impossible, 0.0 if zero_infinity else math.inf, total)
    if reduction == "mean":
        values = values / numrs.astype(numrs.asarray(np.maximum(counts, 1), device=values.device), values.dtype)
    return reduced(values[0] if single and reduction == "none" else values, reduction, function)
