// Running draws: chunks, threads, strided outputs, and places of the stream. What is drawn is the kernels' matter.
#include "core/random.h"

#include <algorithm>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/scratch.h"
#include "core/tables.h"

namespace numrs {

const RandomRow kRandomRows[kRandomOps] = {
#define NUMRS_RANDOM(id, name, parameters, dtypes, unit, cost) \
  {"random_" #name, RandomCheck::parameters, random_classes::dtypes, RandomUnit::unit, cost * 0.01},
#include "table/random.def"
};

namespace {

constexpr int64_t kPiece = 1024;         // elements that go through scratch memory at a time
constexpr int64_t kChunkNs = 100000;     // work handed to a thread at a time, roughly
constexpr int64_t kMostChunk = 1 << 16;  // elements
static_assert(kPiece % kRandomAlign == 0 && kMostChunk % kPiece == 0, "pieces begin where kernels may");

int64_t Grain(double cost_ns) {
  int64_t grain = kMostChunk;
  while (grain > kPiece && static_cast<double>(grain) * cost_ns > static_cast<double>(kChunkNs)) grain /= 2;
  return grain;
}

RandomParameters From(const RandomParameters& p, int64_t element) {
  RandomParameters moved = p;
  for (const double*& array : moved.array) {
    if (array) array += element;
  }
  if (moved.lows) moved.lows += element, moved.ranges += element;
  return moved;
}

// n contiguous elements to the places of elements first … of y in C order.
void Scatter(const CopyTable& copy, const View& y, int64_t first, int64_t n, const char* from) {
  const int64_t size = y.itemsize();
  const int last = y.ndim - 1;
  const int64_t width = y.shape[last];
  for (int64_t done = 0; done < n;) {
    int64_t rest = first + done, column = rest % width;
    char* to = y.data + column * y.strides[last];
    rest /= width;
    for (int d = last - 1; d >= 0; d--) {
      to += rest % y.shape[d] * y.strides[d];
      rest /= y.shape[d];
    }
    const int64_t count = std::min(width - column, n - done);
    copy.unpack[SizeIndex(size)](from + done * size, to, y.strides[last], count);
    done += count;
  }
}

}  // namespace

Status RunRandom(const Run& run, const RandomJob& job) {
  const RandomRow& row = kRandomRows[job.op];
  const RandomFn fn = run.kernels.random->fn[job.op][job.y.dtype];
  if (!fn) return Fail(NUMRS_UNSUPPORTED, "%s: no kernel for dtype %s", row.name, NameOf(job.y.dtype));
  const int64_t n = job.y.size, size = job.y.itemsize();
  if (n == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, row.name, &DeviceKernels::random, job);
  const int threads = run.Threads(row.cost_ns * static_cast<double>(n));
  const int64_t grain = Grain(row.cost_ns);
  if (job.y.IsContiguous()) {
    return ParallelFor(n, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
      fn(job.draw, begin, end - begin, From(job.p, begin), job.y.data + begin * size);
    });
  }
  const size_t bytes = static_cast<size_t>(kPiece * 8);
  Workspace workspace(bytes * static_cast<size_t>(threads));
  if (!workspace.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", row.name,
                bytes * static_cast<size_t>(threads));
  ScratchSlots slots(workspace.data(), bytes, threads);
  return ParallelFor(n, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    for (int64_t piece = begin; piece < end; piece += kPiece) {
      const int64_t count = std::min(kPiece, end - piece);
      fn(job.draw, piece, count, From(job.p, piece), lease.data());
      Scatter(run.kernels.copy, job.y, piece, count, lease.data());
    }
  });
}

Status RunPermutation(const Run& run, const RandomDraw& draw, int64_t lines, int64_t n, int64_t* y) {
  if (n == 0) return NUMRS_OK;
  if (run.device)
    return OnDevice(run, "random_permutation", &DeviceKernels::permutation, PermutationCall{draw, lines, n, y});
  constexpr double kElementNs = 5;
  const auto permute = run.kernels.random->permutation;
  if (lines == 1) {  // one after the other, but interruptible
    return ParallelFor(n, kMostChunk, 1, run.cancel, [&](int64_t begin, int64_t end) { permute(draw, begin, end, y); });
  }
  const int threads = run.Threads(kElementNs * static_cast<double>(lines) * static_cast<double>(n));
  const uint64_t blocks = RandomBlocks(RandomUnit::WORD, n);
  return ParallelFor(lines, std::max<int64_t>(16384 / n, 1), threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t l = begin; l < end; l++) permute(Advanced(draw, blocks * static_cast<uint64_t>(l)), 0, n, y + l * n);
  });
}

Status RunMultinomial(const Run& run, const MultinomialJob& job) {
  if (job.elements == 0 || job.classes == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, "random_multinomial", &DeviceKernels::multinomial, job);
  const double cost_ns = 60.0 * static_cast<double>(job.classes);
  const int threads = run.Threads(cost_ns * static_cast<double>(job.elements));
  return ParallelFor(job.elements, Grain(cost_ns), threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      run.kernels.random->multinomial(job.draw, i, job.trials[job.same_trials ? 0 : i], job.classes,
                                      job.p + (job.same_p ? 0 : i * job.classes), job.y + i * job.classes);
    }
  });
}

uint64_t RandomBlocks(RandomUnit unit, int64_t n) {
  const uint64_t per_group = unit == RandomUnit::WORD ? 16 : 8;
  const uint64_t elements = static_cast<uint64_t>(n);
  return (elements / per_group + (elements % per_group != 0)) * static_cast<uint64_t>(kRandomGroup);
}

RandomDraw Advanced(RandomDraw draw, uint64_t blocks) {
  draw.low += blocks;
  if (draw.low < blocks) draw.high++;
  return draw;
}

}  // namespace numrs
