// Attention of one head on Highway: rows of q stand side by side in the lanes, so that maxima and sums over keys need
// no work across lanes and k and v are read where they lie. The order of sums is that of core/nn_attention_tables.h.
// Blocks with a running maximum after Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018), and
// Dao et al., "FlashAttention" (2022).
#if defined(NUMRS_CPU_NN_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_ATTENTION_INL_H_
#undef NUMRS_CPU_NN_ATTENTION_INL_H_
#else
#define NUMRS_CPU_NN_ATTENTION_INL_H_
#endif

#include <cmath>
#include <cstring>
#include <limits>

#include "core/nn_attention_tables.h"
#include "cpu/gemm-inl.h"
#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f32_log-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "ops/nn_attention.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace attention {
namespace hn = hwy::HWY_NAMESPACE;

using cpu::HWY_NAMESPACE::kTileRows;
using cpu::HWY_NAMESPACE::kVectors;
using cpu::HWY_NAMESPACE::PackRows;
using cpu::HWY_NAMESPACE::TileHeight;

template <typename T>
constexpr int64_t kWidth = kVectors * static_cast<int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));  // rows in the lanes

inline int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

template <class D, class X>
HWY_INLINE X Exp(D d, X x) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return f32::Exp(d, x);
  } else {
    return f64::Exp(d, x);
  }
}
template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return f32::Log(d, x);
  } else {
    return f64::Log(d, x);
  }
}

// e^x for x <= 0; what is no normal number becomes 0. NaN stays.
template <class D, class V>
HWY_INLINE V Weight(D d, V x) {
  const V limit = hn::Set(d, sizeof(hn::TFromD<D>) == 4 ? hn::TFromD<D>(-87) : hn::TFromD<D>(-708));
  const auto small = hn::Lt(x, limit);
  return hn::IfThenZeroElse(small, Exp(d, hn::IfThenElse(small, limit, x)));
}

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
// Weight of four vectors side by side: the same bits, and no operation waits for the one before.
template <class D, class V>
HWY_INLINE void Weights(D d, V (&x)[4]) {
  const V limit = hn::Set(d, sizeof(hn::TFromD<D>) == 4 ? hn::TFromD<D>(-87) : hn::TFromD<D>(-708));
  const auto small =
      hn::Or(hn::Or(hn::Lt(x[0], limit), hn::Lt(x[1], limit)), hn::Or(hn::Lt(x[2], limit), hn::Lt(x[3], limit)));
  if (HWY_UNLIKELY(!hn::AllFalse(d, small))) {
    for (V& v : x) v = Weight(d, v);
    return;
  }
  const Pack<V, 4> e = Exp(d, Pack<V, 4>{{x[0], x[1], x[2], x[3]}});
  for (size_t i = 0; i < 4; i++) x[i] = e.v[i];
}
#else
template <class D, class V>
HWY_INLINE void Weights(D d, V (&x)[4]) {
  for (V& v : x) v = Weight(d, v);
}
#endif

enum class End { STORE, ADD, BLEND };  // y = sum, y + sum, y times a factor for each lane + sum

// y (kRows, 2 vectors) from a (kRows, k), read element by element, and b (k, 2 vectors): one chain for each element.
template <End kEnd, class D, int kRows, typename T = hn::TFromD<D>>
HWY_NOINLINE void Tile(D d, const T* HWY_RESTRICT a, int64_t a_row, int64_t a_col, const T* HWY_RESTRICT b,
                       int64_t b_row, int64_t k, T* HWY_RESTRICT y, int64_t y_row, const T* HWY_RESTRICT factor) {
  using V = hn::VFromD<D>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  V sum[kRows][kVectors];
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kVectors; c++) sum[r][c] = hn::Zero(d);
  }
  constexpr int kGroups = (kRows + 3) / 4;
  const T* group[kGroups];
  NUMRS_UNROLL
  for (int q = 0; q < kGroups; q++) group[q] = a + 4 * q * a_row;
  const int64_t a_row3 = 3 * a_row;
  for (int64_t p = 0; p < k; p++) {
    V x[kVectors];
    NUMRS_UNROLL
    for (int c = 0; c < kVectors; c++) x[c] = hn::Load(d, b + c * N);
    NUMRS_UNROLL
    for (int r = 0; r < kRows; r++) {
      const V element = hn::Set(d, group[r / 4][r % 4 == 3 ? a_row3 : r % 4 * a_row]);
      NUMRS_UNROLL
      for (int c = 0; c < kVectors; c++) sum[r][c] = hn::MulAdd(element, x[c], sum[r][c]);
    }
    b += b_row;
    NUMRS_UNROLL
    for (int q = 0; q < kGroups; q++) group[q] += a_col;
  }
  NUMRS_UNROLL
  for (int c = 0; c < kVectors; c++) {
    V scale = hn::Zero(d);
    if (kEnd == End::BLEND) scale = hn::Load(d, factor + c * N);
    NUMRS_UNROLL
    for (int r = 0; r < kRows; r++) {
      T* at = y + r * y_row + c * N;
      V value = sum[r][c];
      if (kEnd == End::ADD) value = hn::Add(hn::Load(d, at), value);
      if (kEnd == End::BLEND) value = hn::Add(hn::Mul(hn::Load(d, at), scale), value);
      hn::Store(value, d, at);
    }
  }
}

// The same for any number of rows.
template <End kEnd, class D, typename T = hn::TFromD<D>>
HWY_INLINE void Rows(D d, int64_t m, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t b_row, int64_t k,
                     T* y, int64_t y_row, const T* factor = nullptr) {
  for (int64_t i = 0; i < m;) {
    // 8 and the rest instead of a full tile and one or two rows, which wait for their sums.
    const int64_t left = m - i, rows = left > kTileRows && left < kTileRows + 4 && kTileRows > 8 ? 8 : TileHeight(left);
    const T* from = a + i * a_row;
    T* to = y + i * y_row;
    switch (rows) {
      case 1:
        Tile<kEnd, D, 1>(d, from, a_row, a_col, b, b_row, k, to, y_row, factor);
        break;
      case 2:
        Tile<kEnd, D, 2>(d, from, a_row, a_col, b, b_row, k, to, y_row, factor);
        break;
      case 4:
        Tile<kEnd, D, 4>(d, from, a_row, a_col, b, b_row, k, to, y_row, factor);
        break;
#if HWY_TARGET <= HWY_AVX3
      case 8:
        Tile<kEnd, D, 8>(d, from, a_row, a_col, b, b_row, k, to, y_row, factor);
        break;
#endif
      default:
        Tile<kEnd, D, kTileRows>(d, from, a_row, a_col, b, b_row, k, to, y_row, factor);
        break;
    }
    i += rows;
  }
}

// s[j][lane] for n keys: the sums of a Gemm, in blocks of its depth.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void Scores(D d, const T* keys, int64_t k_row, int64_t n, int64_t depth, const T* q, int64_t q_row, T* s,
                       int64_t s_row) {
  if (depth == 0) {
    for (int64_t j = 0; j < n; j++) std::memset(s + j * s_row, 0, sizeof(T) * static_cast<size_t>(kWidth<T>));
  }
  for (int64_t p = 0; p < depth; p += kGemmDepth) {
    const int64_t length = depth - p < kGemmDepth ? depth - p : kGemmDepth;
    if (p == 0) {
      Rows<End::STORE>(d, n, keys, k_row, 1, q, q_row, length, s, s_row);
    } else {
      Rows<End::ADD>(d, n, keys + p, k_row, 1, q + p * q_row, q_row, length, s, s_row);
    }
  }
}

// Scratch memory of one thread, part after part.
template <typename T>
struct Carver {
  char* at;
  size_t used = 0;
  T* Take(int64_t n) {
    T* part = reinterpret_cast<T*>(at + used);
    used += (static_cast<size_t>(n) * sizeof(T) + 63) / 64 * 64;
    return part;
  }
};

// The mask of rows [i, i + rows) and keys [j, j + n) as numbers to add, lanes being rows: mask[key][lane]. narrow has
// room for a key's line of every row.
template <typename T>
void PackMask(const AttentionHead& h, int64_t i, int64_t rows, int64_t j, int64_t n, T* mask, T* narrow) {
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  if (h.mask_kind == AttentionMask::ADDED) {
    const T* from = static_cast<const T*>(h.mask) + i * h.mask_row + j * h.mask_col;
    PackRows(from, h.mask_row, h.mask_col, rows, n, mask, kWidth<T>);
    return;
  }
  const uint8_t* from = static_cast<const uint8_t*>(h.mask) + i * h.mask_row + j * h.mask_col;
  for (int64_t r = 0; r < rows; r++) {
    const uint8_t* line = from + r * h.mask_row;
    for (int64_t c = 0; c < n; c++) narrow[r * kAttentionKeys + c] = line[c * h.mask_col] ? T(0) : kNever;
  }
  PackRows(narrow, kAttentionKeys, 1, rows, n, mask, kWidth<T>);
}

// Masks scores of rows [i, i + rows) in the lanes and keys [j, j + n); room: PackMask's two parts.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void ApplyMask(D d, const AttentionHead& h, int64_t i, int64_t rows, int64_t j, int64_t n, T* s,
                          int64_t s_row, T* room) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const auto never = hn::Set(d, -std::numeric_limits<T>::infinity());
  if (h.mask_kind != AttentionMask::NONE) {
    PackMask<T>(h, i, rows, j, n, room, room + kAttentionKeys * kWidth<T>);
    const bool choice = h.mask_kind == AttentionMask::CHOICE;
    for (int64_t c = 0; c < n; c++) {
      for (int64_t l = 0; l < kWidth<T>; l += N) {
        const auto mask = hn::Load(d, room + c * kWidth<T> + l), score = hn::Load(d, s + c * s_row + l);
        const auto added = hn::Add(score, mask);
        hn::Store(choice ? hn::IfThenElse(hn::Lt(mask, hn::Zero(d)), never, added) : added, d, s + c * s_row + l);
      }
    }
  }
  if (h.causal && j + n - 1 > i) {
    for (int64_t c = i < j ? 0 : i - j + 1; c < n; c++) {
      // Rows before key j + c do not see it.
      for (int64_t l = 0; l < kWidth<T>; l += N) {
        const auto row = hn::Add(hn::Iota(d, static_cast<T>(l)), hn::Zero(d));
        const auto hidden = hn::Lt(row, hn::Set(d, static_cast<T>(j + c - i < kWidth<T> ? j + c - i : kWidth<T>)));
        hn::Store(hn::IfThenElse(hidden, never, hn::Load(d, s + c * s_row + l)), d, s + c * s_row + l);
      }
    }
  }
}

// w[key][lane] times 0 or keep.
template <class D, typename T = hn::TFromD<D>>
void PackFactors(D, const AttentionHead& h, int64_t i, int64_t rows, int64_t j, int64_t n, T* factors, T* narrow) {
  for (int64_t r = 0; r < rows; r++)
    ops::AttentionFactors<T>(h.seed, h.row0 + i + r, j, n, h.drop_below, h.keep, narrow + r * kAttentionKeys);
  PackRows(narrow, kAttentionKeys, 1, rows, n, factors, kWidth<T>);
}
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void Multiply(D d, const T* factors, int64_t n, T* w, int64_t w_row) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t c = 0; c < n; c++) {
    for (int64_t l = 0; l < kWidth<T>; l += N)
      hn::Store(hn::Mul(hn::Load(d, w + c * w_row + l), hn::Load(d, factors + c * kWidth<T> + l)), d,
                w + c * w_row + l);
  }
}

// What a maximum is subtracted as: 0 where nothing is seen yet.
template <class D, class V>
HWY_INLINE V Finite(D d, V m) {
  return hn::IfThenZeroElse(hn::Eq(m, hn::Set(d, -std::numeric_limits<hn::TFromD<D>>::infinity())), m);
}

// s = exp(s - m), factor = exp(old m - m), sum = sum * factor + the sum of s; lanes of one vector.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void SoftmaxLanes(D d, T* HWY_RESTRICT s, int64_t n, int64_t s_row, T* HWY_RESTRICT m, T* HWY_RESTRICT sum,
                             T* HWY_RESTRICT factor) {
  const auto old = hn::Load(d, m);
  auto m0 = old, m1 = old, m2 = old, m3 = old;
  int64_t c = 0;
  for (; c + 8 <= n; c += 8) {
    const T* at = s + c * s_row;
    m0 = hn::Max(hn::Max(hn::Load(d, at), hn::Load(d, at + 4 * s_row)), m0);
    m1 = hn::Max(hn::Max(hn::Load(d, at + s_row), hn::Load(d, at + 5 * s_row)), m1);
    m2 = hn::Max(hn::Max(hn::Load(d, at + 2 * s_row), hn::Load(d, at + 6 * s_row)), m2);
    m3 = hn::Max(hn::Max(hn::Load(d, at + 3 * s_row), hn::Load(d, at + 7 * s_row)), m3);
  }
  for (; c < n; c++) m0 = hn::Max(hn::Load(d, s + c * s_row), m0);
  const auto now = hn::Max(hn::Max(m0, m1), hn::Max(m2, m3));
  const auto shift = Finite(d, now);
  hn::Store(now, d, m);
  const auto scale = Weight(d, hn::Sub(old, shift));
  hn::Store(scale, d, factor);
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  const auto weigh = [&](int64_t at) HWY_ATTR {
    const auto w = Weight(d, hn::Sub(hn::Load(d, s + at * s_row), shift));
    hn::Store(w, d, s + at * s_row);
    return w;
  };
  for (c = 0; c + 4 <= n; c += 4) {
    T* const at = s + c * s_row;
    hn::Vec<D> w[4] = {hn::Sub(hn::Load(d, at), shift), hn::Sub(hn::Load(d, at + s_row), shift),
                       hn::Sub(hn::Load(d, at + 2 * s_row), shift), hn::Sub(hn::Load(d, at + 3 * s_row), shift)};
    Weights(d, w);
    for (int64_t i = 0; i < 4; i++) hn::Store(w[i], d, at + i * s_row);
    s0 = hn::Add(s0, w[0]);
    s1 = hn::Add(s1, w[1]);
    s2 = hn::Add(s2, w[2]);
    s3 = hn::Add(s3, w[3]);
  }
  if (c < n) s0 = hn::Add(s0, weigh(c));
  if (c + 1 < n) s1 = hn::Add(s1, weigh(c + 1));
  if (c + 2 < n) s2 = hn::Add(s2, weigh(c + 2));
  const auto all = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
  hn::Store(hn::Add(hn::Mul(hn::Load(d, sum), scale), all), d, sum);
}

template <typename T>
struct ForwardScratch {
  T *q, *y, *s, *m, *sum, *factor, *room, *line;
  size_t bytes;
  ForwardScratch(const AttentionHead& h, void* memory) {
    Carver<T> carve{static_cast<char*>(memory)};
    const int64_t w = kWidth<T>;
    q = carve.Take((h.d > 0 ? h.d : 1) * w);  // two lines for one row alone
    y = carve.Take(h.dv * w + kAttentionKeys);
    s = carve.Take(kAttentionKeys * w);
    m = carve.Take(w), sum = carve.Take(w), factor = carve.Take(w);
    line = carve.Take(kAttentionKeys);
    const bool wants_room = h.mask_kind != AttentionMask::NONE || h.drop_below;
    room = carve.Take(wants_room ? 2 * kAttentionKeys * w : 0);
    bytes = carve.used;
  }
};

// Rows [i, i + rows), at most kWidth of them.
template <typename T>
void ForwardRows(const AttentionHead& h, int64_t i, int64_t rows, const ForwardScratch<T>& b) {
  const hn::ScalableTag<T> d;
  constexpr int64_t W = kWidth<T>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const T* keys = static_cast<const T*>(h.k);
  const T* values = static_cast<const T*>(h.v);
  if (rows < W) std::memset(b.q, 0, sizeof(T) * static_cast<size_t>(h.d * W));
  PackRows(static_cast<const T*>(h.q) + i * h.q_row, h.q_row, 1, rows, h.d, b.q, W);
  const auto scale = hn::Set(d, static_cast<T>(h.scale));
  for (int64_t e = 0; e < h.d * W; e += N) hn::Store(hn::Mul(hn::Load(d, b.q + e), scale), d, b.q + e);
  std::memset(b.y, 0, sizeof(T) * static_cast<size_t>(h.dv * W));
  for (int64_t l = 0; l < W; l += N) {
    hn::Store(hn::Set(d, -std::numeric_limits<T>::infinity()), d, b.m + l);
    hn::Store(hn::Zero(d), d, b.sum + l);
  }
  const int64_t seen = h.causal && i + rows < h.lk ? i + rows : h.lk;
  for (int64_t j = 0; j < seen; j += kAttentionKeys) {
    const int64_t n = seen - j < kAttentionKeys ? seen - j : kAttentionKeys;
    Scores(d, keys + j * h.k_row, h.k_row, n, h.d, b.q, W, b.s, W);
    ApplyMask(d, h, i, rows, j, n, b.s, W, b.room);
    for (int64_t l = 0; l < W; l += N) SoftmaxLanes(d, b.s + l, n, W, b.m + l, b.sum + l, b.factor + l);
    if (h.drop_below) {
      PackFactors(d, h, i, rows, j, n, b.room, b.room + kAttentionKeys * W);
      Multiply(d, b.room, n, b.s, W);
    }
    Rows<End::BLEND>(d, h.dv, values + j * h.v_row, 1, h.v_row, b.s, W, n, b.y, W, b.factor);
  }
  // Rows that see nothing are 0.
  for (int64_t l = 0; l < W; l += N) {
    const auto sum = hn::Load(d, b.sum + l);
    const auto divisor = hn::IfThenElse(hn::Eq(sum, hn::Zero(d)), hn::Set(d, T(1)), sum);
    for (int64_t e = 0; e < h.dv; e++) hn::Store(hn::Div(hn::Load(d, b.y + e * W + l), divisor), d, b.y + e * W + l);
    if (h.lse) hn::Store(hn::Add(Finite(d, hn::Load(d, b.m + l)), Log(d, sum)), d, b.sum + l);
  }
  PackRows(b.y, W, 1, h.dv, rows, static_cast<T*>(h.y) + i * h.y_row, h.y_row);
  if (h.lse) std::memcpy(static_cast<T*>(h.lse) + i, b.sum, sizeof(T) * static_cast<size_t>(rows));
}

// One row: keys stand in the lanes, products are matrix times vector. The same bits as ForwardRows.
template <typename T>
void ForwardRow(const AttentionHead& h, int64_t i, const ForwardScratch<T>& b) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  const T* keys = static_cast<const T*>(h.k);
  const T* values = static_cast<const T*>(h.v);
  const T* q = static_cast<const T*>(h.q) + i * h.q_row;
  T *s = b.line, *y = b.y, *part = b.y + h.dv;
  const T scale = static_cast<T>(h.scale);
  for (int64_t e = 0; e < h.d; e++) b.q[e] = q[e] * scale;
  std::memset(y, 0, sizeof(T) * static_cast<size_t>(h.dv));
  T m = kNever, sum = 0;
  const int64_t seen = h.causal && i + 1 < h.lk ? i + 1 : h.lk;
  for (int64_t j = 0; j < seen; j += kAttentionKeys) {
    const int64_t n = seen - j < kAttentionKeys ? seen - j : kAttentionKeys, whole = RoundUp(n, N);
    if (h.d > 0) {
      h.gemv({keys + j * h.k_row, b.q, s, n, h.d, h.k_row, 1, b.q + h.d});
    } else {
      std::memset(s, 0, sizeof(T) * static_cast<size_t>(n));
    }
    if (h.mask_kind == AttentionMask::ADDED) {
      const T* mask = static_cast<const T*>(h.mask) + i * h.mask_row + j * h.mask_col;
      for (int64_t c = 0; c < n; c++) s[c] += mask[c * h.mask_col];
    } else if (h.mask_kind == AttentionMask::CHOICE) {
      const uint8_t* mask = static_cast<const uint8_t*>(h.mask) + i * h.mask_row + j * h.mask_col;
      for (int64_t c = 0; c < n; c++) s[c] = mask[c * h.mask_col] ? s[c] : kNever;
    }
    for (int64_t c = n; c < whole; c++) s[c] = kNever;
    auto most = hn::Set(d, m);
    for (int64_t c = 0; c < whole; c += N) most = hn::Max(hn::Load(d, s + c), most);
    const T now = hn::GetLane(hn::MaxOfLanes(d, most));
    const auto shift = Finite(d, hn::Set(d, now));
    const T factor = hn::GetLane(Weight(d, hn::Sub(hn::Set(d, m), shift)));
    for (int64_t c = 0; c < whole; c += N) hn::Store(Weight(d, hn::Sub(hn::Load(d, s + c), shift)), d, s + c);
    T s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int64_t c = 0;
    for (; c + 4 <= n; c += 4) s0 += s[c], s1 += s[c + 1], s2 += s[c + 2], s3 += s[c + 3];
    if (c < n) s0 += s[c];
    if (c + 1 < n) s1 += s[c + 1];
    if (c + 2 < n) s2 += s[c + 2];
    const T all = (s0 + s1) + (s2 + s3);
    sum = sum * factor + all;
    m = now;
    if (h.drop_below) {
      ops::AttentionFactors<T>(h.seed, h.row0 + i, j, n, h.drop_below, h.keep, part);
      for (c = 0; c < n; c++) s[c] *= part[c];
    }
    if (h.dv == 0) continue;
    h.gemv({values + j * h.v_row, s, part, h.dv, n, 1, h.v_row, nullptr});
    for (int64_t e = 0; e < h.dv; e++) y[e] = y[e] * factor + part[e];
  }
  const T divisor = sum == 0 ? T(1) : sum;
  T* to = static_cast<T*>(h.y) + i * h.y_row;
  for (int64_t e = 0; e < h.dv; e++) to[e] = y[e] / divisor;
  if (h.lse) static_cast<T*>(h.lse)[i] = hn::GetLane(hn::Add(Finite(d, hn::Set(d, m)), Log(d, hn::Set(d, sum))));
}

constexpr int64_t kAlone = 2;  // up to so many rows go one by one: a pass over k and v each

template <typename T>
void Forward(const AttentionHead& h, int64_t begin, int64_t end, void* memory) {
  const ForwardScratch<T> scratch(h, memory);
  if (end - begin <= kAlone) {
    for (int64_t i = begin; i < end; i++) ForwardRow<T>(h, i, scratch);
  } else {
    ForwardRows<T>(h, begin, end - begin, scratch);
  }
}
template <typename T>
size_t ForwardBytes(const AttentionHead& h) {
  return ForwardScratch<T>(h, nullptr).bytes;
}

// ------------------------------------------------------------------------------------------------ gradients

template <typename T>
struct GradScratch {
  static constexpr int64_t R = kAttentionRows;
  int64_t d_line, dv_line;  // rows of q and grad, and of the sums of gk and gv, with zeros up to whole vectors
  T *q, *grad, *gq, *q_rows, *grad_rows, *w, *ds, *delta, *lse, *gk, *gv, *room;
  size_t bytes;
  GradScratch(const AttentionHead& h, void* memory)
      : d_line(RoundUp(h.d, kWidth<T>)), dv_line(RoundUp(h.dv, kWidth<T>)) {
    Carver<T> carve{static_cast<char*>(memory)};
    q = carve.Take(h.d * R), grad = carve.Take(h.dv * R), gq = carve.Take(h.d * R);
    q_rows = carve.Take(R * d_line), grad_rows = carve.Take(R * dv_line);
    w = carve.Take(kAttentionKeys * R), ds = carve.Take(kAttentionKeys * R);
    delta = carve.Take(R), lse = carve.Take(R);
    gk = carve.Take(h.lk * d_line), gv = carve.Take(h.lk * dv_line);
    room = carve.Take(2 * kAttentionKeys * kWidth<T>);
    bytes = carve.used;
  }
};

// to (lanes R) = the rows of x side by side, and rows of it with zeros behind.
template <typename T>
void PackBlock(const T* x, int64_t x_row, int64_t rows, int64_t n, T* to, T* lines, int64_t line) {
  constexpr int64_t R = kAttentionRows;
  if (rows < R) std::memset(to, 0, sizeof(T) * static_cast<size_t>(n * R));
  PackRows(x, x_row, 1, rows, n, to, R);
  for (int64_t r = 0; r < rows && n > 0; r++) {
    std::memcpy(lines + r * line, x + r * x_row, sizeof(T) * static_cast<size_t>(n));
    std::memset(lines + r * line + n, 0, sizeof(T) * static_cast<size_t>(line - n));
  }
}

template <typename T>
void BackwardRows(const AttentionGrad& g, int64_t i, int64_t rows, const GradScratch<T>& b) {
  const hn::ScalableTag<T> d;
  constexpr int64_t R = kAttentionRows, W = kWidth<T>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const AttentionHead& h = g.head;
  const T* keys = static_cast<const T*>(h.k);
  const T* values = static_cast<const T*>(h.v);
  PackBlock(static_cast<const T*>(h.q) + i * h.q_row, h.q_row, rows, h.d, b.q, b.q_rows, b.d_line);
  PackBlock(static_cast<const T*>(g.grad) + i * g.grad_row, g.grad_row, rows, h.dv, b.grad, b.grad_rows, b.dv_line);
  const auto scale = hn::Set(d, static_cast<T>(h.scale));
  for (int64_t e = 0; e < h.d * R; e += N) hn::Store(hn::Mul(hn::Load(d, b.q + e), scale), d, b.q + e);
  std::memset(b.gq, 0, sizeof(T) * static_cast<size_t>(h.d * R));
  for (int64_t r = 0; r < R; r++) {
    double delta = 0;
    if (r < rows) {
      const T* y = static_cast<const T*>(h.y) + (i + r) * h.y_row;
      const T* from = static_cast<const T*>(g.grad) + (i + r) * g.grad_row;
      for (int64_t e = 0; e < h.dv; e++) delta += static_cast<double>(y[e]) * static_cast<double>(from[e]);
    }
    const T lse = r < rows ? static_cast<const T*>(h.lse)[i + r] : T(0);
    b.delta[r] = static_cast<T>(delta);
    b.lse[r] = lse == -std::numeric_limits<T>::infinity() ? T(0) : lse;
  }
  const int64_t seen = h.causal && i + rows < h.lk ? i + rows : h.lk;
  for (int64_t j = 0; j < seen; j += kAttentionKeys) {
    const int64_t n = seen - j < kAttentionKeys ? seen - j : kAttentionKeys;
    for (int64_t w = 0; w < R && w < rows; w += W) {
      const int64_t some = rows - w < W ? rows - w : W;
      Scores(d, keys + j * h.k_row, h.k_row, n, h.d, b.q + w, R, b.w + w, R);
      ApplyMask(d, h, i + w, some, j, n, b.w + w, R, b.room);
      if (h.dv > 0) {
        Scores(d, values + j * h.v_row, h.v_row, n, h.dv, b.grad + w, R, b.ds + w, R);
      } else {
        for (int64_t c = 0; c < n; c++) std::memset(b.ds + c * R + w, 0, sizeof(T) * static_cast<size_t>(W));
      }
      if (h.drop_below) {
        PackFactors(d, h, i + w, some, j, n, b.room, b.room + kAttentionKeys * W);
        Multiply(d, b.room, n, b.ds + w, R);
      }
      for (int64_t l = w; l < w + W; l += N) {
        const auto lse = hn::Load(d, b.lse + l), delta = hn::Load(d, b.delta + l);
        for (int64_t c = 0; c < n; c++) {
          const auto weight = Weight(d, hn::Sub(hn::Load(d, b.w + c * R + l), lse));
          hn::Store(weight, d, b.w + c * R + l);
          hn::Store(hn::Mul(weight, hn::Sub(hn::Load(d, b.ds + c * R + l), delta)), d, b.ds + c * R + l);
        }
      }
      if (h.drop_below) Multiply(d, b.room, n, b.w + w, R);
      Rows<End::ADD>(d, h.d, keys + j * h.k_row, 1, h.k_row, b.ds + w, R, n, b.gq + w, R);
    }
    for (int64_t e = 0; e < b.d_line; e += W)
      Rows<End::ADD>(d, n, b.ds, R, 1, b.q_rows + e, b.d_line, rows, b.gk + j * b.d_line + e, b.d_line);
    for (int64_t e = 0; e < b.dv_line; e += W)
      Rows<End::ADD>(d, n, b.w, R, 1, b.grad_rows + e, b.dv_line, rows, b.gv + j * b.dv_line + e, b.dv_line);
    if (g.gmask) {
      T* to = static_cast<T*>(g.gmask) + i * h.lk + j;
      PackRows(b.ds, R, 1, n, rows, to, h.lk);
    }
  }
  if (g.gmask && seen < h.lk) {
    for (int64_t r = i; r < i + rows; r++)
      std::memset(static_cast<T*>(g.gmask) + r * h.lk + seen, 0, sizeof(T) * static_cast<size_t>(h.lk - seen));
  }
  for (int64_t e = 0; e < h.d * R; e += N) hn::Store(hn::Mul(hn::Load(d, b.gq + e), scale), d, b.gq + e);
  PackRows(b.gq, R, 1, h.d, rows, static_cast<T*>(g.gq) + i * g.gq_row, g.gq_row);
}

template <typename T>
void Backward(const AttentionGrad& g, void* memory) {
  const AttentionHead& h = g.head;
  const GradScratch<T> b(h, memory);
  if (g.first) {
    std::memset(b.gk, 0, sizeof(T) * static_cast<size_t>(h.lk * b.d_line));
    std::memset(b.gv, 0, sizeof(T) * static_cast<size_t>(h.lk * b.dv_line));
  }
  for (int64_t i = 0; i < h.lq; i += kAttentionRows)
    BackwardRows<T>(g, i, h.lq - i < kAttentionRows ? h.lq - i : kAttentionRows, b);
  if (!g.last) return;
  const T scale = static_cast<T>(h.scale);
  for (int64_t j = 0; j < h.lk; j++) {
    T* to = static_cast<T*>(g.gk) + j * g.gk_row;
    for (int64_t e = 0; e < h.d; e++) to[e] = b.gk[j * b.d_line + e] * scale;
    if (h.dv > 0)
      std::memcpy(static_cast<T*>(g.gv) + j * g.gv_row, b.gv + j * b.dv_line, sizeof(T) * static_cast<size_t>(h.dv));
  }
}
template <typename T>
size_t BackwardBytes(const AttentionHead& h) {
  return GradScratch<T>(h, nullptr).bytes;
}

template <typename T>
void Fill(NnAttentionTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  t->rows[dtype] = [](const AttentionHead&) { return kWidth<T>; };
  t->bytes[dtype] = ForwardBytes<T>;
  t->forward[dtype] = Forward<T>;
  t->grad_bytes[dtype] = BackwardBytes<T>;
  t->backward[dtype] = Backward<T>;
}

}  // namespace attention
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
