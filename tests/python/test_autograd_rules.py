"""Every gradient rule against finite differences in float64, first and (where rules are made of public functions) second order."""

import numpy as np
import numrs
import pytest
from numrs import autograd, linalg

rng = np.random.default_rng(20)


def real(*shape, low=-2.0, high=2.0):
    """Numbers apart from each other, so that no difference steps over a kink or a tie."""
    n = int(np.prod(shape))
    line = np.linspace(low, high, n + 2)[1:-1] + rng.uniform(-0.2, 0.2, n) * (high - low) / (n + 2)
    return rng.permutation(line).reshape(shape)


def positive(*shape):
    return real(*shape, low=0.3, high=3.0)


def inside(*shape):
    return real(*shape, low=-0.9, high=0.9)


def unit(*shape):
    return real(*shape, low=0.05, high=0.95)


def square(n, batch=()):
    return rng.standard_normal((*batch, n, n)) + n * np.eye(n)


def symmetric(x):
    return (x + numrs.matrix_transpose(x)) * 0.5


A, B = real(3, 4), real(3, 4) + 0.013
UNARY = {
    "negative": real,
    "positive": real,
    "abs": real,
    "square": real,
    "exp": real,
    "exp2": real,
    "expm1": real,
    "sin": real,
    "cos": real,
    "tan": inside,
    "sinh": real,
    "cosh": real,
    "tanh": real,
    "asinh": real,
    "atan": real,
    "erf": real,
    "erfc": real,
    "sigmoid": real,
    "softplus": real,
    "sqrt": positive,
    "rsqrt": positive,
    "cbrt": positive,
    "reciprocal": positive,
    "log": positive,
    "log2": positive,
    "log10": positive,
    "log1p": positive,
    "asin": inside,
    "acos": inside,
    "atanh": inside,
    "erfinv": inside,
    "logit": unit,
    "acosh": lambda *s: positive(*s) + 1.0,
    "sign": real,
    "round": real,
    "trunc": real,
    "floor": real,
    "ceil": real,
    "real": real,
    "conj": real,
    "imag": real,
    "nan_to_num": real,
}
BINARY = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "remainder",
    "logaddexp",
    "atan2",
    "hypot",
    "copysign",
    "maximum",
    "minimum",
)
where = rng.random((3, 4)) > 0.3
where[:, 0] = True

# name of the rule → calls and their inputs
CASES = {
    name: [(getattr(numrs, name), [make(3, 4)]), (getattr(numrs, name), [make(1)])] for name, make in UNARY.items()
}
for name in BINARY:
    f = getattr(numrs, name)
    CASES[name] = [
        (f, [A, B]),
        (f, [A, positive(4)]),
        (f, [real(2, 1, 4), B]),
        (lambda x, f=f: f(x, 1.7), [A]),
        (lambda x, f=f: f(1.7, x), [positive(5)]),
    ]
CASES |= {
    "pow": [
        (numrs.pow, [positive(3, 4), B]),
        (lambda x: x**3, [A]),
        (lambda x: x**-1.5, [positive(5)]),
        (lambda x: 2.0**x, [A]),
        (lambda x: x**2, [np.array([0.0, 1.0])]),
    ],
    "fma": [(numrs.fma, [A, B, real(4)])],
    "clip": [(lambda x: numrs.clip(x, -0.7, 0.9), [A]), (lambda x: numrs.clip(x, None, 0.5), [A])],
    "where": [
        (lambda x, y: numrs.where(numrs.asarray(where), x, y), [A, B]),
        (lambda y: numrs.where(numrs.asarray(where), 0.0, y), [real(4)]),
    ],
    "astype": [(lambda x: numrs.astype(x, "float64", copy=True), [A])],
}
REDUCE = ("sum", "mean", "prod", "var", "std", "min", "max")
for name in REDUCE:
    f = getattr(numrs, name)
    CASES[name] = [(lambda x, f=f, o=options: f(x, **o), [A]) for options in (
        {}, {"axis": 0}, {"axis": (0, -1)}, {"axis": 1, "keepdims": True}, {"where": where}, {"axis": 1, "where": where})]  # fmt: skip
CASES["prod"].append((numrs.prod, [np.array([0.0, 2.0, 3.0])]))
CASES["prod"].append((lambda x: numrs.prod(x, axis=0), [np.array([[0.0, 2.0], [0.0, 3.0]])]))
CASES["var"].append((lambda x: numrs.var(x, axis=0, correction=1), [A]))
holes = A.copy()
CASES |= {
    "nansum": [(numrs.nansum, [A]), (lambda x: numrs.nansum(x, axis=1), [A])],
    "nanmean": [(numrs.nanmean, [A]), (lambda x: numrs.nanmean(x, axis=0), [A])],
    "cumulative_sum": [
        (lambda x: numrs.cumulative_sum(x, axis=1), [A]),
        (lambda x: numrs.cumulative_sum(x, axis=0, include_initial=True), [A]),
        (numrs.cumulative_sum, [real(5)]),
    ],
    "cumulative_prod": [
        (lambda x: numrs.cumulative_prod(x, axis=1), [A]),
        (numrs.cumulative_prod, [np.array([1.0, 0.0, 2.0, 3.0])]),
        (lambda x: numrs.cumulative_prod(x, axis=0, include_initial=True), [A]),
    ],
    "cumulative_max": [(lambda x: numrs.cumulative_max(x, axis=1), [A])],
    "cumulative_min": [(lambda x: numrs.cumulative_min(x, axis=0), [A])],
    "vector_norm": [(lambda x, o=o: numrs.vector_norm(x, axis=1, ord=o), [A]) for o in (2, 1, 3, 0.5, np.inf, -np.inf)]
    + [(numrs.vector_norm, [A])],
    "norm": [
        (numrs.norm, [A]),
        (lambda x: numrs.norm(x, axis=0), [A]),
        (lambda x: numrs.norm(x, ord=1, axis=(0, 1)), [A]),
    ],
    "matrix_norm": [
        (lambda x, o=o: numrs.matrix_norm(x, ord=o), [A]) for o in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
    ],
    "ptp": [(numrs.ptp, [A]), (lambda x: numrs.ptp(x, axis=0), [A])],
    "average": [(numrs.average, [A]), (lambda x, w: numrs.average(x, axis=1, weights=w), [A, positive(4)])],
    "sort": [(numrs.sort, [A]), (lambda x: numrs.sort(x, axis=0, descending=True), [A])],
    "topk": [(lambda x: numrs.topk(x, 2)[0], [A]), (lambda x: numrs.topk(x, 2, 0, largest=False)[0], [A])],
    "median": [(numrs.median, [A]), (lambda x: numrs.median(x, axis=0, keepdims=True), [A])],
    "quantile": [(lambda x: numrs.quantile(x, 0.3), [A]), (lambda x: numrs.quantile(x, 0.9, axis=1), [A])],
}
places = np.array([[2, 0], [1, 1]])
CASES |= {
    "getitem": [
        (lambda x, k=k: x[k], [A])
        for k in (
            1,
            slice(None, None, -2),
            (slice(1), 2),
            (Ellipsis, None, 1),
            places[0],
            [2, 2, 0],
            A > 0,
            (places, [1, 0]),
        )
    ]
    + [(lambda x: numrs.stack([row * 2.0 for row in x]), [A])],
    "_placed": [(lambda g: autograd.rules_shape._placed(g, numrs.zeros((3, 4)), (1, slice(1, 3))), [real(2)])],
    "setitem": [],
    "move": [(lambda x: x.to(x.device, copy=True), [A])],
    "take": [
        (lambda x: numrs.take(x, places[0], axis=1), [A]),
        (lambda x: numrs.take(x, numrs.asarray([1, 1, 2]), axis=0), [A]),
    ],
    "take_along_axis": [
        (lambda x: numrs.take_along_axis(x, numrs.argsort(numrs.asarray(B), axis=1), axis=1), [A]),
        (lambda x: numrs.take_along_axis(x, numrs.asarray([[0, 0, 1]]), axis=1), [real(1, 3)]),
    ],
    "reshape": [(lambda x: numrs.reshape(x, (2, -1)), [A]), (lambda x: x.T.reshape(12), [A])],
    "ravel": [(numrs.ravel, [A])],
    "flatten": [(numrs.flatten, [A])],
    "squeeze": [(lambda x: numrs.squeeze(x, 1), [real(3, 1, 2)])],
    "expand_dims": [(lambda x: numrs.expand_dims(x, axis=1), [A])],
    "broadcast_to": [(lambda x: numrs.broadcast_to(x, (2, 3, 4)), [real(3, 1)])],
    "broadcast_arrays": [(lambda x, y: numrs.broadcast_arrays(x, y), [real(3, 1), real(4)])],
    "permute_dims": [(lambda x: numrs.permute_dims(x, (2, 0, 1)), [real(2, 3, 4)])],
    "transpose": [(lambda x: x.T, [A]), (lambda x: numrs.transpose(x), [real(2, 3, 4)])],
    "matrix_transpose": [(lambda x: x.mT, [real(2, 3, 4)])],
    "swapaxes": [(lambda x: numrs.swapaxes(x, 0, 2), [real(2, 3, 4)])],
    "moveaxis": [
        (lambda x: numrs.moveaxis(x, 0, -1), [real(2, 3, 4)]),
        (lambda x: numrs.moveaxis(x, (0, 1), (2, 0)), [real(2, 3, 4)]),
    ],
    "flip": [(numrs.flip, [A]), (lambda x: numrs.flip(x, axis=0), [A])],
    "roll": [(lambda x: numrs.roll(x, 5), [A]), (lambda x: numrs.roll(x, (1, -2), axis=(0, 1)), [A])],
    "concat": [
        (lambda x, y: numrs.concat([x, y], axis=1), [A, real(3, 2)]),
        (lambda x, y: numrs.concat([x, y], axis=None), [A, real(2)]),
        (lambda x: numrs.concat([x, np.ones((1, 4))]), [A]),
    ],
    "stack": [(lambda x, y: numrs.stack([x, y, x], axis=-1), [A, B])],
    "hstack": [(lambda x, y: numrs.hstack([x, y]), [A, B])],
    "vstack": [(lambda x, y: numrs.vstack([x, y]), [A, real(4)])],
    "append": [(lambda x, y: numrs.append(x, y), [A, real(2)])],
    "unstack": [(lambda x: numrs.unstack(x, axis=1), [A]), (lambda x: numrs.unstack(x)[1], [A])],
    "split": [(lambda x: numrs.split(x, 2, 1), [A])],
    "array_split": [(lambda x: numrs.array_split(x, 3, 1)[1], [A])],
    "hsplit": [(lambda x: numrs.hsplit(x, 2), [A])],
    "vsplit": [(lambda x: numrs.vsplit(x, [1]), [A])],
    "meshgrid": [
        (lambda x, y: numrs.meshgrid(x, y), [real(2), real(3)]),
        (lambda x, y: numrs.meshgrid(x, y, indexing="ij"), [real(2), real(3)]),
    ],
    "tile": [(lambda x: numrs.tile(x, (2, 1, 3)), [A])],
    "repeat": [
        (lambda x: numrs.repeat(x, 2, axis=0), [A]),
        (lambda x: numrs.repeat(x, np.array([1, 0, 3]), axis=0), [A]),
    ],
    "tril": [(lambda x: numrs.tril(x, k=-1), [A])],
    "triu": [(lambda x: numrs.triu(x, k=1), [A])],
    "pad": [(lambda x, m=m: numrs.pad(x, ((1, 2), (0, 1)), m), [A]) for m in ("constant", "edge", "reflect", "symmetric", "wrap")]
    + [(lambda x, m=m: numrs.pad(x, 3, m), [real(2, 3)]) for m in ("constant", "edge", "reflect", "symmetric", "wrap")]
    + [(lambda x: numrs.pad(x, {1: (2, 0)}), [A]), (lambda x: numrs.pad(x, (0, 2), "edge"), [real(4)])],
    "diagonal": [(lambda x: linalg.diagonal(x, offset=1), [real(2, 3, 4)])],
    "trace": [(linalg.trace, [real(2, 3, 3)])],
    "diff": [(numrs.diff, [A]), (lambda x: numrs.diff(x, axis=0, n=2), [A])],
    "matmul": [
        (numrs.matmul, [A, real(4, 2)]),
        (numrs.matmul, [real(4), real(4)]),
        (numrs.matmul, [A, real(4)]),
        (numrs.matmul, [real(3), A]),
        (numrs.matmul, [real(2, 3, 4), real(4, 2)]),
        (numrs.matmul, [real(4), real(2, 4, 3)]),
        (numrs.matmul, [real(2, 3, 4), real(4)]),
        (lambda x, y: x @ y, [real(2, 1, 3, 4), real(5, 4, 2)]),
    ],
    "dot": [(numrs.dot, [A, real(4, 2)]), (numrs.dot, [real(2, 3), real(2, 3, 2)])],
    "inner": [(numrs.inner, [A, real(2, 4)])],
    "outer": [(numrs.outer, [real(2), real(3)]), (linalg.outer, [real(2), real(3)])],
    "vecdot": [(numrs.vecdot, [A, real(4)]), (lambda x, y: numrs.vecdot(x, y, axis=0), [A, B])],
    "tensordot": [
        (lambda x, y: numrs.tensordot(x, y, axes=1), [A, real(4, 2)]),
        (lambda x, y: numrs.tensordot(x, y, axes=((0, 1), (1, 0))), [A, real(4, 3)]),
    ],
    "einsum": [
        (lambda x, y: numrs.einsum("ij,jk->ik", x, y), [A, real(4, 2)]),
        (lambda x: numrs.einsum("ii->i", x), [real(3, 3)]),
        (lambda x: numrs.einsum("ij->j", x), [A]),
        (lambda x, y, z: numrs.einsum("bi,bj,ij->b", x, y, z), [real(2, 3), real(2, 4), A]),
        (lambda x: numrs.einsum("ij->", x), [A]),
    ],
    "multi_dot": [(lambda x, y, z: linalg.multi_dot([x, y, z]), [A, real(4, 2), real(2, 3)])],
    "kron": [(linalg.kron, [real(2, 2), real(3, 1)])],
    "cross": [(linalg.cross, [real(2, 3), real(2, 3)])],
    "matrix_power": [
        (lambda x: linalg.matrix_power(x, 3), [square(3)]),
        (lambda x: linalg.matrix_power(x, -2), [square(3)]),
    ],
    "inv": [(linalg.inv, [square(3, (2,))])],
    "solve": [
        (linalg.solve, [square(3), real(3, 2)]),
        (linalg.solve, [square(3), real(3)]),
        (linalg.solve, [square(3, (2,)), real(2, 3, 1)]),
    ],
    "det": [(linalg.det, [square(3, (2,))])],
    "slogdet": [(lambda x: linalg.slogdet(x)[1], [square(3, (2,))])],
    "cholesky": [
        (lambda x: linalg.cholesky(symmetric(x)), [square(3)]),
        (lambda x: linalg.cholesky(symmetric(x), upper=True), [square(3)]),
    ],
    "eigh": [
        (lambda x: linalg.eigh(symmetric(x))[0], [square(3)]),
        (lambda x: numrs.abs(linalg.eigh(symmetric(x))[1]), [square(3)]),
    ],
    "eigvalsh": [(lambda x: linalg.eigvalsh(symmetric(x)), [square(4)])],
    "svd": [
        (lambda x: linalg.svd(x, full_matrices=False)[1], [A]),
        (lambda x: (lambda u, s, v: (u * s[None, :]) @ v)(*linalg.svd(x, full_matrices=False)), [A]),
        (lambda x: numrs.abs(linalg.svd(x, full_matrices=False)[0]), [real(4, 3)]),
        (lambda x: numrs.abs(linalg.svd(x, full_matrices=False)[2]), [A]),
    ],
    "svdvals": [(linalg.svdvals, [A])],
    "qr": [(lambda x: linalg.qr(x)[0], [real(4, 3)]), (lambda x: linalg.qr(x)[1], [square(3)])],
    "pinv": [(linalg.pinv, [real(4, 3)]), (linalg.pinv, [A])],
    "cond": [(linalg.cond, [square(3)])],
}


def _set(x, value):
    y = x * 1.0
    y[1:, ::2] = value
    y[0] = 0.5
    return y


CASES["setitem"] = [(_set, [A, real(2, 2)]), (_set, [A, real(1)])]
ALL = [(name, i) for name, cases in CASES.items() for i in range(len(cases))]
# Their rules use what has no rule itself, or are not smooth enough for differences of differences.
ONCE = {"setitem", "erfinv", "imag"}


def leaves(inputs):
    return [numrs.Tensor(np.array(x, dtype=np.float64), requires_grad=True) for x in inputs]


@pytest.mark.parametrize(("name", "i"), ALL)
def test_a_rule_agrees_with_finite_differences(name, i):
    function, inputs = CASES[name][i]
    assert autograd.gradcheck(function, leaves(inputs))


@pytest.mark.parametrize(("name", "i"), [case for case in ALL if case[0] not in ONCE])
def test_second_derivatives_agree_with_finite_differences(name, i):
    function, inputs = CASES[name][i]
    first = function(*leaves(inputs))
    first = [y for y in (first if isinstance(first, (tuple, list)) else [first]) if y.dtype.kind == "f"]
    if all(y.dtype.kind != "f" or not y.requires_grad for y in first):
        pytest.skip("has no gradient")
    try:
        assert autograd.gradgradcheck(function, leaves(inputs))
    except ValueError as error:
        if "no input requires grad" not in str(error):
            raise


def test_borders_without_a_rule_raise():
    (x,) = leaves([A])
    for options in ({"mode": "mean"}, {"mode": "reflect", "reflect_type": "odd"}):
        with pytest.raises(NotImplementedError, match="not followed"):
            numrs.sum(numrs.pad(x, 1, **options)).backward()


def test_every_rule_is_checked():
    """The rules of the kernels of networks are checked beside those (test_nn_*.py)."""
    own = ("elementwise", "reduce", "shape", "linalg")
    rules = autograd.known_rules()
    missing = [name for name, rule in rules.items() if not rule.constant and name not in CASES
               and (rule.backward or rule.composed).__module__.removeprefix("numrs.autograd.rules_") in own]  # fmt: skip
    assert not missing, f"rules without a case: {', '.join(missing)}"
