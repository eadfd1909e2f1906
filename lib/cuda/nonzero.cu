// The places of elements that are not zero: truth values, how many stand before each, then places one after the other.
#include "core/indexing.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"

namespace numrs {
namespace cuda {
namespace {

struct PlacesArgs {
  const uint8_t* truth;
  const int64_t* counts;  // of true elements up to each one
  int64_t n, room;        // elements; places that y has
  int64_t* y;             // (ndim, room)
  int32_t ndim;
  int64_t shape[kMaxNDim];
};
__global__ void __launch_bounds__(kThreads) PlacesKernel(const PlacesArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.n || !a.truth[i]) return;
  const int64_t at = a.counts[i] - 1;
  if (at >= a.room) return;
  int64_t rest = i;
  for (int d = a.ndim - 1; d >= 0; d--) {
    const int64_t quotient = d > 0 ? rest / a.shape[d] : 0;
    a.y[d * a.room + at] = rest - quotient * a.shape[d];
    rest = quotient;
  }
}

// counts: nullptr where there are no elements.
Status Write(DeviceStream* stream, const NonzeroJob& job, const char* truth, const int64_t* counts) {
  const View& x = job.x;
  if (job.count && (job.y.ndim != 2 || job.y.shape[0] != x.ndim || job.y.shape[1] != *job.count)) {
    char got[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected (%d, %lld)", job.function,
                ShapeText(job.y, got, sizeof(got)), static_cast<int>(x.ndim), static_cast<long long>(*job.count));
  }
  if (job.y.size == 0 || !counts) return NUMRS_OK;
  Output y(stream);
  NUMRS_TRY(y.Open(job.function, job.y, kI64, RangesOverlap(x, job.y)));
  PlacesArgs args{};
  args.truth = reinterpret_cast<const uint8_t*>(truth);
  args.counts = counts;
  args.n = x.size;
  args.room = job.y.shape[1];
  args.y = reinterpret_cast<int64_t*>(y.data());
  args.ndim = x.ndim;
  for (int d = 0; d < x.ndim; d++) args.shape[d] = x.shape[d];
  NUMRS_TRY(Launch(stream, job.function, PlacesKernel, dim3(Blocks(x.size, kThreads)), dim3(kThreads), args));
  return y.Commit(job.function);
}

}  // namespace

Status Run_nonzero(DeviceStream* stream, const NonzeroJob& job) {
  const View& x = job.x;
  const bool places = There(job.y);
  if (job.count) *job.count = 0;
  NUMRS_TRY(Use(stream->device));
  if (x.size == 0) return places ? Write(stream, job, nullptr, nullptr) : static_cast<Status>(NUMRS_OK);
  if (job.count && stream->capturing)
    return Fail(NUMRS_UNSUPPORTED, "%s: values are counted for the host, which a graph cannot wait for", job.function);
  if (x.size / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Scratch truth(stream), counts(stream);
  NUMRS_TRY(truth.Take(x.size));
  NUMRS_TRY(counts.Take(x.size * 8));
  NUMRS_TRY(ConvertTo(stream, job.function, x, ContiguousView(truth.data(), kBOOL, x.ndim, x.shape)));
  ScanJob sums;
  sums.function = job.function;
  sums.op = kScan_cumulative_sum;
  sums.axis = 0;
  sums.compute = kBOOL;
  sums.result = kI64;
  sums.include_initial = false;
  sums.x = ContiguousView(truth.data(), kBOOL, 1, &x.size);
  sums.y = ContiguousView(counts.data(), kI64, 1, &x.size);
  NUMRS_TRY(Run_scan(stream, sums));
  if (job.count) NUMRS_TRY(ReadBack(stream, job.function, job.count, counts.as<int64_t>() + (x.size - 1), 8));
  return places ? Write(stream, job, truth.data(), counts.as<int64_t>()) : static_cast<Status>(NUMRS_OK);
}

}  // namespace cuda
}  // namespace numrs
