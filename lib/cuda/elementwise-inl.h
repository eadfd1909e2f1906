// The one element-wise kernel: V elements a thread, in one access of up to 16 bytes where every operand lies without
// gaps or is a single value, else through strides. What an element is comes from a class with In0, In1, In2, Out and
// either Of, for one element, or Many, which looks at the kernel's op and takes V of them.
#pragma once

#include "cuda/elementwise.h"
#include "cuda/launch.h"

namespace numrs {
namespace cuda {

NUMRS_DEVICE void OffsetsOf(const ElementArgs& a, uint32_t i, int operands, int64_t* offsets) {
#pragma unroll
  for (int k = 0; k < kOperands; k++) {
    if (k < operands) offsets[k] = 0;
  }
  for (int d = a.ndim - 1; d > 0; d--) {
    const uint32_t quotient = a.divider[d].Divide(i), rest = i - quotient * a.divider[d].d;
#pragma unroll
    for (int k = 0; k < kOperands; k++) {
      if (k < operands) offsets[k] += static_cast<int64_t>(rest) * a.strides[k][d];
    }
    i = quotient;
  }
#pragma unroll
  for (int k = 0; k < kOperands; k++) {
    if (k < operands) offsets[k] += static_cast<int64_t>(i) * a.strides[k][0];
  }
}

// V elements of T from memory, or of 16-bit floats that are computed in float32; and back.
template <typename T, int V, bool kFormats>
NUMRS_DEVICE void LoadMany(const ElementArgs& a, const void* from, T* x) {
  if constexpr (kFormats) {
    if (a.format == kAsHalf) {
      Half raw[V];
      LoadVector<Half, V>(from, raw);
#pragma unroll
      for (int v = 0; v < V; v++) x[v] = static_cast<float>(raw[v]);
      return;
    }
    if (a.format == kAsBFloat16) {
      BFloat16 raw[V];
      LoadVector<BFloat16, V>(from, raw);
#pragma unroll
      for (int v = 0; v < V; v++) x[v] = static_cast<float>(raw[v]);
      return;
    }
  }
  LoadVector<T, V>(from, x);
}
template <typename T, int V, bool kFormats>
NUMRS_DEVICE void StoreMany(const ElementArgs& a, void* to, const T* y) {
  if constexpr (kFormats) {
    if (a.format == kAsHalf) {
      Half raw[V];
#pragma unroll
      for (int v = 0; v < V; v++) raw[v] = Half(static_cast<double>(y[v]));
      StoreVector<Half, V>(to, raw);
      return;
    }
    if (a.format == kAsBFloat16) {
      BFloat16 raw[V];
#pragma unroll
      for (int v = 0; v < V; v++) raw[v] = BFloat16(static_cast<double>(y[v]));
      StoreVector<BFloat16, V>(to, raw);
      return;
    }
  }
  StoreVector<T, V>(to, y);
}
template <typename T, bool kFormats>
NUMRS_DEVICE int64_t BytesOf(const ElementArgs& a) {
  return kFormats && a.format != kOwn ? 2 : static_cast<int64_t>(sizeof(T));
}

// An operand that is one value.
template <typename T, bool kFormats>
NUMRS_DEVICE T Single(const ElementArgs& a, int k) {
  T value;
  if (a.hosts >> k & 1) {
    // Words of 8 bytes: aligned for every T.
    LoadMany<T, 1, kFormats>(a, a.values[k], &value);
  } else {
    LoadMany<T, 1, kFormats>(a, a.base[k], &value);
  }
  return value;
}
template <typename T, bool kFormats>
NUMRS_DEVICE T Strided(const ElementArgs& a, int k, const int64_t* offsets) {
  if (a.hosts >> k & 1) return Single<T, kFormats>(a, k);
  T value;
  LoadMany<T, 1, kFormats>(a, a.base[k] + offsets[k], &value);
  return value;
}

template <class Op, typename = void>
struct HasMany : std::false_type {};
template <class Op>
struct HasMany<Op, std::enable_if_t<Op::kMany>> : std::true_type {};
template <class Op, typename = void>
struct HasFormats : std::false_type {};
template <class Op>
struct HasFormats<Op, std::enable_if_t<Op::kFormats>> : std::true_type {};
template <class Op, int V>
NUMRS_DEVICE void Compute(const ElementArgs& a, const typename Op::In0* x0, const typename Op::In1* x1,
                          const typename Op::In2* x2, typename Op::Out* y) {
  if constexpr (HasMany<Op>::value) {
    Op::template Many<V>(a, x0, x1, y);
  } else {
#pragma unroll
    for (int v = 0; v < V; v++) y[v] = Op::Of(a, x0[v], x1[v], x2[v]);
  }
}

template <class Op, int V>
__global__ void __launch_bounds__(kThreads) ElementKernel(const ElementArgs a) {
  constexpr int kOut = Op::kInputs;
  constexpr bool kFormats = HasFormats<Op>::value;
  const bool vectors = a.vectors;
  const uint32_t step = vectors ? 1 : kThreads;
  const uint32_t first = blockIdx.x * (kThreads * V) + threadIdx.x * (vectors ? V : 1);
  if (first >= a.n) return;
  if (vectors && first + V <= a.n) {
    typename Op::In0 x0[V];
    typename Op::In1 x1[V];
    typename Op::In2 x2[V];
    typename Op::Out y[V];
    const auto get = [&](auto* x, int k) {
      using T = std::remove_reference_t<decltype(*x)>;
      if (a.scalars >> k & 1) {
        const T value = Single<T, kFormats>(a, k);
#pragma unroll
        for (int v = 0; v < V; v++) x[v] = value;
      } else {
        LoadMany<T, V, kFormats>(a, a.base[k] + static_cast<int64_t>(first) * BytesOf<T, kFormats>(a), x);
      }
    };
    get(x0, 0);
    if constexpr (Op::kInputs > 1) get(x1, 1);
    if constexpr (Op::kInputs > 2) get(x2, 2);
    Compute<Op, V>(a, x0, x1, x2, y);
    using Out = typename Op::Out;
    StoreMany<Out, V, kFormats>(a, a.base[kOut] + static_cast<int64_t>(first) * BytesOf<Out, kFormats>(a), y);
    return;
  }
#pragma unroll 1
  for (int v = 0; v < V; v++) {
    const uint32_t i = first + static_cast<uint32_t>(v) * step;
    if (i >= a.n) return;
    int64_t offsets[kOperands];
    OffsetsOf(a, i, kOut + 1, offsets);
    const auto e0 = Strided<typename Op::In0, kFormats>(a, 0, offsets);
    typename Op::In1 e1{};
    typename Op::In2 e2{};
    typename Op::Out y;
    if constexpr (Op::kInputs > 1) e1 = Strided<typename Op::In1, kFormats>(a, 1, offsets);
    if constexpr (Op::kInputs > 2) e2 = Strided<typename Op::In2, kFormats>(a, 2, offsets);
    Compute<Op, 1>(a, &e0, &e1, &e2, &y);
    StoreMany<typename Op::Out, 1, kFormats>(a, a.base[kOut] + offsets[kOut], &y);
  }
}

// Elements of a thread: 16 bytes of the widest operand; fewer where the function is long.
template <class Op>
constexpr int VectorOf(bool heavy) {
  size_t widest = sizeof(typename Op::Out);
  widest = sizeof(typename Op::In0) > widest ? sizeof(typename Op::In0) : widest;
  if (Op::kInputs > 1 && sizeof(typename Op::In1) > widest) widest = sizeof(typename Op::In1);
  const int most = static_cast<int>(16 / widest), limit = heavy ? 4 : 8;
  return most < limit ? most : limit;
}
template <class Op, bool kHeavy>
constexpr ElementEntry EntryOf(int32_t op = 0, int32_t format = kOwn) {
  return {ElementKernel<Op, VectorOf<Op>(kHeavy)>, VectorOf<Op>(kHeavy), op, format};
}
template <typename T>
constexpr int32_t FormatOf() {
  return std::is_same<T, Half>::value ? kAsHalf : std::is_same<T, BFloat16>::value ? kAsBFloat16 : kOwn;
}
struct NoInput {
  uint8_t nothing;
};

}  // namespace cuda
}  // namespace numrs
