# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Special functions on elements: the inverse error function, the logarithm of gamma, log-odds, softplus."""
from numrs._ops._elementwise cimport unary
from numrs.c cimport ops


def erfinv(x, /, out=None):
    """Inverse error function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        The number whose `erf` is ``x``, at most 1 ULP from the exact value; NaN beyond 1 and -1.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.erfinv([0.0, 0.5])
    array([0.        , 0.47693628])
    """
    return unary(ops.NUMRS_OP_ERFINV, "erfinv", x, out)


def lgamma(x, /, out=None):
    """Logarithm of the magnitude of the gamma function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``log(|gamma(x)|)``, at most 1 ULP from the exact value; infinity at 0, -1, -2 ….

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.lgamma([1.0, 10.0])
    array([ 0.        , 12.80182748])
    """
    return unary(ops.NUMRS_OP_LGAMMA, "lgamma", x, out)


def logit(x, /, out=None):
    """Logarithm of the odds, the inverse of sigmoid.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``log(x / (1 - x))``, at most 1 ULP from the exact value; NaN outside of 0 to 1.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logit([0.5, 0.75])
    array([0.        , 1.09861229])
    """
    return unary(ops.NUMRS_OP_LOGIT, "logit", x, out)


def softplus(x, /, out=None):
    """Smooth ramp.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``log(1 + exp(x))``, at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.softplus([0.0, 1000.0])
    array([6.93147181e-01, 1.00000000e+03])
    """
    return unary(ops.NUMRS_OP_SOFTPLUS, "softplus", x, out)
