"""Models of the shapes of GPT-2 small and of a BERT of 6 x 384 with random weights, against torch, JAX and ONNX Runtime."""

import numpy as np
import numrs
from numrs.transformers import BERT, GPT2, BERTConfig, GPT2Config

from . import transformer_peers
from .harness import Case

GROUP = "transformers"


def _torch_gpt2(torch, weights, config, ids, past):
    """The same blocks from torch's functions; past: a list of keys and values per layer, or None."""
    f = torch.nn.functional

    def forward():
        begin = past[0][0].shape[2] if past else 0
        x = f.embedding(ids, weights["wte.weight"]) + weights["wpe.weight"][begin : begin + ids.shape[1]]
        batch, length, width = x.shape
        for i in range(config.layers):
            w = {name: weights[f"h.{i}.{name}"] for name in _LAYER}
            y = f.layer_norm(x, (width,), w["ln_1.weight"], w["ln_1.bias"], config.eps)
            y = torch.addmm(w["attn.c_attn.bias"], y.view(-1, width), w["attn.c_attn.weight"]).view(batch, length, -1)
            q, k, v = (part.view(batch, length, config.heads, -1).transpose(1, 2) for part in y.split(width, -1))
            if past:
                k, v = torch.cat([past[i][0], k], 2), torch.cat([past[i][1], v], 2)
            y = f.scaled_dot_product_attention(q, k, v, is_causal=not past).transpose(1, 2).reshape(-1, width)
            x = x + torch.addmm(w["attn.c_proj.bias"], y, w["attn.c_proj.weight"]).view_as(x)
            y = f.layer_norm(x, (width,), w["ln_2.weight"], w["ln_2.bias"], config.eps).view(-1, width)
            y = f.gelu(torch.addmm(w["mlp.c_fc.bias"], y, w["mlp.c_fc.weight"]), approximate="tanh")
            x = x + torch.addmm(w["mlp.c_proj.bias"], y, w["mlp.c_proj.weight"]).view_as(x)
        x = f.layer_norm(x, (width,), weights["ln_f.weight"], weights["ln_f.bias"], config.eps)
        return f.linear(x, weights["wte.weight"])

    def call():
        with torch.no_grad():
            return forward()

    return call


_LAYER = (
    "ln_1.weight",
    "ln_1.bias",
    "ln_2.weight",
    "ln_2.bias",
    "attn.c_attn.weight",
    "attn.c_attn.bias",
    "attn.c_proj.weight",
    "attn.c_proj.bias",
    "mlp.c_fc.weight",
    "mlp.c_fc.bias",
    "mlp.c_proj.weight",
    "mlp.c_proj.bias",
)


def _gpt2(peers, quick):
    config = GPT2Config(layers=2, vocabulary=5000) if quick else GPT2Config()
    model = GPT2(config, rng=0)
    ids = np.random.default_rng(0).integers(0, config.vocabulary, (1, 129))
    cache = model.new_cache(1, 200)
    model(ids[:, :128], cache)

    def decode():
        cache.truncate(128)
        return model(ids[:, 128:], cache)

    prefill, one = {"numrs": lambda: model(ids[:, :128])}, {"numrs": decode}
    if "torch" in peers:
        torch = peers["torch"].module
        weights = {name: torch.from_numpy(array) for name, array in model.state_dict().items()}
        past = [
            tuple(torch.from_numpy(np.ascontiguousarray(a[i][:, :, :128])) for a in (cache.keys, cache.values))
            for i in range(config.layers)
        ]
        prefill["torch"] = _torch_gpt2(torch, weights, config, torch.from_numpy(ids[:, :128]), None)
        one["torch"] = _torch_gpt2(torch, weights, config, torch.from_numpy(ids[:, 128:]), past)
    if "jax" in peers:
        jax, state = peers["jax"].module, model.state_dict()
        kept = tuple(np.stack([np.asarray(a[i])[:, :, :128] for i in range(config.layers)]) for a in (cache.keys, cache.values))
        prefill["jax"] = transformer_peers.jax_gpt2(jax, state, config, ids[:, :128], None)
        one["jax"] = transformer_peers.jax_gpt2(jax, state, config, ids[:, 128:], kept)
    label = "GPT-2 of 2 layers" if quick else "GPT-2 small"
    yield Case(GROUP, f"{label}: prefill of 128 tokens", prefill, tolerance=1e-2, goal=1.15)
    yield Case(GROUP, f"{label}: decode of 1 token at position 128", one, tolerance=1e-2, goal=1.4)


def cases(peers, quick, size):
    if size:
        return
    yield from _gpt2(peers, quick)
    config = BERTConfig(layers=6, heads=12, width=384, inner=1536, pooler=False)
    model = BERT(config, rng=0)
    ids = np.random.default_rng(1).integers(0, 30522, (1, 128))
    calls = {"numrs": lambda: model(ids)[0]}
    if "torch" in peers:
        calls["torch"] = transformer_peers.torch_bert(peers["torch"].module, model.state_dict(), config, ids)
    if "onnxruntime" in peers:
        calls["onnxruntime"] = transformer_peers.onnx_bert(model.state_dict(), config, ids, numrs.get_num_threads())
    calls = {name: call for name, call in calls.items() if call is not None}
    yield Case(GROUP, "BERT 6 x 384: forward of 128 tokens", calls, tolerance=1e-3, goal=1.1)
