// What the plug-in's kernels compute, on the host: sorting and order statistics.
#include "core/device_jobs.h"
#include "core/order.h"
#include "numrs/order.h"
#include "support.h"

namespace {

// An output of (kept axes, length), contiguous.
OrderOutput OutputOf(const OrderJob& job, Memory& memory, int32_t dtype, int64_t length) {
  OrderOutput output;
  output.length = length;
  output.line_stride = SizeOf(dtype);
  output.result = dtype;
  View& v = output.view;
  v.data = memory.data();
  v.dtype = dtype;
  v.ndim = job.x.ndim;
  v.size = 1;
  int64_t step = length * SizeOf(dtype);
  for (int d = v.ndim; d-- > 0;) {
    const bool along = job.axes >> d & 1;
    v.shape[d] = along ? 1 : job.x.shape[d];
    v.strides[d] = along ? 0 : step;
    if (!along) step *= job.x.shape[d];
    v.size *= v.shape[d];
  }
  return output;
}

void CompareOrder(OrderJob job, int64_t length, const std::string& what) {
  int64_t lines = 1;
  for (int d = 0; d < job.x.ndim; d++) lines *= job.axes >> d & 1 ? 1 : job.x.shape[d];
  const OrderRow& row = kOrderRows[job.op];
  const int32_t dtype = OrderResultDType(row.result, job.compute);
  Memory y[2] = {Memory(lines * length * 8 + 8), Memory(lines * length * 8 + 8)};
  Memory at[2] = {Memory(lines * length * 8 + 8), Memory(lines * length * 8 + 8)};
  for (int k = 0; k < 2; k++) {
    job.y = OutputOf(job, y[k], dtype, length);
    if (job.op == kOrder_topk) job.y2 = OutputOf(job, at[k], kI64, length);
    REQUIRE((k ? Slots().order(Stream(), job) : RunOrder(Cpu(), job)) == NUMRS_OK);
  }
  INFO(what << " " << row.name << " " << NameOf(job.compute) << " axes " << job.axes << " flags " << job.options.flags);
  REQUIRE(Worst(y[0].data(), y[1].data(), dtype, lines * length) == 0);
  if (job.op == kOrder_topk)
    REQUIRE(std::memcmp(at[0].data(), at[1].data(), static_cast<size_t>(lines * length * 8)) == 0);
  REQUIRE(scratch_blocks == 0);
}

}  // namespace

TEST_CASE("sorting, positions in order, the greatest elements") {
  for (int32_t dtype : {kBOOL, kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64, kF16, kBF16, kF32, kF64}) {
    std::vector<std::vector<int64_t>> shapes = {{50}, {3, 4}};
    if (dtype == kF32) shapes = {{1}, {50}, {3, 4}, {0, 4}, {4, 0}};
    if (dtype == kU8 || dtype == kBF16 || dtype == kF64)
      shapes = {{2500}, {20, 7}, {2, 3, 5}};  // sorted slowly on a host
    for (const auto& shape : shapes) {
      int64_t size = 1;
      for (const int64_t extent : shape) size *= extent;
      Memory x(size * 8 + 8);
      Fill(x, dtype, size, true);
      OrderJob job;
      job.function = "order";
      job.compute = OrderKernelDType(dtype);
      job.x = Whole(x, dtype, shape);
      for (int axis = 0; axis < job.x.ndim; axis++) {
        job.axes = 1u << axis;
        const int64_t n = shape[static_cast<size_t>(axis)];
        for (const int32_t flags : {0, static_cast<int>(NUMRS_ORDER_DESCENDING)}) {
          job.options = OrderOptions();
          job.options.flags = flags;
          job.op = kOrder_sort;
          CompareOrder(job, n, "plain");
          job.op = kOrder_argsort;
          CompareOrder(job, n, "plain");
        }
        for (const int32_t flags : {0, static_cast<int>(NUMRS_ORDER_SORTED), static_cast<int>(NUMRS_ORDER_SMALLEST),
                                    static_cast<int>(NUMRS_ORDER_SMALLEST | NUMRS_ORDER_SORTED)}) {
          if (shape.size() == 1 && shape[0] < 2500 && dtype != kF32) continue;
          for (const int64_t k : {n / 3, n}) {
            job.op = kOrder_topk;
            job.options = OrderOptions();
            job.options.flags = flags;
            job.options.k = k;
            if (n > 0 && size > 0 && dtype >= kU64) CompareOrder(job, k, "k");
          }
        }
      }
    }
  }
}

TEST_CASE("medians, quantiles, distances of quartiles") {
  const double q[] = {0,    0.1,  0.25, 0.333, 0.5,  0.5,  0.77, 0.9,  1,
                      0.01, 0.02, 0.03, 0.04,  0.05, 0.06, 0.07, 0.08, 0.09};
  for (int32_t dtype : {kF32, kF64}) {
    for (const auto& shape : std::vector<std::vector<int64_t>>{{1}, {2}, {21}, {6, 9}, {3, 0}}) {
      for (const bool special : {false, true}) {
        if (shape[0] < 3 && special) continue;
        int64_t size = 1;
        for (const int64_t extent : shape) size *= extent;
        Memory x(size * 8 + 8);
        Fill(x, dtype, size, special);
        OrderJob job;
        job.function = "order";
        job.compute = dtype;
        job.x = shape.size() > 1 ? Turned(Whole(x, dtype, shape)) : Whole(x, dtype, shape);
        for (uint32_t axes = 1; axes < 1u << job.x.ndim; axes++) {
          job.axes = axes;
          for (const int32_t flags : {0, static_cast<int>(NUMRS_ORDER_OMIT_NAN)}) {
            if (flags && shape[0] == 21) continue;
            job.options = OrderOptions();
            job.options.flags = flags;
            job.op = kOrder_median;
            CompareOrder(job, 1, "median");
            for (int32_t method = special || dtype == kF64 ? NUMRS_QUANTILE_NEAREST : 0;
                 method <= NUMRS_QUANTILE_NEAREST; method++) {
              job.options.method = method;
              job.op = kOrder_iqr;
              job.options.scale = 1.349;
              CompareOrder(job, 1, "iqr");
              job.op = kOrder_quantile;
              job.options.q = q;
              job.options.n_q = method % 2 ? 18 : 3;
              CompareOrder(job, job.options.n_q, "quantile");
            }
          }
        }
      }
    }
  }
}
