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
  // a / b, rounded as a division, for a whole number b < 2^51 whose rounded inverse is at hand: one correction is
  // enough (the reason stands in rolling_octet-inl.h) as long as the remainder is no subnormal.
  static HWY_INLINE T Quotient(T a, T b, T inverse) {
#if HWY_TARGET == HWY_AVX3
    const T q = hn::Mul(a, inverse), rest = hn::NegMulAdd(q, b, a);
    const __mmask8 special = _mm512_fpclass_pd_mask(rest.raw, 0x20 | 0x01 | 0x08 | 0x10 | 0x80);
    if (HWY_UNLIKELY(special != 0)) return hn::Div(a, b);
    return hn::MulAdd(rest, inverse, q);
#elif HWY_TARGET == HWY_AVX2
    const D d;
    const M tiny = hn::Lt(hn::Abs(a), hn::Set(d, 1e-250));
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::And(tiny, hn::Ne(a, hn::Zero(d)))))) return hn::Div(a, b);
    const T q = hn::Mul(a, inverse), corrected = hn::MulAdd(hn::NegMulAdd(q, b, a), inverse, q);
    return hn::IfThenElse(hn::IsNaN(corrected), q, corrected);
#else
    (void)inverse;
    return hn::Div(a, b);
#endif
  }
};

#define V_INLINE HWY_INLINE
#include "ops/rolling_blocks-inl.h"
#include "ops/rolling_spread-inl.h"
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

#if HWY_TARGET == HWY_AVX3

// Squares of 4 rows by 4 lanes, two at once: lanes 0 … 3 in the lower halves and 4 … 7 in the upper ones.
HWY_INLINE void TransposeSquares(__m512d* v) {
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  const __m512d a = _mm512_unpacklo_pd(v[0], v[1]), b = _mm512_unpackhi_pd(v[0], v[1]);
  const __m512d c = _mm512_unpacklo_pd(v[2], v[3]), d = _mm512_unpackhi_pd(v[2], v[3]);
  v[0] = _mm512_permutex2var_pd(a, low, c);
  v[1] = _mm512_permutex2var_pd(b, low, d);
  v[2] = _mm512_permutex2var_pd(a, high, c);
  v[3] = _mm512_permutex2var_pd(b, high, d);
}

// Eight streams at once are more than the processor fetches ahead by itself: each line of memory is asked for this many
// rows before its turn. Hints: they never fault.
constexpr int64_t kRowsAhead = 64;

void LanesIn(const char* x, int64_t apart, double* rows, int64_t n) {
  const char* upper = x + 4 * apart;
  for (int64_t r = 0; r < n; r += 4) {
    if (r % 8 == 0) {
      for (int64_t l = 0; l < 8; l++)
        __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(x) +
                                                         static_cast<uintptr_t>(l * apart + (r + kRowsAhead) * 8)));
    }
    __m512d v[4];
    for (int64_t l = 0; l < 4; l++) {
      const __m256d a = _mm256_loadu_pd(reinterpret_cast<const double*>(x + l * apart) + r);
      const __m256d b = _mm256_loadu_pd(reinterpret_cast<const double*>(upper + l * apart) + r);
      v[l] = _mm512_insertf64x4(_mm512_castpd256_pd512(a), b, 1);
    }
    TransposeSquares(v);
    for (int64_t k = 0; k < 4; k++) _mm512_storeu_pd(rows + (r + k) * kRollingLanes, v[k]);
  }
}

void LanesOut(const double* rows, char* y, int64_t apart, int64_t n) {
  char* upper = y + 4 * apart;
  for (int64_t r = 0; r < n; r += 4) {
    if (r % 8 == 0) {
      for (int64_t l = 0; l < 8; l++)
        __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(y) +
                                                         static_cast<uintptr_t>(l * apart + (r + kRowsAhead) * 8)),
                           1);
    }
    __m512d v[4];
    for (int64_t k = 0; k < 4; k++) v[k] = _mm512_loadu_pd(rows + (r + k) * kRollingLanes);
    TransposeSquares(v);
    for (int64_t l = 0; l < 4; l++) {
      _mm256_storeu_pd(reinterpret_cast<double*>(y + l * apart) + r, _mm512_castpd512_pd256(v[l]));
      _mm256_storeu_pd(reinterpret_cast<double*>(upper + l * apart) + r, _mm512_extractf64x4_pd(v[l], 1));
    }
  }
}

#endif

}  // namespace

void FillRollingBlocks(RollingTable* t) {
  RollingFillBlocks<Vector>(t);
#if HWY_TARGET == HWY_AVX3
  t->lanes_in = LanesIn;
  t->lanes_out = LanesOut;
#endif
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
