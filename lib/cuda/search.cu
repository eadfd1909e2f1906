// Searching in sorted lines, and values on the lines between points: a thread for each value.
#include "core/order_search.h"
#include "cuda/gather.h"
#include "cuda/plugin.h"
#include "core/interp_line.h"
#include "ops/order.h"

namespace numrs {
namespace cuda {
namespace {

struct SearchArgs {
  const void* sorted;
  const int64_t* order;  // or nullptr
  const void* values;
  int64_t* y;
  int64_t n, count;
  bool right;
};
template <typename T>
__global__ void __launch_bounds__(kThreads) SearchKernel(const SearchArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.count) return;
  const auto element = [](const void* from, int64_t at) {
    const T value = LoadElement<T>(static_cast<const T*>(from) + at);
    if constexpr (std::is_same<T, Bool>::value)
      return value.byte;
    else
      return value;
  };
  const auto at = [&](int64_t rank) {
    return element(a.sorted, a.order ? PlaceAt(reinterpret_cast<const char*>(a.order + rank), a.n) : rank);
  };
  a.y[i] = ops::order::PlaceAmong(at, a.n, element(a.values, i), a.right);
}
void (*SearchFor(int32_t dtype))(SearchArgs) {
  switch (dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)                  \
  case id:                                                                             \
    if constexpr ((Bit(id) & (kComplexSet | kHalfSet)) == 0) return SearchKernel<cxx>; \
    return nullptr;
#include "table/dtype.def"
    default:
      return nullptr;
  }
}

// The positions of a sorted line, waited for: none outside.
Status CheckOrder(DeviceStream* stream, const SearchJob& job, const char* positions) {
  int64_t first, bad = 0;
  const View places = ContiguousView(const_cast<char*>(positions), kI64, 1, job.order.shape);
  NUMRS_TRY(FirstBadIndex(stream, job.function, places, job.sorted.size, IndexKind::ROW, 0, &first));
  if (first < 0) return NUMRS_OK;
  NUMRS_TRY(ReadBack(stream, job.function, &bad, positions + 8 * first, 8));
  return Fail(NUMRS_BAD_INDEX, "%s: sorter[%lld] is %lld, expected 0 to %lld", job.function,
              static_cast<long long>(first), static_cast<long long>(bad), static_cast<long long>(job.sorted.size - 1));
}

struct InterpArgs {
  ops::Points points;
  const double* x;
  double* y;
  int64_t count;
};
__global__ void __launch_bounds__(kThreads) InterpKernel(const InterpArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.count) return;
  const auto at = [&](int64_t rank) { return a.points.x[rank]; };
  a.y[i] = ops::ValueAt(a.points, a.x[i], ops::order::PlaceAmong(at, a.points.n, a.x[i], true));
}

}  // namespace

Status Run_search(DeviceStream* stream, const SearchJob& job) {
  NUMRS_TRY(Use(stream->device));
  void (*const kernel)(SearchArgs) = SearchFor(job.compute);
  if (!kernel) return NoKernelFor(job.function, job.compute);
  if (job.y.size / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Input sorted(stream), values(stream), order(stream);
  if (There(job.order) && job.order.size > 0) {
    NUMRS_TRY(order.Load(job.function, job.order, kI64));
    NUMRS_TRY(CheckOrder(stream, job, order.data()));
  }
  if (job.y.size == 0) return NUMRS_OK;
  NUMRS_TRY(sorted.Load(job.function, job.sorted, job.compute));
  NUMRS_TRY(values.Load(job.function, job.values, job.compute));
  Output y(stream);
  NUMRS_TRY(y.Open(job.function, job.y, kI64, false));
  const SearchArgs args{sorted.data(),   reinterpret_cast<const int64_t*>(order.data()),
                        values.data(),   reinterpret_cast<int64_t*>(y.data()),
                        job.sorted.size, job.y.size,
                        job.right};
  NUMRS_TRY(Launch(stream, job.function, kernel, dim3(Blocks(args.count, kThreads)), dim3(kThreads), args));
  return y.Commit(job.function);
}

Status Run_interp(DeviceStream* stream, const InterpJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  if (job.y.size / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Input x(stream), xp(stream), fp(stream);
  NUMRS_TRY(x.Load(job.function, job.x, kF64));
  NUMRS_TRY(xp.Load(job.function, job.xp, kF64));
  NUMRS_TRY(fp.Load(job.function, job.fp, kF64));
  Output y(stream);
  NUMRS_TRY(y.Open(job.function, job.y, kF64, false));
  const auto numbers = [](const Input& from) { return reinterpret_cast<const double*>(from.data()); };
  const InterpArgs args{{numbers(xp), numbers(fp), nullptr, job.xp.size, job.left, job.right},
                        numbers(x),
                        reinterpret_cast<double*>(y.data()),
                        job.y.size};
  NUMRS_TRY(Launch(stream, job.function, InterpKernel, dim3(Blocks(args.count, kThreads)), dim3(kThreads), args));
  return y.Commit(job.function);
}

}  // namespace cuda
}  // namespace numrs
