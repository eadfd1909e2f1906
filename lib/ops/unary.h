// What each unary operation means: scalar functors T -> T or T -> Bool, used by cpu-portable and by devices; no loops
// here.
#pragma once

#include "ops/complex.h"

namespace numrs {
namespace ops {

struct Negative {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return Complex<F>(-z.real(), -z.imag());
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return -x;
    else
      return static_cast<T>(Wrap<T>{0} - static_cast<Wrap<T>>(x));
  }
};

struct Positive {
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    return x;
  }
};

struct Abs {
  template <typename F>
  NUMRS_HD F operator()(Complex<F> z) const {
    return AbsComplex(z);
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return std::fabs(x);
    else if constexpr (kIsSigned<T>)
      return x < 0 ? Negative()(x) : x;
    else
      return x;
  }
  NUMRS_HD Bool operator()(Bool x) const { return bool(x); }
};

struct Sign {  // NaN stays NaN; of zeros of both signs 0
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return SignComplex(z);
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return x > 0 ? T(1) : x < 0 ? T(-1) : x + T(0);
    else
      return static_cast<T>((x > 0) - (x < 0));
  }
};

struct Square {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return MultiplyComplex(z, z);
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return x * x;
    else
      return static_cast<T>(static_cast<Wrap<T>>(x) * static_cast<Wrap<T>>(x));
  }
};

struct Reciprocal {  // of an integer: truncated, 0 for 0
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return DivideComplex(Complex<F>(1, 0), z);
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return T(1) / x;
    else if constexpr (kIsSigned<T>)
      return x == 1 ? T(1) : x == T(-1) ? T(-1) : T(0);
    else
      return x == 1 ? T(1) : T(0);
  }
};

// Functions that leave integers and bool as they are.
#define NUMRS_ROUNDING(Name, function)                         \
  struct Name {                                                \
    template <typename T>                                      \
    NUMRS_HD T operator()(T x) const {                         \
      if constexpr (kIsFloat<T>)                               \
        return std::function(x);                               \
      else                                                     \
        return x;                                              \
    }                                                          \
    NUMRS_HD Bool operator()(Bool x) const { return bool(x); } \
  };
NUMRS_ROUNDING(Floor, floor)
NUMRS_ROUNDING(Ceil, ceil)
NUMRS_ROUNDING(Trunc, trunc)
NUMRS_ROUNDING(RoundReal, nearbyint)  // halves to even: the default rounding mode is in force
#undef NUMRS_ROUNDING
struct Round : RoundReal {
  using RoundReal::operator();
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return Complex<F>(std::nearbyint(z.real()), std::nearbyint(z.imag()));
  }
};

struct IsNaN {
  template <typename F>
  NUMRS_HD Bool operator()(Complex<F> z) const {
    return z.real() != z.real() || z.imag() != z.imag();
  }
  template <typename T>
  NUMRS_HD Bool operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return x != x;
    else
      return false;
  }
};

struct IsInf {
  template <typename F>
  NUMRS_HD Bool operator()(Complex<F> z) const {
    return IsInfinite(z.real()) || IsInfinite(z.imag());
  }
  template <typename T>
  NUMRS_HD Bool operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return std::fabs(x) == std::numeric_limits<T>::infinity();
    else
      return false;
  }
};

struct IsFinite {
  template <typename F>
  NUMRS_HD Bool operator()(Complex<F> z) const {
    return IsFinitePair(z);
  }
  template <typename T>
  NUMRS_HD Bool operator()(T x) const {
    if constexpr (kIsFloat<T>)
      return std::fabs(x) <= std::numeric_limits<T>::max();
    else
      return true;
  }
};

struct SignBit {
  template <typename T>
  NUMRS_HD Bool operator()(T x) const {
    // The bit itself: std::signbit of float in a vectorised loop crashes g++ 12.
    if constexpr (kIsFloat<T>) {
      std::conditional_t<sizeof(T) == 4, int32_t, int64_t> bits;
      std::memcpy(&bits, &x, sizeof(T));
      return bits < 0;
    } else if constexpr (kIsSigned<T>)
      return x < 0;
    else
      return false;
  }
};

struct LogicalNot {
  template <typename F>
  NUMRS_HD Bool operator()(Complex<F> z) const {
    return IsZero(z);
  }
  template <typename T>
  NUMRS_HD Bool operator()(T x) const {
    if constexpr (kIsBool<T>)
      return !bool(x);
    else
      return x == 0;
  }
};

struct Invert {
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    return static_cast<T>(~x);
  }
  NUMRS_HD Bool operator()(Bool x) const { return !bool(x); }
};

struct Conj : Positive {
  using Positive::operator();
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return Complex<F>(z.real(), -z.imag());
  }
};
struct Real : Positive {
  using Positive::operator();
  template <typename F>
  NUMRS_HD F operator()(Complex<F> z) const {
    return z.real();
  }
};
struct Imag {
  template <typename F>
  NUMRS_HD F operator()(Complex<F> z) const {
    return z.imag();
  }
  template <typename T>
  NUMRS_HD T operator()(T) const {
    return T(0);
  }
};

struct Sqrt {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> z) const {
    return SqrtComplex(z);
  }
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    return std::sqrt(x);
  }
};

// Thread-safe: lgamma would write the global signgam.
NUMRS_HD inline double LogGamma(double x) {
#ifdef __CUDA_ARCH__
  return ::lgamma(x);
#else
  int sign;
  return ::lgamma_r(x, &sign);
#endif
}
inline long double LogGamma(long double x) {
  int sign;
  return ::lgammal_r(x, &sign);
}

// The inverse of erf: Winitzki's formula (2008, within 0.2 %), then three steps of Halley's method, which triple the
// digits, on erf or, above one half, on erfc. Next to zero the power series.
template <typename W>
NUMRS_HD W ErfInverse(W x) {
  const W a = std::fabs(x);
  if (!(a < W(1)))
    return a == W(1) ? std::copysign(std::numeric_limits<W>::infinity(), x) : std::numeric_limits<W>::quiet_NaN();
  const W pi = 3.14159265358979323846264338327950288L, half_root_pi = 0.886226925452758013649083741670572591L;
  if (a < W(1e-4)) {
    const W s = pi * x * x;
    return half_root_pi * x * (W(1) + s * (W(1) / 12 + s * (W(7) / 480)));
  }
  const W c = 0.147L, log = std::log((W(1) - a) * (W(1) + a)), t = W(2) / (pi * c) + log / 2;
  W y = std::sqrt(std::sqrt(t * t - log / c) - t);
  for (int step = 0; step < 3; step++) {
    const W f = a > W(0.5) ? (W(1) - a) - std::erfc(y) : std::erf(y) - a;
    const W d = f * half_root_pi * std::exp(y * y);
    y -= d / (W(1) + y * d);
  }
  return std::copysign(y, x);
}

// log(x / (1 - x)); around one half, where that is small, by what is left of 1.
template <typename W>
NUMRS_HD W LogOdds(W x) {
  if (x > W(0.25) && x < W(0.75)) return std::log1p((2 * x - W(1)) / (W(1) - x));
  return std::log(x / (W(1) - x));
}

// Functions of the C library in wide evaluation; NUMRS_WIDE_C: of complex numbers too.
#define NUMRS_WIDE_C(Name, expression)                   \
  NUMRS_WIDE(Name##Real, expression)                     \
  struct Name : Name##Real {                             \
    using Name##Real::operator();                        \
    template <typename F>                                \
    NUMRS_HD Complex<F> operator()(Complex<F> z) const { \
      return Name##Complex(z);                           \
    }                                                    \
  };
#define NUMRS_WIDE(Name, expression)     \
  struct Name {                          \
    template <typename T>                \
    NUMRS_HD T operator()(T t) const {   \
      const Wide<T> x = t;               \
      return static_cast<T>(expression); \
    }                                    \
  };
NUMRS_WIDE_C(Exp, std::exp(x))
NUMRS_WIDE_C(Exp2, std::exp2(x))
NUMRS_WIDE_C(Expm1, std::expm1(x))
NUMRS_WIDE_C(Log, std::log(x))
NUMRS_WIDE_C(Log2, std::log2(x))
NUMRS_WIDE_C(Log10, std::log10(x))
NUMRS_WIDE_C(Log1p, std::log1p(x))
NUMRS_WIDE_C(Sin, std::sin(x))
NUMRS_WIDE_C(Cos, std::cos(x))
NUMRS_WIDE_C(Tan, std::tan(x))
NUMRS_WIDE_C(Sinh, std::sinh(x))
NUMRS_WIDE_C(Cosh, std::cosh(x))
NUMRS_WIDE_C(Tanh, std::tanh(x))
NUMRS_WIDE_C(Asin, std::asin(x))
NUMRS_WIDE_C(Acos, std::acos(x))
NUMRS_WIDE_C(Atan, std::atan(x))
NUMRS_WIDE_C(Asinh, std::asinh(x))
NUMRS_WIDE_C(Acosh, std::acosh(x))
NUMRS_WIDE_C(Atanh, std::atanh(x))
NUMRS_WIDE(Cbrt, std::cbrt(x))
NUMRS_WIDE(Rsqrt, Wide<T>(1) / std::sqrt(x))
NUMRS_WIDE(Erf, std::erf(x))
NUMRS_WIDE(Erfc, std::erfc(x))
NUMRS_WIDE(Sigmoid, Wide<T>(1) / (Wide<T>(1) + std::exp(-x)))
NUMRS_WIDE(Erfinv, ErfInverse(x))
NUMRS_WIDE(Lgamma, LogGamma(x))
NUMRS_WIDE(Logit, LogOdds(x))
NUMRS_WIDE(Softplus, x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)))
#undef NUMRS_WIDE_C
#undef NUMRS_WIDE

// The angle of x + iy: of a real number 0 or pi.
struct Angle {
  template <typename T>
  NUMRS_HD T operator()(T x) const {
    return AngleComplex(Complex<T>(x, 0));
  }
  template <typename F>
  NUMRS_HD F operator()(Complex<F> z) const {
    return AngleComplex(z);
  }
};

}  // namespace ops
}  // namespace numrs
