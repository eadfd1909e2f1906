# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Losses of rows of logits with labels or probabilities, and their gradients. Losses of pairs are in nn_loss_pairs.pyx."""
from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, release_context
from numrs._ops._nn_operand cimport by_formula, elements, float_operand, given, held, operand, reduction_of, result, where_of
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops.elementwise_arithmetic import multiply
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_loss cimport numrs_class_loss_options, numrs_cross_entropy, numrs_cross_entropy_backward
from numrs.c.view cimport numrs_view


cdef tuple _class_loss(str name, object input, object target, object weight, object reduction, object ignore_index,
                       double smoothing, bint from_log, bint want_loss, bint want_gradient, object grad):
    """The loss of rows and its gradient, each None where it is not wanted; with grad the gradient is that of its sum with
    the loss."""
    cdef numrs_view vx, vt, vw, vloss, vgradient, vg
    cdef numrs_view *pw = NULL
    cdef numrs_view *ploss = NULL
    cdef numrs_view *pgradient = NULL
    cdef Held hx, ht, hw, hg
    cdef numrs_class_loss_options options
    cdef int64_t[32] rows
    cdef int d, ndim = 0
    cdef double work
    cdef bint backward = grad is not None
    cdef int32_t where = where_of(name, input, target, grad)
    cdef numrs_status status
    cdef numrs_context *context
    x = float_operand(input, name, "input", &vx, where)
    t = operand(target, name, "target", &vt, where)
    w = g = None
    if weight is not None:
        w = operand(weight, name, "weight", &vw, where)
        pw = &vw
    if backward:
        g = operand(grad, name, "grad", &vg, where)
    options.struct_size = sizeof(numrs_class_loss_options)
    options.reduction = reduction_of(name, reduction)
    options.from_log = from_log
    options.reserved = 0
    options.ignore_index = ignore_index
    options.label_smoothing = smoothing
    loss = gradient = None
    if options.reduction == 0 and vx.ndim > 1:
        ndim = vx.ndim - 1
        rows[0] = vx.shape[0]
        for d in range(1, ndim):
            rows[d] = vx.shape[d + 1]
    if want_loss:
        loss = result(where, ndim, rows, vx.dtype, &vloss)
        ploss = &vloss
    if want_gradient:
        gradient = result(where, vx.ndim, vx.shape, vx.dtype, &vgradient)
        pgradient = &vgradient
    work = 0.3 * <double>elements(&vx)
    if work < NOGIL_NS:
        if backward:
            status = numrs_cross_entropy_backward(context_at(where), &vg, &vx, &vt, pw, pgradient, &options)
        else:
            status = numrs_cross_entropy(context_at(where), &vx, &vt, pw, ploss, pgradient, &options)
    else:
        keep = (held(x, &hx, &vx), held(t, &ht, &vt), held(w, &hw, &vw), held(g, &hg, &vg))
        context = context_for(where, work)
        with nogil:
            if backward:
                status = numrs_cross_entropy_backward(context, &vg, &vx, &vt, pw, pgradient, &options)
            else:
                status = numrs_cross_entropy(context, &vx, &vt, pw, ploss, pgradient, &options)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, name)
    return (loss if loss is None else given(loss), gradient)


def cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Cross-entropy of scores (logits) with labels or probabilities: ``-log softmax(input)[target]``.

    Parameters
    ----------
    input : array_like
        Scores of shape (C,), (N, C) or (N, C, d1, …): classes along axis 1. float16, bfloat16, float32 or float64.
    target : array_like
        Labels of any integer dtype in 0 … C - 1, of input's shape without the classes; or probabilities of its shape.
    weight : array_like, optional
        One number per class.
    ignore_index : int
        Rows of this label count for nothing.
    reduction : {'mean', 'sum', 'none'}
        The mean is divided by the weights of the labels that count (the number of rows, for probabilities).
    label_smoothing : float
        How much of the target, 0 to 1, is spread over all classes.

    Returns
    -------
    scalar or array
        In the dtype of ``input``; sums are in float64.

    Raises
    ------
    IndexError
        For a label that is no class; nothing is computed.
    ValueError, TypeError
        For shapes that do not fit, another reduction, a smoothing outside of 0 to 1, or dtypes that are not taken.

    Examples
    --------
    >>> float(numrs.functional.cross_entropy([[0.0, 0.0]], [1]))
    0.6931471805599453
    """
    if _record.used and any_tracked((input, target, weight), None):
        if any_tracked((weight,), None):
            return by_formula(cross_entropy, (input, target, weight, ignore_index, reduction, label_smoothing))
        return record("cross_entropy", cross_entropy, (input, target, weight, ignore_index, reduction, label_smoothing), {})
    return _class_loss("cross_entropy", input, target, weight, reduction, ignore_index, label_smoothing, False, True,
                       False, None)[0]


def cross_entropy_with_grad(logits, labels, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Cross-entropy and its gradient after the logits in one pass over each row.

    Parameters
    ----------
    logits : array_like
        Scores, as the input of `cross_entropy`.
    labels : array_like
        Labels or probabilities.
    weight, ignore_index, reduction, label_smoothing
        Those of `cross_entropy`. For 'none' the gradient is that of the sum.

    Returns
    -------
    tuple
        The loss, and the gradient in the shape of ``logits``.

    Raises
    ------
    IndexError, ValueError, TypeError
        As `cross_entropy`.

    Examples
    --------
    >>> numrs.functional.cross_entropy_with_grad([[0.0, 0.0]], [1])[1]
    array([[ 0.5, -0.5]])
    """
    return _class_loss("cross_entropy_with_grad", logits, labels, weight, reduction, ignore_index, label_smoothing, False,
                       True, True, None)


def cross_entropy_with_kept(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """`cross_entropy` with what its gradient needs: the loss, and a dict of what to keep. For numrs.autograd."""
    loss, gradient = _class_loss("cross_entropy", input, target, weight, reduction, ignore_index, label_smoothing, False,
                                 True, True, None)
    return loss, {"gradient": gradient}


def cross_entropy_backward(grad, gradient):
    """The gradient of `cross_entropy` after its input: `gradient`, that of the sum of the loss, times grad."""
    if grad.ndim > 0:
        grad = grad.reshape((grad.shape[0], 1, *grad.shape[1:]))
    return multiply(gradient, grad)


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """Negative log-likelihood of labels: ``-input[target]``, of log-probabilities.

    Parameters
    ----------
    input : array_like
        Log-probabilities of shape (C,), (N, C) or (N, C, d1, …).
    target : array_like
        Labels of any integer dtype in 0 … C - 1.
    weight, ignore_index, reduction
        Those of `cross_entropy`.

    Returns
    -------
    scalar or array
        In the dtype of ``input``.

    Raises
    ------
    IndexError
        For a label that is no class.
    ValueError, TypeError
        As `cross_entropy`.

    Examples
    --------
    >>> float(numrs.functional.nll_loss([[-0.5, -1.0]], [1]))
    1.0
    """
    if _record.used and any_tracked((input, target, weight), None):
        if any_tracked((weight,), None):
            return by_formula(nll_loss, (input, target, weight, ignore_index, reduction))
        return record("nll_loss", nll_loss, (input, target, weight, ignore_index, reduction), {})
    return _class_loss("nll_loss", input, target, weight, reduction, ignore_index, 0.0, True, True, False, None)[0]


def nll_loss_backward(grad, input, target, weight=None, ignore_index=-100, reduction="mean"):
    """The gradient of `nll_loss` after its input."""
    return _class_loss("nll_loss_backward", input, target, weight, reduction, ignore_index, 0.0, True, False, True, grad)[1]
