// Running planned matrix products: three ways (vector, direct, packed), buffers, threads. No views here.
#include "core/matmul_run.h"

#include <algorithm>
#include <optional>

#include "core/memory.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kRowBlock = 252;             // rows of a packed at a time; they stay in the second-level cache
constexpr int64_t kRowStep = 42;               // a multiple of the heights of the kernels' full tiles (14 and 6)
constexpr int64_t kSetBytes = 4096;            // of each row of b in a packed set …
constexpr int64_t kSetDepth = 8 * kGemmDepth;  // … and its rows: at most 8 MiB of float32 or float64 elements
constexpr int64_t kPackPanels = 16;            // packed by one task
constexpr int64_t kStripBytes = 2048;          // of each row of b packed at a time when there is one block of rows
constexpr int64_t kDirectBytes = int64_t{600}
                                 << 10;  // a b of this size stays in the second-level cache and is read where it lies
constexpr int64_t kSoonBytes = int64_t{256} << 10;  // operands of this size are fetched while the product before runs
constexpr int64_t kDirectRows = 16;                 // so few rows do not pay for packing b
constexpr int64_t kDirectColumnBytes = 256;         // so few columns need no packing

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }

// The part of g with rows [i, i + m) and columns [j, j + n).
Gemm Part(const Gemm& g, int64_t size, int64_t i, int64_t m, int64_t j, int64_t n) {
  Gemm part = g;
  part.a = static_cast<const char*>(g.a) + i * g.a_row * size;
  part.b = static_cast<const char*>(g.b) + j * g.b_col * size;
  part.y = static_cast<char*>(g.y) + (i * g.y_row + j) * size;
  part.m = m;
  part.n = n;
  return part;
}

// A product with one column (matrix a) or one row (matrix b transposed), as the kernel wants it.
struct VectorForm {
  Gemv v;
  int64_t x_step, y_step;  // in elements

  explicit VectorForm(const Gemm& g) {
    v.k = g.k;
    v.y = g.y;
    if (g.n == 1) {
      v.matrix = g.a;
      v.x = g.b;
      v.rows = g.m;
      v.row = g.a_row;
      v.col = g.a_col;
      x_step = g.b_row;
      y_step = g.y_row;
    } else {
      v.matrix = g.b;
      v.x = g.a;
      v.rows = g.n;
      v.row = g.b_col;
      v.col = g.b_row;
      x_step = g.a_col;
      y_step = 1;
    }
    if (v.k == 1) v.col = 1;
    if (v.rows == 1 && v.col != 1) v.row = 1;
    if (v.k == 1) x_step = 1;
    if (v.rows == 1) y_step = 1;
    v.sums = nullptr;
  }
  bool NeedsSums() const { return v.col != 1 && v.k > kGemmDepth; }
  bool Fits() const { return v.row == 1 || v.col == 1; }
};

Way ChooseWay(const LinalgTable& kernels, int32_t dtype, const Gemm& g) {
  const bool plain = g.alpha == 1 && g.beta == 0;
  if (kernels.gemv[dtype] && plain && (g.n == 1 || g.m == 1) && VectorForm(g).Fits()) return Way::VECTOR;
  if (!kernels.tile[dtype]) return Way::DIRECT;
  const int64_t size = SizeOf(dtype);
  const bool direct =
      g.b_col == 1 && (g.m <= kDirectRows || g.n * size <= kDirectColumnBytes || g.n * g.k * size <= kDirectBytes);
  return direct ? Way::DIRECT : Way::PACKED;
}

// Nanoseconds per multiply-add on one thread, for the decision about threads; rough.
double MacNs(const LinalgTable& kernels, const Product& p) {
  if (p.way == Way::VECTOR) return 0.08 * static_cast<double>(p.size()) / 4;
  if (kernels.tile[p.dtype]) return 0.016 * static_cast<double>(p.size()) / 4;
  return KindOf(p.dtype) == Kind::FLOAT ? 2 : 0.2;
}

// All rows of a packed at a time: then each part of b is needed once.
bool OneRowBlock(const Gemm& g) { return g.m <= kRowBlock; }

// Rows of a packed at a time: blocks of about one height, so that no small rest reads b's panels for little.
int64_t RowBlock(int64_t m) { return CeilDiv(CeilDiv(m, CeilDiv(m, kRowBlock)), kRowStep) * kRowStep; }

// Memory that one product needs while it runs.
struct BufferBytes {
  size_t panels = 0;   // shared by its threads
  size_t scratch = 0;  // of each thread

  BufferBytes(const Product& p) {
    const int64_t size = p.size(), depth = std::min(p.g.k, kGemmDepth);
    if (p.way == Way::PACKED) {
      const bool strips = OneRowBlock(p.g);
      const int64_t columns = std::min(p.g.n, (strips ? kStripBytes : kSetBytes) / size);
      const int64_t rows = strips ? depth : std::min(CeilDiv(p.g.k, kGemmDepth) * kGemmDepth, kSetDepth);
      const size_t bytes = static_cast<size_t>(CeilDiv(columns * size, kGemmPanelBytes) * kGemmPanelBytes * rows);
      scratch = Round(static_cast<size_t>(std::min(p.g.m, kRowBlock) * depth * size));
      if (strips) {
        scratch += bytes;
      } else {
        panels = bytes;
      }
    } else if (p.way == Way::VECTOR) {
      const VectorForm form(p.g);
      if (form.x_step != 1) panels += Round(static_cast<size_t>(p.g.k * size));
      if (form.y_step != 1) panels += Round(static_cast<size_t>(form.v.rows * size));
      if (form.NeedsSums()) panels += static_cast<size_t>(form.v.rows * size);
    }
  }
  static size_t Round(size_t bytes) { return (bytes + 63) / 64 * 64; }
};

struct Runner {
  const Kernels& kernels;
  const Product& product;
  int threads;
  const Cancel* cancel;
  char* panels;
  ScratchSlots& slots;

  Status One(const Gemm& g) const {
    switch (product.way) {
      case Way::VECTOR:
        return Vector(g);
      case Way::DIRECT:
        return Direct(g);
      default:
        return OneRowBlock(g) ? Strips(g) : Packed(g);
    }
  }

 private:
  Status Vector(const Gemm& g) const {
    const int64_t size = product.size();
    VectorForm form(g);
    Gemv& v = form.v;
    char* buffer = panels;
    const int index = SizeIndex(size);
    if (form.x_step != 1) {
      kernels.copy.pack[index](v.x, form.x_step * size, buffer, v.k);
      v.x = buffer;
      buffer += BufferBytes::Round(static_cast<size_t>(v.k * size));
    }
    if (form.y_step != 1) {
      v.y = buffer;
      buffer += BufferBytes::Round(static_cast<size_t>(v.rows * size));
    }
    if (form.NeedsSums()) v.sums = buffer;
    // Pieces of y. Where the matrix runs along y they are wide: each reads that much of every row of the matrix.
    int64_t grain = CeilDiv(CeilDiv(int64_t{1} << 17, v.k), 256) * 256;
    if (v.col != 1)
      grain = CeilDiv(threads == 1 ? v.rows : std::max(int64_t{1024}, CeilDiv(v.rows, 2 * int64_t{threads})), 64) * 64;
    const auto kernel = kernels.linalg.gemv[product.dtype];
    const Status status = ParallelFor(v.rows, grain, threads, cancel, [&](int64_t begin, int64_t end) {
      Gemv part = v;
      part.matrix = static_cast<const char*>(v.matrix) + begin * v.row * size;
      part.y = static_cast<char*>(v.y) + begin * size;
      if (v.sums) part.sums = static_cast<char*>(v.sums) + begin * size;
      part.rows = end - begin;
      kernel(part);
    });
    if (status == NUMRS_OK && form.y_step != 1) kernels.copy.unpack[index](v.y, g.y, form.y_step * size, v.rows);
    return status;
  }

  Status Direct(const Gemm& g) const {
    const int64_t size = product.size();
    const auto kernel = kernels.linalg.gemm[product.dtype];
    const double row_macs = static_cast<double>(g.k) * static_cast<double>(g.n),
                 column_macs = static_cast<double>(g.k) * static_cast<double>(g.m);
    // Multiply-adds per chunk, for the sake of cancelling; with several threads no more than give each some chunks.
    const double most = static_cast<double>(int64_t{1} << 22), macs = row_macs * static_cast<double>(g.m);
    const double piece = threads == 1 ? most : std::min(most, macs / (4.0 * threads));
    if (macs <= piece) {
      kernel(g);
      return NUMRS_OK;
    }
    if (g.m > 4 * kDirectRows) {
      const int64_t grain = static_cast<int64_t>(piece / row_macs / static_cast<double>(kRowStep) + 1) * kRowStep;
      return ParallelFor(g.m, grain, threads, cancel,
                         [&](int64_t begin, int64_t end) { kernel(Part(g, size, begin, end - begin, 0, g.n)); });
    }
    const int64_t panel = kGemmPanelBytes / size;
    const int64_t grain =
        std::max<int64_t>(1, static_cast<int64_t>(piece / column_macs / static_cast<double>(panel) + 0.5)) * panel;
    return ParallelFor(g.n, grain, threads, cancel,
                       [&](int64_t begin, int64_t end) { kernel(Part(g, size, 0, g.m, begin, end - begin)); });
  }

  // Each task packs a strip of b's columns for itself and multiplies it before it leaves the cache.
  Status Strips(const Gemm& g) const {
    const int64_t size = product.size(), width = std::min(g.n, kStripBytes / size);
    const auto pack = kernels.linalg.pack[product.dtype];
    const auto tile = kernels.linalg.tile[product.dtype];
    const size_t a_bytes = BufferBytes::Round(static_cast<size_t>(g.m * std::min(g.k, kGemmDepth) * size));
    // Narrower strips where there would be too few for the threads.
    const int64_t panel = kGemmPanelBytes / size;
    const int64_t grain =
        threads == 1 ? width : std::min(width, CeilDiv(CeilDiv(g.n, int64_t{4} * threads), 4 * panel) * 4 * panel);
    return ParallelFor(g.n, grain, threads, cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t j = begin; j < end; j += grain) {
        for (int64_t p = 0; p < g.k; p += kGemmDepth) {
          const GemmTile part{0, g.m, j, std::min(grain, end - j), p, std::min(kGemmDepth, g.k - p)};
          pack(g, part, lease.data() + a_bytes);
          tile(g, part, lease.data() + a_bytes, lease.data());
        }
      }
    });
  }

  // b is packed set by set (kSetDepth rows of kSetBytes). The tasks are blocks of y that stay in the second-level cache
  // through the set's depth.
  Status Packed(const Gemm& g) const {
    const int64_t size = product.size(), panel = kGemmPanelBytes / size;
    const int64_t set = kSetBytes / size, rows = RowBlock(g.m);
    const auto pack = kernels.linalg.pack[product.dtype];
    const auto tile = kernels.linalg.tile[product.dtype];
    for (int64_t j = 0; j < g.n; j += set) {
      const int64_t columns = std::min(set, g.n - j), count = CeilDiv(columns, panel);
      const int64_t block_bytes = count * kGemmPanelBytes * kGemmDepth;  // of one block of depth
      const int64_t row_blocks = CeilDiv(g.m, rows);
      // Few blocks of rows: cut the columns too, so that every thread has some tasks.
      int64_t cuts = threads > 1 ? std::min(CeilDiv(int64_t{4} * threads, row_blocks), CeilDiv(count, 4)) : 1;
      const int64_t width = CeilDiv(count, cuts) * panel;
      cuts = CeilDiv(columns, width);
      for (int64_t start = 0; start < g.k; start += kSetDepth) {
        const int64_t end = std::min(g.k, start + kSetDepth);
        const int64_t blocks = CeilDiv(end - start, kGemmDepth), groups = CeilDiv(count, kPackPanels);
        NUMRS_TRY(ParallelFor(blocks * groups, 1, threads, cancel, [&](int64_t begin, int64_t stop) {
          for (int64_t task = begin; task < stop; task++) {
            const int64_t block = task / groups, first = task % groups * kPackPanels, p = start + block * kGemmDepth;
            const int64_t depth = std::min(kGemmDepth, end - p);
            const GemmTile part{0, 0,    j + first * panel, std::min(kPackPanels * panel, columns - first * panel),
                                p, depth};
            pack(g, part, panels + block * block_bytes + first * depth * kGemmPanelBytes);
          }
        }));
        NUMRS_TRY(ParallelFor(row_blocks * cuts, 1, threads, cancel, [&](int64_t begin, int64_t stop) {
          ScratchSlots::Lease lease(slots);
          for (int64_t task = begin; task < stop; task++) {
            const int64_t i = task / cuts * rows, c = task % cuts * width;
            for (int64_t block = 0; block < blocks; block++) {
              const int64_t p = start + block * kGemmDepth, depth = std::min(kGemmDepth, end - p);
              const GemmTile part{i, std::min(rows, g.m - i), j + c, std::min(width, columns - c), p, depth};
              tile(g, part, panels + block * block_bytes + c / panel * depth * kGemmPanelBytes, lease.data());
            }
          }
        }));
      }
    }
    return NUMRS_OK;
  }
};

}  // namespace

Status RunProduct(const Run& run, const char* function, Product& p) {
  const LinalgTable& kernels = run.kernels.linalg;
  p.way = ChooseWay(kernels, p.dtype, p.g);
  const double item_ns = p.Macs() * MacNs(kernels, p) + 20;
  const int threads = run.Threads(item_ns * static_cast<double>(p.batch.count));
  // Many products: a thread takes whole ones. Few large ones: the threads share each.
  const bool shared = p.batch.count == 1 || (p.batch.count < 4 * threads && run.Threads(item_ns) > 1);
  const BufferBytes bytes(p);
  const int bodies = shared ? 1 : threads;
  const size_t each = BufferBytes::Round(bytes.panels) + (shared ? static_cast<size_t>(threads) : 1) * bytes.scratch;
  std::optional<Workspace> workspace;
  if (each) {
    workspace.emplace(each * static_cast<size_t>(bodies));
    if (!workspace->ok())
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", function,
                  each * static_cast<size_t>(bodies));
  }
  char* memory = workspace ? static_cast<char*>(workspace->data()) : nullptr;
  if (shared) {
    ScratchSlots slots(memory ? memory + BufferBytes::Round(bytes.panels) : nullptr, bytes.scratch, threads);
    const Runner runner{run.kernels, p, threads, run.cancel, memory, slots};
    if (p.batch.count == 1) return runner.One(p.g);
    for (int64_t i = 0; i < p.batch.count; i++) NUMRS_TRY(runner.One(p.At(i)));
    return NUMRS_OK;
  }
  ScratchSlots slots(memory, each, threads);
  const int64_t grain = item_ns > 2e4 ? 1 : static_cast<int64_t>(2e4 / item_ns) + 1;
  return ParallelFor(p.batch.count, grain, threads, run.cancel, [&](int64_t begin, int64_t end) -> Status {
    ScratchSlots::Lease lease(slots);
    char* own = lease.data();
    ScratchSlots inner(own ? own + BufferBytes::Round(bytes.panels) : nullptr, bytes.scratch, 1);
    const Runner runner{run.kernels, p, 1, nullptr, own, inner};
    // A small product ends before the processor has seen a pattern in its operands: name those of the next one.
    const bool hint = p.way == Way::DIRECT && p.g.k * (p.g.m + p.g.n) * p.size() <= kSoonBytes;
    for (int64_t i = begin; i < end; i++) {
      Gemm g = p.At(i);
      if (hint && i + 1 < p.batch.count) {
        const Gemm next = p.At(i + 1);
        if (next.a != g.a) g.soon_a = next.a;
        if (next.b != g.b) g.soon_b = next.b;
      }
      NUMRS_TRY(runner.One(g));
    }
    return NUMRS_OK;
  });
}

}  // namespace numrs
