// Element-wise jobs on a device: host values, conversions around the kernels, loops, launches.
#include "cuda/elementwise.h"

#include <cstring>
#include <optional>

#include "cuda/launch.h"
#include "ops/cast.h"

namespace numrs {
namespace cuda {
namespace {

bool AlignedTo(uintptr_t number, int64_t bytes) { return number % static_cast<uintptr_t>(bytes) == 0; }

// Elements that no kernel may touch where they are: a device reads numbers at multiples of their size only.
bool IsAligned(const View& v) {
  const int64_t size = v.itemsize();
  bool aligned = AlignedTo(reinterpret_cast<uintptr_t>(v.data), size);
  for (int d = 0; d < v.ndim; d++) aligned &= v.shape[d] <= 1 || v.strides[d] % size == 0;
  return aligned;
}

// One element of the host's memory in dtype `to`.
template <typename From>
void CastValue(const void* from, int32_t to, void* out) {
  From value;
  std::memcpy(&value, from, sizeof(value));
  if constexpr (std::is_same<From, Bool>::value) value = Bool(value.byte != 0);
  switch (to) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id: {                                                          \
    const cxx cast = ops::Cast<cxx>(value);                           \
    std::memcpy(out, &cast, sizeof(cast));                            \
    break;                                                            \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
    default:
      break;
  }
}
void HostValue(const View& v, int32_t to, uint64_t* words) {
  switch (v.dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                            \
    CastValue<cxx>(v.data, to, words);                                \
    break;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
    default:
      break;
  }
}

// Elements of this size, moved as they are.
int32_t MoveDType(int64_t bytes) {
  return bytes == 1 ? kU8 : bytes == 2 ? kU16 : bytes == 4 ? kU32 : bytes == 8 ? kU64 : kC128;
}

ElementEntry EntryFor(const ElementwiseJob& job) {
  const int32_t dtype = job.compute[job.inputs - 1];
  switch (job.family) {
    case ElementwiseFamily::UNARY:
      return UnaryEntries()[job.op][dtype];
    case ElementwiseFamily::BINARY:
      return BinaryEntries()[job.op][dtype];
    case ElementwiseFamily::TERNARY:
      return TernaryEntries()[job.op][dtype];
    case ElementwiseFamily::CAST:
      return CastEntries()[job.compute[0]][job.result];
    default:
      return CastEntries()[MoveDType(SizeOf(dtype))][MoveDType(SizeOf(dtype))];
  }
}

}  // namespace

Status LaunchElements(DeviceStream* stream, const char* function, const ElementEntry& entry, int operands,
                      const View* const* views, double a, double b) {
  const View& out = *views[operands - 1];
  if (out.size == 0) return NUMRS_OK;
  ElementArgs args{};
  args.p[0] = a;
  args.p[1] = b;
  args.op = entry.op;
  args.format = entry.format;
  const View* walked[kOperands];
  for (int k = 0; k < operands; k++) {
    walked[k] = views[k];
    if (views[k]->host) {  // its words were set by the caller below
      args.hosts |= 1u << k;
      std::memcpy(args.values[k], views[k]->data, 16);
    } else if (!IsAligned(*views[k])) {
      return Fail(NUMRS_UNSUPPORTED, "%s: an operand of dtype %s is not aligned to its elements, which kernels need",
                  function, NameOf(views[k]->dtype));
    }
  }
  return ForPieces(MakeLoops(operands, walked), [&](const Loops& loops) -> Status {
    const int64_t n = loops.size();
    const int inner = loops.ndim - 1;
    args.n = static_cast<uint32_t>(n);
    args.ndim = loops.ndim;
    args.vectors = loops.ndim == 1;
    args.scalars = 0;
    for (int k = 0; k < operands; k++) {
      const int64_t size = views[k]->itemsize();
      args.base[k] = loops.base[k];
      for (int d = 0; d < loops.ndim; d++) args.strides[k][d] = loops.strides[k][d];
      if (args.hosts >> k & 1) {
        args.scalars |= 1u << k;
      } else if (k < operands - 1 && loops.strides[k][inner] == 0 && n > 1) {
        args.scalars |= 1u << k;
      } else {
        args.vectors &=
            loops.strides[k][inner] == size &&
            AlignedTo(reinterpret_cast<uintptr_t>(loops.base[k]), size * entry.vector > 16 ? 16 : size * entry.vector);
      }
    }
    for (int d = 0; d < loops.ndim; d++) args.divider[d] = Divider::By(static_cast<uint32_t>(loops.shape[d]));
    return Launch(stream, function, entry.kernel, dim3(Blocks(n, static_cast<int64_t>(kThreads) * entry.vector)),
                  dim3(kThreads), args);
  });
}

Status Run_elementwise(DeviceStream* stream, const ElementwiseJob& job) {
  if (job.out.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const ElementEntry entry = EntryFor(job);
  if (!entry.kernel) return NoKernelFor(job.function, job.compute[job.inputs - 1]);
  const View* views[kOperands];
  View in[kMaxInputs], out = job.out;
  Scratch copies[kMaxInputs] = {Scratch(stream), Scratch(stream), Scratch(stream)}, result(stream);
  uint64_t words[kMaxInputs][2] = {};
  for (int k = 0; k < job.inputs; k++) {
    in[k] = job.in[k];
    views[k] = &in[k];
    if (in[k].host) {
      HostValue(job.in[k], job.compute[k], words[k]);
      in[k].data = reinterpret_cast<char*>(words[k]);
      in[k].dtype = job.compute[k];
      continue;
    }
    if (in[k].dtype == job.compute[k] && !SharesInPart(in[k], job.out)) continue;
    NUMRS_TRY(copies[k].Take(in[k].size * SizeOf(job.compute[k])));
    const View copy = ContiguousView(copies[k].data(), job.compute[k], in[k].ndim, in[k].shape);
    NUMRS_TRY(ConvertTo(stream, job.function, in[k], copy));
    in[k] = copy;
  }
  if (job.result != job.out.dtype) {
    NUMRS_TRY(result.Take(out.size * SizeOf(job.result)));
    out = ContiguousView(result.data(), job.result, out.ndim, out.shape);
  }
  views[job.inputs] = &out;
  NUMRS_TRY(LaunchElements(stream, job.function, entry, job.inputs + 1, views));
  return job.result == job.out.dtype ? static_cast<Status>(NUMRS_OK) : ConvertTo(stream, job.function, out, job.out);
}

Status ConvertTo(DeviceStream* stream, const char* function, const View& x, const View& y) {
  if (y.size == 0) return NUMRS_OK;
  if (x.dtype == y.dtype && x.size == y.size && x.IsContiguous() && y.IsContiguous() && !x.host) {
    if (x.data == y.data) return NUMRS_OK;
    return Check(function, cudaMemcpyAsync(y.data, x.data, static_cast<size_t>(x.size * x.itemsize()),
                                           cudaMemcpyDeviceToDevice, NativeStream(stream)));
  }
  const View* views[] = {&x, &y};
  uint64_t words[2] = {};
  View value = x;
  if (x.host) {
    HostValue(x, y.dtype, words);
    value.data = reinterpret_cast<char*>(words);
    value.dtype = y.dtype;
    views[0] = &value;
  }
  const bool moves = views[0]->dtype == y.dtype;
  const int32_t from = moves ? MoveDType(y.itemsize()) : x.dtype, to = moves ? from : y.dtype;
  return LaunchElements(stream, function, CastEntries()[from][to], 2, views);
}

// ------------------------------------------------------------------------------------------------ activations

Status Run_activation(DeviceStream* stream, const ActivationJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const bool back = There(job.g);
  const int32_t stored = Stored(back ? Promote(Stored(job.g.dtype), Stored(job.x.dtype)) : job.x.dtype);
  const ElementEntry entry = (back ? ActivationBackEntries() : ActivationEntries())[job.op][stored];
  if (!entry.kernel) return NoKernelFor(job.function, stored);
  View in[2] = {back ? job.g : job.x, job.x}, out = job.y;
  const int inputs = back ? 2 : 1;
  Scratch copies[2] = {Scratch(stream), Scratch(stream)}, result(stream);
  const View* views[3] = {&in[0], &in[1], nullptr};
  for (int k = 0; k < inputs; k++) {
    if (in[k].dtype == stored && !SharesInPart(in[k], job.y)) continue;
    NUMRS_TRY(copies[k].Take(in[k].size * SizeOf(stored)));
    const View copy = ContiguousView(copies[k].data(), stored, in[k].ndim, in[k].shape);
    NUMRS_TRY(ConvertTo(stream, job.function, in[k], copy));
    in[k] = copy;
  }
  if (out.dtype != stored) {
    NUMRS_TRY(result.Take(out.size * SizeOf(stored)));
    out = ContiguousView(result.data(), stored, out.ndim, out.shape);
  }
  views[inputs] = &out;
  NUMRS_TRY(LaunchElements(stream, job.function, entry, inputs + 1, views, job.a, job.b));
  return job.y.dtype == stored ? static_cast<Status>(NUMRS_OK) : ConvertTo(stream, job.function, out, job.y);
}

}  // namespace cuda
}  // namespace numrs
