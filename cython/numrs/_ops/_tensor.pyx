# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""The class Tensor: attributes, operators and protocols; its methods in Python are in tensor_methods.py."""
import numpy as np

cimport cython
from cpython.buffer cimport PyObject_GetBuffer
from cpython.mem cimport PyMem_Free
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE
from cpython.ref cimport Py_DECREF, PyObject
from libc.stdint cimport int32_t, int64_t
from numpy cimport ndarray

from numrs._ops._array cimport BYTES_OF_DTYPE, as_dtype, descr_of
from numrs._ops._dlpack cimport dlpack_device, export_dlpack
from numrs._ops._indexing cimport (PyLong_AsLongLongAndOverflow, element_view, get_item, item_of_axis, item_view, reshape,
                                   reshaped, set_item, slice_view)
from numrs._ops._place cimport device_at, place_of_device
from numrs._ops import _record
from numrs._ops._record cimport record
from numrs._ops._storage cimport (array_over, changes_of, contiguous, copied, copy_into, free_block, from_ndarray, new_like,
                                  moved, shape_tuple, take_over, tracked, valid, view_tensor)
from numrs._ops._storage import on_device
from numrs._ops._typed cimport is_operand, number_of, operate, operate_in_place, tensor_unary
from numrs.c cimport ops
_CPU_DEVICE = (1, 0)


def _unpickled(a, wants_grad):
    cdef Tensor t = from_ndarray(<ndarray>a, True)
    t.wants_grad = wants_grad
    return t


def _unpickled_bits(a, wants_grad): return _unpickled(a.view(descr_of(ops.NUMRS_BF16)), wants_grad)


@cython.no_gc
@cython.final
cdef class Memory:
    """What several tensors over one memory share."""
    def __dealloc__(self):
        if self.block != NULL:
            free_block(self.block, self.bytes, self.place)


cdef class Tensor:
    """Tensor(data=None, shape=None, dtype=None, device=None, requires_grad=False)
--

Numbers of one dtype in any number of dimensions, on a device.

    Conforms to the Python array API standard 2025.12; ``numrs`` is its namespace.

    Parameters
    ----------
    data : array_like, optional
        Numbers, nested lists of them, an ndarray, a Tensor, or any object with ``__dlpack__``; it is copied. Without data
        the elements are zeros.
    shape : int or tuple of ints, optional
        The shape; of as many elements as data has.
    dtype : dtype, optional
        Of the elements; that of data when not given, float64 without data.
    device : str or Device, optional
        Where the memory is; 'cpu'.
    requires_grad : bool, optional
        Whether autograd is to follow what is computed from it (float dtypes).

    Raises
    ------
    TypeError
        For data that are no numbers.
    ValueError
        For ragged lists, or a shape that data do not fill.

    Examples
    --------
    >>> numrs.Tensor([1, 2, 3, 4], shape=(2, 2)) * 0.5
    tensor([[0.5, 1. ],
            [1.5, 2. ]], dtype=float64, device='cpu')
    """

    def __init__(self, data=None, shape=None, dtype=None, device=None, requires_grad=False):
        cdef Tensor made
        if self.view.dtype != 0:
            raise RuntimeError("Tensor: __init__ was called a second time")
        from numrs._ops.tensor_make import construct
        made = construct(data, shape, dtype, device)
        take_over(self, made)
        if requires_grad:
            self.requires_grad = True

    def __dealloc__(self):
        if self.block != NULL:
            free_block(self.block, self.size * BYTES_OF_DTYPE[self.view.dtype], self.place)
        if self.more != NULL:
            PyMem_Free(self.more)

    @property
    def shape(self):
        """Extents, a tuple of ints."""
        return shape_tuple(self)

    @property
    def ndim(self):
        """Number of dimensions."""
        return self.view.ndim

    @property
    def size(self):
        """Number of elements."""
        return self.size

    @property
    def dtype(self):
        """Type of the elements, a NumPy dtype."""
        return descr_of(valid(self))

    @property
    def device(self):
        """Where the memory is; str() gives 'cpu'."""
        return _devices().CPU if self.place == 0 else device_at(self.place)

    @property
    def backend(self):
        """Name of the kernels that compute with it."""
        from numrs._ops.runtime import get_backend
        return get_backend()

    @property
    def strides(self):
        """Bytes from one element to the next along each dimension."""
        return tuple([self.view.strides[d] for d in range(self.view.ndim)])

    @property
    def itemsize(self):
        """Bytes of one element."""
        return BYTES_OF_DTYPE[self.view.dtype]

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.size * BYTES_OF_DTYPE[self.view.dtype]

    @property
    def T(self):
        """The transpose of a matrix, a view; ValueError for other numbers of dimensions (see mT, permute_dims)."""
        cdef int64_t[2] shape, strides
        if tracked(self):
            return _namespace().transpose(self) if self.view.ndim == 2 else _namespace().matrix_transpose(self)
        if self.view.ndim != 2:
            raise ValueError(f"Tensor.T: shape {shape_tuple(self)} has {self.view.ndim} dimensions, expected 2; "
                             "for stacks of matrices there is mT, for other orders permute_dims")
        shape[0], shape[1] = self.view.shape[1], self.view.shape[0]
        strides[0], strides[1] = self.view.strides[1], self.view.strides[0]
        return view_tensor(self, <char *>self.view.data, 2, shape, strides)

    @property
    def mT(self):
        """The transposes of a stack of matrices: the last two dimensions change places; a view."""
        cdef int64_t[32] shape, strides
        cdef int d, ndim = self.view.ndim
        if tracked(self):
            return _namespace().matrix_transpose(self)
        if ndim < 2:
            raise ValueError(f"Tensor.mT: shape {shape_tuple(self)} has {ndim} dimensions, expected 2 or more")
        for d in range(ndim):
            shape[d] = self.view.shape[d]
            strides[d] = self.view.strides[d]
        shape[ndim - 2], shape[ndim - 1] = shape[ndim - 1], shape[ndim - 2]
        strides[ndim - 2], strides[ndim - 1] = strides[ndim - 1], strides[ndim - 2]
        return view_tensor(self, <char *>self.view.data, ndim, shape, strides)

    @property
    def real(self):
        """The real part: of complex numbers a view."""
        if tracked(self):
            return record("real", None, (self,), {})
        return self if self.dtype.kind != "c" else _part(self, 0)

    @property
    def imag(self):
        """The imaginary part: of complex numbers a view."""
        if tracked(self):
            return record("imag", None, (self,), {})
        return _part(self, 1) if self.dtype.kind == "c" else _namespace().zeros_like(self)

    @property
    def requires_grad(self):
        """Whether autograd follows what is computed from it."""
        return self.wants_grad

    @requires_grad.setter
    def requires_grad(self, value):
        if value and self.dtype.kind not in "fc" and self.dtype.name != "bfloat16":
            raise TypeError(f"Tensor.requires_grad: dtype is {self.dtype}, expected a float or complex dtype")
        if not value and self.node is not None and not _record.is_leaf(self):
            raise RuntimeError("Tensor.requires_grad: only of a leaf can it be switched off; use detach()")
        self.wants_grad = bool(value)
        if value:
            _record.note_use()

    @property
    def grad(self):
        """The gradient that backward() has gathered; None before."""
        return self.gradient

    @grad.setter
    def grad(self, value):
        if value is not None and (not isinstance(value, Tensor) or shape_tuple(<Tensor>value) != shape_tuple(self)):
            raise ValueError(f"Tensor.grad: expected None or a Tensor of shape {shape_tuple(self)}")
        self.gradient = value
        watch(self)

    @property
    def is_leaf(self):
        """Was it given, and not computed from tensors that require grad?"""
        return _record.is_leaf(self)

    @property
    def grad_fn(self):
        """The call that computed it, as autograd remembers it; None for leaves."""
        return _record.node_of(self)

    @property
    def _version(self):
        """How often the memory has been changed in place."""
        return changes_of(self)

    @property
    def flags(self):
        """What NumPy knows of the memory's layout: c_contiguous, writeable …"""
        return array_over(self).flags

    def __add__(self, other):
        return operate(ops.NUMRS_OP_ADD, "add", self, other, other)

    def __radd__(self, other):
        return operate(ops.NUMRS_OP_ADD, "add", other, self, other)

    def __iadd__(self, other):
        return operate_in_place(ops.NUMRS_OP_ADD, "add", self, other)

    def __sub__(self, other):
        return operate(ops.NUMRS_OP_SUBTRACT, "subtract", self, other, other)

    def __rsub__(self, other):
        return operate(ops.NUMRS_OP_SUBTRACT, "subtract", other, self, other)

    def __isub__(self, other):
        return operate_in_place(ops.NUMRS_OP_SUBTRACT, "subtract", self, other)

    def __mul__(self, other):
        return operate(ops.NUMRS_OP_MULTIPLY, "multiply", self, other, other)

    def __rmul__(self, other):
        return operate(ops.NUMRS_OP_MULTIPLY, "multiply", other, self, other)

    def __imul__(self, other):
        return operate_in_place(ops.NUMRS_OP_MULTIPLY, "multiply", self, other)

    def __truediv__(self, other):
        return operate(ops.NUMRS_OP_DIVIDE, "divide", self, other, other)

    def __rtruediv__(self, other):
        return operate(ops.NUMRS_OP_DIVIDE, "divide", other, self, other)

    def __itruediv__(self, other):
        return operate_in_place(ops.NUMRS_OP_DIVIDE, "divide", self, other)

    def __floordiv__(self, other):
        return operate(ops.NUMRS_OP_FLOOR_DIVIDE, "floor_divide", self, other, other)

    def __rfloordiv__(self, other):
        return operate(ops.NUMRS_OP_FLOOR_DIVIDE, "floor_divide", other, self, other)

    def __ifloordiv__(self, other):
        return operate_in_place(ops.NUMRS_OP_FLOOR_DIVIDE, "floor_divide", self, other)

    def __mod__(self, other):
        return operate(ops.NUMRS_OP_REMAINDER, "remainder", self, other, other)

    def __rmod__(self, other):
        return operate(ops.NUMRS_OP_REMAINDER, "remainder", other, self, other)

    def __imod__(self, other):
        return operate_in_place(ops.NUMRS_OP_REMAINDER, "remainder", self, other)

    def __pow__(self, other, modulo=None):
        if modulo is not None:
            return NotImplemented
        return operate(ops.NUMRS_OP_POW, "pow", self, other, other)

    def __rpow__(self, other, modulo=None):
        if modulo is not None:
            return NotImplemented
        return operate(ops.NUMRS_OP_POW, "pow", other, self, other)

    def __ipow__(self, other):
        return operate_in_place(ops.NUMRS_OP_POW, "pow", self, other)

    def __and__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_AND, "bitwise_and", self, other, other)

    def __rand__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_AND, "bitwise_and", other, self, other)

    def __iand__(self, other):
        return operate_in_place(ops.NUMRS_OP_BITWISE_AND, "bitwise_and", self, other)

    def __or__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_OR, "bitwise_or", self, other, other)

    def __ror__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_OR, "bitwise_or", other, self, other)

    def __ior__(self, other):
        return operate_in_place(ops.NUMRS_OP_BITWISE_OR, "bitwise_or", self, other)

    def __xor__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_XOR, "bitwise_xor", self, other, other)

    def __rxor__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_XOR, "bitwise_xor", other, self, other)

    def __ixor__(self, other):
        return operate_in_place(ops.NUMRS_OP_BITWISE_XOR, "bitwise_xor", self, other)

    def __lshift__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_LEFT_SHIFT, "bitwise_left_shift", self, other, other)

    def __rlshift__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_LEFT_SHIFT, "bitwise_left_shift", other, self, other)

    def __ilshift__(self, other):
        return operate_in_place(ops.NUMRS_OP_BITWISE_LEFT_SHIFT, "bitwise_left_shift", self, other)

    def __rshift__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_RIGHT_SHIFT, "bitwise_right_shift", self, other, other)

    def __rrshift__(self, other):
        return operate(ops.NUMRS_OP_BITWISE_RIGHT_SHIFT, "bitwise_right_shift", other, self, other)

    def __irshift__(self, other):
        return operate_in_place(ops.NUMRS_OP_BITWISE_RIGHT_SHIFT, "bitwise_right_shift", self, other)

    def __matmul__(self, other):
        return _matmul(self, other) if is_operand(other) else NotImplemented

    def __rmatmul__(self, other):
        return _matmul(other, self) if is_operand(other) else NotImplemented

    def __imatmul__(self, other):
        if not is_operand(other):
            return NotImplemented
        product = _matmul(self, other)
        if product.shape != self.shape:
            raise ValueError(f"matmul: the product has shape {product.shape}, in place it has to be {self.shape}")
        set_item(self, Ellipsis, product)
        return self

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self

    def __neg__(self):
        return tensor_unary(ops.NUMRS_OP_NEGATIVE, "negative", self, None)

    def __pos__(self):
        return tensor_unary(ops.NUMRS_OP_POSITIVE, "positive", self, None)

    def __abs__(self):
        return tensor_unary(ops.NUMRS_OP_ABS, "abs", self, None)

    def __invert__(self):
        return tensor_unary(ops.NUMRS_OP_BITWISE_INVERT, "bitwise_invert", self, None)

    def __richcmp__(self, other, int which):
        if which == Py_EQ:
            return operate(ops.NUMRS_OP_EQUAL, "equal", self, other, other)
        if which == Py_NE:
            return operate(ops.NUMRS_OP_NOT_EQUAL, "not_equal", self, other, other)
        if which == Py_LT:
            return operate(ops.NUMRS_OP_LESS, "less", self, other, other)
        if which == Py_LE:
            return operate(ops.NUMRS_OP_LESS_EQUAL, "less_equal", self, other, other)
        if which == Py_GT:
            return operate(ops.NUMRS_OP_GREATER, "greater", self, other, other)
        return operate(ops.NUMRS_OP_GREATER_EQUAL, "greater_equal", self, other, other)

    __hash__ = None

    def __getitem__(self, key):
        cdef int64_t index
        cdef int overflow
        cdef Tensor view
        if not self.wants_grad:
            if type(key) is int:
                index = PyLong_AsLongLongAndOverflow(key, &overflow)
                if self.view.ndim > 0 and overflow == 0:
                    if index < 0:
                        index += self.view.shape[0]
                    if 0 <= index < self.view.shape[0]:
                        return item_view(self, index)
            elif type(key) is slice:
                if self.view.ndim > 0:
                    view = slice_view(self, key)
                    if view is not None:
                        return view
            elif type(key) is tuple:
                view = element_view(self, <tuple>key)
                if view is not None:
                    return view
        return get_item(self, key)

    def __setitem__(self, key, value):
        set_item(self, key, value)

    def __len__(self):
        if self.view.ndim == 0:
            raise TypeError("len() of a Tensor without dimensions")
        return self.view.shape[0]

    def __iter__(self):
        if self.view.ndim == 0:
            raise TypeError("iteration over a Tensor without dimensions")
        for index in range(self.view.shape[0]):
            yield get_item(self, index) if self.wants_grad else item_of_axis(self, index)

    def __contains__(self, value):
        return bool(_namespace().any(self == value))

    def __bool__(self):
        if self.size > 1:
            raise ValueError(f"bool of a Tensor with {self.size} elements is ambiguous; use numrs.any or numrs.all")
        return bool(number_of(self, "bool"))

    def __int__(self):
        number = number_of(self, "int")
        if type(number) is complex:
            raise TypeError("int of a complex Tensor; take its real part first")
        return int(number)

    def __float__(self):
        number = number_of(self, "float")
        if type(number) is complex:
            raise TypeError("float of a complex Tensor; take its real part first")
        return float(number)

    def __complex__(self):
        number = number_of(self, "complex")
        return complex(number) if number == number or type(number) is complex else complex(number, number)

    def __index__(self):
        number = number_of(self, "index")
        if type(number) is not int:
            raise TypeError(f"a Tensor of dtype {self.dtype} is no index, expected an integer dtype")
        return number

    __array_priority__ = 100

    def __array__(self, dtype=None, copy=None):
        """An ndarray over the same memory; a copy with another dtype, or where copy is True."""
        a = array_over(self)
        if dtype is not None and np.dtype(dtype) != a.dtype:
            if copy is False:
                raise ValueError(f"Tensor.__array__: dtype {np.dtype(dtype)} of {a.dtype} needs a copy, and copy is False")
            return a.astype(dtype)
        return a.copy() if copy else a

    @property
    def __array_interface__(self):
        """NumPy's description of the memory; whoever uses it has to keep the Tensor."""
        if self.place != 0:
            raise AttributeError(f"a Tensor on {device_at(self.place)} has no __array_interface__; take .cpu() first")
        return array_over(self).__array_interface__

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        """A capsule for from_dlpack of any library.

        Parameters
        ----------
        stream : int, optional
            On a GPU the consumer's stream, -1 for one that has waited already; on the CPU there is none.
        max_version : tuple of 2 ints, optional
            Highest version of DLPack that the consumer knows; without it the capsule is of the unversioned kind.
        dl_device : tuple of 2 ints, optional
            Where the memory is wanted: where it is, or (1, 0), the CPU, which copies.
        copy : bool, optional
            True: memory of its own; False: never; None: only if that is needed.

        Raises
        ------
        BufferError
            For memory that cannot be handed out like that.
        """
        return export_dlpack(self, stream, max_version, dl_device, copy)

    def __dlpack_device__(self):
        """Kind and number of the device in DLPack's numbers: (1, 0) is the CPU."""
        return _CPU_DEVICE if self.place == 0 else dlpack_device(self.place)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        cdef Py_buffer given
        a = array_over(self)
        PyObject_GetBuffer(a, &given, flags)
        buffer.buf, buffer.len, buffer.itemsize = given.buf, given.len, given.itemsize
        buffer.readonly, buffer.ndim, buffer.format = given.readonly, given.ndim, given.format
        buffer.shape, buffer.strides, buffer.suboffsets = given.shape, given.strides, given.suboffsets
        buffer.internal = given.internal
        buffer.obj = a  # releases it
        Py_DECREF(a)    # the reference of `given`

    def __reduce_ex__(self, protocol):
        if self.place != 0:
            return _unpickled_on, (moved(self, 0), str(device_at(self.place)), self.wants_grad)
        if self.view.dtype == ops.NUMRS_BF16:  # by its bits: NumPy hands only its own dtypes out of band
            return _unpickled_bits, (array_over(self).view(np.uint16), self.wants_grad)
        return _unpickled, (array_over(self), self.wants_grad)

    def __sizeof__(self):
        held = 0 if self.is_view else self.size * BYTES_OF_DTYPE[self.view.dtype]
        return object.__sizeof__(self) + held

    def __repr__(self):
        if self.view.dtype == 0:
            return "<numrs.Tensor, not initialised>"
        from numrs._ops.tensor_text import text
        return text(self)

    def __str__(self):
        return str(array_over(self if self.place == 0 else moved(self, 0)))

    def __format__(self, spec):
        return format(number_of(self, "format"), spec) if spec else str(self)

    def numpy(self):
        """An ndarray over the same memory; TypeError for memory of a device."""
        return array_over(self)

    def data_ptr(self):
        """The address of the first element, in memory of the tensor's device."""
        return <size_t>self.view.data

    @staticmethod
    def from_numpy(a):
        """A tensor over the memory of an ndarray."""
        from numrs._ops.tensor_make import from_numpy
        return from_numpy(a)

    def item(self, *index):
        """One element as a Python number: the only one, or that at an index."""
        if index:
            return get_item(self, index[0] if len(index) == 1 else index).item()
        if self.size != 1:
            raise ValueError(f"Tensor.item: {self.size} elements (shape {shape_tuple(self)}), expected one or an index")
        return number_of(self if self.view.ndim == 0 else self.reshape(()), "item")

    def copy(self):
        """The same numbers in memory of their own, in C order."""
        return record("positive", None, (self,), {}) if tracked(self) else copied(self)

    def contiguous(self):
        """The tensor itself if it is in C order without gaps, else a copy that is."""
        if tracked(self) and not self.dense:
            return record("positive", None, (self,), {})
        return contiguous(self)

    def detach(self):
        """The same memory, not followed by autograd."""
        return view_tensor(self, <char *>self.view.data, self.view.ndim, self.view.shape, self.view.strides)

    def astype(self, dtype, /, *, copy=True, device=None):
        """The elements as another dtype; without copy the tensor itself where it has it already."""
        cdef int32_t wanted = as_dtype(dtype, "astype")
        cdef Tensor y
        if device is not None and place_of_device(_devices().resolve(device)) != self.place:
            return self.astype(dtype, copy=False).to(device)
        if tracked(self) and (copy or wanted != self.view.dtype):
            return record("astype", None, (self, dtype), {"copy": copy})
        if wanted == valid(self) and not copy:
            return self
        if (<object>descr_of(self.view.dtype)).kind == "c" and (<object>descr_of(wanted)).kind not in "cb":
            raise TypeError(f"astype: {self.dtype} does not convert to {descr_of(wanted)}; take the real part first")
        y = new_like(self, wanted)
        copy_into(self, y)
        return y

    def reshape(self, *shape, copy=None):
        """The same elements in another shape, one extent may be -1: a view where strides allow it."""
        return reshape(self, shape[0] if len(shape) == 1 else shape, copy)

include "_tensor_life.pxi"


def add_methods(functions):
    """Makes functions of Python methods of Tensor: what does not touch memory is written there (tensor_methods.py)."""
    for function in functions:
        numrs_add_method(Tensor, function.__name__, function)
