"""GPT-2 (Radford et al., 2019): a decoder with learnt positions, normalisation before each block, tied output weights."""

from dataclasses import dataclass

import numpy as np

import numrs
from numrs.functional import PackedWeight, scaled_dot_product_attention
from numrs.transformers import blocks, weights
from numrs.transformers.cache import KVCache

_NAMES = {
    "layers": "n_layer",
    "heads": "n_head",
    "width": "n_embd",
    "vocabulary": "vocab_size",
    "positions": "n_positions",
    "eps": "layer_norm_epsilon",
    "activation": "activation_function",
    "inner": "n_inner",
}


@dataclass(frozen=True)
class GPT2Config:
    """Extents of a GPT-2; the defaults are those of the small one.

    Examples
    --------
    >>> numrs.transformers.GPT2Config(layers=2).width
    768
    """

    layers: int = 12
    heads: int = 12
    width: int = 768
    vocabulary: int = 50257
    positions: int = 1024
    eps: float = 1e-5
    activation: str = "gelu_new"
    inner: int | None = None  # width of the hidden layer: 4 width

    def __post_init__(self):
        for name in ("layers", "heads", "width", "vocabulary", "positions"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"GPT2Config: {name} is {value!r}, expected an int of at least 1")
        if self.width % self.heads:
            raise ValueError(f"GPT2Config: width is {self.width}, expected a multiple of heads, {self.heads}")
        blocks.activation(self.activation, "GPT2Config")


def _wanted(c):
    inner = c.inner or 4 * c.width
    shapes = {"wte.weight": (c.vocabulary, c.width), "wpe.weight": (c.positions, c.width)}
    for i in range(c.layers):
        for name, shape in (
            ("ln_1.weight", (c.width,)),
            ("ln_1.bias", (c.width,)),
            ("attn.c_attn.weight", (c.width, 3 * c.width)),
            ("attn.c_attn.bias", (3 * c.width,)),
            ("attn.c_proj.weight", (c.width, c.width)),
            ("attn.c_proj.bias", (c.width,)),
            ("ln_2.weight", (c.width,)),
            ("ln_2.bias", (c.width,)),
            ("mlp.c_fc.weight", (c.width, inner)),
            ("mlp.c_fc.bias", (inner,)),
            ("mlp.c_proj.weight", (inner, c.width)),
            ("mlp.c_proj.bias", (c.width,)),
        ):
            shapes[f"h.{i}.{name}"] = shape
    return shapes | {"ln_f.weight": (c.width,), "ln_f.bias": (c.width,)}


class GPT2:
    """A GPT-2 with random weights, or with those of a file: GPT2.from_safetensors(path).

    Parameters
    ----------
    config : GPT2Config, optional
        Extents.
    state : dict of arrays, optional
        Weights by their Hugging Face names; random ones otherwise.
    rng : Generator or int, optional
        For random weights.
    dtype : dtype, optional
        In which the model computes.

    Raises
    ------
    ValueError
        Weights are missing, too many or of another shape; the message lists them.

    Examples
    --------
    >>> model = numrs.transformers.GPT2(numrs.transformers.GPT2Config(layers=1, heads=2, width=8, vocabulary=11, positions=16), rng=0)
    >>> model([1, 2, 3]).shape
    (3, 11)
    """

    def __init__(self, config=None, state=None, *, rng=0, dtype=np.float32):
        self.config = config or GPT2Config()
        self.dtype = np.dtype(dtype)
        wanted = _wanted(self.config)
        if state is None:
            state = weights.random(wanted, rng, self.dtype)
        else:
            state = weights.take(
                weights.without_prefix(state, "transformer."),
                wanted,
                "GPT2",
                (".attn.bias", ".attn.masked_bias", "lm_head.weight"),
            )
        # Matrices are kept as the kernels read them, the table of tokens as the output's weights; see state_dict.
        state = dict(state)
        self._state = {name: self._kept(name, np.asarray(state.pop(name), self.dtype)) for name in list(state)}
        self._activation = blocks.activation(self.config.activation, "GPT2")
        s = self._state
        self._layers = [
            {name: s[f"h.{i}.{name}"] for name in ("ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias", "attn.c_attn.weight", "attn.c_attn.bias",
                                                  "attn.c_proj.weight", "attn.c_proj.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight",
                                                  "mlp.c_proj.bias")}
            for i in range(self.config.layers)
        ]  # fmt: skip

    @staticmethod
    def _kept(name, array):
        if name == "wte.weight":
            return PackedWeight(array.T)
        return PackedWeight(array) if array.ndim == 2 and name != "wpe.weight" else np.ascontiguousarray(array)

    @classmethod
    def from_safetensors(cls, path, config=None, *, dtype=np.float32):
        """The model of a file, or of a folder with config.json, by Hugging Face names; heads of 64 elements unless a configuration says."""
        state, found = weights.read(path, "GPT2")
        if config is None:
            names = weights.without_prefix(state, "transformer.")
            if "wte.weight" not in names or "wpe.weight" not in names:
                raise ValueError("GPT2: wte.weight and wpe.weight are missing: these are not the weights of a GPT-2")
            vocabulary, width = names["wte.weight"].shape
            inner = names["h.0.mlp.c_fc.weight"].shape[1] if "h.0.mlp.c_fc.weight" in names else 4 * width
            fields = {
                "layers": len({name.split(".")[1] for name in names if name.startswith("h.")}),
                "heads": max(width // 64, 1),
                "width": width,
                "vocabulary": vocabulary,
                "positions": names["wpe.weight"].shape[0],
                "inner": inner,
            }
            told = weights.settings({k: v for k, v in (found or {}).items() if v is not None}, _NAMES, "GPT2")
            config = GPT2Config(**(fields | told))
        return cls(config, state, dtype=dtype)

    def state_dict(self):
        """The weights by their Hugging Face names, matrices as new arrays: the model keeps them packed."""
        state = {
            name: kept.unpack()
            for name, kept in self._state.items()
            if isinstance(kept, PackedWeight) and name != "wte.weight"
        }
        tokens = self._state["wte.weight"].take(range(self.config.vocabulary))
        return self._state | state | {"wte.weight": tokens}

    def new_cache(self, batch=1, capacity=None):
        """A KVCache for this model; capacity: all its positions."""
        c = self.config
        return KVCache(c.layers, batch, c.heads, capacity or c.positions, c.width // c.heads, self.dtype)

    def hidden(self, ids, cache=None):
        """What the last layer gives, normalised, for ids (batch, length) or (length,); see __call__."""
        tokens, single = blocks.token_numbers(ids, self.config.vocabulary, "GPT2")
        x = self._run(tokens, cache)
        return blocks.like(x[0] if single else x, ids)

    def _run(self, tokens, cache):
        c, s = self.config, self._state
        batch, length = tokens.shape
        past = cache.length if cache is not None else 0
        if past + length > c.positions:
            raise ValueError(f"GPT2: {past + length} tokens, the model has {c.positions} positions")
        if cache is not None:
            cache.check(c.layers, batch, c.heads, length, c.width // c.heads, "GPT2")
        x = s["wte.weight"].take(tokens.reshape(-1)).reshape(batch, length, c.width)
        x = numrs.add(x, s["wpe.weight"][past : past + length])
        mask = None
        if past and length > 1:
            mask = np.arange(past + length) <= np.arange(past, past + length)[:, None]
        for i, w in enumerate(self._layers):
            y = blocks.layer_norm(x, w["ln_1.weight"], w["ln_1.bias"], c.eps)
            q, k, v = blocks.split_heads(blocks.linear(y, w["attn.c_attn.weight"], w["attn.c_attn.bias"]), c.heads)
            if cache is not None:
                k, v = cache.append(i, k, v)
            y = scaled_dot_product_attention(q, k, v, mask, 0.0, mask is None and length > 1)
            y = blocks.linear(blocks.join_heads(y), w["attn.c_proj.weight"], w["attn.c_proj.bias"])
            x = numrs.add(x, y, out=y)
            y = blocks.layer_norm(x, w["ln_2.weight"], w["ln_2.bias"], c.eps)
            y = blocks.linear(y, w["mlp.c_fc.weight"], w["mlp.c_fc.bias"], self._activation)
            y = blocks.linear(y, w["mlp.c_proj.weight"], w["mlp.c_proj.bias"])
            x = numrs.add(x, y, out=y)
        if cache is not None:
            cache.advance(length)
        return blocks.layer_norm(x, s["ln_f.weight"], s["ln_f.bias"], c.eps)

    def __call__(self, ids, cache=None, *, last=False):
        """Scores of the next token.

        Parameters
        ----------
        ids : array_like or Tensor of int
            (batch, length) or (length,).
        cache : KVCache, optional
            Keys and values of what came before; those of ids are appended.
        last : bool, optional
            Only for the last token.

        Returns
        -------
        ndarray or Tensor
            (batch, length, vocabulary); without the axes that ids lack, and without that of length with last.

        Raises
        ------
        IndexError
            A token is not in the vocabulary.
        ValueError
            More tokens than positions, or than the cache has room for.
        """
        tokens, single = blocks.token_numbers(ids, self.config.vocabulary, "GPT2")
        x = self._run(tokens, cache)
        if last:
            x = np.ascontiguousarray(x[:, -1:])
        y = blocks.linear(x, self._state["wte.weight"])
        if last:
            y = y[:, 0]
        return blocks.like(y[0] if single else y, ids)

    forward = __call__
