// Normalisations of backend cpu-portable, in the next wider type.
#include "core/nn_norm_tables.h"

#include <cmath>

#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

template <typename T>
struct Norm {
  using W = ops::Wide<T>;
  static void Moments(const void* x, int64_t n, double* out) {
    W sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) sum += Load<T>(x, i);
    const W mean = sum / static_cast<W>(n);
    for (int64_t i = 0; i < n; i++) {
      const W d = Load<T>(x, i) - mean;
      squares += d * d;
    }
    out[0] = static_cast<double>(mean);
    out[1] = static_cast<double>(squares);
  }
  static void Squares(const void* x, int64_t n, double* out) {
    W squares = 0;
    for (int64_t i = 0; i < n; i++) squares += W(Load<T>(x, i)) * Load<T>(x, i);
    *out = static_cast<double>(squares);
  }
  static void Normalize(const NormLine& l) {
    for (int64_t i = 0; i < l.n; i++) {
      const W hat = (Load<T>(l.x, i) - W(l.mean)) * W(l.rstd);
      const W w = l.w ? W(Load<T>(l.w, i)) : W(l.scale), b = l.b ? W(Load<T>(l.b, i)) : W(l.shift);
      Store<T>(l.y, i, static_cast<T>(hat * w + b));
    }
  }
  static void Rows(const NormRows& r) {
    const T* x = static_cast<const T*>(r.x);
    T* y = static_cast<T*>(r.y);
    for (int64_t i = 0; i < r.rows; i++, x += r.n, y += r.n) {
      double moments[2] = {0, 0};
      if (r.centred)
        Moments(x, r.n, moments);
      else
        Squares(x, r.n, &moments[1]);
      const double rstd = 1 / std::sqrt(moments[1] / static_cast<double>(r.n) + r.eps);
      Normalize(NormLine{x, y, r.n, moments[0], rstd, r.w, r.b, 1, 0});
      if (r.mean) r.mean[i] = moments[0];
      if (r.rstd) r.rstd[i] = rstd;
    }
  }
  static void BackSums(const NormBackLine& l, double* out) {
    W sum = 0, dot = 0;
    for (int64_t i = 0; i < l.n; i++) {
      const W g = W(Load<T>(l.g, i)) * (l.w ? W(Load<T>(l.w, i)) : W(l.scale));
      sum += g;
      dot += g * ((Load<T>(l.x, i) - W(l.mean)) * W(l.rstd));
    }
    out[0] = static_cast<double>(sum);
    out[1] = static_cast<double>(dot);
  }
  static void Back(const NormBackLine& l) {
    for (int64_t i = 0; i < l.n; i++) {
      const W g = Load<T>(l.g, i), hat = (Load<T>(l.x, i) - W(l.mean)) * W(l.rstd);
      if (l.gw) l.gw[i] += static_cast<double>(g * hat);
      if (l.gb) l.gb[i] += static_cast<double>(g);
      if (!l.gx) continue;
      const W w = l.w ? W(Load<T>(l.w, i)) : W(l.scale);
      Store<T>(l.gx, i, static_cast<T>(W(l.rstd) * (g * w - W(l.mean_g) - hat * W(l.mean_gx))));
    }
  }
};

template <typename T>
void Fill(NnNormTable* t) {
  constexpr int32_t k = DTypeOf<T>::value;
  t->moments[k] = Norm<T>::Moments;
  t->rows[k] = Norm<T>::Rows;
  t->normalize[k] = Norm<T>::Normalize;
  t->back_sums[k] = Norm<T>::BackSums;
  t->back[k] = Norm<T>::Back;
}

}  // namespace

const NnNormTable* NnNorm() {
  static const NnNormTable table = [] {
    NnNormTable t{};
    Fill<float>(&t);
    Fill<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
