// Rows of pools and the ends of linear layers on Highway. Orders: core/nn_conv_tables.h.
#if defined(NUMRS_CPU_NN_POOL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_POOL_INL_H_
#undef NUMRS_CPU_NN_POOL_INL_H_
#else
#define NUMRS_CPU_NN_POOL_INL_H_
#endif

#include <algorithm>
#include <limits>

#include "core/nn_conv_tables.h"
#include "cpu/gemm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

// Is x taken in place of m? Above it, or NaN; nothing is above NaN but another one.
template <class V>
HWY_INLINE auto Takes(V x, V m) {
  return hn::Or(hn::Gt(x, m), hn::Not(hn::Eq(x, x)));  // Ne is false for NaN here
}

template <typename T>
void MaxPool(const PoolRow& row) {
  const hn::ScalableTag<T> d;
  const hn::RebindToSigned<decltype(d)> di;
  using TI = hn::TFromD<decltype(di)>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const T* const src = static_cast<const T*>(row.src);
  T* const y = static_cast<T*>(row.y);
  const auto lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
  for (int64_t j = 0; j < row.n; j += N) {
    auto best = lowest;
    const size_t lanes = static_cast<size_t>(std::min(N, row.n - j));
    if (!row.at) {
      for (int64_t t = 0; t < row.taps; t++) {
        const auto x = hn::LoadU(d, src + row.offsets[t] + j);
        best = hn::IfThenElse(Takes(x, best), x, best);
      }
    } else {
      auto at = hn::Set(di, TI{-1});
      for (int64_t t = 0; t < row.taps; t++) {
        const auto x = hn::LoadU(d, src + row.offsets[t] + j);
        const auto take = Takes(x, best);
        best = hn::IfThenElse(take, x, best);
        at = hn::IfThenElse(hn::RebindMask(di, take), hn::Set(di, static_cast<TI>(t)), at);
      }
      HWY_ALIGN TI buffer[hn::MaxLanes(di)];
      hn::Store(at, di, buffer);
      for (size_t i = 0; i < lanes; i++) row.at[j + static_cast<int64_t>(i)] = static_cast<int32_t>(buffer[i]);
    }
    if (j + N <= row.n) {
      hn::StoreU(best, d, y + j);
    } else {
      StorePart(d, best, hn::FirstN(d, lanes), lanes, y + j);
    }
  }
}

// The greatest of the pairs of x, after best.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::VFromD<D> TakePairs(D d, const T* x, hn::VFromD<D> best) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const auto low = hn::LoadU(d, x), high = hn::LoadU(d, x + N);
  const auto even = hn::ConcatEven(d, high, low), odd = hn::ConcatOdd(d, high, low);
  best = hn::IfThenElse(Takes(even, best), even, best);
  return hn::IfThenElse(Takes(odd, best), odd, best);
}

template <typename T>
void MaxPoolPairs(const PoolPairs& p) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const auto lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < p.oh; i++) {
    int64_t begin = i * p.stride - p.padding, end = begin + p.kernel * p.dilation;
    while (begin < 0) begin += p.dilation;
    end = std::min(end, p.h);
    const T* const x = static_cast<const T*>(p.x);
    T* const y = static_cast<T*>(p.y) + i * p.ow;
    if (p.ow < N) {
      HWY_ALIGN T pairs[2 * hn::MaxLanes(d)] = {};
      auto best = lowest;
      for (int64_t r = begin; r < end; r += p.dilation) {
        std::memcpy(pairs, x + r * p.w, static_cast<size_t>(2 * p.ow) * sizeof(T));
        best = TakePairs(d, pairs, best);
      }
      const size_t lanes = static_cast<size_t>(p.ow);
      StorePart(d, best, hn::FirstN(d, lanes), lanes, y);
      continue;
    }
    for (int64_t j = 0; j < p.ow; j += N) {
      if (j + N > p.ow) j = p.ow - N;  // the last ones twice
      auto best = lowest;
      for (int64_t r = begin; r < end; r += p.dilation) best = TakePairs(d, x + r * p.w + 2 * j, best);
      hn::StoreU(best, d, y + j);
    }
  }
}

HWY_INLINE void AvgStep(const PoolRow& row, int64_t j, int64_t N, hn::ScalableTag<double> d, const float* src,
                        float* y) {
  const hn::Rebind<float, decltype(d)> df;
  auto sum = hn::Zero(d);
  for (int64_t t = 0; t < row.taps; t++) sum = hn::Add(sum, hn::PromoteTo(d, hn::LoadU(df, src + row.offsets[t] + j)));
  const int64_t left = row.n - j;
  HWY_ALIGN double divisor[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < N; i++) divisor[i] = row.divisor[i < left ? j + i : j];
  const auto value = hn::DemoteTo(df, hn::Div(sum, hn::Load(d, divisor)));
  if (left >= N) {
    hn::StoreU(value, df, y + j);
  } else {
    HWY_ALIGN float buffer[hn::MaxLanes(df)];
    hn::Store(value, df, buffer);
    std::memcpy(y + j, buffer, static_cast<size_t>(left) * sizeof(float));
  }
}
HWY_INLINE void AvgStep(const PoolRow& row, int64_t j, int64_t N, hn::ScalableTag<double> d, const double* src,
                        double* y) {
  auto sum = hn::Zero(d);
  for (int64_t t = 0; t < row.taps; t++) sum = hn::Add(sum, hn::LoadU(d, src + row.offsets[t] + j));
  const int64_t left = row.n - j;
  HWY_ALIGN double divisor[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < N; i++) divisor[i] = row.divisor[i < left ? j + i : j];
  const auto value = hn::Div(sum, hn::Load(d, divisor));
  if (left >= N) {
    hn::StoreU(value, d, y + j);
  } else {
    HWY_ALIGN double buffer[hn::MaxLanes(d)];
    hn::Store(value, d, buffer);
    std::memcpy(y + j, buffer, static_cast<size_t>(left) * sizeof(double));
  }
}

template <typename T>
void AvgPool(const PoolRow& row) {
  const hn::ScalableTag<double> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t j = 0; j < row.n; j += N) AvgStep(row, j, N, d, static_cast<const T*>(row.src), static_cast<T*>(row.y));
}

template <typename T>
void Finish(const LinearFinish& f) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const T* const bias = static_cast<const T*>(f.bias);
  const auto slope = hn::Set(d, static_cast<T>(f.slope)), zero = hn::Zero(d);
  for (int64_t i = 0; i < f.rows; i++) {
    T* const y = static_cast<T*>(f.y) + i * f.n;
    T* const pre = f.pre ? static_cast<T*>(f.pre) + i * f.n : nullptr;
    for (int64_t j = 0; j < f.n; j += N) {
      const bool part = j + N > f.n;
      const size_t lanes = static_cast<size_t>(f.n - j);
      const auto mask = hn::FirstN(d, part ? lanes : static_cast<size_t>(N));
      auto v = part ? LoadPart(d, mask, lanes, y + j) : hn::LoadU(d, y + j);
      if (bias) v = hn::Add(v, part ? LoadPart(d, mask, lanes, bias + j) : hn::LoadU(d, bias + j));
      if (pre) part ? StorePart(d, v, mask, lanes, pre + j) : hn::StoreU(v, d, pre + j);
      // NaN stays: it is not at or below zero.
      if (f.activation == kActivation_relu) v = hn::IfThenElse(hn::Le(v, zero), zero, v);
      if (f.activation == kActivation_leaky_relu) v = hn::IfThenElse(hn::Le(v, zero), hn::Mul(v, slope), v);
      part ? StorePart(d, v, mask, lanes, y + j) : hn::StoreU(v, d, y + j);
    }
  }
}

template <typename T>
void Grad(const LinearGrad& g) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const T* const grad = static_cast<const T*>(g.grad);
  const T* const saved = static_cast<const T*>(g.saved);
  T* const out = static_cast<T*>(g.gz);
  const auto slope = hn::Set(d, static_cast<T>(g.slope)), zero = hn::Zero(d), one = hn::Set(d, T(1));
  for (int64_t j = 0; j < g.count; j += N) {
    const bool part = j + N > g.count;
    const size_t lanes = static_cast<size_t>(g.count - j);
    const auto mask = hn::FirstN(d, part ? lanes : static_cast<size_t>(N));
    const auto dy = part ? LoadPart(d, mask, lanes, grad + j) : hn::LoadU(d, grad + j);
    const auto y = part ? LoadPart(d, mask, lanes, saved + j) : hn::LoadU(d, saved + j);
    auto v = dy;
    switch (g.activation) {
      case kActivation_relu:
        v = hn::IfThenElse(hn::Le(y, zero), zero, dy);
        break;
      case kActivation_leaky_relu:
        v = hn::IfThenElse(hn::Le(y, zero), hn::Mul(dy, slope), dy);
        break;
      case kActivation_sigmoid:
        v = hn::Mul(dy, hn::Mul(y, hn::Sub(one, y)));
        break;
      default:  // tanh
        v = hn::Mul(dy, hn::Sub(one, hn::Mul(y, y)));
        break;
    }
    part ? StorePart(d, v, mask, lanes, out + j) : hn::StoreU(v, d, out + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
