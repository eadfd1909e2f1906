"""Weighted minimax polynomials with coefficients rounded to float64 (Remez exchange in mpmath); no tables, no code output.

minimax(f, powers, a, b, weight) fits sum c_k x^powers[k] to f on [a, b] so that the largest |weight (f - p)| is
smallest. Coefficients are rounded one at a time, lowest power first, and the rest is fitted again to what remains, so
that rounding the leading coefficients costs nothing.
"""

import mpmath as mp

mp.mp.prec = 200


def _remez(f, powers, a, b, weight, rounds=12):
    n, size = len(powers), max(24 * len(powers), 400)
    grid = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / size) for i in range(size + 1)]
    fs, ws = [f(x) for x in grid], [weight(x) for x in grid]
    points = [round(size * i / n) for i in range(n + 1)]
    for _ in range(rounds):
        m, rhs = mp.matrix(n + 1, n + 1), mp.matrix(n + 1, 1)
        for row, i in enumerate(points):
            for col, k in enumerate(powers):
                m[row, col] = grid[i] ** k
            m[row, n] = (-1) ** row / ws[i]
            rhs[row] = fs[i]
        c = mp.lu_solve(m, rhs)
        errors = [ws[i] * (fs[i] - sum(c[j] * grid[i] ** k for j, k in enumerate(powers))) for i in range(len(grid))]
        worst = max(abs(e) for e in errors)
        if worst <= abs(c[n]) * (1 + mp.mpf(1) / 64):
            break
        extrema = []  # the largest error of each run of one sign
        for i, e in enumerate(errors):
            if extrema and (errors[extrema[-1]] > 0) == (e > 0):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > n + 1:  # drop the weaker end
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        if len(extrema) < n + 1:
            break
        points = extrema
    return [c[j] for j in range(n)], worst


def minimax(f, powers, a, b, weight=lambda x: mp.mpf(1)):
    a, b, powers, fixed = mp.mpf(a), mp.mpf(b), list(powers), []
    while powers:
        rest = lambda x: f(x) - sum(c * x**k for k, c in fixed)
        c, error = _remez(rest, powers, a, b, weight)
        # The last ones matter too little for a fit of their own; across 0 what is left after the first has no unique fit.
        count = 1 if len(powers) > 3 and a > 0 else len(powers)
        fixed += [(k, mp.mpf(float(v))) for k, v in zip(powers[:count], c)]
        powers = powers[count:]
    xs = [a + (b - a) * i / 999 for i in range(1000)]
    error = max(abs(weight(x) * (f(x) - sum(c * x**k for k, c in fixed))) for x in xs)
    return [float(c) for _, c in fixed], error


def show(name, result):
    coefficients, error = result
    print(f"{name}: error 2^{float(mp.log(error, 2)):.2f}")
    for c in coefficients:
        print(f"    {c!r},  // {c.hex()}")
