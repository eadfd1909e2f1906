"""Names and signatures of the array API standard 2025.12, written from its text: every one is there and takes what it says."""

import inspect

import numrs
import pytest

# "|" ends the positional-only parameters, "*" begins the keyword-only ones; a name with "=" has a default.
SIGNATURES = """
arange: start | stop= step= * dtype= device=
asarray: obj | * dtype= device= copy=
empty: shape * dtype= device=
empty_like: x | * dtype= device=
eye: n_rows n_cols= | * k= dtype= device=
from_dlpack: x | * device= copy=
full: shape fill_value * dtype= device=
full_like: x | fill_value * dtype= device=
linspace: start stop | num * dtype= device= endpoint=
meshgrid: *arrays indexing=
ones: shape * dtype= device=
ones_like: x | * dtype= device=
tril: x | * k=
triu: x | * k=
zeros: shape * dtype= device=
zeros_like: x | * dtype= device=
astype: x dtype | * copy= device=
can_cast: from_ to |
finfo: type |
iinfo: type |
isdtype: dtype kind
result_type: *arrays_and_dtypes
broadcast_arrays: *arrays
broadcast_shapes: *shapes
broadcast_to: x | shape
concat: arrays | * axis=
expand_dims: x | axis
flip: x | * axis=
moveaxis: x source destination |
permute_dims: x | axes
repeat: x repeats | * axis=
reshape: x | shape * copy=
roll: x | shift * axis=
squeeze: x | axis
stack: arrays | * axis=
tile: x repetitions |
unstack: x | * axis=
take: x indices | * axis=
take_along_axis: x indices | * axis=
argmax: x | * axis= keepdims=
argmin: x | * axis= keepdims=
count_nonzero: x | * axis= keepdims=
nonzero: x |
searchsorted: x1 x2 | * side= sorter=
top_k: x k | * axis= mode=
where: condition x1 x2 |
isin: x1 x2 | * invert=
unique_all: x |
unique_counts: x |
unique_inverse: x |
unique_values: x |
argsort: x | * axis= descending= stable=
sort: x | * axis= descending= stable=
cumulative_prod: x | * axis= dtype= include_initial=
cumulative_sum: x | * axis= dtype= include_initial=
max: x | * axis= keepdims=
mean: x | * axis= keepdims=
min: x | * axis= keepdims=
prod: x | * axis= dtype= keepdims=
std: x | * axis= correction= keepdims=
sum: x | * axis= dtype= keepdims=
var: x | * axis= correction= keepdims=
all: x | * axis= keepdims=
any: x | * axis= keepdims=
diff: x | * axis= n= prepend= append=
matmul: x1 x2 |
matrix_transpose: x |
tensordot: x1 x2 | * axes=
vecdot: x1 x2 | * axis=
clip: x | min= max=
"""
UNARY = """abs acos acosh asin asinh atan atanh bitwise_invert ceil conj cos cosh exp expm1 floor imag isfinite isinf isnan log log1p log2 log10
logical_not negative positive real reciprocal round sign signbit sin sinh square sqrt tan tanh trunc""".split()
BINARY = """add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign divide equal floor_divide greater greater_equal
hypot less less_equal logaddexp logical_and logical_or logical_xor maximum minimum multiply nextafter not_equal pow remainder subtract""".split()

CONSTANTS = ("e", "inf", "nan", "newaxis", "pi")
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()
ATTRIBUTES = "dtype device mT ndim shape size T".split()
METHODS = """__abs__ __add__ __and__ __array_namespace__ __bool__ __complex__ __dlpack__ __dlpack_device__ __eq__ __float__ __floordiv__ __ge__
__getitem__ __gt__ __index__ __int__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __or__ __pos__ __pow__
__rshift__ __setitem__ __sub__ __truediv__ __xor__ to_device __radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__ __rmatmul__
__rand__ __ror__ __rxor__ __rlshift__ __rrshift__ __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__ __imod__ __ipow__ __imatmul__ __iand__ __ior__
__ixor__ __ilshift__ __irshift__""".split()

P = inspect.Parameter


def wanted(line):
    """The parameters of a line of the table: (name, kind, whether it has a default)."""
    kind, found = P.POSITIONAL_OR_KEYWORD, []
    for word in line.split():
        if word == "|":
            found = [(name, P.POSITIONAL_ONLY, default) for name, _, default in found]
        elif word == "*":
            kind = P.KEYWORD_ONLY
        elif word.startswith("*"):
            found.append((word[1:], P.VAR_POSITIONAL, False))
            kind = P.KEYWORD_ONLY
        else:
            found.append((word.rstrip("="), kind, word.endswith("=")))
    return found


TABLE = dict(line.split(": ") for line in SIGNATURES.strip().splitlines())
TABLE |= dict.fromkeys(UNARY, "x |") | dict.fromkeys(BINARY, "x1 x2 |")


@pytest.mark.parametrize("name", TABLE)
def test_signature(name):
    parameters = list(inspect.signature(getattr(numrs, name)).parameters.values())
    known = {parameter.name: parameter for parameter in parameters}
    place = 0
    for parameter, kind, default in wanted(TABLE[name]):
        assert parameter in known, f"{name} has no {parameter}"
        got = known[parameter]
        if kind == P.KEYWORD_ONLY:
            assert got.kind in (P.KEYWORD_ONLY, P.POSITIONAL_OR_KEYWORD), f"{name}: {parameter}"
        else:
            assert parameters[place].name == parameter and got.kind == kind, f"{name}: {parameter} at place {place}"
            place += 1
        if default:
            assert got.default is not P.empty, f"{name}: {parameter} has no default"
    # What we have beyond the standard is never in its way.
    for parameter in parameters:
        if parameter.name not in [word.strip("*=") for word in TABLE[name].split()]:
            assert parameter.default is not P.empty


@pytest.mark.parametrize(
    ("name", "parameter", "default"),
    [
        ("std", "correction", 0.0),
        ("var", "correction", 0.0),
        ("sort", "stable", True),
        ("argsort", "descending", False),
        ("top_k", "axis", -1),
    ],
)
def test_defaults(name, parameter, default):
    got = inspect.signature(getattr(numrs, name)).parameters[parameter].default
    assert got == default and type(got) is type(default)


def test_names():
    for name in (*CONSTANTS, *DTYPES, "float16", "bfloat16", "__array_namespace_info__", "__array_api_version__"):
        assert hasattr(numrs, name), name
    assert numrs.__array_api_version__ == "2025.12"
    assert not hasattr(numrs, "no_such_name")
    x = numrs.ones((2, 2))
    for name in (*ATTRIBUTES, *METHODS):
        assert hasattr(x, name), name
    assert x.__array_namespace__() is numrs and x.__array_namespace__(api_version="2025.12") is numrs
    with pytest.raises(ValueError, match="api_version"):
        x.__array_namespace__(api_version="1900.1")


def test_constants():
    assert numrs.newaxis is None
    assert (numrs.e, numrs.pi, numrs.inf) == (2.718281828459045, 3.141592653589793, float("inf"))
    assert numrs.nan != numrs.nan
    assert all(type(getattr(numrs, name)) is float for name in ("e", "pi", "inf", "nan"))
