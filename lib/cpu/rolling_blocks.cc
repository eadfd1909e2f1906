// Rolling statistics from blocks, backend "cpu": the loops of ops/rolling_blocks-inl.h on vectors.
#include "cpu/rolling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/rolling_blocks.cc"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

struct Vector {
  using D = hn::CappedTag<double, 8>;
  using T = hn::Vec<D>;
  using M = hn::Mask<D>;
  static constexpr int64_t kLanes = HWY_LANES(double) < 8 ? HWY_LANES(double) : 8;
  static HWY_INLINE T Load(const double* p) { return hn::LoadU(D(), p); }
  static HWY_INLINE void Store(T v, double* p) { hn::StoreU(v, D(), p); }
  static HWY_INLINE T Set(double v) { return hn::Set(D(), v); }
  static HWY_INLINE T Add(T a, T b) { return hn::Add(a, b); }
  static HWY_INLINE T Sub(T a, T b) { return hn::Sub(a, b); }
  static HWY_INLINE T Mul(T a, T b) { return hn::Mul(a, b); }
  static HWY_INLINE T Div(T a, T b) { return hn::Div(a, b); }
  static HWY_INLINE T Sqrt(T a) { return hn::Sqrt(a); }
  // b where neither is less, as the processor has it on x86.
#if HWY_ARCH_X86
  static HWY_INLINE T Min(T a, T b) { return hn::Min(a, b); }
  static HWY_INLINE T Max(T a, T b) { return hn::Max(a, b); }
#else
  static HWY_INLINE T Min(T a, T b) { return hn::IfThenElse(hn::Lt(a, b), a, b); }
  static HWY_INLINE T Max(T a, T b) { return hn::IfThenElse(hn::Lt(b, a), a, b); }
#endif
  static HWY_INLINE M Less(T a, T b) { return hn::Lt(a, b); }
  static HWY_INLINE M Equal(T a, T b) { return hn::Eq(a, b); }
  static HWY_INLINE M Or(M a, M b) { return hn::Or(a, b); }
  static HWY_INLINE M IsNaN(T a) { return hn::IsNaN(a); }
  static HWY_INLINE T Where(M m, T a, T b) { return hn::IfThenElse(m, a, b); }
  // a / b, rounded as a division, for a whole number b whose rounded inverse is at hand: two corrections, the second
  // of which is exact by Markstein's theorem as long as the remainder is no subnormal.
  static HWY_INLINE T Quotient(T a, T b, T inverse) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
    const D d;
    const M tiny = hn::Lt(hn::Abs(a), hn::Set(d, 1e-250));
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::And(tiny, hn::Ne(a, hn::Zero(d)))))) return hn::Div(a, b);
    T q = hn::Mul(a, inverse);
    const T first = hn::MulAdd(hn::NegMulAdd(q, b, a), inverse, q);
    const T second = hn::MulAdd(hn::NegMulAdd(first, b, a), inverse, first);
    return hn::IfThenElse(hn::IsNaN(second), q, second);
#else
    (void)inverse;
    return hn::Div(a, b);
#endif
  }
};

#define V_INLINE HWY_INLINE
#include "ops/rolling_blocks-inl.h"
#include "ops/rolling_sums-inl.h"
#undef V_INLINE

bool AnyMissing(const double* x, int64_t n) {
  const Vector::D d;
  Vector::M any = hn::IsNaN(hn::Zero(d)), other = any;
  int64_t i = 0;
  for (; i + 2 * Vector::kLanes <= n; i += 2 * Vector::kLanes) {
    any = hn::Or(any, hn::IsNaN(Vector::Load(x + i)));
    other = hn::Or(other, hn::IsNaN(Vector::Load(x + i + Vector::kLanes)));
  }
  bool found = !hn::AllFalse(d, hn::Or(any, other));
  for (; i < n; i++) found |= x[i] != x[i];
  return found;
}

}  // namespace

void FillRollingBlocks(RollingTable* t) {
  RollingFillBlocks<Vector>(t);
  t->any_missing = AnyMissing;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {

NUMRS_EXPORT_PART(RollingTable, FillRollingBlocks)

}  // namespace cpu
}  // namespace numrs
#endif
