// What each function means for one complex number, used by the functors of unary.h and binary.h; host and device.
//
// complex64 is computed in double, complex128 in long double, and each part is rounded once. Signed zeros, branch cuts,
// infinities and NaN follow C99, annex G, on which the C library's functions stand; what C99 does not have is built
// from them.
#pragma once

#include <complex>

#ifdef __CUDACC__
#include <cuda/std/complex>
#endif

#include "ops/common.h"

namespace numrs {
namespace ops {

template <typename F>
using Complex = std::complex<F>;
template <typename F>
using WideComplex = std::complex<Wide<F>>;

template <typename F>
NUMRS_HD WideComplex<F> Widen(Complex<F> z) {
  return {static_cast<Wide<F>>(z.real()), static_cast<Wide<F>>(z.imag())};
}
template <typename F>
NUMRS_HD Complex<F> Narrow(WideComplex<F> z) {
  return {static_cast<F>(z.real()), static_cast<F>(z.imag())};
}

template <typename F>
NUMRS_HD bool IsFinitePart(F x) {
  return std::fabs(x) <= std::numeric_limits<F>::max();
}
template <typename F>
NUMRS_HD bool IsFinitePair(Complex<F> z) {
  return IsFinitePart(z.real()) && IsFinitePart(z.imag());
}
template <typename F>
NUMRS_HD bool IsInfinite(F x) {
  return std::fabs(x) == std::numeric_limits<F>::infinity();
}
template <typename F>
NUMRS_HD bool IsZero(Complex<F> z) {
  return z.real() == 0 && z.imag() == 0;
}

// The plain formula, without the recovery of infinities from NaN that C99 allows itself: as NumPy. std::complex's * has
// it.
template <typename F>
NUMRS_HD Complex<F> MultiplyComplex(Complex<F> a, Complex<F> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

template <typename F>
NUMRS_HD Complex<F> DividePlainly(Complex<F> a, Complex<F> b) {
  const F divisor = b.real() * b.real() + b.imag() * b.imag();
  return {(a.real() * b.real() + a.imag() * b.imag()) / divisor, (a.imag() * b.real() - a.real() * b.imag()) / divisor};
}

// Can the plain formula be computed in double without leaving its range? Every part is 0 or of moderate size.
constexpr double kDivideLeast = 0x1p-250, kDivideMost = 0x1p250;
NUMRS_HD inline bool DividesPlainly(double part) {
  const double size = std::fabs(part);
  return size == 0 || (size >= kDivideLeast && size <= kDivideMost);
}

// Neither overflows nor underflows on the way: double holds the squares of float, long double those of double.
// Divided by an infinity a finite number is 0, by 0 each part is divided by +0.
template <typename F>
NUMRS_HD Complex<F> DivideComplex(Complex<F> a, Complex<F> b) {
  if (IsZero(b)) return {a.real() / std::fabs(b.real()), a.imag() / std::fabs(b.real())};
  if constexpr (sizeof(F) == sizeof(double)) {
    if (DividesPlainly(b.real()) && DividesPlainly(b.imag()) && DividesPlainly(a.real()) && DividesPlainly(a.imag()))
      return DividePlainly(a, b);
  }
  WideComplex<F> x = Widen(a), y = Widen(b);
  if (IsInfinite(b.real()) || IsInfinite(b.imag())) {  // its direction, and a length that makes 0 of finite numbers
    const auto unit = [](Wide<F> part) { return std::copysign(IsInfinite(part) ? Wide<F>(1) : Wide<F>(0), part); };
    if (y.real() != y.real() || y.imag() != y.imag()) return Narrow<F>(DividePlainly(x, y));
    y = {unit(y.real()), unit(y.imag())};
    return {static_cast<F>(Wide<F>(0) * (x.real() * y.real() + x.imag() * y.imag())),
            static_cast<F>(Wide<F>(0) * (x.imag() * y.real() - x.real() * y.imag()))};
  }
  if constexpr (sizeof(Wide<F>) == sizeof(F)) {  // nothing wider: a power of two brings the divisor near 1
    const int exponent = -std::ilogb(std::fmax(std::fabs(y.real()), std::fabs(y.imag())));
    y = {std::scalbn(y.real(), exponent), std::scalbn(y.imag(), exponent)};
    const WideComplex<F> quotient = DividePlainly(x, y);
    return {static_cast<F>(std::scalbn(quotient.real(), exponent)),
            static_cast<F>(std::scalbn(quotient.imag(), exponent))};
  }
  return Narrow<F>(DividePlainly(x, y));
}

// |z|; infinite where a part is, whatever the other.
template <typename F>
NUMRS_HD F AbsComplex(Complex<F> z) {
  if constexpr (sizeof(F) == sizeof(float)) {
    if (IsInfinite(z.real()) || IsInfinite(z.imag())) return std::numeric_limits<F>::infinity();
    const double x = z.real(), y = z.imag();
    return static_cast<F>(std::sqrt(x * x + y * y));  // the squares are exact
  } else {
    return static_cast<F>(std::hypot(static_cast<Wide<F>>(z.real()), static_cast<Wide<F>>(z.imag())));
  }
}

// z / |z|, 0 for 0; the direction of an infinite part, NaN where both are.
template <typename F>
NUMRS_HD Complex<F> SignComplex(Complex<F> z) {
  const F x = z.real(), y = z.imag(), nan = std::numeric_limits<F>::quiet_NaN();
  if (IsInfinite(x)) return IsInfinite(y) ? Complex<F>(nan, nan) : Complex<F>(std::copysign(F(1), x), 0);
  if (IsInfinite(y)) return {0, std::copysign(F(1), y)};
  if (x != x || y != y) return {nan, nan};
  if (IsZero(z)) return {0, 0};
  const Wide<F> wx = x, wy = y, size = std::hypot(wx, wy);
  return {static_cast<F>(wx / size), static_cast<F>(wy / size)};
}

// A function of std::complex in wide evaluation; on devices that of libcu++, which knows the same special values.
#ifdef __CUDACC__
#define NUMRS_COMPLEX_OF(function, w)                                                                      \
  [](const auto& of) {                                                                                     \
    using W = decltype(of.real());                                                                         \
    const auto value = ::cuda::std::function(::cuda::std::complex<std::decay_t<W>>(of.real(), of.imag())); \
    return std::complex<std::decay_t<W>>(value.real(), value.imag());                                      \
  }(w)
#else
#define NUMRS_COMPLEX_OF(function, w) std::function(w)
#endif
#define NUMRS_COMPLEX_WIDE(Name, function)                  \
  template <typename F>                                     \
  NUMRS_HD Complex<F> Name##Complex(Complex<F> z) {         \
    return Narrow<F>(NUMRS_COMPLEX_OF(function, Widen(z))); \
  }
NUMRS_COMPLEX_WIDE(Sqrt, sqrt)
NUMRS_COMPLEX_WIDE(Exp, exp)
NUMRS_COMPLEX_WIDE(Log, log)
NUMRS_COMPLEX_WIDE(Sin, sin)
NUMRS_COMPLEX_WIDE(Cos, cos)
NUMRS_COMPLEX_WIDE(Tan, tan)
NUMRS_COMPLEX_WIDE(Sinh, sinh)
NUMRS_COMPLEX_WIDE(Cosh, cosh)
NUMRS_COMPLEX_WIDE(Tanh, tanh)
NUMRS_COMPLEX_WIDE(Asin, asin)
NUMRS_COMPLEX_WIDE(Acos, acos)
NUMRS_COMPLEX_WIDE(Atan, atan)
NUMRS_COMPLEX_WIDE(Asinh, asinh)
NUMRS_COMPLEX_WIDE(Acosh, acosh)
NUMRS_COMPLEX_WIDE(Atanh, atanh)
#undef NUMRS_COMPLEX_WIDE

constexpr long double kLog2OfE = 1.44269504088896340735992468100189214L;
constexpr long double kLog10OfE = 0.434294481903251827651128918916605082L;

// log to another base: real arguments as the real function, so that exact powers have exact logarithms.
template <typename F, class RealLog>
NUMRS_HD Complex<F> LogToBase(Complex<F> z, long double of_e, RealLog real_log) {
  const WideComplex<F> l = NUMRS_COMPLEX_OF(log, Widen(z));
  const Wide<F> scale = static_cast<Wide<F>>(of_e);
  const Wide<F> size =
      z.imag() == 0 && z.real() != 0 ? real_log(std::fabs(static_cast<Wide<F>>(z.real()))) : l.real() * scale;
  return {static_cast<F>(size), static_cast<F>(l.imag() * scale)};
}
template <typename F>
NUMRS_HD Complex<F> Log2Complex(Complex<F> z) {
  return LogToBase(z, kLog2OfE, [](Wide<F> x) { return std::log2(x); });
}
template <typename F>
NUMRS_HD Complex<F> Log10Complex(Complex<F> z) {
  return LogToBase(z, kLog10OfE, [](Wide<F> x) { return std::log10(x); });
}

// ln 2 in two parts, for the angle y ln 2 that many turns do not spoil.
template <typename W>
struct Ln2 {
  static constexpr bool kExtended = std::numeric_limits<W>::digits == 64;
  static constexpr W kHigh =
      kExtended ? static_cast<W>(0.693147180559945309428690474184975472L) : static_cast<W>(0x1.62e42fefa39efp-1);
  static constexpr W kLow = kExtended ? static_cast<W>(-0x1.b0e2633fe0685p-67) : static_cast<W>(0x1.abc9e3b39803fp-56);
};

// 2^z = 2^x (cos(y ln 2) + i sin(y ln 2)).
template <typename F>
NUMRS_HD Complex<F> Exp2Complex(Complex<F> z) {
  const WideComplex<F> w = Widen(z);
  const Wide<F> high = Ln2<Wide<F>>::kHigh, angle = w.imag() * high;
  if (w.imag() == 0) return {static_cast<F>(std::exp2(w.real())), z.imag()};
  if (!IsFinitePair(z)) return Narrow<F>(NUMRS_COMPLEX_OF(exp, WideComplex<F>(w.real(), angle)));
  const Wide<F> size = std::exp2(w.real()), cosine = std::cos(angle), sine = std::sin(angle);
  const Wide<F> rest = std::fma(w.imag(), high, -angle) + w.imag() * Ln2<Wide<F>>::kLow;
  const Wide<F> rest_cosine = std::cos(rest), rest_sine = std::sin(rest);  // of many turns the rest is no small angle
  return {static_cast<F>(size * (cosine * rest_cosine - sine * rest_sine)),
          static_cast<F>(size * (sine * rest_cosine + cosine * rest_sine))};
}

// e^z - 1, right near 0: e^x cos y - 1 = (e^x - 1) cos y - 2 sin(y / 2)^2.
template <typename F>
NUMRS_HD Complex<F> Expm1Complex(Complex<F> z) {
  const WideComplex<F> w = Widen(z);
  const Wide<F> x = w.real(), y = w.imag();
  if (y == 0) return {static_cast<F>(std::expm1(x)), z.imag()};
  if (!IsFinitePair(z)) {
    const WideComplex<F> e = NUMRS_COMPLEX_OF(exp, w);
    return {static_cast<F>(e.real() - Wide<F>(1)), static_cast<F>(e.imag())};
  }
  const Wide<F> half = std::sin(y / 2);
  return {static_cast<F>(std::expm1(x) * std::cos(y) - 2 * half * half), static_cast<F>(std::exp(x) * std::sin(y))};
}

// Sum of numbers that may cancel, with the error of each addition carried along (Neumaier 1974).
template <typename W>
class CarefulSum {
 public:
  NUMRS_HD void Add(W x) {
    const W sum = sum_ + x;
    rest_ += std::fabs(sum_) >= std::fabs(x) ? (sum_ - sum) + x : (x - sum) + sum_;
    sum_ = sum;
  }
  // x^2 of a number with half the digits of W and a few more: in pieces whose products are exact.
  NUMRS_HD void AddSquare(W x) {
    constexpr W kSplit = std::is_same<W, double>::value ? W(0x1p29 + 1) : W(0x1p32 + 1);
    const W t = kSplit * x, high = t - (t - x), low = x - high;
    Add(high * high);
    Add(2 * high * low);
    Add(low * low);
  }
  NUMRS_HD W value() const { return sum_ + rest_; }

 private:
  W sum_ = 0, rest_ = 0;
};

// log(1 + z), right near 0 and where |1 + z| is near 1: half of log1p(|1 + z|^2 - 1), which is 2x + x^2 + y^2.
template <typename F>
NUMRS_HD Complex<F> Log1pComplex(Complex<F> z) {
  using W = Wide<F>;
  const WideComplex<F> w = Widen(z), shifted(W(1) + w.real(), w.imag());
  const W x = w.real(), y = w.imag();
  if (y == 0 && x >= -1) return {static_cast<F>(std::log1p(x)), z.imag()};
  if (!IsFinitePair(z)) return Narrow<F>(NUMRS_COMPLEX_OF(log, shifted));
  const W rough = 2 * x + x * x + y * y;
  if (rough < W(-0.5) || rough > 1) return Narrow<F>(NUMRS_COMPLEX_OF(log, shifted));
  CarefulSum<W> excess;
  excess.Add(2 * x);
  excess.AddSquare(x);
  excess.AddSquare(y);
  return {static_cast<F>(std::log1p(excess.value()) / 2), static_cast<F>(std::atan2(y, shifted.real()))};
}

template <typename F>
NUMRS_HD F AngleComplex(Complex<F> z) {
  return static_cast<F>(std::atan2(static_cast<Wide<F>>(z.imag()), static_cast<Wide<F>>(z.real())));
}

// a^b = e^(b log a); small integer powers by multiplication. a^0 is 1 for every a; 0^b is 0 where the real part of b is
// positive, else NaN.
template <typename F>
NUMRS_HD Complex<F> PowComplex(Complex<F> a, Complex<F> b) {
  using W = Wide<F>;
  const F nan = std::numeric_limits<F>::quiet_NaN();
  if (IsZero(b)) return {1, 0};
  if (IsZero(a)) return b.real() > 0 ? Complex<F>(0, 0) : Complex<F>(nan, nan);
  const WideComplex<F> x = Widen(a), y = Widen(b);
  constexpr F kSmall = 100;
  if (b.imag() == 0 && std::fabs(b.real()) <= kSmall && b.real() == std::floor(b.real())) {
    WideComplex<F> power(1, 0), square = x;
    bool first = true;
    for (int e = static_cast<int>(std::fabs(b.real())); e; e >>= 1) {
      if (e & 1) {
        power = first ? square : MultiplyComplex(power, square);
        first = false;
      }
      if (e > 1) square = MultiplyComplex(square, square);
    }
    if (b.real() < 0) power = DividePlainly(WideComplex<F>(1, 0), power);
    const W size = std::fabs(power.real()) + std::fabs(power.imag());
    if (IsFinitePart(size) && size > std::numeric_limits<W>::min() / std::numeric_limits<W>::epsilon())
      return Narrow<F>(power);
  }
  return Narrow<F>(NUMRS_COMPLEX_OF(exp, MultiplyComplex(y, NUMRS_COMPLEX_OF(log, x))));
}

#undef NUMRS_COMPLEX_OF

}  // namespace ops
}  // namespace numrs
