"""Minimax polynomials for lib/cpu/math by the exchange algorithm of Remez, printed as C++ hex floats. Needs mpmath; no part of the build."""
from mpmath import mp, mpf

mp.dps = 60


def remez(f, degree, lo, hi, weight=lambda t: 1, grid=400, rounds=40):
    """Coefficients c[0..degree] and the error E: |weight(t) * (sum c[i] t^i - f(t))| <= E on [lo, hi]."""
    lo, hi, n = mpf(lo), mpf(hi), degree + 2
    floor = weight(hi) / 1000  # a zero of the weight would allow any error there
    given, weight = weight, lambda t: given(t) + floor
    node = [(lo + hi) / 2 - (hi - lo) / 2 * mp.cos(mp.pi * i / (n - 1)) for i in range(n)]
    for _ in range(rounds):
        a = mp.matrix(n, n)
        b = mp.matrix(n, 1)
        for i, t in enumerate(node):
            for j in range(n - 1):
                a[i, j] = (t / hi) ** j
            a[i, n - 1] = (-1) ** i / weight(t)
            b[i] = f(t)
        c = mp.lu_solve(a, b)
        c, level = [c[i] / hi**i for i in range(n - 1)], abs(c[n - 1])
        error = lambda t: weight(t) * (mp.polyval(c[::-1], t) - f(t))
        ts = [(lo + hi) / 2 - (hi - lo) / 2 * mp.cos(mp.pi * i / grid) for i in range(grid + 1)]
        es = [error(t) for t in ts]
        peaks = []  # the largest |error| of each run of one sign
        for t, e in zip(ts, es):
            if peaks and (e > 0) == (peaks[-1][1] > 0):
                if abs(e) > abs(peaks[-1][1]):
                    peaks[-1] = (t, e)
            else:
                peaks.append((t, e))
        while len(peaks) > n:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        worst = max(abs(e) for _, e in peaks)
        if len(peaks) < n or worst < level * mpf("1.001"):
            return c, worst
        node = [t for t, _ in peaks]
    return c, worst


def hexfloat(v):
    return float(v).hex().replace("0000000000000p", "p") if float(v) != int(float(v)) else repr(float(v))


def show(name, c, worst):
    print(f"// {name}: error 2^{mp.nstr(mp.log(worst, 2), 4)}")
    for v in c:
        print(f"    {hexfloat(v)},")


def main():
    r = mp.log(2) / 16 * mpf("1.0001")
    expm1 = lambda t: (mp.expm1(t) - t) / t**2 if abs(t) > mpf(10) ** -12 else mpf(1) / 2 + t / 6
    show("Exp2, Pow, (e^r - 1 - r) / r^2, absolute error times r^2", *remez(expm1, 5, -r, r, lambda t: t**2))
    show("Exp, the same by sixteenths", *remez(expm1, 4, -r / 2, r / 2, lambda t: t**2))
    show("Expm1, the same, relative to r", *remez(expm1, 6, -r, r, abs))
    sinh = lambda s: (mp.sinh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s if s > mpf(10) ** -20 else mpf(1) / 6
    cosh = lambda s: (mp.cosh(mp.sqrt(s)) - 1) / s if s > mpf(10) ** -20 else mpf(1) / 2
    show("Sinh, (sinh r / r - 1) / r^2 in r^2, relative", *remez(sinh, 2, 0, r * r, abs))
    show("Cosh, (cosh r - 1) / r^2 in r^2, absolute", *remez(cosh, 2, 0, r * r, abs))
    h = mpf("2.5001") / 16
    tanh = lambda s: (mp.tanh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s if s > mpf(10) ** -20 else -mpf(1) / 3
    show("Tanh, (tanh r / r - 1) / r^2 in r^2, relative", *remez(tanh, 5, 0, h * h, abs))
    a, b = mpf("-0.0296"), mpf("0.0368")
    log1p = lambda t: (mp.log1p(t) - t + t * t / 2) / t**3 if abs(t) > mpf(10) ** -12 else mpf(1) / 3 - t / 4
    show("Log, (log1p r - r + r^2/2) / r^3, relative to r", *remez(log1p, 7, a, b, lambda t: t * t))
    show("Pow, the same", *remez(log1p, 8, a, b, lambda t: t * t))


if __name__ == "__main__":
    main()
