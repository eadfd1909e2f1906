"""What functions of networks that are made of others share: they compute on Tensors, so that gradients are followed through their
parts, and answer in kind. Nothing public."""

from functools import wraps

import numpy as np

from numrs._ops._tensor import Tensor


def operand(x, function, argument):
    """A Tensor of real floating-point numbers over what is given; integers and bools become float64."""
    if not isinstance(x, Tensor):
        import numrs

        foreign = hasattr(x, "__dlpack__") and not isinstance(x, np.ndarray)
        try:
            x = numrs.from_dlpack(x) if foreign else numrs.asarray(x if isinstance(x, (np.ndarray, list, tuple)) else np.asarray(x))
        except (ValueError, TypeError) as error:
            raise type(error)(f"{function}: {argument} is no array of numbers: {error}") from None
    if x.dtype.kind in "biu":
        return x.astype("float64")
    if x.dtype.kind == "c":
        raise TypeError(f"{function}: {argument} has dtype {x.dtype}, expected real numbers")
    return x


def in_kind(*arguments):
    """Decorates a function of Tensors: those arguments may be any arrays; without a Tensor among them ndarrays come back."""

    def decorate(function):
        name, names = function.__name__, function.__code__.co_varnames[: function.__code__.co_argcount]

        @wraps(function)
        def call(*args, **kwargs):
            args, typed = list(args), False
            for i, argument in enumerate(names[: len(args)]):
                if argument in arguments and args[i] is not None:
                    typed = typed or not isinstance(args[i], (np.ndarray, list, tuple, int, float, np.generic))
                    args[i] = operand(args[i], name, argument)
            for argument in arguments:
                if kwargs.get(argument) is not None:
                    typed = typed or not isinstance(kwargs[argument], (np.ndarray, list, tuple, int, float, np.generic))
                    kwargs[argument] = operand(kwargs[argument], name, argument)
            made = function(*args, **kwargs)
            return made if typed else made.numpy()[()]

        return call

    return decorate


def axis_of(dim, ndim, function):
    """An axis counted from the front."""
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"{function}: dim is of type {type(dim).__name__}, expected an int")
    if not -ndim <= dim < ndim:
        raise ValueError(f"{function}: dim is {dim}, expected {-ndim} to {ndim - 1}")
    return dim.__index__() % ndim


def ints(value, n, function, argument, least=0):
    """An int for each of n axes, from one for all or one for each."""
    parts = tuple(value) if isinstance(value, (tuple, list)) else (value,) * n
    if len(parts) == 1:
        parts *= n
    if len(parts) != n or not all(hasattr(v, "__index__") and not isinstance(v, bool) for v in parts):
        raise ValueError(f"{function}: {argument} is {value!r}, expected an int or {n} of them")
    parts = tuple(v.__index__() for v in parts)
    if min(parts, default=least) < least:
        raise ValueError(f"{function}: {argument} is {value!r}, expected {least} or more")
    return parts


def reduced(values, reduction, function):
    """The loss of elements."""
    import numrs

    if reduction == "none":
        return values
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{function}: reduction is {reduction!r}, expected 'none', 'mean' or 'sum'")
    return numrs.sum(values) if reduction == "sum" else numrs.mean(values)


def positive(value, function, argument, zero=False):
    """A float above 0, or from 0 on."""
    number = float(value)
    if not (number >= 0 if zero else number > 0) or number == float("inf"):
        raise ValueError(f"{function}: {argument} is {value!r}, expected {'0 or more' if zero else 'more than 0'}")
    return number


def length(x, p, axis, keepdims, function):
    """The p-norm along an axis, with the gradient 0 where it is 0."""
    import numrs

    p = positive(p, function, "p") if p != float("inf") else p
    if p == 2:
        squares = numrs.sum(x * x, axis=axis, keepdims=keepdims)
        return numrs.where(squares == 0, 0.0, numrs.sqrt(numrs.where(squares == 0, 1.0, squares)))
    return numrs.vector_norm(x, axis=axis, keepdims=keepdims, ord=p)
