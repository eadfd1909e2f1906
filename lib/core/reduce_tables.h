// The kernel tables of reductions and scans.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

struct ReduceTable {
  void (*placeholder)();
};
struct ScanTable {
  void (*placeholder)();
};

}  // namespace numrs
