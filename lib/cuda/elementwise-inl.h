// The one element-wise kernel: V elements a thread, in one access of up to 16 bytes where every operand lies without
// gaps or is a single value, else through strides. What an element is comes from a class with In0, In1, In2, Out and
// Of.
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

// An operand that is one value.
template <typename T>
NUMRS_DEVICE T Single(const ElementArgs& a, int k) {
  if (!(a.hosts >> k & 1)) return LoadElement<T>(a.base[k]);
  T value;
  memcpy(&value, a.values[k], sizeof(T));
  return value;
}
template <typename T>
NUMRS_DEVICE T Strided(const ElementArgs& a, int k, const int64_t* offsets) {
  if (a.hosts >> k & 1) return Single<T>(a, k);
  return LoadElement<T>(a.base[k] + offsets[k]);
}

template <class Op, int V>
__global__ void __launch_bounds__(kThreads) ElementKernel(const ElementArgs a) {
  constexpr int kOut = Op::kInputs;
  const bool vectors = a.vectors;
  const uint32_t step = vectors ? 1 : kThreads;
  const uint32_t first = blockIdx.x * (kThreads * V) + threadIdx.x * (vectors ? V : 1);
  if (first >= a.n) return;
  typename Op::In0 x0[V];
  typename Op::In1 x1[V];
  typename Op::In2 x2[V];
  typename Op::Out y[V];
  const auto get = [&](auto* x, int k) {
    using T = std::remove_reference_t<decltype(*x)>;
    if (a.scalars >> k & 1) {
      const T value = Single<T>(a, k);
#pragma unroll
      for (int v = 0; v < V; v++) x[v] = value;
    } else {
      LoadVector<T, V>(a.base[k] + static_cast<int64_t>(first) * static_cast<int64_t>(sizeof(T)), x);
    }
  };
  if (vectors && first + V <= a.n) {
    get(x0, 0);
    if constexpr (Op::kInputs > 1) get(x1, 1);
    if constexpr (Op::kInputs > 2) get(x2, 2);
#pragma unroll
    for (int v = 0; v < V; v++) y[v] = Op::Of(a, x0[v], x1[v], x2[v]);
    StoreVector<typename Op::Out, V>(
        a.base[kOut] + static_cast<int64_t>(first) * static_cast<int64_t>(sizeof(typename Op::Out)), y);
    return;
  }
#pragma unroll 1
  for (int v = 0; v < V; v++) {
    const uint32_t i = first + static_cast<uint32_t>(v) * step;
    if (i >= a.n) return;
    int64_t offsets[kOperands];
    OffsetsOf(a, i, kOut + 1, offsets);
    const auto e0 = Strided<typename Op::In0>(a, 0, offsets);
    typename Op::In1 e1{};
    typename Op::In2 e2{};
    if constexpr (Op::kInputs > 1) e1 = Strided<typename Op::In1>(a, 1, offsets);
    if constexpr (Op::kInputs > 2) e2 = Strided<typename Op::In2>(a, 2, offsets);
    StoreElement<typename Op::Out>(a.base[kOut] + offsets[kOut], Op::Of(a, e0, e1, e2));
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
constexpr ElementEntry EntryOf() {
  return {ElementKernel<Op, VectorOf<Op>(kHeavy)>, VectorOf<Op>(kHeavy)};
}
struct NoInput {
  uint8_t nothing;
};

}  // namespace cuda
}  // namespace numrs
