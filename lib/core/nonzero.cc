// The places of elements that are not zero: as bytes of truth, counted in blocks, then written block by block.
#include <cstring>

#include "core/elementwise.h"
#include "core/device_state.h"
#include "core/indexing.h"
#include "core/memory.h"

namespace numrs {
namespace {

constexpr int64_t kBlock = 64 * 1024;

int64_t CountTrue(const uint8_t* p, int64_t n) {
  constexpr int64_t kRun = 240;  // sums of bytes stay below 256, and runs are whole vectors
  int64_t count = 0, i = 0;
  for (; i + kRun <= n; i += kRun) {
    uint8_t parts[16] = {};
    for (int64_t j = 0; j < kRun; j += 16) {
      for (int64_t l = 0; l < 16; l++) parts[l] = static_cast<uint8_t>(parts[l] + (p[i + j + l] != 0));
    }
    for (const uint8_t part : parts) count += part;
  }
  for (; i < n; i++) count += p[i] != 0;
  return count;
}

void Put(char* at, int64_t value) { std::memcpy(at, &value, sizeof(value)); }

// Writes first + i for the i < n whose byte is not zero, step bytes apart, at most `room` of them; how many those were.
// The step of int64 one behind the other is a constant, so that the compiler sees it.
template <int64_t kStep>
int64_t Places(const uint8_t* truth, int64_t n, int64_t first, char* out, int64_t step, int64_t room) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const int64_t by = kStep ? kStep : step;
  int64_t found = 0, i = 0;
  while (n - i >= 8 && room - found >= 8) {
    if (n - i >= 32) {  // long stretches of nothing
      uint64_t words[4];
      std::memcpy(words, truth + i, 32);
      if ((words[0] | words[1] | words[2] | words[3]) == 0) {
        i += 32;
        continue;
      }
    }
    uint64_t word;
    std::memcpy(&word, truth + i, 8);
    if (word == kOnes) {
      for (int j = 0; j < 8; j++) Put(out + (found + j) * by, first + i + j);
      found += 8;
    } else if (word != 0) {  // without a branch on the byte: a place that does not hold is overwritten by the next
      for (int j = 0; j < 8; j++) {
        Put(out + found * by, first + i + j);
        found += truth[i + j] != 0;
      }
    }
    i += 8;
  }
  for (; i < n && found < room; i++) {
    if (truth[i]) Put(out + found++ * by, first + i);
  }
  return found;
}

// Writes the places of elements [begin, end) to y from column `column` on, at most `room` of them.
void Write(const View& x, const uint8_t* truth, int64_t begin, int64_t end, const View& y, int64_t column,
           int64_t room) {
  if (begin >= end) return;
  const int last = x.ndim - 1;
  const int64_t n = x.shape[last], along = y.strides[1];
  const auto places = along == static_cast<int64_t>(sizeof(int64_t)) ? Places<sizeof(int64_t)> : Places<0>;
  int64_t at[kMaxNDim], rest = begin / n;
  for (int d = last; d-- > 0;) {
    at[d] = rest % x.shape[d];
    rest /= x.shape[d];
  }
  char* out = y.data + column * along;
  for (int64_t i = begin, from = begin % n; i < end && room > 0; from = 0) {  // a line, or what lies of it in the block
    const int64_t m = end - i < n - from ? end - i : n - from;
    const int64_t found = places(truth + i, m, from, out + last * y.strides[0], along, room);
    for (int d = 0; d < last; d++) {
      char* to = out + d * y.strides[0];
      for (int64_t k = 0; k < found; k++) Put(to + k * along, at[d]);
    }
    out += found * along;
    room -= found;
    i += m;
    for (int d = last; d-- > 0;) {
      if (++at[d] < x.shape[d]) break;
      at[d] = 0;
    }
  }
}

}  // namespace

Status RunNonzero(const Run& run, const View& x, const View* y, int64_t* count) {
  const char* function = "nonzero";
  if (run.device) {
    NonzeroJob job{function, x, View(), count};
    job.y.ndim = -1;
    if (y) job.y = *y;
    return OnDevice(run, function, &DeviceKernels::nonzero, job);
  }
  if (x.dtype == kBOOL && x.size <= kBlock && x.IsContiguous() &&
      !(y && (RangesOverlap(x, *y) || y->ndim != 2 || y->shape[0] != x.ndim))) {  // one block: no memory, no threads
    const auto* truth = reinterpret_cast<const uint8_t*>(x.data);
    const int64_t found = CountTrue(truth, x.size);
    if (!y || y->shape[1] == found) {
      if (y) Write(x, truth, 0, x.size, *y, 0, found);
      *count = found;
      return NUMRS_OK;
    }
  }
  const int64_t size = x.size, blocks = (size + kBlock - 1) / kBlock;
  const bool direct = x.dtype == kBOOL && x.IsContiguous() && !(y && RangesOverlap(x, *y));
  const Workspace bytes(direct ? 0 : static_cast<size_t>(size));
  const Workspace counts(static_cast<size_t>(blocks + 1) * sizeof(int64_t));
  if (!bytes.ok() || !counts.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld bytes of buffers", function, static_cast<long long>(size));
  const auto* truth = direct ? reinterpret_cast<const uint8_t*>(x.data) : bytes.as<uint8_t>();
  if (!direct && size > 0) NUMRS_TRY(Convert(run, function, x, ContiguousView(bytes.data(), kBOOL, x.ndim, x.shape)));
  int64_t* before = counts.as<int64_t>();
  const int threads = run.Threads(0.3 * static_cast<double>(size));
  NUMRS_TRY(ParallelFor(blocks, 1, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++)
      before[b + 1] = CountTrue(truth + b * kBlock, b + 1 < blocks ? kBlock : size - b * kBlock);
  }));
  before[0] = 0;
  for (int64_t b = 0; b < blocks; b++) before[b + 1] += before[b];
  const int64_t found = before[blocks];
  if (y) {
    if (y->ndim != 2 || y->shape[0] != x.ndim || y->shape[1] != found) {
      char got[160];
      return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected (%d, %lld)", function,
                  ShapeText(*y, got, sizeof(got)), static_cast<int>(x.ndim), static_cast<long long>(found));
    }
    NUMRS_TRY(ParallelFor(blocks, 1, threads, run.cancel, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; b++)
        Write(x, truth, b * kBlock, b + 1 < blocks ? (b + 1) * kBlock : size, *y, before[b], before[b + 1] - before[b]);
    }));
  }
  *count = found;
  return NUMRS_OK;
}

}  // namespace numrs
