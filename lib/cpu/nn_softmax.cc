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

// e^(x - m) of four vectors at a time, m the largest element; `limit` stands for elements that this makes 0.

#if HWY_NATIVE_FMA
// float32, times 2^32 and a number near 1 that is the same for all: x log2(e) = n + f, and n for m is taken from n
// before 2^n is formed, so that x - m, whose rounding would cost digits, is never needed. With 2^32 all of them are
// normal numbers that count at all.
class Scaled {
 public:
  using D = Tag<float>;
  using V = hn::Vec<D>;
  // Does n stay exact? No for infinities and NaN.
  static HWY_INLINE bool Fits(float most) { return std::fabs(most) < 0x1p20f; }
  explicit HWY_INLINE Scaled(float most)
      : limit(hn::Set(D(), most - 105)),
        magic_(hn::Sub(hn::Set(D(), 2 * f32::kRound32 + 127 + 32),
                       hn::MulAdd(hn::Set(D(), most), hn::Set(D(), kLog2e), hn::Set(D(), f32::kRound32)))),
        of_most_(hn::GetLane(One(hn::Set(D(), most)))) {}
  template <class X>
  HWY_INLINE X One(const X& x) const {
    const D d;
    const hn::RebindToSigned<D> di;
    const X rounded = pk::MulAdd(x, hn::Set(d, kLog2e), magic_), n = pk::Sub(rounded, magic_);
    const X r = pk::NegMulAdd(n, hn::Set(d, -0x1.05c610p-29f), pk::NegMulAdd(n, hn::Set(d, 0x1.62e430p-1f), x));
    return pk::Mul(f32::ExpPolynomial32(d, r), pk::BitCast(d, pk::ShiftLeft<23>(pk::BitCast(di, rounded))));
  }
  HWY_INLINE void Four(const V* x, V* y) const {
    Pack<V, 4> p;
    for (int64_t k = 0; k < 4; k++) p.v[k] = x[k];
    const Pack<V, 4> e = One(p);
    for (int64_t k = 0; k < 4; k++) y[k] = e.v[k];
  }
  // log of the sum of e^(x - m), whose largest term is 1.
  HWY_INLINE double Log(double sum) const { return std::log1p((sum - of_most_) / of_most_); }
  V limit;

 private:
  static constexpr float kLog2e = 0x1.715476p0f;
  V magic_;
  double of_most_;
};
#endif

// By x - m and what its rounding left out. The limit is finite, and below m by more than the exponential sees.
template <typename T>
class Shifted {
 public:
  using D = Tag<T>;
  using V = hn::Vec<D>;
  explicit HWY_INLINE Shifted(T most) : m_(hn::Set(D(), most)) {
    const T lowest = std::numeric_limits<T>::lowest(), gone = sizeof(T) == 4 ? T(200) : T(2000);
    const T down = (most - std::fabs(most)) - gone;
    limit = hn::Set(D(), down > lowest ? down : lowest);
  }
  HWY_INLINE void Four(const V* x, V* y) const {
    V low[4];
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    Pack<V, 4> p;
    for (int64_t k = 0; k < 4; k++) p.v[k] = Difference(x[k], low[k]);
    const Pack<V, 4> e = ExpOf(D(), p);
    for (int64_t k = 0; k < 4; k++) y[k] = hn::MulAdd(e.v[k], low[k], e.v[k]);
#else
    for (int64_t k = 0; k < 4; k++) {
      const V e = ExpOf(D(), Difference(x[k], low[k]));
      y[k] = hn::MulAdd(e, low[k], e);
    }
#endif
  }
  HWY_INLINE double Log(double sum) const { return std::log1p(sum - 1); }
  V limit;

 private:
  HWY_INLINE V Difference(V x, V& low) const {
    const V d = hn::Sub(x, m_), back = hn::Sub(d, x);
    low = hn::Sub(hn::Sub(x, hn::Sub(d, back)), hn::Add(m_, back));
    return d;
  }
  V m_;
};

// The exponentials of the 64 elements at x into y and their sum into `sums`, in the order of nn_rows-inl.h. Without
// kStore the sum alone, for a logarithm: in float64 from the start, since what is small beside the largest one counts.
template <typename T, bool kStore, class Way>
HWY_INLINE void Block(const Way& way, const T* x, T* y, rows::Lanes16<T>& sums) {
  const Tag<T> d;
  using V = hn::Vec<Tag<T>>;
  constexpr int64_t kStep = static_cast<int64_t>(hn::MaxLanes(Tag<T>()));
  for (int64_t part = 0; part < Parts<T>(); part++) {
    const int64_t at = part * kStep;
    V v[4];
    for (int64_t k = 0; k < 4; k++) v[k] = hn::Max(way.limit, hn::LoadU(d, x + at + k * kLanes));  // NaN stays
    way.Four(v, v);
    if constexpr (kStore) {
      for (int64_t k = 0; k < 4; k++) hn::StoreU(v[k], d, y + at + k * kLanes);
      sums.Add(part, rows::Quad(v));
    } else {
      for (int64_t k = 0; k < 4; k++) sums.Add(part, v[k]);
    }
  }
}

template <typename T, bool kStore, class Way>
HWY_INLINE double Exponentials(const Way& way, const T* x, T* y, int64_t n) {
  rows::Lanes16<T> sums;
  int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) {
    if constexpr (kStore) {
      for (int64_t k = 0; k < kBlock; k += 64 / static_cast<int64_t>(sizeof(T))) rows::FetchToWrite(y + i + k + n);
    }
    Block<T, kStore>(way, x + i, y + i, sums);
  }
  if (i < n) {
    HWY_ALIGN T rest[kBlock];
    const Tag<T> d;
    for (int64_t k = 0; k < kBlock; k += static_cast<int64_t>(hn::MaxLanes(d))) hn::Store(way.limit, d, rest + k);
    std::memcpy(rest, x + i, static_cast<size_t>(n - i) * sizeof(T));
    Block<T, kStore>(way, rest, rest, sums);
    if (kStore) std::memcpy(y + i, rest, static_cast<size_t>(n - i) * sizeof(T));
  }
  return sums.Total();
}

// The sum of the exponentials, which go to y, or its logarithm.
template <typename T, bool kLog>
HWY_INLINE double SumOf(const T* x, T* y, int64_t n, T most) {
#if HWY_NATIVE_FMA
  if constexpr (sizeof(T) == 4) {
    if (HWY_LIKELY(Scaled::Fits(most))) {
      const Scaled way(most);
      const double sum = Exponentials<T, !kLog>(way, x, y, n);
      return kLog ? way.Log(sum) : sum;
    }
  }
#endif
  const Shifted<T> way(most);
  const double sum = Exponentials<T, !kLog>(way, x, y, n);
  return kLog ? way.Log(sum) : sum;
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
HWY_INLINE void Scale(T* y, int64_t n, T factor) {
  const auto by = hn::Set(Tag<T>(), factor);
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    if (count >= static_cast<int64_t>(hn::MaxLanes(d)))
      hn::StoreU(hn::Mul(hn::LoadU(d, y + i), by), d, y + i);
    else
      StorePart(hn::Mul(LoadPart(d, y + i, count), by), d, y + i, count);
  });
}
// x - m - log, the two constants as one number in two parts: both differences are small where they are rounded.
template <typename T>
HWY_INLINE void Subtract(const T* x, T* y, int64_t n, T most, double log) {
  const double sum = static_cast<double>(most) + log, back = sum - log;
  const T first = static_cast<T>(sum);
  const double lost = (static_cast<double>(most) - back) + (log - (sum - back));
  const auto high = hn::Set(Tag<T>(), first);
  const auto low = hn::Set(Tag<T>(), static_cast<T>((sum - static_cast<double>(first)) + lost));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    rows::FetchToWrite(y + i + n);
    if (count >= static_cast<int64_t>(hn::MaxLanes(d)))
      hn::StoreU(hn::Sub(hn::Sub(hn::LoadU(d, x + i), high), low), d, y + i);
    else
      StorePart(hn::Sub(hn::Sub(LoadPart(d, x + i, count), high), low), d, y + i, count);
  });
}

// The largest element of the next row is sought while the sum of this one is on its way.
template <typename T, bool kLog>
void Forward(const void* px, void* py, int64_t n, int64_t rows) {
  const T* x = static_cast<const T*>(px);
  T* y = static_cast<T*>(py);
  T next = Largest(x, n);
  for (; rows > 0; rows--, x += n, y += n) {
    const T most = next;
    const bool lowest = most == std::numeric_limits<T>::lowest();
    double sum = 0;
    if (HWY_LIKELY(!lowest)) sum = SumOf<T, kLog>(x, y, n, most);
    if (rows > 1) next = Largest(x + n, n);
    if (HWY_UNLIKELY(lowest))
      LowestRow(x, y, n, kLog);
    else if constexpr (kLog)
      Subtract(x, y, n, most, sum);
    else
      Scale(y, n, static_cast<T>(1 / sum));
  }
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
void BackwardRow(const T* g, const T* y, T* gx, int64_t n) {
  const auto dot = hn::Set(Tag<T>(), static_cast<T>(DotOf(g, y, n)));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto v = LoadPart(d, y + i, count), w = LoadPart(d, g + i, count);
    StorePart(hn::Mul(v, hn::Sub(w, dot)), d, gx + i, count);
  });
}
template <typename T>
void BackwardLogRow(const T* g, const T* y, T* gx, int64_t n) {
  double total;
  rows::Sums<T, 1>(
      n, [&](auto d, int64_t i, int64_t count, auto* out) HWY_ATTR { out[0] = LoadPart(d, g + i, count); }, &total);
  const auto sum = hn::Set(Tag<T>(), static_cast<T>(total));
  rows::Each<T>(n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto e = ExpOf(d, LoadPart(d, y + i, count));
    StorePart(hn::Sub(LoadPart(d, g + i, count), hn::Mul(e, sum)), d, gx + i, count);
  });
}

template <typename T, bool kLog>
void Backward(const void* pg, const void* py, void* pgx, int64_t n, int64_t rows) {
  const T *g = static_cast<const T*>(pg), *y = static_cast<const T*>(py);
  T* gx = static_cast<T*>(pgx);
  for (; rows > 0; rows--, g += n, y += n, gx += n) {
    if constexpr (kLog)
      BackwardLogRow(g, y, gx, n);
    else
      BackwardRow(g, y, gx, n);
  }
}

template <typename T>
void Fill(NnActivationTable* t) {
  constexpr int32_t k = DTypeOf<T>::value;
  t->softmax[0][k] = Forward<T, false>;
  t->softmax[1][k] = Forward<T, true>;
  t->softmax_backward[0][k] = Backward<T, false>;
  t->softmax_backward[1][k] = Backward<T, true>;
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
