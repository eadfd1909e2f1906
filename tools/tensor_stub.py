"""The type stub of Tensor, for tools/stubs.py: its attributes and methods as _tensor.pyx and tensor_methods.py write them."""

import ast
import re

# Type of an attribute or a result by its name; a method named otherwise gives a Tensor, an operator too.
TYPES = {
    "shape": "tuple[int, ...]", "strides": "tuple[int, ...]", "ndim": "int", "size": "int", "itemsize": "int", "nbytes": "int",
    "dtype": "Any", "device": "Any", "backend": "str", "requires_grad": "bool", "grad": "Any", "flags": "dict[str, bool]", "_version": "int",
    "__init__": "None", "__setitem__": "None", "__len__": "int", "__iter__": "Any", "__contains__": "bool", "__bool__": "bool",
    "__int__": "int", "__float__": "float", "__complex__": "complex", "__index__": "int", "__array_namespace__": "Any",
    "__array__": "npt.NDArray[Any]", "__array_interface__": "dict[str, Any]", "__array_ufunc__": "Any", "__array_function__": "Any",
    "__dlpack__": "Any", "__dlpack_device__": "tuple[int, int]", "__reduce_ex__": "Any", "__sizeof__": "int", "__dask_tokenize__": "Any",
    "__repr__": "str", "__str__": "str", "__format__": "str", "_repr_html_": "str", "numpy": "npt.NDArray[Any]",
    "to_numpy": "npt.NDArray[Any]", "item": "Any", "data_ptr": "int", "tolist": "Any",
    "tobytes": "bytes", "fill": "None", "nonzero": "tuple[Tensor, ...]",
    "__divmod__": "tuple[Tensor, Tensor]", "__rdivmod__": "tuple[Tensor, Tensor]",
}  # fmt: skip
# Of the base class, or not seen from Python.
LEFT_OUT = {"__dealloc__", "__richcmp__", "__getbuffer__", "__releasebuffer__", "__cinit__", "__hash__"}
# Slots of C: their parameters have no names.
POSITIONAL = re.compile(r"__(i?(add|sub|mul|truediv|floordiv|mod|pow|and|or|xor|lshift|rshift|matmul)|getitem|setitem|contains)__")


def _method(source, name):
    arguments = ast.parse(source.replace("self, other, modulo", "self, other, mod") + " ...").body[0].args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if argument is not None and argument.arg != "self":
            argument.annotation = ast.Name("Any")
    if POSITIONAL.fullmatch(name) or re.fullmatch(r"__r\w+__", name) and len(arguments.args) > 1 and "reduce" not in name:
        arguments.posonlyargs, arguments.args = arguments.posonlyargs + arguments.args, []
    return f"    def {name}({ast.unparse(arguments)}) -> {TYPES.get(name, 'Tensor')}: ..."


def lines(pyx, methods):
    """The class from the text of the extension module and of the module of methods in Python."""
    yield "@disjoint_base"
    yield "class Tensor:"
    yield "    __array_priority__: int"
    body = re.search(r"^cdef class Tensor:\n(.*?)(?=^[a-z@]|\Z)", pyx, flags=re.M | re.S)[1]
    for decorator, source, name in re.findall(r"^(?:    @(\S+)\n)?    (def (\w+)\(.*?\):)$", body, flags=re.M | re.S):
        if name in LEFT_OUT:
            continue
        if decorator:
            yield f"    @{decorator}"
        if decorator.endswith(".setter"):
            yield f"    def {name}(self, value: Any) -> None: ..."
        else:
            yield _method(source, name) + ("  # type: ignore[misc]" if name == "__ipow__" else "")  # it takes no modulus
    for name in ("lt", "le", "gt", "ge"):
        yield f"    def __{name}__(self, other: Any, /) -> Tensor: ..."
    for source, name in re.findall(r"^(def (\w+)\(self.*?\):)$", methods, flags=re.M | re.S):
        yield _method(source, name)
