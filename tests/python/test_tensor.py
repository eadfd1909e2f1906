"""Tensor itself: construction, attributes, views and indexing against NumPy, operators, in-place changes, text, bad input."""

import copy
import math
import pickle
import sys
import weakref

import ml_dtypes
import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numrs import Tensor

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = [np.dtype(name) for name in ["bool", *INTEGERS, "float16", "float32", "float64", "complex64", "complex128"]]
DTYPES.append(np.dtype(ml_dtypes.bfloat16))


def array(dtype, shape=(3, 4)):
    size = int(np.prod(shape))
    values = np.arange(size) % 7 - (3 if np.dtype(dtype).kind not in "bu" else 0)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * (np.arange(size) % 5)
    return values.astype(dtype).reshape(shape)


def same(tensor, expected):
    assert type(tensor) is Tensor
    expected = np.asarray(expected)
    assert tensor.dtype == expected.dtype
    assert tensor.shape == expected.shape
    np.testing.assert_array_equal(tensor.numpy(), expected)


class TestConstruction:
    @pytest.mark.parametrize("dtype", DTYPES, ids=str)
    def test_copies_an_ndarray(self, dtype):
        a = array(dtype)
        t = Tensor(a)
        same(t, a)
        assert not np.shares_memory(t.numpy(), a)
        assert t.numpy().ctypes.data % 64 == 0

    @pytest.mark.parametrize("dtype", DTYPES, ids=str)
    def test_from_numpy_and_asarray_share(self, dtype):
        a = array(dtype)
        for t in (numrs.from_numpy(a), numrs.asarray(a), numrs.from_numpy(a[::-1, ::2].T)):
            assert np.shares_memory(t.numpy(), a)
        same(numrs.from_numpy(a[::-1, ::2].T), a[::-1, ::2].T)

    def test_lists_scalars_and_defaults(self):
        same(Tensor([1, 2, 3]), np.array([1, 2, 3]))
        same(Tensor([[1.5], [2]]), np.array([[1.5], [2.0]]))
        same(Tensor(True), np.array(True))
        same(Tensor([1j]), np.array([1j]))
        same(Tensor([Tensor([1, 2]), [3, 4]]), np.array([[1, 2], [3, 4]]))
        same(Tensor(), np.zeros(()))
        same(Tensor(shape=(0, 3), dtype="float32"), np.zeros((0, 3), np.float32))
        same(Tensor(shape=4), np.zeros(4))
        same(Tensor(range(6), shape=(2, 3)), np.arange(6).reshape(2, 3))
        same(Tensor(np.arange(6), shape=(2, -1), dtype="float32"), np.arange(6, dtype=np.float32).reshape(2, 3))
        same(Tensor([1, 2], dtype="bfloat16"), np.array([1, 2], ml_dtypes.bfloat16))
        same(Tensor(np.array([1, 2], ">f8")), np.array([1.0, 2.0]))

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: Tensor([[1, 2], [3]]), ValueError, "Tensor"),
            (lambda: Tensor("text"), TypeError, "str"),
            (lambda: Tensor({"a": 1}), TypeError, "dict"),
            (lambda: Tensor(["a"]), TypeError, "data"),
            (lambda: Tensor([None]), TypeError, "data"),
            (lambda: Tensor([1, 2], dtype="datetime64[s]"), TypeError, "dtype"),
            (lambda: Tensor([1, 2], dtype=object), TypeError, "dtype"),
            (lambda: Tensor(np.zeros(2, np.longdouble)), TypeError, "longdouble|float128"),
            (lambda: Tensor([1, 2], shape=(3,)), ValueError, "3"),
            (lambda: Tensor(shape=(-1,)), ValueError, "negative"),
            (lambda: Tensor(shape=(1 << 40, 1 << 40)), ValueError, "more elements"),
            (lambda: Tensor(shape=(1 << 59,)), MemoryError, "memory"),
            (lambda: Tensor(shape=(1 << 70,)), ValueError, "64 bits"),
            (lambda: Tensor(shape=(1,) * 33), ValueError, "32"),
            (lambda: Tensor([1j], dtype="float64"), TypeError, "real"),
            (lambda: Tensor([1], device="cuda:0"), RuntimeError, "cuda"),
            (lambda: Tensor([1], device="tpu"), ValueError, "tpu"),
            (lambda: Tensor([1], requires_grad=True), TypeError, "float"),
            (lambda: Tensor(np.ma.masked_array([1, 2], [True, False])), TypeError, "masked"),
            (lambda: numrs.from_numpy([1, 2]), TypeError, "list"),
            (lambda: numrs.asarray([1], copy=False), ValueError, "copy"),
            (lambda: numrs.asarray(np.arange(3), dtype="float32", copy=False), ValueError, "copy"),
            (lambda: Tensor(300, dtype="uint8"), OverflowError, "300"),
        ],
    )
    def test_bad_input(self, make, error, text):
        with pytest.raises(error, match=text):
            make()

    def test_second_init_and_uninitialised(self):
        t = Tensor([1])
        with pytest.raises(RuntimeError, match="second"):
            t.__init__([2])
        same(t, np.array([1]))
        raw = Tensor.__new__(Tensor)
        assert "not initialised" in repr(raw)
        for use in (lambda: raw + 1, lambda: raw[0], lambda: raw.dtype, lambda: raw.numpy(), lambda: numrs.exp(raw)):
            with pytest.raises((TypeError, IndexError)):
                use()

    def test_read_only_stays_read_only(self):
        a = np.arange(3)
        a.flags.writeable = False
        t = numrs.from_numpy(a)
        with pytest.raises(ValueError, match="read-only"):
            t[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            t += 1
        assert not t[1:].numpy().flags.writeable
        same(t, np.arange(3))

    def test_an_array_with_a_tensor_is_not_resized(self):
        a = np.arange(10)
        t = numrs.from_numpy(a)
        with pytest.raises(ValueError):
            a.resize(10_000_000, refcheck=False)
        same(t, np.arange(10))

    def test_memory_outlives_its_makers(self):
        t = numrs.from_numpy(np.arange(1000.0))
        view = t[10:20].numpy()
        del t
        np.testing.assert_array_equal(view, np.arange(10.0, 20.0))
        big = Tensor(np.arange(100_000.0))
        part = big[5:]
        del big
        assert float(part[0]) == 5.0


class TestAttributes:
    def test_of_a_matrix(self):
        t = Tensor(np.zeros((3, 4), np.float32))
        assert (t.shape, t.ndim, t.size, t.itemsize, t.nbytes, t.strides) == ((3, 4), 2, 12, 4, 48, (16, 4))
        assert type(t.shape) is tuple and t.dtype is np.dtype("float32")
        assert str(t.device) == "cpu" and t.device == "cpu" and t.backend == numrs.get_backend()
        assert t.requires_grad is False and t.grad is None
        assert t.T.shape == (4, 3) and t.T.strides == (4, 16)

    def test_transposes(self):
        a = array("int32", (2, 3, 4))
        t = Tensor(a)
        same(t.mT, a.swapaxes(1, 2))
        with pytest.raises(ValueError, match="permute_dims"):
            t.T  # noqa: B018
        with pytest.raises(ValueError, match="2 or more"):
            Tensor([1]).mT  # noqa: B018

    def test_real_and_imag_are_views(self):
        t = Tensor([1 + 2j, 3 - 4j])
        same(t.real, np.array([1.0, 3.0]))
        t.imag[0] = 7
        same(t, np.array([1 + 7j, 3 - 4j]))

    def test_many_dimensions(self):
        a = np.zeros((1,) * 32)
        same(numrs.asarray(a), a)
        same(numrs.asarray(np.zeros((2, 1, 3, 1, 2, 0, 4))), np.zeros((2, 1, 3, 1, 2, 0, 4)))

    def test_sizeof_is_that_of_the_data(self):
        assert sys.getsizeof(Tensor(shape=(1000,))) > 8000
        assert sys.getsizeof(Tensor(shape=(1000,))[:]) < 1000


INDICES = [
    0, -1, 2, np.int8(1), slice(None), slice(1, 3), slice(None, None, -1), slice(10, 20), slice(-100, 100, 2), slice(5, 2, -2),
    Ellipsis, None, (), (0, 0), (Ellipsis, 0), (0, Ellipsis), (None, 0, None), (slice(1, None), None, 1), (0, slice(None), None),
    [0, 2], [True, False, True], np.array([2, 0, -1]), (np.array([0, 1]), slice(None)), (slice(None), [1, 3]), ([0, 1], [2, 3]),
    (np.array([[0], [2]]), np.array([1, 3])), np.zeros((3, 4), bool), (0, np.array([True, False, True, False])), np.array(1),
]  # fmt: skip
BAD_INDICES = [3, -4, (0, 4), (0, 0, 0), 1.0, "a", (Ellipsis, Ellipsis), [0, 3], np.zeros(4, bool), np.array([0.5]), 1 << 70]


class TestIndexing:
    @pytest.mark.parametrize("key", INDICES, ids=repr)
    def test_get_equals_numpy(self, key):
        for a in (array("float32"), array("float64")[::-1, ::-1], np.asfortranarray(array("int16"))):
            same(numrs.asarray(a)[key], a[key])

    @pytest.mark.parametrize("key", INDICES, ids=repr)
    def test_set_equals_numpy(self, key):
        a = array("float64")
        t = Tensor(a)
        before = t._version
        shape = a[key].shape
        for value in (2, np.arange(np.prod(shape, dtype=int)).reshape(shape), Tensor(np.full(shape, 7, np.int8))):
            t[key] = value
            a[key] = numrs.asarray(value).numpy()
            same(t, a)
        assert t._version > before

    @pytest.mark.parametrize("key", BAD_INDICES, ids=repr)
    def test_bad_index(self, key):
        t = Tensor(array("int64"))
        with pytest.raises(IndexError):
            t[key]
        with pytest.raises(IndexError):
            t[key] = 1
        same(t, array("int64"))

    def test_tensors_as_indices(self):
        a = array("float32")
        t = Tensor(a)
        same(t[Tensor([2, 0])], a[[2, 0]])
        same(t[t > 0], a[a > 0])
        same(t[Tensor(1)], a[1])
        same(t[Tensor([0, 1]), Tensor([1, 2])], a[[0, 1], [1, 2]])
        t[t > 0] = 0
        a[a > 0] = 0
        same(t, a)
        t[Tensor([0]), 1:] = Tensor([9.0, 8.0, 7.0])
        a[[0], 1:] = [9, 8, 7]
        same(t, a)

    def test_basic_indices_are_views(self):
        t = Tensor(array("float64"))
        for key in (0, slice(1, 3), (Ellipsis, 0), None, (slice(None, None, -2), 1)):
            assert np.shares_memory(t[key].numpy(), t.numpy())
        with numrs.memory.trace() as seen:
            t[1:, ::2], t[0], t.T, t.reshape(4, 3), t[None]
        assert (seen.copied_bytes, seen.allocations) == (0, 0)

    def test_bad_values(self):
        t = Tensor(array("float64"))
        for value, error in ((np.zeros(5), ValueError), (1j, TypeError), (Tensor([1j]), TypeError), ("a", ValueError)):
            with pytest.raises(error):
                t[0] = value
        with pytest.raises(OverflowError):
            Tensor(array("int8"))[0] = 1000
        same(t, array("float64"))

    def test_overlapping_assignment(self):
        a = np.arange(10)
        t = Tensor(a)
        t[1:] = t[:-1]
        a[1:] = a[:-1].copy()
        same(t, a)
        t[::-1] = t
        same(t, a[::-1])

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(st.data())
    def test_any_basic_index(self, data):
        a = data.draw(hnp.arrays(np.int32, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
        key = data.draw(hnp.basic_indices(a.shape, allow_newaxis=True, allow_ellipsis=True, max_dims=8))
        same(numrs.asarray(a)[key], a[key])

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.data())
    def test_any_reshape(self, data):
        a = data.draw(hnp.arrays(np.int32, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)))
        b = a[tuple(slice(None, None, data.draw(st.sampled_from([1, -1, 2]))) for _ in a.shape)]
        for shape in ((-1,), b.shape[::-1], (1, *b.shape)):
            if b.size == 0 and -1 in shape:
                continue
            same(numrs.asarray(b).reshape(shape), b.reshape(shape))


class TestOperators:
    BINARY = [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a // b, lambda a, b: a % b,
        lambda a, b: a == b, lambda a, b: a != b, lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b,
        lambda a, b: a**2 + b,
    ]  # fmt: skip

    @pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float64"])
    @pytest.mark.parametrize("f", BINARY)
    def test_with_every_kind_of_operand(self, f, dtype):
        a, b = array(dtype) + np.dtype(dtype).type(4), array(dtype)[::-1] % 3 + np.dtype(dtype).type(1)
        t, u = Tensor(a), Tensor(b)
        expected = f(a, b)
        for x, y in ((t, u), (t, b), (a, u), (numrs.from_numpy(a[::-1])[::-1], u)):
            same(f(x, y), expected)
        same(f(t, u[0]), f(a, b[0]))
        same(f(t[:, :1], u), f(a[:, :1], b))
        same(f(t, 3), f(a, 3))
        same(f(3, u), f(3, b))
        same(f(t, u.numpy().tolist()[0]), f(a, np.array(b.tolist()[0])))
        same(f(Tensor(a[0, 0]), u), f(np.array(a[0, 0]), b))
        same(f(t[:0], u[:0]), f(a[:0], b[:0]))

    def test_bits_and_shifts(self):
        a, b = array("int16"), array("int16")[::-1] % 3
        t, u = Tensor(a), Tensor(b)
        same(t & u, a & b)
        same(t | 5, a | 5)
        same(3 ^ u, 3 ^ b)
        same(t << abs(u), a << abs(b))
        same(t >> 1, a >> 1)
        same(~t, ~a)
        same(~Tensor([True, False]), np.array([False, True]))
        with pytest.raises(TypeError):
            Tensor([1.0]) & 1

    def test_unary(self):
        a = array("float32")
        same(-Tensor(a), -a)
        same(+Tensor(a), a)
        same(abs(Tensor(a)), abs(a))

    def test_in_place(self):
        for dtype in ("int32", "float32", "float64"):
            a = array(dtype)
            t = Tensor(a)
            alias, before = t[0], t._version
            t += Tensor(np.ones(4, dtype))
            t *= 3
            t -= a
            assert t._version == alias._version == before + 3
            a2 = (a + np.ones(4, dtype)) * np.dtype(dtype).type(3) - a
            same(t, a2)
            same(alias, a2[0])
        t = Tensor(array("int32"))
        for change in (lambda: t.__itruediv__(2), lambda: t.__iadd__(0.5), lambda: t.__iadd__(Tensor(np.zeros((2, 3, 4))))):
            with pytest.raises((TypeError, ValueError)):
                change()
        same(t, array("int32"))

    def test_in_place_on_views_that_overlap(self):
        a = np.arange(10.0)
        t = Tensor(a)
        view = t[1:]
        view += t[:-1]
        a[1:] += a[:-1].copy()
        same(t, a)

    def test_shapes_that_do_not_broadcast(self):
        with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
            Tensor([1, 2, 3]) + Tensor([1, 2])

    def test_unknown_operands_are_left_alone(self):
        class Other:
            __array_ufunc__ = None

            def __radd__(self, other):
                return "theirs"

        assert Tensor([1]) + Other() == "theirs"
        for make in (lambda: Tensor([1]) + "a", lambda: None + Tensor([1]), lambda: Tensor([1]) < object()):
            with pytest.raises(TypeError):
                make()
        assert (Tensor([1]) == None) is False  # noqa: E711

    def test_conversion_to_python(self):
        assert (bool(Tensor(2)), int(Tensor(2.7)), float(Tensor(3)), complex(Tensor(1j))) == (True, 2, 3.0, 1j)
        for name in ("float16", "float32", "float64"):  # a real NaN has two of them as a complex number, says the standard
            number = complex(Tensor(math.nan, dtype=name))
            assert math.isnan(number.real) and math.isnan(number.imag)
            assert complex(Tensor(-math.inf, dtype=name)) == complex(-math.inf, 0)
        assert list(range(5))[Tensor(2)] == 2
        assert (Tensor([5]).item(), Tensor([[1, 2], [3, 4]]).item(1, 0), Tensor([1.5]).tolist()) == (5, 3, [1.5])
        assert type(Tensor([1], dtype="bfloat16").item()) is float
        for make, error in (
            (lambda: bool(Tensor([1, 2])), ValueError),
            (lambda: int(Tensor([1])), TypeError),
            (lambda: float(Tensor(1j)), TypeError),
            (lambda: [1, 2][Tensor(1.0)], TypeError),
            (lambda: [1, 2][Tensor(True)], TypeError),
            (lambda: int(Tensor(float("nan"))), ValueError),
            (lambda: len(Tensor(1)), TypeError),
            (lambda: iter(Tensor(1)).__next__(), TypeError),
            (lambda: hash(Tensor(1)), TypeError),
            (lambda: Tensor([1, 2]).item(), ValueError),
        ):
            with pytest.raises(error):
                make()

    def test_iteration_and_membership(self):
        t = Tensor([[1, 2], [3, 4]])
        assert [row.tolist() for row in t] == [[1, 2], [3, 4]]
        assert len(t) == 2 and 3 in t and 7 not in t


class TestMethods:
    def test_reshape(self):
        t = Tensor(np.arange(12))
        assert np.shares_memory(t.reshape(3, 4).numpy(), t.numpy())
        assert not np.shares_memory(t.reshape((3, 4), copy=True).numpy(), t.numpy())
        same(t.reshape(2, -1).T.reshape(-1), np.arange(12).reshape(2, -1).T.reshape(-1))
        with pytest.raises(ValueError, match="copy"):
            t.reshape(3, 4).T.reshape(12, copy=False)
        for shape in ((5,), (-1, -1), (-2, 6), (0,), (0, -1)):
            with pytest.raises(ValueError, match="reshape"):
                t.reshape(shape)
        for shape in ("a", (1.0, 12), (None,)):
            with pytest.raises(TypeError, match="reshape"):
                t.reshape(shape)

    def test_astype_and_to(self):
        t = Tensor(array("float64"))
        same(t.astype("int32"), array("float64").astype("int32"))
        assert t.astype("float64", copy=False) is t and t.astype("float64") is not t
        assert t.to("cpu") is t and t.cpu() is t and t.to_device(t.device) is t
        same(t.to("float32"), array("float32"))
        with pytest.raises(RuntimeError, match="cuda"):
            t.cuda()
        with pytest.raises(RuntimeError, match="cuda:1"):
            t.to("cuda:1")
        with pytest.raises(TypeError, match="real part"):
            Tensor([1j]).astype("float32")

    def test_copies(self):
        t = Tensor(array("float32"))[::-1]
        for made in (t.copy(), copy.copy(t), copy.deepcopy(t), t.contiguous(), pickle.loads(pickle.dumps(t))):
            same(made, t.numpy())
            assert not np.shares_memory(made.numpy(), t.numpy())
        assert t.copy().contiguous().strides == (16, 4)
        dense = t.copy()
        assert dense.contiguous() is dense
        assert np.shares_memory(dense.detach().numpy(), dense.numpy())

    @pytest.mark.parametrize("dtype", DTYPES, ids=str)
    def test_pickle_out_of_band(self, dtype):
        t = Tensor(array(dtype))
        buffers = []
        blob = pickle.dumps(t, 5, buffer_callback=buffers.append)
        assert len(buffers) == 1 and len(blob) < 600
        made = pickle.loads(blob, buffers=buffers)
        same(made, t.numpy())
        assert np.shares_memory(made.numpy(), t.numpy())
        same(pickle.loads(pickle.dumps(t, 4)), t.numpy())

    def test_weak_references_and_cycles(self):
        t = Tensor([1.0])
        ref = weakref.ref(t)
        t.grad = t
        del t
        import gc

        gc.collect()
        assert ref() is None

    def test_grad_is_checked(self):
        t = Tensor([1.0], requires_grad=True)
        assert t.requires_grad and copy.deepcopy(t).requires_grad and not t.detach().requires_grad
        with pytest.raises(ValueError, match="grad"):
            t.grad = Tensor([1.0, 2.0])


class TestText:
    def test_repr(self):
        assert repr(Tensor([1.5, 2])) == "tensor([1.5, 2. ], dtype=float64, device='cpu')"
        assert repr(Tensor(3)) == "tensor(3, dtype=int64, device='cpu')"
        assert repr(Tensor([1.0], requires_grad=True)) == "tensor([1.], dtype=float64, device='cpu', requires_grad=True)"
        assert repr(Tensor(shape=(2, 0))) == "tensor([], shape=(2, 0), dtype=float64, device='cpu')"
        assert len(repr(Tensor(shape=(10_000,)))) < 100
        assert max(map(len, repr(Tensor(np.arange(100.0))).splitlines())) <= 75

    def test_str_format_html(self):
        assert str(Tensor([1, 2])) == "[1 2]"
        assert f"{Tensor(3.14159):.2f}" == "3.14"
        html = Tensor([[1, 2], [3, 4]])._repr_html_()
        assert html.count("<td>") == 4 and "Tensor (2, 2) int64 on cpu" in html
        assert "…" in Tensor(shape=(100, 100))._repr_html_()


def test_steady_loops_allocate_nothing():
    t, u = Tensor(shape=(1000,)), Tensor(shape=(1000,))
    for _ in range(2):  # v holds one block while the next is made
        v = t + u
    with numrs.memory.trace() as seen:
        for _ in range(100):
            v = t + u
    assert seen.misses == 0 and seen.allocations == 100
    del v


def test_devices():
    cpu = numrs.get_devices()[0]
    assert str(cpu) == "cpu" and cpu.memory_gb > 0 and cpu.name and cpu.kind == "cpu"
    assert numrs.get_device() == cpu
    numrs.set_device("cpu")
    with numrs.device("cpu") as here:
        assert here == "cpu"
    for bad, error in (("cuda:0", RuntimeError), ("cpu:1", RuntimeError), ("gpu", ValueError), (3, TypeError), ("cuda:x", ValueError)):
        with pytest.raises(error, match="device"):
            numrs.set_device(bad)
    assert pickle.loads(pickle.dumps(cpu)) == cpu and hash(cpu) == hash("cpu")


def test_pool_allocator():
    arena = numrs.memory.PoolAllocator(1000)
    assert arena.capacity == arena.available == 1024
    a, b = arena.allocate(100), arena.empty((4, 8), "float32")
    assert a.shape == (100,) and a.ctypes.data % 64 == 0 and b.ctypes.data % 64 == 0 and b.shape == (4, 8)
    numrs.add(np.ones((4, 8), np.float32), 1, out=b)
    assert (b == 2).all()
    with pytest.raises(MemoryError, match="1024"):
        arena.allocate(1024)
    arena.free(a)
    with pytest.raises(ValueError, match="before"):
        arena.free(a)
    with pytest.raises(ValueError, match="no block"):
        arena.free(np.zeros(3))
    arena.free(b)
    stats = arena.stats()
    assert (stats["in_use_bytes"], stats["blocks"], stats["allocations"], stats["refusals"]) == (0, 0, 2, 1)
    assert arena.allocate(1024).size == 1024
    for bad, error in ((0, ValueError), (-1, ValueError), ("a", TypeError), (True, TypeError)):
        with pytest.raises(error, match="capacity"):
            numrs.memory.PoolAllocator(bad)
