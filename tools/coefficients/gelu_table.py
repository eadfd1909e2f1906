#!/usr/bin/env python3
"""Coefficients of lib/cpu/nn_gelu-inl.h: the small side of the weight of gelu, q(a) for a >= 0, on 16 intervals of equal length.

    python3 tools/coefficients/gelu_table.py erf     q(a) = erfc(a / sqrt 2) / 2
    python3 tools/coefficients/gelu_table.py tanh    q(a) = 1 / (1 + exp(2 k (a + 0.044715 a^3))), k = sqrt(2 / pi)

Needs mpmath and numpy. Middles are float32 near the centres for which q is a float32 to about 2^-33 of itself; q(middle + u) = c0 + u p(u), p by
interpolation at Chebyshev nodes with coefficients rounded to float32. Prints the tables and the largest relative error of float32 evaluation.
"""
import sys

import numpy as np
from mpmath import mp, mpf

mp.prec = 120
LIMIT, DEGREE, INTERVALS = mpf("4.5"), 7, 16


def q_erf(a):
    return mp.erfc(a / mp.sqrt(2)) / 2


def q_tanh(a):
    return 1 / (1 + mp.exp(2 * mp.sqrt(2 / mp.pi) * (a + mpf("0.044715") * a**3)))


def main():
    q = q_erf if sys.argv[1:] == ["erf"] else q_tanh
    width = LIMIT / INTERVALS
    columns, worst = [], 0.0
    for i in range(INTERVALS):
        centre = np.float32(float((i + mpf("0.5")) * width))
        best = None
        for k in range(-700, 701):
            m = np.float32(centre + k * np.spacing(centre))
            value = q(mpf(float(m)))
            miss = abs(float((mpf(float(np.float32(float(value)))) - value) / value))
            if best is None or miss < best[0]:
                best = (miss, m, value)
            if miss < 2.0**-34:
                break
        _, m, value = best
        low, high = i * width - mpf(float(m)), (i + 1) * width - mpf(float(m))
        nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * j + 1) / (2 * DEGREE)) for j in range(DEGREE)]
        matrix, right = mp.matrix(DEGREE, DEGREE), mp.matrix(DEGREE, 1)
        for j, u in enumerate(nodes):
            for k in range(DEGREE):
                matrix[j, k] = u**k
            right[j] = (q(mpf(float(m)) + u) - value) / u
        c = [np.float32(float(v)) for v in mp.lu_solve(matrix, right)]
        column = [m, np.float32(float(value)), *c]
        columns.append(column)
        for a in np.linspace(float(i * width), float((i + 1) * width), 400).astype(np.float32):
            u = np.float32(a - m)
            p = c[-1]
            for k in reversed(c[:-1]):
                p = np.float32(float(p) * float(u) + float(k))
            y = np.float32(float(p) * float(u) + float(column[1]))
            exact = q(mpf(float(a)))
            worst = max(worst, abs(float((mpf(float(y)) - exact) / exact)))
    for name, row in zip(["Middle", *[str(k) for k in range(DEGREE + 1)]], zip(*columns)):
        print(f"{name}: " + ", ".join(f"{v:.9g}f" if "." in f"{v:.9g}" or "e" in f"{v:.9g}" else f"{v:.9g}.0f" for v in row))
    print(f"largest relative error {worst * 2**24:.3f} * 2^-24")


if __name__ == "__main__":
    main()
