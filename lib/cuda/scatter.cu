// Writing to places. Where an index is repeated the last one holds, and threads have no order: the places are sorted
// (stably), and of each run of equal ones the last writes. Only dimensions along which indices differ are sorted; the
// others are written with each of them.
#include "cuda/gather.h"
#include "cuda/radix.h"
#include "cuda/reduce.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int64_t kMostSorted = int64_t{1} << 30;

struct ScatterArgs {
  char* x;
  const char* y;
  const char* indices;
  int64_t sorted, rest;  // elements of each walk
  int64_t extent, step;
  bool wide, rest_inside;           // keys of 64 bits; neighbours in memory belong to one index
  Walk walk, rest_walk;             // what is sorted; what is written with each index
  int64_t strides[4][kLoops];       // of x, indices, y, and from one line of the axis to the next
  int64_t rest_strides[2][kLoops];  // of x, y
  void* keys;
  uint32_t* places;
};

// Keys: the line and the place within it.
__global__ void __launch_bounds__(kThreads) ScatterKeysKernel(const ScatterArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.sorted) return;
  int64_t offsets[4];
  a.walk.At<4>(i, a.strides, offsets);
  const uint64_t key = static_cast<uint64_t>(offsets[3] * a.extent + PlaceAt(a.indices + offsets[1], a.extent));
  if (a.wide)
    static_cast<uint64_t*>(a.keys)[i] = key;
  else
    static_cast<uint32_t*>(a.keys)[i] = static_cast<uint32_t>(key);
  a.places[i] = static_cast<uint32_t>(i);
}

template <int kBytes>
__global__ void __launch_bounds__(kThreads) ScatterKernel(const ScatterArgs a) {
  const int64_t e = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (e >= a.sorted * a.rest) return;
  const int64_t divisor = a.rest_inside ? a.rest : a.sorted, quotient = e / divisor;
  const int64_t i = a.rest_inside ? quotient : e - quotient * divisor;
  const int64_t r = a.rest_inside ? e - quotient * divisor : quotient;
  const auto key = [&](int64_t at) {
    return a.wide ? static_cast<const uint64_t*>(a.keys)[at]
                  : static_cast<uint64_t>(static_cast<const uint32_t*>(a.keys)[at]);
  };
  const uint64_t own = key(i);
  if (i + 1 < a.sorted && key(i + 1) == own) return;
  int64_t offsets[4], rest[2];
  a.walk.At<4>(a.places[i], a.strides, offsets);
  a.rest_walk.At<2>(r, a.rest_strides, rest);
  const int64_t place = static_cast<int64_t>(own) - offsets[3] * a.extent;
  using Raw = typename RawOf<kBytes>::type;
  *reinterpret_cast<Raw*>(a.x + offsets[0] + rest[0] + place * a.step) =
      *reinterpret_cast<const Raw*>(a.y + offsets[2] + rest[1]);
}

template <typename Key>
Status SortPlaces(DeviceStream* stream, const char* function, int bits, ScatterArgs* args) {
  Scratch counts(stream);
  NUMRS_TRY(counts.Take(RadixBytes(args->sorted)));
  Key* const keys = static_cast<Key*>(args->keys);
  RadixPairs<Key> pairs{{keys, keys + args->sorted}, {args->places, args->places + args->sorted}, args->sorted, 0};
  NUMRS_TRY(RadixSort(stream, function, bits, counts.data(), &pairs));
  args->keys = pairs.keys[pairs.current];
  args->places = pairs.places[pairs.current];
  return NUMRS_OK;
}

// At most kLoops dimensions and kMostSorted elements.
Status ScatterPiece(DeviceStream* stream, const GatherJob& job) {
  ScatterArgs args{};
  args.x = job.x;
  args.y = job.y;
  args.indices = job.indices;
  args.extent = job.extent;
  args.step = job.step;
  args.sorted = args.rest = 1;
  int64_t shape[kLoops], rest_shape[kLoops], lines = 1;
  bool kept[kLoops];
  int ndim = 0, rest_ndim = 0;
  for (int d = 0; d < job.ndim; d++) {
    const bool along = d >= job.axis_begin && d < job.axis_end;
    if (along || job.index_strides[d] != 0) {
      args.strides[0][ndim] = job.x_strides[d];
      args.strides[1][ndim] = job.index_strides[d];
      args.strides[2][ndim] = job.y_strides[d];
      args.sorted *= job.shape[d];
      args.rest_inside = false;
      kept[ndim] = !along;
      shape[ndim++] = job.shape[d];
    } else {
      args.rest_strides[0][rest_ndim] = job.x_strides[d];
      args.rest_strides[1][rest_ndim] = job.y_strides[d];
      args.rest *= job.shape[d];
      args.rest_inside = true;
      rest_shape[rest_ndim++] = job.shape[d];
    }
  }
  for (int d = ndim; d-- > 0;) {
    args.strides[3][d] = kept[d] ? lines : 0;
    lines *= kept[d] ? shape[d] : 1;
  }
  args.walk = MakeWalk(ndim, shape);
  args.rest_walk = MakeWalk(rest_ndim, rest_shape);
  int bits = 1;
  while (static_cast<uint64_t>(lines * job.extent - 1) >> bits) bits++;
  args.wide = bits > 32;
  const int64_t key_bytes = args.wide ? 8 : 4;
  Scratch memory(stream);
  NUMRS_TRY(memory.Take(2 * args.sorted * (key_bytes + 4)));
  args.keys = memory.data();
  args.places = reinterpret_cast<uint32_t*>(memory.data() + 2 * args.sorted * key_bytes);
  const dim3 block(kThreads);
  NUMRS_TRY(Launch(stream, job.function, ScatterKeysKernel, dim3(Blocks(args.sorted, kThreads)), block, args));
  NUMRS_TRY(args.wide ? SortPlaces<uint64_t>(stream, job.function, bits, &args)
                      : SortPlaces<uint32_t>(stream, job.function, bits, &args));
  void (*kernel)(ScatterArgs) = job.itemsize == 1   ? ScatterKernel<1>
                                : job.itemsize == 2 ? ScatterKernel<2>
                                : job.itemsize == 4 ? ScatterKernel<4>
                                : job.itemsize == 8 ? ScatterKernel<8>
                                                    : ScatterKernel<16>;
  return Launch(stream, job.function, kernel, dim3(Blocks(args.sorted * args.rest, kThreads)), block, args);
}

}  // namespace

// Pieces are written one after the other, so that the last one of equal indices holds across them too.
Status Scatter(DeviceStream* stream, const GatherJob& job) {
  return ForGatherPieces(job, kMostSorted, [&](const GatherJob& part) { return ScatterPiece(stream, part); });
}

}  // namespace cuda
}  // namespace numrs
