"""NumPy's functions on tensors: __array_ufunc__ and __array_function__ by two tables, which are their documentation too."""

import numpy as np

import numrs
from numrs._ops._numpy_functions import FUNCTIONS as HANDLERS
from numrs._ops._storage import mark_written, result, to_array
from numrs._ops._tensor import Tensor

# Ufuncs that numrs computes; all others are NumPy's on the tensors' memory.
UFUNCS = {
    np.add: "add", np.subtract: "subtract", np.multiply: "multiply", np.divide: "divide", np.floor_divide: "floor_divide",
    np.remainder: "remainder", np.power: "pow", np.maximum: "maximum", np.minimum: "minimum", np.equal: "equal",
    np.not_equal: "not_equal", np.less: "less", np.less_equal: "less_equal", np.greater: "greater",
    np.greater_equal: "greater_equal", np.logical_and: "logical_and", np.logical_or: "logical_or",
    np.logical_xor: "logical_xor", np.logical_not: "logical_not", np.bitwise_and: "bitwise_and",
    np.bitwise_or: "bitwise_or", np.bitwise_xor: "bitwise_xor", np.invert: "bitwise_invert",
    np.left_shift: "bitwise_left_shift", np.right_shift: "bitwise_right_shift", np.copysign: "copysign",
    np.nextafter: "nextafter", np.hypot: "hypot", np.arctan2: "atan2", np.logaddexp: "logaddexp", np.negative: "negative",
    np.positive: "positive", np.absolute: "abs", np.sign: "sign", np.square: "square", np.reciprocal: "reciprocal",
    np.floor: "floor", np.ceil: "ceil", np.trunc: "trunc", np.rint: "round", np.isnan: "isnan", np.isinf: "isinf",
    np.isfinite: "isfinite", np.signbit: "signbit", np.conjugate: "conj", np.sqrt: "sqrt", np.cbrt: "cbrt", np.exp: "exp",
    np.exp2: "exp2", np.expm1: "expm1", np.log: "log", np.log2: "log2", np.log10: "log10", np.log1p: "log1p",
    np.sin: "sin", np.cos: "cos", np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan",
    np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arcsinh: "asinh", np.arccosh: "acosh", np.arctanh: "atanh",
    np.matmul: "matmul", np.vecdot: "vecdot",
}  # fmt: skip

# ufunc.reduce and ufunc.accumulate that numrs computes.
REDUCTIONS = {
    np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min", np.logical_and: "all", np.logical_or: "any",
}  # fmt: skip
SCANS = {np.add: "cumulative_sum", np.multiply: "cumulative_prod"}

# Functions of NumPy on tensors: the name in numrs that computes them where the arguments are of its kind (positional
# tensors and these keywords). None: the function in _numpy_functions.py, where there is one. Otherwise NumPy on their memory. What is not listed is
# refused: a function that NumPy would answer by converting quietly is a TypeError.
FUNCTIONS = {
    np.sum: ("sum", ("axis", "keepdims", "dtype")), np.prod: ("prod", ("axis", "keepdims", "dtype")),
    np.any: ("any", ("axis", "keepdims")), np.all: ("all", ("axis", "keepdims")),
    np.min: ("min", ("axis", "keepdims")), np.max: ("max", ("axis", "keepdims")),
    np.amin: ("min", ("axis", "keepdims")), np.amax: ("max", ("axis", "keepdims")),
    np.mean: ("mean", ("axis", "keepdims")), np.var: ("var", ("axis", "keepdims", "ddof", "correction")),
    np.std: ("std", ("axis", "keepdims", "ddof", "correction")), np.nansum: ("nansum", ("axis", "keepdims")),
    np.nanprod: ("nanprod", ("axis", "keepdims")), np.nanmean: ("nanmean", ("axis", "keepdims")),
    np.nanvar: ("nanvar", ("axis", "keepdims", "ddof")), np.nanstd: ("nanstd", ("axis", "keepdims", "ddof")),
    np.nanmin: ("nanmin", ("axis", "keepdims")), np.nanmax: ("nanmax", ("axis", "keepdims")),
    np.nanargmin: ("nanargmin", ("axis",)), np.nanargmax: ("nanargmax", ("axis",)),
    np.nanmedian: ("nanmedian", ("axis", "keepdims")), np.argmin: ("argmin", ("axis", "keepdims")),
    np.argmax: ("argmax", ("axis", "keepdims")), np.median: ("median", ("axis", "keepdims")),
    np.quantile: ("quantile", ("axis", "keepdims", "method")), np.percentile: ("percentile", ("axis", "keepdims", "method")),
    np.nanquantile: ("nanquantile", ("axis", "keepdims")), np.nanpercentile: ("nanpercentile", ("axis", "keepdims")),
    np.count_nonzero: ("count_nonzero", ("axis", "keepdims")), np.where: ("where", ()), np.clip: None,
    np.sort: ("sort", ("axis",)), np.argsort: ("argsort", ("axis",)), np.partition: None, np.argpartition: None,
    np.searchsorted: ("searchsorted", ("side", "sorter")), np.unique: None, np.histogram: None, np.histogram_bin_edges: None,
    np.bincount: None, np.digitize: None, np.interp: None, np.tensordot: None, np.einsum: None, np.dot: ("dot", ()),
    np.vdot: None, np.inner: ("inner", ()), np.outer: ("outer", ()), np.cross: None, np.kron: None, np.trace: None,
    np.concatenate: None, np.stack: None, np.vstack: None, np.hstack: None, np.dstack: None, np.column_stack: None,
    np.block: None, np.split: None, np.array_split: None, np.hsplit: None, np.vsplit: None, np.tile: None, np.repeat: None,
    np.roll: None, np.flip: None, np.fliplr: None, np.flipud: None, np.rot90: None, np.pad: None, np.transpose: None,
    np.moveaxis: None, np.swapaxes: None, np.reshape: None, np.ravel: None, np.squeeze: None, np.expand_dims: None,
    np.broadcast_to: None, np.broadcast_arrays: None, np.atleast_1d: None, np.atleast_2d: None, np.atleast_3d: None,
    np.take: None, np.take_along_axis: None, np.put_along_axis: None, np.compress: None, np.choose: None, np.select: None,
    np.nonzero: None, np.argwhere: None, np.flatnonzero: None, np.diag: None, np.diagonal: None, np.tril: None,
    np.triu: None, np.delete: None, np.insert: None, np.append: None, np.diff: None, np.ediff1d: None, np.gradient: None,
    np.cumsum: ("cumulative_sum", ("axis",)), np.cumprod: ("cumulative_prod", ("axis",)), np.nancumsum: None,
    np.nancumprod: None, np.ptp: None, np.average: None, np.cov: None, np.corrcoef: None, np.round: None, np.around: None,
    np.nan_to_num: None, np.isclose: None, np.allclose: None, np.array_equal: None, np.array_equiv: None, np.real: None,
    np.imag: None, np.angle: None, np.isin: None, np.intersect1d: None, np.union1d: None, np.setdiff1d: None,
    np.setxor1d: None, np.copyto: None, np.copy: None, np.array_repr: None, np.array_str: None, np.array2string: None,
    np.shape: None, np.ndim: None, np.size: None, np.result_type: None, np.can_cast: None, np.shares_memory: None,
    np.may_share_memory: None, np.iscomplexobj: None, np.isrealobj: None, np.meshgrid: None, np.ravel_multi_index: None,
    np.unravel_index: None, np.apply_along_axis: None, np.trapezoid: None, np.convolve: None, np.correlate: None,
    np.lib.stride_tricks.sliding_window_view: None, np.fft.fft: None, np.fft.ifft: None, np.fft.fftn: None,
    np.fft.ifftn: None, np.fft.rfft: None, np.fft.irfft: None, np.fft.fftshift: None, np.fft.ifftshift: None,
    np.linalg.qr: None, np.linalg.svd: None, np.linalg.inv: None, np.linalg.solve: None, np.linalg.det: None,
    np.linalg.slogdet: None, np.linalg.cholesky: None, np.linalg.eigh: None, np.linalg.eigvalsh: None, np.linalg.eig: None,
    np.linalg.eigvals: None, np.linalg.pinv: None, np.linalg.lstsq: None, np.linalg.norm: None, np.linalg.matrix_rank: None,
    np.linalg.matrix_power: None, np.linalg.svdvals: None,
    np.apply_over_axes: None, np.cumulative_prod: None, np.cumulative_sum: None, np.diag_indices_from: None,
    np.diagflat: None, np.dsplit: None, np.extract: None, np.fill_diagonal: None, np.fix: None, np.geomspace: None,
    np.histogram2d: None, np.histogramdd: None, np.i0: None, np.iscomplex: None, np.isneginf: None, np.isposinf: None,
    np.isreal: None, np.ix_: None, np.linspace: None, np.logspace: None, np.matrix_transpose: None, np.packbits: None,
    np.piecewise: None, np.place: None, np.poly: None, np.polyadd: None, np.polyder: None, np.polydiv: None,
    np.polyfit: None, np.polyint: None, np.polymul: None, np.polysub: None, np.polyval: None, np.put: None, np.putmask: None,
    np.real_if_close: None, np.resize: None, np.rollaxis: None, np.roots: None, np.sinc: None, np.sort_complex: None,
    np.tril_indices_from: None, np.trim_zeros: None, np.triu_indices_from: None, np.unique_all: None, np.unique_counts: None,
    np.unique_inverse: None, np.unique_values: None, np.unpackbits: None, np.unstack: None, np.unwrap: None, np.vander: None,
    np.linalg.cond: None, np.linalg.cross: None, np.linalg.diagonal: None, np.linalg.matmul: None,
    np.linalg.matrix_norm: None, np.linalg.matrix_transpose: None, np.linalg.multi_dot: None, np.linalg.outer: None,
    np.linalg.tensordot: None, np.linalg.tensorinv: None, np.linalg.tensorsolve: None, np.linalg.trace: None,
    np.linalg.vecdot: None, np.linalg.vector_norm: None, np.fft.fft2: None, np.fft.hfft: None, np.fft.ifft2: None,
    np.fft.ihfft: None, np.fft.irfft2: None, np.fft.irfftn: None, np.fft.rfft2: None, np.fft.rfftn: None,
}  # fmt: skip

# Functions that change their first argument and give nothing.
WRITERS = {
    np.copyto: "dst", np.put_along_axis: "arr", np.put: "a", np.place: "arr", np.putmask: "a", np.fill_diagonal: "a",
}  # fmt: skip

# For what NumPy makes of `like=`: by it np.asarray(x, like=tensor) gives a tensor.
CREATION = {
    np.asarray: "asarray", np.asanyarray: "asarray", np.array: "asarray", np.ascontiguousarray: "asarray", np.empty: "empty",
    np.zeros: "zeros", np.ones: "ones", np.full: "full", np.arange: "arange", np.eye: "eye", np.identity: "eye",
}  # fmt: skip


# Those that follow an argument: in numrs always, so that a dtype without a Tensor is refused.
LIKE = {np.empty_like: "empty", np.zeros_like: "zeros", np.ones_like: "ones", np.full_like: "full"}


def _like(name, prototype, *rest, dtype=None, shape=None, order="K", subok=True, device=None, fill_value=None):
    """NumPy's *_like for a tensor: dtype and shape of the prototype unless others are given."""
    value = () if name != "full" else (fill_value,) if fill_value is not None else rest[:1]
    rest = rest[1:] if name == "full" and fill_value is None else rest
    dtype = dtype if not rest or rest[0] is None else rest[0]
    shape = prototype.shape if shape is None else shape
    return getattr(numrs, name)(shape, *value, dtype=prototype.dtype if dtype is None else dtype)


def _plain(x):
    """Tensors as arrays over their memory, also inside of lists, tuples and dicts."""
    if isinstance(x, Tensor):
        return to_array(x)
    if type(x) in (list, tuple):
        return type(x)(_plain(part) for part in x)
    if type(x) is dict:
        return {name: _plain(part) for name, part in x.items()}
    return x


def _foreign(x):
    """Is x of a type that answers NumPy's functions itself (Dask, xarray)?"""
    kind = type(x)
    if isinstance(x, (Tensor, np.ndarray, np.generic)):
        return False
    return getattr(kind, "__array_ufunc__", None) is not None


def call_ufunc(ufunc, method, inputs, kwargs):
    """__array_ufunc__: numrs where it has the function and the arguments are plain, NumPy on the same memory else."""
    if any(_foreign(x) for x in inputs):
        return NotImplemented
    out = kwargs.get("out")
    name = {"__call__": UFUNCS, "reduce": REDUCTIONS, "accumulate": SCANS}.get(method, {}).get(ufunc)
    if name is not None and out is None:
        if method == "__call__" and not kwargs:
            return getattr(numrs, name)(*inputs)
        if method == "reduce" and len(inputs) == 1 and set(kwargs) <= {"axis", "keepdims"} and isinstance(inputs[0], Tensor):
            return getattr(numrs, name)(inputs[0], axis=kwargs.get("axis", 0), keepdims=kwargs.get("keepdims", False))
        if method == "accumulate" and len(inputs) == 1 and set(kwargs) <= {"axis"} and inputs[0].ndim > 0:
            return getattr(numrs, name)(inputs[0], axis=kwargs.get("axis", 0))
    if name is not None and method == "__call__" and set(kwargs) == {"out"} and len(out) == 1 and isinstance(out[0], Tensor):
        if name not in ("matmul", "vecdot"):
            return getattr(numrs, name)(*inputs, out=out[0])
    arrays = [to_array(x) if isinstance(x, Tensor) else x for x in inputs]
    plain = {key: _plain(value) for key, value in kwargs.items()}
    for x in inputs[:1] if method == "at" else out or ():
        if isinstance(x, Tensor):
            mark_written(x)
    made = getattr(ufunc, method)(*arrays, **plain)
    if out is not None:
        return out[0] if len(out) == 1 else out
    return result(made)


def call_function(func, types, args, kwargs):
    """__array_function__ by the tables above; NotImplemented for what they do not have."""
    if not all(issubclass(kind, (Tensor, np.ndarray)) for kind in types):
        return NotImplemented
    made = CREATION.get(func)
    if made is not None:
        kwargs = {key: value for key, value in kwargs.items() if key not in ("like", "order", "subok")}
        least = kwargs.pop("ndmin", 0)
        if func is np.array:
            kwargs.setdefault("copy", True)
        y = getattr(numrs, made)(*args, **kwargs)
        return y if y.ndim >= least else y.reshape((1,) * (least - y.ndim) + y.shape)
    if func in LIKE:
        return _like(LIKE[func], *args, **kwargs)
    if func not in FUNCTIONS and func not in HANDLERS:
        return NotImplemented
    entry = FUNCTIONS.get(func)
    if entry is not None:
        name, keywords = entry
        plain = all(isinstance(x, (Tensor, int, float)) for x in args) and set(kwargs) <= set(keywords)
        if plain and len(args) <= 3 and (len(args) == 1 or not keywords or name in ("quantile", "percentile", "searchsorted")):
            given = {key: tuple(value) if key == "axis" and type(value) is list else value for key, value in kwargs.items() if value is not None}
            if name in ("cumulative_sum", "cumulative_prod") and "axis" not in given:
                return getattr(numrs, name)(args[0].reshape(-1))
            return getattr(numrs, name)(*args, **given)
    handler = HANDLERS.get(func)
    if handler is not None and "out" not in kwargs:
        try:
            return handler(*args, **kwargs)
        except (TypeError, NotImplementedError):  # of arguments that are left to NumPy, which also says what is wrong
            pass
    out = kwargs.get("out")
    changed = out if func not in WRITERS else args[0] if args else kwargs.get(WRITERS[func])
    if isinstance(changed, Tensor):
        mark_written(changed)
    made = func(*_plain(tuple(args)), **{key: _plain(value) for key, value in kwargs.items()})
    if func in WRITERS or func in (np.array_repr, np.array_str, np.array2string):
        return made
    return out if isinstance(out, Tensor) else result(made)
