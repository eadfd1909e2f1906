// Quicksort of keys, with vector partitions in place, or of pairs of key and index, with stable ones between two
// buffers; what keys are is told by order_kit-inl.h.

#if defined(NUMRS_CPU_ORDER_SORT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_SORT_INL_H_
#undef NUMRS_CPU_ORDER_SORT_INL_H_
#else
#define NUMRS_CPU_ORDER_SORT_INL_H_
#endif

#include "core/order_tables.h"
#include "cpu/order_front-inl.h"
#include "cpu/order_network-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

#if NUMRS_ORDER_VECTORS

// n keys, alone (kPairs false: i is not looked at) or with an index each.
template <typename T, bool kPairs>
struct Part {
  T* k;
  int64_t* i;

  HWY_INLINE Part operator+(int64_t n) const { return {k + n, kPairs ? i + n : i}; }
};

// Compares a register of keys with a pivot.
enum class Below { LESS, LESS_OR_EQUAL };

template <Below kBelow, class D>
HWY_INLINE Lanes<hn::TFromD<D>> LanesBelow(D d, hn::Vec<D> k, hn::Vec<D> pivot) {
  return kBelow == Below::LESS ? LanesOf(d, hn::Lt(k, pivot)) : Others<hn::TFromD<D>>(LanesOf(d, hn::Lt(pivot, k)));
}

// The elements below pivot to low, the others to high, both in their order; returns the number of the first. low or
// high may be src, and both have room for n elements.
template <Below kBelow, typename T, bool kPairs>
HWY_NOINLINE int64_t Partition(Part<T, kPairs> src, int64_t n, T pivot, Part<T, kPairs> low, Part<T, kPairs> high) {
  const hn::ScalableTag<T> d;
  const hn::RebindToSigned<decltype(d)> di;
  constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
  const auto p = hn::Set(d, pivot);
  int64_t nl = 0, nh = 0;
  // A whole register is written at nl <= i and at nh <= i, so nothing beyond i + kLanes is touched.
  const auto store = [&](auto k, auto index) HWY_ATTR {
    (void)index;
    const Lanes<T> below = LanesBelow<kBelow>(d, k, p);
    const Lanes<T> above = Others<T>(below);
    hn::StoreU(Front(d, k, below), d, low.k + nl);
    hn::StoreU(Front(d, k, above), d, high.k + nh);
    if constexpr (kPairs) {
      hn::StoreU(Front(di, index, below), di, low.i + nl);
      hn::StoreU(Front(di, index, above), di, high.i + nh);
    }
    const int64_t count = Count<T>(below);
    nl += count;
    nh += kLanes - count;
  };
  int64_t i = 0;
  if constexpr (!kPairs) {
    for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
      const auto k0 = hn::LoadU(d, src.k + i), k1 = hn::LoadU(d, src.k + i + kLanes);
      const auto k2 = hn::LoadU(d, src.k + i + 2 * kLanes), k3 = hn::LoadU(d, src.k + i + 3 * kLanes);
      store(k0, 0), store(k1, 0), store(k2, 0), store(k3, 0);
    }
    for (; i + kLanes <= n; i += kLanes) store(hn::LoadU(d, src.k + i), 0);
  } else {
    for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
      const auto k0 = hn::LoadU(d, src.k + i), k1 = hn::LoadU(d, src.k + i + kLanes);
      const auto i0 = hn::LoadU(di, src.i + i), i1 = hn::LoadU(di, src.i + i + kLanes);
      store(k0, i0), store(k1, i1);
    }
    for (; i + kLanes <= n; i += kLanes) store(hn::LoadU(d, src.k + i), hn::LoadU(di, src.i + i));
  }
  for (; i < n; i++) {
    const T k = src.k[i];
    const bool below = kBelow == Below::LESS ? k < pivot : k <= pivot;
    if constexpr (kPairs) {
      const int64_t index = src.i[i];
      (below ? low.i[nl] : high.i[nh]) = index;
    }
    (below ? low.k[nl] : high.k[nh]) = k;
    nl += below;
    nh += !below;
  }
  return nl;
}

// The keys of src below pivot to the front of x, the others behind them, in any order; returns the number of the first.
// x is src or lies apart from it. n is at least 16 registers.
template <Below kBelow, typename T>
HWY_NOINLINE int64_t PartitionKeys(const T* src, int64_t n, T pivot, T* x) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T), kRows = kLanes >= 8 ? 4 : 8, kStep = kRows * kLanes;
  const auto p = hn::Set(d, pivot);
  const int64_t whole = n / kLanes * kLanes;
  int64_t left = 0, right = whole;  // where the next ones go
  const auto load = [&](const T* at, V(&v)[kRows], int64_t rows) HWY_ATTR {
    HWY_UNROLL(8) for (int64_t r = 0; r < rows; r++) v[r] = hn::LoadU(d, at + r * kLanes);
  };
  const auto put = [&](const V(&v)[kRows], int64_t rows) HWY_ATTR {
    HWY_UNROLL(8) for (int64_t r = 0; r < rows; r++) {
      const Lanes<T> below = LanesBelow<kBelow>(d, v[r], p);
      StoreApart(d, v[r], below, x + left, x + right);
      const int64_t count = Count<T>(below);
      left += count;
      right -= kLanes - count;
    }
  };
  // Both ends are taken out, so a step fits in on either side; then the next one comes from the side with less room.
  const T *from = src + kStep, *to = src + whole - kStep;
  V first[kRows], last[kRows], v[kRows];
  load(src, first, kRows);
  load(to, last, kRows);
  while (to - from >= kStep) {
    if (right - (to - src) < (from - src) - left) {
      to -= kStep;
      load(to, v, kRows);
    } else {
      load(from, v, kRows);
      from += kStep;
    }
    put(v, kRows);
  }
  const int64_t more = (to - from) / kLanes;
  load(from, v, more);
  put(v, more);
  put(first, kRows);
  put(last, kRows);
  for (int64_t i = whole; i < n; i++) {
    const T k = src[i];
    const bool below = kBelow == Below::LESS ? k < pivot : k <= pivot;
    x[i] = x[left];  // it belongs behind, or is x[i]
    x[left] = k;
    left += below;
  }
  return left;
}

// A key near the middle: the median of a sample from all over, at places that hardly a pattern in the data hits.
template <typename T>
HWY_NOINLINE T Pivot(const T* x, int64_t n) {
  const hn::ScalableTag<T> d;
  constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
  if (n < 4096 && n >= 4 * kLanes) {  // medians of three, lane by lane, then of the lanes
    const auto a = hn::LoadU(d, x), b = hn::LoadU(d, x + (n - kLanes) / 2), c = hn::LoadU(d, x + n - kLanes);
    HWY_ALIGN T m[kLanes];
    hn::Store(hn::Max(hn::Min(a, b), hn::Min(hn::Max(a, b), c)), d, m);
    const auto middle = [](T p, T q, T r) { return HWY_MAX(HWY_MIN(p, q), HWY_MIN(HWY_MAX(p, q), r)); };
    if constexpr (kLanes >= 8) {
      return middle(middle(m[0], m[1], m[2]), middle(m[3], m[4], m[5]), middle(m[6], m[7], m[kLanes - 1]));
    } else if constexpr (kLanes >= 4) {
      return middle(m[0], m[1], m[kLanes - 1]);
    } else {
      return middle(m[0], m[1], x[n / 3]);
    }
  }
  constexpr int64_t kSample = 4 * 16 * 2;
  T sample[kSample];
  const int64_t count = n < 1 << 16 ? 32 : NetworkKeys<T>() < kSample ? NetworkKeys<T>() : kSample;
  const int64_t step = n / count;
  uint64_t state = static_cast<uint64_t>(n) * 0x9E3779B97F4A7C15u;
  for (int64_t j = 0; j < count; j++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    sample[j] = x[j * step + static_cast<int64_t>((state >> 33) * static_cast<uint64_t>(step) >> 31)];
  }
  SortFew(sample, sample, count);
  return sample[count / 2];
}

template <typename T, bool kPairs>
HWY_INLINE void SortBlock(Part<T, kPairs> src, Part<T, kPairs> dst, int64_t n) {
  if constexpr (kPairs) {
    SortFewPairs(src.k, src.i, dst.k, dst.i, n);
  } else {
    SortFew(src.k, dst.k, n);
  }
}
template <typename T, bool kPairs>
constexpr int64_t BlockOf() {
  return kPairs ? NetworkPairs() : NetworkKeys<T>();
}

template <typename T, bool kPairs>
HWY_INLINE void CopyPart(Part<T, kPairs> src, Part<T, kPairs> dst, int64_t n) {
  std::memcpy(dst.k, src.k, static_cast<size_t>(n) * sizeof(T));
  if constexpr (kPairs) std::memcpy(dst.i, src.i, static_cast<size_t>(n) * sizeof(int64_t));
}

// Stable merges of sorted blocks, for the inputs on which pivots fail: O(n log n) whatever comes.
template <typename T, bool kPairs>
HWY_NOINLINE void MergeSort(Part<T, kPairs> a, Part<T, kPairs> b, int64_t n, bool in_b) {
  constexpr int64_t kBlock = BlockOf<T, kPairs>();
  Part<T, kPairs> src = in_b ? b : a, dst = in_b ? a : b;
  for (int64_t i = 0; i < n; i += kBlock) SortBlock<T, kPairs>(src + i, src + i, n - i < kBlock ? n - i : kBlock);
  for (int64_t width = kBlock; width < n; width *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * width) {
      const int64_t middle = begin + width < n ? begin + width : n, end = middle + width < n ? middle + width : n;
      int64_t i = begin, j = middle;
      for (int64_t at = begin; at < end; at++) {
        const bool second = i == middle || (j < end && src.k[j] < src.k[i]);
        const int64_t from = second ? j : i;
        dst.k[at] = src.k[from];
        if constexpr (kPairs) dst.i[at] = src.i[from];
        (second ? j : i)++;
      }
    }
    const Part<T, kPairs> swap = src;
    src = dst;
    dst = swap;
  }
  if (src.k != a.k) CopyPart<T, kPairs>(src, a, n);
}

// A piece of work: n elements in a or in b, to be put into a in order; b is free or theirs, and both have room for n.
template <typename T, bool kPairs>
struct Piece {
  Part<T, kPairs> a, b;
  int64_t n;
  bool in_b;
};

// One step of quicksort: the smaller elements begin a, the others follow them (keys) or begin b. `low` and `high` are
// what is left to do, with memory of their own. Elements that equal the least one are put in place at once.
template <typename T, bool kPairs>
HWY_INLINE void Split(const Piece<T, kPairs>& p, Piece<T, kPairs>* low, Piece<T, kPairs>* high) {
  const Part<T, kPairs> src = p.in_b ? p.b : p.a;
  const T pivot = Pivot(src.k, p.n);
  if constexpr (!kPairs) {
    int64_t nl = PartitionKeys<Below::LESS>(src.k, p.n, pivot, p.a.k), left = nl;
    if (nl == 0) {  // the pivot is the least
      nl = PartitionKeys<Below::LESS_OR_EQUAL>(p.a.k, p.n, pivot, p.a.k);
      left = 0;
    }
    *low = {p.a, p.b, left, false};
    *high = {p.a + nl, p.b + nl, p.n - nl, false};
    return;
  }
  int64_t nl = Partition<Below::LESS, T, kPairs>(src, p.n, pivot, p.a, p.b);
  int64_t left = nl;
  if (nl == 0) {  // all are in b, and the pivot is the least of them
    nl = Partition<Below::LESS_OR_EQUAL, T, kPairs>(p.b, p.n, pivot, p.a, p.b);
    left = 0;
  }
  const int64_t nh = p.n - nl;
  *low = {p.a, p.b + nh, left, false};
  *high = {p.a + nl, p.b, nh, true};
}

template <typename T, bool kPairs>
void SortPiece(Piece<T, kPairs> p, int bad = 0) {
  for (;;) {
    if (p.n <= BlockOf<T, kPairs>()) {
      if (p.n > 0) SortBlock<T, kPairs>(p.in_b ? p.b : p.a, p.a, p.n);
      return;
    }
    if (bad > 12) return MergeSort<T, kPairs>(p.a, p.b, p.n, p.in_b);
    Piece<T, kPairs> low, high;
    const int64_t n = p.n;
    Split<T, kPairs>(p, &low, &high);
    const int64_t more = low.n > high.n ? low.n : high.n;
    if (more > n - n / 8 && low.n + high.n == n) bad++;
    if (low.n > high.n) {
      SortPiece<T, kPairs>(high, bad);
      p = low;
    } else {
      SortPiece<T, kPairs>(low, bad);
      p = high;
    }
  }
}

#endif  // NUMRS_ORDER_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_SORT_INL_H_
