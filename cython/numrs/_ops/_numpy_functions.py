"""NumPy's functions on tensors by numrs's: one small function for each, with NumPy's parameters. What it does not take (another
order, out=, a dtype that numrs has no such function for) raises TypeError, and then NumPy computes on the tensors' memory."""

import numpy as np

import numrs
from numrs._ops._tensor import Tensor

fft, linalg = numrs.fft, numrs.linalg


class Otherwise(TypeError):
    """Arguments that are left to NumPy."""


def _only(condition):
    if not condition:
        raise Otherwise


def _concatenate(arrays, axis=0):
    return numrs.concat(
        [numrs.reshape(a, -1) for a in arrays] if axis is None else list(arrays), axis=0 if axis is None else axis
    )


def _at_least(ndim):
    def widened(x):
        x = x if isinstance(x, Tensor) else numrs.asarray(x)
        if x.ndim >= ndim:
            return x
        if ndim == 3 and x.ndim == 2:
            return numrs.expand_dims(x, 2)
        return x.reshape((1,) * (ndim - x.ndim) + x.shape) if ndim < 3 else x.reshape((1, x.size, 1))

    def at_least(*arrays):
        made = tuple([widened(x) for x in arrays])
        return made[0] if len(made) == 1 else made

    return at_least


_at_least_2d, _at_least_3d = _at_least(2), _at_least(3)


def _column_stack(tup):
    _only(not isinstance(tup, (Tensor, np.ndarray)))
    arrays = [a if isinstance(a, Tensor) else numrs.asarray(a) for a in tup]
    return numrs.concat([a if a.ndim >= 2 else a.reshape((a.size, 1)) for a in arrays], axis=1)


def _dstack(tup):
    _only(not isinstance(tup, (Tensor, np.ndarray)))
    return numrs.concat([_at_least_3d(a) for a in tup], axis=2)


def _rot90(m, k=1, axes=(0, 1)):
    _only(
        isinstance(m, Tensor)
        and len(axes) == 2
        and -m.ndim <= min(axes)
        and max(axes) < m.ndim
        and (axes[0] - axes[1]) % m.ndim
    )
    k %= 4
    if k == 0:
        return m[...]
    if k == 2:
        return numrs.flip(m, axis=tuple(axes))
    return (
        numrs.swapaxes(numrs.flip(m, axis=axes[1]), *axes)
        if k == 1
        else numrs.flip(numrs.swapaxes(m, *axes), axis=axes[1])
    )


def _flip_of(axis):
    def flipped(m):
        _only(m.ndim > axis)
        return numrs.flip(m, axis=axis)

    return flipped


def _split_by(function):
    return lambda ary, indices_or_sections, axis=0: list(function(ary, indices_or_sections, axis=axis))


def _repeat(a, repeats, axis=None):
    return numrs.repeat(a, repeats, axis=axis)


def _take(a, indices, axis=None):
    return numrs.take(numrs.reshape(a, -1) if axis is None else a, indices, axis=0 if axis is None else axis)


def _diff(a, n=1, axis=-1):
    return numrs.diff(a, n=n, axis=axis)


def _round(a, decimals=0):
    _only(decimals == 0 and isinstance(a, Tensor) and a.dtype.kind in "fc")
    return numrs.round(a)


def _angle(z, deg=False):
    _only(not deg and z.dtype.kind == "c")
    return numrs.angle(z)


def _unique(ar, return_index=False, return_inverse=False, return_counts=False):
    _only(isinstance(ar, Tensor) and ar.dtype.kind in "biu")  # equal NaNs are one value for NumPy, each its own here
    if not (return_index or return_inverse or return_counts):
        return numrs.unique_values(ar)
    found = numrs.unique_all(ar)
    wanted = (True, return_index, return_inverse, return_counts)
    return tuple([part for part, asked in zip(found, wanted, strict=True) if asked])


def _gradient(f, *varargs, axis=None, edge_order=1):
    _only(isinstance(f, Tensor))
    return numrs.gradient(f, *varargs, axis=axis, edge_order=edge_order)


def _isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    return numrs.isin(element, test_elements, invert=invert)


def _pad(array, pad_width, mode="constant", **kwargs):
    _only(isinstance(mode, str))
    return numrs.pad(array, pad_width, mode, **kwargs)


def _meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    _only(copy and not sparse)
    return tuple(numrs.meshgrid(*xi, indexing=indexing))


def _einsum(*operands, optimize=False):
    _only(operands and isinstance(operands[0], str))
    return numrs.einsum(*operands)


def _clip(a, a_min=None, a_max=None):
    return numrs.clip(a, a_min, a_max)


def _append(arr, values, axis=None):
    return numrs.append(arr, values, axis=axis)


def _nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    _only(copy)
    return numrs.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _histogram(a, bins=10, range=None, density=None, weights=None):
    _only(
        not isinstance(bins, str) and a.dtype.name not in ("float32", "float16", "bfloat16")
    )  # whose edges are of that dtype there
    return numrs.histogram(a, bins, range=range, weights=weights, density=bool(density))


def _inner_of_all(a, b):
    return numrs.vecdot(numrs.reshape(a, -1), numrs.reshape(b, -1))


def _transform(function):
    def transformed(a, n=None, axis=-1, norm=None):
        return function(a, n=n, axis=axis, norm="backward" if norm is None else norm)

    return transformed


def _transform_n(function):
    def transformed(a, s=None, axes=None, norm=None):
        return function(a, s=s, axes=axes, norm="backward" if norm is None else norm)

    return transformed


def _svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    _only(not hermitian)
    return linalg.svd(a, full_matrices=full_matrices) if compute_uv else linalg.svdvals(a)


def _qr(a, mode="reduced"):
    _only(mode in ("reduced", "complete"))
    return linalg.qr(a, mode=mode)


def _matrix_rank(A, *, rtol=None):  # noqa: N803 - NumPy's name
    _only(A.ndim >= 2)
    return linalg.matrix_rank(A, rtol=rtol)


def _matrices(function):
    """Of matrices of floats: what NumPy computes in their dtype."""

    def of_matrices(a, *rest, **kwargs):
        for x in (a, *[one for one in rest if isinstance(one, (Tensor, np.ndarray))]):
            _only(x.dtype.name in ("float32", "float64", "complex64", "complex128"))
        return function(a, *rest, **kwargs)

    return of_matrices


def _solve(a, b):
    _only(a.dtype == b.dtype and (b.ndim == 1 or b.ndim == a.ndim))
    return linalg.solve(a, b)


FUNCTIONS = {
    np.concatenate: _concatenate, np.stack: lambda arrays, axis=0: numrs.stack(list(arrays), axis=axis),
    np.vstack: lambda tup: numrs.vstack(list(tup)), np.hstack: lambda tup: numrs.hstack(list(tup)), np.dstack: _dstack,
    np.column_stack: _column_stack, np.split: _split_by(numrs.split), np.array_split: _split_by(numrs.array_split),
    np.hsplit: lambda ary, indices_or_sections: list(numrs.hsplit(ary, indices_or_sections)),
    np.vsplit: lambda ary, indices_or_sections: list(numrs.vsplit(ary, indices_or_sections)),
    np.tile: lambda A, reps: numrs.tile(A, reps), np.repeat: _repeat, np.append: _append,  # noqa: N803
    np.roll: lambda a, shift, axis=None: numrs.roll(a, shift, axis=axis), np.flip: lambda m, axis=None: numrs.flip(m, axis=axis),
    np.fliplr: _flip_of(1), np.flipud: _flip_of(0), np.rot90: _rot90, np.pad: _pad,
    np.transpose: lambda a, axes=None: numrs.transpose(a, axes), np.matrix_transpose: lambda x: numrs.matrix_transpose(x),
    np.moveaxis: lambda a, source, destination: numrs.moveaxis(a, source, destination),
    np.swapaxes: lambda a, axis1, axis2: numrs.swapaxes(a, axis1, axis2),
    np.reshape: lambda a, shape, *, copy=None: numrs.reshape(a, shape, copy=copy), np.ravel: lambda a: numrs.ravel(a),
    np.squeeze: lambda a, axis=None: numrs.squeeze(a, axis), np.expand_dims: lambda a, axis: numrs.expand_dims(a, axis),
    np.broadcast_to: lambda array, shape: numrs.broadcast_to(array, shape),
    np.broadcast_arrays: lambda *args: tuple(numrs.broadcast_arrays(*args)),
    np.atleast_1d: _at_least(1), np.atleast_2d: _at_least_2d, np.atleast_3d: _at_least_3d,
    np.unstack: lambda x, *, axis=0: numrs.unstack(x, axis=axis),
    np.take: _take, np.take_along_axis: lambda arr, indices, axis=-1: numrs.take_along_axis(arr, indices, axis=axis),
    np.nonzero: lambda a: tuple(numrs.nonzero(a)), np.argwhere: lambda a: numrs.argwhere(a), np.flatnonzero: lambda a: numrs.flatnonzero(a),
    np.diagonal: lambda a, offset=0, axis1=0, axis2=1: numrs.diagonal(a, offset, axis1, axis2),
    np.trace: lambda a, offset=0, axis1=0, axis2=1, dtype=None: numrs.trace(a, offset, axis1, axis2, dtype),
    np.diag: lambda v, k=0: numrs.diag(v, k) if v.ndim == 1 else numrs.diagonal(v, k), np.gradient: _gradient,
    np.tril: lambda m, k=0: numrs.tril(m, k=k), np.triu: lambda m, k=0: numrs.triu(m, k=k),
    np.meshgrid: _meshgrid, np.copy: lambda a, order="C": a.copy() if order in ("C", "K") and a.flags.c_contiguous else _only(False),
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.diff: _diff, np.round: _round, np.around: _round, np.clip: _clip, np.real: lambda val: val.real, np.imag: lambda val: val.imag,
    np.angle: _angle, np.nan_to_num: _nan_to_num, np.unique: _unique, np.isin: _isin, np.histogram: _histogram,
    np.isclose: lambda a, b, rtol=1e-05, atol=1e-08, equal_nan=False: numrs.isclose(a, b, rtol, atol, equal_nan=equal_nan),
    np.interp: lambda x, xp, fp, left=None, right=None, period=None: numrs.interp(x, xp, fp, left=left, right=right, period=period),
    np.ptp: lambda a, axis=None, keepdims=False: numrs.ptp(a, axis, keepdims=keepdims),
    np.average: lambda a, axis=None, weights=None, returned=False, *, keepdims=False: numrs.average(
        a, axis, weights=weights, returned=returned, keepdims=keepdims),
    np.tensordot: lambda a, b, axes=2: numrs.tensordot(a, b, axes=axes), np.einsum: _einsum, np.vdot: _inner_of_all,
    np.kron: lambda a, b: linalg.kron(a, b),
    np.fft.fft: _transform(fft.fft), np.fft.ifft: _transform(fft.ifft), np.fft.rfft: _transform(fft.rfft),
    np.fft.irfft: _transform(fft.irfft), np.fft.hfft: _transform(fft.hfft), np.fft.ihfft: _transform(fft.ihfft),
    np.fft.fftn: _transform_n(fft.fftn), np.fft.ifftn: _transform_n(fft.ifftn), np.fft.rfftn: _transform_n(fft.rfftn),
    np.fft.irfftn: _transform_n(fft.irfftn),
    np.fft.fftshift: lambda x, axes=None: fft.fftshift(x, axes), np.fft.ifftshift: lambda x, axes=None: fft.ifftshift(x, axes),
    np.linalg.qr: _matrices(_qr), np.linalg.svd: _matrices(_svd), np.linalg.inv: _matrices(linalg.inv), np.linalg.solve: _matrices(_solve),
    np.linalg.det: _matrices(linalg.det), np.linalg.slogdet: _matrices(linalg.slogdet),
    np.linalg.cholesky: _matrices(lambda a, *, upper=False: linalg.cholesky(a, upper=upper)),
    np.linalg.eigh: _matrices(lambda a, UPLO="L": linalg.eigh(a, UPLO=UPLO)),  # noqa: N803
    np.linalg.eigvalsh: _matrices(lambda a, UPLO="L": linalg.eigvalsh(a, UPLO=UPLO)),  # noqa: N803
    np.linalg.lstsq: _matrices(lambda a, b, rcond=None: tuple(linalg.lstsq(a, b, rcond=rcond))),
    np.linalg.norm: _matrices(lambda x, ord=None, axis=None, keepdims=False: linalg.norm(x, ord, axis, keepdims=keepdims)),
    np.linalg.matrix_rank: _matrices(_matrix_rank), np.linalg.matrix_power: _matrices(linalg.matrix_power),
    np.linalg.svdvals: _matrices(linalg.svdvals),
}  # fmt: skip
