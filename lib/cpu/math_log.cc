// Element-wise kernels of backend "cpu": logarithms, their inverse hyperbolic relatives, and powers. The functions
// themselves are in math/.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_log.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_log-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_pow-inl.h"
#include "cpu/math-inl.h"
#include "cpu/integer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

NUMRS_MATH_1(Log, Log)
NUMRS_MATH_1(Log2, Log2)
NUMRS_MATH_1(Log10, Log10)
NUMRS_MATH_1(Log1p, Log1p)
NUMRS_MATH_1(Asinh, Asinh)
NUMRS_MATH_1(Acosh, Acosh)
NUMRS_MATH_1(Atanh, Atanh)
NUMRS_MATH_2(LogAddExp, Logaddexp)

// Powers of integers wrap: by repeated squaring, as far as the largest exponent of the vector wants it. An exponent is
// never negative here, refused before any kernel runs.
struct Pow : Heavy, Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    using T = hn::TFromD<D>;
    if constexpr (std::is_same<T, float>::value) {
      return f32::Pow(d, a, b);
    } else if constexpr (std::is_same<T, double>::value) {
      return f64::Pow(d, a, b);
    } else {
      const V one = hn::Set(d, 1), zero = hn::Zero(d);
      V power = one;
      for (;;) {
        power = hn::IfThenElse(hn::Eq(hn::And(b, one), zero), power, MulInteger(d, power, a));
        b = Halved(d, b);
        if (hn::AllTrue(d, hn::Eq(b, zero))) return power;
        a = MulInteger(d, a, a);
      }
    }
  }

 private:
  template <class D, class V>
  static HWY_INLINE V Halved(D d, V x) {
    if constexpr (sizeof(hn::TFromD<D>) == 1) {
      const hn::RepartitionToWide<D> d16;
      return hn::And(hn::BitCast(d, hn::ShiftRight<1>(hn::BitCast(d16, x))), hn::Set(d, 0x7F));
    } else {
      return hn::ShiftRight<1>(x);
    }
  }
};

void FillMathLog(cpu::ElementwiseTables* t) { FillPart<cpu::kMathLog>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathLog)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
