// Singular values of stacks of matrices: checks, copies in C order, threads over the matrices. The values are a
// kernel's.
#include "core/svdvals.h"

#include <algorithm>
#include <cstring>

#include "core/elementwise.h"
#include "core/matmul.h"
#include "core/memory.h"
#include "core/scratch.h"

namespace numrs {
namespace {

// LAPACK implementations have room for so many calls at once, or a little more.
constexpr int kMostThreads = 32;

size_t RoundUp(size_t bytes) { return (bytes + 63) & ~size_t{63}; }

}  // namespace

Status Svdvals(const Run& run, const char* function, const View& x, const View& y) {
  char text[160];
  if (x.ndim < 2) {
    return Fail(NUMRS_BAD_SHAPE, "%s: x has shape %s, expected at least 2 dimensions", function,
                ShapeText(x, text, sizeof(text)));
  }
  const int32_t dtype = x.dtype == kF32 ? kF32 : kF64;
  const int64_t rows = x.shape[x.ndim - 2], cols = x.shape[x.ndim - 1], count = std::min(rows, cols);
  const int64_t size = SizeOf(dtype);
  int64_t shape[kMaxNDim];
  std::memcpy(shape, x.shape, sizeof(int64_t) * static_cast<size_t>(x.ndim - 2));
  shape[x.ndim - 2] = count;
  NUMRS_TRY(CheckProductOut(function, y, dtype, x.ndim - 1, shape));
  if (y.size == 0) return NUMRS_OK;
  const int64_t matrices = y.size / count;
  const auto kernel = run.kernels.linalg.singular[dtype];
  size_t scratch;
  NUMRS_TRY(run.kernels.linalg.singular_bytes[dtype](function, rows, cols, &scratch));
  scratch = RoundUp(scratch);

  const double item_ns =
      0.7 * static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(count) + 5000;
  const int threads = static_cast<int>(
      std::min<int64_t>(std::min(run.Threads(item_ns * static_cast<double>(matrices)), kMostThreads), matrices));
  const size_t copy_bytes = RoundUp(static_cast<size_t>(x.size * size));
  const size_t value_bytes = RoundUp(static_cast<size_t>(y.size * size));
  size_t bytes;
  if (__builtin_mul_overflow(scratch, static_cast<size_t>(threads), &bytes) ||
      __builtin_add_overflow(bytes, copy_bytes + value_bytes, &bytes))
    return Fail(NUMRS_NO_MEMORY, "%s: the buffers would overflow 64 bits", function);
  const Workspace workspace(bytes);
  if (!workspace.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", function, bytes);
  char* const copy = workspace.as<char>();
  char* const values = copy + copy_bytes;
  NUMRS_TRY(Convert(run, function, x, ContiguousView(copy, dtype, x.ndim, x.shape)));
  ScratchSlots slots(values + value_bytes, scratch, threads);
  NUMRS_TRY(ParallelFor(matrices, 1, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    for (int64_t i = begin; i < end; i++)
      kernel(
          SingularValues{copy + i * rows * cols * size, values + i * count * size, lease.data(), scratch, rows, cols});
  }));
  return Convert(run, function, ContiguousView(values, dtype, y.ndim, y.shape), y);
}

}  // namespace numrs
