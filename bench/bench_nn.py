"""Kernels of networks against PyTorch: activation functions, softmax, normalisations, forward and backward."""

import numpy as np
import numrs
from numrs._ops import nn_activation, nn_norm

from .harness import Case, random

GROUP = "nn"


def _case(peers, name, own, theirs, goal, tolerance=1e-5):
    """theirs: a function of the module torch that gives the call, or None."""
    calls = {"numrs": own}
    if theirs is not None and "torch" in peers:
        calls["torch"] = theirs(peers["torch"].module)
    return Case(GROUP, name, calls, goal=goal, tolerance=tolerance)


def cases(peers, quick, size):
    for shape in ((8, 64),) if quick else ((8, 64), (512, 768)):
        label = " f32 " + "x".join(map(str, shape))
        x = random(shape, "float32", 1, -4.0, 4.0)
        w, b = random(shape[1:], "float32", 2), random(shape[1:], "float32", 3)
        t, u, v = numrs.Tensor(x), numrs.Tensor(w), numrs.Tensor(b)
        for name in ("relu", "gelu", "silu", "softplus", "mish"):
            own = getattr(nn_activation, name)
            yield _case(peers, name + label, lambda own=own, t=t: own(t),
                        lambda torch, name=name, x=x: (lambda f, y: lambda: f(y))(getattr(torch.nn.functional, name), torch.from_numpy(x)), 2.0)  # fmt: skip
        yield _case(peers, "gelu tanh" + label, lambda t=t: nn_activation.gelu(t, "tanh"),
                    lambda torch, x=x: (lambda y: lambda: torch.nn.functional.gelu(y, approximate="tanh"))(torch.from_numpy(x)), 2.0)  # fmt: skip
        for name in ("softmax", "log_softmax"):
            own = getattr(nn_activation, name)
            yield _case(peers, name + label, lambda own=own, t=t: own(t, -1),
                        lambda torch, name=name, x=x: (lambda f, y: lambda: f(y, -1))(getattr(torch.nn.functional, name), torch.from_numpy(x)), 2.0)  # fmt: skip
        n = shape[1]
        yield _case(peers, "layer_norm" + label, lambda t=t, n=n, u=u, v=v: nn_norm.layer_norm(t, n, u, v),
                    lambda torch, x=x, n=n, w=w, b=b: (lambda y, p, q: lambda: torch.nn.functional.layer_norm(y, (n,), p, q))(
                        torch.from_numpy(x), torch.from_numpy(w), torch.from_numpy(b)), 2.0)  # fmt: skip
        yield _case(peers, "gelu_backward" + label, lambda t=t: nn_activation.gelu_backward(t, t),
                    lambda torch, x=x: (lambda y: lambda: torch.ops.aten.gelu_backward(y, y))(torch.from_numpy(x)), 2.0)  # fmt: skip
        kept = nn_norm.layer_norm_with_stats(t, n, u, v)[1]
        yield _case(peers, "layer_norm_backward" + label, lambda t=t, u=u, kept=kept: nn_norm.layer_norm_backward(t, t, u, **kept)[0], None, None, 1e-4)
    if not quick:
        x = np.ascontiguousarray(random((32, 12, 128, 128), "float32", 1, -4.0, 4.0))
        t = numrs.Tensor(x)
        yield _case(peers, "softmax f32 32x12x128x128", lambda: nn_activation.softmax(t, -1),
                    lambda torch: (lambda y: lambda: torch.nn.functional.softmax(y, -1))(torch.from_numpy(x)), 2.0)  # fmt: skip
        x = np.ascontiguousarray(random((16, 64, 28, 28), "float32", 1, -4.0, 4.0))
        t, y = numrs.Tensor(x), x
        yield _case(peers, "batch_norm f32 16x64x28x28", lambda: nn_norm.batch_norm(t, None, None, training=True),
                    lambda torch: (lambda z: lambda: torch.nn.functional.batch_norm(z, None, None, training=True))(torch.from_numpy(y)), 2.0)  # fmt: skip
