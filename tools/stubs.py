#!/usr/bin/env python3
"""Writes what follows from the functions in cython/numrs/_ops/*.pyx: their type stubs, and in
cython/numrs/__init__.py their imports and the list __all__.

python3 tools/stubs.py           write the files
python3 tools/stubs.py --check   say which ones differ; exit status 1 when one does
"""

import ast
import re
import sys
from pathlib import Path

OPS = Path(__file__).resolve().parent.parent / "cython" / "numrs" / "_ops"
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
    "func": "Any", "length": "Any", "time_windows.times": "npt.ArrayLike",
    "ewm_mean.alpha": "float | None", "ewma.alpha": "float | None", "ewm_var.alpha": "float | None", "ewm_std.alpha": "float | None",
    "ewm_cov.alpha": "float | None", "ewm_corr.alpha": "float | None",
    "clip.min": "npt.ArrayLike | None", "clip.max": "npt.ArrayLike | None", "astype.dtype": "npt.DTypeLike",
    "norm.ord": "float | Literal['fro', 'nuc'] | None", "set_num_threads.n": "SupportsIndex",
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
    "weights": "npt.ArrayLike | None", "min_periods": "SupportsIndex | None", "center": "bool", "step": "SupportsIndex",
    "sort.axis": "SupportsIndex | None", "argsort.axis": "SupportsIndex | None", "partition.axis": "SupportsIndex | None",
    "argpartition.axis": "SupportsIndex | None", "topk.axis": "SupportsIndex | None", "rankdata.axis": "SupportsIndex | None",
    "quantile.q": "npt.ArrayLike", "nanquantile.q": "npt.ArrayLike", "percentile.q": "npt.ArrayLike", "nanpercentile.q": "npt.ArrayLike",
    "descending": "bool", "stable": "bool", "largest": "bool", "sorted": "bool", "k": "SupportsIndex", "kth": "npt.ArrayLike",
    "side": "Literal['left', 'right']", "sorter": "npt.ArrayLike | None",
    "closed": "Literal['right', 'left', 'both', 'neither']",
    "fft.axis": "SupportsIndex", "ifft.axis": "SupportsIndex", "rfft.axis": "SupportsIndex", "irfft.axis": "SupportsIndex",
    "hfft.axis": "SupportsIndex", "ihfft.axis": "SupportsIndex", "n": "SupportsIndex | None", "norm": "Literal['backward', 'ortho', 'forward'] | None",
    "s": "tuple[SupportsIndex, ...] | list[int] | None", "axes": "_Axes | list[int]", "fftfreq.n": "SupportsIndex", "rfftfreq.n": "SupportsIndex",
    "d": "float", "device": "str | None",
    "ord": "float", "name": "str", "limit": "SupportsIndex | None", "thread_us": "float | None", "stream_bytes": "SupportsIndex | None",
}  # fmt: skip
# Type of a result by the function; anything else gives an ndarray or a NumPy scalar.
RESULTS = {
    "__init__": "None", "__len__": "int", "__repr__": "str", "__reduce__": "tuple[Any, ...]",
    "astype": "npt.NDArray[Any]", "get_num_threads": "int", "set_num_threads": "None", "detect_simd_support": "str", "simd_info": "dict[str, Any]",
    "set_target": "None", "get_cpu_info": "dict[str, Any]", "list_backends": "list[str]", "get_backend": "str", "set_backend": "None",
    "memory_stats": "dict[str, int]", "memory_trim": "None", "memory_set_limit": "None", "memory_reset_peak": "None",
    "get_thresholds": "dict[str, Any]", "set_thresholds": "None", "library_version": "str", "library_abi": "int", "build_info": "dict[str, str]",
}  # fmt: skip
CONSTANTS = {"_array": ["SUPPORTED: str"], "_order": ["METHODS: dict[str, int]"]}


def signature(source):
    """A def line of a .pyx with types."""
    function = ast.parse(source + " ...").body[0]
    arguments = function.args

    def typed(argument, default):
        if argument.arg == "self":
            return "self"
        kind = PARAMETERS.get(f"{function.name}.{argument.arg}") or PARAMETERS[argument.arg]
        return f"{argument.arg}: {kind}" + (f" = {ast.unparse(default)}" if default is not None else "")

    given = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(given) - len(arguments.defaults)) + arguments.defaults
    parts = []
    for number, (argument, default) in enumerate(zip(given, defaults, strict=True), 1):
        parts.append(typed(argument, default))
        if number == len(arguments.posonlyargs):
            parts.append("/")
    if arguments.kwonlyargs:
        parts.append("*")
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
    for name, body in re.findall(r"^cdef class ([A-Z]\w*):\n(.*?)(?=^\S|\Z)", text, flags=re.M | re.S):
        yield "@disjoint_base"  # as every class of C with a struct of its own
        yield f"class {name}:"
        for attribute in re.findall(r"^    cdef readonly \w+ (\w+)$", body, flags=re.M):
            yield f"    @property\n    def {attribute}(self) -> Any: ..."
        for source in re.findall(r"^    (def \w+\(.*?\):)$", body, flags=re.M | re.S):
            if not source.startswith(("def __cinit__", "def __dealloc__")):
                line = signature(re.sub(r"\w+ (\w+) not None", r"\1", source))
                yield "    " + line.replace("\n", "\n    ")


def stub(path):
    found = re.findall(r"^def [a-z]\w*\(.*?\):$", path.read_text(), flags=re.M | re.S)
    lines = CONSTANTS.get(path.stem, []) + [signature(source) for source in found] + list(classes(path.read_text()))
    body = "\n".join(lines)
    aliases = [f"{name} = {kind}" for name, kind in ALIASES.items() if name in body]
    body = "\n".join([*aliases, "", body] if aliases else [body])
    head = [f"# Types of {path.name}. Generated by tools/stubs.py; do not edit."]
    names = [name for name in ("Any", "Literal", "SupportsIndex") if re.search(rf"\b{name}\b", body)]
    if names:
        head.append(f"from typing import {', '.join(names)}")
    if "npt." in body:
        head += ["", "import numpy.typing as npt"]
    if "@disjoint_base" in body:
        head += ["from typing_extensions import disjoint_base"]
    return "\n".join(head) + ("\n\n" + body if body else "") + "\n"


def array_functions():
    """Module → its public functions; `runtime` holds no array function."""
    return {
        path.stem: sorted(
            a or b for a, b in re.findall(r"^(?:def ([a-z]\w*)\(|cdef class ([A-Z]\w*):)", path.read_text(), flags=re.M)
        )
        for path in sorted(OPS.glob("*.pyx"))
        if not path.stem.startswith("_") and path.stem != "runtime"
    }


BEGIN, END = "# Array functions, written by tools/stubs.py.\n", "# End of what is written.\n"


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
    listed = ["__all__ = [", *(f'    "{name}",' for name in sorted(names)), "]", ""]
    return before + BEGIN + "\n".join([*imports, "", ""]) + END + after + "\n".join(listed)


def init():
    """numrs/__init__.py: the imports of all array functions, so that a new one is public by being written, and __all__."""
    before, rest = (OPS.parent / "__init__.py").read_text().split(BEGIN)
    after = rest.split(END)[1].split("__all__ = [")[0]
    imports = []
    for module, found in array_functions().items():
        if module.startswith(("stats", "fft")):
            continue
        imports += [f"from numrs._ops.{module} import (", *(f"    {name}," for name in found), ")"]
    head = before + BEGIN + "\n".join([*imports, ""]) + END + after
    names = set()
    for node in ast.parse(head).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    public = sorted(name for name in names if not name.startswith("_"))
    return head + "\n".join(["__all__ = [", *(f'    "{name}",' for name in public), "]", ""])


def main():
    texts = {OPS.parent / "__init__.py": init()}
    texts[OPS.parent / "stats.py"] = stats()
    texts |= {path.with_suffix(".pyi"): stub(path) for path in sorted(OPS.glob("*.pyx"))}
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
