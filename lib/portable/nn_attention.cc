// Attention of cpu-portable: every row by itself, in float64, with the whole line of its weights. The oracle of the
// tests.
#include "core/nn_attention_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/nn_attention.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// scores[j] of one row: scaled and masked; returns how many keys it may see at most.
template <typename T>
int64_t Scores(const AttentionHead& h, int64_t i, double* scores) {
  const T* q = static_cast<const T*>(h.q) + i * h.q_row;
  const int64_t seen = h.causal && i + 1 < h.lk ? i + 1 : h.lk;
  for (int64_t j = 0; j < seen; j++) {
    const T* k = static_cast<const T*>(h.k) + j * h.k_row;
    double s = 0;
    for (int64_t e = 0; e < h.d; e++) s += static_cast<double>(q[e]) * static_cast<double>(k[e]);
    s *= h.scale;
    const int64_t at = i * h.mask_row + j * h.mask_col;
    if (h.mask_kind == AttentionMask::ADDED) s += static_cast<double>(static_cast<const T*>(h.mask)[at]);
    if (h.mask_kind == AttentionMask::CHOICE && !static_cast<const uint8_t*>(h.mask)[at]) s = kNever;
    scores[j] = s;
  }
  return seen;
}

// factors[j] of dropout for a row, 1 without it.
void Factors(const AttentionHead& h, int64_t i, double* factors) {
  if (h.drop_below) {
    ops::AttentionFactors<double>(h.seed, h.row0 + i, 0, h.lk, h.drop_below, h.keep, factors);
  } else {
    for (int64_t j = 0; j < h.lk; j++) factors[j] = 1;
  }
}

template <typename T>
void Forward(const AttentionHead& h, int64_t begin, int64_t end, void* scratch) {
  double* const w = static_cast<double*>(scratch);
  double* const factors = w + h.lk;
  for (int64_t i = begin; i < end; i++) {
    const int64_t seen = Scores<T>(h, i, w);
    double m = kNever, sum = 0;
    for (int64_t j = 0; j < seen; j++) m = w[j] > m ? w[j] : m;
    const double shift = m == kNever ? 0 : m;
    for (int64_t j = 0; j < seen; j++) sum += w[j] = std::exp(w[j] - shift);
    Factors(h, i, factors);
    T* y = static_cast<T*>(h.y) + i * h.y_row;
    for (int64_t e = 0; e < h.dv; e++) {
      double total = 0;
      for (int64_t j = 0; j < seen; j++)
        total += w[j] * factors[j] * static_cast<double>(static_cast<const T*>(h.v)[j * h.v_row + e]);
      y[e] = static_cast<T>(sum == 0 ? total : total / sum);
    }
    if (h.lse) static_cast<T*>(h.lse)[i] = static_cast<T>(shift + std::log(sum));
  }
}
size_t ForwardBytes(const AttentionHead& h) { return static_cast<size_t>(2 * h.lk) * sizeof(double); }

// Sums of gk and gv in float64 stand in the scratch memory from the first head of a group to the last.
template <typename T>
void Backward(const AttentionGrad& g, void* scratch) {
  const AttentionHead& h = g.head;
  double* const w = static_cast<double*>(scratch);
  double* const factors = w + h.lk;
  double* const gq = factors + h.lk;
  double* const gk = gq + h.d;
  double* const gv = gk + h.lk * h.d;
  if (g.first) std::fill(gk, gv + h.lk * h.dv, 0.0);
  for (int64_t i = 0; i < h.lq; i++) {
    const int64_t seen = Scores<T>(h, i, w);
    const T* grad = static_cast<const T*>(g.grad) + i * g.grad_row;
    const T* y = static_cast<const T*>(h.y) + i * h.y_row;
    const T* q = static_cast<const T*>(h.q) + i * h.q_row;
    const double lse = static_cast<double>(static_cast<const T*>(h.lse)[i]), shift = lse == kNever ? 0 : lse;
    double delta = 0;
    for (int64_t e = 0; e < h.dv; e++) delta += static_cast<double>(grad[e]) * static_cast<double>(y[e]);
    Factors(h, i, factors);
    std::fill(gq, gq + h.d, 0.0);
    if (g.gmask) std::fill_n(static_cast<T*>(g.gmask) + i * h.lk, h.lk, T(0));
    for (int64_t j = 0; j < seen; j++) {
      const T* k = static_cast<const T*>(h.k) + j * h.k_row;
      const T* v = static_cast<const T*>(h.v) + j * h.v_row;
      const double weight = std::exp(w[j] - shift);
      double gw = 0;
      for (int64_t e = 0; e < h.dv; e++) {
        gw += static_cast<double>(grad[e]) * static_cast<double>(v[e]);
        gv[j * h.dv + e] += weight * factors[j] * static_cast<double>(grad[e]);
      }
      const double gs = weight * (factors[j] * gw - delta);
      if (g.gmask) static_cast<T*>(g.gmask)[i * h.lk + j] = static_cast<T>(gs);
      for (int64_t e = 0; e < h.d; e++) {
        gq[e] += gs * static_cast<double>(k[e]);
        gk[j * h.d + e] += gs * static_cast<double>(q[e]);
      }
    }
    for (int64_t e = 0; e < h.d; e++) static_cast<T*>(g.gq)[i * g.gq_row + e] = static_cast<T>(gq[e] * h.scale);
  }
  if (!g.last) return;
  for (int64_t j = 0; j < h.lk; j++) {
    for (int64_t e = 0; e < h.d; e++)
      static_cast<T*>(g.gk)[j * g.gk_row + e] = static_cast<T>(gk[j * h.d + e] * h.scale);
    for (int64_t e = 0; e < h.dv; e++) static_cast<T*>(g.gv)[j * g.gv_row + e] = static_cast<T>(gv[j * h.dv + e]);
  }
}
size_t BackwardBytes(const AttentionHead& h) {
  return static_cast<size_t>(2 * h.lk + h.d + h.lk * (h.d + h.dv)) * sizeof(double);
}

template <typename T>
void Fill(NnAttentionTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  t->rows[dtype] = [](const AttentionHead&) { return kAttentionRows; };
  t->bytes[dtype] = ForwardBytes;
  t->forward[dtype] = Forward<T>;
  t->grad_bytes[dtype] = BackwardBytes;
  t->backward[dtype] = Backward<T>;
}

}  // namespace

const NnAttentionTable* NnAttention() {
  static const NnAttentionTable table = [] {
    NnAttentionTable t{};
    Fill<float>(&t);
    Fill<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
