# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Arithmetic on elements: add, subtract, multiply, divide and their relatives."""
from numrs._ops._elementwise cimport binary, ternary, unary
from numrs.c cimport ops


def add(x1, x2, /, out=None):
    """Add element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 + x2`` in NumPy 2's result dtype; integers wrap.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.add([1.0, 2.0], 0.5)
    array([1.5, 2.5])
    """
    return binary(ops.NUMRS_OP_ADD, "add", x1, x2, out)
