"""BERT (Devlin et al., 2018): an encoder with learnt positions and segments, normalisation after each block."""

from dataclasses import dataclass

import numpy as np

import numrs
from numrs.functional import PackedWeight, scaled_dot_product_attention
from numrs.transformers import blocks, weights

_NAMES = {
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "width": "hidden_size",
    "inner": "intermediate_size",
    "vocabulary": "vocab_size",
    "positions": "max_position_embeddings",
    "segments": "type_vocab_size",
    "eps": "layer_norm_eps",
    "activation": "hidden_act",
}
_QKV = ("query", "key", "value")


@dataclass(frozen=True)
class BERTConfig:
    """Extents of a BERT; the defaults are those of the base model.

    Examples
    --------
    >>> numrs.transformers.BERTConfig(layers=6, heads=12, width=384, inner=1536).width
    384
    """

    layers: int = 12
    heads: int = 12
    width: int = 768
    inner: int = 3072
    vocabulary: int = 30522
    positions: int = 512
    segments: int = 2
    eps: float = 1e-12
    activation: str = "gelu"
    pooler: bool = True

    def __post_init__(self):
        for name in ("layers", "heads", "width", "inner", "vocabulary", "positions", "segments"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"BERTConfig: {name} is {value!r}, expected an int of at least 1")
        if self.width % self.heads:
            raise ValueError(f"BERTConfig: width is {self.width}, expected a multiple of heads, {self.heads}")
        blocks.activation(self.activation, "BERTConfig")


def _norm(name, width):
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _dense(name, n_in, n_out):
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


def _wanted(c):
    shapes = {
        "embeddings.word_embeddings.weight": (c.vocabulary, c.width),
        "embeddings.position_embeddings.weight": (c.positions, c.width),
        "embeddings.token_type_embeddings.weight": (c.segments, c.width),
    } | _norm("embeddings.LayerNorm", c.width)
    for i in range(c.layers):
        at = f"encoder.layer.{i}."
        for part in _QKV:
            shapes |= _dense(f"{at}attention.self.{part}", c.width, c.width)
        shapes |= _dense(f"{at}attention.output.dense", c.width, c.width) | _norm(
            f"{at}attention.output.LayerNorm", c.width
        )
        shapes |= _dense(f"{at}intermediate.dense", c.width, c.inner) | _dense(f"{at}output.dense", c.inner, c.width)
        shapes |= _norm(f"{at}output.LayerNorm", c.width)
    return shapes | (_dense("pooler.dense", c.width, c.width) if c.pooler else {})


class BERT:
    """A BERT encoder with random weights, or with those of a file: BERT.from_safetensors(path).

    Parameters
    ----------
    config : BERTConfig, optional
        Extents.
    state : dict of arrays, optional
        Weights by their Hugging Face names, matrices as (out, in); random ones otherwise.
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
    >>> model = numrs.transformers.BERT(numrs.transformers.BERTConfig(layers=1, heads=2, width=8, inner=16, vocabulary=11, positions=16), rng=0)
    >>> model([1, 2, 3])[0].shape
    (3, 8)
    """

    def __init__(self, config=None, state=None, *, rng=0, dtype=np.float32):
        self.config = c = config or BERTConfig()
        self.dtype = np.dtype(dtype)
        wanted = _wanted(c)
        if state is None:
            state = weights.random(wanted, rng, self.dtype)
        else:
            state = {
                name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias"): array
                for name, array in weights.without_prefix(state, "bert.").items()
            }
            state = weights.take(state, wanted, "BERT", ("cls.", "position_ids", *(() if c.pooler else ("pooler.",))))
        # Matrices are kept as the kernels read them, those of a layer's attention side by side; see state_dict.
        state = {name: np.asarray(array, self.dtype) for name, array in state.items()}
        self._activation = blocks.activation(c.activation, "BERT")
        self._layers = [self._layer(state, f"encoder.layer.{i}.") for i in range(c.layers)]
        self._pooler = self._dense(state, "pooler.dense") if c.pooler else None
        self._state = {name: np.ascontiguousarray(array) for name, array in state.items()}

    @staticmethod
    def _dense(state, *names):
        """The packed weights of maps that have one input, side by side, and their biases; the weights are taken out of state."""
        matrices = [state.pop(f"{name}.weight").T for name in names]
        bias = np.concatenate([state[f"{name}.bias"] for name in names])
        return PackedWeight(matrices[0] if len(names) == 1 else np.concatenate(matrices, axis=1)), bias

    def _norm(self, state, name):
        return state[f"{name}.weight"], state[f"{name}.bias"], self.config.eps

    def _layer(self, state, at):
        return {
            "qkv": self._dense(state, *(f"{at}attention.self.{part}" for part in _QKV)),
            "joined": self._dense(state, f"{at}attention.output.dense"),
            "norm_1": self._norm(state, f"{at}attention.output.LayerNorm"),
            "inner": self._dense(state, f"{at}intermediate.dense"),
            "outer": self._dense(state, f"{at}output.dense"),
            "norm_2": self._norm(state, f"{at}output.LayerNorm"),
        }

    @classmethod
    def from_safetensors(cls, path, config=None, *, dtype=np.float32):
        """The model of a file, or of a folder with config.json, by Hugging Face names; heads of 64 elements unless a configuration says."""
        state, found = weights.read(path, "BERT")
        if config is None:
            names = weights.without_prefix(state, "bert.")
            needed = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight",
                      "encoder.layer.0.intermediate.dense.weight")  # fmt: skip
            missing = [name for name in needed if name not in names]
            if missing:
                raise ValueError(f"BERT: {', '.join(missing)} missing: these are not the weights of a BERT")
            vocabulary, width = names[needed[0]].shape
            fields = {
                "layers": len({name.split(".")[2] for name in names if name.startswith("encoder.layer.")}),
                "heads": max(width // 64, 1),
                "width": width,
                "inner": names[needed[3]].shape[0],
                "vocabulary": vocabulary,
                "positions": names[needed[1]].shape[0],
                "segments": names[needed[2]].shape[0],
                "pooler": "pooler.dense.weight" in names,
            }
            config = BERTConfig(**(fields | weights.settings(found or {}, _NAMES, "BERT")))
        return cls(config, state, dtype=dtype)

    def state_dict(self):
        """The weights by their Hugging Face names, matrices as new arrays: the model keeps them packed."""
        state, width = dict(self._state), self.config.width
        for i, w in enumerate(self._layers):
            at = f"encoder.layer.{i}."
            for j, part in enumerate(_QKV):
                state[f"{at}attention.self.{part}.weight"] = np.ascontiguousarray(
                    w["qkv"][0].columns(j * width, width).T
                )
            for key, name in (("joined", "attention.output"), ("inner", "intermediate"), ("outer", "output")):
                state[f"{at}{name}.dense.weight"] = np.ascontiguousarray(w[key][0].unpack().T)
        if self._pooler is not None:
            state["pooler.dense.weight"] = np.ascontiguousarray(self._pooler[0].unpack().T)
        return {name: state[name] for name in _wanted(self.config)}

    def __call__(self, ids, segments=None, attention_mask=None):
        """What the last layer gives for every token, and the first token through the pooler.

        Parameters
        ----------
        ids : array_like or Tensor of int
            (batch, length) or (length,).
        segments : array_like or Tensor of int, optional
            Of the same shape: to which text a token belongs; 0.
        attention_mask : array_like or Tensor, optional
            Of the same shape: 0 or False where there is no token.

        Returns
        -------
        tuple
            (batch, length, width) and (batch, width), or None without a pooler; without the axis of the batch where ids lack it.

        Raises
        ------
        IndexError
            A token or a segment is not in its table.
        ValueError
            More tokens than positions, or shapes that differ.
        """
        c, s = self.config, self._state
        tokens, single = blocks.token_numbers(ids, c.vocabulary, "BERT")
        batch, length = tokens.shape
        if length > c.positions:
            raise ValueError(f"BERT: {length} tokens, the model has {c.positions} positions")
        x = np.asarray(numrs.take(s["embeddings.word_embeddings.weight"], tokens.reshape(-1), axis=0)).reshape(
            batch, length, c.width
        )
        x = numrs.add(x, s["embeddings.position_embeddings.weight"][:length])
        table = s["embeddings.token_type_embeddings.weight"]
        if segments is None:
            x = numrs.add(x, table[0])
        else:
            places, _ = blocks.token_numbers(segments, c.segments, "BERT", "segments")
            if places.shape != tokens.shape:
                raise ValueError(f"BERT: segments have shape {places.shape}, expected {tokens.shape}, that of ids")
            x = numrs.add(x, np.asarray(numrs.take(table, places.reshape(-1), axis=0)).reshape(x.shape))
        mask = None
        if attention_mask is not None:
            mask = np.asarray(attention_mask.numpy() if isinstance(attention_mask, numrs.Tensor) else attention_mask)
            mask = mask.reshape(1, -1) if mask.ndim == 1 else mask
            if mask.shape != tokens.shape:
                raise ValueError(f"BERT: attention_mask has shape {mask.shape}, expected {tokens.shape}, that of ids")
            mask = (mask != 0)[:, None, None, :]
        x = blocks.layer_norm(x, *self._norm(s, "embeddings.LayerNorm"))
        for w in self._layers:
            q, k, v = blocks.split_heads(blocks.linear(x, *w["qkv"]), c.heads)
            y = blocks.linear(blocks.join_heads(scaled_dot_product_attention(q, k, v, mask)), *w["joined"])
            x = blocks.layer_norm(numrs.add(x, y, out=y), *w["norm_1"])
            y = blocks.linear(blocks.linear(x, *w["inner"], self._activation), *w["outer"])
            x = blocks.layer_norm(numrs.add(x, y, out=y), *w["norm_2"])
        pooled = None
        if self._pooler is not None:
            pooled = numrs.tanh(blocks.linear(np.ascontiguousarray(x[:, 0]), *self._pooler))
            pooled = blocks.like(pooled[0] if single else pooled, ids)
        return blocks.like(x[0] if single else x, ids), pooled

    forward = __call__
