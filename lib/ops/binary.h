// What each binary operation means: scalar functors (T, T) -> T or Bool, used by cpu-portable and by devices; no loops
// here.
#pragma once

#include "ops/complex.h"
#include "ops/pair.h"

namespace numrs {
namespace ops {

// add, subtract, multiply: integers wrap; bool adds as "or" and multiplies as "and".
struct Add {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> a, Complex<F> b) const {
    return Complex<F>(a.real() + b.real(), a.imag() + b.imag());
  }
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>)
      return a + b;
    else
      return static_cast<T>(static_cast<Wrap<T>>(a) + static_cast<Wrap<T>>(b));
  }
  NUMRS_HD Bool operator()(Bool a, Bool b) const { return bool(a) || bool(b); }
};

struct Subtract {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> a, Complex<F> b) const {
    return Complex<F>(a.real() - b.real(), a.imag() - b.imag());
  }
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>)
      return a - b;
    else
      return static_cast<T>(static_cast<Wrap<T>>(a) - static_cast<Wrap<T>>(b));
  }
};

struct Multiply {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> a, Complex<F> b) const {
    return MultiplyComplex(a, b);
  }
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>)
      return a * b;
    else
      return static_cast<T>(static_cast<Wrap<T>>(a) * static_cast<Wrap<T>>(b));
  }
  NUMRS_HD Bool operator()(Bool a, Bool b) const { return bool(a) && bool(b); }
};

struct Divide {
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> a, Complex<F> b) const {
    return DivideComplex(a, b);
  }
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return a / b;
  }
};

// Python's and NumPy's %: the result has the divisor's sign. Integers by zero give 0.
struct Remainder {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>) {
      T r = std::fmod(a, b);
      if (b == 0) return r;  // NaN
      if (r != 0) return (b < 0) != (r < 0) ? r + b : r;
      return std::copysign(T(0), b);
    } else if constexpr (kIsSigned<T>) {
      if (b == 0 || b == T(-1)) return 0;  // -1: the hardware would trap on the smallest number
      const T r = static_cast<T>(a % b);
      return r != 0 && (r < 0) != (b < 0) ? static_cast<T>(r + b) : r;
    } else {
      return b == 0 ? T(0) : static_cast<T>(a % b);
    }
  }
};

// Rounded towards minus infinity. Integers by zero give 0; the smallest number by -1 wraps.
struct FloorDivide {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>) {
      if (b == 0 || std::isinf(a) || std::isinf(b)) return a / b;  // infinities as the array API standard has them
      const T r = std::fmod(a, b);
      T quotient = (a - r) / b;
      if (r != 0 && (b < 0) != (r < 0)) quotient -= 1;
      if (quotient == 0) return std::copysign(T(0), a / b);
      const T floor = std::floor(quotient);
      return quotient - floor > T(0.5) ? floor + 1 : floor;
    } else if constexpr (kIsSigned<T>) {
      if (b == 0) return 0;
      if (b == T(-1)) return static_cast<T>(Wrap<T>{0} - static_cast<Wrap<T>>(a));
      const T q = static_cast<T>(a / b);
      return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(q - 1) : q;
    } else {
      return b == 0 ? T(0) : static_cast<T>(a / b);
    }
  }
};

struct Pow {  // integers wrap; a negative exponent of an integer is refused before any kernel runs
  template <typename F>
  NUMRS_HD Complex<F> operator()(Complex<F> a, Complex<F> b) const {
    return PowComplex(a, b);
  }
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsFloat<T>) {
      return static_cast<T>(std::pow(static_cast<Wide<T>>(a), static_cast<Wide<T>>(b)));
    } else {
      Wrap<T> base = static_cast<Wrap<T>>(a), power = 1;
      for (auto e = static_cast<std::make_unsigned_t<T>>(b); e; e = static_cast<decltype(e)>(e >> 1)) {
        if (e & 1) power *= base;
        base *= base;
      }
      return static_cast<T>(power);
    }
  }
};

// NaN wins; equal values (zeros of either sign) give the first operand.
struct Maximum {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return a >= b || a != a ? a : b;
  }
  NUMRS_HD Bool operator()(Bool a, Bool b) const { return bool(a) || bool(b); }
};

struct Minimum {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return a <= b || a != a ? a : b;
  }
  NUMRS_HD Bool operator()(Bool a, Bool b) const { return bool(a) && bool(b); }
};

template <typename T>
NUMRS_HD auto Comparable(T x) {
  if constexpr (kIsBool<T>)
    return static_cast<uint8_t>(bool(x));
  else
    return x;
}
#define NUMRS_COMPARISON(Name, symbol)           \
  struct Name {                                  \
    template <typename T>                        \
    NUMRS_HD Bool operator()(T a, T b) const {   \
      return Comparable(a) symbol Comparable(b); \
    }                                            \
  };
NUMRS_COMPARISON(Equal, ==)
NUMRS_COMPARISON(NotEqual, !=)
NUMRS_COMPARISON(Less, <)
NUMRS_COMPARISON(LessEqual, <=)
NUMRS_COMPARISON(Greater, >)
NUMRS_COMPARISON(GreaterEqual, >=)
#undef NUMRS_COMPARISON

template <typename T>
NUMRS_HD bool IsTrue(T x) {
  if constexpr (kIsComplex<T>)
    return !IsZero(x);
  else
    return Comparable(x) != 0;
}
#define NUMRS_LOGICAL(Name, symbol)            \
  struct Name {                                \
    template <typename T>                      \
    NUMRS_HD Bool operator()(T a, T b) const { \
      return IsTrue(a) symbol(IsTrue(b));      \
    }                                          \
  };
NUMRS_LOGICAL(LogicalAnd, &&)
NUMRS_LOGICAL(LogicalOr, ||)
NUMRS_LOGICAL(LogicalXor, !=)
#undef NUMRS_LOGICAL

#define NUMRS_BITWISE(Name, symbol, logical)                                           \
  struct Name {                                                                        \
    template <typename T>                                                              \
    NUMRS_HD T operator()(T a, T b) const {                                            \
      return static_cast<T>(a symbol b);                                               \
    }                                                                                  \
    NUMRS_HD Bool operator()(Bool a, Bool b) const { return bool(a) logical bool(b); } \
  };
NUMRS_BITWISE(BitAnd, &, &&)
NUMRS_BITWISE(BitOr, |, ||)
NUMRS_BITWISE(BitXor, ^, !=)
#undef NUMRS_BITWISE

// Shifts by the width or more, or by a negative amount, push every bit out.
struct ShiftLeft {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    using U = std::make_unsigned_t<T>;
    return static_cast<U>(b) < sizeof(T) * 8 ? static_cast<T>(static_cast<Wrap<T>>(a) << static_cast<U>(b)) : T(0);
  }
};

struct ShiftRight {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    using U = std::make_unsigned_t<T>;
    if (static_cast<U>(b) < sizeof(T) * 8) return static_cast<T>(a >> b);
    return kIsSigned<T> && a < 0 ? static_cast<T>(-1) : T(0);
  }
};

struct CopySign {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return std::copysign(a, b);
  }
};

struct NextAfter {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if constexpr (kIsHalf<T>)
      return NextHalf(a, b);
    else
      return std::nextafter(a, b);
  }

 private:
  // Floats are ordered like their bits, by magnitude.
  template <typename H>
  NUMRS_HD static H NextHalf(H a, H b) {
    const float x = static_cast<float>(a), y = static_cast<float>(b);
    if (x != x || y != y) return H(x + y);
    if (x == y) return b;
    if (x == 0)
      a.bits = static_cast<uint16_t>((b.bits & 0x8000) | 1);
    else
      a.bits = static_cast<uint16_t>(a.bits + ((x < y) == (x > 0) ? 1 : -1));
    return a;
  }
};

struct Hypot {  // the wide type neither overflows nor underflows here
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return static_cast<T>(std::hypot(static_cast<Wide<T>>(a), static_cast<Wide<T>>(b)));
  }
};

struct Atan2 {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    return static_cast<T>(std::atan2(static_cast<Wide<T>>(a), static_cast<Wide<T>>(b)));
  }
};

struct LogAddExp {
  template <typename T>
  NUMRS_HD T operator()(T a, T b) const {
    if (a == b) return static_cast<T>(static_cast<Wide<T>>(a) + std::log(Wide<T>(2)));  // infinities too
    if (a != a || b != b) return a + b;
    const Wide<T> high = a > b ? a : b, low = a > b ? b : a;
    const Wide<T> result = high + std::log1p(std::exp(low - high));
    if (!(std::fabs(result) < Wide<T>(0.125)) || low < -20000) return static_cast<T>(result);
    // exp(a) + exp(b) is near 1: what is left after the subtraction has to be right
    const Pair<Wide<T>> rest = Expm1Pair(high) + ExpPair(low);
    return static_cast<T>(std::log1p(rest.high + rest.low));
  }
};

}  // namespace ops
}  // namespace numrs
