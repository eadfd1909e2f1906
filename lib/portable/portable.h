// The tables of backend cpu-portable and unaligned access to elements.
#pragma once

#include <cstring>
#include <type_traits>

#include "core/tables.h"
#include "ops/common.h"

namespace numrs {
namespace portable {

const UnaryTable* Unary();
const BinaryTable* Binary();
const TernaryTable* Ternary();
const CopyTable* Copy();
const ReduceTable* Reduce();
const ScanTable* Scan();
const LinalgTable* Linalg();
const RollingTable* Rolling();
const OrderTable* Order();
const StatsTable* Stats();
const RandomTable* Random();
const FftTable* Fft();
const LossTable* Loss();
const OptimTable* Optim();
const NnActivationTable* NnActivation();
const NnNormTable* NnNorm();
const NnConvTable* NnConv();
const NnAttentionTable* NnAttention();

// Element i of memory of any alignment; bool comes in as 0 or 1.
template <typename T>
T Load(const void* x, int64_t i) {
  T value;
  std::memcpy(&value, static_cast<const char*>(x) + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  if constexpr (std::is_same<T, Bool>::value) value = Bool(static_cast<bool>(value));
  return value;
}
// The same in the type in which it is computed.
template <typename T>
ops::ComputeOf<T> Fetch(const void* x, int64_t i) {
  return static_cast<ops::ComputeOf<T>>(Load<T>(x, i));
}
template <typename T>
void Store(void* y, int64_t i, T value) {
  std::memcpy(static_cast<char*>(y) + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
}

}  // namespace portable
}  // namespace numrs
