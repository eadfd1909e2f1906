"""Coefficients of lib/cpu/math/f64_special-inl.h: erf, erfc, and the first steps of the cube root and of 1/sqrt(x)."""
import struct

from minimax import minimax, mp, show

tiny = mp.mpf(2) ** -12
split, end = mp.mpf("0.65"), mp.mpf("27.3")


def erf_small(z):  # erf x / x - 1, z = x^2
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


zero, pole = mp.mpf(55) / 16, mp.mpf(13) / 4  # of the dozens tried, the pair with the smallest error after rounding


def erfc_scaled(t):  # (x + 1/2) exp(x^2) erfc x, t = (x - zero) / (x + pole)
    x = (zero + t * pole) / (1 - t)
    return (x + mp.mpf(1) / 2) * mp.exp(x * x) * mp.erfc(x)


def exponential(r):  # (exp r - 1 - r) / r^2
    return mp.mpf(1) / 2 + r / 6 if abs(r) < mp.mpf(2) ** -60 else (mp.exp(r) - 1 - r) / r**2


def transformed(x):
    return (x - zero) / (x + pole)


def as_double(i):
    return struct.unpack("<d", struct.pack("<Q", i))[0]


def as_integer(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def guess_range(guess, p):  # of guess(x) x^(1/p) over one period
    ratios = [guess(x) * x ** (1 / p) for x in (2 ** (p * i / 20000) for i in range(20000))]
    return min(ratios), max(ratios)


def first_step(guess, p, n):  # y sum c_k (x y^p)^k ~ x^(-1/p)
    low, high = guess_range(guess, p)
    return minimax(lambda r: mp.mpf(1), [1 + p * k for k in range(n)], low, high)


def rsqrt_guess(magic):
    return lambda x: as_double((magic << 32) - (as_integer(x) >> 1))


def cbrt_guess(magic):
    return lambda x: as_double(round(magic - (as_integer(x) >> 32) / 3) << 32)


def best_magic(family, p, start, step, count):  # the magic number whose guesses spread least
    def spread(magic):
        low, high = guess_range(family(magic), p)
        return high / low

    return min((start + step * i for i in range(count)), key=spread)


if __name__ == "__main__":
    show("kErf", minimax(erf_small, range(10), tiny, split**2, lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z))))
    show("kErfc", minimax(erfc_scaled, range(21), transformed(split), transformed(end), lambda t: 1 / erfc_scaled(t)))
    show("kExp", minimax(exponential, range(10), -mp.log(2) / 2, mp.log(2) / 2, lambda r: (r**2 + mp.mpf(2) ** -40) * mp.exp(-r)))
    for name, family, p, n, start in (("kRsqrt", rsqrt_guess, 2, 3, 0x5FE00000), ("kCbrt", cbrt_guess, 3, 4, 0x55300000)):
        magic = best_magic(family, p, start, 0x4000, 80)
        show(f"{name} {magic:#x}", first_step(family(magic), p, n))
