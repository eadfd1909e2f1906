// The table of theme rolling of backend "cpu".
#include "core/rolling_tables.h"
#include "cpu/targets.h"

namespace numrs {
namespace cpu {

const RollingTable* Rolling(int64_t) { return nullptr; }

}  // namespace cpu
}  // namespace numrs
