"""Activations, norms and distances of networks that are made of other functions of numrs."""

import numrs
from numrs._ops._nn_kind import axis_of, in_kind, length, positive


@in_kind("x")
def glu(x, dim=-1):
    """``a · sigmoid(b)`` of the halves a and b along an axis (Dauphin et al. 2017).

    Parameters
    ----------
    x : array_like
        An even number of elements along the axis.
    dim : int
        The axis.

    Returns
    -------
    array
        Half as long along the axis.

    Raises
    ------
    ValueError
        For an odd number of elements, or no such axis.

    Examples
    --------
    >>> numrs.functional.glu([1.0, 2.0, 0.0, 0.0])
    array([0.5, 1. ])
    """
    axis = axis_of(dim, x.ndim, "glu")
    n = x.shape[axis]
    if n % 2:
        raise ValueError(f"glu: x has {n} elements along axis {axis}, expected an even number")
    front = (slice(None),) * axis
    return x[(*front, slice(0, n // 2))] * numrs.sigmoid(x[(*front, slice(n // 2, n))])


@in_kind("x", "weight")
def prelu(x, weight):
    """``x`` where it is positive, else ``weight · x``, the slope being learned (He et al. 2015).

    Parameters
    ----------
    x : array_like
        (N, C, …).
    weight : array_like
        One slope, or one for each channel (axis 1).

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For another number of slopes.

    Examples
    --------
    >>> numrs.functional.prelu([[-2.0, 3.0]], [0.25])
    array([[-0.5,  3. ]])
    """
    if weight.size != 1:
        channels = x.shape[1] if x.ndim > 1 else 1
        if weight.ndim != 1 or weight.size != channels:
            raise ValueError(f"prelu: weight has shape {weight.shape}, expected (1,) or ({channels},), one slope for each channel of {x.shape}")
        weight = numrs.reshape(weight, (-1,) + (1,) * (x.ndim - 2))
    elif weight.ndim > x.ndim:
        weight = numrs.reshape(weight, ())
    return numrs.where(x > 0, x, weight * x)


@in_kind("x")
def threshold(x, threshold, value):
    """``x`` where it is above the threshold, else value.

    Parameters
    ----------
    x : array_like
        Any shape.
    threshold, value : float
        The limit, and what stands for anything not above it.

    Returns
    -------
    array
        In the shape of ``x``.

    Examples
    --------
    >>> numrs.functional.threshold([0.5, 2.0], 1.0, -1.0)
    array([-1.,  2.])
    """
    return numrs.where(x > float(threshold), x, float(value))


@in_kind("x")
def hardshrink(x, lambd=0.5):
    """``x`` where its absolute value is above lambd, else 0.

    Parameters
    ----------
    x : array_like
        Any shape.
    lambd : float
        0 or more.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For a negative lambd.

    Examples
    --------
    >>> numrs.functional.hardshrink([-1.0, 0.3])
    array([-1.,  0.])
    """
    return numrs.where(numrs.abs(x) > positive(lambd, "hardshrink", "lambd", zero=True), x, 0.0)


@in_kind("x")
def softshrink(x, lambd=0.5):
    """``x`` nearer to 0 by lambd, 0 where that would be beyond it.

    Parameters
    ----------
    x : array_like
        Any shape.
    lambd : float
        0 or more.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For a negative lambd.

    Examples
    --------
    >>> numrs.functional.softshrink([-1.0, 0.3])
    array([-0.5,  0. ])
    """
    least = positive(lambd, "softshrink", "lambd", zero=True)
    return numrs.where(numrs.abs(x) > least, x - numrs.sign(x) * least, 0.0)


@in_kind("x")
def tanhshrink(x):
    """``x - tanh(x)``.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    array
        In the shape of ``x``.

    Examples
    --------
    >>> numrs.functional.tanhshrink([0.0])
    array([0.])
    """
    return x - numrs.tanh(x)


@in_kind("x")
def softmin(x, dim=-1):
    """`softmax` of ``-x``.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    dim : int
        The axis.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range.

    Examples
    --------
    >>> numrs.functional.softmin([0.0, 0.0])
    array([0.5, 0.5])
    """
    return numrs.functional.softmax(-x, dim)


@in_kind("x")
def normalize(x, p=2.0, dim=1, eps=1e-12):
    """``x / max(norm, eps)`` along an axis.

    Parameters
    ----------
    x : array_like
        Any shape with that axis.
    p : float
        Order of the norm, above 0; infinity too.
    dim : int
        The axis.
    eps : float
        The least divisor.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, or another order.

    Examples
    --------
    >>> numrs.functional.normalize([[3.0, 4.0]])
    array([[0.6, 0.8]])
    """
    axis = axis_of(dim, x.ndim, "normalize")
    return x / numrs.maximum(length(x, p, axis, True, "normalize"), positive(eps, "normalize", "eps", zero=True))


def _pair(x1, x2, function):
    try:
        numrs.broadcast_shapes(x1.shape, x2.shape)
    except ValueError:
        raise ValueError(f"{function}: x1 has shape {x1.shape} and x2 {x2.shape}, which do not broadcast") from None


@in_kind("x1", "x2")
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between x1 and x2 along an axis; each norm counts as eps at least.

    Parameters
    ----------
    x1, x2 : array_like
        Shapes that broadcast.
    dim : int
        The axis, of the broadcast shape.
    eps : float
        The least norm.

    Returns
    -------
    array
        Without the axis.

    Raises
    ------
    ValueError
        For shapes that do not broadcast, or an axis out of range.

    Examples
    --------
    >>> numrs.functional.cosine_similarity([[1.0, 0.0]], [[1.0, 1.0]])
    array([0.70710678])
    """
    _pair(x1, x2, "cosine_similarity")
    x1, x2 = numrs.broadcast_arrays(x1, x2)
    axis = axis_of(dim, x1.ndim, "cosine_similarity")
    least = positive(eps, "cosine_similarity", "eps", zero=True)
    a, b = (numrs.maximum(length(x, 2, axis, True, "cosine_similarity"), least) for x in (x1, x2))
    return numrs.sum((x1 / a) * (x2 / b), axis=axis)


@in_kind("x1", "x2")
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of ``x1 - x2 + eps`` along the last axis.

    Parameters
    ----------
    x1, x2 : array_like
        Shapes that broadcast.
    p : float
        Order of the norm, above 0; infinity too.
    eps : float
        Keeps the norm off 0.
    keepdim : bool
        Whether the last axis stays, with one element.

    Returns
    -------
    array
        Without the last axis.

    Raises
    ------
    ValueError
        For shapes that do not broadcast, or another order.

    Examples
    --------
    >>> numrs.functional.pairwise_distance([[0.0, 0.0]], [[3.0, 4.0]], eps=0.0)
    array([5.])
    """
    _pair(x1, x2, "pairwise_distance")
    return length(x1 - x2 + float(eps), p, -1, bool(keepdim), "pairwise_distance")


@in_kind("x")
def local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1.0):
    """``x / (k + alpha · mean of the squares of size neighbouring channels)^beta`` (Krizhevsky, Sutskever and Hinton 2012).

    Parameters
    ----------
    x : array_like
        (N, C, …).
    size : int
        Channels of a neighbourhood, ``size // 2`` of them in front; what is beyond the first and the last one counts as 0.
    alpha, beta, k : float
        Those of the formula.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For fewer than two dimensions, or a size below 1.

    Examples
    --------
    >>> numrs.functional.local_response_norm([[[2.0]]], 1, alpha=1.0, beta=1.0, k=0.0)
    array([[[0.5]]])
    """
    if x.ndim < 2:
        raise ValueError(f"local_response_norm: x has shape {x.shape}, expected (N, C, …)")
    if isinstance(size, bool) or not hasattr(size, "__index__") or size < 1:
        raise ValueError(f"local_response_norm: size is {size!r}, expected an int of 1 or more")
    before, channels = size // 2, x.shape[1]
    squares = numrs.pad(x * x, ((0, 0), (before, size - 1 - before), *((0, 0),) * (x.ndim - 2)))
    total = squares[:, 0:channels]
    for i in range(1, size):
        total = total + squares[:, i : i + channels]
    return x / numrs.pow(total * (float(alpha) / size) + float(k), float(beta))
