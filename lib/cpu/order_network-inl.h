// Sorting of a few hundred keys, or pairs of key and index, in vector registers by networks without branches; larger
// inputs are order_sort-inl.h's.

#if defined(NUMRS_CPU_ORDER_NETWORK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_NETWORK_INL_H_
#undef NUMRS_CPU_ORDER_NETWORK_INL_H_
#else
#define NUMRS_CPU_ORDER_NETWORK_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include <cstring>
#include <limits>
#include <type_traits>

#include "cpu/memory-inl.h"
#include "hwy/highway.h"

// Fixed numbers of lanes are needed; elsewhere cpu-portable serves.
#if HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE && HWY_TARGET != HWY_RVV && HWY_TARGET != HWY_SVE && \
    HWY_TARGET != HWY_SVE2
#define NUMRS_ORDER_VECTORS 1
#else
#define NUMRS_ORDER_VECTORS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

#if NUMRS_ORDER_VECTORS

template <typename T>
constexpr T Largest() {
  return std::is_floating_point<T>::value ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
}

// What stands in one register: keys, or keys with the indices that go along. Keys compare as numbers (no NaN is among
// them); pairs compare by key, then index, so that no two are equal.
template <class D>
struct KeyCell {
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  V k;

  static HWY_INLINE void Order(KeyCell& a, KeyCell& b) {
    const V low = hn::Min(a.k, b.k);
    b.k = hn::Max(a.k, b.k);
    a.k = low;
  }
  static HWY_INLINE KeyCell Blend(M m, KeyCell yes, KeyCell no) { return {hn::IfThenElse(m, yes.k, no.k)}; }
  template <class I>
  HWY_INLINE KeyCell Permute(I indices) const {
    return {hn::TableLookupLanes(k, indices)};
  }
};

template <class D>
struct PairCell {
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  using DI = hn::RebindToSigned<D>;
  V k;
  hn::Vec<DI> i;

  static HWY_INLINE void Order(PairCell& a, PairCell& b) {
    const M swap = hn::Or(hn::Lt(b.k, a.k), hn::And(hn::Eq(a.k, b.k), hn::RebindMask(D(), hn::Lt(b.i, a.i))));
    const hn::Mask<DI> swap_i = hn::RebindMask(DI(), swap);
    const PairCell low{hn::IfThenElse(swap, b.k, a.k), hn::IfThenElse(swap_i, b.i, a.i)};
    b = {hn::IfThenElse(swap, a.k, b.k), hn::IfThenElse(swap_i, a.i, b.i)};
    a = low;
  }
  static HWY_INLINE PairCell Blend(M m, PairCell yes, PairCell no) {
    return {hn::IfThenElse(m, yes.k, no.k), hn::IfThenElse(hn::RebindMask(DI(), m), yes.i, no.i)};
  }
  template <class I>
  HWY_INLINE PairCell Permute(I indices) const {
    return {hn::TableLookupLanes(k, indices), hn::BitCast(DI(), hn::TableLookupLanes(hn::BitCast(D(), i), indices))};
  }
};

// Each lane's column of rows in order: networks with the fewest comparators known (Knuth, TAOCP 3, 5.3.4; 16: Green).
template <class Cell>
HWY_INLINE void SortColumns(Cell (&v)[8]) {
  static constexpr uint8_t kPairs[19][2] = {{0, 2}, {1, 3}, {4, 6}, {5, 7}, {0, 4}, {1, 5}, {2, 6},
                                            {3, 7}, {0, 1}, {2, 3}, {4, 5}, {6, 7}, {2, 4}, {3, 5},
                                            {1, 4}, {3, 6}, {1, 2}, {3, 4}, {5, 6}};
  HWY_UNROLL(19) for (const auto& p : kPairs) Cell::Order(v[p[0]], v[p[1]]);
}
template <class Cell>
HWY_INLINE void SortColumns(Cell (&v)[16]) {
  static constexpr uint8_t kPairs[60][2] = {
      {0, 1},   {2, 3},   {4, 5},   {6, 7},   {8, 9},  {10, 11}, {12, 13}, {14, 15}, {0, 2},  {4, 6},
      {8, 10},  {12, 14}, {1, 3},   {5, 7},   {9, 11}, {13, 15}, {0, 4},   {8, 12},  {1, 5},  {9, 13},
      {2, 6},   {10, 14}, {3, 7},   {11, 15}, {0, 8},  {1, 9},   {2, 10},  {3, 11},  {4, 12}, {5, 13},
      {6, 14},  {7, 15},  {5, 10},  {6, 9},   {3, 12}, {13, 14}, {4, 8},   {7, 11},  {1, 2},  {1, 4},
      {7, 13},  {2, 8},   {11, 14}, {2, 4},   {5, 6},  {9, 10},  {11, 13}, {3, 8},   {7, 12}, {6, 8},
      {10, 12}, {3, 5},   {7, 9},   {3, 4},   {5, 6},  {7, 8},   {9, 10},  {11, 12}, {6, 7},  {8, 9}};
  HWY_UNROLL(60) for (const auto& p : kPairs) Cell::Order(v[p[0]], v[p[1]]);
}

// Lane j becomes lane j xor kMask.
template <class D, int kMask>
HWY_INLINE auto XorIndices(D d) {
  using TI = hn::TFromD<hn::RebindToSigned<D>>;
  HWY_ALIGN TI indices[hn::MaxLanes(D())];
  for (size_t j = 0; j < hn::MaxLanes(D()); j++) indices[j] = static_cast<TI>(j ^ static_cast<size_t>(kMask));
  return hn::SetTableIndices(d, indices);
}
template <class D, int kBit>
HWY_INLINE hn::Mask<D> LanesWithBit(D d) {
  const hn::RebindToSigned<D> di;
  using TI = hn::TFromD<decltype(di)>;
  const auto bit = hn::Set(di, static_cast<TI>(kBit));
  return hn::RebindMask(d, hn::Eq(hn::And(hn::Iota(di, 0), bit), bit));
}

// One step of a bitonic merge across lanes kDistance apart.
template <int kDistance, class D, class Cell, size_t kRows>
HWY_INLINE void MergeLanes(D d, Cell (&v)[kRows]) {
  if constexpr (kDistance >= 1) {
    const auto partner = XorIndices<D, kDistance>(d);
    const auto upper = LanesWithBit<D, kDistance>(d);
    HWY_UNROLL(16) for (size_t r = 0; r < kRows; r++) {
      Cell a = v[r], b = v[r].Permute(partner);
      Cell::Order(a, b);
      v[r] = Cell::Blend(upper, b, a);
    }
    MergeLanes<kDistance / 2>(d, v);
  }
}

template <size_t kDistance, class Cell, size_t kRows>
HWY_INLINE void MergeRows(Cell (&v)[kRows]) {
  if constexpr (kDistance >= 1) {
    HWY_UNROLL(16) for (size_t r = 0; r < kRows; r++) {
      if (!(r & kDistance)) Cell::Order(v[r], v[r + kDistance]);
    }
    MergeRows<kDistance / 2>(v);
  }
}

// Groups of kGroup sorted columns (column after column) are merged two by two until one group is left.
template <int kGroup, class D, class Cell, size_t kRows>
HWY_INLINE void MergeColumns(D d, Cell (&v)[kRows]) {
  if constexpr (static_cast<size_t>(kGroup) < hn::MaxLanes(D())) {
    const auto reversed = XorIndices<D, 2 * kGroup - 1>(d);
    const auto upper = LanesWithBit<D, kGroup>(d);
    HWY_UNROLL(8) for (size_t r = 0; r < kRows / 2; r++) {
      Cell a = v[r], b = v[kRows - 1 - r].Permute(reversed);
      Cell::Order(a, b);
      v[r] = Cell::Blend(upper, b, a);
      v[kRows - 1 - r] = Cell::Blend(upper, a, b).Permute(reversed);
    }
    MergeLanes<kGroup / 2>(d, v);
    MergeRows<kRows / 2>(v);
    MergeColumns<kGroup * 2>(d, v);
  }
}

// Rows become columns within every block of as many rows as there are lanes.
template <int kDistance, class D, class Cell, size_t kRows>
HWY_INLINE void Transpose(D d, Cell (&v)[kRows]) {
  if constexpr (static_cast<size_t>(kDistance) < hn::MaxLanes(D())) {
    const auto partner = XorIndices<D, kDistance>(d);
    const auto upper = LanesWithBit<D, kDistance>(d);
    HWY_UNROLL(16) for (size_t r = 0; r < kRows; r++) {
      if (r & static_cast<size_t>(kDistance)) continue;
      const Cell a = v[r], b = v[r + kDistance];
      v[r] = Cell::Blend(upper, b.Permute(partner), a);
      v[r + kDistance] = Cell::Blend(upper, b, a.Permute(partner));
    }
    Transpose<kDistance * 2>(d, v);
  }
}

// Everything in the registers in order; afterwards register r holds the elements from At(r) on.
template <class D, class Cell, size_t kRows>
HWY_INLINE void SortCells(D d, Cell (&v)[kRows]) {
  static_assert(kRows >= hn::MaxLanes(D()), "blocks of the transposition");
  SortColumns(v);
  MergeColumns<1>(d, v);
  Transpose<1>(d, v);
}
template <size_t kRows, size_t kLanes>
constexpr size_t At(size_t row) {
  return row % kLanes * kRows + row / kLanes * kLanes;
}

// Elements i on of n, the rest filled with `fill`.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> LoadFilled(D d, const T* x, int64_t i, int64_t n, T fill) {
  const int64_t lanes = static_cast<int64_t>(hn::MaxLanes(D()));
  if (i + lanes <= n) return hn::LoadU(d, x + i);
  if (i >= n) return hn::Set(d, fill);
  return hn::IfThenElse(hn::FirstN(d, static_cast<size_t>(n - i)), LoadPart(d, x + i, n - i), hn::Set(d, fill));
}

template <size_t kLanes, typename T>
HWY_NOINLINE void NetworkSort(const T* x, T* y, int64_t n) {
  const hn::CappedTag<T, kLanes> d;
  constexpr size_t kRows = 16;
  KeyCell<decltype(d)> v[kRows];
  HWY_UNROLL(16)
  for (size_t r = 0; r < kRows; r++) v[r].k = LoadFilled(d, x, static_cast<int64_t>(r * kLanes), n, Largest<T>());
  SortCells(d, v);
  if (n == static_cast<int64_t>(kRows * kLanes)) {
    HWY_UNROLL(16) for (size_t r = 0; r < kRows; r++) hn::StoreU(v[r].k, d, y + At<kRows, kLanes>(r));
  } else {
    HWY_UNROLL(16) for (size_t r = 0; r < kRows; r++) {
      const int64_t at = static_cast<int64_t>(At<kRows, kLanes>(r));
      StorePart(v[r].k, d, y + at, n - at);
    }
  }
}

// Keys that one network sorts at most.
template <typename T>
constexpr int64_t NetworkKeys() {
  return static_cast<int64_t>(16 * HWY_MAX_BYTES / sizeof(T));
}

// y = x[0, n) in order, n <= NetworkKeys<T>(); y may be x.
template <typename T>
HWY_INLINE void SortFew(const T* x, T* y, int64_t n) {
  constexpr size_t kLanes = HWY_MAX_BYTES / sizeof(T);
  if (n <= 8) {
    T few[8];
    std::memcpy(few, x, static_cast<size_t>(n) * sizeof(T));
    for (int64_t i = 1; i < n; i++) {
      const T key = few[i];
      int64_t j = i;
      for (; j > 0 && key < few[j - 1]; j--) few[j] = few[j - 1];
      few[j] = key;
    }
    std::memcpy(y, few, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  if constexpr (kLanes >= 4) {
    if (n <= 32) return NetworkSort<2>(x, y, n);
  }
  if constexpr (kLanes >= 8) {
    if (n <= 64) return NetworkSort<4>(x, y, n);
  }
  if constexpr (kLanes >= 16) {
    if (n <= 128) return NetworkSort<8>(x, y, n);
  }
  NetworkSort<kLanes>(x, y, n);
}

template <size_t kLanes, typename T>
HWY_NOINLINE void NetworkSortPairs(const T* x, const int64_t* xi, T* y, int64_t* yi, int64_t n) {
  const hn::CappedTag<T, kLanes> d;
  const hn::RebindToSigned<decltype(d)> di;
  constexpr size_t kRows = 8;
  PairCell<decltype(d)> v[kRows];
  HWY_UNROLL(8) for (size_t r = 0; r < kRows; r++) {
    const int64_t at = static_cast<int64_t>(r * kLanes);
    v[r] = {LoadFilled(d, x, at, n, Largest<T>()), LoadFilled(di, xi, at, n, Largest<int64_t>())};
  }
  SortCells(d, v);
  HWY_UNROLL(8) for (size_t r = 0; r < kRows; r++) {
    const int64_t at = static_cast<int64_t>(At<kRows, kLanes>(r));
    StorePart(v[r].k, d, y + at, n - at);
    StorePart(v[r].i, di, yi + at, n - at);
  }
}

// Pairs of a 64-bit key and an index that one network sorts at most.
constexpr int64_t NetworkPairs() { return 8 * HWY_MAX_BYTES / 8; }

template <typename T>
HWY_INLINE void SortFewPairs(const T* x, const int64_t* xi, T* y, int64_t* yi, int64_t n) {
  constexpr size_t kLanes = HWY_MAX_BYTES / sizeof(T);
  if constexpr (kLanes >= 4) {
    if (n <= 16) return NetworkSortPairs<2>(x, xi, y, yi, n);
  }
  if constexpr (kLanes >= 8) {
    if (n <= 32) return NetworkSortPairs<4>(x, xi, y, yi, n);
  }
  NetworkSortPairs<kLanes>(x, xi, y, yi, n);
}

#endif  // NUMRS_ORDER_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_NETWORK_INL_H_
