// Statistics of groups and histograms: counting sort by keys, then the reduction kernels on each group's elements.
#pragma once

#include "core/context.h"
#include "core/tables.h"
#include "core/view.h"

namespace numrs {

enum GroupOp : int32_t {
#define NUMRS_GROUP(id, name, way, result, parameter) kGroup_##name = id,
#include "table/group.def"
  kGroupOps
};
enum class GroupWay : uint8_t { REDUCE, FIRST, LAST, QUANTILE };
enum class GroupResult : uint8_t { SUM, FLOAT, SAME, INDEX };
struct GroupRow {
  const char* name;  // "group_sum"
  GroupWay way;
  GroupResult result;
  int32_t reduce;  // reduction of way REDUCE
};
extern const GroupRow kGroupRows[kGroupOps];
int32_t GroupResultDType(int32_t op, int32_t x);

// Keys outside of the groups and integers' groups without an element are refused before anything is written.
struct GroupJob {
  int32_t op;
  int32_t axis;
  View x, keys, y;  // keys 1-d, of integers; y has the groups along axis and overlaps nothing
  double parameter;
};
Status RunGroup(const Run& run, const GroupJob& job);

// counts: int64 without weights (ndim -1), float64 with. The engine refuses edges that decrease, before it writes.
struct HistogramJob {
  const char* function;
  View x;
  View weights = NoView();
  View edges, counts;
};
Status RunHistogram(const Run& run, const HistogramJob& job);

}  // namespace numrs
