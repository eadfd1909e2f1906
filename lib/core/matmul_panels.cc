// Products with matrices that have been packed before: no packing while they run, panels stream from memory.
#include "core/matmul_panels.h"

#include <algorithm>
#include <cstring>

#include "core/matmul_run.h"
#include "core/memory.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kRows = 252;         // of a packed at a time, as in matmul_run.cc
constexpr int64_t kStripBytes = 8192;  // of each row of y at a time: it stays in the second-level cache
constexpr int64_t kPackPanels = 16;    // packed by one task
constexpr double kNsPerByte = 0.08;    // of panels that come from memory

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }

Gemm GemmOf(const Panels& p, const void* a, int64_t m, int64_t a_row, void* y, int64_t y_row) {
  return Gemm{a, nullptr, y, m, p.k, p.n, a_row, 1, 0, 1, y_row, 1, 0};
}

// Where the backend has no kernels of panels: the matrix as it was, in memory of this call.
Status WithMatrix(const Run& run, const char* function, const Panels& p, Gemm g) {
  Workspace memory(static_cast<size_t>(p.k * p.n * p.size()));
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for the packed matrix as it was", function);
  UnpackColumns(p, 0, p.n, memory.as<char>());
  Product product;
  product.dtype = p.dtype;
  product.g = g;
  product.g.b = memory.data();
  product.g.b_row = p.n;
  return RunProduct(run, function, product);
}

}  // namespace

Status Panels::Bytes(const char* function, int64_t* bytes) const {
  int64_t wide;
  if (__builtin_mul_overflow(count(), kGemmPanelBytes, &wide) || __builtin_mul_overflow(wide, k, bytes) ||
      *bytes > INT64_MAX / 16)
    return Fail(NUMRS_BAD_SHAPE, "%s: the matrix has too many elements", function);
  return NUMRS_OK;
}

Status PackAll(const Run& run, const Panels& p, const void* b, int64_t b_row, int64_t b_col) {
  const int64_t size = p.size(), width = p.width(), blocks = CeilDiv(p.k, kGemmDepth),
                groups = CeilDiv(p.count(), kPackPanels);
  const auto pack = run.kernels.linalg.pack[p.dtype];
  const auto copy = run.kernels.copy.pack[SizeIndex(size)];
  const double bytes = static_cast<double>(p.k) * static_cast<double>(p.n * size);
  Gemm g{nullptr, b, nullptr, 0, p.k, p.n, 0, 0, b_row, p.n == 1 ? 1 : b_col, 0, 1, 0};
  return ParallelFor(blocks * groups, 1, run.Threads(bytes * kNsPerByte), run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) {
      const int64_t row = task / groups * kGemmDepth, j = task % groups * kPackPanels * width;
      const int64_t depth = std::min(kGemmDepth, p.k - row), columns = std::min(kPackPanels * width, p.n - j);
      char* to = const_cast<char*>(p.At(row, j));
      if (pack) {
        pack(g, GemmTile{0, 0, j, columns, row, depth}, to);
        continue;
      }
      for (int64_t c = 0; c < columns; c += width) {
        const int64_t some = std::min(width, columns - c);
        for (int64_t r = 0; r < depth; r++, to += kGemmPanelBytes) {
          copy(static_cast<const char*>(b) + ((row + r) * g.b_row + (j + c) * g.b_col) * size, g.b_col * size, to,
               some);
          std::memset(to + some * size, 0, static_cast<size_t>(kGemmPanelBytes - some * size));
        }
      }
    }
  });
}

void UnpackColumns(const Panels& p, int64_t first, int64_t columns, char* to) {
  const int64_t size = p.size(), width = p.width();
  for (int64_t row = 0; row < p.k; row += kGemmDepth) {
    const int64_t depth = std::min(kGemmDepth, p.k - row);
    for (int64_t c = first; c < first + columns;) {
      const int64_t in = c % width, some = std::min(width - in, first + columns - c);
      const char* from = p.At(row, c - in) + in * size;
      char* at = to + (row * columns + c - first) * size;
      if (some == 1) {
        for (int64_t r = 0; r < depth; r++)
          std::memcpy(at + r * columns * size, from + r * kGemmPanelBytes, static_cast<size_t>(size));
      } else {
        for (int64_t r = 0; r < depth; r++)
          std::memcpy(at + r * columns * size, from + r * kGemmPanelBytes, static_cast<size_t>(some * size));
      }
      c += some;
    }
  }
}

Status MultiplyPanels(const Run& run, const char* function, const Panels& p, const void* a, int64_t m, int64_t a_row,
                      void* y, int64_t y_row) {
  const LinalgTable& kernels = run.kernels.linalg;
  const int64_t size = p.size(), width = p.width();
  const Gemm g = GemmOf(p, a, m, a_row, y, y_row);
  if (!kernels.tile[p.dtype]) return WithMatrix(run, function, p, g);
  const double bytes = static_cast<double>(p.count() * kGemmPanelBytes) * static_cast<double>(p.k);
  const auto tile = kernels.tile[p.dtype];
  const double ns = std::max(bytes * kNsPerByte, static_cast<double>(p.k) * static_cast<double>(p.n) *
                                                     static_cast<double>(m) * 0.004 * static_cast<double>(size));
  const int threads = run.Threads(ns);
  const int64_t row_blocks = CeilDiv(m, kRows), rows = CeilDiv(CeilDiv(m, row_blocks), 42) * 42;
  // One row: y is short, and long stretches of panels come faster.
  const int64_t panels = m == 1 ? p.count() : kStripBytes / kGemmPanelBytes;
  // Narrower strips where there would be too few for the threads.
  const int64_t strip =
      width * (threads == 1
                   ? panels
                   : std::max(int64_t{4}, std::min(panels, CeilDiv(p.count() * row_blocks, int64_t{4} * threads))));
  const int64_t strips = CeilDiv(p.n, strip), blocks = CeilDiv(m, rows);
  const size_t scratch = static_cast<size_t>(std::min(m, rows) * std::min(p.k, kGemmDepth) * size + 63) / 64 * 64;
  Workspace memory(scratch * static_cast<size_t>(threads));
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", function,
                scratch * static_cast<size_t>(threads));
  ScratchSlots slots(memory.data(), scratch, threads);
  return ParallelFor(strips * blocks, 1, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    for (int64_t task = begin; task < end; task++) {
      const int64_t i = task % blocks * rows, j = task / blocks * strip;
      for (int64_t row = 0; row < p.k; row += kGemmDepth) {
        const GemmTile part{i,   std::min(rows, m - i),          j, std::min(strip, p.n - j),
                            row, std::min(kGemmDepth, p.k - row)};
        tile(g, part, p.At(row, j), lease.data());
      }
    }
  });
}

}  // namespace numrs
