"""GPT-2 and BERT against plain formulas in float64, the cache, generation, weights from files, bad input."""

import math

import numpy as np
import numrs
import pytest
from numrs.transformers import BERT, GPT2, BERTConfig, GPT2Config, KVCache, generate

SMALL = GPT2Config(layers=2, heads=4, width=32, vocabulary=51, positions=40)
SMALL_BERT = BERTConfig(layers=2, heads=4, width=32, inner=48, vocabulary=51, positions=40)
IDS = np.random.default_rng(0).integers(0, 51, (2, 12))


def norm(x, weight, bias, eps):
    y = x - x.mean(axis=-1, keepdims=True)
    return y / np.sqrt((y * y).mean(axis=-1, keepdims=True) + eps) * weight + bias


def attend(qkv, heads, causal, mask=None):
    batch, length, width = qkv.shape
    q, k, v = (a.reshape(batch, length, heads, -1).transpose(0, 2, 1, 3) for a in np.split(qkv, 3, axis=-1))
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tril(np.ones((length, length), bool)), scores, -np.inf)
    if mask is not None:
        scores = np.where(mask[:, None, None, :], scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = weights / weights.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 1, 3).reshape(batch, length, width // 3)


def gpt2(state, c, ids):
    s = {name: array.astype(np.float64) for name, array in state.items()}
    x = s["wte.weight"][ids] + s["wpe.weight"][: ids.shape[1]]
    for i in range(c.layers):
        w = {name[len(f"h.{i}.") :]: array for name, array in s.items() if name.startswith(f"h.{i}.")}
        y = norm(x, w["ln_1.weight"], w["ln_1.bias"], c.eps) @ w["attn.c_attn.weight"] + w["attn.c_attn.bias"]
        x = x + attend(y, c.heads, True) @ w["attn.c_proj.weight"] + w["attn.c_proj.bias"]
        y = norm(x, w["ln_2.weight"], w["ln_2.bias"], c.eps) @ w["mlp.c_fc.weight"] + w["mlp.c_fc.bias"]
        y = y / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
        x = x + y @ w["mlp.c_proj.weight"] + w["mlp.c_proj.bias"]
    return norm(x, s["ln_f.weight"], s["ln_f.bias"], c.eps) @ s["wte.weight"].T


def bert(state, c, ids, segments, mask):
    s = {name: array.astype(np.float64) for name, array in state.items()}

    def dense(x, name):
        return x @ s[f"{name}.weight"].T + s[f"{name}.bias"]

    def normed(x, name):
        return norm(x, s[f"{name}.weight"], s[f"{name}.bias"], c.eps)

    x = s["embeddings.word_embeddings.weight"][ids] + s["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = normed(x + s["embeddings.token_type_embeddings.weight"][segments], "embeddings.LayerNorm")
    for i in range(c.layers):
        at = f"encoder.layer.{i}."
        qkv = np.concatenate([dense(x, f"{at}attention.self.{part}") for part in ("query", "key", "value")], axis=-1)
        x = normed(x + dense(attend(qkv, c.heads, False, mask), f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        y = dense(x, f"{at}intermediate.dense")
        y = y / 2 * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))
        x = normed(x + dense(y, f"{at}output.dense"), f"{at}output.LayerNorm")
    return x, np.tanh(dense(x[:, 0], "pooler.dense"))


def test_gpt2_values():
    model = GPT2(SMALL, rng=1)
    np.testing.assert_allclose(model(IDS), gpt2(model.state_dict(), SMALL, IDS), atol=2e-6)
    assert np.array_equal(model(IDS, last=True), model(IDS)[:, -1])
    double = GPT2(SMALL, rng=1, dtype=np.float64)
    np.testing.assert_allclose(double(IDS), gpt2(double.state_dict(), SMALL, IDS), atol=1e-13)


def test_bert_values():
    model = BERT(SMALL_BERT, rng=2)
    segments = np.random.default_rng(3).integers(0, 2, IDS.shape)
    mask = np.ones(IDS.shape, bool)
    mask[1, 8:] = False
    last, pooled = model(IDS, segments, mask)
    expected = bert(model.state_dict(), SMALL_BERT, IDS, segments, mask)
    np.testing.assert_allclose(last, expected[0], atol=2e-5)
    np.testing.assert_allclose(pooled, expected[1], atol=2e-5)


def test_cache():
    model = GPT2(SMALL, rng=1)
    cache = model.new_cache(2)
    parts = [model(IDS[:, :5], cache), model(IDS[:, 5:9], cache), *(model(IDS[:, i : i + 1], cache) for i in range(9, 12))]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), model(IDS), atol=1e-6)
    cache.truncate(5)
    np.testing.assert_allclose(model(IDS[:, 5:9], cache), parts[1], atol=1e-6)
    with pytest.raises(ValueError, match="do not fit"):
        model(IDS, KVCache(2, 2, 4, 5, 8))
    with pytest.raises(ValueError, match="expected an int"):
        KVCache(0, 1, 1, 1, 1)


def test_generate():
    model = GPT2(SMALL, rng=1)
    made = generate(model, IDS[:, :3], 4)
    tokens = IDS[:, :3]
    for _ in range(4):
        tokens = np.concatenate([tokens, np.argmax(np.asarray(model(tokens))[:, -1], axis=-1)[:, None]], axis=1)
    assert np.array_equal(made, tokens)
    assert np.array_equal(generate(model, [1, 2], 5, temperature=1.0, top_k=1, rng=0), generate(model, [1, 2], 5))
    drawn = [generate(model, [1, 2], 20, temperature=2.0, top_p=0.9, rng=seed) for seed in (1, 1, 2)]
    assert np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[0], drawn[2])
    assert isinstance(generate(model, numrs.asarray([1, 2]), 2), numrs.Tensor)
    assert len(generate(model, [1, 2], 5, eos=int(made[0, 3]))) <= 7
    for bad in ({"temperature": -1.0}, {"temperature": 1.0, "top_k": 0}, {"temperature": 1.0, "top_p": 0.0}, {"max_new_tokens": 100}):
        with pytest.raises(ValueError, match="generate"):
            generate(model, [1, 2], **bad)


@pytest.mark.peer("safetensors")
def test_files(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    model = GPT2(SMALL, rng=4)
    numpy.save_file({f"transformer.{name}": array for name, array in model.state_dict().items()}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"n_head": 4, "n_embd": 32, "n_inner": null}')
    assert np.array_equal(GPT2.from_safetensors(tmp_path)(IDS), model(IDS))
    other = BERT(SMALL_BERT, rng=5)
    numpy.save_file(other.state_dict(), tmp_path / "bert.safetensors")
    assert np.array_equal(BERT.from_safetensors(tmp_path / "bert.safetensors", SMALL_BERT)(IDS)[0], other(IDS)[0])
    with pytest.raises(FileNotFoundError):
        GPT2.from_safetensors(tmp_path / "none.safetensors")


def test_bad_input():
    model = GPT2(SMALL, rng=1)
    with pytest.raises(IndexError, match=r"ids\[1\] is 51, expected 0 to 50"):
        model([0, 51])
    with pytest.raises(IndexError, match="is -1"):
        model([-1])
    with pytest.raises(TypeError, match="expected integers"):
        model([1.5])
    with pytest.raises(ValueError, match="at least one token"):
        model([])
    with pytest.raises(ValueError, match="positions"):
        model(np.zeros(41, int))
    state = model.state_dict()
    state["ln_f.bias"] = np.zeros(3)
    del state["wpe.weight"]
    state["more"] = np.zeros(1)
    with pytest.raises(ValueError, match="3 of the weights do not fit: wpe.weight is missing"):
        GPT2(SMALL, state)
    with pytest.raises(ValueError, match="multiple of heads"):
        GPT2Config(width=10, heads=3)
    with pytest.raises(ValueError, match="activation"):
        BERTConfig(activation="swish9")
    with pytest.raises(IndexError, match="segments"):
        BERT(SMALL_BERT)([1, 2], [0, 2])
