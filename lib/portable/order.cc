// Kernels of theme order of cpu-portable.
#include "core/order_tables.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {

const OrderTable* Order() {
  static const OrderTable table{};
  return &table;
}

}  // namespace portable
}  // namespace numrs
