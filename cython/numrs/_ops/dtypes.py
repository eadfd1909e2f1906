"""Dtype objects, constants, and what can be asked of dtypes: promotion, limits, kinds."""

import math

import numpy as np

from numrs._ops._array import as_numpy_dtype
from numrs._ops._moves import promoted
from numrs._ops._tensor import Tensor

bool = np.dtype("bool")  # noqa: A001
int8, int16, int32, int64 = (np.dtype(f"int{bits}") for bits in (8, 16, 32, 64))
uint8, uint16, uint32, uint64 = (np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64))
float16, float32, float64 = (np.dtype(f"float{bits}") for bits in (16, 32, 64))
complex64, complex128 = np.dtype("complex64"), np.dtype("complex128")
e, pi, inf, nan, newaxis = math.e, math.pi, math.inf, math.nan, None

_KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float16", "bfloat16", "float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"] + _KINDS["complex floating"]
_ORDER = ("bool", "signed integer", "unsigned integer", "real floating", "complex floating")


def _names_of(kind, function):
    """The names of the dtypes of a kind: a word of the standard, or a tuple of them."""
    if isinstance(kind, tuple):
        return [name for one in kind for name in _names_of(one, function)]
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"{function}: kind is {kind!r}, expected one of {', '.join(map(repr, _KINDS))} or a tuple of them")
    return list(_KINDS[kind])


def _dtype_of(x, function, argument):
    """The dtype of an array, or a dtype itself."""
    if isinstance(x, (Tensor, np.ndarray, np.generic)):
        return as_numpy_dtype(x.dtype, function)
    if hasattr(type(x), "__dlpack__"):
        return as_numpy_dtype(x.dtype, function)
    if x is None or isinstance(x, (int, float, complex, list)):
        raise TypeError(f"{function}: {argument} is of type {type(x).__name__}, expected a dtype or an array")
    return as_numpy_dtype(x, function)


def isdtype(dtype, kind):
    """Whether a dtype is of a kind.

    Parameters
    ----------
    dtype : dtype
        Any dtype.
    kind : str, dtype or tuple of these
        'bool', 'signed integer', 'unsigned integer', 'integral', 'real floating', 'complex floating', 'numeric', or a
        dtype that it has to be; of a tuple one has to hold.

    Returns
    -------
    bool
        Also float16 and bfloat16 are of the kind 'real floating'.

    Raises
    ------
    ValueError
        For a word that is no kind.
    TypeError
        For what is no dtype.

    Examples
    --------
    >>> numrs.isdtype(numrs.float32, 'real floating')
    True
    """
    try:
        dtype = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"isdtype: dtype is {dtype!r}, expected a dtype") from None
    if isinstance(kind, tuple):
        return any([isdtype(dtype, one) for one in kind])
    if isinstance(kind, str):
        return dtype.name in _names_of(kind, "isdtype")
    try:
        return dtype == np.dtype(kind)
    except TypeError:
        raise TypeError(f"isdtype: kind is {kind!r}, expected a dtype, the name of a kind, or a tuple of these") from None


def _scalar_dtype(x, dtype):
    """The dtype of a Python scalar beside arrays of a dtype: its kind counts, not its size."""
    if isinstance(x, complex):
        if dtype.kind == "c":
            return dtype
        return complex64 if dtype.itemsize <= 4 and dtype.kind not in "biu" else complex128
    if isinstance(x, float):
        return dtype if dtype.kind not in "biu" else float64
    if isinstance(x, int) and not isinstance(x, (np.bool_, _Bool)):
        return dtype if dtype.kind != "b" else int64
    return dtype


_Bool = type(True)  # noqa: UP003 - `bool` is a dtype here


def result_type(*arrays_and_dtypes):
    """The dtype of the result of an operation on arrays and dtypes.

    Parameters
    ----------
    *arrays_and_dtypes : array, dtype or scalar
        At least one. Python scalars are weak: next to an array only their kind counts.

    Returns
    -------
    dtype
        By the table of the array API standard; for mixed kinds by NumPy's.

    Raises
    ------
    ValueError
        Without arguments.
    TypeError
        For what is none of these, or a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.result_type(numrs.int8, numrs.uint8, 1)
    dtype('int16')
    """
    if not arrays_and_dtypes:
        raise ValueError("result_type: no arguments, expected at least one array or dtype")
    scalars = [x for x in arrays_and_dtypes if type(x) in (_Bool, int, float, complex)]
    found = None
    for x in arrays_and_dtypes:
        if type(x) not in (_Bool, int, float, complex):
            dtype = _dtype_of(x, "result_type", "an argument")
            found = dtype if found is None else promoted(found, dtype)
    if found is None:
        kinds = [np.dtype(type(x)) for x in scalars]
        found = kinds[0]
        for dtype in kinds[1:]:
            found = promoted(found, dtype)
        return found
    for x in scalars:
        found = _scalar_dtype(x, found)
    return found


def can_cast(from_, to, /):
    """Whether promotion turns one dtype into another.

    Parameters
    ----------
    from_ : dtype or array
        The dtype, or an array of it.
    to : dtype
        What it is to become.

    Returns
    -------
    bool
        Whether ``result_type(from_, to)`` is ``to``.

    Raises
    ------
    TypeError
        For what is no dtype of numrs.

    Examples
    --------
    >>> numrs.can_cast(numrs.int8, numrs.int16), numrs.can_cast(numrs.float64, numrs.float32)
    (True, False)
    """
    wanted = _dtype_of(to, "can_cast", "to")
    return promoted(_dtype_of(from_, "can_cast", "from_"), wanted) == wanted


class FloatInfo:
    """Limits of a floating-point dtype, as Python floats."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "smallest_subnormal", "tiny")

    def __init__(self, dtype):
        if dtype.name == "bfloat16":
            from ml_dtypes import finfo as limits
        else:
            limits = np.finfo
        known = limits(dtype)
        self.bits, self.dtype = int(known.bits), dtype
        for name in ("eps", "max", "min", "resolution", "smallest_normal", "smallest_subnormal", "tiny"):
            setattr(self, name, float(getattr(known, name)))

    def __repr__(self):
        return f"finfo(dtype={self.dtype}, bits={self.bits}, min={self.min}, max={self.max}, eps={self.eps})"


class IntegerInfo:
    """Limits of an integer dtype, as Python ints."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, dtype):
        known = np.iinfo(dtype)
        self.bits, self.dtype, self.max, self.min = int(known.bits), dtype, int(known.max), int(known.min)

    def __repr__(self):
        return f"iinfo(dtype={self.dtype}, bits={self.bits}, min={self.min}, max={self.max})"


def finfo(type, /):
    """Limits of a floating-point dtype.

    Parameters
    ----------
    type : dtype or array
        A floating-point or complex dtype, or an array of one; of complex numbers the parts are meant.

    Returns
    -------
    object
        With the attributes bits, eps, max, min, smallest_normal (Python numbers) and dtype, that of the parts; also
        smallest_subnormal, resolution and tiny.

    Raises
    ------
    TypeError
        For other dtypes.

    Examples
    --------
    >>> numrs.finfo(numrs.float32).eps
    1.1920928955078125e-07
    """
    dtype = _dtype_of(type, "finfo", "type")
    if dtype.kind == "c":
        dtype = float32 if dtype == complex64 else float64
    if dtype.name not in _KINDS["real floating"]:
        raise TypeError(f"finfo: dtype is {dtype}, expected a floating-point or complex one")
    return FloatInfo(dtype)


def iinfo(type, /):
    """Limits of an integer dtype.

    Parameters
    ----------
    type : dtype or array
        An integer dtype, or an array of one.

    Returns
    -------
    object
        With the attributes bits, max, min (Python ints) and dtype.

    Raises
    ------
    TypeError
        For other dtypes.

    Examples
    --------
    >>> numrs.iinfo(numrs.int8).max
    127
    """
    dtype = _dtype_of(type, "iinfo", "type")
    if dtype.kind not in "iu":
        raise TypeError(f"iinfo: dtype is {dtype}, expected an integer one")
    return IntegerInfo(dtype)


class NamespaceInfo:
    """What can be asked of the namespace numrs, by the names of the array API standard."""

    def capabilities(self):
        """What is supported: boolean indexing, data-dependent shapes, at most 32 dimensions."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 32}

    def default_device(self):
        """The device of new tensors."""
        from numrs._ops._devices import get_device

        return get_device()

    def devices(self):
        """All devices that can be used, as a tuple."""
        from numrs._ops._devices import get_devices

        return tuple(get_devices())

    def default_dtypes(self, *, device=None):
        """The dtypes of what is made without one."""
        _resolve(device)
        return {"real floating": float64, "complex floating": complex128, "integral": int64, "indexing": int64}

    def dtypes(self, *, device=None, kind=None):
        """Name → dtype of those of the standard, of all kinds or of some; float16 and bfloat16 are beyond it."""
        _resolve(device)
        names = _names_of(_ORDER if kind is None else kind, "dtypes")
        beyond = ("float16", "bfloat16")
        return {name: np.dtype(name) for name in names if name not in beyond}


def _resolve(device):
    from numrs._ops._devices import resolve

    return resolve(device)


def __array_namespace_info__():
    """What can be asked of the namespace: capabilities, devices, dtypes."""
    return NamespaceInfo()


__array_api_version__ = "2025.12"


def _bfloat16():
    """The dtype bfloat16 of ml_dtypes, which is imported at the first use."""
    try:
        return as_numpy_dtype("bfloat16", "numrs.bfloat16")
    except TypeError:
        raise AttributeError("numrs.bfloat16 needs the package ml_dtypes, which is not installed") from None
