// Kernels of theme rolling of cpu-portable.
#include "core/rolling_tables.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {

const RollingTable* Rolling() {
  static const RollingTable table{};
  return &table;
}

}  // namespace portable
}  // namespace numrs
