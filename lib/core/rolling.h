// One call of a rolling statistic, checked, and its engine: lines, lanes, blocks, threads; no arithmetic.
#pragma once

#include "core/context.h"
#include "core/rolling_tables.h"
#include "core/view.h"

namespace numrs {

struct RollingJob {
  const char* function = nullptr;  // for messages
  int32_t op = 0;
  int32_t axis = 0;
  View x, x2, y;  // y's extent along axis: outputs; the others are x's. x and y share no memory.
  int64_t n = 0, outputs = 0;
  // Window i is [i * step + first, i * step + last), clipped to [0, n), or [starts[i], ends[i]), inside [0, n].
  int64_t first = 0, last = 0, step = 1;
  const int64_t *starts = nullptr, *ends = nullptr;  // host, as p.weights is
  // window is last - first, or the longest of the bounds; at least 1, unless `empty`: no window has any element.
  bool empty = false;
  RollingParameters p{};
};

Status RunRolling(const Run& run, RollingJob& job);

// Blocks along each line as it lies in memory, for the statistics that have such a kernel and lines for which that is
// the faster way. The bits are those of the other way.
bool RollsAlongLines(const Run& run, const RollingJob& job);
Status RunRollingAlongLines(const Run& run, const RollingJob& job);

}  // namespace numrs
