// Planning of reductions: which loops there are, sorted and merged.
#include "core/reduce_plan.h"

namespace numrs {
namespace {

int64_t Magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

// Sorts loops by falling stride of x (then of the second operand); stable.
template <int kOperands>
void SortLoops(int count, int64_t* shape, int64_t (*stride)[kMaxNDim]) {
  for (int i = 1; i < count; i++) {
    for (int j = i; j > 0; j--) {
      const int64_t a = Magnitude(stride[0][j - 1]), b = Magnitude(stride[0][j]);
      if (a > b || (a == b && Magnitude(stride[1][j - 1]) >= Magnitude(stride[1][j]))) break;
      int64_t swap = shape[j];
      shape[j] = shape[j - 1];
      shape[j - 1] = swap;
      for (int k = 0; k < kOperands; k++) {
        swap = stride[k][j];
        stride[k][j] = stride[k][j - 1];
        stride[k][j - 1] = swap;
      }
    }
  }
}

// Joins neighbours that every operand walks as one loop; returns how many are left.
template <int kOperands>
int MergeLoops(int count, int64_t* shape, int64_t (*stride)[kMaxNDim]) {
  int out = 0;
  for (int d = 0; d < count; d++) {
    bool merge = out > 0;
    for (int k = 0; k < kOperands && merge; k++) merge = stride[k][out - 1] == stride[k][d] * shape[d];
    if (merge) {
      shape[out - 1] = TimesExtent(shape[out - 1], shape[d]);
    } else {
      shape[out++] = shape[d];
    }
    for (int k = 0; k < kOperands; k++) stride[k][out - 1] = stride[k][d];
  }
  return out;
}

}  // namespace

bool ReduceOrderIsFree(int32_t op, int32_t compute) {
  switch (op) {
    case kReduce_sum:
    case kReduce_prod:
    case kReduce_nansum:
    case kReduce_nanprod:
      return KindOf(compute) != Kind::FLOAT && KindOf(compute) != Kind::COMPLEX;
    case kReduce_min:
    case kReduce_max:
    case kReduce_abs_max:
    case kReduce_any:
    case kReduce_all:
    case kReduce_count_nonzero:
    case kReduce_nanmin:
    case kReduce_nanmax:
    case kReduce_count:
      return true;
    default:
      return false;
  }
}

void MakeReducePlan(const ReduceJob& job, bool order_free, ReducePlan* plan) {
  const View& x = job.x;
  const bool two = job.role != ReduceSecond::NONE;
  plan->base[kReduceX] = x.data;
  plan->base[kReduceSecond] = two ? job.second.data : nullptr;
  plan->base[kReduceY] = job.y.data;
  int kept = 0, reduced = 0;
  for (int d = 0; d < x.ndim; d++) {
    const int64_t extent = x.shape[d];
    int64_t stride = x.strides[d], second = two ? job.second.strides[d] : 0, y = job.y.strides[d];
    const bool is_reduced = job.axes >> d & 1;
    // Extents beside a zero may be anything: their product wraps, and is zero or not used.
    int64_t& count = is_reduced ? plan->n : plan->outputs;
    count = static_cast<int64_t>(static_cast<uint64_t>(count) * static_cast<uint64_t>(extent));
    if (extent == 1) continue;
    if (extent != 0 && stride < 0 && (!is_reduced || order_free)) {
      plan->base[kReduceX] = Moved(plan->base[kReduceX], (extent - 1) * stride);
      stride = -stride;
      if (two) plan->base[kReduceSecond] = Moved(plan->base[kReduceSecond], (extent - 1) * second);
      second = -second;
      if (!is_reduced) {
        plan->base[kReduceY] = Moved(plan->base[kReduceY], (extent - 1) * y);
        y = -y;
      }
    }
    if (is_reduced) {
      plan->reduced_shape[reduced] = extent;
      plan->reduced_stride[0][reduced] = stride;
      plan->reduced_stride[1][reduced++] = second;
    } else {
      plan->kept_shape[kept] = extent;
      plan->kept_stride[kReduceX][kept] = stride;
      plan->kept_stride[kReduceSecond][kept] = second;
      plan->kept_stride[kReduceY][kept++] = y;
    }
  }
  if (plan->outputs == 0) return;
  SortLoops<kReduceOperands>(kept, plan->kept_shape, plan->kept_stride);
  plan->kept = MergeLoops<kReduceOperands>(kept, plan->kept_shape, plan->kept_stride);
  if (plan->n == 0) return;
  if (order_free) SortLoops<2>(reduced, plan->reduced_shape, plan->reduced_stride);
  plan->reduced = MergeLoops<2>(reduced, plan->reduced_shape, plan->reduced_stride);
}

}  // namespace numrs
