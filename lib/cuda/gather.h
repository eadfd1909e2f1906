// The index space of a gather or scatter on a device: its dimensions merged, and cut so that a kernel can walk over it.
#pragma once

#include "core/indexing.h"
#include "cuda/launch.h"
#include "cuda/loops.h"

namespace numrs {
namespace cuda {

// A place from an index that was checked ahead, from memory that another call may have changed since: never outside.
NUMRS_DEVICE int64_t PlaceAt(const char* index, int64_t extent) {
  int64_t place = *reinterpret_cast<const int64_t*>(index);
  place = place < 0 ? place + extent : place;
  return place < 0 || place >= extent ? 0 : place;
}

// Without extents of 1, neighbours as one dimension where all operands allow it; the order of elements is kept.
GatherJob MergedGather(const GatherJob& job);

// Calls body for parts with at most kLoops dimensions and `most` elements, one after the other in C order, until one
// fails; job is merged.
template <class Body>
Status ForGatherPieces(const GatherJob& job, int64_t most, Body&& body) {
  int64_t size = 1;
  for (int d = 0; d < job.ndim; d++) size *= job.shape[d];
  if (size == 0) return NUMRS_OK;
  if (job.ndim <= kLoops && size <= most) return body(job);
  GatherJob part = job;
  const int64_t step = job.ndim > kLoops ? 1 : (job.shape[0] + 1) / 2;
  for (int64_t begin = 0; begin < job.shape[0]; begin += step) {
    part.shape[0] = job.shape[0] - begin < step ? job.shape[0] - begin : step;
    part.x = job.x + begin * job.x_strides[0];
    part.y = job.y + begin * job.y_strides[0];
    part.indices = job.indices + begin * job.index_strides[0];
    NUMRS_TRY(ForGatherPieces(MergedGather(part), most, body));
  }
  return NUMRS_OK;
}

// x[… + index * step] = y[…]; the last one of equal indices holds. job is merged.
Status Scatter(DeviceStream* stream, const GatherJob& job);

// *first: the position in C order of the first index, of any integer dtype, that is not what it has to be (IsIndex);
// with extent -1 of the first number below zero; or -1. Waits.
Status FirstBadIndex(DeviceStream* stream, const char* function, const View& v, int64_t extent, IndexKind kind,
                     int64_t ignore, int64_t* first);

}  // namespace cuda
}  // namespace numrs
