"""Functions of networks that are made of others: windows and sizes of pictures, activations, distances, losses of several operands."""

import math

import numpy as np
import numrs
import pytest
from numrs import autograd
from numrs import functional as F

rng = np.random.default_rng(11)


def real(*shape, low=-2.0, high=2.0):
    n = int(np.prod(shape))
    line = np.linspace(low, high, n + 2)[1:-1] + rng.uniform(-0.2, 0.2, n) * (high - low) / (n + 2)
    return rng.permutation(line).reshape(shape)


SIGNS = np.array([1.0, -1.0, 1.0, -1.0, -1.0])
LABELS = np.array([2, 0, 1, 3, 3])
MANY = np.array([[2, 0, -1, 1], [-1, 0, 1, 2], [3, -1, -1, -1], [0, 1, 2, 3], [1, 3, 2, -1]])
PICTURES, LINES = real(2, 4, 5, 6), real(2, 3, 7)

# name → (calls of one module's function, inputs of float64); the same call is made of PyTorch's function.
CASES = {
    "unfold": [
        (lambda f, x: f(x, 2), [PICTURES]),
        (lambda f, x: f(x, (2, 3), dilation=(2, 1), padding=(1, 2), stride=(1, 2)), [PICTURES]),
        (lambda f, x: f(x, 3, padding=1), [PICTURES[0]]),
    ],
    "fold": [
        (lambda f, x: f(x, (4, 5), 2), [real(2, 12, 12)]),
        (lambda f, x: f(x, (5, 6), (2, 3), dilation=(2, 1), padding=(1, 2), stride=(1, 2)), [real(2, 6, 20)]),
        (lambda f, x: f(x, 3, 2), [real(4, 4)]),
    ],
    "pad": [
        (lambda f, x, m=m: f(x, (1, 2, 0, 1), m), [PICTURES]) for m in ("constant", "reflect", "replicate", "circular")
    ] + [(lambda f, x: f(x, (1, -2), "constant", 3.0), [LINES]), (lambda f, x: f(x, (-1, 2, -1, -1)), [PICTURES]),
         (lambda f, x: f(x, (2, 1), "reflect"), [LINES]), (lambda f, x: f(x, (7, 7), "circular"), [LINES]), (lambda f, x: f(x, ()), [LINES])],
    "interpolate": [
        (lambda f, x, m=m, a=a: f(x, (7, 4), mode=m, align_corners=a), [PICTURES]) for m in ("bilinear", "bicubic") for a in (False, True)
    ] + [
        (lambda f, x, m=m: f(x, (7, 4), mode=m), [PICTURES]) for m in ("nearest", "nearest-exact", "area")
    ] + [
        (lambda f, x, m=m, s=s: f(x, scale_factor=s, mode=m), [PICTURES])
        for m in ("nearest", "nearest-exact", "bilinear", "bicubic") for s in (2, 1.7, 0.6, (1.3, 2.0))
    ] + [
        (lambda f, x: f(x, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True), [PICTURES]),
        (lambda f, x: f(x, 11, mode="linear"), [LINES]), (lambda f, x: f(x, 1, mode="linear", align_corners=True), [LINES]),
        (lambda f, x: f(x, 3, mode="nearest"), [LINES]), (lambda f, x: f(x, 3, mode="area"), [LINES]),
        (lambda f, x: f(x, (3, 2, 5), mode="trilinear"), [real(1, 2, 2, 3, 4)]), (lambda f, x: f(x, 3), [real(1, 2, 2, 3, 4)]),
    ],
    "pixel_shuffle": [(lambda f, x: f(x, 2), [PICTURES]), (lambda f, x: f(x, 3), [real(9, 2, 1)])],
    "pixel_unshuffle": [(lambda f, x: f(x, 2), [real(2, 3, 4, 6)]), (lambda f, x: f(x, 3), [real(2, 3, 6)])],
    "channel_shuffle": [(lambda f, x: f(x, 2), [PICTURES])],
    "glu": [(lambda f, x: f(x), [PICTURES]), (lambda f, x: f(x, 1), [PICTURES])],
    "prelu": [
        (lambda f, x, w: f(x, w), [PICTURES, real(4)]), (lambda f, x, w: f(x, w), [PICTURES, real(1)]),
        (lambda f, x, w: f(x, w), [real(5), real(1)]),
    ],
    "threshold": [(lambda f, x: f(x, 0.3, -7.0), [LINES])],
    "hardshrink": [(lambda f, x: f(x), [LINES]), (lambda f, x: f(x, 0.9), [LINES])],
    "softshrink": [(lambda f, x: f(x), [LINES]), (lambda f, x: f(x, 0.9), [LINES])],
    "tanhshrink": [(lambda f, x: f(x), [LINES])],
    "softmin": [(lambda f, x: f(x, 1), [LINES])],
    "normalize": [(lambda f, x, p=p: f(x, p), [LINES]) for p in (2.0, 1.0, 3.0, math.inf)] + [(lambda f, x: f(x, dim=-1), [LINES])],
    "cosine_similarity": [
        (lambda f, x, y: f(x, y), [LINES, real(2, 3, 7)]), (lambda f, x, y: f(x, y, dim=-1), [LINES, real(3, 1)]),
        (lambda f, x, y: f(x, y, dim=0), [real(5), real(5)]),
    ],
    "pairwise_distance": [(lambda f, x, y, p=p: f(x, y, p), [real(5, 4), real(5, 4)]) for p in (2.0, 1.0, 3.0, math.inf)]
    + [(lambda f, x, y: f(x, y, keepdim=True), [real(5, 4), real(4)])],
    "local_response_norm": [(lambda f, x: f(x, 3, alpha=0.5), [PICTURES]), (lambda f, x: f(x, 2, 0.3, 0.6, 2.0), [LINES])],
}  # fmt: skip


def losses(name, inputs, *others):
    """A loss with each reduction, and with other options."""
    CASES[name] = [(lambda f, *a, r=r: f(*a, reduction=r), inputs) for r in ("mean", "sum", "none")]
    CASES[name] += [(lambda f, *a, o=o: f(*a, **o), inputs) for o in others]


losses("margin_ranking_loss", [real(5), real(5), SIGNS], {"margin": 0.3})
losses("cosine_embedding_loss", [real(5, 4), real(5, 4), SIGNS], {"margin": 0.2})
CASES["cosine_embedding_loss"].append((lambda f, x, y, t: f(x, y, t), [real(4), real(4), np.array(-1.0)]))
losses("triplet_margin_loss", [real(5, 4), real(5, 4), real(5, 4)], {"margin": 0.4, "p": 1.0}, {"swap": True}, {"p": 3.0, "eps": 1e-3})
losses("triplet_margin_with_distance_loss", [real(5, 4), real(5, 4), real(5, 4)], {"margin": 0.4, "swap": True})
losses("multilabel_soft_margin_loss", [real(5, 4), (rng.random((5, 4)) > 0.5) * 1.0])
# Losses with integers: the inputs that have gradients come first.
INTEGERS = {
    "multi_margin_loss": [
        (lambda f, x, t, w, o=o: f(x, t, **o), [real(5, 4)], [LABELS, None])
        for o in ({}, {"reduction": "sum"}, {"reduction": "none"}, {"p": 2, "margin": 0.7})
    ] + [(lambda f, x, t, w: f(x, t, weight=w), [real(5, 4)], [LABELS, real(4, low=0.1)]),
         (lambda f, x, t, w: f(x, t), [real(4)], [np.array(2), None])],
    "multilabel_margin_loss": [
        (lambda f, x, t, r=r: f(x, t, reduction=r), [real(5, 4)], [MANY]) for r in ("mean", "sum", "none")
    ] + [(lambda f, x, t: f(x, t), [real(4)], [MANY[0]])],
    "multilabel_soft_margin_loss": [(lambda f, x, t, w: f(x, t, weight=w), [real(5, 4)], [(rng.random((5, 4)) > 0.5) * 1.0, real(4, low=0.1)])],
    "ctc_loss": [
        (lambda f, x, t, n, s, r=r: f(x, t, n, s, reduction=r), [F.log_softmax(real(7, 3, 5), 2)],
         [np.array([[1, 2, 2], [3, 1, 0], [4, 0, 0]]), np.array([7, 6, 5]), np.array([3, 2, 1])]) for r in ("mean", "sum", "none")
    ] + [
        (lambda f, x, t, n, s: f(x, t, n, s, blank=4), [F.log_softmax(real(6, 2, 5), 2)],
         [np.array([1, 1, 3, 0]), np.array([6, 6]), np.array([1, 3])]),
        (lambda f, x, t, n, s: f(x, t, n, s, zero_infinity=True), [F.log_softmax(real(3, 2, 4), 2)],
         [np.array([[1, 1, 1], [1, 2, 1]]), np.array([3, 3]), np.array([3, 2])]),
        (lambda f, x, t, n, s: f(x, t, n, s), [F.log_softmax(real(6, 4), 1)], [np.array([1, 2]), np.array(6), np.array(2)]),
        (lambda f, x, t, n, s: f(x, t, n, s, reduction="none"), [F.log_softmax(real(6, 2, 4), 2)],
         [np.zeros((2, 0), np.int64), np.array([6, 3]), np.array([0, 0])]),
    ],
}  # fmt: skip
for _name, _cases in INTEGERS.items():
    CASES.setdefault(_name, []).extend((f, x, others) for f, x, others in _cases)
CASES["sigmoid_focal_loss"] = [
    (lambda f, x, t, o=o: f(x, t, **o), [real(5, 4), rng.random((5, 4))])
    for o in ({}, {"alpha": None, "gamma": 1.5}, {"gamma": 0.0}, {"reduction": "none"})
]
ALL = [(name, i) for name, cases in CASES.items() for i in range(len(cases))]
NOT_IN_TORCH = {"sigmoid_focal_loss"}


def call(name, i, module=F):
    function, inputs, *others = CASES[name][i]
    return (lambda *x: function(getattr(module, name), *x, *(others[0] if others else ()))), inputs


def leaves(inputs):
    return [numrs.Tensor(np.array(x, dtype=np.float64), requires_grad=True) for x in inputs]


@pytest.mark.parametrize(("name", "i"), ALL)
def test_gradients_agree_with_finite_differences(name, i):
    function, inputs = call(name, i)
    if name == "cosine_embedding_loss":  # targets are signs
        *inputs, signs = inputs
        whole = function
        function = lambda x, y: whole(x, y, numrs.asarray(signs))  # noqa: E731
    own = leaves(inputs)
    assert autograd.gradcheck(function, own)
    assert autograd.gradgradcheck(function, own)


@pytest.mark.parametrize(("name", "i"), ALL)
def test_ndarrays_and_tensors_and_float32(name, i):
    function, inputs = call(name, i)
    plain, tensor = function(*inputs), function(*[numrs.asarray(x) for x in inputs])
    assert isinstance(plain, (np.ndarray, np.floating)) and isinstance(tensor, numrs.Tensor)
    np.testing.assert_array_equal(plain, tensor.numpy())
    small = function(*[x.astype(np.float32) for x in inputs])
    assert small.dtype == np.float32 or any(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in (CASES[name][i][2:] or [()])[0])
    np.testing.assert_allclose(small, plain, rtol=2e-4, atol=2e-4)


@pytest.mark.peer("torch")
@pytest.mark.parametrize(("name", "i"), [case for case in ALL if case[0] not in NOT_IN_TORCH])
def test_beside_torch(name, i):
    torch = pytest.importorskip("torch")
    function, inputs, *others = CASES[name][i]
    home = torch.nn.functional if hasattr(torch.nn.functional, name) else torch
    theirs = getattr(home, name)
    own, others = leaves(inputs), others[0] if others else ()
    beside = [torch.tensor(np.asarray(x), requires_grad=True) for x in inputs]
    wanted = function(theirs, *beside, *[x if x is None else torch.tensor(x) for x in others])
    found = function(getattr(F, name), *own, *others)
    np.testing.assert_allclose(found.detach().numpy(), wanted.detach().numpy(), rtol=1e-9, atol=1e-12)
    if name == "cosine_embedding_loss":
        own, beside = own[:2], beside[:2]
    numrs.sum(found * found).backward()
    (wanted * wanted).sum().backward()
    for a, b in zip(own, beside):
        if name == "ctc_loss":  # PyTorch's gradient is that of scores before a log_softmax
            ours = a.grad.numpy()
            ours = ours - np.exp(np.asarray(a.detach())) * ours.sum(axis=-1, keepdims=True)
            np.testing.assert_allclose(ours, b.grad.numpy(), atol=1e-9)
        else:
            np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-9, atol=1e-10)


def test_fold_is_the_transpose_of_unfold():
    for kernel, options in ((2, {}), ((3, 2), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)})):
        columns = F.unfold(PICTURES, kernel, **options)
        weights = real(*columns.shape)
        assert np.vdot(columns, weights) == pytest.approx(np.vdot(PICTURES, F.fold(weights, (5, 6), kernel, **options)))


def test_a_convolution_is_unfold_and_a_product():
    w = real(3, 4, 2, 3)
    found = np.einsum("ok,nkl->nol", w.reshape(3, -1), F.unfold(PICTURES, (2, 3), padding=1)).reshape(2, 3, 6, 6)
    np.testing.assert_allclose(found, F.conv2d(PICTURES, w, padding=1), rtol=1e-12)


def test_shuffles_come_back():
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(PICTURES, 2), 2), PICTURES)
    np.testing.assert_array_equal(F.channel_shuffle(F.channel_shuffle(PICTURES, 2), 2), PICTURES)


def test_zero_vectors_have_gradients():
    x = numrs.Tensor(np.zeros((2, 3)), requires_grad=True)
    for y in (F.normalize(x), F.cosine_similarity(x, np.ones((2, 3))), F.pairwise_distance(x, np.zeros(3), eps=0.0)):
        x.grad = None
        numrs.sum(y).backward()
        assert np.isfinite(x.grad.numpy()).all()


def test_ctc_that_cannot_be():
    logs = F.log_softmax(real(2, 1, 4), 2)
    assert F.ctc_loss(logs, [[1, 2, 3]], [2], [3]) == np.inf
    assert F.ctc_loss(logs, [[1, 1]], [2], [2]) == np.inf
    x = numrs.Tensor(logs, requires_grad=True)
    F.ctc_loss(x, [[1, 1]], [2], [2], zero_infinity=True).backward()
    assert not x.grad.numpy().any()


def test_ctc_is_the_sum_of_all_ways():
    logs = F.log_softmax(real(4, 1, 3), 2)[:, 0]
    total = 0.0
    for path in np.ndindex(3, 3, 3, 3):
        read = [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]
        if read == [1, 2]:
            total += math.exp(sum(logs[t, c] for t, c in enumerate(path)))
    assert F.ctc_loss(logs, [1, 2], 4, 2, reduction="sum") == pytest.approx(-math.log(total), rel=1e-12)


def test_lists_integers_and_halves():
    assert F.glu([2, 0]).tolist() == [1.0] and F.normalize([[3, 4]]).dtype == np.float64
    for name in ("float16", "bfloat16"):
        x = numrs.astype(numrs.asarray(PICTURES), name)
        made = [F.glu(x, 1), F.pad(x, (1, 1)), F.pixel_shuffle(x, 2), F.interpolate(x, 7), F.normalize(x), F.unfold(x, 2)]
        made.append(F.local_response_norm(x, 3))
        for y in made:
            assert y.dtype == x.dtype
    strided = PICTURES[:, ::2, ::-1]
    np.testing.assert_array_equal(F.unfold(strided, 2), F.unfold(strided.copy(), 2))
    assert F.unfold(PICTURES[:0], 2).shape == (0, 16, 20) and F.glu(PICTURES[:0]).shape == (0, 4, 5, 3)


X = real(2, 4, 5, 6)
BAD = [
    (lambda: F.unfold(X, 9), ValueError, "do not fit"),
    (lambda: F.unfold(X[0, 0], 2), ValueError, r"expected \(N, C, H, W\)"),
    (lambda: F.unfold(X, (2, 2, 2)), ValueError, "kernel_size"),
    (lambda: F.unfold(X, 2, stride=0), ValueError, "stride"),
    (lambda: F.unfold(X * 1j, 2), TypeError, "complex"),
    (lambda: F.fold(X[0], 4, 2), ValueError, "fold: x has shape"),
    (lambda: F.pad(X, ((1, 1), (1, 1))), ValueError, "numrs.pad takes pairs"),
    (lambda: F.pad(X, (1, 1, 1)), ValueError, "3 ints"),
    (lambda: F.pad(X, (1,) * 10), ValueError, "10 ints"),
    (lambda: F.pad(X, (6, 0), "reflect"), ValueError, "at most 5"),
    (lambda: F.pad(X, (7, 0), "circular"), ValueError, "at most 6"),
    (lambda: F.pad(X, (1, 0), "wrap"), ValueError, "circular"),
    (lambda: F.pad(X, (-4, -3)), ValueError, "cuts more"),
    (lambda: F.pad(X, (1, 0), "reflect", 3.0), ValueError, "value"),
    (lambda: F.interpolate(X), ValueError, "size or scale_factor"),
    (lambda: F.interpolate(X, 3, 2.0), ValueError, "size or scale_factor"),
    (lambda: F.interpolate(X, 0), ValueError, "size"),
    (lambda: F.interpolate(X, (1, 2, 3)), ValueError, "size"),
    (lambda: F.interpolate(X, scale_factor=-1.0), ValueError, "scale_factor"),
    (lambda: F.interpolate(X, scale_factor=0.1), ValueError, "leaves nothing"),
    (lambda: F.interpolate(X, 3, mode="linear"), ValueError, "3 dimensions"),
    (lambda: F.interpolate(X, 3, mode="cubic"), ValueError, "bicubic"),
    (lambda: F.interpolate(X, 3, align_corners=True), ValueError, "align_corners"),
    (lambda: F.interpolate(X[0, 0], 3), ValueError, "expected"),
    (lambda: F.pixel_shuffle(X, 3), ValueError, "multiple of 9"),
    (lambda: F.pixel_unshuffle(X, 4), ValueError, "multiples of 4"),
    (lambda: F.channel_shuffle(X, 3), ValueError, "multiple of 3"),
    (lambda: F.channel_shuffle(X, 0), ValueError, "factor"),
    (lambda: F.glu(X, 2), ValueError, "even"),
    (lambda: F.glu(X, 4), ValueError, "dim is 4"),
    (lambda: F.prelu(X, np.ones(3)), ValueError, r"\(3,\).*\(4,\)"),
    (lambda: F.softshrink(X, -1.0), ValueError, "lambd"),
    (lambda: F.normalize(X, 0.0), ValueError, "p is 0.0"),
    (lambda: F.normalize(X, dim=1.5), TypeError, "dim"),
    (lambda: F.cosine_similarity(X, np.ones(5)), ValueError, "do not broadcast"),
    (lambda: F.pairwise_distance(X, np.ones(5)), ValueError, "do not broadcast"),
    (lambda: F.local_response_norm(X, 0), ValueError, "size"),
    (lambda: F.margin_ranking_loss(X, np.ones(5), 1.0), ValueError, "margin_ranking_loss: shapes"),
    (lambda: F.cosine_embedding_loss(X[0, 0], X[0, 0], SIGNS[:3]), ValueError, "cosine_embedding_loss"),
    (lambda: F.triplet_margin_loss(X, X, X, margin=-1.0), ValueError, "margin"),
    (lambda: F.triplet_margin_loss(X, X, X, reduction="median"), ValueError, "reduction is 'median'"),
    (lambda: F.multi_margin_loss(X[0, 0], [0, 1, 2, 3, 6]), IndexError, "label 6"),
    (lambda: F.multi_margin_loss(X[0, 0], [0.0, 1, 2, 3, 4]), TypeError, "integers"),
    (lambda: F.multi_margin_loss(X[0, 0], [0, 1]), ValueError, r"\(N, C\)"),
    (lambda: F.multi_margin_loss(X[0, 0], [0] * 5, p=3), ValueError, "p is 3"),
    (lambda: F.multilabel_margin_loss(X[0, 0, :1], [[0, 7, 0, 0, 0, 0]]), IndexError, "label 7"),
    (lambda: F.multilabel_soft_margin_loss(X, X[0]), ValueError, "multilabel_soft_margin_loss"),
    (lambda: F.sigmoid_focal_loss(X, X, alpha=2.0), ValueError, "alpha"),
    (lambda: F.sigmoid_focal_loss(X, X, gamma=-1.0), ValueError, "gamma"),
    (lambda: F.ctc_loss(X[0], [[1], [9], [1], [1], [1]], [4] * 5, [1] * 5), IndexError, "label 9"),
    (lambda: F.ctc_loss(X[0], [[1], [0], [1], [1], [1]], [4] * 5, [1] * 5), IndexError, "label 0.*blank 0"),
    (lambda: F.ctc_loss(X[0], [[1]] * 5, [5] * 5, [1] * 5), ValueError, "input_lengths has 5"),
    (lambda: F.ctc_loss(X[0], [[1]] * 5, [4] * 4, [1] * 5), ValueError, "input_lengths has 4 numbers"),
    (lambda: F.ctc_loss(X[0], [[1]] * 5, [4] * 5, [2] * 5), ValueError, "targets has shape"),
    (lambda: F.ctc_loss(X[0], [[1]] * 5, [4] * 5, [1] * 5, blank=6), IndexError, "blank"),
    (lambda: F.glu("text"), TypeError, "glu: x"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "error", "words"), BAD)
def test_bad_input(what, error, words):
    with pytest.raises(error, match=words):
        what()


@pytest.mark.parametrize("name", [name for name in F.__all__ if not isinstance(getattr(F, name), type)])
def test_every_function_is_described(name):
    """A summary, each parameter, an example that runs: also where docstrings are put together."""
    import doctest
    import inspect

    function = getattr(F, name)
    text = inspect.getdoc(function)
    body = text.split("\n\n", 1)[1] if text.startswith(f"{function.__name__}(") else text
    assert not body.startswith(("Parameters", "-")) and body.splitlines()[0].endswith((".", "?", "]``."))
    assert text.index("Parameters\n----------") < text.index("Returns\n-------") < text.index("Examples\n--------")
    described = text[text.index("Parameters\n") : text.index("Returns\n")]
    for parameter in inspect.signature(function).parameters:
        assert parameter in described, f"{name}: {parameter} is not described"
    test = doctest.DocTestParser().get_doctest(text, {"numrs": numrs, "np": np}, name, name, 0)
    assert test.examples
    output = []
    assert not doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(test, out=output.append).failed, output
