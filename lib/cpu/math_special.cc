// Element-wise kernels of backend "cpu": error functions, roots and hypotenuses. The functions themselves are in math/.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_special.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_inverse-inl.h"
#include "cpu/math/f32_special-inl.h"
#include "cpu/math/f64_special-inl.h"
#include "cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

NUMRS_MATH_1(Erf, Erf)
NUMRS_MATH_1(Erfc, Erfc)
NUMRS_MATH_1(Cbrt, Cbrt)
NUMRS_MATH_1(Rsqrt, Rsqrt)
NUMRS_MATH_2(Hypot, Hypot)

// Of float32 and the 16-bit floats; float64 is cpu-portable's.
#undef NUMRS_MATH_F32
#define NUMRS_MATH_F32(Name)                            \
  template <>                                           \
  constexpr DTypeSet kHas<Name> = Bit(kF32) | kHalfSet; \
  struct Name : Heavy {                                 \
    template <class D, class V>                         \
    HWY_INLINE V operator()(D d, V x) const {           \
      return f32::Name(d, x);                           \
    }                                                   \
  };
NUMRS_MATH_F32(Erfinv)
NUMRS_MATH_F32(Logit)
NUMRS_MATH_F32(Softplus)

void FillMathSpecial(cpu::ElementwiseTables* t) { FillPart<cpu::kMathSpecial>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathSpecial)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
