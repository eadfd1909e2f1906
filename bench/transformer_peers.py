"""The models of bench_transformers in JAX and in ONNX Runtime: the same weights, each as its library likes it. No cases here."""

import numpy as np


def jax_gpt2(jax, state, config, ids, past):
    """A call of a GPT-2, compiled; past: keys and values of all layers, (layers, batch, heads, length, size), or None."""
    jnp = jax.numpy
    weights = {name: jnp.asarray(array) for name, array in state.items()}
    begin = past[0].shape[3] if past else 0
    length = ids.shape[1]
    keep = np.arange(begin + length) <= np.arange(begin, begin + length)[:, None]

    def norm(x, w, name):
        y = x - x.mean(-1, keepdims=True)
        return y * jax.lax.rsqrt((y * y).mean(-1, keepdims=True) + config.eps) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x, w, name):
        return x @ w[f"{name}.weight"] + w[f"{name}.bias"]

    def forward(w, ids, past):
        batch = ids.shape[0]
        x = w["wte.weight"][ids] + w["wpe.weight"][begin : begin + length]
        for i in range(config.layers):
            at = f"h.{i}."
            y = dense(norm(x, w, f"{at}ln_1"), w, f"{at}attn.c_attn")
            q, k, v = (a.reshape(batch, length, config.heads, -1).transpose(0, 2, 1, 3) for a in jnp.split(y, 3, -1))
            if past is not None:
                k, v = jnp.concatenate([past[0][i], k], 2), jnp.concatenate([past[1][i], v], 2)
            scores = jnp.einsum("bhqd,bhkd->bhqk", q, k) / np.float32(np.sqrt(q.shape[-1]))
            y = jnp.einsum("bhqk,bhkd->bhqd", jax.nn.softmax(jnp.where(keep, scores, -jnp.inf), -1), v)
            x = x + dense(y.transpose(0, 2, 1, 3).reshape(x.shape), w, f"{at}attn.c_proj")
            y = jax.nn.gelu(dense(norm(x, w, f"{at}ln_2"), w, f"{at}mlp.c_fc"), approximate=True)
            x = x + dense(y, w, f"{at}mlp.c_proj")
        return norm(x, w, "ln_f") @ w["wte.weight"].T

    compiled, given = jax.jit(forward), jnp.asarray(ids.astype(np.int32))
    own_past = None if past is None else tuple(jnp.asarray(a) for a in past)
    return lambda: compiled(weights, given, own_past).block_until_ready()


def onnx_bert(state, config, ids, threads):
    """A call of a BERT without its pooler in ONNX Runtime, or None where onnx is missing."""
    try:
        import onnx  # type: ignore[import-not-found]
        import onnxruntime  # type: ignore[import-not-found]
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        return None
    nodes, constants, count = [], [], [0]
    width, heads, length = config.width, config.heads, ids.shape[1]

    def constant(array):
        count[0] += 1
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), f"c{count[0]}"))
        return f"c{count[0]}"

    def node(kind, *inputs, **attributes):
        count[0] += 1
        nodes.append(helper.make_node(kind, list(inputs), [f"t{count[0]}"], **attributes))
        return f"t{count[0]}"

    def dense(x, name):
        return node("Add", node("MatMul", x, constant(state[f"{name}.weight"].T)), constant(state[f"{name}.bias"]))

    def norm(x, name):
        return node("LayerNormalization", x, constant(state[f"{name}.weight"]), constant(state[f"{name}.bias"]), epsilon=config.eps)

    split = constant(np.array([1, length, heads, width // heads]))
    joined = constant(np.array([1, length, width]))
    x = node("Gather", constant(state["embeddings.word_embeddings.weight"]), "ids")
    x = node("Add", x, constant(state["embeddings.position_embeddings.weight"][:length] + state["embeddings.token_type_embeddings.weight"][0]))
    x = norm(x, "embeddings.LayerNorm")
    for i in range(config.layers):
        at = f"encoder.layer.{i}."
        q, k, v = (node("Reshape", dense(x, f"{at}attention.self.{part}"), split) for part in ("query", "key", "value"))
        q, k, v = node("Transpose", q, perm=[0, 2, 1, 3]), node("Transpose", k, perm=[0, 2, 3, 1]), node("Transpose", v, perm=[0, 2, 1, 3])
        scores = node("Mul", node("MatMul", q, k), constant(np.float32(1 / np.sqrt(width // heads))))
        y = node("Transpose", node("MatMul", node("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        y = dense(node("Reshape", y, joined), f"{at}attention.output.dense")
        x = norm(node("Add", x, y), f"{at}attention.output.LayerNorm")
        y = dense(node("Gelu", dense(x, f"{at}intermediate.dense")), f"{at}output.dense")
        x = norm(node("Add", x, y), f"{at}output.LayerNorm")
    graph = helper.make_graph(nodes, "bert", [helper.make_tensor_value_info("ids", TensorProto.INT64, ids.shape)],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, length, width])], constants)  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(onnx.ModelProto.SerializeToString(model), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"ids": ids})[0]


def torch_bert(torch, state, config, ids):
    """A call of a BERT without its pooler from torch's functions."""
    f = torch.nn.functional
    w = {name: torch.from_numpy(array) for name, array in state.items()}
    tokens = torch.from_numpy(ids)

    def dense(x, name):
        return f.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(x, name):
        return f.layer_norm(x, (config.width,), w[f"{name}.weight"], w[f"{name}.bias"], config.eps)

    def forward():
        batch, length = tokens.shape
        x = f.embedding(tokens, w["embeddings.word_embeddings.weight"]) + w["embeddings.position_embeddings.weight"][:length]
        x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for i in range(config.layers):
            at = f"encoder.layer.{i}."
            q, k, v = (dense(x, f"{at}attention.self.{part}").view(batch, length, config.heads, -1).transpose(1, 2)
                       for part in ("query", "key", "value"))  # fmt: skip
            y = f.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = norm(x + dense(y, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
            y = dense(f.gelu(dense(x, f"{at}intermediate.dense")), f"{at}output.dense")
            x = norm(x + y, f"{at}output.LayerNorm")
        return x

    def call():
        with torch.no_grad():
            return forward()

    return call
