"""What NumPy, DLPack and buffers do with tensors: ufuncs, functions, capsules that are taken, dropped or wrong, no copies."""

import ctypes
import gc

import ml_dtypes
import numpy as np
import numrs
import pytest
from numrs import Tensor
from numrs._ops._numpy import FUNCTIONS, UFUNCS

DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64",
    "complex128",
]  # fmt: skip


def same(tensor, expected):
    assert type(tensor) is Tensor
    np.testing.assert_array_equal(tensor.numpy(), expected)
    assert tensor.dtype == np.asarray(expected).dtype and tensor.shape == np.shape(expected)


def near(tensor, expected):
    assert type(tensor) is Tensor
    assert tensor.dtype == np.asarray(expected).dtype and tensor.shape == np.shape(expected)
    np.testing.assert_allclose(tensor.numpy(), expected, rtol=1e-6)


class TestUfuncs:
    @pytest.mark.parametrize("ufunc", list(UFUNCS), ids=lambda f: f.__name__)
    def test_on_tensors(self, ufunc):
        inputs = [np.linspace(0.1, 0.9, 9), np.linspace(0.2, 0.8, 9)][: ufunc.nin]
        if ufunc.types[0].startswith(("?", "b")) and not any(kind.startswith("d") for kind in ufunc.types):
            inputs = [np.arange(1, 10), np.arange(9) % 3][: ufunc.nin]
        if ufunc is np.arccosh:
            inputs = [inputs[0] + 1]
        if ufunc is np.matmul:
            inputs = [x.reshape(3, 3) for x in inputs]
        expected = ufunc(*inputs)
        near(ufunc(*[Tensor(x) for x in inputs]), expected)
        near(ufunc(Tensor(inputs[0]), *inputs[1:]), expected)
        if ufunc.nin == 2:
            near(ufunc(inputs[0], Tensor(inputs[1])), expected)
        out = Tensor(np.zeros_like(expected))
        assert ufunc(*[Tensor(x) for x in inputs], out=out) is out
        near(out, expected)

    def test_those_of_numpy_alone(self):
        a = np.linspace(0.1, 2, 6)
        near(np.spacing(Tensor(a)), np.spacing(a))
        near(np.heaviside(Tensor(a), 0.5), np.heaviside(a, 0.5))
        whole, rest = np.divmod(Tensor(a), 0.3)
        near(whole, np.divmod(a, 0.3)[0])
        near(rest, np.divmod(a, 0.3)[1])

    def test_where_dtype_and_methods(self):
        a = np.arange(6.0).reshape(2, 3)
        t, mask = Tensor(a), a > 2
        out = Tensor(a)
        version = out._version
        assert np.add(t, 1, out=out, where=Tensor(mask)) is out and out._version > version
        same(out, np.where(mask, a + 1, a))
        same(np.add(t, t, dtype=np.float32), (a + a).astype(np.float32))
        same(np.add.reduce(t), a.sum(0))
        same(np.add.reduce(t, axis=1, keepdims=True), a.sum(1, keepdims=True))
        same(np.maximum.reduce(t, axis=None), np.asarray(a.max()))
        same(np.add.accumulate(t, axis=1), a.cumsum(1))
        same(np.multiply.outer(t, t), np.multiply.outer(a, a))
        same(np.add.reduceat(t[0], [0, 2]), np.add.reduceat(a[0], [0, 2]))
        array = np.zeros(3)
        assert np.add(t[0], 1, out=array) is array
        np.testing.assert_array_equal(array, a[0] + 1)
        np.add.at(t, ([0, 0], [0, 0]), 5)
        assert float(t[0, 0]) == 10

    def test_ndarray_first(self):
        a = np.arange(3.0)
        same(a + Tensor(a), a + a)
        same(np.float32(2) * Tensor(a), 2 * a)
        a += Tensor([1.0, 2.0, 3.0])
        assert type(a) is np.ndarray
        np.testing.assert_array_equal(a, [1, 3, 5])


CALLS = {
    "sum": lambda x: np.sum(x, axis=0, keepdims=True), "prod": lambda x: np.prod(x), "any": lambda x: np.any(x, axis=(0, 1)),
    "min": lambda x: np.min(x, axis=1), "mean": lambda x: np.mean(x, axis=0), "var": lambda x: np.var(x, axis=0, ddof=1),
    "nansum": lambda x: np.nansum(x), "argmin": lambda x: np.argmin(x, axis=0), "median": lambda x: np.median(x, axis=1),
    "percentile": lambda x: np.percentile(x, 30), "where": lambda x: np.where(x > 2, x, 0 * x), "sort": lambda x: np.sort(x, axis=0),
    "partition": lambda x: np.partition(x, 1), "unique": lambda x: np.unique(x), "histogram": lambda x: np.histogram(x, 4)[0],
    "tensordot": lambda x: np.tensordot(x, x.T, 1), "einsum": lambda x: np.einsum("ij,ik->jk", x, x),
    "concatenate": lambda x: np.concatenate([x, x]), "stack": lambda x: np.stack([x, x], axis=1), "vstack": lambda x: np.vstack([x, x]),
    "transpose": lambda x: np.transpose(x), "take": lambda x: np.take(x, [1, 0], axis=1), "cumsum": lambda x: np.cumsum(x, axis=1),
    "cumsum_flat": lambda x: np.cumsum(x), "broadcast_to": lambda x: np.broadcast_to(x, (2, *x.shape)),
    "zeros_like": lambda x: np.zeros_like(x), "full_like": lambda x: np.full_like(x, 3), "squeeze": lambda x: np.squeeze(x[None]),
    "sliding": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1), "qr": lambda x: abs(np.linalg.qr(x)[1]),
    "clip": lambda x: np.clip(x, 1, 3), "round": lambda x: np.round(x, 1), "pad": lambda x: np.pad(x, 1), "roll": lambda x: np.roll(x, 1),
    "isclose": lambda x: np.isclose(x, x), "diff": lambda x: np.diff(x), "average": lambda x: np.average(x, axis=0),
    "split": lambda x: np.split(x, 2, axis=1)[1], "unravel": lambda x: np.unravel_index(np.argmax(x), x.shape)[0],
    "fft": lambda x: np.fft.fft(x).real, "norm": lambda x: np.linalg.norm(x), "copy": lambda x: np.copy(x),
    "polyval": lambda x: np.polyval(x[0], x[1]), "polyfit": lambda x: np.polyfit(x[0], x[1], 2), "roots": lambda x: np.roots(x[0]),
    "polymul": lambda x: np.polymul(x[0], x[1]), "polydiv": lambda x: np.polydiv(x[0], x[1, :2])[1], "vander": lambda x: np.vander(x[0]),
    "unwrap": lambda x: np.unwrap(x, axis=1), "sinc": lambda x: np.sinc(x), "fix": lambda x: np.fix(-x), "i0": lambda x: np.i0(x),
    "histogramdd": lambda x: np.histogramdd(x, 2)[0], "histogram2d": lambda x: np.histogram2d(x[0], x[1], 3)[0],
    "trim_zeros": lambda x: np.trim_zeros(x[0] - 3), "resize": lambda x: np.resize(x, (3, 3)), "extract": lambda x: np.extract(x > 2, x),
    "unstack": lambda x: np.unstack(x)[1], "unique_counts": lambda x: np.unique_counts(x).counts, "cond": lambda x: np.linalg.cond(x),
    "multi_dot": lambda x: np.linalg.multi_dot([x, x.T, x]), "vector_norm": lambda x: np.linalg.vector_norm(x, axis=1),
    "fft2": lambda x: np.fft.fft2(x).real, "rfftn": lambda x: np.fft.rfftn(x).imag, "geomspace": lambda x: np.geomspace(x[0], x[1], 3),
    "isneginf": lambda x: np.isneginf(-x), "ix_": lambda x: np.ix_(x[0] > 1)[0], "diagflat": lambda x: np.diagflat(x[0]),
    "piecewise": lambda x: np.piecewise(x, [x < 2], [-1, lambda part: part * 2]), "tril": lambda x: np.tril_indices_from(x)[0],
}  # fmt: skip


class TestFunctions:
    @pytest.mark.parametrize("name", list(CALLS))
    def test_on_tensors(self, name):
        a = np.array([[3.0, 1.0, 2.5, 0.5], [5.0, 4.0, 2.0, 1.5]])
        expected = CALLS[name](a)
        near(CALLS[name](Tensor(a)), expected)

    @pytest.mark.filterwarnings("error")
    def test_writers(self):
        def changes(write):
            a = np.array([[3.0, 1.0, 2.5], [5.0, 4.0, 2.0]])
            t = Tensor(a)
            with np.errstate(all="raise"):
                assert write(a) is None and write(t) is None
            same(t, a)

        changes(lambda x: np.put(x, [0, -1], 9.0))
        changes(lambda x: np.putmask(x, x > 2, x * 2))
        changes(lambda x: np.place(x, x > 2, [1.0, 2.0]))
        changes(lambda x: np.fill_diagonal(x, 7.0))

    def test_creation_like(self):
        same(np.asarray([1, 2], like=Tensor(0)), np.array([1, 2]))
        same(np.zeros(3, like=Tensor(0)), np.zeros(3))

    def test_what_is_not_listed_is_refused(self):
        assert np.kaiser not in FUNCTIONS and np.lexsort not in FUNCTIONS
        with pytest.raises(TypeError, match="no implementation"):
            np.lexsort((Tensor([1, 2]), Tensor([2, 1])))

    def test_answers_that_are_no_arrays(self):
        t = Tensor([1.0, 2.0])
        assert np.shape(t) == (2,) and np.array_equal(t, t) and np.allclose(t, [1, 2]) and np.may_share_memory(t, t[1:])
        assert np.result_type(t, np.float32) == np.float64


class TestMemory:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_arrays_over_it(self, dtype):
        t = numrs.asarray(np.zeros((3, 4), dtype))[::-1, ::2]
        for made in (np.asarray(t), np.array(t, copy=False), np.from_dlpack(t), np.asarray(memoryview(t)), t.numpy()):
            assert np.shares_memory(made, t.numpy()) and made.strides == t.strides and made.dtype == dtype
        copied = np.array(t)
        assert not np.shares_memory(copied, t.numpy())
        assert np.asarray(t, dtype="float64" if np.dtype(dtype).kind != "c" else "complex128").shape == t.shape
        described = t.__array_interface__
        assert described["data"][0] == t.numpy().ctypes.data and described["strides"] == t.strides

    def test_copy_false_needs_no_copy(self):
        with pytest.raises(ValueError, match="copy"):
            np.asarray(Tensor([1, 2]), dtype="float32", copy=False)

    def test_buffers_keep_the_memory(self):
        t = Tensor(np.arange(1000.0))
        view = memoryview(t)
        del t
        gc.collect()
        assert view[999] == 999.0 and view.format == "d" and not view.readonly
        frozen = np.arange(3)
        frozen.flags.writeable = False
        assert memoryview(numrs.from_numpy(frozen)).readonly
        assert bytes(Tensor([1, 2], dtype="uint8")) == b"\x01\x02"

    def test_buffer_does_not_leak(self):
        import sys

        t = Tensor([1.0])
        before = sys.getrefcount(t), sys.getrefcount(None)
        for _ in range(1000):
            memoryview(t).release()
            t.__dlpack__()
            np.from_dlpack(t)
            numrs.from_dlpack(t.numpy())
        after = sys.getrefcount(t), sys.getrefcount(None)
        assert after[0] == before[0] and abs(after[1] - before[1]) < 100


class Producer:
    """An array of another library: capsules that the tests make."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack_device__(self):
        return 1, 0

    def __dlpack__(self, **kwargs):
        return self.capsule


class TestDLPack:
    @pytest.mark.parametrize("dtype", [*DTYPES, ml_dtypes.bfloat16], ids=str)
    def test_round_trip(self, dtype):
        t = Tensor(np.ones((2, 3), dtype)).mT
        for made in (
            numrs.from_dlpack(t),
            numrs.from_dlpack(Producer(t.__dlpack__())),
            numrs.from_dlpack(Producer(t.__dlpack__(max_version=(1, 0)))),
        ):
            same(made, t.numpy())
            assert np.shares_memory(made.numpy(), t.numpy()) and made.strides == t.strides

    def test_from_numpy_arrays(self):
        for a in (np.arange(6.0).reshape(2, 3)[::-1, ::2], np.zeros(()), np.zeros((0, 3)), np.array(True)):
            same(numrs.from_dlpack(a), a)
        a = np.arange(3)
        numrs.from_dlpack(a)[0] = 9
        assert a[0] == 9
        a.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            numrs.from_dlpack(a)[0] = 1

    def test_copy(self):
        a = np.arange(3.0)
        made = numrs.from_dlpack(a, copy=True)
        assert not np.shares_memory(made.numpy(), a)
        t = Tensor(a)
        assert not np.shares_memory(np.from_dlpack(t, copy=True), t.numpy())
        assert np.shares_memory(np.from_dlpack(t, copy=False), t.numpy())

    def test_device(self):
        t = Tensor([1])
        assert t.__dlpack_device__() == (1, 0)
        t.__dlpack__(dl_device=(1, 0))
        for bad in ({"dl_device": (2, 0)}, {"stream": 1}):
            with pytest.raises(BufferError):
                t.__dlpack__(**bad)
        with pytest.raises(RuntimeError, match="cuda"):
            numrs.from_dlpack(np.zeros(1), device="cuda:0")

    def test_read_only_memory(self):
        a = np.arange(3)
        a.flags.writeable = False
        t = numrs.from_numpy(a)
        with pytest.raises(BufferError, match="read-only"):
            t.__dlpack__()
        assert not np.from_dlpack(t).flags.writeable

    def test_a_capsule_is_taken_once(self):
        for version in (None, (1, 0)):
            capsule = Tensor([1, 2]).__dlpack__(max_version=version)
            made = numrs.from_dlpack(Producer(capsule))
            with pytest.raises(BufferError, match="taken"):
                numrs.from_dlpack(Producer(capsule))
            same(made, np.array([1, 2]))

    def test_the_memory_lives_as_long_as_somebody_has_it(self):
        import weakref

        for version in (None, (1, 0)):
            t = Tensor([1.0, 2.0])
            ref = weakref.ref(t)
            capsule = t.__dlpack__(max_version=version)
            del t
            assert ref() is not None
            made = numrs.from_dlpack(Producer(capsule))
            del capsule
            view = made[1:]
            del made
            assert ref() is not None and float(view[0]) == 2.0
            del view
            assert ref() is None
            dropped = Tensor([1.0])
            ref = weakref.ref(dropped)
            capsule = dropped.__dlpack__(max_version=version)
            del dropped, capsule
            assert ref() is None

    def test_wrong_objects(self):
        for bad, error in (
            (1, AttributeError),
            ([1, 2], AttributeError),
            (Producer("no capsule"), TypeError),
            (Producer(np.arange(3)), TypeError),
        ):
            with pytest.raises(error, match="from_dlpack"):
                numrs.from_dlpack(bad)


class DLDevice(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("id", ctypes.c_int32)]


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device", DLDevice), ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16), ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]  # fmt: skip


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Forged:
    """A capsule by hand, that counts how often its deleter runs."""

    def __init__(self, name=b"dltensor", deleter=True, **fields):
        self.memory = (ctypes.c_double * 8)(*range(8))
        self.shape, self.strides, self.name = (ctypes.c_int64 * 2)(2, 3), (ctypes.c_int64 * 2)(3, 1), name
        self.deleted = 0
        self.callback = DELETER(self.delete)
        tensor = DLTensor(ctypes.addressof(self.memory), DLDevice(1, 0), 2, 2, 64, 1, self.shape, self.strides, 0)
        for field, value in fields.items():
            setattr(tensor, field, value)
        self.managed = Managed(tensor, None, ctypes.cast(self.callback, ctypes.c_void_p) if deleter else None)

    def delete(self, _):
        self.deleted += 1

    def take(self):
        return numrs.from_dlpack(Producer(new_capsule(ctypes.addressof(self.managed), self.name, None)))


class TestForgedCapsules:
    def test_good(self):
        forged = Forged()
        same(forged.take(), np.arange(6.0).reshape(2, 3))
        assert forged.deleted == 1

    def test_null_deleter_null_strides_offset_and_negative_strides(self):
        same(Forged(deleter=False).take(), np.arange(6.0).reshape(2, 3))
        same(Forged(strides=None).take(), np.arange(6.0).reshape(2, 3))
        same(Forged(byte_offset=16).take(), np.arange(2.0, 8.0).reshape(2, 3))
        forged = Forged(byte_offset=40)
        forged.strides[:] = [-3, -1]
        same(forged.take(), np.arange(6.0)[::-1].reshape(2, 3))

    @pytest.mark.parametrize(
        "fields",
        [
            {"code": 9}, {"bits": 80}, {"lanes": 4}, {"device": DLDevice(2, 0)}, {"ndim": -1}, {"ndim": 33}, {"shape": None},
            {"data": None}, {"code": 3}, {"bits": 4, "code": 0},
        ],
        ids=str,
    )  # fmt: skip
    def test_bad(self, fields):
        forged = Forged(**fields)
        with pytest.raises(BufferError, match="from_dlpack"):
            forged.take()
        assert forged.deleted == 1

    def test_negative_extent(self):
        forged = Forged()
        forged.shape[0] = -2
        with pytest.raises(BufferError, match="negative"):
            forged.take()
        assert forged.deleted == 1

    def test_wrong_name(self):
        forged = Forged(name=b"used_dltensor")
        with pytest.raises(BufferError, match="used_dltensor"):
            forged.take()
        assert forged.deleted == 0


def test_tokens_of_dask():
    a = np.arange(12.0).reshape(3, 4)
    token = Tensor(a).__dask_tokenize__()
    assert token == numrs.from_numpy(np.asfortranarray(a)).__dask_tokenize__()
    assert token != Tensor(a.reshape(4, 3)).__dask_tokenize__() != Tensor(a.astype("float32")).__dask_tokenize__()
