"""Writes lib/cpu/math/f64_tanh_table.h: tanh at multiples of 1/16 in two parts. Needs mpmath; no part of the build."""
import pathlib

from mpmath import mp, mpf

mp.dps = 60
TARGET = pathlib.Path(__file__).parents[2] / "lib" / "cpu" / "math" / "f64_tanh_table.h"
HEAD = """// The table of Tanh in f64_tanh-inl.h, one copy for all targets: written by tools/coefficients/tanh_table.py. No code here.

#ifndef NUMRS_CPU_MATH_F64_TANH_TABLE_H_
#define NUMRS_CPU_MATH_F64_TANH_TABLE_H_

#include "f64_pairs.h"

namespace numrs {

// tanh(n / 16) rounded and what that lacks, for n = 3 to 305. The first three are 0: there the argument itself is the remainder.
// The rest is 0, so that any nine bits are an index.
// clang-format off
"""


def rows(name, values):
    text = [v.hex().replace("0x0.0p+0", "0.0") for v in values]
    lines = [", ".join(text[i : i + 5]) for i in range(0, len(text), 5)]
    return f"inline constexpr double {name}[512] = {{\n    " + ",\n    ".join(lines) + "};\n"


def main():
    exact = [mpf(0) if n < 3 else mp.tanh(mpf(n) / 16) for n in range(306)]
    high = [float(t) for t in exact]
    low = [float(t - mpf(h)) for t, h in zip(exact, high)]
    tail = "// clang-format on\n}  // namespace numrs\n\n#endif  // NUMRS_CPU_MATH_F64_TANH_TABLE_H_\n"
    tail = "inline constexpr PairTable<512> kTanhTable(kTanhHigh, kTanhLow);\n" + tail
    TARGET.write_text(HEAD + rows("kTanhHigh", high) + rows("kTanhLow", low) + tail)


if __name__ == "__main__":
    main()
