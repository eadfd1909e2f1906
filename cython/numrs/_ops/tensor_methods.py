"""The methods of Tensor that are functions of numrs with the tensor as their first argument."""

import numpy as np

import numrs
from numrs._ops import _devices as devices
from numrs._ops import _streams as streams
from numrs._ops._record import add_hook
from numrs._ops._storage import result, to_array
from numrs._ops._tensor import add_methods, add_property, address_of, is_writeable, move
from numrs._ops._walk import walk_back_from_one

_API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")


def to_numpy(self, *, copy=False):
    """An ndarray over the same memory, or over a copy."""
    return to_array(self.copy()) if copy else to_array(self)


def fill(self, value):
    """Stores one number in every element."""
    self[...] = value


def ravel(self):
    """All elements in one dimension: a view where strides allow it."""
    return self.reshape((-1,))


def flatten(self):
    """A copy of all elements in one dimension."""
    return self.reshape((-1,), copy=True)


def __array_namespace__(self, *, api_version=None):
    """The module numrs, for versions of the array API standard up to 2025.12."""
    if api_version is not None and api_version not in _API_VERSIONS:
        raise ValueError(f"__array_namespace__: api_version is {api_version!r}, expected one of {', '.join(_API_VERSIONS)}")
    return numrs


def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
    from numrs._ops._numpy import call_ufunc

    return call_ufunc(ufunc, method, inputs, kwargs)


def __array_function__(self, func, types, args, kwargs):
    from numrs._ops._numpy import call_function

    return call_function(func, types, args, kwargs)


@property  # type: ignore[misc]
def __cuda_array_interface__(self):
    """The description, version 3, of memory on a GPU, for libraries that compute there; whoever uses it has to keep the Tensor
    until that is done. Its stream is the current one, which they wait for."""
    if self.device.kind != "cuda":
        raise AttributeError(f"a Tensor on {self.device} has no __cuda_array_interface__")
    if self.dtype.name == "bfloat16":
        raise AttributeError("bfloat16 has no name in __cuda_array_interface__; use __dlpack__")
    return description(self)


def description(self):
    """What stands in it."""
    return {
        "shape": self.shape,
        "typestr": self.dtype.str,
        "version": 3,
        "stream": streams.current_stream(self.device).native or 1,  # 0 is CUDA's legacy stream, which has the number 1 here
        "data": (address_of(self) if self.size else 0, not is_writeable(self)),
        "strides": self.strides,
    }


def __dask_tokenize__(self):
    from numrs._ops.tensor_text import token

    return token(self)


def _repr_html_(self):
    from numrs._ops.tensor_text import html

    return html(self)


def __copy__(self):
    return self.detach().copy()


def __deepcopy__(self, memo):
    y = self.detach().copy()
    y.requires_grad = self.requires_grad
    memo[id(self)] = y
    return y


def tolist(self):
    """The elements as nested lists of Python numbers."""
    a = to_array(self.cpu())
    return a.tolist() if self.dtype.name != "bfloat16" else a.astype(np.float32).tolist()


def tobytes(self):
    """The bytes of the elements in C order."""
    return to_array(self.cpu().contiguous()).tobytes()


def to(self, *target, dtype=None, device=None, copy=False, non_blocking=False):
    """The tensor on a device, with a dtype, or both: ``x.to('cuda')``, ``x.to('float32')``, ``x.to(other)``.

    Parameters
    ----------
    target : str, Device, dtype or Tensor
        A device, a dtype, a device and a dtype, or a Tensor that has both.
    dtype : dtype, optional
        Of the elements.
    device : str or Device, optional
        Where the memory is wanted.
    copy : bool
        Whether a tensor that is there already is copied.
    non_blocking : bool
        Whether the call may return before the numbers are there. To a device that is so for pinned memory
        (`numrs.memory.pinned`), which must not be changed before; to the CPU the result is pinned memory, which must not be read
        before ``numrs.current_stream(device).synchronize()``, or an event, says so.

    Returns
    -------
    Tensor
        The tensor itself where nothing has to be done. Copies between devices are followed by autograd.

    Raises
    ------
    RuntimeError
        For a device that is not there, with the step that failed.
    """
    for part in target:
        if isinstance(part, numrs.Tensor):
            dtype, device = part.dtype, part.device
        elif devices.is_device(part):
            device = part
        else:
            dtype = part
    if not target and dtype is None and device is None:
        raise TypeError("Tensor.to: expected a device, a dtype or a Tensor")
    made = self if dtype is None else self.astype(dtype, copy=False)
    return made if device is None and not copy else move(made, self.device if device is None else device, copy and made is self, non_blocking)


def cpu(self, *, non_blocking=False):
    """The tensor in the memory of the CPU: itself where it is there. non_blocking: as in `to`."""
    return self if self.device == devices.CPU else move(self, devices.CPU, False, non_blocking)


def cuda(self, index=0, *, non_blocking=False):
    """The tensor in the memory of a GPU; RuntimeError where there is none. non_blocking: as in `to`."""
    return move(self, f"cuda:{index}", False, non_blocking)


def to_device(self, device, /, *, stream=None):
    """The tensor on a device: itself where it is there already. stream: a Stream that makes the copy, None: the current one.

    Raises
    ------
    RuntimeError
        For a device that is not there, with the reason.
    """
    if stream is not None and not isinstance(stream, streams.Stream):
        raise TypeError(f"Tensor.to_device: stream is of type {type(stream).__name__}, expected a numrs.Stream or None")
    with streams.stream(stream):
        return move(self, device)


def backward(self, gradient=None, retain_graph=None, create_graph=False):
    """Adds gradients to the ``grad`` of the leaves that this tensor was computed from; see numrs.autograd.backward."""
    if gradient is None and walk_back_from_one(self, create_graph if retain_graph is None else retain_graph, create_graph):
        return
    numrs.autograd.backward([self], None if gradient is None else [gradient], retain_graph, create_graph)


def register_hook(self, hook):
    """hook(gradient) is called when backward knows the gradient; what it returns replaces it. Gives what removes it."""
    return add_hook(self, hook)


def requires_grad_(self, requires_grad=True):
    """Sets requires_grad; gives the tensor."""
    self.requires_grad = requires_grad
    return self


def squeeze(self, axis=None):
    """Without dimensions of one element: all, or those named."""
    return numrs.squeeze(self, axis)


def transpose(self, *axes):
    """The dimensions in another order, reversed when none is given; a view."""
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = axes[0] or ()
    return numrs.permute_dims(self, tuple(axes) if axes else tuple(range(self.ndim - 1, -1, -1)))


def swapaxes(self, axis1, axis2):
    """Two dimensions change places; a view."""
    return numrs.swapaxes(self, axis1, axis2)


def var(self, axis=None, *, correction=None, keepdims=False, ddof=None):
    """The variance, along axes or of all elements."""
    return numrs.var(self, axis=axis, correction=correction, keepdims=keepdims, ddof=ddof)


def std(self, axis=None, *, correction=None, keepdims=False, ddof=None):
    """The standard deviation, along axes or of all elements."""
    return numrs.std(self, axis=axis, correction=correction, keepdims=keepdims, ddof=ddof)


def cumsum(self, axis=None, *, dtype=None):
    """The sums of the elements so far along an axis."""
    return numrs.cumulative_sum(self if axis is not None else self.ravel(), axis=axis, dtype=dtype)


def cumprod(self, axis=None, *, dtype=None):
    """The products of the elements so far along an axis."""
    return numrs.cumulative_prod(self if axis is not None else self.ravel(), axis=axis, dtype=dtype)


def clip(self, min=None, max=None):
    """The elements, those outside of bounds replaced by the bound."""
    return numrs.clip(self, min, max)


def round(self, decimals=0):
    """The nearest whole numbers, halves to even; or so many decimals."""
    if decimals == 0:
        return numrs.round(self)
    return result(to_array(self).round(decimals))


def conj(self):
    """The complex conjugates; real numbers as they are."""
    return numrs.conj(self)


def dot(self, other):
    """The product of vectors and matrices."""
    return numrs.dot(self, other)


def sort(self, axis=-1, *, descending=False, stable=True):
    """A sorted copy."""
    return numrs.sort(self, axis=axis, descending=descending, stable=stable)


def argsort(self, axis=-1, *, descending=False, stable=True):
    """The places of the elements in order."""
    return numrs.argsort(self, axis=axis, descending=descending, stable=stable)


def nonzero(self):
    """The places of the elements that are not zero, a tensor for each dimension."""
    return numrs.nonzero(self)


def take(self, indices, axis=None):
    """The elements at places along an axis, or of all in one dimension."""
    if axis is None:
        return numrs.take(self.ravel(), indices, axis=0)
    return numrs.take(self, indices, axis=axis)


def repeat(self, repeats, axis=None):
    """Each element several times."""
    return numrs.repeat(self, repeats, axis=axis)


def diagonal(self, offset=0):
    """The elements on a diagonal of the last two dimensions."""
    return numrs.linalg.diagonal(self, offset=offset)


def sum(self, axis=None, *, dtype=None, keepdims=False):
    """The sum, along axes or of all elements."""
    return numrs.sum(self, axis=axis, dtype=dtype, keepdims=keepdims)


def prod(self, axis=None, *, dtype=None, keepdims=False):
    """The product, along axes or of all elements."""
    return numrs.prod(self, axis=axis, dtype=dtype, keepdims=keepdims)


def mean(self, axis=None, *, keepdims=False):
    """The mean, along axes or of all elements."""
    return numrs.mean(self, axis=axis, keepdims=keepdims)


def min(self, axis=None, *, keepdims=False):
    """The smallest element, along axes or of all elements."""
    return numrs.min(self, axis=axis, keepdims=keepdims)


def max(self, axis=None, *, keepdims=False):
    """The largest element, along axes or of all elements."""
    return numrs.max(self, axis=axis, keepdims=keepdims)


def argmin(self, axis=None, *, keepdims=False):
    """The place of the smallest element, along axes or of all elements."""
    return numrs.argmin(self, axis=axis, keepdims=keepdims)


def argmax(self, axis=None, *, keepdims=False):
    """The place of the largest element, along axes or of all elements."""
    return numrs.argmax(self, axis=axis, keepdims=keepdims)


def any(self, axis=None, *, keepdims=False):
    """Whether one is true, along axes or of all elements."""
    return numrs.any(self, axis=axis, keepdims=keepdims)


def all(self, axis=None, *, keepdims=False):
    """Whether all are true, along axes or of all elements."""
    return numrs.all(self, axis=axis, keepdims=keepdims)


add_property("__cuda_array_interface__", __cuda_array_interface__)
add_methods([
    to_numpy,
    fill,
    ravel,
    flatten,
    __array_namespace__,
    __array_ufunc__,
    __array_function__,
    __dask_tokenize__,
    _repr_html_,
    __copy__,
    __deepcopy__,
    tolist,
    tobytes,
    to,
    cpu,
    cuda,
    to_device,
    backward,
    register_hook,
    requires_grad_,
    squeeze,
    transpose,
    swapaxes,
    var,
    std,
    cumsum,
    cumprod,
    clip,
    round,
    conj,
    dot,
    sort,
    argsort,
    nonzero,
    take,
    repeat,
    diagonal,
    sum,
    prod,
    mean,
    min,
    max,
    argmin,
    argmax,
    any,
    all,
])
