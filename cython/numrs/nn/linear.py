"""Linear layers, embeddings, and what only reshapes: Linear, Bilinear, Embedding, Flatten, Unflatten, Reshape."""

import math

import numrs
from numrs import functional as F
from numrs.nn import init
from numrs.nn.activation import activation as activation_of
from numrs.nn.module import Module, as_parameter, is_array

# What the kernels apply to the product while they have it; others are applied to the result.
FUSED = ("relu", "gelu", "gelu_tanh", "tanh", "sigmoid", "silu", "leaky_relu")


class Linear(Module):
    """y = activation(x @ weight + bias) over the last axis of x.

    Parameters
    ----------
    in_features, out_features : int
        Sizes. One int alone is the number of outputs: the number of inputs is seen at the first call. Given arrays, they are the
        parameters: weight of shape (in, out), bias of (out,).
    bias : bool or array_like, optional
        Whether to add one; or the one to add.
    activation : str or callable, optional
        By name: 'relu', 'gelu', 'tanh' …
    weight_init, bias_init : str or callable, optional
        First values: 'glorot_uniform', 'he_normal' … (see nn.init).
    rng : Generator or int, optional
        Where first values come from.
    dtype : dtype, optional
        float32.
    """

    def __init__(
        self,
        in_features,
        out_features=None,
        bias=True,
        activation=None,
        *,
        weight_init="glorot_uniform",
        bias_init="zeros",
        rng=None,
        dtype=None,
    ):
        if is_array(in_features):
            if out_features is not None and not is_array(out_features):
                raise TypeError(
                    f"Linear: bias is of type {type(out_features).__name__}, expected an array of shape (out,) or None"
                )
            self.weight = as_parameter(in_features)
            if self.weight.ndim != 2:
                raise ValueError(f"Linear: weight has shape {self.weight.shape}, expected (in, out)")
            given = out_features if out_features is not None else (bias if is_array(bias) else None)
            self.bias = None if given is None else as_parameter(given)
            if self.bias is not None and self.bias.shape != (self.weight.shape[1],):
                raise ValueError(f"Linear: bias has shape {self.bias.shape}, expected ({self.weight.shape[1]},)")
            self.in_features, self.out_features = self.weight.shape
        else:
            if out_features is None:
                in_features, out_features = None, in_features
            for name, size in (("in_features", in_features), ("out_features", out_features)):
                if size is not None and (not hasattr(size, "__index__") or isinstance(size, bool) or size < 0):
                    raise ValueError(f"Linear: {name} is {size!r}, expected a size")
            self.in_features, self.out_features = in_features, out_features
            self.weight = self.bias = None
            self._with_bias, self._init = (
                bool(bias),
                (init.get(weight_init), init.get(bias_init), init.generator(rng) if rng is not None else None, dtype),
            )
            if in_features is not None:
                self.build((in_features,))
        self.activation = activation
        self._function = activation_of(activation)
        self._fused = activation if isinstance(activation, str) and activation in FUSED else None

    def build(self, shape):
        """Makes the parameters for inputs of a shape (…, in)."""
        weight_init, bias_init, rng, dtype = self._init
        self.in_features = int(shape[-1])
        self.weight = init.made((self.in_features, self.out_features), weight_init, rng, dtype)
        self.bias = init.made((self.out_features,), bias_init, rng, dtype) if self._with_bias else None

    def forward(self, x):
        if self.weight is None:
            self._build_for(x)
        if self._fused is not None or self._function is None:
            return F.linear(x, self.weight, self.bias, self._fused)
        return self._function(F.linear(x, self.weight, self.bias))


class Bilinear(Module):
    """y[o] = x1 @ weight[o] @ x2 + bias[o].

    Parameters
    ----------
    in1_features, in2_features, out_features : int
        Sizes.
    bias : bool
        Whether to add one.
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True, *, rng=None, dtype=None):
        rng = init.generator(rng)
        bound = 1.0 / math.sqrt(in1_features)
        self.weight = init.made(
            (out_features, in1_features, in2_features),
            lambda t, rng=None: init.uniform_(t, -bound, bound, rng),
            rng,
            dtype,
        )
        self.bias = init.made((out_features,), "zeros", rng, dtype) if bias else None

    def forward(self, x1, x2):
        y = numrs.einsum("...i,oij,...j->...o", x1, self.weight, x2)
        return y if self.bias is None else y + self.bias


class Embedding(Module):
    """Rows of a table by their numbers.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        The table's shape; or the table itself, an array of (num, dim).
    padding_idx : int, optional
        A row of zeros that is not trained.
    """

    def __init__(
        self, num_embeddings, embedding_dim=None, padding_idx=None, *, weight_init="normal", rng=None, dtype=None
    ):
        if is_array(num_embeddings):
            self.weight = as_parameter(num_embeddings)
            if self.weight.ndim != 2:
                raise ValueError(f"Embedding: weight has shape {self.weight.shape}, expected (num, dim)")
        else:
            if embedding_dim is None:
                raise TypeError("Embedding: embedding_dim is missing")
            self.weight = init.made((num_embeddings, embedding_dim), weight_init, init.generator(rng), dtype)
        self.num_embeddings, self.embedding_dim = self.weight.shape
        if padding_idx is not None and not -self.num_embeddings <= padding_idx < self.num_embeddings:
            raise ValueError(
                f"Embedding: padding_idx is {padding_idx}, expected an index of {self.num_embeddings} rows"
            )
        self.padding_idx = padding_idx
        if padding_idx is not None and not is_array(num_embeddings):
            with numrs.autograd.no_grad():
                self.weight[padding_idx] = 0.0

    def forward(self, indices):
        return F.embedding(indices, self.weight, self.padding_idx)


class Flatten(Module):
    """Dimensions start_dim … end_dim as one.

    Parameters
    ----------
    start_dim, end_dim : int
        Which; all but the first.
    """

    def __init__(self, start_dim=1, end_dim=-1):
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        first, last = self.start_dim % max(1, x.ndim), self.end_dim % max(1, x.ndim)
        return numrs.reshape(x, x.shape[:first] + (math.prod(x.shape[first : last + 1]),) + x.shape[last + 1 :])


class Unflatten(Module):
    """One dimension as several.

    Parameters
    ----------
    dim : int
        Which.
    unflattened_size : tuple of ints
        Its extents.
    """

    def __init__(self, dim, unflattened_size):
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        d = self.dim % x.ndim
        return numrs.reshape(x, x.shape[:d] + self.unflattened_size + x.shape[d + 1 :])


class Reshape(Module):
    """Each row of a batch in another shape.

    Parameters
    ----------
    *shape : int
        Without the batch; one may be -1.
    """

    def __init__(self, *shape):
        self.shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else tuple(shape)

    def forward(self, x):
        return numrs.reshape(x, (x.shape[0], *self.shape))
