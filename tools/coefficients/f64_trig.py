"""Coefficients of lib/cpu/math/f64_trig-inl.h: sine and cosine on [-pi/4, pi/4], in z = r^2."""

from minimax import minimax, mp, show

end = (mp.pi / 4 * (1 + mp.mpf(2) ** -20)) ** 2
tiny = mp.mpf(2) ** -12


def sine(z):  # (sin r - r) / r^3
    r = mp.sqrt(z)
    return (mp.sin(r) - r) / r**3


def cosine(z):  # (cos r - 1 + r^2 / 2) / r^4
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2


show("kSin", minimax(sine, range(6), tiny, end, lambda z: mp.sqrt(z) ** 3 / mp.sin(mp.sqrt(z))))
show("kCos", minimax(cosine, range(6), tiny, end, lambda z: z**2 / mp.cos(mp.sqrt(z))))
