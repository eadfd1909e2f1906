// The engine of statistics of lines: any axes, strides, conversion, masks and threads around the kernels of
// core/stats_tables.h.
#pragma once

#include "core/context.h"
#include "core/stats_tables.h"
#include "core/view.h"

namespace numrs {

struct StatJob {
  const char* function;  // for messages
  int32_t op;
  uint32_t axes;          // bit d: axis d belongs to the line
  View x, x2, where;      // of one shape (strides 0 where stretched); x2.ndim and where.ndim -1: none
  View y;                 // x's shape; rows with outputs: extent 1 on the axes
  int64_t output_stride;  // bytes between the numbers of a line, where there are several
  double parameters[kStatParameters];
};

// Runs a checked job; y overlaps no input.
Status RunStat(const Run& run, const StatJob& job);

}  // namespace numrs
