# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Steps of optimizers over all parameters in one call, and gradients before: pointers are kept, so that a step allocates
nothing."""
cimport cython
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport int32_t, int64_t

from numrs._ops._array cimport NOGIL_NS, check, descr_of, release_context
from numrs._ops._place cimport context_at, context_for, device_at
from numrs._ops._storage cimport contiguous, copy_into, count_change, moved, new_tensor_at, shape_tuple, valid
from numrs._ops._tensor cimport Tensor
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_F32, NUMRS_F64
from numrs.c.optim cimport (NUMRS_OPTIM_ADADELTA, NUMRS_OPTIM_ADAGRAD, NUMRS_OPTIM_ADAM, NUMRS_OPTIM_ADAMW,
                            NUMRS_OPTIM_LION, NUMRS_OPTIM_NADAM, NUMRS_OPTIM_RADAM, NUMRS_OPTIM_RMSPROP,
                            NUMRS_OPTIM_SGD, numrs_optim_clip_norm, numrs_optim_clip_value, numrs_optim_options,
                            numrs_optim_scale, numrs_optim_step, numrs_optim_zero)

_NUMBERS = {
    "sgd": NUMRS_OPTIM_SGD, "adam": NUMRS_OPTIM_ADAM, "adamw": NUMRS_OPTIM_ADAMW, "rmsprop": NUMRS_OPTIM_RMSPROP,
    "adagrad": NUMRS_OPTIM_ADAGRAD, "adadelta": NUMRS_OPTIM_ADADELTA, "lion": NUMRS_OPTIM_LION,
    "nadam": NUMRS_OPTIM_NADAM, "radam": NUMRS_OPTIM_RADAM,
}

cdef enum:
    MOST_ARENAS = 3


cdef class Table:
    """Tensors of one dtype with their gradients, as the C library takes them."""
    cdef list tensors
    cdef list copies               # contiguous stand-ins of tensors that are not, else None
    cdef list gradients            # what keeps the memory of the gradients of this step
    cdef readonly int64_t count
    cdef readonly int64_t total
    cdef int32_t dtype
    cdef int32_t place             # where all of them are, as of the last gather
    cdef void **params
    cdef void **grads
    cdef int64_t *sizes

    def __cinit__(self, tensors):
        cdef Tensor t
        cdef int64_t i
        self.tensors = list(tensors)
        self.count = len(self.tensors)
        self.copies = [None] * self.count
        self.gradients = [None] * self.count
        self.dtype = NUMRS_F32
        self.params = <void **>PyMem_Calloc(<size_t>self.count + 1, sizeof(void *))
        self.grads = <void **>PyMem_Calloc(<size_t>self.count + 1, sizeof(void *))
        self.sizes = <int64_t *>PyMem_Calloc(<size_t>self.count + 1, sizeof(int64_t))
        if self.params == NULL or self.grads == NULL or self.sizes == NULL:
            raise MemoryError("optimizer: no memory for the table of parameters")
        for i in range(self.count):
            if not isinstance(self.tensors[i], Tensor):
                raise TypeError(f"optimizer: parameter {i} is of type {type(self.tensors[i]).__name__}, expected a Tensor")
            t = <Tensor>self.tensors[i]
            if valid(t) != NUMRS_F32 and t.view.dtype != NUMRS_F64:
                raise TypeError(f"optimizer: parameter {i} has dtype {descr_of(t.view.dtype)}, expected float32 or float64")
            if i == 0:
                self.dtype = t.view.dtype
            elif t.view.dtype != self.dtype:
                raise TypeError(f"optimizer: parameter {i} has dtype {descr_of(t.view.dtype)}, expected "
                                f"{descr_of(self.dtype)}, that of the others")
            self.sizes[i] = t.size
            self.total += t.size

    def __dealloc__(self):
        PyMem_Free(self.params)
        PyMem_Free(self.grads)
        PyMem_Free(self.sizes)

    cdef int gather(self, bint need_params) except -1:
        """Points to the memory of parameters and gradients as it is now; returns how many have a gradient."""
        cdef Tensor t, g
        cdef int64_t i
        cdef int found = 0
        for i in range(self.count):
            t = <Tensor>self.tensors[i]
            self.grads[i] = NULL
            if i == 0:
                self.place = t.place
            elif t.place != self.place:
                raise ValueError(f"optimizer: parameter {i} is on {device_at(t.place)}, parameter 0 on {device_at(self.place)}; "
                                 "expected one device")
            if t.gradient is None:
                self.params[i] = t.view.data
                continue
            g = <Tensor>t.gradient
            if g.size != t.size or g.view.dtype != self.dtype:
                raise ValueError(f"optimizer: the gradient of parameter {i} has shape {shape_tuple(g)} and dtype "
                                 f"{descr_of(g.view.dtype)}, expected {shape_tuple(t)} and {descr_of(self.dtype)}")
            if g.place != t.place:
                raise ValueError(f"optimizer: the gradient of parameter {i} is on {device_at(g.place)}, the parameter on "
                                 f"{device_at(t.place)}")
            if not g.dense:
                g = contiguous(g)
                self.gradients[i] = g
            self.grads[i] = g.view.data
            found += 1
            if not need_params:
                continue
            if not t.writeable:
                raise ValueError(f"optimizer: parameter {i} is read-only")
            if t.dense:
                self.params[i] = t.view.data
            else:
                self.copies[i] = contiguous(t)
                self.params[i] = (<Tensor>self.copies[i]).view.data
        return found

    cdef int changed(self, bint params) except -1:
        """Counts a change of each parameter (or gradient) and brings back what was copied."""
        cdef Tensor t
        cdef int64_t i
        for i in range(self.count):
            if self.grads[i] == NULL:
                continue
            t = <Tensor>self.tensors[i]
            if params:
                count_change(t)
                if self.copies[i] is not None:
                    copy_into(<Tensor>self.copies[i], t)
                    self.copies[i] = None
            else:
                count_change(<Tensor>t.gradient)
                if self.gradients[i] is not None:
                    copy_into(<Tensor>self.gradients[i], <Tensor>t.gradient)
            self.gradients[i] = None
        return 0


@cython.final
cdef class Stepper:
    """Steps of one optimizer for tensors of one dtype: Stepper(name, tensors, arenas).

    `arenas` says for each kind of state whether it is kept; `state` holds them, flat Tensors of all elements.
    """
    cdef Table table
    cdef int32_t op
    cdef readonly list state
    cdef numrs_optim_options options

    def __cinit__(self, name, tensors, arenas):
        cdef int64_t[1] shape
        self.op = _NUMBERS[name]
        self.table = Table(tensors)
        self.options.struct_size = sizeof(numrs_optim_options)
        self.options.flags = 0
        self.options.step = 0
        self.options.lr = self.options.weight_decay = self.options.beta1 = self.options.beta2 = self.options.eps = 0
        self.options.momentum = self.options.dampening = 0
        self.options.mu_product = 1
        shape[0] = self.table.total
        self.state = []
        for kept in arenas:
            arena = None
            if kept:
                arena = new_tensor_at((<Tensor>self.table.tensors[0]).place if self.table.count > 0 else 0, 1, shape,
                                      self.table.dtype)
                arena[...] = 0
            self.state.append(arena)

    @property
    def steps(self):
        """Steps made."""
        return self.options.step

    @steps.setter
    def steps(self, value):
        self.options.step = value

    @property
    def mu_product(self):
        """Nesterov's Adam: the product of the factors of all steps."""
        return self.options.mu_product

    @mu_product.setter
    def mu_product(self, value):
        self.options.mu_product = value

    def step(self, flags, lr, weight_decay, beta1, beta2, eps, momentum, dampening):
        """One step; tensors without a gradient stay."""
        cdef void *arenas[MOST_ARENAS]
        cdef int count = 0
        cdef double work
        cdef numrs_status status
        cdef numrs_context *context
        cdef Table table = self.table
        if table.gather(True) == 0:
            return
        for arena in self.state:
            if arena is not None and (<Tensor>arena).place != table.place:  # the parameters have moved
                self.state[count] = arena = moved(<Tensor>arena, table.place)
            arenas[count] = NULL if arena is None else (<Tensor>arena).view.data
            count += 1
        self.options.flags = flags
        self.options.lr = lr
        self.options.weight_decay = weight_decay
        self.options.beta1 = beta1
        self.options.beta2 = beta2
        self.options.eps = eps
        self.options.momentum = momentum
        self.options.dampening = dampening
        self.options.step += 1
        work = <double>table.total
        if work < NOGIL_NS:
            status = numrs_optim_step(context_at(table.place), self.op, table.dtype, table.count, table.params,
                                      <const void **>table.grads, table.sizes, arenas, count, &self.options)
        else:
            context = context_for(table.place, work)
            with nogil:
                status = numrs_optim_step(context, self.op, table.dtype, table.count, table.params,
                                          <const void **>table.grads, table.sizes, arenas, count, &self.options)
            release_context(context)
        if status != NUMRS_OK:
            self.options.step -= 1
            check(status, "optimizer")
        if self.op == NUMRS_OPTIM_NADAM:
            self.options.mu_product *= self.options.beta1 * (1 - 0.5 * 0.96 ** (self.options.step * self.options.momentum))
        table.changed(True)

    def zero_grad(self, set_to_none):
        """Forgets the gradients, or fills them with zeros."""
        cdef int64_t i
        if set_to_none:
            for i in range(self.table.count):
                (<Tensor>self.table.tensors[i]).gradient = None
            return
        if self.table.gather(False) == 0:
            return
        check(numrs_optim_zero(context_at(self.table.place), self.table.dtype, self.table.count, self.table.grads,
                               self.table.sizes), "zero_grad")
        self.table.changed(False)


cdef list _tables(object parameters):
    """The tensors with a gradient by dtype and device."""
    found = {}
    for t in [parameters] if isinstance(parameters, Tensor) else parameters:
        if not isinstance(t, Tensor):
            raise TypeError(f"clip_grad: a parameter is of type {type(t).__name__}, expected Tensors")
        if (<Tensor>t).gradient is not None:
            found.setdefault(((<Tensor>t).view.dtype, (<Tensor>t).place), []).append(t)
    return [Table(tensors) for tensors in found.values()]


cdef double _norm_of_order(list tables, double order) except? -1:
    """The norm of all gradients together: that of their norms."""
    cdef Table table
    import numrs
    norms = []
    for table in tables:
        table.gather(False)
        for t in table.tensors:
            grad = (<Tensor>t).gradient
            norms.append(float(numrs.vector_norm(numrs.astype(grad.detach(), "float64"), ord=order)))
    return float(numrs.vector_norm(norms, ord=order)) if norms else 0.0


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scales the gradients of all parameters so that their norm together is at most max_norm.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are left out.
    max_norm : float
        0 or more.
    norm_type : float
        The order: above 0, infinity too.
    error_if_nonfinite : bool
        Refuse a norm that is NaN or infinite instead of scaling by it.

    Returns
    -------
    float
        The norm before, summed in float64: the same bits for every number of threads.

    Raises
    ------
    ValueError
        For a negative max_norm, or a norm_type that is not above 0.
    RuntimeError
        For a norm that is not finite, with error_if_nonfinite; the gradients are unchanged.

    Examples
    --------
    >>> x = numrs.Tensor([0.0, 0.0])
    >>> x.grad = numrs.Tensor([3.0, 4.0])
    >>> numrs.optimizers.clip_grad_norm_([x], 1.0), x.grad
    (5.0, tensor([0.59999988, 0.79999984], dtype=float64, device='cpu'))
    """
    cdef Table table
    cdef double norm = 0, part, factor, most = max_norm, order = norm_type
    cdef list tables = _tables(parameters)
    if not most >= 0:
        raise ValueError(f"clip_grad_norm_: max_norm is {max_norm}, expected 0 or more")
    if not order > 0:
        raise ValueError(f"clip_grad_norm_: norm_type is {norm_type}, expected more than 0")
    own = order != 2 and order != float("inf")
    if own:
        norm = _norm_of_order(tables, order)
    for table in tables:
        if own:
            break
        table.gather(False)
        check(numrs_optim_clip_norm(context_at(table.place), table.dtype, table.count, table.grads, table.sizes, float("inf"),
                                    order, &part), "clip_grad_norm_")
        norm = part if len(tables) == 1 else (norm * norm + part * part) ** 0.5 if order == 2 else max(norm, part)
    if error_if_nonfinite and not norm - norm == 0:
        raise RuntimeError(f"clip_grad_norm_: the norm of the gradients is {norm}, expected a finite number")
    factor = most / (norm + 1e-6)
    if not factor >= 1:
        for table in tables:
            check(numrs_optim_scale(context_at(table.place), table.dtype, table.count, table.grads, table.sizes, factor),
                  "clip_grad_norm_")
            table.changed(False)
    return norm


def clip_grad_value_(parameters, clip_value):
    """Each element of each gradient into [-clip_value, clip_value]; NaN stays.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are left out.
    clip_value : float
        0 or more.

    Raises
    ------
    ValueError
        For a negative clip_value or NaN.

    Examples
    --------
    >>> x = numrs.Tensor([0.0, 0.0])
    >>> x.grad = numrs.Tensor([3.0, -0.5])
    >>> numrs.optimizers.clip_grad_value_(x, 1.0)
    >>> x.grad
    tensor([ 1. , -0.5], dtype=float64, device='cpu')
    """
    cdef Table table
    cdef double most = clip_value
    if not most >= 0:
        raise ValueError(f"clip_grad_value_: clip_value is {clip_value}, expected 0 or more")
    for table in _tables(parameters):
        table.gather(False)
        check(numrs_optim_clip_value(context_at(table.place), table.dtype, table.count, table.grads, table.sizes, -most, most),
              "clip_grad_value_")
        table.changed(False)
