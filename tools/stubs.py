#!/usr/bin/env python3
"""Writes what follows from the functions in cython/numrs/_ops/*.pyx and *.py: their type stubs, and in
cython/numrs/__init__.py their imports and the list __all__.

python3 tools/stubs.py           write the files
python3 tools/stubs.py --check   say which ones differ; exit status 1 when one does
"""

import ast
import re
import sys
import textwrap
from pathlib import Path

import tensor_stub

OPS = Path(__file__).resolve().parent.parent / "cython" / "numrs" / "_ops"


def modules():
    """The modules with functions: in Cython, and in Python those that hold public ones."""
    own = [path for path in OPS.glob("*.py") if not path.stem.startswith(("_", "tensor_"))]
    return sorted([*OPS.glob("*.pyx"), *own])


ALIASES = {
    "_Axes": "SupportsIndex | tuple[SupportsIndex, ...] | None",
    "_Window": "SupportsIndex | tuple[npt.ArrayLike, npt.ArrayLike] | list[npt.ArrayLike]",
    "_Out": "npt.NDArray[Any] | tuple[npt.NDArray[Any]] | None",
}

# Type of a parameter by its name: first as "function.parameter", then as "parameter".
PARAMETERS = {
    "argmin.axis": "SupportsIndex | None", "argmax.axis": "SupportsIndex | None", "vecdot.axis": "SupportsIndex",
    "cumulative_sum.axis": "SupportsIndex | None", "cumulative_prod.axis": "SupportsIndex | None",
    "cumulative_max.axis": "SupportsIndex | None", "cumulative_min.axis": "SupportsIndex | None",
    "func": "Any", "time_windows.length": "Any", "time_windows.times": "npt.ArrayLike",
    "ewm_mean.alpha": "float | None", "ewma.alpha": "float | None", "ewm_var.alpha": "float | None", "ewm_std.alpha": "float | None",
    "ewm_cov.alpha": "float | None", "ewm_corr.alpha": "float | None",
    "clip.min": "npt.ArrayLike | None", "clip.max": "npt.ArrayLike | None", "astype.dtype": "npt.DTypeLike",
    "norm.ord": "float | Literal['fro', 'nuc'] | None", "set_num_threads.n": "SupportsIndex",
    "UPLO": "Literal['L', 'U']", "upper": "bool", "full_matrices": "bool", "rcond": "float | None",
    "offset": "SupportsIndex", "matrix_power.n": "SupportsIndex",
    "matrix_norm.ord": "float | Literal['fro', 'nuc'] | None", "cross.axis": "SupportsIndex",
    "x": "npt.ArrayLike", "x1": "npt.ArrayLike", "x2": "npt.ArrayLike", "x3": "npt.ArrayLike", "condition": "npt.ArrayLike",
    "bias": "bool", "fisher": "bool", "order": "SupportsIndex", "proportion": "float", "c": "float", "limits": "float | tuple[float, float]",
    "low": "float",
    "high": "float", "alpha": "float", "theilslopes.y": "npt.ArrayLike", "theilslopes.x": "npt.ArrayLike | None",
    "rowvar": "bool", "y": "npt.ArrayLike | None",
    "fweights": "npt.ArrayLike | None", "keys": "npt.ArrayLike", "n_groups": "SupportsIndex | None", "lag.periods": "SupportsIndex",
    "pct_change.periods": "SupportsIndex", "fill_forward.limit": "SupportsIndex | None", "fill_backward.limit": "SupportsIndex | None",
    "group_quantile.q": "float", "bins": "npt.ArrayLike", "range": "tuple[float, float] | None", "histogram.weights": "npt.ArrayLike | None",
    "density": "bool", "statistic": "str", "__init__.window": "SupportsIndex", "__init__.min_periods": "SupportsIndex | None",
    "__init__.q": "float | None", "__init__.alpha": "float", "__init__.adjust": "bool", "__init__.ignore_na": "bool",
    "__init__.scale": "float | str", "step.x2": "npt.ArrayLike | None",
    "update.x2": "npt.ArrayLike | None",
    "diff.axis": "SupportsIndex", "diff.n": "SupportsIndex", "prepend": "npt.ArrayLike | None", "append": "npt.ArrayLike | None",
    "merge.other": "Any", "value.q": "float", "aweights": "npt.ArrayLike | None",
    "out": "_Out", "axis": "_Axes", "keepdims": "bool", "where": "npt.ArrayLike | None",
    "dtype": "npt.DTypeLike | None", "correction": "float | None", "ddof": "float | None", "include_initial": "bool", "copy": "bool",
    "com": "float | None", "span": "float | None", "halflife": "float | Any | None", "adjust": "bool",
    "ignore_na": "bool", "times": "npt.ArrayLike | None",
    "window": "_Window", "q": "float", "method": "str", "ascending": "bool", "pct": "bool", "scale": "float | Literal['normal']",
    "weights": "npt.ArrayLike | None", "min_periods": "SupportsIndex | None", "center": "bool",
    "sort.axis": "SupportsIndex | None", "argsort.axis": "SupportsIndex | None", "partition.axis": "SupportsIndex | None",
    "argpartition.axis": "SupportsIndex | None", "topk.axis": "SupportsIndex | None", "top_k.axis": "SupportsIndex | None",
    "top_k.mode": "Literal['largest', 'smallest']", "rankdata.axis": "SupportsIndex | None",
    "quantile.q": "npt.ArrayLike", "nanquantile.q": "npt.ArrayLike", "percentile.q": "npt.ArrayLike", "nanpercentile.q": "npt.ArrayLike",
    "descending": "bool", "stable": "bool", "largest": "bool", "sorted": "bool", "k": "SupportsIndex", "kth": "npt.ArrayLike",
    "side": "Literal['left', 'right']", "sorter": "npt.ArrayLike | None",
    "size": "SupportsIndex | Sequence[SupportsIndex] | None", "seed": "Any",
    "gamma.shape": "npt.ArrayLike", "standard_gamma.shape": "npt.ArrayLike", "uniform.low": "npt.ArrayLike", "uniform.high": "npt.ArrayLike",
    "loc": "npt.ArrayLike", "normal.scale": "npt.ArrayLike", "laplace.scale": "npt.ArrayLike", "exponential.scale": "npt.ArrayLike",
    "gamma.scale": "npt.ArrayLike", "mean": "npt.ArrayLike", "sigma": "npt.ArrayLike", "beta.a": "npt.ArrayLike", "b": "npt.ArrayLike",
    "integers.low": "npt.ArrayLike", "integers.high": "npt.ArrayLike | None", "p": "npt.ArrayLike",
    "binomial.n": "npt.ArrayLike", "lam": "npt.ArrayLike", "multinomial.n": "npt.ArrayLike", "pvals": "npt.ArrayLike", "length": "SupportsIndex",
    "n_children": "SupportsIndex", "jumps": "SupportsIndex", "a": "npt.ArrayLike", "replace": "bool", "choice.p": "npt.ArrayLike | None",
    "shuffle": "bool", "choice.axis": "SupportsIndex", "permutation.axis": "SupportsIndex", "shuffle.axis": "SupportsIndex", "shuffle.x": "Any",
    "permuted.axis": "SupportsIndex | None", "memo": "dict[int, Any]", "state.value": "dict[str, Any]",
    "closed": "Literal['right', 'left', 'both', 'neither']",
    "arrays": "npt.ArrayLike", "concat.arrays": "Any", "stack.arrays": "Any", "hstack.arrays": "Any", "vstack.arrays": "Any",
    "shapes": "SupportsIndex | tuple[SupportsIndex, ...]", "shape": "SupportsIndex | tuple[SupportsIndex, ...]",
    "fill_value": "Any", "start": "Any", "stop": "Any", "step": "SupportsIndex", "arange.step": "Any", "num": "SupportsIndex", "endpoint": "bool",
    "n_rows": "SupportsIndex", "n_cols": "SupportsIndex | None", "tril.k": "SupportsIndex", "triu.k": "SupportsIndex", "eye.k": "SupportsIndex",
    "spacing": "npt.ArrayLike", "edge_order": "Literal[1, 2]", "base": "Any", "identity.n": "SupportsIndex",
    "indexing": "Literal['xy', 'ij']", "arrays_and_dtypes": "Any", "from_": "Any", "to": "Any", "type": "Any", "kind": "Any", "isdtype.dtype": "Any",
    "indices": "npt.ArrayLike", "take.axis": "SupportsIndex | None", "take_along_axis.axis": "SupportsIndex", "put_along_axis.axis": "SupportsIndex",
    "put_along_axis.x": "Any", "values": "npt.ArrayLike", "source": "_Axes", "destination": "_Axes", "axis1": "SupportsIndex", "axis2": "SupportsIndex",
    "reshape.copy": "bool | None", "repeats": "npt.ArrayLike", "repeat.axis": "SupportsIndex | None", "repetitions": "Any", "shift": "Any", "sections": "Any",
    "concat.axis": "SupportsIndex | None", "append.axis": "SupportsIndex | None", "pad_width": "Any", "mode": "str", "constant_values": "npt.ArrayLike", "end_values": "npt.ArrayLike",
    "stat_length": "Any", "reflect_type": "Literal['even', 'odd']", "subscripts": "Any", "operands": "Any", "optimize": "Any", "rtol": "float", "atol": "float",
    "equal_nan": "bool", "nan": "float", "posinf": "float | None", "neginf": "float | None", "invert": "bool", "xp": "npt.ArrayLike", "fp": "npt.ArrayLike",
    "left": "Any", "right": "Any", "period": "float | None", "returned": "bool",
    "fft.axis": "SupportsIndex", "ifft.axis": "SupportsIndex", "rfft.axis": "SupportsIndex", "irfft.axis": "SupportsIndex",
    "hfft.axis": "SupportsIndex", "ihfft.axis": "SupportsIndex", "n": "SupportsIndex | None", "norm": "Literal['backward', 'ortho', 'forward'] | None",
    "s": "tuple[SupportsIndex, ...] | list[int] | None", "axes": "_Axes | list[int]", "fftfreq.n": "SupportsIndex", "rfftfreq.n": "SupportsIndex",
    "d": "float", "device": "str | None",
    "input": "Any", "target": "Any", "weight": "Any", "var": "Any", "pos_weight": "Any", "logits": "Any", "labels": "Any", "table": "Any",
    "embedding.weight": "Any", "embedding_lookup.indices": "Any", "grad": "Any", "gradient": "Any", "third": "Any", "p0": "float", "p1": "float",
    "needs": "Any", "reduction": "str", "ignore_index": "SupportsIndex", "label_smoothing": "float", "delta": "float", "beta": "float", "margin": "float",
    "log_target": "bool", "log_input": "bool", "full": "bool", "eps": "float", "padding_idx": "SupportsIndex | None", "rows": "SupportsIndex",
    "num_classes": "SupportsIndex", "training": "bool", "rng": "Any", "place": "Any", "parameters": "Any", "max_norm": "float", "norm_type": "float",
    "error_if_nonfinite": "bool", "clip_value": "float", "dropout.p": "float", "dropout2d.p": "float", "dropout_with_kept.p": "float",
    "dropout2d_with_kept.p": "float", "dropout_backward.p": "float",
    "step.flags": "int", "step.lr": "float", "step.weight_decay": "float", "step.beta1": "float", "step.beta2": "float", "step.eps": "float",
    "step.momentum": "float", "step.dampening": "float", "set_to_none": "bool", "steps.value": "int", "mu_product.value": "float",
    # Attention.
    "query": "npt.ArrayLike", "key": "npt.ArrayLike", "value": "npt.ArrayLike", "attn_mask": "npt.ArrayLike | None", "dropout_p": "float",
    "is_causal": "bool", "scaled_dot_product_attention.scale": "float | None", "scaled_dot_product_attention_with_stats.scale": "float | None",
    "scaled_dot_product_attention_backward.scale": "float | None", "enable_gqa": "bool", "lse": "npt.ArrayLike",
    "scaled_dot_product_attention_backward.out": "npt.ArrayLike", "mask_gradient": "bool", "cos": "npt.ArrayLike | None", "sin": "npt.ArrayLike | None",
    "positions": "npt.ArrayLike", "apply_rope.positions": "npt.ArrayLike | None", "apply_rope_backward.positions": "npt.ArrayLike | None",
    "interleaved": "bool", "rope_angles.size": "int",
    "__init__.device": "Any", "__init__.timing": "bool", "ord": "float", "name": "str", "limit": "SupportsIndex | None", "thread_us": "float | None", "stream_bytes": "SupportsIndex | None",
}  # fmt: skip
# Type of a result by the function; anything else gives an ndarray or a NumPy scalar.
# Activations and normalisations of networks.
PARAMETERS |= {
    "grad": "Any", "dim": "SupportsIndex | None", "min_val": "float", "max_val": "float", "negative_slope": "float", "beta": "float",
    "threshold": "float", "approximate": "Literal['none', 'tanh']", "softmax_backward.y": "Any", "log_softmax_backward.y": "Any",
    "normalized_shape": "Any", "weight": "Any", "eps": "float", "rstd": "Any", "needs": "Any", "num_groups": "SupportsIndex",
    "running_mean": "Any", "running_var": "Any", "training": "bool", "momentum": "float", "use_input_stats": "bool",
    **{f"{name}.bias": "Any" for name in ("layer_norm", "layer_norm_with_stats", "group_norm", "group_norm_with_stats", "batch_norm",
                                          "batch_norm_with_stats", "instance_norm")},
    **{f"{name}_norm_backward.mean": "Any" for name in ("layer", "group", "batch")},
    **{f"{name}.axis": "SupportsIndex | None" for name in ("softmax", "log_softmax", "softmax_backward", "log_softmax_backward")},
    # Functions that are made of others.
    "threshold.value": "float", "lambd": "float", "normalize.p": "float", "pairwise_distance.p": "float", "local_response_norm.size": "SupportsIndex",
    "local_response_norm.k": "float", "keepdim": "bool", "swap": "bool", "zero_infinity": "bool", "blank": "SupportsIndex", "gamma": "float",
    "sigmoid_focal_loss.alpha": "float | None", "multi_margin_loss.p": "Literal[1, 2]", "triplet_margin_loss.p": "float", "align_corners": "bool | None",
    "recompute_scale_factor": "bool | None", "upscale_factor": "SupportsIndex", "downscale_factor": "SupportsIndex", "channel_shuffle.groups": "SupportsIndex",
    "pad.value": "float | None", "scale_factor": "float | Sequence[float] | None",
}  # fmt: skip

RESULTS = {
    "default_rng": "Generator", "spawn": "list[Generator]", "jumped": "Generator", "__copy__": "Generator",
    "__deepcopy__": "Generator", "state": "dict[str, Any]",
    "synchronize": "None", "query": "bool", "record_event": "Event", "wait_event": "None", "wait_stream": "None", "__enter__": "Self",
    "__exit__": "None", "record": "None", "wait": "None", "elapsed_time": "float", "native": "int | None", "launch": "None", "indices": "list[dict[str, Any]]",
    "__init__": "None", "__len__": "int", "__repr__": "str", "__reduce__": "tuple[Any, ...]",
    "scaled_dot_product_attention_with_stats": "tuple[Any, dict[str, Any]]", "scaled_dot_product_attention_backward": "tuple[Any, ...]",
    "rope_angles": "tuple[Any, Any]",
    "allclose": "bool", "array_equal": "bool", "can_cast": "bool", "isdtype": "bool", "put_along_axis": "None", "broadcast_shapes": "tuple[int, ...]",
    "get_num_threads": "int", "set_num_threads": "None", "detect_simd_support": "str", "simd_info": "dict[str, Any]",
    "set_target": "None", "get_cpu_info": "dict[str, Any]", "list_backends": "list[str]", "get_backend": "str", "set_backend": "None",
    "memory_stats": "dict[str, int]", "memory_trim": "None", "memory_set_limit": "None", "memory_reset_peak": "None",
    "get_thresholds": "dict[str, Any]", "set_thresholds": "None", "library_version": "str", "library_abi": "int", "build_info": "dict[str, str]",
}  # fmt: skip
_DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
CONSTANTS = {
    "_place": ["KINDS: tuple[str, ...]"],
    "_views": ["FUNCTIONS: dict[str, Any]"],
    "_tensor": ["def add_property(name: Any, value: Any) -> Any: ...", "def address_of(t: Any) -> int: ...", "def is_writeable(t: Any) -> bool: ...",
                "def move(x: Any, device: Any, copy: Any = False, non_blocking: Any = False) -> Any: ..."],
    "nn_chain": ["class Chain:", "    def __init__(self, layers: Any, ignore_index: Any, label_smoothing: Any) -> None: ...",
                 "    def step(self, x: Any, y: Any) -> Any: ..."],
    "_record": ["RULES: dict[str, Any]", "class Rule:", "    name: str", "    function: Any", "    forward: Any", "    backward: Any", "    composed: Any",
                "    second: Any", "    once: bool", "    constant: bool", "    takes_out: bool", "    parameters: list[str]", "    defaults: list[Any]", "    places: dict[str, int]", "    variadic: int",
                "    def set_inputs(self, inputs: Any, only_shapes: Any, extras: Any) -> None: ..."],
    "linalg_lapack": [
        f"class {name}Result(NamedTuple):\n    " + "\n    ".join(f"{field}: Any" for field in fields.split())
        for name, fields in (
            ("Eigh", "eigenvalues eigenvectors"),
            ("Eig", "eigenvalues eigenvectors"),
            ("QR", "Q R"),
            ("Slogdet", "sign logabsdet"),
            ("SVD", "U S Vh"),
            ("Lstsq", "x residuals rank s"),
        )
    ],
    "_array": ["SUPPORTED: str"],
    "_random": ["NAME: str"],
    "_order": ["METHODS: dict[str, int]"],
    "_dlpack": ["def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any: ..."],
    "_streams": ["def stream(s: Stream | None) -> Any: ...", "def current_stream(device: Any = None) -> Stream: ..."],
    "_typed": ["def tensors(function: Any) -> Any: ..."],
    "dtypes": [
        *(f"{name}: np.dtype[Any]" for name in _DTYPES),
        *(f"{name}: float" for name in ("e", "inf", "nan", "pi")),
        "newaxis: None",
        "__array_api_version__: str",
        "def __array_namespace_info__() -> Any: ...",
        "def _bfloat16() -> Any: ...",
        "class FloatInfo:\n    bits: int\n    dtype: np.dtype[Any]",
        *(f"    {name}: float" for name in "eps max min resolution smallest_normal smallest_subnormal tiny".split()),
        "    def __init__(self, dtype: Any) -> None: ...",
        "class IntegerInfo:\n    bits: int\n    dtype: np.dtype[Any]\n    max: int\n    min: int",
        "    def __init__(self, dtype: Any) -> None: ...",
        "class NamespaceInfo:",
        "    def capabilities(self) -> dict[str, Any]: ...",
        "    def default_device(self) -> Any: ...",
        "    def devices(self) -> list[Any]: ...",
        "    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]: ...",
        "    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]: ...",
    ],
}


def signature(source):
    """A def line of a .pyx with types."""
    function = ast.parse(source + " ...").body[0]
    arguments = function.args

    def typed(argument, default):
        if argument.arg == "self":
            return "self"
        kind = PARAMETERS.get(f"{function.name}.{argument.arg}") or PARAMETERS.get(argument.arg, "Any")
        if isinstance(default, ast.Constant) and default.value is None and kind != "Any" and "None" not in kind + ALIASES.get(kind, ""):
            kind += " | None"
        return f"{argument.arg}: {kind}" + (f" = {ast.unparse(default).replace('NO_CORRECTION', '0.0')}" if default is not None else "")

    given = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(given) - len(arguments.defaults)) + arguments.defaults
    parts = []
    variadic = f"*{arguments.vararg.arg}: {PARAMETERS[arguments.vararg.arg]}" if arguments.vararg else "*"
    for number, (argument, default) in enumerate(zip(given, defaults, strict=True), 1):
        parts.append(typed(argument, default))
        if number == len(arguments.posonlyargs):
            parts.append("/")
    if arguments.vararg or arguments.kwonlyargs:
        parts.append(variadic)
        parts += [
            typed(argument, default)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
    result = f"-> {RESULTS.get(function.name, 'Any')}: ..."
    line = f"def {function.name}({', '.join(parts)}) {result}"
    if function.name.startswith(("rolling_", "expanding_", "ewm", "window_")):
        if function.name.startswith("ewm"):
            line = line.replace("min_periods: SupportsIndex | None", "min_periods: SupportsIndex")
            parts = [part.replace("min_periods: SupportsIndex | None", "min_periods: SupportsIndex") for part in parts]
        line = line.replace(f"axis: {PARAMETERS['axis']}", "axis: SupportsIndex")
        parts = [part.replace(f"axis: {PARAMETERS['axis']}", "axis: SupportsIndex") for part in parts]
    return (
        line
        if len(line) <= 120
        else "\n    ".join([f"def {function.name}(", *(f"{part}," for part in parts)]) + f"\n) {result}"
    )


def classes(text):
    """Stubs of the public cdef classes: their methods, by the rules of functions."""
    text = re.sub(r'^ +""".*?"""\n', "", text, flags=re.M | re.S)  # a signature in a docstring begins at the margin
    for name, base, body in re.findall(r"^cdef class ([A-Z]\w*)(\(\w+\))?:\n(.*?)(?=^\S|\Z)", text, flags=re.M | re.S):
        if not base:
            yield "@disjoint_base"  # as every class of C with a struct of its own
        members = [member.replace("-> Self: ...", f"-> {name}: ...") for member in members_of(body)]
        yield f"class {name}{base}:" + ("" if members else " ...")
        yield from members


def members_of(body):
    """Stubs of what one class holds."""
    for attribute in re.findall(r"^    cdef readonly \w+ (\w+)$", body, flags=re.M):
        yield f"    @property\n    def {attribute}(self) -> Any: ..."
    for decorator, source in re.findall(r"^(    @[\w.]+\n)?    (def \w+\(.*?\):)$", body, flags=re.M | re.S):
        if decorator:
            yield decorator.rstrip("\n")
        if not source.startswith(("def __cinit__", "def __dealloc__")):
            line = signature(re.sub(r"\w+ (\w+) not None", r"\1", source))
            if decorator.endswith(".setter\n"):
                line = re.sub("-> .*: ...$", "-> None: ...", line)
            yield "    " + line.replace("\n", "\n    ")


def imported_by_python(module):
    """Names that modules in Python import from a module of _ops."""
    pattern = re.compile(rf"from numrs\._ops\.{module} import (?:\((.*?)\)|([^\n]*))", flags=re.S)
    texts = (path.read_text() for path in OPS.parent.rglob("*.py"))
    imported = re.compile(rf"from numrs\._ops import [^\n]*\b{module}\b(?! as)")
    names = set()
    for text in texts:
        names |= {name for found in pattern.findall(text) for name in re.findall(r"\w+", " ".join(found))}
        if imported.search(text):
            names |= set(re.findall(rf"\b{module}\.(\w+)", text))
    return names


def stub(path):
    internal = []
    found = re.findall(r"^def [a-z]\w*\(.*?\):$", path.read_text(), flags=re.M | re.S)
    if path.stem.startswith("_"):
        found = []  # for other modules of _ops, but for what modules in Python import
        for name, arguments in re.findall(r"^def (\w+)\((.*?)\):$", path.read_text(), flags=re.M):
            written = any(line.startswith(f"def {name}(") for line in CONSTANTS.get(path.stem, []))
            if not written and name in imported_by_python(path.stem):
                arguments = [
                    re.sub(r"^(?:\w+ )?(\w+)(?:=(.*))?$", r"\1: Any = \2", argument).removesuffix(" = ")
                    for argument in arguments.split(", ")
                    if argument
                ]
                internal.append(f"def {name}({', '.join(arguments)}) -> Any: ...")
    for name, defaults in re.findall(r'^(\w+) = _gradient\(".*?", .*?, \((.*?)\)\)$', path.read_text(), flags=re.M):  # made from a table
        more = [f", {argument}: float = {value}" for argument, value in zip("ab", re.findall(r"[-.\d]+", defaults))]
        internal.append(f"def {name}(grad: Any, x: npt.ArrayLike{''.join(more)}) -> Any: ...")
    lines = CONSTANTS.get(path.stem, []) + [signature(source) for source in found] + internal
    if path.stem == "_tensor":
        lines = [*tensor_stub.lines(path.read_text(), (OPS / "tensor_methods.py").read_text()), "", *lines]
    elif path.stem not in ("_record", "_walk", "nn_chain"):  # whose classes numrs.autograd fills
        lines += classes(path.read_text())
    body = "\n".join(lines)
    aliases = [f"{name} = {kind}" for name, kind in ALIASES.items() if name in body]
    body = "\n".join([*aliases, "", body] if aliases else [body])
    if path.stem == "dtypes":  # which has a bool of its own
        body = re.sub(r"(: |-> )bool\b", r"\1builtins.bool", body)
    head = [f"# Types of {path.name}. Generated by tools/stubs.py; do not edit."]
    if "builtins." in body:
        head.append("import builtins")
    if "Sequence[" in body:
        head.append("from collections.abc import Sequence")
    names = [name for name in ("Any", "Literal", "NamedTuple", "SupportsIndex") if re.search(rf"\b{name}\b", body)]
    if names:
        head.append(f"from typing import {', '.join(names)}")
    if "np." in body.replace("npt.", ""):
        head += ["", "import numpy as np"]
        if "npt." in body:
            head += ["import numpy.typing as npt"]
    elif "npt." in body:
        head += ["", "import numpy.typing as npt"]
    bases = re.findall(r"^class \w+\((?!NamedTuple)(\w+)\):", body, flags=re.M)
    if bases and "@disjoint_base" in body:
        head += ["from typing_extensions import disjoint_base"]
    for base in bases:
        home = next(other.stem for other in OPS.glob("*.pyx") if f"cdef class {base}" in other.read_text())
        head += ["", f"from numrs._ops.{home} import {base}"]
    if "@disjoint_base" in body and not bases:
        head += [""] if head[-1].startswith("from typing ") else []  # no other package has been imported
        head += ["from typing_extensions import disjoint_base"]
    return "\n".join(head) + ("\n\n" + body if body else "") + "\n"


def array_functions():
    """Module → its public functions; `runtime` holds no array function."""
    return {
        path.stem: sorted(
            a or b for a, b in re.findall(r"^(?:def ([a-z]\w*)\(|cdef class ([A-Z]\w*):)", path.read_text(), flags=re.M)
        )
        for path in modules()
        if not path.stem.startswith("_") and path.stem != "runtime"
    }


BEGIN, END = "# Array functions, written by tools/stubs.py.\n", "# End of what is written.\n"


def _listed(names):
    """__all__ with as many names on a line as fit."""
    text = textwrap.fill(", ".join(f'"{name}"' for name in sorted(names)) + ",", 140, initial_indent="    ", subsequent_indent="    ")
    return f"__all__ = [\n{text}\n]  # fmt: skip\n"


def stats():
    """numrs/stats.py: every statistical function of numrs, and those that are names of this module only."""
    path = OPS.parent / "stats.py"
    before, rest = path.read_text().split(BEGIN)
    after = rest.split(END)[1].split("__all__ = [")[0]
    imports, names = [], set(re.findall(r"^def ([a-z]\w*)\(", before + after, flags=re.M))
    for module, found in array_functions().items():
        if not re.match("stats|rolling|ewm|order|reductions_nan", module):
            continue
        imports += [f"from numrs._ops.{module} import (", *(f"    {name}," for name in found), ")"]
        names |= set(found)
    return before + BEGIN + "\n".join([*imports, "", ""]) + END + after + _listed(names)


def init():
    """numrs/__init__.py: the imports of all array functions, so that a new one is public by being written, and __all__."""
    before, rest = (OPS.parent / "__init__.py").read_text().split(BEGIN)
    after = rest.split(END)[1].split("__all__ = [")[0]
    imports = []
    for module, found in array_functions().items():
        if module.startswith(
            ("stats", "linalg_", "fft", "random", "nn_", "nn_", "optim")
        ):  # numrs.stats, numrs.linalg, numrs.fft, numrs.random, numrs.functional
            continue
        imports += [f"from numrs._ops.{module} import (", *(f"    {name}," for name in found), ")"]
    head = before + BEGIN + "\n".join([*imports, ""]) + END + after
    names = set()
    for node in ast.parse(head).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return head + _listed(name for name in names if not name.startswith("_"))


def main():
    texts = {OPS.parent / "__init__.py": init()}
    texts[OPS.parent / "stats.py"] = stats()
    texts |= {path.with_suffix(".pyi"): stub(path) for path in modules()}
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
        for path in stale:
            print(f"{path.relative_to(OPS.parents[2])} is not current: run python3 tools/stubs.py")
        return 1 if stale else 0
    for path, text in texts.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
