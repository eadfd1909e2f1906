// Gathers, checks of indices ahead of them, signs, one-hot rows. Writing to places is scatter.cu's.
#include <cstring>

#include "cuda/gather.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"

namespace numrs {
namespace cuda {
namespace {

struct GatherArgs {
  const char* x;
  char* y;
  const char* indices;
  int64_t n, extent, step;
  Walk walk;
  int64_t strides[3][kLoops];  // of x, indices, y
};

template <int kBytes>
__global__ void __launch_bounds__(kThreads) GatherKernel(const GatherArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.n) return;
  int64_t offsets[3];
  a.walk.At<3>(i, a.strides, offsets);
  const int64_t place = PlaceAt(a.indices + offsets[1], a.extent);
  using Raw = typename RawOf<kBytes>::type;
  *reinterpret_cast<Raw*>(a.y + offsets[2]) = *reinterpret_cast<const Raw*>(a.x + offsets[0] + place * a.step);
}

struct LookArgs {
  const char* x;
  int64_t n, extent, ignore;
  IndexKind kind;
  Walk walk;
  int64_t strides[1][kLoops];
  unsigned long long* first;  // of what was looked for; starts with all bits set
};
// The first index that is not what it has to be; with extent -1 the first number below zero.
template <typename T>
__global__ void __launch_bounds__(kThreads) LookKernel(const LookArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.n) return;
  int64_t offset[1];
  a.walk.At<1>(i, a.strides, offset);
  const T value = *reinterpret_cast<const T*>(a.x + offset[0]);
  const bool found = a.extent < 0 ? value < T(0)
                                  : !IsIndex(a.kind, static_cast<uint64_t>(static_cast<int64_t>(value)), T(-1) > T(0),
                                             a.extent, a.ignore);
  if (found) atomicMin(a.first, static_cast<unsigned long long>(i));
}
using LookFn = void (*)(LookArgs);
LookFn LookFor(int32_t dtype) {
  switch (dtype) {
    case kI8:
      return LookKernel<int8_t>;
    case kI16:
      return LookKernel<int16_t>;
    case kI32:
      return LookKernel<int32_t>;
    case kI64:
      return LookKernel<int64_t>;
    case kU8:
      return LookKernel<uint8_t>;
    case kU16:
      return LookKernel<uint16_t>;
    case kU32:
      return LookKernel<uint32_t>;
    case kU64:
      return LookKernel<uint64_t>;
    default:
      return nullptr;
  }
}

struct OneHotArgs {
  const int64_t* indices;
  int64_t n, width, itemsize;
  char one[16];
  char* y;
};
__global__ void __launch_bounds__(kThreads) OneHotKernel(const OneHotArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.n) return;
  int64_t place = a.indices[i];
  if (place < 0 || place >= a.width) return;
  char* y = a.y + (i * a.width + place) * a.itemsize;
  for (int64_t b = 0; b < a.itemsize; b++) y[b] = a.one[b];
}

Status Gather(DeviceStream* stream, const GatherJob& job) {
  GatherArgs args{};
  args.x = job.x;
  args.y = job.y;
  args.indices = job.indices;
  args.extent = job.extent;
  args.step = job.step;
  args.n = 1;
  for (int d = 0; d < job.ndim; d++) {
    args.n *= job.shape[d];
    args.strides[0][d] = job.x_strides[d];
    args.strides[1][d] = job.index_strides[d];
    args.strides[2][d] = job.y_strides[d];
  }
  args.walk = MakeWalk(job.ndim, job.shape);
  void (*kernel)(GatherArgs) = job.itemsize == 1   ? GatherKernel<1>
                               : job.itemsize == 2 ? GatherKernel<2>
                               : job.itemsize == 4 ? GatherKernel<4>
                               : job.itemsize == 8 ? GatherKernel<8>
                                                   : GatherKernel<16>;
  return Launch(stream, job.function, kernel, dim3(Blocks(args.n, kThreads)), dim3(kThreads), args);
}

}  // namespace

Status FirstBadIndex(DeviceStream* stream, const char* function, const View& v, int64_t extent, IndexKind kind,
                     int64_t ignore, int64_t* first) {
  *first = -1;
  if (v.size == 0) return NUMRS_OK;
  const LookFn kernel = LookFor(v.dtype);
  if (!kernel) return NoKernelFor(function, v.dtype);
  if (stream->capturing)
    return Fail(NUMRS_UNSUPPORTED, "%s: values are checked on the host, which a graph cannot wait for", function);
  Scratch memory(stream), packed(stream);
  NUMRS_TRY(memory.Take(8));
  View x = v;
  if (v.ndim > kLoops || !(v.IsContiguous())) {
    NUMRS_TRY(packed.Take(v.size * v.itemsize()));
    x = ContiguousView(packed.data(), v.dtype, v.ndim, v.shape);
    NUMRS_TRY(ConvertTo(stream, function, v, x));
  }
  LookArgs args{};
  args.x = x.data;
  args.n = v.size;
  args.extent = extent;
  args.kind = kind;
  args.ignore = ignore;
  args.walk = MakeWalk(1, &args.n);
  args.strides[0][0] = v.itemsize();
  args.first = memory.as<unsigned long long>();
  NUMRS_TRY(Fill(stream, memory.data(), 0xFF, 8));
  NUMRS_TRY(Launch(stream, function, kernel, dim3(Blocks(v.size, kThreads)), dim3(kThreads), args));
  return ReadBack(stream, function, first, memory.data(), 8);
}

Status Run_check_indices(DeviceStream* stream, const IndexCheckJob& job) {
  NUMRS_TRY(Use(stream->device));
  int64_t first;
  const View& v = job.indices;
  NUMRS_TRY(FirstBadIndex(stream, job.function, v, job.extent, job.kind, job.ignore, &first));
  if (first < 0) return NUMRS_OK;
  int64_t place[kMaxNDim], rest = first, offset = 0;
  for (int d = v.ndim; d-- > 0;) {
    place[d] = rest % v.shape[d];
    rest /= v.shape[d];
    offset += place[d] * v.strides[d];
  }
  uint64_t bits = 0;
  NUMRS_TRY(ReadBack(stream, job.function, &bits, v.data + offset, static_cast<size_t>(v.itemsize())));
  const bool of_unsigned = KindOf(v.dtype) == Kind::UINT;
  const int unused = 64 - 8 * static_cast<int>(v.itemsize());
  if (!of_unsigned) bits = static_cast<uint64_t>(static_cast<int64_t>(bits << unused) >> unused);
  char at[160], text[300];
  ShapeText(v.ndim, place, at, sizeof(at));
  return Fail(NUMRS_BAD_INDEX, "%s: %s", job.function,
              IndexTrouble(job.kind, bits, of_unsigned, at, job.extent, job.ignore, text, sizeof(text)));
}

Status Run_any_negative(DeviceStream* stream, const AnyNegativeJob& job) {
  NUMRS_TRY(Use(stream->device));
  int64_t first;
  NUMRS_TRY(FirstBadIndex(stream, job.function, job.x, -1, IndexKind::AXIS, 0, &first));
  *job.found = first >= 0;
  return NUMRS_OK;
}

GatherJob MergedGather(const GatherJob& job) {
  GatherJob out = job;
  out.ndim = out.axis_begin = out.axis_end = 0;
  bool last_along = false;
  for (int d = 0; d < job.ndim; d++) {
    const int64_t n = job.shape[d];
    if (n == 1) continue;
    const bool along = d >= job.axis_begin && d < job.axis_end;
    const int k = out.ndim - 1;
    const bool joins = k >= 0 && along == last_along && out.x_strides[k] == job.x_strides[d] * n &&
                       out.index_strides[k] == job.index_strides[d] * n && out.y_strides[k] == job.y_strides[d] * n;
    const int to = joins ? k : out.ndim++;
    out.shape[to] = joins ? out.shape[to] * n : n;
    out.x_strides[to] = job.x_strides[d];
    out.index_strides[to] = job.index_strides[d];
    out.y_strides[to] = job.y_strides[d];
    if (along && !joins) {
      if (out.axis_end == 0) out.axis_begin = to;
      out.axis_end = to + 1;
    }
    last_along = along;
  }
  return out;
}

Status Run_gather(DeviceStream* stream, const GatherJob& job) {
  NUMRS_TRY(Use(stream->device));
  const GatherJob merged = MergedGather(job);
  if (job.scatter) return Scatter(stream, merged);
  return ForGatherPieces(merged, INT64_MAX, [&](const GatherJob& part) { return Gather(stream, part); });
}

Status Run_one_hot(DeviceStream* stream, const OneHotCall& call) {
  NUMRS_TRY(Use(stream->device));
  OneHotArgs args{call.indices, call.n, call.width, call.itemsize, {}, call.y};
  std::memcpy(args.one, call.one, static_cast<size_t>(call.itemsize));
  NUMRS_TRY(Fill(stream, call.y, 0, static_cast<size_t>(call.n * call.width * call.itemsize)));
  if (call.n == 0) return NUMRS_OK;
  return Launch(stream, "one_hot", OneHotKernel, dim3(Blocks(call.n, kThreads)), dim3(kThreads), args);
}

}  // namespace cuda
}  // namespace numrs
