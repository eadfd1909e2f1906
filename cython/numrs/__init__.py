"""numrs: numeric kernels that are exact, give the same bits everywhere, and run at the limit of the machine."""

import sys as _sys
import typing as _typing
from importlib import import_module as _import_module

from numrs import config, devices, fft, linalg, memory, random, stats
from numrs._ops.runtime import detect_simd_support, get_backend, get_cpu_info, get_num_threads
from numrs._ops.runtime import list_backends, set_backend, set_num_threads, simd_info
from numrs._ops.runtime import library_version as _library_version
from numrs._ops._dlpack import from_dlpack
from numrs._ops._tensor import Tensor
from numrs._ops.tensor_make import asarray, from_numpy
from numrs._ops.dtypes import (
    __array_api_version__,
    __array_namespace_info__,
    bool,
    complex64,
    complex128,
    e,
    float16,
    float32,
    float64,
    inf,
    int8,
    int16,
    int32,
    int64,
    nan,
    newaxis,
    pi,
    uint8,
    uint16,
    uint32,
    uint64,
)
from numrs._ops.dtypes import _bfloat16
from numrs._ops.stats_groups import histogram
from numrs.config import get_include, get_library_dir, show_config
from numrs.devices import Event, Stream, current_stream, device, get_device, get_devices, set_device, stream, synchronize

# Array functions, written by tools/stubs.py.
from numrs._ops.closeness import (
    allclose,
    array_equal,
    average,
    interp,
    isclose,
    isin,
    nan_to_num,
    ptp,
)
from numrs._ops.creation import (
    empty,
    empty_like,
    eye,
    full,
    full_like,
    identity,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from numrs._ops.diagonals import (
    diag,
    diagonal,
    gradient,
    trace,
)
from numrs._ops.dtypes import (
    can_cast,
    finfo,
    iinfo,
    isdtype,
    result_type,
)
from numrs._ops.einsum import (
    einsum,
    tensordot,
)
from numrs._ops.elementwise_arithmetic import (
    abs,
    add,
    copysign,
    divide,
    floor_divide,
    maximum,
    minimum,
    multiply,
    negative,
    nextafter,
    positive,
    reciprocal,
    remainder,
    sign,
    subtract,
)
from numrs._ops.elementwise_bitwise import (
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)
from numrs._ops.elementwise_comparison import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
    signbit,
)
from numrs._ops.elementwise_exponential import (
    acosh,
    asinh,
    atanh,
    cosh,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    log,
    log10,
    log1p,
    log2,
    logaddexp,
    sigmoid,
    sinh,
    tanh,
)
from numrs._ops.elementwise_power import (
    cbrt,
    hypot,
    pow,
    rsqrt,
    sqrt,
    square,
)
from numrs._ops.elementwise_rounding import (
    angle,
    ceil,
    conj,
    floor,
    imag,
    real,
    round,
    trunc,
)
from numrs._ops.elementwise_selection import (
    astype,
    clip,
    fma,
    where,
)
from numrs._ops.elementwise_special import (
    erfinv,
    lgamma,
    logit,
    softplus,
)
from numrs._ops.elementwise_trigonometric import (
    acos,
    asin,
    atan,
    atan2,
    cos,
    sin,
    tan,
)
from numrs._ops.joining import (
    append,
    concat,
    hstack,
    repeat,
    roll,
    stack,
    tile,
    vstack,
)
from numrs._ops.linalg import (
    dot,
    inner,
    matmul,
    outer,
)
from numrs._ops.manipulation import (
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    expand_dims,
    flatten,
    flip,
    matrix_transpose,
    moveaxis,
    permute_dims,
    ravel,
    reshape,
    squeeze,
    swapaxes,
    transpose,
)
from numrs._ops.norms import (
    matrix_norm,
    norm,
    vector_norm,
)
from numrs._ops.order_sorting import (
    argpartition,
    argsort,
    partition,
    rankdata,
    searchsorted,
    sort,
    top_k,
    topk,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from numrs._ops.order_statistics import (
    iqr,
    mad,
    median,
    nanmedian,
    nanpercentile,
    nanquantile,
    percentile,
    quantile,
)
from numrs._ops.padding import (
    pad,
)
from numrs._ops.reductions import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
    vecdot,
)
from numrs._ops.reductions_nan import (
    count,
    nanargmax,
    nanargmin,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
)
from numrs._ops.rolling import (
    rolling_argmax,
    rolling_argmin,
    rolling_count,
    rolling_kurt,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_sem,
    rolling_skew,
    rolling_std,
    rolling_sum,
    rolling_var,
)
from numrs._ops.rolling_apply import (
    rolling_apply,
    time_windows,
)
from numrs._ops.rolling_order import (
    rolling_mad,
    rolling_median,
    rolling_nunique,
    rolling_quantile,
    rolling_rank,
    rolling_robust_zscore,
)
from numrs._ops.rolling_pairs import (
    rolling_corr,
    rolling_cov,
    rolling_first,
    rolling_last,
    rolling_zscore,
)
from numrs._ops.scans import (
    cumulative_max,
    cumulative_min,
    cumulative_prod,
    cumulative_sum,
    diff,
)
from numrs._ops.searching import (
    argwhere,
    flatnonzero,
    nonzero,
    put_along_axis,
    take,
    take_along_axis,
)
from numrs._ops.spacing import (
    arange,
    linspace,
    logspace,
    meshgrid,
)
from numrs._ops.splitting import (
    array_split,
    hsplit,
    split,
    unstack,
    vsplit,
)
# End of what is written.

# Aliases: one name has one meaning.
sub = subtract
mul = multiply
div = divide
cumsum = cumulative_sum
cumprod = cumulative_prod
concatenate = concat

__version__ = _library_version()

from numrs._ops import tensor_methods as _methods  # noqa: E402 - needs the functions above

# What networks need is imported at its first use.
_LAZY = ("autograd", "callbacks", "functional", "io", "layers", "losses", "metrics", "nn", "optimizers", "transformers")
_LAZY_NAMES = {"FormatError": "io", "Model": "model", "History": "model"}

if _typing.TYPE_CHECKING:
    bfloat16: _typing.Any  # of the package ml_dtypes, which is imported at the first use
else:

    def __getattr__(name):
        if name in _LAZY:
            return _import_module(f"numrs.{name}")
        if name in _LAZY_NAMES:
            return getattr(_import_module(f"numrs.{_LAZY_NAMES[name]}"), name)
        if name == "bfloat16":
            return _bfloat16()
        raise AttributeError(f"module 'numrs' has no attribute {name!r}")


def __dir__():
    return sorted({*__all__, *_LAZY, *_LAZY_NAMES, "bfloat16"})


config.load_calibration()
if "threadpoolctl" in _sys.modules:
    config.register_threadpoolctl()

__all__ = [
    "Event", "Stream", "Tensor", "abs", "acos", "acosh", "add", "all", "allclose", "angle", "any", "append", "arange", "argmax", "argmin",
    "argpartition", "argsort", "argwhere", "array_equal", "array_split", "asarray", "asin", "asinh", "astype", "atan", "atan2", "atanh",
    "average", "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "bool",
    "broadcast_arrays", "broadcast_shapes", "broadcast_to", "can_cast", "cbrt", "ceil", "clip", "complex128", "complex64", "concat",
    "concatenate", "config", "conj", "copysign", "cos", "cosh", "count", "count_nonzero", "cumprod", "cumsum", "cumulative_max",
    "cumulative_min", "cumulative_prod", "cumulative_sum", "current_stream", "detect_simd_support", "device", "devices", "diag", "diagonal",
    "diff", "div", "divide", "dot", "e", "einsum", "empty", "empty_like", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expand_dims",
    "expm1", "eye", "fft", "finfo", "flatnonzero", "flatten", "flip", "float16", "float32", "float64", "floor", "floor_divide", "fma",
    "from_dlpack", "from_numpy", "full", "full_like", "get_backend", "get_cpu_info", "get_device", "get_devices", "get_include",
    "get_library_dir", "get_num_threads", "gradient", "greater", "greater_equal", "histogram", "hsplit", "hstack", "hypot", "identity",
    "iinfo", "imag", "inf", "inner", "int16", "int32", "int64", "int8", "interp", "iqr", "isclose", "isdtype", "isfinite", "isin", "isinf",
    "isnan", "less", "less_equal", "lgamma", "linalg", "linspace", "list_backends", "log", "log10", "log1p", "log2", "logaddexp",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logspace", "mad", "matmul", "matrix_norm", "matrix_transpose",
    "max", "maximum", "mean", "median", "memory", "meshgrid", "min", "minimum", "moveaxis", "mul", "multiply", "nan", "nan_to_num",
    "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum",
    "nanvar", "negative", "newaxis", "nextafter", "nonzero", "norm", "not_equal", "ones", "ones_like", "outer", "pad", "partition",
    "percentile", "permute_dims", "pi", "positive", "pow", "prod", "ptp", "put_along_axis", "quantile", "random", "rankdata", "ravel",
    "real", "reciprocal", "remainder", "repeat", "reshape", "result_type", "roll", "rolling_apply", "rolling_argmax", "rolling_argmin",
    "rolling_corr", "rolling_count", "rolling_cov", "rolling_first", "rolling_kurt", "rolling_last", "rolling_mad", "rolling_max",
    "rolling_mean", "rolling_median", "rolling_min", "rolling_nunique", "rolling_quantile", "rolling_rank", "rolling_robust_zscore",
    "rolling_sem", "rolling_skew", "rolling_std", "rolling_sum", "rolling_var", "rolling_zscore", "round", "rsqrt", "searchsorted",
    "set_backend", "set_device", "set_num_threads", "show_config", "sigmoid", "sign", "signbit", "simd_info", "sin", "sinh", "softplus",
    "sort", "split", "sqrt", "square", "squeeze", "stack", "stats", "std", "stream", "sub", "subtract", "sum", "swapaxes", "synchronize",
    "take", "take_along_axis", "tan", "tanh", "tensordot", "tile", "time_windows", "top_k", "topk", "trace", "transpose", "tril", "triu",
    "trunc", "uint16", "uint32", "uint64", "uint8", "unique_all", "unique_counts", "unique_inverse", "unique_values", "unstack", "var",
    "vecdot", "vector_norm", "vsplit", "vstack", "where", "zeros", "zeros_like",
]  # fmt: skip
