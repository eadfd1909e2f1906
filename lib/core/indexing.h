// Gathering, scattering and searching for elements that are not zero: plans and loops; shapes are checked above.
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// One walk over the index space of a gather or scatter. x holds what an index chooses from, y what stands beside the
// indices: y[…] = x[… + index * step] for a gather, the other way round for a scatter.
struct GatherJob {
  const char* function;
  int32_t ndim = 0;
  int32_t axis_begin = 0, axis_end = 0;  // dimensions that belong to the indexed axis
  int64_t shape[kMaxNDim];
  int64_t x_strides[kMaxNDim];  // 0 along the axis
  int64_t index_strides[kMaxNDim];
  int64_t y_strides[kMaxNDim];
  char* x = nullptr;
  char* y = nullptr;
  const char* indices = nullptr;  // int64
  int64_t extent = 0, step = 0;   // of the axis in x
  int64_t itemsize = 0;
  bool scatter = false;
};

// Refuses indices outside of [-extent, extent) by NUMRS_BAD_INDEX, whatever integer dtype they have.
Status CheckIndices(const Run& run, const char* function, const View& indices, int64_t extent);
Status RunGather(const Run& run, const GatherJob& job);

// Counts in blocks, then writes the indices along each dimension: y is int64 (ndim, count), or has no memory to count
// only.
Status RunNonzero(const Run& run, const View& x, const View* y, int64_t* count);

}  // namespace numrs
