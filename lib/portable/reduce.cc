// Reduction and scan kernels of cpu-portable.
#include "portable/portable.h"

namespace numrs {
namespace portable {
const ReduceTable* Reduce() {
  static const ReduceTable table{};
  return &table;
}
const ScanTable* Scan() {
  static const ScanTable table{};
  return &table;
}
}  // namespace portable
}  // namespace numrs
