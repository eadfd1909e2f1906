"""Coefficients of lib/cpu/math/f64_special-inl.h: erf, erfc and the first steps of the cube root and of 1/sqrt(x)."""

import struct

from minimax import minimax, mp, show

# erf: 8 intervals, 15 coefficients in u = x - centre after the constant erf(centre).
width, erf_end = mp.mpf(11) / 16, mp.mpf("5.95")


def centre(k):  # near k * width, where erf and its derivative are almost doubles
    def lost(x):
        value, slope = mp.erf(x), 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
        return abs(value - float(value)) + width / 2 * abs(slope - float(slope))

    return min((k * width + j * mp.mpf(2) ** -20 for j in range(4000)), key=lost) if k else mp.mpf(0)


def erf_interval(k):
    c = centre(k)
    low, high = (mp.mpf(0) if k == 0 else -width / 2), (erf_end - c if k == 7 else width / 2)

    def rest(u):
        return (mp.erf(c + u) - mp.erf(c)) / u if abs(u) > mp.mpf(2) ** -40 else 2 / mp.sqrt(mp.pi) * mp.exp(-c * c)

    def weight(u):
        return (abs(u) + mp.mpf(2) ** -30) / (mp.erf(c + u) + (mp.mpf(2) ** -30 if k == 0 else 0))

    powers = range(0, 15, 2 if k == 0 else 1)  # erf(u) / u is even
    found, error = minimax(rest, powers, low + mp.mpf(2) ** -20 * (k == 0), high, weight)
    coefficients = [dict(zip(powers, found)).get(i, 0.0) for i in range(15)]
    return [float(c), float(mp.erf(c))] + coefficients, error


# erfc
split, end = mp.mpf("0.65"), mp.mpf("27.3")
zero, pole = mp.mpf(55) / 16, mp.mpf(13) / 4  # of the dozens tried, the pair with the smallest error after rounding


def erf_small(z):  # erf x / x - 1, z = x^2
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


def erfc_scaled(t):  # (x + 1/2) exp(x^2) erfc x, t = (x - zero) / (x + pole)
    x = (zero + t * pole) / (1 - t)
    return (x + mp.mpf(1) / 2) * mp.exp(x * x) * mp.erfc(x)


def transformed(x):
    return (x - zero) / (x + pole)


def exponential(r):  # (exp r - 1 - r) / r^2
    return mp.mpf(1) / 2 + r / 6 if abs(r) < mp.mpf(2) ** -60 else (mp.exp(r) - 1 - r) / r**2


# Roots: an integer guess of y = x^(-1/p), then y sum c_k (x y^p)^k
def as_double(i):
    return struct.unpack("<d", struct.pack("<Q", i))[0]


def as_integer(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def rsqrt_guess(magic):
    return lambda x: as_double((magic << 32) - (as_integer(x) >> 1))


def cbrt_guess(magic):
    return lambda x: as_double(round(magic - (as_integer(x) >> 32) / 3) << 32)


def guess_range(guess, p):  # of guess(x) x^(1/p) over one period
    ratios = [guess(x) * x ** (1 / p) for x in (2 ** (p * i / 20000) for i in range(20000))]
    return min(ratios), max(ratios)


def best_magic(family, p, start, step, count):  # the magic number whose guesses spread least
    def spread(magic):
        low, high = guess_range(family(magic), p)
        return high / low

    return min((start + step * i for i in range(count)), key=spread)


def first_step(guess, p, n):
    low, high = guess_range(guess, p)
    return minimax(lambda r: mp.mpf(1), [1 + p * k for k in range(n)], low, high)


if __name__ == "__main__":
    columns = [erf_interval(k) for k in range(8)]
    print("kErf: errors", ", ".join(f"2^{float(mp.log(error, 2)):.1f}" for _, error in columns))
    for row in zip(*(column for column, _ in columns)):
        print("    {" + ", ".join(c.hex() for c in row) + "},")
    show(
        "kErfSmall",
        minimax(erf_small, range(10), mp.mpf(2) ** -12, split**2, lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z))),
    )
    show("kErfc", minimax(erfc_scaled, range(21), transformed(split), transformed(end), lambda t: 1 / erfc_scaled(t)))
    show(
        "kExp",
        minimax(
            exponential, range(10), -mp.log(2) / 2, mp.log(2) / 2, lambda r: (r**2 + mp.mpf(2) ** -40) * mp.exp(-r)
        ),
    )
    for name, family, p, n, start in (
        ("kRsqrt", rsqrt_guess, 2, 3, 0x5FE00000),
        ("kCbrt", cbrt_guess, 3, 4, 0x55300000),
    ):
        magic = best_magic(family, p, start, 0x4000, 80)
        show(f"{name} {magic:#x}", first_step(family(magic), p, n))
