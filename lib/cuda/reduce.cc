// Reductions on a device: any axes as (kept, reduced) loops, masks and conversions ahead, blocks, then joins.
#include "cuda/reduce.h"

#include <cstring>

#include "core/reduce_plan.h"
#include "cuda/elementwise.h"
#include "cuda/launch.h"

namespace numrs {
namespace cuda {
namespace {

struct Table {
  ReduceEntry rows[kReduceOps][kDTypes] = {};
  ReduceEntry dots[kDTypes] = {};
  Table() {
    FillSums(rows);
    FillMoments(rows);
    FillExtremes(rows);
    FillCounts(rows);
    FillDots(dots);
  }
};
const Table& Entries() {
  static const Table table;
  return table;
}

int64_t Magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

// x with its kept axes ahead and its reduced ones behind, in their order.
View ReducedLast(const View& v, uint32_t axes) {
  View out = v;
  int at = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (int d = 0; d < v.ndim; d++) {
      if (static_cast<int>(axes >> d & 1) != pass) continue;
      out.shape[at] = v.shape[d];
      out.strides[at++] = v.strides[d];
    }
  }
  return out;
}

}  // namespace

Walk MakeWalk(int ndim, const int64_t* shape) {
  Walk walk{};
  walk.ndim = ndim;
  int64_t size = 1;
  for (int d = 0; d < ndim; d++) {
    size *= shape[d];
    walk.extent[d] = shape[d];
  }
  walk.wide = size >> 31 != 0;
  for (int d = 0; d < ndim && !walk.wide; d++) walk.divider[d] = Divider::By(static_cast<uint32_t>(shape[d]));
  return walk;
}

Status Reduce(DeviceStream* stream, const ReduceJob& given) {
  ReduceJob job = given;
  Scratch x(stream), second(stream), masked(stream), packed(stream), result(stream);
  const bool dots = job.role == ReduceSecond::FACTOR && job.op == kReduce_sum && (Bit(job.compute) & kRealSet);
  const ReduceEntry entry = dots ? Entries().dots[job.compute] : Entries().rows[job.op][job.compute];
  if (!entry.block) return NoKernelFor(job.function, job.compute);
  const auto convert = [&](Scratch* memory, View* v) -> Status {
    if (v->dtype == job.compute) return NUMRS_OK;
    NUMRS_TRY(memory->Take(v->size * SizeOf(job.compute)));
    const View copy = ContiguousView(memory->data(), job.compute, v->ndim, v->shape);
    NUMRS_TRY(ConvertTo(stream, job.function, *v, copy));
    *v = copy;
    return NUMRS_OK;
  };
  if (job.x.size > 0) {
    NUMRS_TRY(convert(&x, &job.x));
    if (job.role == ReduceSecond::FACTOR) NUMRS_TRY(convert(&second, &job.second));
    if (job.role != ReduceSecond::NONE && !dots) {  // the masked or multiplied elements, then a plain reduction
      NUMRS_TRY(masked.Take(job.x.size * SizeOf(job.compute)));
      const View whole = ContiguousView(masked.data(), job.compute, job.x.ndim, job.x.shape);
      if (job.role == ReduceSecond::MASK) {
        ElementBits neutral = job.neutral;
        View value = ContiguousView(neutral.words, job.compute, 0, nullptr);
        value.host = true;
        View mask = job.second;
        Scratch truth(stream);
        if (mask.dtype != kBOOL) {
          NUMRS_TRY(truth.Take(mask.size));
          const View copy = ContiguousView(truth.data(), kBOOL, mask.ndim, mask.shape);
          NUMRS_TRY(ConvertTo(stream, job.function, mask, copy));
          mask = copy;
        }
        const View* views[] = {&mask, &job.x, &value, &whole};
        NUMRS_TRY(LaunchElements(stream, job.function, TernaryEntries()[kTernary_where][job.compute], 4, views));
      } else {
        const ElementEntry multiply = BinaryEntries()[kBinary_multiply][job.compute];
        if (!multiply.kernel) return NoKernelFor(job.function, job.compute);
        const View* views[] = {&job.x, &job.second, &whole};
        NUMRS_TRY(LaunchElements(stream, job.function, multiply, 3, views));
      }
      job.x = whole;
      job.role = ReduceSecond::NONE;
    }
  }
  View out = job.y;
  if (job.result != job.y.dtype) {
    NUMRS_TRY(result.Take(out.size * SizeOf(job.result)));
    out = ContiguousView(result.data(), job.result, out.ndim, out.shape);
    job.y = out;
  }
  ReducePlan plan;
  MakeReducePlan(job, ReduceOrderIsFree(job.op, job.compute), &plan);
  if (plan.outputs == 0) return NUMRS_OK;
  if (plan.reduced > 1 || plan.kept > kLoops) {  // one stride has to reach every reduced element
    const View last = ReducedLast(job.x, job.axes);
    NUMRS_TRY(packed.Take(job.x.size * SizeOf(job.compute) * (dots ? 2 : 1)));
    View copy = ContiguousView(packed.data(), job.compute, last.ndim, last.shape);
    NUMRS_TRY(ConvertTo(stream, job.function, last, copy));
    if (dots) {
      const View last_second = ReducedLast(job.second, job.axes);
      View behind = copy;
      behind.data += job.x.size * SizeOf(job.compute);
      NUMRS_TRY(ConvertTo(stream, job.function, last_second, behind));
      job.second = behind;
    }
    const View last_y = ReducedLast(job.y, job.axes);
    uint32_t axes = 0;
    int kept = 0;
    for (int d = 0; d < job.x.ndim; d++) kept += !(job.axes >> d & 1);
    for (int d = kept; d < job.x.ndim; d++) axes |= 1u << d;
    job.x = copy;
    job.y = last_y;
    job.axes = axes;
    plan = ReducePlan();
    MakeReducePlan(job, false, &plan);
    if (plan.reduced > 1 || plan.kept > kLoops)
      return Fail(NUMRS_UNSUPPORTED, "%s: an output of so many separate dimensions", job.function);
  }
  ReduceArgs args{};
  args.x = plan.base[kReduceX];
  args.second = plan.base[kReduceSecond] ? plan.base[kReduceSecond] : plan.base[kReduceX];
  args.y = plan.base[kReduceY];
  args.n = plan.n;
  args.outputs = plan.outputs;
  args.blocks = plan.n <= kReduceBlock ? 1 : (plan.n + kReduceBlock - 1) / kReduceBlock;
  args.correction = job.correction;
  args.kept = MakeWalk(plan.kept, plan.kept_shape);
  for (int k = 0; k < kReduceOperands; k++) {
    for (int d = 0; d < plan.kept; d++) args.kept_strides[k][d] = plan.kept_stride[k][d];
  }
  if (plan.n > 1 && plan.reduced == 1) {
    args.steps[0] = plan.reduced_stride[0][0];
    args.steps[1] = plan.reduced_stride[1][0];
  }
  args.columns = plan.kept > 0 && plan.WidthStride(kReduceX) != 0 && plan.outputs >= kTeams &&
                 Magnitude(plan.WidthStride(kReduceX)) < Magnitude(args.steps[0]);
  const int64_t per_block = (args.outputs + kTeams - 1) / kTeams;
  const int64_t launches = args.columns ? per_block * args.blocks : (args.outputs * args.blocks + kTeams - 1) / kTeams;
  if (launches >> 31) return Fail(NUMRS_UNSUPPORTED, "%s: more results than one launch can have", job.function);
  Scratch states(stream), joined(stream);
  if (args.blocks > 1) {
    NUMRS_TRY(states.Take(args.outputs * args.blocks * entry.state_bytes));
    args.states = states.data();
  }
  NUMRS_TRY(Launch(stream, job.function, entry.block, dim3(static_cast<unsigned>(launches)), dim3(kTeamLanes * kTeams),
                   args));
  MergeArgs merge{};
  merge.y = args.y;
  merge.outputs = args.outputs;
  merge.n = args.n;
  merge.correction = job.correction;
  merge.kept = args.kept;
  std::memcpy(merge.kept_strides, args.kept_strides, sizeof(args.kept_strides));
  merge.unit = kReduceBlock;
  merge.count = args.blocks;
  merge.from = states.data();
  if (args.blocks > kMergeWidth)
    NUMRS_TRY(joined.Take(args.outputs * ((args.blocks + kMergeWidth - 1) / kMergeWidth) * entry.state_bytes));
  while (merge.count > 1) {
    merge.width = 1;
    while (merge.width < merge.count && merge.width < kMergeWidth) merge.width *= 2;
    merge.groups = (merge.count + merge.width - 1) / merge.width;
    merge.to = merge.groups > 1 ? (merge.from == states.data() ? joined.data() : states.data()) : nullptr;
    const int64_t items = merge.outputs * merge.groups, per = kMergeWidth / merge.width;
    NUMRS_TRY(Launch(stream, job.function, entry.merge, dim3(Blocks(items, per)), dim3(kMergeWidth), merge));
    merge.from = merge.to;
    merge.unit *= merge.width;
    merge.count = merge.groups;
  }
  return given.y.dtype == given.result ? static_cast<Status>(NUMRS_OK)
                                       : ConvertTo(stream, given.function, out, given.y);
}

Status Run_reduce(DeviceStream* stream, const ReduceJob& job) {
  NUMRS_TRY(Use(stream->device));
  return Reduce(stream, job);
}

}  // namespace cuda
}  // namespace numrs
