// The places of elements that are not zero: as bytes of truth, counted in blocks, then written block by block.
#include <cstring>

#include "core/elementwise.h"
#include "core/indexing.h"
#include "core/memory.h"

namespace numrs {
namespace {

constexpr int64_t kBlock = 64 * 1024;

int64_t CountTrue(const uint8_t* p, int64_t n) {
  int64_t count = 0, i = 0;
  while (i < n) {  // sums of bytes stay below 256 in runs of that length
    const int64_t end = i + 255 < n ? i + 255 : n;
    uint8_t part = 0;
    for (; i < end; i++) part = static_cast<uint8_t>(part + (p[i] != 0));
    count += part;
  }
  return count;
}

// Writes the places of elements [begin, end) to y from column `column` on, at most `room` of them.
void Write(const View& x, const uint8_t* truth, int64_t begin, int64_t end, const View& y, int64_t column,
           int64_t room) {
  const int last = x.ndim - 1;
  const int64_t n = x.shape[last], along = y.strides[1];
  int64_t at[kMaxNDim], row_end = -1;
  char* out = y.data + column * along;
  for (int64_t i = begin; i < end && room > 0;) {
    if (i + 8 <= end) {
      uint64_t word;
      std::memcpy(&word, truth + i, 8);
      if (word == 0) {
        i += 8;
        continue;
      }
    }
    const int64_t stop = i + 8 < end ? i + 8 : end;
    if (last == 0) {  // without a branch on the element: one that is zero is overwritten by the next place
      for (; i < stop && room > 0; i++) {
        std::memcpy(out, &i, sizeof(i));
        const int64_t found = truth[i] != 0;
        out += found * along;
        room -= found;
      }
      continue;
    }
    for (; i < stop; i++) {
      if (!truth[i] || room <= 0) continue;
      room--;
      if (i >= row_end) {  // another line: its place in the other dimensions
        int64_t rest = i / n;
        row_end = (rest + 1) * n;
        for (int d = last; d-- > 0;) {
          at[d] = rest % x.shape[d];
          rest /= x.shape[d];
        }
      }
      at[last] = i - (row_end - n);
      for (int d = 0; d <= last; d++) std::memcpy(out + d * y.strides[0], &at[d], sizeof(at[d]));
      out += along;
    }
  }
}

}  // namespace

Status RunNonzero(const Run& run, const View& x, const View* y, int64_t* count) {
  const char* function = "nonzero";
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
