#!/usr/bin/env python3
"""Coefficients of erfinv in lib/cpu/math/f32_inverse-inl.h: erfinv(a) / a as polynomials of w = -log(1 - a^2) and of its square root.

    python3 tools/coefficients/erfinv.py

Needs mpmath. Interpolation at Chebyshev nodes; v in [-1, 1] is w / 2.5 - 1 for w <= 5, and (sqrt(w) - 3.12) / 0.89 for 5 <= w <= 16. Prints
coefficients, the constant one first, and the largest relative error of the polynomials as stored.
"""

from mpmath import chebyt, cos, erfc, exp, findroot, log, mp, mpf, pi, sqrt, taylor

mp.prec = 160


def ratio(w):
    if w == 0:
        return sqrt(pi) / 2
    small = exp(-w)  # 1 - a^2
    a = sqrt(1 - small)
    rest = small / (1 + a)  # 1 - a
    start = sqrt(w) * mpf("0.9") if w < 5 else sqrt(w - log(w * pi) / 2)
    return findroot(lambda y: log(erfc(y)) - log(rest), start) / a


def fit(f, degree):
    nodes = [cos(pi * (k + mpf(1) / 2) / (degree + 1)) for k in range(degree + 1)]
    values = [f(v) for v in nodes]
    total = [mpf(0)] * (degree + 1)
    for j in range(degree + 1):
        c = 2 * sum(y * chebyt(j, v) for v, y in zip(nodes, values, strict=True)) / (degree + 1)
        for k, t in enumerate(taylor(lambda v, j=j: chebyt(j, v), 0, j)):
            total[k] += c * t / (2 if j == 0 else 1)
    return [mpf(float(c)) for c in total]


def main():
    for name, degree, w in (
        ("near", 15, lambda v: (v + 1) * mpf("2.5")),
        ("far", 14, lambda v: (v * mpf("0.89") + mpf("3.12")) ** 2),
    ):
        coefficients = fit(lambda v, w=w: ratio(w(v)), degree)
        worst = 0
        for i in range(400):
            v = mpf(2 * i) / 399 - 1
            exact = ratio(w(v))
            worst = max(worst, abs(sum(c * v**k for k, c in enumerate(coefficients)) / exact - 1))
        print(name, ", ".join(f"{float(c):.17g}" for c in coefficients))
        print(f"relative error 2^{float(log(worst, 2)):.1f}")


if __name__ == "__main__":
    main()
