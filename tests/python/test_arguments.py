"""Bad input: one table of calls with the exception and the parts of its message; outputs stay as they were."""

import re

import numpy as np
import numrs
import pytest
from numpy.exceptions import AxisError
from reference import BINARY, REDUCTIONS, UNARY

SUPPORTED = "bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128"
OTHER_DTYPES = {
    "object": np.array([1, "a", None], object),
    "<U1": np.array(["a", "b"]),
    "|S1": np.array([b"a", b"b"]),
    "datetime64[D]": np.array(["2020-01-01"], "datetime64[D]"),
    "timedelta64[s]": np.array([1], "timedelta64[s]"),
    "float128": np.ones(3, np.longdouble),
    "[('a', '<f8')]": np.zeros(3, [("a", "f8")]),
}
UNARY_LIKE = (
    *UNARY,
    *REDUCTIONS,
    "norm",
    "vector_norm",
    "cumulative_sum",
    "cumulative_prod",
    "cumulative_max",
    "cumulative_min",
)
BINARY_LIKE = (*BINARY, "matmul", "dot", "inner", "outer", "vecdot")


@pytest.mark.parametrize("name", [*UNARY_LIKE, *BINARY_LIKE, "where", "clip", "fma", "astype"])
def test_other_dtypes(name):
    function = getattr(numrs, name)
    good = np.ones(3, np.int32)
    for x in OTHER_DTYPES.values():
        if name in UNARY_LIKE:
            calls = [(lambda: function(x), "x")]
        elif name in BINARY_LIKE:
            calls = [(lambda: function(x, good), "x1"), (lambda: function(good, x), "x2")]
        elif name == "where":
            calls = [
                (lambda: function(x, good, good), "condition"),
                (lambda: function(good, x, good), "x1"),
                (lambda: function(good, good, x), "x2"),
            ]
        elif name == "clip":
            calls = [
                (lambda: function(x, 0, 1), "x"),
                (lambda: function(good, x, 1), "min"),
                (lambda: function(good, 0, x), "max"),
                (lambda: function(good, x), "min"),
            ]
        elif name == "fma":
            calls = [
                (lambda: function(x, good, good), "x1"),
                (lambda: function(good, x, good), "x2"),
                (lambda: function(good, good, x), "x3"),
            ]
        else:
            calls = [(lambda: function(x, "float64"), "x")]
        for call, argument in calls:
            with pytest.raises(TypeError) as caught:
                call()
            text = str(caught.value)
            assert text.startswith(f"{name}: {argument} has dtype ") and str(x.dtype) in text and SUPPORTED in text, (
                text
            )


@pytest.mark.parametrize("name", [*UNARY_LIKE, *BINARY_LIKE])
def test_none_masked_arrays_and_other_objects(name):
    function = getattr(numrs, name)
    operands = (1.0,) if name in BINARY_LIKE else ()
    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    for value, part in (
        (None, "is None"),
        (masked, "masked array"),
        ({}, "dict"),
        (object(), "object"),
        ("text", "str"),
        ([1, [2, 3]], "list"),
        ([1, "a"], "list"),
        (np.longdouble(1), "longdouble"),
    ):
        with pytest.raises(TypeError) as caught:
            function(value, *operands)
        text = str(caught.value)
        assert text.startswith(f"{name}: x") and part in text, text


x23, x32, x4 = np.ones((2, 3)), np.ones((3, 2)), np.ones(4)
read_only = np.ones(3)
read_only.flags.writeable = False
masked_out = np.ma.masked_array(np.ones(3), [True, False, True])

CASES = [
    # call, exception, parts of the message
    (lambda: numrs.add(x23, x4), ValueError, ["add", "(2, 3), (4,)", "broadcast"]),
    (lambda: numrs.where(x23 > 0, x23, x4), ValueError, ["where", "(2, 3), (2, 3), (4,)", "broadcast"]),
    (lambda: numrs.hypot([1, 2], [1, 2, 3]), ValueError, ["hypot", "(2,), (3,)"]),
    (lambda: numrs.add(x23, x23, out=np.empty((3, 2))), ValueError, ["add", "out", "(3, 2)", "(2, 3)"]),
    (lambda: numrs.exp(x4, out=np.empty(5)), ValueError, ["exp", "out", "(5,)", "(4,)"]),
    (lambda: numrs.exp(x4, out=np.empty(4, np.int32)), TypeError, ["exp", "out", "int32", "float64"]),
    (lambda: numrs.add(x4, x4, out=np.empty(4, bool)), TypeError, ["add", "out", "bool", "float64"]),
    (
        lambda: numrs.add(np.ones(4, np.int64), 1, out=np.empty(4, np.uint64)),
        TypeError,
        ["add", "out", "uint64", "int64"],
    ),
    (lambda: numrs.add([1.0] * 3, 1, out=read_only), ValueError, ["add: output array is read-only"]),
    (lambda: numrs.add(x4, 1, out=[0] * 4), TypeError, ["add: out", "list", "ndarray"]),
    (lambda: numrs.add(x4, 1, out=(x4, x4)), TypeError, ["add: out", "tuple"]),
    (lambda: numrs.add(x4, 1, out=x4.astype(">f8")), TypeError, ["add: out", ">f8"]),
    (lambda: numrs.add(x4, 1, out=x4.astype(np.longdouble)), TypeError, ["add: out", "float128"]),
    (lambda: numrs.add([1.0] * 3, 1, out=masked_out), TypeError, ["add: out", "masked"]),
    (lambda: numrs.add(x4, 1, out=np.broadcast_to(np.ones(1), 4)), ValueError, ["add", "read-only"]),
    (lambda: numrs.add(x4, 1, out=np.lib.stride_tricks.as_strided(np.ones(1), (4,), (0,))), ValueError, ["add", "out"]),
    (lambda: numrs.subtract([True], [True]), TypeError, ["subtract", "bool"]),
    (lambda: numrs.negative([True]), TypeError, ["negative: x has dtype bool", "int8"]),
    (lambda: numrs.sign(np.ones(2, bool)), TypeError, ["sign: x has dtype bool"]),
    (lambda: numrs.bitwise_and([1.0], [1]), TypeError, ["bitwise_and", "x1", "float64"]),
    (lambda: numrs.bitwise_invert([1.0]), TypeError, ["bitwise_invert: x has dtype float64", "bool, int8"]),
    (
        lambda: numrs.bitwise_left_shift(np.ones(2, np.int64), np.ones(2, np.uint64)),
        TypeError,
        ["bitwise_left_shift", "int64", "uint64"],
    ),
    (lambda: numrs.add(np.ones(2, np.int8), 300), OverflowError, ["add: x2 is 300", "int8"]),
    (lambda: numrs.add(-1, np.ones(2, np.uint16)), OverflowError, ["add: x1 is -1", "uint16"]),
    (lambda: numrs.multiply(np.ones(2, np.float64), 10**400), OverflowError, ["multiply: x2", "bits", "float64"]),
    (lambda: numrs.where([True], np.ones(1, np.int8), 1000), OverflowError, ["where: x2 is 1000", "int8"]),
    (lambda: numrs.clip(np.ones(1, np.uint8), -1, 5), OverflowError, ["clip: min is -1", "uint8"]),
    (lambda: numrs.pow([2, 3], [1, -1]), ValueError, ["pow", "negative integer powers"]),
    (lambda: numrs.pow(np.int64(2), -1), ValueError, ["pow", "negative integer powers"]),
    (
        lambda: numrs.sum(x23, axis=2),
        AxisError,
        ["sum: axis 2 is out of bounds for 2-d input (shape (2, 3)); valid: -2..1"],
    ),
    (lambda: numrs.sum(x23, axis=-3), AxisError, ["sum: axis -3", "valid: -2..1"]),
    (lambda: numrs.sum(1.0, axis=0), AxisError, ["sum: axis 0", "0-d", "valid: none"]),
    (lambda: numrs.sum(x23, axis=(0, 5)), AxisError, ["sum: axis 5"]),
    (lambda: numrs.sum(x23, axis=10**30), AxisError, ["sum: axis 1000"]),
    (lambda: numrs.mean(x23, axis=(0, 0)), ValueError, ["mean: axis 0 is given twice", "(0, 0)"]),
    (lambda: numrs.mean(x23, axis=(0, -2)), ValueError, ["mean: axis 0 is given twice"]),
    (lambda: numrs.max(x23, axis="x"), TypeError, ["max: axis", "str", "int"]),
    (lambda: numrs.max(x23, axis=True), TypeError, ["max: axis", "True", "bool"]),
    (lambda: numrs.max(x23, axis=np.True_), TypeError, ["max: axis", "bool"]),
    (lambda: numrs.max(x23, axis=1.0), TypeError, ["max: axis", "float"]),
    (lambda: numrs.max(x23, axis=[0]), TypeError, ["max: axis", "list"]),
    (lambda: numrs.argmax(x23, axis=(0, 1)), TypeError, ["argmax: axis", "(0, 1)"]),
    (lambda: numrs.min([]), ValueError, ["min"]),
    (lambda: numrs.argmax(np.empty((0, 3)), axis=0), ValueError, ["argmax"]),
    (lambda: numrs.min(x4, where=np.zeros(4, bool)), ValueError, ["min"]),
    (lambda: numrs.sum(x4, where=[1, 0, 1, 0]), TypeError, ["sum: where", "int64", "bool"]),
    (lambda: numrs.sum(x4, where=np.ones(3, bool)), ValueError, ["sum", "where", "(3,)"]),
    (lambda: numrs.sum(x23, axis=0, out=np.empty(2)), ValueError, ["sum: out has shape (2,), expected (3,)"]),
    (lambda: numrs.sum(x23, axis=0, out=np.empty(3, np.int64)), TypeError, ["sum", "out", "int64", "float64"]),
    (
        lambda: numrs.sum(x23, axis=1, keepdims=True, out=np.empty(2)),
        ValueError,
        ["sum: out has shape (2,), expected (2, 1)"],
    ),
    (lambda: numrs.sum([1.0] * 3, out=read_only), ValueError, ["sum"]),
    (lambda: numrs.sum(x4, dtype="float128"), TypeError, ["astype: dtype is float128", "float64"]),
    (lambda: numrs.astype(x4, "nonsense"), TypeError, ["astype: dtype is 'nonsense'"]),
    (lambda: numrs.astype(x4, ">f8"), TypeError, ["astype: dtype", ">f8"]),
    (lambda: numrs.astype(x4, object), TypeError, ["astype: dtype is object"]),
    (lambda: numrs.var(x4, correction="one"), TypeError, ["var: correction", "str"]),
    (lambda: numrs.var(x4, correction=1, ddof=1), TypeError, ["var: correction and ddof"]),
    (lambda: numrs.cumulative_sum(x23), ValueError, ["cumulative_sum: axis is None", "(2, 3)"]),
    (lambda: numrs.cumulative_sum(x23, axis=2), AxisError, ["cumulative_sum: axis 2"]),
    (
        lambda: numrs.cumulative_sum(x23, axis=0, out=np.empty(3)),
        ValueError,
        ["cumulative_sum: out has shape (3,), expected (2, 3)"],
    ),
    (lambda: numrs.matmul(x23, x23), ValueError, ["matmul", "(2, 3)"]),
    (lambda: numrs.matmul(1.0, x23), ValueError, ["matmul"]),
    (lambda: numrs.matmul(x23, x32, out=np.empty((3, 3))), ValueError, ["matmul", "out", "(3, 3)", "(2, 2)"]),
    (lambda: numrs.matmul(x23, x32, out=np.empty((2, 2), np.int32)), TypeError, ["matmul", "out", "int32"]),
    (lambda: numrs.matmul(np.ones((2, 3, 4)), np.ones((5, 4, 2))), ValueError, ["matmul"]),
    (lambda: numrs.dot(x23, x23), ValueError, ["dot"]),
    (lambda: numrs.dot(x4, np.ones(3)), ValueError, ["dot"]),
    (lambda: numrs.inner(x23, x4), ValueError, ["inner"]),
    (lambda: numrs.vecdot(x23, x4), ValueError, ["vecdot", "(2, 3)", "(4,)"]),
    (lambda: numrs.vecdot(x23, np.ones((2, 1))), ValueError, ["vecdot", "(2, 3)", "(2, 1)"]),
    (lambda: numrs.vecdot(1.0, 2.0), ValueError, ["vecdot"]),
    (lambda: numrs.vecdot(x23, x23, axis=2), AxisError, ["vecdot: axis 2"]),
    (lambda: numrs.norm(x23, "nonsense"), ValueError, ["norm: ord is 'nonsense'"]),
    (lambda: numrs.norm(x23, 1, (0, 3)), AxisError, ["norm: axis 3"]),
    (lambda: numrs.vector_norm(x23, ord="fro"), ValueError, ["vector_norm: ord is 'fro'"]),
    (lambda: numrs.set_num_threads(0), ValueError, ["num_threads", "0", "1", "1024"]),
    (lambda: numrs.set_num_threads(-1), ValueError, ["num_threads", "-1"]),
    (lambda: numrs.set_num_threads(10**6), ValueError, ["num_threads", "1000000"]),
    (lambda: numrs.set_num_threads(10**30), ValueError, ["num_threads", "1 to 1024"]),
    (lambda: numrs.set_num_threads(2.0), TypeError, ["set_num_threads: n", "float"]),
    (lambda: numrs.set_num_threads(True), TypeError, ["set_num_threads: n", "bool"]),
    (lambda: numrs.set_backend("gpu"), ValueError, ["set_backend", "gpu", "cpu-portable"]),
    (lambda: numrs.set_backend(1), TypeError, ["set_backend: name", "int", "str"]),
    (lambda: numrs.memory.set_limit(-1), ValueError, ["set_limit: limit is -1"]),
    (lambda: numrs.memory.set_limit("1"), TypeError, ["set_limit: limit", "str"]),
    (lambda: numrs.show_config("xml"), ValueError, ["show_config: mode is 'xml'", "stdout"]),
    (lambda: numrs.add(1), TypeError, ["add"]),
    (lambda: numrs.add(1, 2, 3, 4), TypeError, ["add"]),
    (lambda: numrs.add(1, 2, where=True), TypeError, ["add", "where"]),
    (lambda: numrs.add(x1=1, x2=2), TypeError, ["add"]),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_message(number):
    call, kind, parts = CASES[number]
    before = numrs.get_num_threads(), numrs.get_backend(), numrs.memory.stats()["limit_bytes"]
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    for part in parts:
        assert re.search(re.escape(part), str(caught.value)), f"{caught.value!s} lacks {part!r}"
    assert before == (numrs.get_num_threads(), numrs.get_backend(), numrs.memory.stats()["limit_bytes"])


def test_outputs_stay_as_they_were():
    for size in (3, 100_000):
        y = np.full(size, 7.0)
        x = np.ones(size)
        wrong = [
            lambda: numrs.add(x, np.ones(size + 1), out=y),
            lambda: numrs.add(x, None, out=y),
            lambda: numrs.add(x, x.astype(complex), out=y),
            lambda: numrs.exp(np.ones((2, size)), out=y),
            lambda: numrs.pow(x.astype(int), -x.astype(int), out=y),
            lambda: numrs.sum(np.ones((2, size)), axis=1, out=y),
            lambda: numrs.min(np.ones((0, size)), axis=0, out=y),
            lambda: numrs.matmul(np.ones((size, 2)), np.ones(3), out=y),
            lambda: numrs.cumulative_sum(x, include_initial=True, out=y),
            lambda: numrs.bitwise_and(x, x, out=y),
        ]
        for number, call in enumerate(wrong):
            with pytest.raises((ValueError, TypeError)):
                call()
            assert (y == 7).all(), number
        y = np.full(size, 7, np.int32)
        with pytest.raises(TypeError):
            numrs.add(x, x, out=y)
        assert (y == 7).all()


def test_results_too_large():
    column = np.broadcast_to(np.float64(1), (1 << 30, 1))
    row = np.broadcast_to(np.float64(1), (1, 1 << 30))
    with pytest.raises((MemoryError, ValueError)):
        numrs.add(column, row)
    with pytest.raises((MemoryError, ValueError)):
        numrs.outer(np.ones(1 << 20), np.broadcast_to(np.float64(1), (1 << 30,)))
    numrs.memory.set_limit(1 << 20)
    try:
        with pytest.raises(MemoryError, match="no memory"):
            numrs.add(np.ones(1 << 20), 1.0)
        assert (numrs.add(np.ones(1000), 1.0) == 2).all()
    finally:
        numrs.memory.set_limit(None)


def test_many_dimensions():
    x = np.ones((1,) * 32)
    assert numrs.add(x, x).shape == (1,) * 32
    with pytest.raises(ValueError, match="ndim|dimensions"):
        numrs.add(np.ones((1,) * 33), 1.0)
    with pytest.raises(ValueError, match="ndim|dimensions"):
        numrs.sum(np.ones((1,) * 40), axis=0)
