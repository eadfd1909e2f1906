"""Gradients compared with finite differences."""

import numpy as np

import numrs
from numrs._ops._tensor import Tensor
from numrs.autograd.modes import no_grad
from numrs.autograd.tape import grad


def _outputs(made):
    made = list(made) if isinstance(made, (tuple, list)) else [made]
    return [y for y in made if isinstance(y, Tensor) and y.dtype.kind in "fc"]


def numerical_gradient(function, inputs, weights, eps=1e-6):
    """Gradients of sum(output · weight) by central differences.

    Parameters
    ----------
    function : callable
        Of the inputs.
    inputs : list of Tensors
        float64; others are left alone.
    weights : list of ndarrays
        One for each output.
    eps : float
        The step, relative to elements beyond 1.

    Returns
    -------
    list of ndarrays
        None for inputs that do not require grad.
    """

    def value():
        with no_grad():
            made = _outputs(function(*inputs))
        return sum(np.sum(np.asarray(y).astype(np.longdouble) * w) for y, w in zip(made, weights))

    found = []
    for x in inputs:
        if not isinstance(x, Tensor) or not x.requires_grad:
            found.append(None)
            continue
        with no_grad():
            a = x.numpy()
        g = np.zeros(a.shape)
        for at in np.ndindex(a.shape):
            before = a[at]
            step = eps * max(1.0, abs(float(before)))
            a[at] = before + step
            high, up = value(), float(a[at])
            a[at] = before - step
            low, down = value(), float(a[at])
            a[at] = before
            g[at] = float((high - low) / (np.longdouble(up) - np.longdouble(down)))
        found.append(g)
    return found


def gradcheck(function, inputs, *, eps=1e-6, atol=1e-6, rtol=1e-5, raise_exception=True):
    """Compares gradients with central finite differences.

    Parameters
    ----------
    function : callable
        Of the inputs; gives a Tensor or several.
    inputs : Tensor or tuple
        Those with requires_grad are checked; float64, in memory of their own.
    eps : float
        Step of the differences.
    atol, rtol : float
        Largest difference.
    raise_exception : bool
        AssertionError for a difference, or just False.

    Returns
    -------
    bool
        Whether they agree.

    Raises
    ------
    AssertionError
        With the input, the place and both gradients.

    Examples
    --------
    >>> numrs.autograd.gradcheck(numrs.tanh, numrs.Tensor([0.5, 2.0], requires_grad=True))
    True
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    for i, x in enumerate(inputs):
        if isinstance(x, Tensor) and x.requires_grad and x.dtype != np.float64:
            raise TypeError(f"gradcheck: inputs[{i}] has dtype {x.dtype}, expected float64")
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        raise ValueError("gradcheck: no input requires grad")
    outputs = _outputs(function(*inputs))
    rng = np.random.default_rng(1)
    weights = [rng.standard_normal(y.shape) for y in outputs]
    chosen = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    pairs = [(y, w) for y, w in zip(outputs, weights) if y.requires_grad]
    analytic = (
        grad([y for y, _ in pairs], chosen, [numrs.asarray(w) for _, w in pairs], allow_unused=True)
        if pairs
        else [None] * len(chosen)
    )
    numeric = [g for g in numerical_gradient(function, inputs, weights, eps) if g is not None]
    for n, (found, wanted) in enumerate(zip(analytic, numeric)):
        found = np.zeros_like(wanted) if found is None else np.asarray(found)
        wrong = ~(np.abs(found - wanted) <= atol + rtol * np.abs(wanted))
        if wrong.any():
            if not raise_exception:
                return False
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise AssertionError(
                f"gradcheck: input {n} at {at}: the gradient is {found[at]!r}, finite differences give {wanted[at]!r} "
                f"({int(wrong.sum())} of {wrong.size} elements differ)"
            )
    return True


def gradgradcheck(function, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-4, raise_exception=True):
    """Compares second derivatives with finite differences of the first.

    Parameters
    ----------
    function, inputs, eps, atol, rtol, raise_exception
        As gradcheck.

    Returns
    -------
    bool
        Whether they agree.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    rng = np.random.default_rng(2)
    with no_grad():
        weights = [numrs.asarray(rng.standard_normal(y.shape)) for y in _outputs(function(*inputs))]

    def first(*args):
        with numrs.autograd.enable_grad():
            outputs = _outputs(function(*args))
            chosen = [x for x in args if isinstance(x, Tensor) and x.requires_grad]
            return [g for g in grad(outputs, chosen, weights, create_graph=True, allow_unused=True) if g is not None]

    return gradcheck(first, inputs, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
