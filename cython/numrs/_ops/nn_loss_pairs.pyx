# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Losses of pairs of elements, and their gradients; ndarrays and Tensors. Names are PyTorch's where it has one."""
import math

import numpy as np

from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._described import described
from numrs._ops._array cimport NOGIL_NS, Held, broadcast, check, release_context
from numrs._ops._nn_operand cimport (ARRAYS, by_formula, elements, float_operand, given, held, operand, reduction_of, result,
                                     where_of)
from numrs._ops._tensor cimport Tensor
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_loss cimport (NUMRS_LOSS_BCE, NUMRS_LOSS_BCE_LOGITS, NUMRS_LOSS_GAUSSIAN, NUMRS_LOSS_HINGE,
                              NUMRS_LOSS_HINGE_EMBEDDING, NUMRS_LOSS_HUBER, NUMRS_LOSS_KL_DIV,
                              NUMRS_LOSS_KL_DIV_LOG_TARGET, NUMRS_LOSS_L1, NUMRS_LOSS_LOG_COSH, NUMRS_LOSS_MSE,
                              NUMRS_LOSS_POISSON, NUMRS_LOSS_POISSON_RATE, NUMRS_LOSS_SMOOTH_L1,
                              NUMRS_LOSS_SOFT_MARGIN, NUMRS_LOSS_SQUARED_HINGE, numrs_loss, numrs_loss_backward)
from numrs.c.ops cimport NUMRS_F64
from numrs.c.view cimport numrs_view

_PAIRS = {
    "mse_loss": NUMRS_LOSS_MSE, "l1_loss": NUMRS_LOSS_L1, "huber_loss": NUMRS_LOSS_HUBER,
    "smooth_l1_loss": NUMRS_LOSS_SMOOTH_L1, "binary_cross_entropy": NUMRS_LOSS_BCE,
    "binary_cross_entropy_with_logits": NUMRS_LOSS_BCE_LOGITS, "kl_div": NUMRS_LOSS_KL_DIV,
    "kl_div_log_target": NUMRS_LOSS_KL_DIV_LOG_TARGET, "poisson_nll_loss": NUMRS_LOSS_POISSON,
    "poisson_nll_loss_rate": NUMRS_LOSS_POISSON_RATE, "gaussian_nll_loss": NUMRS_LOSS_GAUSSIAN,
    "hinge_loss": NUMRS_LOSS_HINGE, "squared_hinge_loss": NUMRS_LOSS_SQUARED_HINGE,
    "hinge_embedding_loss": NUMRS_LOSS_HINGE_EMBEDDING, "soft_margin_loss": NUMRS_LOSS_SOFT_MARGIN,
    "log_cosh_loss": NUMRS_LOSS_LOG_COSH,
}


cdef object _pair_loss(int32_t op, str name, object input, object target, object third, object weight, object reduction,
                       double p0, double p1):
    cdef numrs_view[4] v
    cdef numrs_view vy
    cdef numrs_view *pthird = NULL
    cdef numrs_view *pweight = NULL
    cdef Held hx, ht, hv, hw
    cdef int64_t[64] shape
    cdef int ndim = 0, count = 2
    cdef int32_t how = reduction_of(name, reduction), dtype
    cdef double work
    cdef int32_t where = where_of(name, input, target, third)
    if where == ARRAYS and type(weight) is Tensor:
        where = (<Tensor>weight).place
    cdef numrs_status status
    cdef numrs_context *context
    x = float_operand(input, name, "input", &v[0], where)
    t = operand(target, name, "target", &v[1], where)
    c = w = None
    if third is not None:
        c = operand(third, name, "var" if op == NUMRS_LOSS_GAUSSIAN else "pos_weight", &v[count], where)
        pthird = &v[count]
        count += 1
    if weight is not None:
        w = operand(weight, name, "weight", &v[count], where)
        pweight = &v[count]
        count += 1
    dtype = NUMRS_F64 if v[1].dtype == NUMRS_F64 else v[0].dtype
    if how == 0:
        ndim = broadcast(v, count, shape)
        if ndim < 0:
            raise ValueError(f"{name}: operands with shapes {_shapes(v, count)} do not broadcast")
    y = result(where, ndim, shape, dtype, &vy)
    work = 0.5 * <double>max(elements(&v[0]), elements(&v[1]))
    if work < NOGIL_NS:
        status = numrs_loss(context_at(where), op, &v[0], &v[1], pthird, pweight, &vy, how, p0, p1)
    else:
        keep = (held(x, &hx, &v[0]), held(t, &ht, &v[1]), held(c, &hv, pthird), held(w, &hw, pweight))
        context = context_for(where, work)
        with nogil:
            status = numrs_loss(context, op, &v[0], &v[1], pthird, pweight, &vy, how, p0, p1)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, name)
    return given(y)


cdef object _shapes(const numrs_view *views, int count):
    return ", ".join([str(tuple([views[k].shape[d] for d in range(views[k].ndim)])) for k in range(count)])


def pair_loss_backward(name, grad, input, target, third=None, weight=None, reduction="mean", p0=0.0, p1=0.0,
                       needs=(True, False, False)):
    """Gradients of the loss `name` after input, target and the variance of gaussian_nll_loss, each None unless `needs`
    asks for it. Arguments beyond the operands are those of the C library: p0, p1."""
    cdef numrs_view[4] v
    cdef numrs_view vg
    cdef numrs_view[3] outs
    cdef numrs_view *pthird = NULL
    cdef numrs_view *pweight = NULL
    cdef numrs_view *pouts[3]
    cdef Held hx, ht, hv, hw, hg
    cdef int64_t[64] shape
    cdef int ndim, k, count = 2
    cdef int32_t op = _PAIRS[name], how = reduction_of(name, reduction), dtype
    cdef double work, first = p0, second = p1
    cdef int32_t where = where_of(name, input, target, grad)
    cdef numrs_status status
    cdef numrs_context *context
    x = float_operand(input, name, "input", &v[0], where)
    t = operand(target, name, "target", &v[1], where)
    g = operand(grad, name, "grad", &vg, where)
    c = w = None
    if third is not None:
        c = operand(third, name, "third", &v[count], where)
        pthird = &v[count]
        count += 1
    if weight is not None:
        w = operand(weight, name, "weight", &v[count], where)
        pweight = &v[count]
        count += 1
    ndim = broadcast(v, count, shape)
    if ndim < 0:
        raise ValueError(f"{name}: operands with shapes {_shapes(v, count)} do not broadcast")
    dtype = NUMRS_F64 if v[1].dtype == NUMRS_F64 else v[0].dtype
    made = [None, None, None]
    for k in range(3):
        pouts[k] = NULL
        if k < len(needs) and needs[k]:
            made[k] = result(where, ndim, shape, dtype, &outs[k])
            pouts[k] = &outs[k]
    work = 0.5 * <double>max(elements(&v[0]), elements(&v[1]))
    if work < NOGIL_NS:
        status = numrs_loss_backward(context_at(where), op, &vg, &v[0], &v[1], pthird, pweight, pouts[0], pouts[1], pouts[2], how,
                                     first, second)
    else:
        keep = (held(x, &hx, &v[0]), held(t, &ht, &v[1]), held(c, &hv, pthird), held(w, &hw, pweight), held(g, &hg, &vg))
        context = context_for(where, work)
        with nogil:
            status = numrs_loss_backward(context, op, &vg, &v[0], &v[1], pthird, pweight, pouts[0], pouts[1], pouts[2], how,
                                         first, second)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, name)
    return tuple(made)


cdef double _positive(str name, str argument, object value, bint zero) except? -1:
    cdef double number = value
    if not (number >= 0 if zero else number > 0) or number == math.inf:
        raise ValueError(f"{name}: {argument} is {value}, expected {'0 or more' if zero else 'more than 0'}")
    return number


cdef object _loss(int32_t op, str name, object function, tuple args, object input, object target, object third, object weight,
                  object reduction, double p0, double p1):
    """A call of a loss, which is remembered where it is followed; args: those of the function, in order."""
    if _record.used and any_tracked((input, target, third, weight), None):
        if any_tracked((weight,), None) or (op == NUMRS_LOSS_BCE_LOGITS and any_tracked((third,), None)):
            return by_formula(function, args)
        return record(name, function, args, {})
    return _pair_loss(op, name, input, target, third, weight, reduction, p0, p1)


_PARAMETERS = """input : array_like
    Predictions, float dtypes; broadcast with ``target``.
target : array_like
    What they should be."""
_WEIGHT = """weight : array_like, optional
    A factor for each element, broadcast with the others.
"""
_REDUCTION = """reduction : {'mean', 'sum', 'none'}
    One number, or one for each element."""
_RETURNS = "scalar or array\n    In the dtype of ``input``, float64 if ``target`` is; sums are in float64."
_RAISES = "ValueError, TypeError\n    For operands that do not broadcast, another reduction, or dtypes that are not taken."
_weighted = described(_PARAMETERS, _RETURNS, _RAISES, _WEIGHT + _REDUCTION)
_unweighted = described(_PARAMETERS, _RETURNS, _RAISES, _REDUCTION)


@_weighted
def mse_loss(input, target, weight=None, reduction="mean"):
    """Mean squared error: ``(input - target)²``.

    Examples
    --------
    >>> float(numrs.functional.mse_loss([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    return _loss(NUMRS_LOSS_MSE, "mse_loss", mse_loss, (input, target, weight, reduction), input, target, None,
                 weight, reduction, 0.0, 0.0)


@_weighted
def l1_loss(input, target, weight=None, reduction="mean"):
    """Mean absolute error: ``|input - target|``.

    Examples
    --------
    >>> float(numrs.functional.l1_loss([1.0, 2.0], [1.0, 4.0]))
    1.0
    """
    return _loss(NUMRS_LOSS_L1, "l1_loss", l1_loss, (input, target, weight, reduction), input, target, None, weight,
                 reduction, 0.0, 0.0)


@_weighted
def huber_loss(input, target, weight=None, reduction="mean", delta=1.0):
    """Huber's loss: half the square of differences below delta, ``delta (|d| - delta / 2)`` above.

    delta : float
        More than 0.

    Examples
    --------
    >>> float(numrs.functional.huber_loss([0.0], [3.0]))
    2.5
    """
    cdef double least = _positive("huber_loss", "delta", delta, False)
    return _loss(NUMRS_LOSS_HUBER, "huber_loss", huber_loss, (input, target, weight, reduction, delta), input, target,
                 None, weight, reduction, least, 0.0)


@_weighted
def smooth_l1_loss(input, target, weight=None, reduction="mean", beta=1.0):
    """Smooth absolute error: ``d² / (2 beta)`` for differences below beta, ``|d| - beta / 2`` above.

    beta : float
        0 or more; 0 is `l1_loss`.

    Examples
    --------
    >>> float(numrs.functional.smooth_l1_loss([0.0], [3.0]))
    2.5
    """
    cdef double least = _positive("smooth_l1_loss", "beta", beta, True)
    return _loss(NUMRS_LOSS_SMOOTH_L1, "smooth_l1_loss", smooth_l1_loss, (input, target, weight, reduction, beta),
                 input, target, None, weight, reduction, least, 0.0)


@_weighted
def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """Cross-entropy of probabilities of yes: ``-(t log x + (1 - t) log(1 - x))``, logarithms at least -100.

    input : array_like
        Probabilities in [0, 1]; outside of it the loss is NaN.
    target : array_like
        Probabilities that are wanted, mostly 0 and 1.

    Examples
    --------
    >>> float(numrs.functional.binary_cross_entropy([0.5], [1.0]))
    0.6931471805599453
    """
    return _loss(NUMRS_LOSS_BCE, "binary_cross_entropy", binary_cross_entropy, (input, target, weight, reduction),
                 input, target, None, weight, reduction, 0.0, 0.0)


@_weighted
def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """`binary_cross_entropy` of the sigmoid of scores, without overflow.

    input : array_like
        Scores, float dtypes.
    target : array_like
        Probabilities that are wanted, mostly 0 and 1.
    pos_weight : array_like, optional
        Weight of the targets that are 1, broadcast with the others.

    Examples
    --------
    >>> float(numrs.functional.binary_cross_entropy_with_logits([0.0], [1.0]))
    0.6931471805599453
    """
    return _loss(NUMRS_LOSS_BCE_LOGITS, "binary_cross_entropy_with_logits", binary_cross_entropy_with_logits, (input,
                 target, weight, reduction, pos_weight), input, target, pos_weight, weight, reduction, 0.0, 0.0)


@_unweighted
def kl_div(input, target, reduction="mean", log_target=False):
    """Kullback and Leibler's divergence of log-probabilities: ``target (log target - input)``.

    input : array_like
        Log-probabilities.
    target : array_like
        Probabilities, or their logarithms with log_target.
    reduction : {'mean', 'batchmean', 'sum', 'none'}
        'batchmean' divides the sum by the extent of the first axis.
    log_target : bool

    Examples
    --------
    >>> float(numrs.functional.kl_div([0.0], [1.0]))
    0.0
    """
    cdef int32_t op = NUMRS_LOSS_KL_DIV_LOG_TARGET if log_target else NUMRS_LOSS_KL_DIV
    if reduction == "batchmean" and not (_record.used and any_tracked((input, target), None)):
        return _pair_loss(op, "kl_div", input, target, None, None, "sum", 0.0, 0.0) / max(np.shape(input)[0], 1)
    return _loss(op, "kl_div", kl_div, (input, target, reduction, log_target), input, target, None, None, reduction, 0.0, 0.0)


@_unweighted
def poisson_nll_loss(input, target, log_input=True, full=False, eps=1e-8, reduction="mean"):
    """Negative log-likelihood of counts: ``exp(input) - target input``, or ``input - target log(input + eps)``.

    input : array_like
        Logarithms of the expected counts; the counts themselves without log_input.
    target : array_like
        Counts.
    log_input : bool
    full : bool
        Add Stirling's approximation of ``log target!`` for targets above 1.
    eps : float
        Added to input without log_input.

    Examples
    --------
    >>> float(numrs.functional.poisson_nll_loss([0.0], [2.0]))
    1.0
    """
    cdef int32_t op = NUMRS_LOSS_POISSON if log_input else NUMRS_LOSS_POISSON_RATE
    return _loss(op, "poisson_nll_loss", poisson_nll_loss, (input, target, log_input, full, eps, reduction), input,
                 target, None, None, reduction, 1.0 if full else 0.0, _positive("poisson_nll_loss", "eps", eps, True))


@_unweighted
def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Negative log-likelihood of normal numbers: ``(log var + (input - target)² / var) / 2``.

    input : array_like
        Means.
    target : array_like
        What was found.
    var : array_like
        Variances, broadcast with the others; at least eps counts.
    full : bool
        Add ``log(2 pi) / 2``.
    eps : float
        More than 0.

    Examples
    --------
    >>> float(numrs.functional.gaussian_nll_loss([0.0], [2.0], [1.0]))
    2.0
    """
    return _loss(NUMRS_LOSS_GAUSSIAN, "gaussian_nll_loss", gaussian_nll_loss, (input, target, var, full, eps,
                 reduction), input, target, var, None, reduction, 0.5 * math.log(2 * math.pi) if full else 0.0,
                 _positive("gaussian_nll_loss", "eps", eps, False))


@_weighted
def hinge_loss(input, target, weight=None, reduction="mean", margin=1.0):
    """Hinge loss of scores: ``max(0, margin - target input)``.

    target : array_like
        -1 or 1.
    margin : float
        How far on the right side is far enough.

    Examples
    --------
    >>> float(numrs.functional.hinge_loss([0.25], [-1.0]))
    1.25
    """
    return _loss(NUMRS_LOSS_HINGE, "hinge_loss", hinge_loss, (input, target, weight, reduction, margin), input,
                 target, None, weight, reduction, margin, 0.0)


@_weighted
def squared_hinge_loss(input, target, weight=None, reduction="mean", margin=1.0):
    """The square of the hinge loss: ``max(0, margin - target input)²``.

    target : array_like
        -1 or 1.
    margin : float
        How far on the right side is far enough.

    Examples
    --------
    >>> float(numrs.functional.squared_hinge_loss([0.0], [-1.0]))
    1.0
    """
    return _loss(NUMRS_LOSS_SQUARED_HINGE, "squared_hinge_loss", squared_hinge_loss, (input, target, weight,
                 reduction, margin), input, target, None, weight, reduction, margin, 0.0)


@_unweighted
def hinge_embedding_loss(input, target, margin=1.0, reduction="mean"):
    """Loss of distances: the distance where target is 1, ``max(0, margin - input)`` where it is -1.

    target : array_like
        -1 or 1.
    margin : float
        How far apart is far enough.

    Examples
    --------
    >>> float(numrs.functional.hinge_embedding_loss([0.25], [-1]))
    0.75
    """
    return _loss(NUMRS_LOSS_HINGE_EMBEDDING, "hinge_embedding_loss", hinge_embedding_loss, (input, target, margin,
                 reduction), input, target, None, None, reduction, margin, 0.0)


@_unweighted
def soft_margin_loss(input, target, reduction="mean"):
    """Logistic loss: ``log(1 + exp(-target input))``, without overflow.

    target : array_like
        -1 or 1.

    Examples
    --------
    >>> float(numrs.functional.soft_margin_loss([0.0], [1.0]))
    0.6931471805599453
    """
    return _loss(NUMRS_LOSS_SOFT_MARGIN, "soft_margin_loss", soft_margin_loss, (input, target, reduction), input,
                 target, None, None, reduction, 0.0, 0.0)


@_weighted
def log_cosh_loss(input, target, weight=None, reduction="mean"):
    """Logarithm of the hyperbolic cosine of differences: a square when small, a distance when large.

    Examples
    --------
    >>> float(numrs.functional.log_cosh_loss([1.0], [1.0]))
    0.0
    """
    return _loss(NUMRS_LOSS_LOG_COSH, "log_cosh_loss", log_cosh_loss, (input, target, weight, reduction), input,
                 target, None, weight, reduction, 0.0, 0.0)
