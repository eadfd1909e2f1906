"""State dicts of PyTorch as those of numrs: linear layers are (in, out) here and (out, in) there, and some parts have other names."""

import re

from numrs import nn

# Names of parts there and here.
_PARTS = (("self_attn.", "attention."), ("linear1.", "feed_forward.inner."), ("linear2.", "feed_forward.outer."))
_RECURRENT = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?")
_RECURRENT_NAMES = {"weight_ih": "weights_in", "weight_hh": "weights_hidden", "bias_ih": "biases_in", "bias_hh": "biases_hidden"}


def _linear_weights(module):
    """Names of the weights that are stored the other way round."""
    for path, part in module.named_modules():
        if isinstance(part, nn.Linear):
            yield f"{path}.weight" if path else "weight", part.weight


def from_pytorch(module, tensors):
    """The tensors under our names and in our layout; what has no counterpart stays under its name."""
    parts = dict(module.named_modules())
    found = dict(tensors)

    def move(old, new, turned=False):
        if old in found:
            value = found.pop(old)
            found[new] = value.T.contiguous() if turned and value.ndim == 2 else value

    for path, part in parts.items():
        prefix = f"{path}." if path else ""
        if isinstance(part, nn.TransformerEncoderLayer):
            for there, here in _PARTS:
                for name in [n for n in found if n.startswith(prefix + there)]:
                    found[prefix + here + name[len(prefix + there) :]] = found.pop(name)
    for path, part in parts.items():
        prefix = f"{path}." if path else ""
        if isinstance(part, nn.MultiHeadAttention):
            for there, end in ((prefix + "in_proj_weight", "weight"), (prefix + "in_proj_bias", "bias")):
                if there in found and found[there].shape[0] == 3 * part.embed_dim:
                    whole = found.pop(there)
                    for i, name in enumerate(("query", "key", "value")):
                        found[f"{prefix}{name}.{end}"] = whole[i * part.embed_dim : (i + 1) * part.embed_dim]
            for there, here in (("q_proj_weight", "query.weight"), ("k_proj_weight", "key.weight"), ("v_proj_weight", "value.weight"),
                                ("out_proj.weight", "out.weight"), ("out_proj.bias", "out.bias")):  # fmt: skip
                move(prefix + there, prefix + here)
        elif hasattr(part, "weights_in") and hasattr(part, "biases_hidden"):
            for name in list(found):
                match = _RECURRENT.fullmatch(name[len(prefix) :]) if name.startswith(prefix) else None
                if match:
                    place = int(match[2]) * (2 if part.bidirectional else 1) + bool(match[3])
                    move(name, f"{prefix}{_RECURRENT_NAMES[match[1]]}.{place}", turned=True)
        elif hasattr(part, "running_mean"):
            found.pop(prefix + "num_batches_tracked", None)
    for name, _ in _linear_weights(module):
        if name in found and found[name].ndim == 2:
            found[name] = found[name].T.contiguous()
    return found

