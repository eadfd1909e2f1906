"""Element-wise cases: arithmetic of all sizes, with and without a given output; strides and broadcasting; selection."""

import numpy as np
import numrs

from .harness import Case, beside_float32, random

GROUP = "elementwise"
_SIZES = {"16": 16, "1k": 1000, "100k": 100_000, "10M": 10_000_000}


def _binary(name, a, b, peers, out):
    """Calls of one binary function with a given output, or with a new array."""
    own, base = getattr(numrs, name), getattr(np, name)
    calls = {}
    if out:
        y = np.empty(np.broadcast_shapes(a.shape, b.shape), own(a[:1], b[:1]).dtype)
        calls["numrs"] = lambda: own(a, b, y)
    else:
        calls["numrs"] = lambda: own(a, b)
    if "numpy" in peers:
        z = np.empty(np.broadcast_shapes(a.shape, b.shape), base(a[:1], b[:1]).dtype)
        calls["numpy"] = (lambda: base(a, b, z)) if out else (lambda: base(a, b))
    if "torch" in peers:
        torch = peers["torch"].module
        function = {"less": torch.lt}.get(name) or getattr(torch, name)
        ta, tb = peers["torch"].own(a), peers["torch"].own(b)
        ty = function(ta, tb)
        calls["torch"] = (lambda: function(ta, tb, out=ty)) if out else (lambda: function(ta, tb))
    if "jax" in peers and not out:
        jax = peers["jax"].module
        ja, jb = peers["jax"].own(a), peers["jax"].own(b)
        jitted = jax.jit(getattr(jax.numpy, name))
        calls["jax"] = lambda: jitted(ja, jb).block_until_ready()
    if "numexpr" in peers and out and name in ("add", "multiply", "divide") and a.size >= 1000:
        numexpr = peers["numexpr"].module
        text = {"add": "a + b", "multiply": "a * b", "divide": "a / b"}[name]
        w = np.empty_like(a)
        calls["numexpr"] = lambda: numexpr.evaluate(text, {"a": a, "b": b}, out=w)
    return calls


def _goal(out, label):
    if label in ("16", "1k"):
        return 2.0
    return 0.95 if label == "100k" else 1.05 if out else 1.6


def _expression(peers, own, base, torch_form=None, jax_form=None, arrays=()):
    """Calls of one expression over the same arrays in each library."""
    calls = {"numrs": lambda: own(*arrays)}
    if "numpy" in peers:
        calls["numpy"] = lambda: base(*arrays)
    if "torch" in peers and torch_form:
        t = [peers["torch"].own(x) for x in arrays]
        calls["torch"] = lambda: torch_form(peers["torch"].module, *t)
    if "jax" in peers and jax_form:
        j = [peers["jax"].own(x) for x in arrays]
        jitted = peers["jax"].module.jit(lambda *x: jax_form(peers["jax"].module.numpy, *x))
        calls["jax"] = lambda: jitted(*j).block_until_ready()
    return calls


def cases(peers, quick, size):
    sizes = {str(size): size} if size else _SIZES
    for label, n in sizes.items():
        for dtype in ("float32", "float64", "int32"):
            a, b = random(n, dtype, 1), random(n, dtype, 2, 1.0, 5.0)
            names = ("add",) if quick or label in ("16", "1k") else ("add", "multiply", "divide", "less")
            for name in names:
                if name == "divide" and dtype == "int32":
                    continue
                short = {"float32": "f32", "float64": "f64", "int32": "i32"}[dtype]
                yield Case(
                    GROUP, f"{name} out {short} {label}", _binary(name, a, b, peers, True), goal=_goal(True, label)
                )
                if name == "add" and dtype != "int32":
                    yield Case(
                        GROUP,
                        f"{name} new {short} {label}",
                        _binary(name, a, b, peers, False),
                        goal=_goal(False, label),
                    )
        for short, dtype in (("c64", "complex64"), ("c128", "complex128")):
            a, b = random(n, dtype, 1), random(n, dtype, 2)
            for name in ("add", "multiply") if quick or label in ("16", "1k") else ("add", "multiply", "divide"):
                yield Case(GROUP, f"{name} out {short} {label}", _binary(name, a, b, peers, True), goal=1.0)
        if label != "16":
            for name, count in (("add", 2), ("exp", 1)):
                yield from beside_float32(GROUP, name, label, [random(n, "float32", k) for k in range(count)], peers)
    if size:
        return
    for short, dtype in (("f32", "float32"), ("f64", "float64")):
        n = 10_000_000
        mask, a, b = np.random.default_rng(0).random(n) < 0.5, random(n, dtype, 1), random(n, dtype, 2)
        yield Case(
            GROUP,
            f"where {short} 10M",
            _expression(
                peers,
                numrs.where,
                np.where,
                lambda t, m, x, y: t.where(m, x, y),
                lambda j, m, x, y: j.where(m, x, y),
                (mask, a, b),
            ),
            goal=3.0,
        )
        a, b = random((2000, 2000), dtype, 1), random((2000, 2000), dtype, 2)
        yield Case(
            GROUP,
            f"a.T + b (2000, 2000) {short}",
            _expression(
                peers,
                lambda x, y: numrs.add(x.T, y),
                lambda x, y: x.T + y,
                lambda t, x, y: x.T + y,
                lambda j, x, y: x.T + y,
                (a, b),
            ),
            goal=2.0,
        )
        a, row, column = random((1000, 1000), dtype, 1), random(1000, dtype, 2), random((1000, 1), dtype, 3)
        for name, other in (("row", row), ("column", column)):
            yield Case(
                GROUP,
                f"{name} broadcast (1000, 1000) {short}",
                _expression(peers, numrs.add, np.add, lambda t, x, y: x + y, lambda j, x, y: x + y, (a, other)),
                goal=0.95,
            )
        a, b = random(2_000_000, dtype, 1), random(2_000_000, dtype, 2)
        yield Case(
            GROUP,
            f"a[::2] + b[::2] 2M {short}",
            _expression(
                peers,
                lambda x, y: numrs.add(x[::2], y[::2]),
                lambda x, y: x[::2] + y[::2],
                lambda t, x, y: x[::2] + y[::2],
                lambda j, x, y: x[::2] + y[::2],
                (a, b),
            ),
            goal=1.0,
        )
