// Normalisations of backend "cpu": moments of lines, lines scaled, their gradients.
//
// A line's mean is that of x - x[0], which keeps its digits where the mean is far larger than what the elements differ
// by; x - mean is taken in two steps, with the mean in two parts. float32 sums squares of float32 differences; a line
// whose squares leave the range of float32 is done in float64.
#include "core/nn_norm_tables.h"

#include <cmath>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_norm.cc"
#include "hwy/foreach_target.h"

#include "cpu/nn_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace norm {

namespace hn = hwy::HWY_NAMESPACE;
using rows::Tag;

template <typename T>
T Part(double x, T high) {
  return static_cast<T>(x - static_cast<double>(high));
}
// x - mean, the mean in two parts.
template <typename T>
struct Centre {
  using D = Tag<T>;
  hn::Vec<D> high, low;
  explicit HWY_INLINE Centre(double mean) {
    const T first = static_cast<T>(mean);
    high = hn::Set(D(), first);
    low = hn::Set(D(), Part(mean, first));
  }
  HWY_INLINE hn::Vec<D> Of(hn::Vec<D> x) const { return hn::Sub(hn::Sub(x, high), low); }
};

// Only the elements that are there; 0 for others.
template <class D, class V>
HWY_INLINE V There(D d, V v, int64_t count) {
  if (count >= static_cast<int64_t>(hn::MaxLanes(d))) return v;
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count < 0 ? 0 : count)), v);
}

// Are sums of squares of float32 in the range where none was lost?
HWY_INLINE bool Usual(double sum, int64_t n) {
  const double mean = sum / static_cast<double>(n);
  return (mean > 1e-30 && mean < 1e30) || sum != sum;
}
HWY_NOINLINE void MomentsWide(const float* x, int64_t n, double* out) {
  const hn::Rebind<float, Tag<double>> df;
  double total;
  rows::Sums<double, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR { s[0] = hn::PromoteTo(d, LoadPart(df, x + i, count)); },
      &total);
  const double mean = total / static_cast<double>(n);
  rows::Sums<double, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        const auto v = hn::Sub(hn::PromoteTo(d, LoadPart(df, x + i, count)), hn::Set(d, mean));
        s[0] = There(d, hn::Mul(v, v), count);
      },
      &total);
  out[0] = mean;
  out[1] = total;
}
HWY_NOINLINE void SquaresWide(const float* x, int64_t n, double* out) {
  const hn::Rebind<float, Tag<double>> df;
  rows::Sums<double, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        const auto v = hn::PromoteTo(d, LoadPart(df, x + i, count));
        s[0] = hn::Mul(v, v);
      },
      out);
}

// The moments of kRows rows: their sums are formed side by side, since each is waited for.
template <typename T, int kRows>
HWY_INLINE void MomentsOf(const T* x, int64_t n, double (*out)[2]) {
  using V = hn::Vec<Tag<T>>;
  const Tag<T> tag;
  double total[kRows], mean[kRows];
  V base[kRows];
  for (int r = 0; r < kRows; r++) base[r] = hn::Set(tag, x[r * n]);
  rows::Sums<T, kRows>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        for (int r = 0; r < kRows; r++) {
          const T* at = x + r * n + i;
          rows::Fetch(at + kRows * n);
          s[r] = There(d, hn::Sub(LoadPart(d, at, count), base[r]), count);
        }
      },
      total);
  // Of the differences from the mean as far as T holds it; what it lacks is taken off the sum.
  for (int r = 0; r < kRows; r++) {
    mean[r] = static_cast<double>(x[r * n]) + total[r] / static_cast<double>(n);
    base[r] = hn::Set(tag, static_cast<T>(mean[r]));
  }
  rows::Sums<T, kRows>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        for (int r = 0; r < kRows; r++) {
          const auto v = hn::Sub(LoadPart(d, x + r * n + i, count), base[r]);
          s[r] = There(d, hn::Mul(v, v), count);
        }
      },
      total);
  for (int r = 0; r < kRows; r++) {
    const double lacking = mean[r] - static_cast<double>(static_cast<T>(mean[r]));
    const double squares = total[r] - static_cast<double>(n) * lacking * lacking;
    out[r][0] = mean[r];
    out[r][1] = squares < 0 ? 0 : squares;
    if (sizeof(T) == 4 && HWY_UNLIKELY(!Usual(squares, n) || !(std::fabs(mean[r]) < 1e37)))
      MomentsWide(reinterpret_cast<const float*>(x + r * n), n, out[r]);
  }
}
template <typename T>
void Moments(const void* px, int64_t n, double* out) {
  double moments[1][2];
  MomentsOf<T, 1>(static_cast<const T*>(px), n, moments);
  out[0] = moments[0][0];
  out[1] = moments[0][1];
}

template <typename T, int kRows>
HWY_INLINE void SquaresOf(const T* x, int64_t n, double (*out)[2]) {
  double total[kRows];
  rows::Sums<T, kRows>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        for (int r = 0; r < kRows; r++) {
          const T* at = x + r * n + i;
          rows::Fetch(at + kRows * n);
          const auto v = LoadPart(d, at, count);
          s[r] = hn::Mul(v, v);
        }
      },
      total);
  for (int r = 0; r < kRows; r++) {
    out[r][0] = 0;
    out[r][1] = total[r];
    if (sizeof(T) == 4 && HWY_UNLIKELY(!Usual(total[r], n)))
      SquaresWide(reinterpret_cast<const float*>(x + r * n), n, &out[r][1]);
  }
}

// kRows lines that share weight and bias, one behind the other.
template <typename T, int kRows, bool kW, bool kB>
HWY_INLINE void NormalizeAs(const NormLine& l, const double* mean, const double* inverse) {
  using V = hn::Vec<Tag<T>>;
  const T *x = static_cast<const T*>(l.x), *w = static_cast<const T*>(l.w), *b = static_cast<const T*>(l.b);
  T* y = static_cast<T*>(l.y);
  const Tag<T> tag;
  V high[kRows], low[kRows], rstd[kRows];
  for (int r = 0; r < kRows; r++) {
    const Centre<T> centre(mean[r]);
    high[r] = centre.high;
    low[r] = centre.low;
    rstd[r] = hn::Set(tag, static_cast<T>(inverse[r]));
  }
  const V scale = hn::Set(tag, static_cast<T>(l.scale)), shift = hn::Set(tag, static_cast<T>(l.shift));
  rows::Each<T>(l.n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const bool whole = count >= static_cast<int64_t>(hn::MaxLanes(d));
    auto by = scale, to = shift;
    if constexpr (kW) by = whole ? hn::LoadU(d, w + i) : LoadPart(d, w + i, count);
    if constexpr (kB) to = whole ? hn::LoadU(d, b + i) : LoadPart(d, b + i, count);
    for (int r = 0; r < kRows; r++) {
      const T* from = x + r * l.n + i;
      T* into = y + r * l.n + i;
      rows::FetchToWrite(into + kRows * l.n);
      const V v = hn::Sub(hn::Sub(whole ? hn::LoadU(d, from) : LoadPart(d, from, count), high[r]), low[r]);
      const V out = hn::Add(hn::Mul(hn::Mul(v, rstd[r]), by), to);
      if (whole)
        hn::StoreU(out, d, into);
      else
        StorePart(out, d, into, count);
    }
  });
}
template <typename T, int kRows>
HWY_INLINE void NormalizeOf(const NormLine& l, const double* mean, const double* rstd) {
  if (l.w)
    return l.b ? NormalizeAs<T, kRows, true, true>(l, mean, rstd) : NormalizeAs<T, kRows, true, false>(l, mean, rstd);
  return l.b ? NormalizeAs<T, kRows, false, true>(l, mean, rstd) : NormalizeAs<T, kRows, false, false>(l, mean, rstd);
}
template <typename T>
void Normalize(const NormLine& l) {
  NormalizeOf<T, 1>(l, &l.mean, &l.rstd);
}

template <typename T, int kRows>
HWY_INLINE void SomeRows(const NormRows& all, int64_t first) {
  double moments[kRows][2], mean[kRows], rstd[kRows];
  const T* x = static_cast<const T*>(all.x) + first * all.n;
  if (all.centred)
    MomentsOf<T, kRows>(x, all.n, moments);
  else
    SquaresOf<T, kRows>(x, all.n, moments);
  for (int r = 0; r < kRows; r++) {
    mean[r] = moments[r][0];
    rstd[r] = 1 / std::sqrt(moments[r][1] / static_cast<double>(all.n) + all.eps);
    if (all.mean) all.mean[first + r] = mean[r];
    if (all.rstd) all.rstd[first + r] = rstd[r];
  }
  NormalizeOf<T, kRows>(NormLine{x, static_cast<T*>(all.y) + first * all.n, all.n, 0, 0, all.w, all.b, 1, 0}, mean,
                        rstd);
}
template <typename T>
void Rows(const NormRows& all) {
  // Two side by side where there are registers for them; four are slower, as their prefetches displace each other.
  constexpr int kRows = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 ? 2 : 1;
  int64_t row = 0;
  for (; row + kRows <= all.rows; row += kRows) SomeRows<T, kRows>(all, row);
  for (; row < all.rows; row++) SomeRows<T, 1>(all, row);
}

template <typename T, bool kW>
HWY_INLINE void BackSumsAs(const NormBackLine& l, double* out) {
  const T *g = static_cast<const T*>(l.g), *x = static_cast<const T*>(l.x), *w = static_cast<const T*>(l.w);
  const Tag<T> tag;
  const Centre<T> centre(l.mean);
  const auto rstd = hn::Set(tag, static_cast<T>(l.rstd)), scale = hn::Set(tag, static_cast<T>(l.scale));
  rows::Sums<T, 2>(
      l.n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        auto by = scale;
        if constexpr (kW) by = LoadPart(d, w + i, count);
        s[0] = hn::Mul(LoadPart(d, g + i, count), by);  // 0 where nothing is
        const auto hat = hn::Mul(centre.Of(LoadPart(d, x + i, count)), rstd);
        s[1] = There(d, hn::Mul(s[0], hat), count);
      },
      out);
}
template <typename T>
void BackSums(const NormBackLine& l, double* out) {
  return l.w ? BackSumsAs<T, true>(l, out) : BackSumsAs<T, false>(l, out);
}

template <class D, class V>
HWY_INLINE void AddTo(D d, V v, double* to, int64_t count) {
  const int64_t lanes = static_cast<int64_t>(hn::MaxLanes(d));
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    StorePart(hn::Add(LoadPart(d, to, count), v), d, to, count);
  } else {
    const hn::Half<D> dh;
    const hn::Rebind<double, decltype(dh)> dd;
    StorePart(hn::Add(LoadPart(dd, to, count), hn::PromoteTo(dd, hn::LowerHalf(dh, v))), dd, to, count);
    StorePart(hn::Add(LoadPart(dd, to + lanes / 2, count - lanes / 2), hn::PromoteTo(dd, hn::UpperHalf(dh, v))), dd,
              to + lanes / 2, count - lanes / 2);
  }
}
template <typename T, bool kW, bool kSums, bool kX>
HWY_INLINE void BackAs(const NormBackLine& l) {
  const T *g = static_cast<const T*>(l.g), *x = static_cast<const T*>(l.x), *w = static_cast<const T*>(l.w);
  T* gx = static_cast<T*>(l.gx);
  const Tag<T> tag;
  const Centre<T> centre(l.mean);
  const auto rstd = hn::Set(tag, static_cast<T>(l.rstd)), scale = hn::Set(tag, static_cast<T>(l.scale)),
             mean_g = hn::Set(tag, static_cast<T>(l.mean_g)), mean_gx = hn::Set(tag, static_cast<T>(l.mean_gx));
  rows::Each<T>(l.n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto v = LoadPart(d, g + i, count), hat = hn::Mul(centre.Of(LoadPart(d, x + i, count)), rstd);
    if constexpr (kSums) {
      if (l.gw) AddTo(d, hn::Mul(v, hat), l.gw + i, count);
      if (l.gb) AddTo(d, v, l.gb + i, count);
    }
    if constexpr (kX) {
      auto by = scale;
      if constexpr (kW) by = LoadPart(d, w + i, count);
      const auto inner = hn::Sub(hn::Sub(hn::Mul(v, by), mean_g), hn::Mul(hat, mean_gx));
      StorePart(hn::Mul(rstd, inner), d, gx + i, count);
    }
  });
}
template <typename T>
void Back(const NormBackLine& l) {
  const bool sums = l.gw || l.gb;
  if (!l.gx) return BackAs<T, false, true, false>(l);
  if (l.w) return sums ? BackAs<T, true, true, true>(l) : BackAs<T, true, false, true>(l);
  return sums ? BackAs<T, false, true, true>(l) : BackAs<T, false, false, true>(l);
}

template <typename T>
void Fill(NnNormTable* t) {
  constexpr int32_t k = DTypeOf<T>::value;
  t->moments[k] = Moments<T>;
  t->rows[k] = Rows<T>;
  t->normalize[k] = Normalize<T>;
  t->back_sums[k] = BackSums<T>;
  t->back[k] = Back<T>;
}

}  // namespace norm

const NnNormTable* NnNormLocal() {
  static const NnNormTable table = [] {
    NnNormTable t{};
    norm::Fill<float>(&t);
    norm::Fill<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_TABLE(NnNormTable, NnNorm, NnNormLocal)
}  // namespace cpu
}  // namespace numrs
#endif
