"""Contractions: einsum and tensordot, by way of matrix products."""

import operator

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._device_calls import diagonal_of
from numrs._ops._moves import axis_number, copied
from numrs._ops._tensor import Tensor
from numrs._ops._typed import tensors
from numrs._ops.dtypes import result_type
from numrs._ops.elementwise_arithmetic import multiply
from numrs._ops.linalg import matmul
from numrs._ops.manipulation import moveaxis, squeeze
from numrs._ops.reductions import any as any_true
from numrs._ops.reductions import sum as sum_of

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@tensors
def tensordot(x1, x2, /, *, axes=2):
    """Sums of products over axes of two arrays.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes.
    axes : int or pair of sequences of ints
        The last so many axes of ``x1`` with the first of ``x2``, or which axes of each, in pairs.

    Returns
    -------
    ndarray, Tensor or scalar
        The axes of ``x1`` that are left, then those of ``x2``, in the promoted dtype.

    Raises
    ------
    ValueError
        For axes out of range or of different extents.

    Examples
    --------
    >>> numrs.tensordot([[1, 2], [3, 4]], [[5, 6], [7, 8]], axes=1)
    array([[19, 22],
           [43, 50]])
    """
    a, b = _operand(x1, "tensordot", "x1"), _operand(x2, "tensordot", "x2")
    if hasattr(axes, "__index__"):
        count = operator.index(axes)
        if not 0 <= count <= min(a.ndim, b.ndim):
            raise ValueError(f"tensordot: axes is {count}, expected 0 to {min(a.ndim, b.ndim)} for shapes {a.shape} and {b.shape}")
        axes = (range(a.ndim - count, a.ndim), range(count))
    try:
        first, second = axes
    except (TypeError, ValueError):
        raise ValueError(f"tensordot: axes is {axes!r}, expected an int or two sequences of ints") from None
    first, second = ([one] if hasattr(one, "__index__") else list(one) for one in (first, second))
    first = [axis_number(axis, a.ndim, "tensordot", a.shape) for axis in first]
    second = [axis_number(axis, b.ndim, "tensordot", b.shape) for axis in second]
    if len(first) != len(second) or len(set(first)) != len(first) or len(set(second)) != len(second):
        raise ValueError(f"tensordot: axes {first} and {second} are no pairs of different axes")
    for d, e in zip(first, second, strict=True):
        if a.shape[d] != b.shape[e]:
            raise ValueError(f"tensordot: axis {d} of x1 has {a.shape[d]} elements, axis {e} of x2 {b.shape[e]} (shapes {a.shape}, {b.shape})")
    left = [d for d in range(a.ndim) if d not in first]
    right = [d for d in range(b.ndim) if d not in second]
    return _contracted(a.transpose(left + first), b.transpose(second + right), 0, len(first))[()]


def _operand(x, function, argument):
    """An ndarray; tensors of a device stay as they are, and the functions below take them too."""
    return x if isinstance(x, Tensor) else array_of_data(x, function, argument)


def _whole(x):
    return x if isinstance(x, Tensor) else np.asarray(x)


def _converted(x, kind):
    return x.astype(kind) if isinstance(x, Tensor) else copied(x, kind, "einsum")


def _squeezed(x, axis):
    return squeeze(x, axis) if isinstance(x, Tensor) else np.squeeze(x, axis)


def _diagonal(x, first, second):
    """The diagonal of two axes, in the place of the first one."""
    if isinstance(x, Tensor):
        return moveaxis(diagonal_of(x, 0, first, second, "einsum"), -1, first)
    return np.moveaxis(np.diagonal(x, axis1=first, axis2=second), -1, first)


def _contracted(a, b, batch, summed):
    """(batch…, left…, summed…) times (batch…, summed…, right…): a matrix product."""
    head = [m if n == 1 else n for m, n in zip(a.shape[:batch], b.shape[:batch], strict=True)]
    left, right = a.shape[batch : a.ndim - summed], b.shape[batch + summed :]
    count = int(np.prod(a.shape[a.ndim - summed :], dtype=np.int64)) if summed else 1
    m, n = int(np.prod(left, dtype=np.int64)), int(np.prod(right, dtype=np.int64))
    x, y = a.reshape((*a.shape[:batch], m, count)), b.reshape((*b.shape[:batch], count, n))
    return _whole(matmul(x, y)).reshape((*head, *left, *right))


def _parsed(subscripts, operands):
    """Letters of each operand and of the result, with letters in the place of an ellipsis."""
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts is of type {type(subscripts).__name__}, expected a string")
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ValueError(f"einsum: {subscripts!r} has {len(terms)} terms for {len(operands)} operands")
    for term in [*terms, output]:
        if set(term.replace("...", "", 1)) - set(_LETTERS):
            raise ValueError(f"einsum: {term!r} in {subscripts!r}: expected letters and at most one ellipsis")
    unused = [letter for letter in _LETTERS if letter not in text]
    most = 0
    for i, (term, a) in enumerate(zip(terms, operands, strict=True)):
        named = len(term.replace("...", ""))
        if named > a.ndim or ("..." not in term and named != a.ndim):
            raise ValueError(f"einsum: {term!r} does not go with operand {i} of shape {a.shape}")
        most = max(most, a.ndim - named)
    if most > len(unused):
        raise ValueError(f"einsum: more than {len(_LETTERS)} dimensions")
    rest = "".join(unused[:most])
    full = []
    for term, a in zip(terms, operands, strict=True):
        hidden = a.ndim - len(term.replace("...", ""))
        full.append(term.replace("...", rest[most - hidden :]))
    if arrow:
        if most and "..." not in output:
            raise ValueError(f"einsum: {subscripts!r}: the dimensions of the ellipsis are missing in the result")
        wanted = output.replace("...", rest)
    else:
        letters = inputs.replace("...", "").replace(",", "")
        wanted = rest + "".join(sorted([letter for letter in set(letters) if letters.count(letter) == 1]))
    known = set("".join(full))
    for letter in wanted:
        if letter not in known or wanted.count(letter) > 1:
            raise ValueError(f"einsum: {letter!r} in the result of {subscripts!r} is there twice or in no operand")
    return full, wanted


def _diagonals(a, term):
    """Letters that are there twice in one term: the diagonal, a view."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            d, e = [i for i, other in enumerate(term) if other == letter][:2]
            if a.shape[d] != a.shape[e]:
                if 1 not in (a.shape[d], a.shape[e]):
                    raise ValueError(f"einsum: {letter!r} has {a.shape[d]} and {a.shape[e]} elements in one operand")
                one = d if a.shape[d] == 1 else e
                a, term = _squeezed(a, one), term[:one] + term[one + 1 :]
                continue
            a = _diagonal(a, d, e)
            term = term[:e] + term[e + 1 :]
    return a, term


def _add_up(a, term, kept):
    """Letters that nobody else has are summed."""
    gone = tuple([d for d, letter in enumerate(term) if letter not in kept])
    if not gone:
        return a, term
    summed = _whole(any_true(a, axis=gone) if a.dtype.kind == "b" else sum_of(a, axis=gone, dtype=a.dtype))
    return summed, "".join([letter for letter in term if letter in kept])


def _paired(a, first, b, second, kept):
    """Two operands become one."""
    for letter in set(first) & set(second):
        d, e = first.index(letter), second.index(letter)
        if a.shape[d] != b.shape[e] and 1 not in (a.shape[d], b.shape[e]):
            raise ValueError(f"einsum: {letter!r} has {a.shape[d]} elements in one operand and {b.shape[e]} in another")
    # A letter of one element here and more there is no sum of products: it is dropped where it is one.
    for letter in set(first) & set(second):
        d, e = first.index(letter), second.index(letter)
        if a.shape[d] != b.shape[e]:
            if a.shape[d] == 1:
                a, first = _squeezed(a, d), first.replace(letter, "")
            else:
                b, second = _squeezed(b, e), second.replace(letter, "")
    a, first = _add_up(a, first, set(second) | kept)
    b, second = _add_up(b, second, set(first) | kept)
    both = [letter for letter in first if letter in second]
    batch = [letter for letter in both if letter in kept]
    summed = [letter for letter in both if letter not in kept]
    left = [letter for letter in first if letter not in second]
    right = [letter for letter in second if letter not in first]
    x = a.transpose([first.index(letter) for letter in batch + left + summed])
    y = b.transpose([second.index(letter) for letter in batch + summed + right])
    term = "".join(batch + left + right)
    if not summed:  # nothing to add up: a product of elements
        x = x.reshape(x.shape + (1,) * len(right))
        y = y.reshape((*y.shape[: len(batch)], *(1,) * len(left), *y.shape[len(batch) :]))
        return _whole(multiply(x, y)), term
    return _contracted(x, y, len(batch), len(summed)), term


@tensors
def einsum(subscripts, /, *operands, out=None, dtype=None, optimize=True):
    """Sums of products of elements by letters for the axes (Einstein's convention), as numpy.einsum.

    Parameters
    ----------
    subscripts : str
        Letters of each operand, with commas between, then ``->`` and the letters of the result; ``...`` for all others.
        Without ``->`` the result has the letters that are there once, in order of the alphabet.
    *operands : array_like
        As many as there are terms.
    out : ndarray or Tensor, optional
        Receives the result.
    dtype : dtype, optional
        In which it is computed; the promoted one when not given.
    optimize : bool
        Whether the order of products is chosen by their cost; without it they are taken from the left.

    Returns
    -------
    ndarray, Tensor or scalar
        Pairs of operands are multiplied as matrices.

    Raises
    ------
    ValueError
        For subscripts that do not go with the operands.

    Examples
    --------
    >>> numrs.einsum('ij,jk->ik', [[1, 2], [3, 4]], [[1, 0], [0, 1]])
    array([[1, 2],
           [3, 4]])
    """
    if not operands:
        raise ValueError("einsum: no operands")
    if not isinstance(subscripts, str):
        subscripts, operands = _from_sublists((subscripts, *operands))
    arrays = [_operand(x, "einsum", f"operands[{i}]") for i, x in enumerate(operands)]
    terms, wanted = _parsed(subscripts, arrays)
    kind = result_type(*arrays) if dtype is None else result_type(dtype)
    left = []
    for a, term in zip(arrays, terms, strict=True):
        left.append(_diagonals(a if a.dtype == kind else _converted(a, kind), term))
    _check_extents(left)
    while len(left) > 1:
        i, j = _cheapest(left, wanted) if optimize else (0, 1)
        a, b = left[i], left[j]
        rest = [one for k, one in enumerate(left) if k not in (i, j)]
        kept = set(wanted) | set("".join([term for _, term in rest]))
        left = [_paired(*a, *b, kept), *rest]
    a, term = _add_up(*left[0], set(wanted))
    y = a.transpose([term.index(letter) for letter in wanted])
    if isinstance(y, Tensor):  # of a device
        if out is None:
            return y.copy() if len(arrays) == 1 else y  # which may be a view of it
        if not isinstance(out, Tensor) or out.shape != y.shape:
            raise ValueError(f"einsum: out has shape {np.shape(out)}, expected {y.shape}")
        out[...] = y
        return out
    if out is not None:
        if not isinstance(out, np.ndarray) or out.shape != y.shape:
            raise ValueError(f"einsum: out has shape {np.shape(out)}, expected {y.shape}")
        np.copyto(out, y, casting="same_kind")
        return out
    return (copied(y) if any([np.may_share_memory(y, x) for x in arrays]) else y)[()]


def _check_extents(operands):
    extent = {}
    for a, term in operands:
        for letter, n in zip(term, a.shape, strict=True):
            if extent.setdefault(letter, n) != n and n != 1:
                if extent[letter] != 1:
                    raise ValueError(f"einsum: {letter!r} has {extent[letter]} elements in one operand and {n} in another")
                extent[letter] = n


def _cheapest(operands, wanted):
    """The pair with the fewest products, of equal ones that with the smallest result."""
    best = None
    for i in range(len(operands)):
        for j in range(i + 1, len(operands)):
            extent = {}
            for a, term in (operands[i], operands[j]):
                for letter, n in zip(term, a.shape, strict=True):
                    extent[letter] = max(n, extent.get(letter, 1))
            kept = set(wanted) | set("".join([term for k, (_, term) in enumerate(operands) if k not in (i, j)]))
            products, size = 1, 1
            for letter, n in extent.items():
                products *= n
                size *= n if letter in kept else 1
            if best is None or (products, size) < best[0]:
                best = ((products, size), i, j)
    return best[1:]


def _from_sublists(parts):
    """einsum(x, [0, 1], y, [1, 2], [0, 2]) as a string and operands."""
    def letters(numbers):
        try:
            return "".join(["..." if k is Ellipsis else _LETTERS[operator.index(k)] for k in numbers])
        except (TypeError, IndexError):
            raise ValueError(f"einsum: {numbers!r} is no list of numbers 0 to {len(_LETTERS) - 1}") from None

    count = len(parts) // 2
    text = ",".join([letters(parts[2 * i + 1]) for i in range(count)])
    if len(parts) % 2:
        text += "->" + letters(parts[-1])
    return text, parts[0 : 2 * count : 2]
