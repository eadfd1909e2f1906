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

// Between its two sums, while the first one is waited for, meanwhile() does something else.
template <typename T, class F>
HWY_INLINE void MomentsOf(const T* x, int64_t n, double* out, const F& meanwhile) {
  const T first = x[0];
  double total;
  const auto base = hn::Set(Tag<T>(), first);
  rows::Sums<T, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        rows::Fetch(x + i + n);
        s[0] = There(d, hn::Sub(LoadPart(d, x + i, count), base), count);
      },
      &total);
  meanwhile();
  const double mean = static_cast<double>(first) + total / static_cast<double>(n);
  // Of the differences from the mean as far as T holds it; what it lacks is taken off the sum.
  const T near = static_cast<T>(mean);
  const auto centre = hn::Set(Tag<T>(), near);
  rows::Sums<T, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        const auto v = hn::Sub(LoadPart(d, x + i, count), centre);
        s[0] = There(d, hn::Mul(v, v), count);
      },
      &total);
  const double lacking = mean - static_cast<double>(near), squares = total - static_cast<double>(n) * lacking * lacking;
  if (sizeof(T) == 4 && HWY_UNLIKELY(!Usual(squares, n) || !(std::fabs(mean) < 1e37)))
    return MomentsWide(reinterpret_cast<const float*>(x), n, out);
  out[0] = mean;
  out[1] = squares < 0 ? 0 : squares;
}
template <typename T>
void Moments(const void* px, int64_t n, double* out) {
  MomentsOf<T>(static_cast<const T*>(px), n, out, [] {});
}

template <typename T>
HWY_INLINE void Squares(const T* x, int64_t n, double* out) {
  rows::Sums<T, 1>(
      n,
      [&](auto d, int64_t i, int64_t count, auto* s) HWY_ATTR {
        rows::Fetch(x + i + n);
        const auto v = LoadPart(d, x + i, count);
        s[0] = hn::Mul(v, v);
      },
      out);
  if (sizeof(T) == 4 && HWY_UNLIKELY(!Usual(*out, n))) SquaresWide(reinterpret_cast<const float*>(x), n, out);
}

template <typename T, bool kW, bool kB>
HWY_INLINE void NormalizeAs(const NormLine& l, double mean, double inverse) {
  const T *x = static_cast<const T*>(l.x), *w = static_cast<const T*>(l.w), *b = static_cast<const T*>(l.b);
  T* y = static_cast<T*>(l.y);
  const Tag<T> tag;
  const Centre<T> centre(mean);
  const auto rstd = hn::Set(tag, static_cast<T>(inverse)), scale = hn::Set(tag, static_cast<T>(l.scale)),
             shift = hn::Set(tag, static_cast<T>(l.shift));
  rows::Each<T>(l.n, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const bool whole = count >= static_cast<int64_t>(hn::MaxLanes(d));
    const auto v = hn::Mul(centre.Of(whole ? hn::LoadU(d, x + i) : LoadPart(d, x + i, count)), rstd);
    auto by = scale, to = shift;
    if constexpr (kW) by = whole ? hn::LoadU(d, w + i) : LoadPart(d, w + i, count);
    if constexpr (kB) to = whole ? hn::LoadU(d, b + i) : LoadPart(d, b + i, count);
    const auto out = hn::Add(hn::Mul(v, by), to);
    if (whole)
      hn::StoreU(out, d, y + i);
    else
      StorePart(out, d, y + i, count);
  });
}
template <typename T>
HWY_INLINE void NormalizeOf(const NormLine& l, double mean, double rstd) {
  if (l.w) return l.b ? NormalizeAs<T, true, true>(l, mean, rstd) : NormalizeAs<T, true, false>(l, mean, rstd);
  return l.b ? NormalizeAs<T, false, true>(l, mean, rstd) : NormalizeAs<T, false, false>(l, mean, rstd);
}
template <typename T>
void Normalize(const NormLine& l) {
  NormalizeOf<T>(l, l.mean, l.rstd);
}

// A row is normalised while the sums of the next one are waited for. Lost: two rows side by side, a few per cent faster
// in L2 and as many slower beyond.
template <typename T>
void Rows(const NormRows& all) {
  const T* x = static_cast<const T*>(all.x);
  T* y = static_cast<T*>(all.y);
  double mean = 0, rstd = 0;
  for (int64_t row = 0; row < all.rows; row++, x += all.n) {
    const auto before = [&]() HWY_ATTR {
      if (row == 0) return;
      NormalizeOf<T>(NormLine{x - all.n, y, all.n, 0, 0, all.w, all.b, 1, 0}, mean, rstd);
      y += all.n;
    };
    double moments[2] = {0, 0};
    if (all.centred) {
      MomentsOf<T>(x, all.n, moments, before);
    } else {
      Squares<T>(x, all.n, &moments[1]);
      before();
    }
    mean = moments[0];
    rstd = 1 / std::sqrt(moments[1] / static_cast<double>(all.n) + all.eps);
    if (all.mean) all.mean[row] = mean;
    if (all.rstd) all.rstd[row] = rstd;
  }
  if (all.rows > 0) NormalizeOf<T>(NormLine{x - all.n, y, all.n, 0, 0, all.w, all.b, 1, 0}, mean, rstd);
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
