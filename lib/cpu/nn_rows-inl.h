// Sums over rows for the kernels of networks: one fixed order for all instruction sets. No operation here.
//
// The order: blocks of 64 elements, in each of them ((0..15) + (16..31)) + ((32..47) + (48..63)) in the precision of
// the elements, these 16 lanes added up in float64 from block to block, and in the end j with j + 8, 4, 2, 1. What is
// missing in the last block counts as 0.

#if defined(NUMRS_CPU_NN_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_ROWS_INL_H_
#undef NUMRS_CPU_NN_ROWS_INL_H_
#else
#define NUMRS_CPU_NN_ROWS_INL_H_
#endif

#include "cpu/memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace rows {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kLanes = 16, kBlock = 64;
template <typename T>
using Tag = hn::CappedTag<T, 16>;
// Vectors that make 16 lanes.
template <typename T>
constexpr int64_t Parts() {
  return kLanes / static_cast<int64_t>(hn::MaxLanes(Tag<T>()));
}

// The next row is fetched while this one is computed: beyond the second-level cache the hardware is too late. The
// address may lie behind the end.
HWY_INLINE void Fetch(const void* p) { __builtin_prefetch(p, 0); }
HWY_INLINE void FetchToWrite(const void* p) { __builtin_prefetch(p, 1); }

// The sum of all lanes: j with j + half of them, and so on.
template <class D>
HWY_INLINE hn::TFromD<D> Halves(D, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    return hn::GetLane(v);
  } else {
    const hn::Half<D> dh;
    return Halves(dh, hn::Add(hn::LowerHalf(dh, v), hn::UpperHalf(dh, v)));
  }
}

// 16 sums in float64.
template <typename T>
class Lanes16 {
 public:
  using D = Tag<T>;
  using DD = Tag<double>;
  HWY_INLINE Lanes16() {
    for (auto& v : sum_) v = hn::Zero(DD());
  }
  // Adds vector `part` of 16 lanes.
  HWY_INLINE void Add(int64_t part, hn::Vec<D> v) {
    if constexpr (sizeof(T) == 8) {
      sum_[part] = hn::Add(sum_[part], v);
    } else {
      const hn::Half<D> dh;
      const hn::Rebind<double, decltype(dh)> dd;
      sum_[2 * part] = hn::Add(sum_[2 * part], hn::PromoteTo(dd, hn::LowerHalf(dh, v)));
      sum_[2 * part + 1] = hn::Add(sum_[2 * part + 1], hn::PromoteTo(dd, hn::UpperHalf(dh, v)));
    }
  }
  HWY_INLINE double Total() const {
    hn::Vec<DD> v[kVectors];
    for (int64_t k = 0; k < kVectors; k++) v[k] = sum_[k];
    for (int64_t half = kVectors / 2; half > 0; half /= 2) {
      for (int64_t k = 0; k < half; k++) v[k] = hn::Add(v[k], v[k + half]);
    }
    return Halves(DD(), v[0]);
  }

 private:
  static constexpr int64_t kVectors = kLanes / static_cast<int64_t>(hn::MaxLanes(DD()));
  hn::Vec<DD> sum_[kVectors];
};

template <class V>
HWY_INLINE V Quad(const V* v) {
  return hn::Add(hn::Add(v[0], v[1]), hn::Add(v[2], v[3]));
}

// Sums of kSums values that f gives for each vector: f(d, i, count, V* out) for the elements from i on, of which count
// (any number) are there; the others have to give 0.
template <typename T, int kSums, class F>
HWY_INLINE void Sums(int64_t n, const F& f, double* totals) {
  const Tag<T> d;
  using V = hn::Vec<Tag<T>>;
  constexpr int64_t kStep = static_cast<int64_t>(hn::MaxLanes(Tag<T>()));
  Lanes16<T> sums[kSums];
  int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) {
    for (int64_t part = 0; part < Parts<T>(); part++) {
      V v[kSums][4];
      for (int64_t k = 0; k < 4; k++) {
        V out[kSums];
        f(d, i + k * kLanes + part * kStep, kStep, out);
        for (int s = 0; s < kSums; s++) v[s][k] = out[s];
      }
      for (int s = 0; s < kSums; s++) sums[s].Add(part, Quad(v[s]));
    }
  }
  if (i < n) {
    for (int64_t part = 0; part < Parts<T>(); part++) {
      V v[kSums][4];
      for (int64_t k = 0; k < 4; k++) {
        V out[kSums];
        const int64_t at = i + k * kLanes + part * kStep;
        f(d, at, n - at, out);
        for (int s = 0; s < kSums; s++) v[s][k] = out[s];
      }
      for (int s = 0; s < kSums; s++) sums[s].Add(part, Quad(v[s]));
    }
  }
  for (int s = 0; s < kSums; s++) totals[s] = sums[s].Total();
}

// f(d, i, count) for vectors that cover n elements; count is what is left from i on.
template <typename T, class F>
HWY_INLINE void Each(int64_t n, const F& f) {
  const Tag<T> d;
  constexpr int64_t kStep = static_cast<int64_t>(hn::MaxLanes(Tag<T>()));
  int64_t i = 0;
  for (; i + kStep <= n; i += kStep) f(d, i, kStep);
  if (i < n) f(d, i, n - i);
}

}  // namespace rows
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_NN_ROWS_INL_H_
