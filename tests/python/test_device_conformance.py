"""Functions of arrays on each device against the CPU's: every row of the tables over dtypes and layouts, and what moves elements.

On the CPU itself, by both backends, the same calls on tensors are compared with those on ndarrays."""

import sys
from pathlib import Path

import ml_dtypes  # noqa: F401 - NumPy knows "bfloat16" from here on
import numpy as np
import numrs
import pytest
from device_support import assert_same, there
from numrs import linalg

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import gen  # noqa: E402

rng = np.random.default_rng(31)


def data(name, dtype, shape):
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.asarray(rng.random(shape) < 0.5)
    if kind in "iu":
        low = 0 if kind == "u" or name in ("pow", "bitwise_left_shift", "bitwise_right_shift") else -100
        return np.asarray(rng.integers(low, 6 if name == "pow" or "shift" in name else 100, shape)).astype(dtype)
    x = np.asarray(np.round(rng.normal(size=shape) * 8) / 4)  # ties, zeros
    x.flat[:: max(x.size // 5, 1)] = np.nan if x.size > 4 else 1.5
    if kind == "c":
        return np.asarray(x + 1j * rng.normal(size=shape)).astype(dtype)
    return x.astype(dtype)


def rows(*families):
    for family in families:
        for row in gen.rows(family):
            if hasattr(numrs, row[1]):
                yield family, row[1], [dtype["numpy"] for dtype in gen.dtypes_of(row[3])]


def compare(function, args, device, what, layout=None):
    given = [there(x, device) for x in args]
    if layout is not None:
        given = [layout(x) if isinstance(x, numrs.Tensor) and x.ndim > 1 else x for x in given]
        args = [layout(x) if isinstance(x, np.ndarray) and x.ndim > 1 else x for x in args]
    with numrs.device("cpu"):
        expected = function(*args)
    assert_same(function(*given), expected, device, what)


ELEMENTWISE = list(rows("unary", "binary", "ternary"))
COUNT = {"unary": 1, "binary": 2, "ternary": 3}


@pytest.mark.parametrize(("family", "name", "dtypes"), ELEMENTWISE, ids=[name for _, name, _ in ELEMENTWISE])
def test_element_wise(family, name, dtypes, any_device):
    function = getattr(numrs, name)
    for dtype in dtypes:
        for shape in ((3, 37), (5,), (0, 4), ()):
            args = [data(name, dtype, shape) for _ in range(COUNT[family])]
            if name == "where":
                args[0] = np.asarray(args[0] != 0)
            compare(function, args, any_device, f"{name} {dtype} {shape}")
        args = [data(name, dtype, (6, 10)) for _ in range(COUNT[family])]
        if name == "where":
            args[0] = np.asarray(args[0] != 0)
        for layout in (lambda x: x[::2, 1::3], lambda x: x.T, lambda x: x[::-1]):
            compare(function, args, any_device, f"{name} {dtype} strided", layout)
        if family == "binary":
            compare(function, [args[0], args[1][0]], any_device, f"{name} {dtype} broadcast")
            compare(function, [args[0][:, :1], args[1][:1]], any_device, f"{name} {dtype} broadcast both ways")
            if np.dtype(dtype).kind == "f":
                compare(lambda x, f=function: f(x, 1.5), args[:1], any_device, f"{name} {dtype} with a number")
                compare(lambda x, f=function: f(2, x), args[:1], any_device, f"{name} {dtype} with a number first")


REDUCTIONS = list(rows("reduce"))


@pytest.mark.parametrize(("name", "dtypes"), [row[1:] for row in REDUCTIONS], ids=[row[1] for row in REDUCTIONS])
def test_reductions(name, dtypes, any_device):
    function = getattr(numrs, name)
    single = "arg" in name or name == "norm"
    for dtype in dtypes:
        x = data(name, dtype, (4, 9, 5))
        mask = rng.random((9, 1)) < 0.7
        mask[0] = True
        calls = [{}, {"axis": 0}, {"axis": 1}, {"axis": -1, "keepdims": True}]
        if not single:
            calls += [{"axis": (0, 2)}, {"axis": 1, "where": mask}]
        for options in calls:
            compare(lambda x, o=options: function(x, **o), [x], any_device, f"{name} {dtype} {options}")
            if "where" not in options:
                compare(lambda x, o=options: function(x, **o), [x], any_device, f"{name} {dtype} {options}", lambda x: x[::-1, ::2])


SCANS = list(rows("scan"))


@pytest.mark.parametrize(("name", "dtypes"), [row[1:] for row in SCANS], ids=[row[1] for row in SCANS])
def test_scans(name, dtypes, any_device):
    function = getattr(numrs, name)
    for dtype in dtypes:
        x = data(name, dtype, (7, 6))
        for options in ({"axis": 0}, {"axis": 1}, {"axis": -1, "include_initial": True}):
            compare(lambda x, o=options: function(x, **o), [x], any_device, f"{name} {dtype} {options}")
            compare(lambda x, o=options: function(x, **o), [x], any_device, f"{name} {dtype} {options}", lambda x: x[:, ::-2])


X = np.round(rng.normal(size=(6, 8)) * 4) / 2
LINE = np.array([3.0, 1.0, np.nan, 2.0, 1.0, -1.0, 3.0])
KEYS = {
    "int": 2,
    "slice": slice(4, None, -2),
    "two": (1, slice(None, None, 3)),
    "new axis": (None, Ellipsis, 0),
    "places": np.array([5, 0, -1]),
    "places of two dimensions": (slice(None), np.array([[0, 1], [7, 7]])),
    "list": [1, 1],
    "mask": X > 0.5,
    "mask of rows": X[:, 0] > 0,
    "several": (np.array([0, 5]), np.array([1, -1])),
    "none": np.zeros(0, np.int64),
}


@pytest.mark.parametrize("key", KEYS, ids=list(KEYS))
def test_reading_and_writing_by_index(key, any_device):
    at = KEYS[key]
    compare(lambda x: numrs.asarray(x)[at] if isinstance(x, np.ndarray) else x[at], [X], any_device, key)
    if isinstance(at, np.ndarray):
        compare(lambda x, at: numrs.asarray(x)[at] if isinstance(x, np.ndarray) else x[at], [X, at], any_device, f"{key} as a tensor")
    shape = X[at].shape
    for value in (7.5, 3, True, data("", "float64", shape), data("", "float32", shape[-1:])):
        expected = X.copy()
        expected[at] = value
        y = numrs.asarray(X.copy(), device=any_device)
        y[at] = value
        assert_same(y, expected, any_device, key)
        y = numrs.asarray(X.copy(), device=any_device)
        y[at] = there(value, any_device)
        assert_same(y, expected, any_device, key)


T3 = rng.normal(size=(2, 3, 4))
MOVES = {
    "concat": lambda x: numrs.concat([x, x[:2]]),
    "concat flat": lambda x: numrs.concat([x, x], axis=None),
    "concat dtypes": lambda x: numrs.concat([x, numrs.astype(x, "float32"), numrs.astype(x > 0, "int8")], axis=1),
    "stack": lambda x: numrs.stack([x, -x], axis=1),
    "hstack": lambda x: numrs.hstack([x, x]),
    "vstack": lambda x: numrs.vstack([x, x[0]]),
    "append": lambda x: numrs.append(x, x[:, 0]),
    "repeat": lambda x: numrs.repeat(x, 3, axis=1),
    "repeat flat": lambda x: numrs.repeat(x, 2),
    "tile": lambda x: numrs.tile(x, (2, 1, 2)),
    "roll": lambda x: numrs.roll(x, -3),
    "roll axes": lambda x: numrs.roll(x, (1, 2), axis=(0, 1)),
    "flip": lambda x: numrs.flip(x, axis=1),
    "permute": lambda x: numrs.permute_dims(x, (1, 0)),
    "moveaxis": lambda x: numrs.moveaxis(x[None], 0, -1),
    "swapaxes": lambda x: numrs.swapaxes(x, 0, 1),
    "broadcast_to": lambda x: numrs.broadcast_to(x, (3, 6, 8)),
    "broadcast_arrays": lambda x: numrs.broadcast_arrays(x, x[:1]),
    "reshape": lambda x: numrs.reshape(x, (4, -1)),
    "reshape a view": lambda x: numrs.reshape(numrs.permute_dims(x, (1, 0)), (16, 3)),
    "ravel": numrs.ravel,
    "squeeze": lambda x: numrs.squeeze(x[:1], axis=0),
    "expand_dims": lambda x: numrs.expand_dims(x, axis=(0, 2)),
    "unstack": lambda x: list(numrs.unstack(x)),
    "split": lambda x: numrs.split(x, 3),
    "array_split": lambda x: numrs.array_split(x, 5, 1),
    "split at": lambda x: numrs.split(x, [1, 4]),
    "tril": lambda x: numrs.tril(x, k=1),
    "triu": lambda x: numrs.triu(x, k=-1),
    "diag": lambda x: numrs.diag(x[0], k=-2),
    "diagonal": lambda x: numrs.diagonal(x, 1),
    "trace": lambda x: numrs.trace(x, -1),
    "linalg.diagonal": lambda x: linalg.diagonal(x, offset=-1),
    "pad": lambda x: numrs.pad(x, ((1, 2), (0, 3)), constant_values=4),
    "pad edge": lambda x: numrs.pad(x, 2, "edge"),
    "pad reflect": lambda x: numrs.pad(x, 2, "reflect"),
    "pad wrap": lambda x: numrs.pad(x, 9, "wrap"),
    "take": lambda x: numrs.take(x, [2, 0, 5], axis=0),
    "take flat": lambda x: numrs.take(x.reshape(-1), [[40, 0]]),
    "take one": lambda x: numrs.take(x, 3, axis=1),
    "take_along_axis": lambda x: numrs.take_along_axis(x, numrs.argsort(x, axis=1), axis=1),
    "nonzero": lambda x: numrs.nonzero(x),
    "argwhere": lambda x: numrs.argwhere(x),
    "flatnonzero": lambda x: numrs.flatnonzero(x),
    "where": lambda x: numrs.where(x > 0, x, 0.0),
    "clip": lambda x: numrs.clip(x, -1, 1),
    "clip above": lambda x: numrs.clip(x, max=1.0),
    "diff": lambda x: numrs.diff(x, n=2, axis=0),
    "isclose": lambda x: numrs.isclose(x, x + 1e-9),
    "allclose": lambda x: numrs.allclose(x, x),
    "array_equal": lambda x: numrs.array_equal(x, x + 1),
    "nan_to_num": lambda x: numrs.nan_to_num(x / 0.0),
    "zeros_like": numrs.zeros_like,
    "ones_like": lambda x: numrs.ones_like(x, dtype="float32"),
    "full_like": lambda x: numrs.full_like(x, 3.5),
    "sort": lambda x: numrs.sort(x, axis=0),
    "sort down": lambda x: numrs.sort(x, descending=True),
    "argsort": lambda x: numrs.argsort(x, axis=1),
    "topk": lambda x: list(numrs.topk(x, 3)),
    "rankdata": lambda x: numrs.rankdata(x, axis=1),
    "median": lambda x: numrs.median(x, axis=0),
    "quantile": lambda x: numrs.quantile(x, 0.3, axis=1),
    "quantiles": lambda x: numrs.quantile(x, [0.1, 0.9], axis=1),
    "percentile": lambda x: numrs.percentile(x, 40),
    "mad": lambda x: numrs.mad(x, axis=1),
    "iqr": lambda x: numrs.iqr(x, axis=1),
    "unique_all": lambda x: list(numrs.unique_all(x)),
    "unique_values": numrs.unique_values,
    "unique_counts": lambda x: list(numrs.unique_counts(x)),
    "unique_inverse": lambda x: list(numrs.unique_inverse(x)),
    "searchsorted": lambda x: numrs.searchsorted(numrs.sort(x.reshape(-1)), x),
    "searchsorted right": lambda x: numrs.searchsorted(numrs.sort(x[0]), x, side="right"),
    "rolling_mean": lambda x: numrs.rolling_mean(x, 3),
    "rolling_var": lambda x: numrs.rolling_var(x, 4, axis=0, min_periods=1),
    "rolling_min": lambda x: numrs.rolling_min(x, 3, center=True),
    "rolling_max": lambda x: numrs.rolling_max(x, 2, step=2),
    "rolling_median": lambda x: numrs.rolling_median(x, 5),
    "rolling_corr": lambda x: numrs.rolling_corr(x, -x * x, 4),
    "vector_norm": lambda x: numrs.vector_norm(x, axis=1, ord=3),
    "norm": numrs.norm,
    "matmul": lambda x: x @ numrs.permute_dims(x, (1, 0)),
    "matvec": lambda x: numrs.matmul(x, x[0]),
    "inner": lambda x: numrs.inner(x, x),
    "outer": lambda x: numrs.outer(x[0], x[1]),
    "vecdot": lambda x: numrs.vecdot(x, x, axis=0),
    "tensordot": lambda x: numrs.tensordot(x, x, axes=((0,), (0,))),
    "einsum": lambda x: numrs.einsum("ij,kj->ik", x, x),
    "kron": lambda x: linalg.kron(x[:2, :2], x[:3, :1]),
    "cross": lambda x: linalg.cross(x[:, :3], x[:, 1:4]),
    "cov of windows": lambda x: numrs.rolling_cov(x, x + x * x, 3),
}


@pytest.mark.parametrize("what", MOVES)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8"])
def test_what_moves_orders_and_multiplies(what, dtype, any_device):
    function = MOVES[what]
    x = (X * 4 if np.dtype(dtype).kind == "i" else X).astype(dtype)
    compare(lambda x: function(numrs.asarray(x) if isinstance(x, np.ndarray) else x), [x], any_device, what)
    if x.ndim == 2 and np.dtype(dtype).kind == "f":
        wide = numrs.asarray(np.repeat(x, 2, axis=1), device=any_device)
        assert_same(function(wide[:, ::2]), _on_cpu(function, x), any_device, what)


def _on_cpu(function, x):
    with numrs.device("cpu"):
        return function(numrs.asarray(x))


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "bfloat16", "int64", "uint8", "bool", "complex64"])
def test_conversion(name, any_device):
    for other in ("float64", "float32", "float16", "bfloat16", "int64", "int16", "uint8", "bool", "complex128"):
        x = data("", name, (3, 5))
        if np.dtype(name).kind == "c" and np.dtype(other).kind not in "cb":
            with pytest.raises(TypeError):
                numrs.asarray(x, device=any_device).astype(other)
            continue
        if np.dtype(name).kind in "fV":
            x = np.nan_to_num(x.astype(np.float64)).astype(name)
        expected = numrs.astype(x, other)
        assert_same(numrs.asarray(x, device=any_device).astype(other), expected, any_device, f"{name} to {other}")
        assert_same(numrs.asarray(x, device=any_device)[:, ::2].astype(other), expected[:, ::2], any_device, f"{name} to {other}, strided")


def test_creation(any_device):
    for make in (
        lambda d: numrs.zeros((2, 3), dtype="int8", device=d),
        lambda d: numrs.ones(4, device=d),
        lambda d: numrs.full((2, 2), 7.25, dtype="bfloat16", device=d),
        lambda d: numrs.full((2,), 1 + 2j, device=d),
        lambda d: numrs.arange(2, 11, 3, device=d),
        lambda d: numrs.linspace(0, 1, 7, dtype="float32", device=d),
        lambda d: numrs.eye(3, 4, k=1, device=d),
        lambda d: numrs.asarray([[1, 2], [3, 4]], dtype="float32", device=d),
        lambda d: numrs.Tensor([1.5, 2.5], device=d),
        lambda d: numrs.Tensor(shape=(2, 2), device=d),
        lambda d: numrs.logspace(0, 2, 5, device=d),
        lambda d: numrs.fft.fftfreq(5, device=d),
    ):
        assert_same(make(any_device), make("cpu"), any_device)
        with numrs.device(any_device):
            assert_same(make(None), make("cpu"), any_device)
    assert numrs.empty((3, 0), device=any_device).shape == (3, 0)


def test_out(any_device):
    x, y = numrs.asarray(X.copy(), device=any_device), numrs.zeros(X.shape, device=any_device)
    assert numrs.add(x, x, out=y) is y
    assert_same(y, X + X, any_device)
    numrs.exp(x, out=x[:, :])
    assert_same(x, numrs.exp(X), any_device)
    total = numrs.zeros(8, device=any_device)
    numrs.sum(x, axis=0, out=total)
    assert_same(total, numrs.sum(np.asarray(x.cpu()), axis=0), any_device)
    x += 1
    x *= x
    assert_same(x, (numrs.exp(X) + 1) * (numrs.exp(X) + 1), any_device)


def test_one_element(any_device):
    x = numrs.asarray([[1.5]], device=any_device)
    assert float(x[0, 0]) == x.item() == 1.5
    assert int(numrs.asarray(7, device=any_device)) == 7
    assert bool(numrs.asarray(True, device=any_device))
    assert complex(numrs.asarray(1 + 2j, device=any_device)) == 1 + 2j
    assert list(range(5))[numrs.asarray(3, device=any_device)] == 3
    assert x.tolist() == [[1.5]]
    assert 1.5 in x
    assert f"{numrs.asarray(2.5, device=any_device):.2f}" == "2.50"


DRAWS = {
    "random": lambda g, y: g.random(out=y),
    "uniform": lambda g, y: g.uniform(-1, 2, out=y),
    "normal": lambda g, y: g.normal(3.0, 0.5, out=y),
    "exponential": lambda g, y: g.exponential(2.0, out=y),
    "gamma": lambda g, y: g.gamma(2.5, out=y),
    "laplace": lambda g, y: g.laplace(out=y),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_random_numbers(name, dtype, any_device):
    """The same numbers as on the CPU, and the generator is where it would be."""
    here, there = numrs.random.default_rng(5), numrs.random.default_rng(5)
    expected, y = numrs.zeros((41, 7), dtype=dtype, device="cpu"), numrs.zeros((41, 7), dtype=dtype, device=any_device)
    for _ in range(2):
        DRAWS[name](here, expected)
        assert DRAWS[name](there, y) is y
        assert_same(y, expected, any_device, name)
    assert float(here.random()) == float(there.random())
    whole = numrs.zeros((9,), dtype="int64", device=any_device)
    there.integers(3, 90, out=whole)
    assert_same(whole, here.integers(3, 90, size=9), any_device, "integers")
    with pytest.raises(ValueError, match="size"):
        there.normal(size=(3,), out=y)
