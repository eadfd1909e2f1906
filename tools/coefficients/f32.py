"""Prints the minimax polynomials of lib/cpu/math/f32_*-inl.h with their relative errors (needs mpmath; a minute).

Remez exchange on P(x) ~ f(x) with weight w(x). For float32 the leading coefficients, the constant one first, are
rounded and the rest is fitted again as long as that helps; the printed error is that of the polynomial as stored.
"""

import sys

from mpmath import (
    asin,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    log,
    log1p,
    lu_solve,
    matrix,
    mp,
    mpf,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

mp.prec = 180


def rounded(value, bits):
    """value in a binary format with `bits` bits of significand"""
    with mp.workprec(bits):
        return +value


def remez(f, lo, hi, degree, weight, fixed, points):
    """Minimax of weight * (P - f) over [lo, hi]; `fixed` maps powers to coefficients that must stay."""
    free = [k for k in range(degree + 1) if k not in fixed]
    count = len(free) + 1
    grid = [lo + (hi - lo) * (1 - cos(pi * i / (points + 1))) / 2 for i in range(1, points + 1)]
    values = [(x, f(x), abs(weight(x))) for x in grid]
    base = [(sum(c * x**k for k, c in fixed.items()), y, w) for x, y, w in values]
    picks = [int((i + mpf(1) / 2) * len(grid) / count) for i in range(count)]
    for _ in range(30):
        a = matrix(count, count)
        b = matrix(count, 1)
        for row, i in enumerate(picks):
            x, y, w = values[i]
            for col, k in enumerate(free):
                a[row, col] = x**k
            a[row, len(free)] = (-1) ** row / w
            b[row] = y - base[i][0]
        solved = lu_solve(a, b)
        coefficients = dict(fixed)
        coefficients.update({k: solved[i] for i, k in enumerate(free)})
        ordered = [coefficients[k] for k in range(degree, -1, -1)]
        error = [w * (mp.polyval(ordered, x) - y) for x, y, w in values]
        # one extremum for each run of equal sign, then the best alternating window of `count`
        runs = []
        for i, e in enumerate(error):
            if runs and (error[runs[-1]] < 0) == (e < 0):
                if abs(e) > abs(error[runs[-1]]):
                    runs[-1] = i
            else:
                runs.append(i)
        while len(runs) > count:
            runs.pop(0 if abs(error[runs[0]]) < abs(error[runs[-1]]) else -1)
        if len(runs) < count or runs == picks:
            break
        picks = runs
    return coefficients


def fit(name, f, lo, hi, degree, bits=53, weight=None, fixed=None, quiet=False, points=600, holds=99):
    weight = weight or (lambda x: 1 / f(x))
    lo, hi = mpf(lo), mpf(hi)
    grid = [lo + (hi - lo) * i / 2003 for i in range(1, 2003)]
    values = [(x, f(x), abs(weight(x))) for x in grid]
    best = None
    held = dict(fixed or {})
    # Round after holding 0, 1, 2 ... coefficients; the best wins.
    for k in range(min(degree + 1, holds) if bits == 24 else 1):
        coefficients = remez(f, lo, hi, degree, weight, held, points)
        stored = {i: rounded(c, bits) for i, c in coefficients.items()}
        error = max(w * abs(sum(c * x**i for i, c in stored.items()) - y) for x, y, w in values)
        if best is None or error < best[0]:
            best = error, stored
        held[k] = stored[k]
    worst, kept = best
    if quiet:
        return worst, kept
    print(f"{name}: [{mp.nstr(mpf(lo), 6)}, {mp.nstr(mpf(hi), 6)}] degree {degree} error 2^{mp.nstr(log(worst, 2), 4)}")
    for k in range(degree + 1):
        print(
            "  ",
            mp.nstr(kept[k], 17 if bits == 53 else 9, min_fixed=0, max_fixed=1) + ("f" if bits == 24 else "") + ",",
        )


LN2 = log(mpf(2))
R2 = sqrt(mpf(2))
ALL = {}


def poly(function):
    ALL[function.__name__] = function
    return function


@poly
def wide_log():  # (log(1 + f) - f) / f^2; the weight makes the error relative to log(1 + f)
    fit("log f64", lambda f: (log1p(f) - f) / f**2, R2 / 2 - 1, R2 - 1, 12, weight=lambda f: f**2 / log1p(f))


@poly
def wide_expm1():  # (e^r - 1 - r) / r^2, |r| <= ln2/2
    fit(
        "expm1 f64",
        lambda r: (expm1(r) - r) / r**2,
        -LN2 / 2 * 1.001,
        LN2 / 2 * 1.001,
        6,
        weight=lambda r: r**2 / expm1(r),
    )


@poly
def wide_sin():  # (sin(sqrt z) - sqrt z) / sqrt z^3, |sqrt z| <= pi/2
    fit(
        "sin f64",
        lambda z: (sin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        (pi / 2 * 1.0001) ** 2,
        4,
        weight=lambda z: sqrt(z) ** 3 / sin(sqrt(z)),
    )


@poly
def wide_atan():  # (atan(s) - s) / s^3 in z = s^2 on [0, 1]
    fit(
        "atan f64",
        lambda z: (atan(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        1,
        10,
        weight=lambda z: sqrt(z) ** 3 / atan(sqrt(z)),
    )


@poly
def wide_asin():  # (asin(s) - s) / s^3 in z = s^2 on [0, 1/4]
    fit(
        "asin f64",
        lambda z: (asin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        mpf(1) / 4,
        6,
        weight=lambda z: sqrt(z) ** 3 / asin(sqrt(z)),
    )


@poly
def wide_erf():  # erf(x) / x in w = x^2 / 8 - 1
    g = lambda w: erf(sqrt(8 * (w + 1))) / sqrt(8 * (w + 1))
    fit("erf f64", g, mpf(-1) + mpf(10) ** -12, 1, 19, weight=lambda w: 1 / g(w))


@poly
def wide_erfc():  # e^(x^2) erfc(x) in t = (x - 2) / (x + 2), x in [0, 10.25]
    def g(t):
        x = 2 * (1 + t) / (1 - t)
        return exp(x * x) * erfc(x)

    fit("erfcx f64", g, -1, mpf("0.68"), 13)


@poly
def wide_cosh():  # cosh(sqrt z) and sinh(sqrt z) / sqrt z on |sqrt z| <= ln2 / 2
    top = (LN2 / 2 * 1.001) ** 2
    fit("cosh f64", lambda z: (cosh(sqrt(z)) - 1) / z, mpf(10) ** -12, top, 2, weight=lambda z: z)
    fit(
        "sinh f64",
        lambda z: (sinh(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        top,
        2,
        weight=lambda z: sqrt(z) ** 3 / sinh(sqrt(z)),
    )


@poly
def wide_tan():  # (tan s - s) / s^3 in z = s^2, |s| <= pi/4
    fit(
        "tan f64",
        lambda z: (tan(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        (pi / 4 * 1.0001) ** 2,
        7,
        weight=lambda z: sqrt(z) ** 3 / tan(sqrt(z)),
    )


@poly
def wide_log1p():  # for logaddexp: (log(1 + e) - e) / e^2 on [0, 1]
    fit("log1p f64", lambda e: (log1p(e) - e) / e**2, mpf(10) ** -9, 1, 12, weight=lambda e: e**2 / log1p(e))


@poly
def native_exp():  # e^r and 2^r with c0 = c1 = 1, or c0 = 1
    edge = LN2 / 2 * mpf("1.002")
    fit("exp f32", exp, -edge, edge, 6, 24, fixed={0: mpf(1), 1: mpf(1)})
    fit("exp2 f32", lambda r: 2**r, mpf("-0.5"), mpf("0.5"), 6, 24, fixed={0: mpf(1)})


@poly
def native_expm1():
    edge = LN2 / 2 * mpf("1.002")
    fit(
        "expm1 f32",
        lambda r: (expm1(r) - r) / r**2,
        -edge + mpf("0.06"),
        edge + mpf("0.06"),
        5,
        24,
        weight=lambda r: r**2 / expm1(r),
    )


@poly
def native_log():
    fit("log f32", lambda f: (log1p(f) - f) / f**2, R2 / 2 - 1, R2 - 1, 8, 24, weight=lambda f: f**2 / log1p(f))
    fit(
        "log2 f32",
        lambda f: (log1p(f) - f) / f**2 / LN2,
        mpf(-1) / 3,
        mpf(1) / 3,
        8,
        24,
        weight=lambda f: f**2 / log1p(f) * LN2,
    )


@poly
def native_pow():  # (log2(1 + r) - (r - r^2 / 2) log2 e) / r^3; 2^r with c0 = 1
    fit(
        "log2 of pow f32",
        lambda r: (log1p(r) - r + r * r / 2) / r**3 / LN2,
        mpf("-0.0331"),
        mpf("0.0331"),
        3,
        24,
        weight=lambda r: r**3 / log1p(r) * LN2,
    )
    fit("exp2 of pow f32", lambda r: 2**r, mpf("-0.547"), mpf("0.547"), 6, 24, fixed={0: mpf(1)})


@poly
def native_sin():
    top = (pi / 4 * mpf("1.002")) ** 2
    fit(
        "sin f32",
        lambda z: (sin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        top,
        2,
        24,
        weight=lambda z: sqrt(z) ** 3 / sin(sqrt(z)),
    )
    fit("cos f32", lambda z: (cos(sqrt(z)) - 1) / z, mpf(10) ** -12, top, 3, 24, weight=lambda z: z / cos(sqrt(z)))


@poly
def native_tan():  # (tan s - s) / s^3 in z = s^2, s <= pi/4; the error is smaller where rounding errors are larger
    top = (pi / 4 * mpf("1.001")) ** 2
    fit(
        "tan f32",
        lambda z: (tan(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        top,
        6,
        24,
        weight=lambda z: sqrt(z) ** 3 / tan(sqrt(z)) * (mpf(3) / 10 + mpf(7) / 10 * z / top),
    )


@poly
def native_cosh():  # |r| <= 0.407, the range of the skewed reduction
    top = mpf("0.407") ** 2
    fit("cosh f32", lambda z: (cosh(sqrt(z)) - 1) / z, mpf(10) ** -12, top, 2, 24, weight=lambda z: z)
    fit(
        "sinh f32",
        lambda z: (sinh(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        top,
        2,
        24,
        weight=lambda z: sqrt(z) ** 3 / sinh(sqrt(z)),
    )


@poly
def native_atan():
    fit(
        "atan f32",
        lambda z: (atan(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        1,
        8,
        24,
        # smaller where rounding errors are larger
        weight=lambda z: sqrt(z) ** 3 / atan(sqrt(z)) * (mpf(3) / 10 + mpf(7) / 10 * z),
    )
    fit(
        "asin f32",
        lambda z: (asin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3,
        mpf(10) ** -12,
        mpf(1) / 4,
        4,
        24,
        weight=lambda z: sqrt(z) ** 3 / asin(sqrt(z)),
    )


def neighbours(lo, hi):
    """float32 numbers just above the middle"""
    ulp = mpf(2) ** (int(mp.floor(log(lo, 2))) - 23)
    start = mp.floor((lo + hi) / 2 / ulp)
    return [(start + i) * ulp for i in range(400)]


def spread(lo, hi):
    """float32 numbers around the middle, for functions so flat that neighbours have nearly the same value"""
    return [rounded((lo + hi) / 2 + (hi - lo) * i / 10000, 24) for i in range(-1000, 1001)]


def table(f, edges, degree, middles):
    """One polynomial in a - middle per interval [edge, next edge); f(middle) is nearly a float32."""
    error, kept = fit(
        "",
        lambda a: f(a) / a - 1,
        mpf(10) ** -9,
        edges[0],
        degree - 1,
        24,
        quiet=True,
        points=300,
        holds=4,
        weight=lambda a: a / f(a),
    )
    print("// 0", mp.nstr(log(error, 2), 4))
    columns = [[mpf(0), mpf(0)] + [kept[k] for k in range(degree)]]  # f(a) = a + a p(a)
    for lo, hi in zip(edges, edges[1:]):
        middle = min(middles(lo, hi), key=lambda a: abs(f(a) - rounded(f(a), 24)))
        value = rounded(f(middle), 24)
        error, kept = fit(
            "",
            lambda u: (f(middle + u) - value) / u,
            lo - middle,
            hi - middle,
            degree - 1,
            24,
            quiet=True,
            points=300,
            holds=4,
            weight=lambda u: u / f(middle + u),
        )
        print("//", mp.nstr(lo, 5), mp.nstr(log(error, 2), 4))
        columns.append([middle, value] + [kept[k] for k in range(degree)])
    columns += [columns[-1]] * (16 - len(columns))
    for row in range(degree + 2):
        print("{" + ", ".join(mp.nstr(c[row], 9, min_fixed=0, max_fixed=1) + "f" for c in columns) + "},")


@poly
def table_tanh():
    table(tanh, [mpf(2) ** (e - 3) * m for e in range(7) for m in (1, mpf(3) / 2)][:13] + [mpf("9.2")], 7, neighbours)


@poly
def table_erf():  # 16 intervals of equal length
    width = mpf("3.93") / 16
    table(erf, [k * width for k in range(1, 17)], 6, spread)


if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name]()
