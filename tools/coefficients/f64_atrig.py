"""Coefficients of lib/cpu/math/f64_atrig-inl.h: arcsine on [0, 1/2] and arctangent on [0, 1/2], in z = x^2."""

from minimax import minimax, mp, show

tiny = mp.mpf(2) ** -12


def arcsine(z):  # (asin x - x) / x^3
    x = mp.sqrt(z)
    return (mp.asin(x) - x) / x**3


def arctangent(z):  # (atan x - x) / x^3
    x = mp.sqrt(z)
    return (mp.atan(x) - x) / x**3


show("kAsin", minimax(arcsine, range(13), tiny, 0.25, lambda z: mp.sqrt(z) ** 3 / mp.asin(mp.sqrt(z))))
show("kAtan", minimax(arctangent, range(12), tiny, 0.25, lambda z: mp.sqrt(z) ** 3 / mp.atan(mp.sqrt(z))))
