// The kernel table of rolling statistics.
#pragma once

#include <cstdint>

namespace numrs {

struct RollingTable {
  void (*none)();
};

}  // namespace numrs
