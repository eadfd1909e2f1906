"""Tensors against NumPy's arrays: the cost of small calls, recycled results, 16-bit floats, DLPack, random numbers, Fourier transforms and LAPACK."""

import numpy as np
import numrs

from .harness import Case, halves, random

GROUP = "tensor"


def _pair(name, own, base, goal, tolerance=1e-5, check=None):
    return Case(GROUP, name, {"numrs": own, "numpy": base}, goal=goal, tolerance=tolerance, check=check)


def _any(got, expected):
    """Timed only: what is computed differs by nature, or is no number."""
    return None


def _repeated(statement, times=20, **names):
    """A call that executes a statement several times: of what takes 30 ns the call of a function would be half."""
    scope = {}
    exec(
        f"def f({', '.join(names)}):\n    " + "\n    ".join([statement] * (times - 1)) + f"\n    return {statement}",
        scope,
    )
    function, values = scope["f"], tuple(names.values())
    return lambda: function(*values)


def _add_up(t, u):
    """t += u, 20 times."""
    t += u
    t += u
    t += u
    t += u
    t += u  # noqa: E702
    t += u
    t += u
    t += u
    t += u
    t += u  # noqa: E702
    t += u
    t += u
    t += u
    t += u
    t += u  # noqa: E702
    t += u
    t += u
    t += u
    t += u
    t += u  # noqa: E702
    return t


def _small():
    """Operators and views of few elements: what a Python loop over small arrays pays."""
    for label, n, goal in (("16", 16, 4.0), ("1k", 1000, 3.0)):
        a, b = random(n, "float32", 1), random(n, "float32", 2)
        t, u, zero, none = (
            numrs.Tensor(a),
            numrs.Tensor(b),
            np.zeros(n, "float32"),
            numrs.Tensor(np.zeros(n, "float32")),
        )
        c, v = a.copy(), numrs.Tensor(a)
        yield _pair(f"20 × a + b f32 {label}", _repeated("t + u", t=t, u=u), _repeated("t + u", t=a, u=b), goal)
        yield _pair(
            f"20 × a += b f32 {label}", lambda v=v, z=none: _add_up(v, z), lambda c=c, z=zero: _add_up(c, z), 6.0
        )
        yield _pair(f"a * 2 f32 {label}", lambda t=t: t * 2, lambda a=a: a * 2, goal)
        yield _pair(f"sum f32 {label}", lambda t=t: t.sum(), lambda a=a: a.sum(), 2.0)
    a = random(16, "float32", 1)
    t, m, square = numrs.Tensor(a), numrs.Tensor(a).reshape(4, 4), a.reshape(4, 4)
    for statement in ("t[3]", "t[3:9]", "t.reshape(4, 4)"):
        yield _pair(f"20 × {statement}", _repeated(statement, t=t), _repeated(statement, t=a), 2.0)
    for statement in ("m[1, 2]", "m[:, 1]", "m.T"):
        yield _pair(
            f"20 × {statement}",
            _repeated(statement, m=m),
            _repeated(statement, m=square),
            2.0 if statement != "m[:, 1]" else None,
        )
    for name, own, base in (
        ("permute_dims", lambda: numrs.permute_dims(m, (1, 0)), lambda: np.transpose(square, (1, 0))),
        ("expand_dims", lambda: numrs.expand_dims(m, 0), lambda: np.expand_dims(square, 0)),
        ("flip", lambda: numrs.flip(m), lambda: np.flip(square)),
        ("moveaxis", lambda: numrs.moveaxis(m, 0, 1), lambda: np.moveaxis(square, 0, 1)),
        ("broadcast_to", lambda: numrs.broadcast_to(m, (2, 4, 4)), lambda: np.broadcast_to(square, (2, 4, 4))),
    ):
        yield _pair(name, own, base, 2.0)
    yield _pair("m + row", lambda: m + m[0], lambda: square + square[0], 2.0)
    yield _pair("m @ m", lambda: m @ m, lambda: square @ square, 1.0)
    for label, n in (("16", 16), ("1k", 1000), ("100k", 100_000)):
        a = random(n, "float64", 1)
        t, at = numrs.from_numpy(a), np.random.default_rng(1).integers(0, n, n)
        chosen = a > 0
        index, mask = numrs.from_numpy(at), numrs.from_numpy(chosen)
        yield _pair(f"t[indices] f64 {label}", lambda t=t, i=index: t[i], lambda a=a, i=at: a[i], None)
        yield _pair(f"t[mask] f64 {label}", lambda t=t, m=mask: t[m], lambda a=a, m=chosen: a[m], None)


def _dlpack(peers):
    a = random(16, "float32", 1)
    t = numrs.Tensor(a)
    yield _pair("__dlpack__", lambda: t.__dlpack__(), lambda: a.__dlpack__(), None, check=_any)
    yield _pair("__dlpack_device__", lambda: t.__dlpack_device__(), lambda: a.__dlpack_device__(), None, check=_any)
    yield _pair("from_dlpack(ndarray)", lambda: numrs.from_dlpack(a), lambda: np.from_dlpack(a), None)
    if "torch" in peers:
        torch = peers["torch"].module
        own = torch.arange(16.0)
        yield _pair("to torch", lambda: torch.from_dlpack(t), lambda: torch.from_dlpack(a), 1 / 1.3, check=_any)
        yield _pair("from torch", lambda: numrs.from_dlpack(own), lambda: np.from_dlpack(own), 1.0, check=_any)


def _halves(quick):
    """16-bit floats against our own float32: elements per second."""
    for label, n in (("1k", 1000), ("100k", 100_000), *(() if quick else (("10M", 10_000_000),))):
        wide = numrs.Tensor(random(n, "float32", 1, 0.5, 1.5))
        for _, dtype in halves():
            x = wide.astype(dtype)
            for name, f in (("add", lambda v: v + v), ("exp", numrs.exp), ("sum", numrs.sum)):
                calls = {"numrs": lambda f=f, x=x: f(x), "float32": lambda f=f, x=wide: f(x)}
                yield Case(GROUP, f"{name} {dtype.name} {label}", calls, goal=1.0, check=_any)
    size = 256 if quick else 1024
    wide = numrs.Tensor(random((size, size), "float32", 1))
    for _, dtype in halves():
        x = wide.astype(dtype)
        calls = {"numrs": lambda x=x: x @ x, "float32": lambda: wide @ wide}
        yield Case(GROUP, f"matmul {dtype.name} {size}", calls, goal=0.8, check=_any)


def _large():
    n = 10_000_000
    for dtype in ("float32", "float64"):
        a, b = random(n, dtype, 1), random(n, dtype, 2)
        t, u = numrs.from_numpy(a), numrs.from_numpy(b)
        yield _pair(f"a + b recycled {dtype} 10M", lambda t=t, u=u: t + u, lambda a=a, b=b: a + b, 1.7)


def _random_numbers(quick):
    n = 100_000 if quick else 10_000_000
    own, base = numrs.random.default_rng(1), np.random.default_rng(1)
    for dtype in ("float32", "float64"):
        for name, ours in (("random", own.random), ("standard_normal", own.standard_normal)):
            theirs = getattr(base, name)
            yield _pair(
                f"{name} {dtype} {n:,}",
                lambda f=ours, d=dtype: f(n, dtype=d),
                lambda f=theirs, d=dtype: f(n, dtype=d),
                1.5,
                check=_any,
            )


def _transforms(quick):
    try:
        from scipy import fft as scipy_fft  # type: ignore[import-untyped]
    except ImportError:
        scipy_fft = np.fft
    for dtype in ("complex64", "complex128"):
        a = random(1 << 16, "float32", 1).astype(dtype)
        t = numrs.from_numpy(a)
        calls = {"numrs": lambda t=t: numrs.fft.fft(t), "scipy": lambda a=a: scipy_fft.fft(a)}
        yield Case(GROUP, f"fft 2^16 {dtype}", calls, goal=0.9, check=_any)
        side = 200 if quick else 1000
        m = random((side, side), "float32", 1).astype(dtype)
        s = numrs.from_numpy(m)
        calls = {"numrs": lambda s=s: numrs.fft.fftn(s), "scipy": lambda m=m: scipy_fft.fftn(m)}
        yield Case(GROUP, f"fft ({side}, {side}) {dtype}", calls, goal=0.9, check=_any)


def _linalg(quick):
    n = 100 if quick else 500
    a = random((n, n), "float64", 1) + n * np.eye(n)
    positive, right = a @ a.T, random((n, 5), "float64", 2)
    t, p, r = numrs.from_numpy(a), numrs.from_numpy(positive), numrs.from_numpy(right)
    ours, theirs = numrs.linalg, np.linalg
    yield _pair(f"solve {n}", lambda: ours.solve(t, r), lambda: theirs.solve(a, right), 0.95)
    yield _pair(f"inv {n}", lambda: ours.inv(t), lambda: theirs.inv(a), 0.95)
    yield _pair(
        f"det {n // 5}",
        lambda: ours.det(t[: n // 5, : n // 5] / n),
        lambda: theirs.det(a[: n // 5, : n // 5] / n),
        0.95,
    )
    yield _pair(f"cholesky {n}", lambda: ours.cholesky(p), lambda: theirs.cholesky(positive), 0.95)
    yield _pair(f"qr {n}", lambda: ours.qr(t), lambda: theirs.qr(a), 0.95, check=_any)
    yield _pair(f"svd {n}", lambda: ours.svd(t), lambda: theirs.svd(a), 0.95, check=_any)
    yield _pair(f"eigh {n}", lambda: ours.eigh(p), lambda: theirs.eigh(positive), 0.95, check=_any)
    yield _pair(f"eig {n}", lambda: ours.eig(t), lambda: theirs.eig(a), 0.95, check=_any)


def cases(peers, quick, size):
    yield from _small()
    yield from _dlpack(peers)
    yield from _halves(quick)
    if not quick:
        yield from _large()
    yield from _random_numbers(quick)
    yield from _transforms(quick)
    yield from _linalg(quick)
