#!/usr/bin/env python3
"""Writes what is made from the tables: ops.h, ops.hpp, raw.h, raw.cc, c/*.pxd, docs/operations.md and the fuzzed functions. No dependencies.

    python3 tools/gen.py           write the files
    python3 tools/gen.py --check   say which ones differ from the tables; exit status 1 when one does
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "lib" / "table"
NOTE = "Generated from lib/table by tools/gen.py; do not edit."


def rows(table, macro=r"\w+"):
    """The rows of one table as tuples of words; a row is one line NUMRS_X(a, b, ...)."""
    text = (TABLES / f"{table}.def").read_text()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [tuple(w.strip() for w in m.group(1).split(",")) for m in re.finditer(rf"^NUMRS_{macro}\((.*)\)", text, flags=re.M)]


DTYPES = [dict(zip(("id", "name", "suffix", "ctype", "cxx", "bytes", "kind", "numpy"), r)) for r in rows("dtype")]
PLAIN = [r[0] for r in rows("dtype", "DTYPE")]  # the numbers of those with C++ arithmetic
HALVES = [r[0] for r in rows("dtype", "HALF")]  # those of the 16-bit floats, whose C type is uint16_t
SERVED = [r[0] for r in rows("dtype")]  # those with operations
# The dtypes with a kernel, as core/dtype.h defines the sets (a test compares the two).
SETS = {
    "ALL": ("BOOL", "INT", "UINT", "FLOAT"),
    "NUMBER": ("INT", "UINT", "FLOAT"),
    "NUMERIC": ("INT", "UINT", "FLOAT"),
    "FLOAT": ("FLOAT",),
    "TRUE_DIVIDE": ("FLOAT",),
    "BITS": ("BOOL", "INT", "UINT"),
    "INTEGER": ("INT", "UINT"),
    "PLAIN_ALL": ("BOOL", "INT", "UINT", "FLOAT"),  # PLAIN: raw functions without the 16-bit floats
    "PLAIN_FLOAT": ("FLOAT",),
}
SETS.update({f"{name}_C": (*SETS[name], "COMPLEX") for name in ("ALL", "NUMBER", "NUMERIC", "FLOAT", "TRUE_DIVIDE")})
CORRECTED = ("var", "std")  # reductions with a correction of the divisor
BOOL = next(d for d in DTYPES if d["kind"] == "BOOL")


def dtypes_of(name):
    have = PLAIN if name.startswith("PLAIN") else SERVED
    return [d for d in DTYPES if d["kind"] in SETS[name] and d["id"] in have]


class Function:
    """One raw function: its name, its C parameters and the body that forwards to the family."""

    def __init__(self, name, parameters, body):
        self.name, self.parameters, self.body = name, parameters, body

    def fuzzed(self, family):
        """Its line for tests/fuzz: which arguments go together is a matter of the family."""
        kind = "elementwise" if family in ("unary", "binary", "ternary") else family
        if family == "stats":
            row = next(r for r in rows("stats") if self.name.startswith(f"numrs_{r[1]}_f"))
            return f"RAW(Stat({row[3]}, {row[4]}), {self.name})"
        return f"RAW(k{''.join(word.capitalize() for word in kind.split('_'))}, {self.name})"

    def prototype(self):
        return f"NUMRS_API numrs_status {self.name}({', '.join(self.parameters)});"

    def pxd(self):
        return f"    numrs_status {self.name}({', '.join(self.parameters)})"

    def definition(self):
        return f'extern "C" numrs_status {self.name}({", ".join(self.parameters)}) {{ {self.body} }}'


def real_of(d):
    """The dtype of the parts of a complex one; any other is its own."""
    return next(t for t in DTYPES if t["name"] == {"C64": "F32", "C128": "F64"}.get(d["name"], d["name"]))


def elementwise(family, operands):
    """Raw functions of unary, binary, ternary: inputs, output, n."""
    for row in rows(family):
        number, name, _, dtypes, rule = row[:5]
        for d in dtypes_of(dtypes):
            types = [d] * len(operands)
            result = d
            if family == "ternary":
                types = [BOOL if rule == "BOOL" else d] + [d] * (len(operands) - 1)
            elif rule == "BOOL":
                result = BOOL
            elif rule == "REAL":
                result = real_of(d)
            inputs = [f"const {t['ctype']} *{o}" for t, o in zip(types, operands)]
            body = f"return {family.capitalize()}Raw(context, {number}, k{d['name']}, {', '.join(operands)}, y, n);"
            yield Function(f"numrs_{name}_{d['suffix']}",
                           ["numrs_context *context", *inputs, f"{result['ctype']} *y", "int64_t n"], body)


def result_of(rule, d):
    """The result dtype of a reduction or scan for kernels of dtype d."""
    by_name = {t["name"]: t for t in DTYPES}
    if rule == "INDEX":
        return by_name["I64"]
    if rule == "BOOL":
        return BOOL
    if rule == "REAL":
        return real_of(d)
    if rule == "SUM" and d["kind"] not in ("FLOAT", "COMPLEX"):
        return by_name["U64" if d["kind"] == "UINT" else "I64"]
    return d


def along_axis(family):
    """Raw functions of reductions and scans: x is (outer, n, inner), y is (outer, inner) or like x."""
    call = {"reduce": "ReduceRaw", "scan": "ScanRaw"}[family]
    for row in rows(family):
        number, name, _, dtypes, rule = row[:5]
        for d in dtypes_of(dtypes):
            result = result_of(rule, d)
            parameters = ["numrs_context *context", f"const {d['ctype']} *x", f"{result['ctype']} *y", "int64_t outer", "int64_t n", "int64_t inner"]
            last = ""
            if family == "reduce":
                corrected = name.removeprefix("nan") in CORRECTED
                parameters += ["double correction"] if corrected else []
                last = ", correction" if corrected else ", 0"
            body = (f"return Guard([&] {{ return {call}(context, {number}, x, k{d['name']}, y, k{result['name']}, "
                    f"outer, n, inner{last}); }});")
            yield Function(f"numrs_{name}_{d['suffix']}", parameters, body)


# Parameters of statistics of lines, as lib/api/stats.cc names them (a test compares the two).
STAT_PARAMETERS = {
    "NONE": [], "BIAS": ["bias"], "BIAS_FISHER": ["bias", "fisher"], "ORDER": ["order"], "CORRECTION": ["correction"], "PROPORTION": ["proportion"],
    "C": ["c"], "LIMITS": ["lower", "upper"], "LOW_HIGH": ["low", "high"], "ALPHA": ["alpha"], "PERIODS": ["periods"], "LIMIT": ["limit"],
}  # fmt: skip


def stats():
    """Raw functions of statistics of lines: x (outer, n, inner), y (outer, inner, outputs) or like x."""
    for number, name, _, inputs, _, parameters, *_ in rows("stats"):
        names = STAT_PARAMETERS[parameters]
        for d in dtypes_of("PLAIN_FLOAT"):
            operands = [f"const {d['ctype']} *x"] + ([f"const {d['ctype']} *x2"] if inputs == "2" else [])
            array = f"const double p[] = {{{', '.join(names)}}}; " if names else ""
            body = (f"{array}return Guard([&] {{ return StatRaw(context, {number}, k{d['name']}, x, {'x2' if inputs == '2' else 'nullptr'}, y, "
                    f"outer, n, inner, {'p' if names else 'nullptr'}, {len(names)}); }});")
            yield Function(f"numrs_{name}_{d['suffix']}",
                           ["numrs_context *context", *operands, f"{d['ctype']} *y", "int64_t outer", "int64_t n", "int64_t inner",
                            *(f"double {p}" for p in names)], body)


def group():
    """Raw functions of groups: x, keys (n), y (n_groups)."""
    by_name = {t["name"]: t for t in DTYPES}
    for number, name, _, result, parameter in rows("group"):
        last = {"NONE": None, "CORRECTION": "correction", "Q": "q"}[parameter]
        for d in dtypes_of("PLAIN_FLOAT"):
            y = by_name["I64"] if result == "INDEX" else d
            parameters = ["numrs_context *context", f"const {d['ctype']} *x", "const int64_t *keys", f"{y['ctype']} *y", "int64_t n",
                          "int64_t n_groups", *([f"double {last}"] if last else [])]
            body = (f"return Guard([&] {{ return GroupRaw(context, {number}, k{d['name']}, x, keys, y, k{y['name']}, n, n_groups, "
                    f"{last or '0'}); }});")
            yield Function(f"numrs_group_{name}_{d['suffix']}", parameters, body)


def dot():
    for d in dtypes_of("ALL"):
        body = f"return Guard([&] {{ return Vecdot(context, Line(a, k{d['name']}, &n), Line(b, k{d['name']}, &n), Scalar(y, k{d['name']}), 0); }});"
        yield Function(f"numrs_dot_{d['suffix']}",
                       ["numrs_context *context", f"const {d['ctype']} *a", f"const {d['ctype']} *b", f"{d['ctype']} *y", "int64_t n"], body)


def calls():
    """Raw functions with signatures of their own: T is the element type."""
    for row in rows("call"):
        name, parameters = row[1], row[3:]
        target = "".join(w.capitalize() for w in name.split("_")) + "Raw"
        arguments = ", ".join(re.search(r"(\w+)$", p).group(1) for p in parameters)
        for d in dtypes_of(row[2]):
            typed = [re.sub(r"\bT\b", d["ctype"], p) for p in parameters]
            body = f"return Guard([&] {{ return {target}(context, k{d['name']}, {arguments}); }});"
            yield Function(f"numrs_{name}_{d['suffix']}", ["numrs_context *context", *typed], body)


def rolling():
    """Raw functions of rolling statistics: x, y (outer, n, inner)."""
    extra = {"NONE": None, "CORRECTION": "correction", "Q": "q", "SCALE": "scale"}
    for number, name, _, inputs, parameter, *_ in rows("rolling"):
        for d in dtypes_of("PLAIN_FLOAT"):
            operands = ["x", "x2"] if inputs == "2" else ["x"]
            last = extra[parameter]
            parameters = ["numrs_context *context", *(f"const {d['ctype']} *{o}" for o in operands), f"{d['ctype']} *y",
                          "int64_t outer", "int64_t n", "int64_t inner", "int64_t window", "int64_t min_periods", *([f"double {last}"] if last else [])]
            body = (f"return Guard([&] {{ return RollingRaw(context, {number}, k{d['name']}, x, {operands[1] if inputs == '2' else 'nullptr'}, y, "
                    f"outer, n, inner, window, min_periods, {last or '0'}); }});")
            yield Function(f"numrs_rolling_{name}_{d['suffix']}", parameters, body)


def ewm():
    """Raw functions of exponentially weighted statistics."""
    for number, name, inputs, parameter, *_ in rows("ewm"):
        for d in dtypes_of("PLAIN_FLOAT"):
            operands = ["x", "x2"] if inputs == "2" else ["x"]
            parameters = ["numrs_context *context", *(f"const {d['ctype']} *{o}" for o in operands), f"{d['ctype']} *y", "int64_t outer", "int64_t n",
                          "int64_t inner", "double alpha", "int64_t min_periods", "int32_t ignore_missing", "int32_t adjust",
                          *(["int32_t unbiased"] if parameter == "CORRECTION" else [])]
            body = (f"return Guard([&] {{ return EwmRaw(context, {number}, k{d['name']}, x, {operands[1] if inputs == '2' else 'nullptr'}, y, "
                    f"outer, n, inner, alpha, min_periods, ignore_missing, adjust, {'unbiased' if parameter == 'CORRECTION' else '0'}); }});")
            yield Function(f"numrs_ewm_{name}_{d['suffix']}", parameters, body)


# Parameters of random draws, as lib/api/random.cc names them (a test compares the two).
RANDOM_PARAMETERS = {
    "NONE": [], "LOW_HIGH": ["low", "high"], "LOC_SCALE": ["loc", "scale"], "SCALE": ["scale"], "SHAPE_SCALE": ["shape", "scale"], "A_B": ["a", "b"],
    "LAM": ["lam"], "N_P": ["trials", "p"], "P": ["p"], "POSITIVE_P": ["p"], "RANGE": ["low", "high"],
}  # fmt: skip
RANDOM_SETS = {"WORDS": ("UINT",), "FLOATS": ("FLOAT",), "INTEGERS": ("INT", "UINT"), "TRUTH": ("BOOL",), "COUNTS": ("I64",)}


def random_dtypes(name):
    return [d for d in DTYPES if d["id"] in PLAIN and (d["kind"] in RANDOM_SETS[name] or d["name"] in RANDOM_SETS[name])]


def random():
    """Raw functions of random draws: y (n)."""
    for number, name, check, dtypes, *_ in rows("random"):
        names = RANDOM_PARAMETERS[check]
        for d in random_dtypes(dtypes):
            of = d["ctype"] if check == "RANGE" else "double"
            parameters = ["numrs_context *context", "numrs_random_state *state", f"{d['ctype']} *y", "int64_t n", *(f"{of} {p}" for p in names)]
            array = f"const double values[] = {{{', '.join(names)}}}; " if names else ""
            body = f"{array}return Guard([&] {{ return RandomRaw(context, {number}, k{d['name']}, state, y, n, {'values' if names else 'nullptr'}, {len(names)}); }});"
            if check == "RANGE":
                body = f"return Guard([&] {{ return RandomIntegersRaw(context, k{d['name']}, state, y, n, &low, &high); }});"
            yield Function(f"numrs_random_{name}_{d['suffix']}", parameters, body)


FAMILIES = [
    # table, what it is, functions
    ("unary", "y[i] = op(x[i]) for n contiguous elements", lambda: elementwise("unary", ["x"])),
    ("binary", "y[i] = op(a[i], b[i]) for n contiguous elements", lambda: elementwise("binary", ["a", "b"])),
    ("ternary", "y[i] = op(a[i], b[i], c[i]) for n contiguous elements", lambda: elementwise("ternary", ["a", "b", "c"])),
    ("reduce", "y (outer, inner) = op over the middle axis of x (outer, n, inner), both C order", lambda: along_axis("reduce")),
    ("scan", "y = op of the elements so far along the middle axis of x, both (outer, n, inner) in C order", lambda: along_axis("scan")),
    ("rolling", "y = statistic of the window of each element along the middle axis of x, both (outer, n, inner) in C order", rolling),
    ("ewm", "y = exponentially weighted statistic of the elements so far along the middle axis of x, both (outer, n, inner) in C order", ewm),
    ("stats", "y (outer, inner, numbers of a line; stats.h) = statistic of the middle axis of x (outer, n, inner), or a line; all in C order", stats),
    ("group", "y[g] = statistic of the x[i] whose keys[i] is g (numrs_group); x and keys (n), y (n_groups)", group),
    ("random", "y = n numbers of a distribution (random.h), read from the stream of state", random),
    ("dot", "y = sum of a[i] * b[i] over n contiguous elements", dot),
]


CALLS_TEXT = [
    "/** @name call",
    "@{ */",
    "/** matmul: y = a @ b, batch times (m, k) @ (k, n). Integers wrap, bool is \"or of ands\", k = 0 gives zeros.",
    "   gemm: c = alpha op(a) op(b) + beta c in row-major order, rows lda, ldb, ldc elements apart. op transposes where trans_ is 1: op(a) is",
    "   (m, k), so a is stored as (k, m). beta = 0 does not read c, alpha = 0 neither a nor b; k = 0 gives beta c.",
    "   sort to iqr: the functions of order.h along the middle axis of x (outer, n, inner), C order; y is like x, topk's outputs are (outer, k,",
    "   inner), quantile's is (n_q, outer, inner), those of median, mad and iqr are (outer, inner). searchsorted: places of m elements x2 among n",
    "   sorted ones. unique: the different ones of n elements, *count of them, and how often each is there; values and counts have room for n.",
    "   cross_entropy: the mean over n rows of logits (n, classes) with labels in [0, classes) or -100, which counts for nothing, and its gradient.",
    "   activation to batch_norm: the functions of nn_activation.h and nn_norm.h on arrays in C order. softmax: the middle axis of (outer, n, inner).",
    "   layer_norm, rms_norm: x (rows, cols), weight and bias (cols), mean and rstd (rows). group_norm, batch_norm: x (n, channels, inner), weight and",
    "   bias (channels), mean and rstd (n, groups) or (channels). NULL: what these headers let be NULL.",
    "   attention: nn_attention.h on q (heads * group, lq, d), k (heads, lk, d), v (heads, lk, dv), y (heads * group, lq, dv). rope: on x, y (outer, n,",
    "   2 half), cos, sin (n, half). */",
]


def ops_h():
    out = ["/** @file", "    Numbers of dtypes and operations. " + NOTE + " */", "#ifndef NUMRS_OPS_H", "#define NUMRS_OPS_H", "",
           "/** Element types. */", "enum {"]
    out += [f"  NUMRS_{d['name']} = {d['id']}, /**< {d['numpy']}, {d['ctype']} */" for d in DTYPES]
    out += ["};"]
    for family, _, _ in FAMILIES:
        if family == "dot":
            continue
        call = {"stats": "stat"}.get(family, family)
        out += ["", f"/** Operations of numrs_{call}. */", "enum {"]
        prefix = f"{family}_" if family in ("rolling", "ewm", "group", "random") else ""
        out += [f"  NUMRS_OP_{(prefix + r[1]).upper()} = {r[0]}, /**< {prefix}{r[1]} */" for r in rows(family)]
        out += ["};"]
    return "\n".join(out + ["", "#endif /* NUMRS_OPS_H */", ""])


def ops_hpp():
    """Every operation of the families by its name, for C++."""
    out = ["// Every operation by its name, each one call of its family. Part of numrs/numrs.hpp. " + NOTE, "#ifndef NUMRS_OPS_HPP",
           "#define NUMRS_OPS_HPP", "", '#include "numrs/numrs.hpp"', "", "namespace numrs {"]
    operands = {"unary": "x", "binary": "ab", "ternary": "abc"}
    for family, _, _ in FAMILIES:
        if family in ("rolling", "ewm", "stats", "group", "random", "dot"):
            continue
        out += ["", f"// {family}"]
        for r in rows(family):
            name, number = "std_" if r[1] == "std" else r[1], f"NUMRS_OP_{r[1].upper()}"
            if family in operands:
                inputs = "".join(f"const const_view& {o}, " for o in operands[family])
                out += [f"inline void {name}({inputs}const view& y, numrs_context* context = nullptr) {{",
                        f"  {family}({number}, {', '.join(operands[family])}, y, context);", "}"]
            elif family == "scan":
                out += [f"inline void {name}(const const_view& x, const view& y, std::int32_t axis, bool include_initial = false,",
                        f"{' ' * len(name)}             numrs_context* context = nullptr) {{",
                        f"  scan({number}, x, y, axis, include_initial, context);", "}"]
            else:
                correction = r[1].removeprefix("nan") in CORRECTED
                for over in ("all_axes_type over = all_axes", "const axes& over"):
                    out += [f"inline void {name}(const const_view& x, const view& y, {over}, {'double correction = 0, ' if correction else ''}"
                            "numrs_context* context = nullptr) {",
                            f"  reduce({number}, x, y, over, {'correction' if correction else '0'}, nullptr, context);", "}"]
    return "\n".join(out + ["", "}  // namespace numrs", "", "#endif  // NUMRS_OPS_HPP", ""])


def raw_h():
    out = ["/** @file", "    One typed function per operation and dtype, on contiguous memory. " + NOTE, "",
           "    Argument order: context (NULL: the default), inputs, outputs, extents. An output may be one of the inputs, or overlap them",
           "    in any way: the numbers are those of separate memory. Pointers may be NULL when there are no elements. bool has one byte,",
           "    0 or 1; complex numbers are their parts side by side (base.h). What the operations do, and which bits they give, is in the header of the family: elementwise.h, reduce.h, stats.h, linalg.h.",
           "    Statuses: NUMRS_BAD_ARGUMENT for a NULL pointer with elements, NUMRS_BAD_SHAPE for a negative extent or more bytes than",
           "    there are, NUMRS_NO_MEMORY, NUMRS_CANCELLED. _f16 and _bf16: elements are uint16_t, the bits of float16 (IEEE 754 binary16) and",
           "    bfloat16 (the upper half of a float), computed in float and rounded to the nearest, ties to even.", "",
           "    @code{.c}",
           "    double y[3], x[6] = {1, 4, 9, 16, 25, 36};",
           "    numrs_sqrt_f64(NULL, x, x, 6);             // in place: 1 2 3 4 5 6",
           "    numrs_sum_f64(NULL, x, y, 1, 6, 1);        // all six: 21",
           "    numrs_sum_f64(NULL, x, y, 2, 3, 1);        // rows of a (2, 3) array: 6 15",
           "    numrs_sum_f64(NULL, x, y, 1, 2, 3);        // its columns: 5 7 9",
           "    @endcode */",
           "#ifndef NUMRS_RAW_H", "#define NUMRS_RAW_H", "", '#include "numrs/base.h"', '#include "numrs/random.h"', "", "#ifdef __cplusplus", 'extern "C" {', "#endif"]
    for family, text, functions in FAMILIES:
        out += ["", f"/** @name {family}", "@{ */", f"/** {text} */"]
        out += [f.prototype() for f in functions()] + ["/** @} */"]
    out += ["", *CALLS_TEXT]
    out += [f.prototype() for f in calls()] + ["/** @} */"]
    return "\n".join(out + ["", "#ifdef __cplusplus", "}", "#endif", "#endif /* NUMRS_RAW_H */", ""])


def raw_cc():
    out = ["// Bodies of the raw functions: contiguous memory described to the families. " + NOTE, '#include "numrs/raw.h"', "",
           '#include "api/calls.h"', '#include "api/elementwise.h"', '#include "api/group.h"', '#include "api/random.h"', '#include "api/reduce.h"', '#include "api/rolling.h"', '#include "api/stats.h"', "", "using namespace numrs;", ""]
    for _, _, functions in FAMILIES:
        out += [f.definition() for f in functions()]
    out += [f.definition() for f in calls()]
    return "\n".join(out + [""])


def header_to_pxd(theme):
    """Declarations of one hand-written header, for Cython. Headers are written so that a prototype is found by its NUMRS_API."""
    text = (ROOT / "include" / "numrs" / f"{theme}.h").read_text()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    out = []
    for name in re.findall(r"^#define (NUMRS_\w+) (?:0x)?[0-9a-f]+\s*$", text, flags=re.M):
        out += ["    enum:", f"        {name}"]
    for name in re.findall(r"^typedef struct (numrs_\w+) \1;", text, flags=re.M):
        out += [f"    ctypedef struct {name}:", "        pass"]
    for m in re.finditer(r"^typedef int32_t (numrs_\w+);", text, flags=re.M):
        out += [f"    ctypedef int32_t {m.group(1)}"]
    for m in re.finditer(r"^enum \{(.*?)\};", text, flags=re.M | re.S):
        out += ["    enum:"] + [f"        {n}" for n in re.findall(r"NUMRS_\w+", m.group(1))]
    for m in re.finditer(r"^typedef ([^;{}]*?)\(\*(numrs_\w+)\)\((.*?)\);", text, flags=re.M | re.S):
        args = " ".join(m.group(3).split())
        args = re.sub(r"void \(\*task\)\(void \*data, int64_t index\)", "void (*task)(void *data, int64_t index) noexcept nogil", args)
        out += [f"    ctypedef {m.group(1)}(*{m.group(2)})({args}) noexcept nogil"]
    for m in re.finditer(r"^typedef struct (numrs_\w+) \{(.*?)\} \1;", text, flags=re.M | re.S):
        out += [f"    ctypedef struct {m.group(1)}:"]
        for line in filter(None, (" ".join(x.split()) for x in m.group(2).split(";"))):
            words = re.match(r"(.*?(?:\*|\s))(\w+(?:\[\d+\])?(?:,\s*\w+)*)$", line)
            if "(*" in line:
                out += [f"        {line} noexcept nogil"]
            else:
                out += [f"        {words.group(1).strip()} {n.strip()}" if not words.group(1).endswith("*") else f"        {words.group(1)}{n.strip()}"
                        for n in words.group(2).split(",")]
    for m in re.finditer(r"^NUMRS_API ([^;]*);", text, flags=re.M | re.S):
        prototype = " ".join(m.group(1).split()).replace("(void)", "()")
        out += ["    " + re.sub(r"\b(from|in|is)(?=[,)])", r"\1_", prototype)]  # parameters with names that are words of Cython
    return out


def pxd(theme, body, imports=()):
    head = [f"# The C header numrs/{theme}.h for Cython. {NOTE}", "from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t", ""]
    head += [f"from numrs.c.{i} cimport *" for i in imports]
    return "\n".join(head + ["", f'cdef extern from "numrs/{theme}.h" nogil:', *(body or ["    pass"]), ""])


def operations_md():
    out = ["# Operations", "", f"<!-- {NOTE} -->", "",
           "Every element-wise operation, the dtypes that have a kernel (others are converted as NumPy 2 does), and the largest error in units in the",
           "last place (ULP) that a test enforces over all arguments; 0 means the correctly rounded or exact result. float16 and bfloat16 are computed",
           "in float32 and rounded: 0.51 ULP of their own where float32 has a bound, else what float32 gives, rounded once. Complex numbers have",
           "bounds of their own, in [complex.md](complex.md). Each dtype of a row is served on the device `cpu`, by both backends; other devices are",
           "in [devices.md](devices.md)."]
    results = {"SAME": "same", "BOOL": "bool", "REAL": "same; real for complex"}
    for family, text, _ in FAMILIES:
        if family in ("reduce", "scan", "rolling", "ewm", "stats", "group", "random", "dot"):
            continue
        out += ["", f"## {family}", "", text, "", "| operation | dtypes | result | ULP f32 | ULP f64 |", "| --- | --- | --- | --- | --- |"]
        for r in rows(family):
            names = " ".join(d["numpy"] for d in dtypes_of(r[3]))
            out += [f"| {r[1]} | {names} | {results[r[4]] if family != 'ternary' else 'same'} | {r[5]} | {r[6]} |"]
    results = {"SAME": "same", "SUM": "int64, uint64; floats: same", "INDEX": "int64", "BOOL": "bool", "REAL": "same; real for complex"}
    out += ["", "## reduce", "", "One value for the elements along some axes. Error bounds in units of 2^-24 (f32) and 2^-53 (f64), relative to the sum of the",
            "absolute values (sum, mean, abs_sum) or to the result (the others; prod: per 100 factors). The order of evaluation is fixed, see numrs/reduce.h.", "",
            "| operation | dtypes | result | bound f32 | bound f64 |", "| --- | --- | --- | --- | --- |"]
    for r in rows("reduce"):
        names = " ".join(d["numpy"] for d in dtypes_of(r[3])) + (" (integers as float64)" if r[3].startswith("TRUE_DIVIDE") else "")
        out += [f"| {r[1]} | {names} | {results[r[4]]} | {r[5]} | {r[6]} |"]
    out += ["", "## scan", "", "The value for the elements so far along one axis.", "", "| operation | dtypes | result |", "| --- | --- | --- |"]
    for r in rows("scan"):
        out += [f"| {r[1]} | {' '.join(d['numpy'] for d in dtypes_of(r[3]))} | {results[r[4]]} |"]
    out += ["", "## stats", "", "Numbers of the elements along some axes as one line of float64 (numrs/stats.h).", "",
            "| operation | inputs | result of a line | parameters |", "| --- | --- | --- | --- |"]
    for r in rows("stats"):
        result = {"0": "a line", "1": "1 number"}.get(r[4], f"{r[4]} numbers")
        out += [f"| {r[1]} | {r[3]} | {result} | {', '.join(STAT_PARAMETERS[r[5]])} |"]
    out += ["", "## random", "", "Numbers of a distribution (numrs/random.h, random.md).", "", "| operation | dtypes | parameters |", "| --- | --- | --- |"]
    for r in rows("random"):
        out += [f"| {r[1]} | {' '.join(d['numpy'] for d in random_dtypes(r[3]))} | {', '.join(RANDOM_PARAMETERS[r[2]])} |"]
    return "\n".join(out + [""])


def raw_functions_inc():
    out = ["// Every raw function and its family, for calls_raw.cc. " + NOTE]
    out += [f.fuzzed(family) for family, _, functions in FAMILIES for f in functions()]
    out += [f.fuzzed(row[1]) for row in rows("call") for f in calls() if re.fullmatch(rf"numrs_{row[1]}_[^_]+", f.name)]
    return "\n".join(out + [""])


def files():
    yield "include/numrs/ops.h", ops_h()
    yield "include/numrs/ops.hpp", ops_hpp()
    yield "include/numrs/raw.h", raw_h()
    yield "lib/api/raw.cc", raw_cc()
    yield "cython/numrs/c/ops.pxd", pxd("ops", ["    enum:"] + [f"        {n}" for n in re.findall(r"^  (NUMRS_\w+) =", ops_h(), flags=re.M)])
    yield "cython/numrs/c/base.pxd", pxd("base", header_to_pxd("base"))
    for theme in ("view", "device", "elementwise", "reduce", "linalg", "lapack", "order", "indexing", "fft", "nn_attention", "nn_linear", "nn_conv", "nn_pool", "rolling", "ewm", "stats", "stream", "random", "nn_activation", "nn_norm", "nn_loss", "nn_embedding", "optim"):
        yield f"cython/numrs/c/{theme}.pxd", pxd(theme, header_to_pxd(theme),
                                                        {"view": ["base"], "stream": ["base", "view", "ewm", "rolling"], "nn_embedding": ["base", "view", "random"]}.get(theme, ["base", "view"]))
    raw = [f.pxd() for _, _, functions in FAMILIES for f in functions()] + [f.pxd() for f in calls()]
    yield "cython/numrs/c/raw.pxd", pxd("raw", raw, ["base", "random"])
    yield "docs/operations.md", operations_md()
    yield "tests/fuzz/raw_functions.inc", raw_functions_inc()


def main():
    stale = []
    for name, text in files():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name in stale:
        print(("differs from the tables: " if "--check" in sys.argv else "wrote ") + name)
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
