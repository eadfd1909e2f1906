// The kernel table of sorting and order statistics.
#pragma once

#include <cstdint>

namespace numrs {

struct OrderTable {
  void (*none)();
};

}  // namespace numrs
