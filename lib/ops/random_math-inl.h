// Logarithm, exponential, sine and cosine, and numbers from bits, as the distributions use them. Included once per
// instruction set, inside its namespace, after ops/random_lane.h. O is a kind of lanes (RandomLane, or a vector's):
// plain multiplications and additions, never fused, so that every kind gives the same bits. At most 2 ULP on the stated
// domains. Coefficients: Chebyshev interpolation on the stated intervals at 60 digits.

template <typename T>
struct RandomConstants;
template <>
struct RandomConstants<double> {
  static constexpr int kMantissa = 52;
  static constexpr uint64_t kOne = 0x3FF0000000000000, kSqrtHalf = 0x3FE6A09E667F3BCD, kMagicBits = 0x4338000000000000,
                            kBias = 1023;
  static constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52: adding it leaves whole numbers in the lowest bits
  static constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  static constexpr double kLowest = -746, kHighest = 710;
  // (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2, for the mantissas from sqrt(1/2) to sqrt(2)
  static constexpr double kLog[7] = {0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2,
                                     0x1.c71c62e3f11e6p-3, 0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3,
                                     0x1.2b5900de53b32p-3};
  // sin(pi t / 2) / t and (cos(pi t / 2) - 1) / t^2 in t^2, |t| <= 1/2
  static constexpr double kSin[7] = {0x1.921fb54442d18p+0,  -0x1.4abbce625be41p-1, 0x1.466bc677587f8p-4,
                                     -0x1.32d2cce2e5b14p-8, 0x1.50782fda127b6p-13, -0x1.e30071af68030p-19,
                                     0x1.e3f38377ebe58p-25};
  static constexpr double kCos[7] = {-0x1.3bd3cc9be45dep+0, 0x1.03c1f081b5ac0p-2,   -0x1.55d3c7e3cb241p-6,
                                     0x1.e1f5068688d56p-11, -0x1.a6d1eef479742p-16, 0x1.f9ce245c65627p-22,
                                     -0x1.b2f3eaeb061afp-28};
  // (exp(x) - 1 - x) / x^2, |x| <= log(2) / 2
  static constexpr double kExp[10] = {0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d37p-5,
                                      0x1.11111111109a6p-7,  0x1.6c16c1789d1d7p-10, 0x1.a01a01a7cebcdp-13,
                                      0x1.a019b8ca26fcfp-16, 0x1.71de0d85293b8p-19, 0x1.2891d4ffbb0f9p-22,
                                      0x1.af390ba7e6f47p-26};
};
template <>
struct RandomConstants<float> {
  static constexpr int kMantissa = 23;
  static constexpr uint32_t kOne = 0x3F800000, kSqrtHalf = 0x3F3504F3, kMagicBits = 0x4B400000, kBias = 127;
  static constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23
  static constexpr float kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
  static constexpr float kLowest = -104, kHighest = 89;
  static constexpr float kLog[3] = {0x1.55555b800896ap-1f, 0x1.997c2ed527c68p-2f, 0x1.2ee6559160a97p-2f};
  static constexpr float kSin[4] = {0x1.921fb52f77594p+0f, -0x1.4abbb995f4895p-1f, 0x1.465ec38e491e3p-4f,
                                    -0x1.2d9b4039821c9p-8f};
  static constexpr float kCos[4] = {-0x1.3bd3cc989e979p+0f, 0x1.03c1e9f5ea607p-2f, -0x1.55cb977dede83p-6f,
                                    0x1.db6491818873ap-11f};
  static constexpr float kExp[5] = {0.5f, 0x1.5554dc8961859p-3f, 0x1.555518f5d1200p-5f, 0x1.120be1dcb42dcp-7f,
                                    0x1.6d117cc039048p-10f};
};

template <class O>
using RandomConst = RandomConstants<typename O::T>;

#define NUMRS_LANES  \
  template <class O> \
  NUMRS_HD __attribute__((always_inline)) inline

template <class O, size_t kCount>
__attribute__((always_inline)) inline typename O::F Polynomial(const O& o, typename O::F z,
                                                               const typename O::T (&c)[kCount]) {
  // Even and odd powers apart: half the time from z to the sum.
  const auto square = o.Mul(z, z);
  typename O::F even = o.Set(c[(kCount - 1) / 2 * 2]), odd = o.Set(c[(kCount - 2) / 2 * 2 + 1]);
  for (size_t i = (kCount - 1) / 2; i-- > 0;) even = o.Add(o.Mul(even, square), o.Set(c[2 * i]));
  for (size_t i = (kCount - 2) / 2; i-- > 0;) odd = o.Add(o.Mul(odd, square), o.Set(c[2 * i + 1]));
  return o.Add(even, o.Mul(odd, z));
}

// The logarithm of a positive, normal, finite x.
NUMRS_LANES typename O::F RandomLog(const O& o, typename O::F x) {
  using C = RandomConst<O>;
  // x = 2^k m, sqrt(1/2) <= m < sqrt(2); k comes with the exponent's bias.
  const auto bits = o.Bits(x);
  const auto k = o.template Shr<C::kMantissa>(o.AddU(bits, o.SetU(C::kOne - C::kSqrtHalf)));
  const auto m = o.FromBits(o.AddU(o.SubU(bits, o.template Shl<C::kMantissa>(k)), o.SetU(C::kOne)));
  const auto kf =
      o.Sub(o.FromBits(o.AddU(k, o.SetU(C::kMagicBits))), o.Set(C::kMagic + static_cast<typename O::T>(C::kBias)));
  const auto f = o.Sub(m, o.Set(1));
  const auto s = o.Div(f, o.Add(o.Set(2), f));
  const auto z = o.Mul(s, s);
  const auto r = o.Mul(z, Polynomial(o, z, C::kLog));
  const auto half = o.Mul(o.Mul(o.Set(0.5), f), f);
  // log m = f - (half - s (half + r))
  const auto small = o.Add(o.Mul(s, o.Add(half, r)), o.Mul(kf, o.Set(C::kLn2Low)));
  return o.Sub(o.Mul(kf, o.Set(C::kLn2High)), o.Sub(o.Sub(half, small), f));
}

// exp(x): 0 and infinity where it leaves the type's range.
NUMRS_LANES typename O::F RandomExp(const O& o, typename O::F x) {
  using C = RandomConst<O>;
  using UInt = typename O::UInt;
  x = o.Min(o.Max(x, o.Set(C::kLowest)), o.Set(C::kHighest));
  const auto shifted = o.Add(o.Mul(x, o.Set(static_cast<typename O::T>(0x1.71547652b82fep+0))), o.Set(C::kMagic));
  const auto n = o.Sub(shifted, o.Set(C::kMagic));
  const auto r = o.Sub(o.Sub(x, o.Mul(n, o.Set(C::kLn2High))), o.Mul(n, o.Set(C::kLn2Low)));
  const auto p = o.Add(o.Set(1), o.Add(r, o.Mul(o.Mul(r, r), Polynomial(o, r, C::kExp))));
  // 2^n in two factors, for n beyond the exponents of the type
  const auto both = o.AddU(o.SubU(o.Bits(shifted), o.SetU(C::kMagicBits)), o.SetU(UInt{2} * C::kBias));
  const auto one = o.template Shr<1>(both);
  const auto other = o.SubU(both, one);
  const auto scaled = o.Mul(p, o.FromBits(o.template Shl<C::kMantissa>(one)));
  return o.Mul(scaled, o.FromBits(o.template Shl<C::kMantissa>(other)));
}

// [0, 1): multiples of 2^-53, float 2^-24.
NUMRS_LANES typename O::F Unit(const O& o, typename O::U word) {
  if constexpr (sizeof(typename O::T) == 8)
    return o.Mul(o.Convert(o.template Shr<11>(word)), o.Set(0x1p-53));
  else
    return o.Mul(o.Convert(o.template Shr<8>(word)), o.Set(0x1p-24f));
}
// (0, 1]: multiples of 2^-53; float: odd multiples of 2^-32, rounded. The lowest bit is not used.
NUMRS_LANES typename O::F OpenUnit(const O& o, typename O::U word) {
  if constexpr (sizeof(typename O::T) == 8)
    return o.Mul(o.Convert(o.AddU(o.template Shr<11>(word), o.SetU(1))), o.Set(0x1p-53));
  else
    return o.Mul(o.Add(o.Convert(o.template Shr<1>(word)), o.Set(0.5f)), o.Set(0x1p-31f));
}

// sin and cos of an angle that is uniform from -pi/4 to pi/4; the two top bits of the word are not used. Never 0.
NUMRS_LANES void RandomSinCos(const O& o, typename O::U word, typename O::F* sin, typename O::F* cos) {
  using C = RandomConst<O>;
  constexpr int kDropped = static_cast<int>(sizeof(typename O::T)) * 8 - C::kMantissa;
  const auto one_to_two = o.FromBits(o.OrU(o.template Shr<kDropped>(o.template Shl<2>(word)), o.SetU(C::kOne)));
  const auto half_step = static_cast<typename O::T>(sizeof(typename O::T) == 8 ? 0x1p-53 : 0x1p-24);
  const auto t = o.Add(o.Sub(one_to_two, o.Set(1.5)), o.Set(half_step));
  const auto z = o.Mul(t, t);
  *sin = o.Mul(t, Polynomial(o, z, C::kSin));
  *cos = o.Add(o.Set(1), o.Mul(z, Polynomial(o, z, C::kCos)));
}

// Two independent standard normal numbers (Box and Muller 1958).
NUMRS_LANES void NormalPair(const O& o, typename O::U a, typename O::U b, typename O::F* x, typename O::F* y) {
  const auto radius = o.Sqrt(o.Mul(o.Set(-2), RandomLog(o, OpenUnit(o, a))));
  typename O::F sin, cos;
  RandomSinCos(o, b, &sin, &cos);
  // The quarters of the circle: cos gets a sign, sin has one, and they change places.
  const auto top = o.SetU(static_cast<typename O::UInt>(typename O::UInt{1} << (sizeof(typename O::T) * 8 - 1)));
  cos = o.FromBits(o.XorU(o.Bits(cos), o.AndU(o.template Shl<1>(b), top)));
  *x = o.Mul(radius, o.IfTopBit(b, sin, cos));
  *y = o.Mul(radius, o.IfTopBit(b, cos, sin));
}
