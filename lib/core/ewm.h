// One call of an exponentially weighted statistic, checked, and its engine.
#pragma once

#include "core/rolling.h"

namespace numrs {

struct EwmJob {
  RollingJob lines;  // function, axis, x, x2, y, n = outputs
  int32_t op = 0;
  EwmParameters p{};
  const double* factors = nullptr;  // host; n of them
};

Status RunEwm(const Run& run, EwmJob& job);

}  // namespace numrs
