// Gathering, scattering and searching for elements that are not zero: plans and loops; shapes are checked above.
#pragma once

#include <cinttypes>
#include <cstdio>

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

// What indices have to be: places of an axis, counted from its end too; rows, from the first; classes, or the label
// that is ignored.
enum class IndexKind : int32_t { AXIS, ROW, LABEL };

// Is an index of 64 bits what it has to be? of_unsigned: it has been of an unsigned dtype.
inline constexpr bool IsIndex(IndexKind kind, uint64_t bits, bool of_unsigned, int64_t extent, int64_t ignore) {
  const bool negative = !of_unsigned && static_cast<int64_t>(bits) < 0;
  if (kind == IndexKind::AXIS && negative) return uint64_t{0} - bits <= static_cast<uint64_t>(extent);
  if (bits < static_cast<uint64_t>(extent) && !negative) return true;
  if (kind != IndexKind::LABEL || static_cast<int64_t>(bits) != ignore) return false;
  return !of_unsigned || static_cast<int64_t>(bits) >= 0;
}
// What is wrong with one, behind the name of the function. at: its place.
inline const char* IndexTrouble(IndexKind kind, uint64_t bits, bool of_unsigned, const char* at, int64_t extent,
                                int64_t ignore, char* text, size_t bytes) {
  char number[32];
  if (of_unsigned) {
    std::snprintf(number, sizeof(number), "%" PRIu64, bits);
  } else {
    std::snprintf(number, sizeof(number), "%" PRId64, static_cast<int64_t>(bits));
  }
  if (kind == IndexKind::LABEL) {
    const int used = std::snprintf(text, bytes, "label %s at %s of target is no class, expected 0 to %" PRId64, number,
                                   at, extent - 1);
    if (!(of_unsigned && static_cast<int64_t>(bits) < 0) && used > 0 && static_cast<size_t>(used) < bytes)
      std::snprintf(text + used, bytes - static_cast<size_t>(used), " or ignore_index, %" PRId64, ignore);
  } else if (extent == 0) {
    std::snprintf(text, bytes, "index %s at %s of indices, %s", number, at,
                  kind == IndexKind::ROW ? "there are no rows" : "the axis has no elements");
  } else {
    std::snprintf(text, bytes, "index %s at %s of indices is out of bounds, expected %" PRId64 " to %" PRId64, number,
                  at, kind == IndexKind::ROW ? 0 : -extent, extent - 1);
  }
  return text;
}

// Refuses by NUMRS_BAD_INDEX indices, of any integer dtype, of which one is not what it has to be. On a stream that is
// being recorded they are noted and looked at before each launch.
Status CheckIndices(const Run& run, const char* function, const View& indices, int64_t extent,
                    IndexKind kind = IndexKind::AXIS, int64_t ignore = 0);
Status RunGather(const Run& run, const GatherJob& job);

// Counts in blocks, then writes the indices along each dimension: y is int64 (ndim, count), or has no memory to count
// only.
Status RunNonzero(const Run& run, const View& x, const View* y, int64_t* count);

}  // namespace numrs
