"""The tables of lib/cpu/math/f64_log-inl.h: for each of 16 intervals of m a double c near 1/m whose -log c is, to within 2^-71 or so,
a multiple of 2^-42. Tries 2^20 multiples each, about a minute. Needs mpmath; no part of the build."""
import struct

from mpmath import mp, mpf

mp.dps = 60
ONE = 1 << 140  # fixed point
CENTER = 9  # the interval that holds 1
FIRST = 0x3FF0000000000000 - 0x6A0000000000 - (CENTER << 48)  # bits of the smallest m


def from_bits(bits):
    return mpf(struct.unpack("<d", struct.pack("<q", bits))[0])


def entry(j, ln_base):
    """(c, L, log2 of the error) of interval j, L = -log_base c."""
    if j == CENTER:
        return 1.0, 0.0, "exact"
    low, high = from_bits(FIRST + (j << 48)), from_bits(FIRST + ((j + 1) << 48))
    # The interval below 1: r must stay under 2^-7 next to 1, where its rounding error counts most.
    c = mpf("1.0076") / high if j == CENTER - 1 else 2 / (low + high)
    n = int(mp.floor(-mp.log(c) / ln_base * mpf(2) ** 42))
    value = int(mp.exp(-n * ln_base / mpf(2) ** 42) * ONE)
    step = int(mp.exp(-ln_base / mpf(2) ** 42) * ONE)
    ulp = ONE >> (53 if value < ONE else 52)
    best = (ulp, 0, 0)
    for i in range(1 << 20):
        rounded = (value + ulp // 2) // ulp * ulp
        best = min(best, (abs(value - rounded), rounded, n + i))
        value = value * step // ONE
    c, L = float(mpf(best[1]) / ONE), float(mpf(best[2]) / mpf(2) ** 42)
    return c, L, mp.nstr(mp.log(abs(mp.log(mpf(c)) / ln_base + mpf(L)), 2), 4)


def main():
    for name, base in (("E", mp.e), ("2", mpf(2)), ("10", mpf(10))):
        rows = [entry(j, mp.log(base)) for j in range(16)]
        print(f"constexpr double kCenterInverse{name}[16] = {{{', '.join(c.hex() for c, _, _ in rows)}}};")
        print(f"constexpr double kCenterLog{name}[16] = {{{', '.join(L.hex() for _, L, _ in rows)}}};")
        print("// errors 2^", [e for _, _, e in rows])


if __name__ == "__main__":
    main()
