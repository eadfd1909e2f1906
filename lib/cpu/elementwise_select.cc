// Element-wise kernels of backend "cpu": maximum, minimum, where, clip, fma.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_select.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// NaN wins; equal values (zeros of either sign) give the first operand. Not Highway's Max, which leaves both open.
struct Maximum {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::IfThenElse(hn::Or(hn::Ge(a, b), hn::Not(hn::Eq(a, a))), a, b);
    else
      return hn::Max(a, b);
  }
};
struct Minimum {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::IfThenElse(hn::Or(hn::Le(a, b), hn::Not(hn::Eq(a, a))), a, b);
    else
      return hn::Min(a, b);
  }
};

struct Where : BitsOnly {
  template <class D, class M, class V>
  HWY_INLINE V operator()(D, M condition, V a, V b) const {
    return hn::IfThenElse(condition, a, b);
  }
};

struct Clip {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V low, V high) const {
    return Minimum()(d, Maximum()(d, x, low), high);
  }
};

// Rounded once: only where the instruction set has it.
#if HWY_ARCH_X86 && HWY_TARGET > HWY_AVX2
struct Fma : Missing {};
#else
struct Fma {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b, V c) const {
    return hn::MulAdd(a, b, c);
  }
};
#endif

void FillSelect(cpu::ElementwiseTables* t) { FillPart<cpu::kSelect>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillSelect)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
