"""Kernels of networks against PyTorch: activation functions, softmax, normalisations, forward and backward."""

import numpy as np
import numrs
from numrs._ops import nn_activation, nn_norm, nn_softmax

from .harness import Case, random

GROUP = "nn"


def _case(peers, name, own, theirs, goal, tolerance=1e-5):
    """theirs: a function of the module torch that gives the call, or None."""
    calls = {"numrs": own}
    if theirs is not None and "torch" in peers:
        calls["torch"] = theirs(peers["torch"].module)
    return Case(GROUP, name, calls, goal=goal, tolerance=tolerance)


def _one(name, x, *more, **options):
    """Torch's function of that name on an array."""

    def made(torch):
        function, y = getattr(torch.nn.functional, name), torch.from_numpy(x)
        return lambda: function(y, *more, **options)

    return made


def _layer_norm(x, n, w, b):
    def made(torch):
        y, p, q = torch.from_numpy(x), torch.from_numpy(w), torch.from_numpy(b)
        return lambda: torch.nn.functional.layer_norm(y, (n,), p, q)

    return made


def _gelu_backward(x):
    def made(torch):
        y = torch.from_numpy(x)
        return lambda: torch.ops.aten.gelu_backward(y, y)

    return made


def cases(peers, quick, size):
    for shape in ((8, 64),) if quick else ((8, 64), (512, 768)):
        label = " f32 " + "x".join(map(str, shape))
        x = random(shape, "float32", 1, -4.0, 4.0)
        w, b = random(shape[1:], "float32", 2), random(shape[1:], "float32", 3)
        t, u, v = numrs.Tensor(x), numrs.Tensor(w), numrs.Tensor(b)
        for name in ("relu", "gelu", "silu", "softplus", "mish"):
            own = getattr(nn_activation, name)
            yield _case(peers, name + label, lambda own=own, t=t: own(t),
                        _one(name, x), 2.0)
        yield _case(peers, "gelu tanh" + label, lambda t=t: nn_softmax.gelu(t, "tanh"),
                    _one("gelu", x, approximate="tanh"), 2.0)
        for name in ("softmax", "log_softmax"):
            own = getattr(nn_activation, name)
            yield _case(peers, name + label, lambda own=own, t=t: own(t, -1),
                        _one(name, x, -1), 2.0)
        n = shape[1]
        yield _case(peers, "layer_norm" + label, lambda t=t, n=n, u=u, v=v: nn_norm.layer_norm(t, n, u, v),
                    _layer_norm(x, n, w, b), 2.0)
        yield _case(peers, "gelu_backward" + label, lambda t=t: nn_softmax.gelu_backward(t, t),
                    _gelu_backward(x), 2.0)
        kept = nn_norm.layer_norm_with_stats(t, n, u, v)[1]
        yield _case(peers, "layer_norm_backward" + label,
                    lambda t=t, u=u, kept=kept: nn_norm.layer_norm_backward(t, t, u, **kept)[0], None, None, 1e-4)  # fmt: skip
    if not quick:
        x = np.ascontiguousarray(random((32, 12, 128, 128), "float32", 1, -4.0, 4.0))
        t = numrs.Tensor(x)
        yield _case(peers, "softmax f32 32x12x128x128", lambda: nn_softmax.softmax(t, -1),
                    _one("softmax", x, -1), 2.0)
        x = np.ascontiguousarray(random((16, 64, 28, 28), "float32", 1, -4.0, 4.0))
        u = numrs.Tensor(x)
        yield _case(peers, "batch_norm f32 16x64x28x28", lambda: nn_norm.batch_norm(u, None, None, training=True),
                    _one("batch_norm", x, None, None, training=True), 2.0)
