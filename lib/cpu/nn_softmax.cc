// Softmax and log_softmax of backend "cpu", row by row, and their gradients.
#include "core/nn_activation_tables.h"

#include <cmath>
#include <limits>

#include "cpu/nn_activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_softmax.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/nn_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace softmax {

namespace hn = hwy::HWY_NAMESPACE;
using rows::kBlock;
using rows::kLanes;
using rows::Parts;
using rows::Tag;

template <class D, class X>
HWY_INLINE X ExpOf(D d, const X& x) {
  if constexpr (sizeof(hn::TFromD<D>) == 4)
    return f32::Exp(d, x);
  else
    return f64::Exp(d, x);
}

// The largest element; a NaN may be overlooked.
template <typename T>
HWY_INLINE T Largest(const T* x, int64_t n) {
  const Tag<T> d;
  constexpr int64_t kStep = static_cast<int64_t>(hn::MaxLanes(Tag<T>()));
  const T lowest = -std::numeric_limits<T>::infinity();
  auto m0 = hn::Set(d, lowest), m1 = m0, m2 = m0, m3 = m0;
  int64_t i = 0;
  for (; i + 4 * kStep <= n; i += 4 * kStep) {
    for (int64_t k = 0; k < 4; k++) rows::Fetch(x + i + k * kStep + n);
    m0 = hn::Max(hn::LoadU(d, x + i), m0);
    m1 = hn::Max(hn::LoadU(d, x + i + kStep), m1);
    m2 = hn::Max(hn::LoadU(d, x + i + 2 * kStep), m2);
    m3 = hn::Max(hn::LoadU(d, x + i + 3 * kStep), m3);
  }
  for (; i + kStep <= n; i += kStep) m0 = hn::Max(hn::LoadU(d, x + i), m0);
  T most = lowest;
  if (n >= kStep) {
    m0 = hn::Max(hn::Max(m0, m1), hn::Max(m2, m3));
    most = hn::GetLane(hn::MaxOfLanes(d, m0));
  }
  for (; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

// x - m and what its rounding left out. Elements that e^(x - m) makes 0 are moved up, so that nothing is infinite:
// limit is finite, and below m by more than the exponential sees.
template <typename T>
struct Shift {
  using D = Tag<T>;
  using V = hn::Vec<D>;
  V m, limit;
  explicit HWY_INLINE Shift(T most) {
    const T lowest = std::numeric_limits<T>::lowest(), gone = sizeof(T) == 4 ? T(200) : T(2000);
    const T down = (most - std::fabs(most)) - gone;
    m = hn::Set(D(), most);
    limit = hn::Set(D(), down > lowest ? down : lowest);
  }
  // x, NaN too.
  HWY_INLINE V Bounded(V x) const { return hn::Max(limit, x); }
  HWY_INLINE V Difference(V x, V& low) const {
    const V d = hn::Sub(x, m), back = hn::Sub(d, x);
    low = hn::Sub(hn::Sub(x, hn::Sub(d, back)), hn::Add(m, back));
    return d;
  }
};

// e^(x - m) of the 64 elements at x into y and their sum into `sums`, in the order of nn_rows-inl.h. Without kStore the
// sum alone, for a logarithm: in float64 from the start, since what is small beside the largest element's 1 counts.
template <typename T, bool kStore>
HWY_INLINE void Block(const Shift<T>& shift, const T* x, T* y, rows::Lanes16<T>& sums) {
  using D = Tag<T>;
  using V = hn::Vec<D>;
  const D d;
  constexpr int64_t kStep = static_cast<int64_t>(hn::MaxLanes(D()));
  for (int64_t part = 0; part < Parts<T>(); part++) {
    const int64_t at = part * kStep;
    V low[4], v[4];
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    Pack<V, 4> p;
    for (int64_t k = 0; k < 4; k++) p.v[k] = shift.Difference(shift.Bounded(hn::LoadU(d, x + at + k * kLanes)), low[k]);
    const Pack<V, 4> e = ExpOf(d, p);
    for (int64_t k = 0; k < 4; k++) v[k] = hn::MulAdd(e.v[k], low[k], e.v[k]);
#else
    for (int64_t k = 0; k < 4; k++) {
      const V e = ExpOf(d, shift.Difference(shift.Bounded(hn::LoadU(d, x + at + k * kLanes)), low[k]));
      v[k] = hn::MulAdd(e, low[k], e);
    }
#endif
    if constexpr (kStore) {
      for (int64_t k = 0; k < 4; k++) hn::StoreU(v[k], d, y + at + k * kLanes);
    }
    if constexpr (kStore) {
      sums.Add(part, rows::Quad(v));
    } else {
      for (int64_t k = 0; k < 4; k++) sums.Add(part, v[k]);
    }
  }
}

template <typename T, bool kStore>
HWY_INLINE double Exponentials(const T* x, T* y, int64_t n, T most) {
  const Shift<T> shift(most);
  rows::Lanes16<T> sums;
  int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) Block<T, kStore>(shift, x + i, y + i, sums);
  if (i < n) {
    HWY_ALIGN T rest[kBlock];
    const Tag<T> d;
    for (int64_t k = 0; k < kBlock; k += static_cast<int64_t>(hn::MaxLanes(d))) hn::Store(shift.limit, d, rest + k);
    std::memcpy(rest, x + i, static_cast<size_t>(n - i) * sizeof(T));
    Block<T, kStore>(shift, rest, rest, sums);
    if (kStore) std::memcpy(y + i, rest, static_cast<size_t>(n - i) * sizeof(T));
  }
  return sums.Total();
}

// The row whose largest element is the lowest number, where no limit fits below it: all others are -inf or NaN.
template <typename T>
HWY_NOINLINE void LowestRow(const T* x, T* y, int64_t n, bool log) {
  const T lowest = std::numeric_limits<T>::lowest();
  double count = 0, nan = 0;
  for (int64_t i = 0; i < n; i++) {
    count += x[i] == lowest;
    if (x[i] != x[i]) nan = std::numeric_limits<double>::quiet_NaN();
  }
  const double value = (log ? -std::log(count) : 1 / count) + nan;
  const double other = (log ? -std::numeric_limits<double>::infinity() : 0) + nan;
  for (int64_t i = 0; i < n; i++) y[i] = static_cast<T>(x[i] == lowest ? value : other);
}

template <typename T>
void Forward(const void* px, void* py, int64_t n) {
  const T* x = static_cast<const T*>(px);
  T* y = static_cast<T*>(py);
  const T most = Largest(x, n);
  if (HWY_UNLIKELY(most == std::numeric_limits<T>::lowest())) return LowestRow(x, y, n, false);
  const double sum = Exponentials<T, true>(x, y, n, most);
  const auto factor = hn::Set(Tag<T>(), static_cast<T>(1 / sum));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    rows::FetchToWrite(y + i + n);
    if (count >= static_cast<int64_t>(hn::MaxLanes(d)))
      hn::StoreU(hn::Mul(hn::LoadU(d, y + i), factor), d, y + i);
    else
      StorePart(hn::Mul(LoadPart(d, y + i, count), factor), d, y + i, count);
  });
}

// x - m - log(sum): both terms are at most 0, so nothing cancels.
template <typename T>
void ForwardLog(const void* px, void* py, int64_t n) {
  const T* x = static_cast<const T*>(px);
  T* y = static_cast<T*>(py);
  const T most = Largest(x, n);
  if (HWY_UNLIKELY(most == std::numeric_limits<T>::lowest())) return LowestRow(x, y, n, true);
  const double log = std::log1p(Exponentials<T, false>(x, y, n, most) - 1);
  const Shift<T> shift(most);
  const Tag<T> tag;
  const auto high = hn::Set(tag, static_cast<T>(log));
  const auto low = hn::Set(tag, static_cast<T>(log - static_cast<double>(static_cast<T>(log))));
  const auto one = [&](auto d, auto v) HWY_ATTR {
    (void)d;
    hn::Vec<Tag<T>> rest;
    const auto difference = shift.Difference(v, rest);
    // NaN where the difference is infinite
    const auto fix = hn::IfThenElseZero(hn::Eq(rest, rest), rest);
    return hn::Add(hn::Sub(difference, high), hn::Sub(fix, low));
  };
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    if (count >= static_cast<int64_t>(hn::MaxLanes(d)))
      hn::StoreU(one(d, hn::LoadU(d, x + i)), d, y + i);
    else
      StorePart(one(d, LoadPart(d, x + i, count)), d, y + i, count);
  });
}

// Products of float32 in float64 are exact.
template <typename T>
HWY_INLINE double DotOf(const T* a, const T* b, int64_t n) {
  if constexpr (sizeof(T) == 8) {
    double total;
    rows::Sums<T, 1>(
        n,
        [&](auto d, int64_t i, int64_t count, auto* out)
            HWY_ATTR { out[0] = hn::Mul(LoadPart(d, a + i, count), LoadPart(d, b + i, count)); },
        &total);
    return total;
  } else {
    using DF = hn::Rebind<float, Tag<double>>;
    const DF df;
    const Tag<double> dd;
    double total;
    rows::Sums<double, 1>(
        n,
        [&](auto, int64_t i, int64_t count, auto* out) HWY_ATTR {
          out[0] =
              hn::Mul(hn::PromoteTo(dd, LoadPart(df, a + i, count)), hn::PromoteTo(dd, LoadPart(df, b + i, count)));
        },
        &total);
    return total;
  }
}

template <typename T>
void Backward(const void* pg, const void* py, void* pgx, int64_t n) {
  const T *g = static_cast<const T*>(pg), *y = static_cast<const T*>(py);
  T* gx = static_cast<T*>(pgx);
  const auto dot = hn::Set(Tag<T>(), static_cast<T>(DotOf(g, y, n)));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto v = LoadPart(d, y + i, count), w = LoadPart(d, g + i, count);
    StorePart(hn::Mul(v, hn::Sub(w, dot)), d, gx + i, count);
  });
}
template <typename T>
void BackwardLog(const void* pg, const void* py, void* pgx, int64_t n) {
  const T *g = static_cast<const T*>(pg), *y = static_cast<const T*>(py);
  T* gx = static_cast<T*>(pgx);
  double total;
  rows::Sums<T, 1>(
      n, [&](auto d, int64_t i, int64_t count, auto* out) HWY_ATTR { out[0] = LoadPart(d, g + i, count); }, &total);
  const auto sum = hn::Set(Tag<T>(), static_cast<T>(total));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto e = ExpOf(d, LoadPart(d, y + i, count));
    StorePart(hn::Sub(LoadPart(d, g + i, count), hn::Mul(e, sum)), d, gx + i, count);
  });
}

template <typename T>
void Fill(NnActivationTable* t) {
  constexpr int32_t k = DTypeOf<T>::value;
  t->softmax[0][k] = Forward<T>;
  t->softmax[1][k] = ForwardLog<T>;
  t->softmax_backward[0][k] = Backward<T>;
  t->softmax_backward[1][k] = BackwardLog<T>;
}

}  // namespace softmax

void FillSoftmax(NnActivationTable* t) {
  softmax::Fill<float>(t);
  softmax::Fill<double>(t);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(NnActivationTable, FillSoftmax)
}  // namespace cpu
}  // namespace numrs
#endif
