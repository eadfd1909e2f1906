// Element-wise kernels of backend "cpu".
#include "cpu/targets.h"

namespace numrs {
namespace cpu {
const UnaryTable* Unary(int64_t) { return nullptr; }
const BinaryTable* Binary(int64_t) { return nullptr; }
const TernaryTable* Ternary(int64_t) { return nullptr; }
const CopyTable* Copy(int64_t) { return nullptr; }
const ReduceTable* Reduce(int64_t) { return nullptr; }
const ScanTable* Scan(int64_t) { return nullptr; }
}  // namespace cpu
}  // namespace numrs
