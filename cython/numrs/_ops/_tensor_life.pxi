# How tensors come and go, and methods that are added to the class: included by _tensor.pyx, whose attributes and operators
# are there. Nothing public but what numrs._ops uses.

cdef extern from *:
    """
    static inline PyObject *numrs_weak_references(PyObject *o) {
      return *(PyObject **)((char *)o + Py_TYPE(o)->tp_weaklistoffset);
    }
    static inline PyObject *const *numrs_items(PyObject *tuple) { return ((PyTupleObject *)tuple)->ob_item; }
    static inline int numrs_is_exact(PyObject *o, PyObject *type) { return (PyObject *)Py_TYPE(o) == type; }
    /* With the references to None that its three attributes are. */
    static inline void numrs_free_object(PyObject *o) {
      Py_DECREF(Py_None);
      Py_DECREF(Py_None);
      Py_DECREF(Py_None);
      Py_TYPE(o)->tp_free(o);
    }
    static inline void numrs_set_dealloc(PyObject *type, void (*end)(PyObject *)) {
    #if NUMRS_SPARES
      ((PyTypeObject *)type)->tp_dealloc = end;
    #else
      (void)type;
      (void)end;
    #endif
    }
    static inline void numrs_watch(PyObject *o) {
    #if NUMRS_SPARES
      if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
    #else
      (void)o;
    #endif
    }
    static inline void numrs_leave(PyObject *o) {
    #if NUMRS_SPARES
      PyObject_GC_UnTrack(o);
    #else
      (void)o;
    #endif
    }
    """
    int NUMRS_SPARES
    PyObject *numrs_weak_references(PyObject *o) noexcept
    PyObject *const *numrs_items(PyObject *tuple) noexcept
    bint numrs_is_exact(PyObject *o, object type) noexcept
    void numrs_free_object(PyObject *o) noexcept
    void numrs_set_dealloc(object type, void (*end)(PyObject *) noexcept) noexcept
    void numrs_watch(object o) noexcept
    void numrs_leave(object o) noexcept
    void PyObject_GC_UnTrack(PyObject *o) noexcept
    void PyObject_ClearWeakRefs(PyObject *o) noexcept


cdef Tensor first_tensor():
    t = Tensor.__new__(Tensor)
    numrs_leave(t)
    return t


cdef void watch(Tensor t) noexcept:
    """Tells the garbage collector of a tensor: now it refers to others."""
    numrs_watch(t)


cdef void _end(PyObject *o) noexcept:
    """tp_dealloc of Tensor: what Cython would write, but the object is kept for the next one. Nothing here may take a
    reference to it."""
    PyObject_GC_UnTrack(o)
    if numrs_weak_references(o) != NULL:
        PyObject_ClearWeakRefs(o)
    if (<Tensor>o).block != NULL:
        free_block((<Tensor>o).block, (<Tensor>o).size * BYTES_OF_DTYPE[(<Tensor>o).view.dtype], (<Tensor>o).place)
        (<Tensor>o).block = NULL
    if (<Tensor>o).more != NULL:
        PyMem_Free((<Tensor>o).more)
        (<Tensor>o).more = NULL
    if (<Tensor>o).owner is not None:
        (<Tensor>o).owner = None
    if (<Tensor>o).gradient is not None:
        (<Tensor>o).gradient = None
    if (<Tensor>o).node is not None:
        (<Tensor>o).node = None
    if spares.count < NUMRS_SPARES and numrs_is_exact(o, Tensor):
        (<Tensor>o).view.dtype = 0
        (<Tensor>o).wants_grad = (<Tensor>o).is_view = False
        (<Tensor>o).changes = 0
        (<Tensor>o).place = 0
        spares.tensors[spares.count] = o
        spares.count += 1
    else:
        numrs_free_object(o)


numrs_set_dealloc(Tensor, _end)


cdef extern from *:
    """
    static int numrs_add_method(PyObject *type, PyObject *name, PyObject *function) {
      int status = PyDict_SetItem(((PyTypeObject *)type)->tp_dict, name, function);
      PyType_Modified((PyTypeObject *)type);
      return status;
    }
    """
    int numrs_add_method(object type, object name, object function) except -1


cdef extern from *:
    """
    /* A method that takes its arguments as they lie on the stack, with the text of the one that it stands in for. */
    typedef PyObject *(*numrs_fast)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
    static PyMethodDef numrs_reshape_method = {"reshape", NULL, METH_FASTCALL | METH_KEYWORDS, NULL};
    static PyObject *numrs_fast_method(PyObject *type, PyMethodDef *method, numrs_fast function, const char *text) {
      method->ml_meth = (PyCFunction)(void (*)(void))function;
      method->ml_doc = text;
      return PyDescr_NewMethod((PyTypeObject *)type, method);
    }
    """
    ctypedef struct PyMethodDef:
        pass
    PyMethodDef numrs_reshape_method
    object numrs_fast_method(object type, PyMethodDef *method, object (*function)(PyObject *, PyObject *const *, Py_ssize_t,
                             PyObject *), const char *text)

cdef object _any_reshape = Tensor.reshape


cdef object _reshape(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names):
    cdef Tensor t = <Tensor>self, y = None
    cdef Py_ssize_t k
    if names == NULL and not t.wants_grad:
        if count == 1 and type(<object>args[0]) is tuple:
            y = reshaped(t, numrs_items(args[0]), len(<tuple>args[0]))
        elif count > 0:
            y = reshaped(t, args, count)
        if y is not None:
            return y
    given = tuple([<object>args[k] for k in range(count)])
    keywords = {} if names == NULL else {name: <object>args[count + k] for k, name in enumerate(<tuple>names)}
    return _any_reshape(t, *given, **keywords)


cdef bytes _reshape_text = b"reshape($self, /, *shape, copy=None)\n--\n\n" + \
    (<str>_any_reshape.__doc__).split("\n\n", 1)[1].encode()
numrs_add_method(Tensor, "reshape", numrs_fast_method(Tensor, &numrs_reshape_method, _reshape, _reshape_text))

# Modules that need this one, once they are there.
cdef object _numrs = None, _devices_module = None, _matmul_function = None


cdef object _namespace():
    """The module numrs, which is there when a method is called."""
    global _numrs
    if _numrs is None:
        import numrs
        _numrs = numrs
    return _numrs


cdef object _devices():
    global _devices_module
    if _devices_module is None:
        from numrs._ops import _devices as devices
        _devices_module = devices
    return _devices_module


cdef object _matmul(object a, object b):
    global _matmul_function
    if _matmul_function is None:
        from numrs._ops.linalg import matmul
        _matmul_function = matmul
    return _matmul_function(a, b)


cdef Tensor _part(Tensor t, int which):
    """The real (0) or imaginary (1) parts of complex numbers, a view."""
    cdef bint single = t.view.dtype == ops.NUMRS_C64
    cdef Tensor y = view_tensor(t, <char *>t.view.data + which * (4 if single else 8), t.view.ndim, t.view.shape, t.view.strides)
    y.view.dtype = ops.NUMRS_F32 if single else ops.NUMRS_F64
    y.dense = t.size == 0
    return y


def _unpickled_on(a, device, wants_grad):
    t = a.to(device)
    t.requires_grad = wants_grad
    return t


def move(Tensor x, device, copy=False, non_blocking=False):
    """A tensor on a device: itself where it is there already, unless copy. What autograd follows is waited for."""
    place = _devices().resolve(device)
    if tracked(x) and (copy or place_of_device(place) != x.place):
        return record("move", None, (x, place, copy), {})
    return on_device(x, place, copy, non_blocking)


def address_of(Tensor t):
    """The first byte of a tensor's memory."""
    return <size_t>t.view.data


def is_writeable(Tensor t):
    return bool(t.writeable)


def add_property(name, value):
    """The same for a property."""
    numrs_add_method(Tensor, name, value)
