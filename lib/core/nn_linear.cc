// Linear layers: products by the kernels of core/linalg_tables.h in blocks of rows that stay in the caches, where bias
// and activation are applied; the gradients.
#include "core/nn_linear.h"

#include <algorithm>
#include <optional>

#include "core/matmul_run.h"
#include "core/memory.h"
#include "core/reduce.h"

namespace numrs {
namespace {

constexpr int64_t kBlockBytes = int64_t{512} << 10;  // of y between product and activation
constexpr int64_t kBlockRows = 252;                  // fewer would read weights for little
constexpr int64_t kChunk = 256;                      // elements of an activation at a time: buffers on the stack

Gemm MakeGemm(const void* a, int64_t a_row, int64_t a_col, const void* b, int64_t b_row, int64_t b_col, void* y,
              int64_t m, int64_t k, int64_t n) {
  return Gemm{a, b, y, m, k, n, a_row, a_col, b_row, n == 1 ? 1 : b_col, n, 1, 0};
}

Status Multiply(const Run& run, const LinearJob& job, const Gemm& g) {
  Product p;
  p.g = g;
  p.dtype = job.dtype;
  if (g.b_col == 1 || run.kernels.linalg.pack[job.dtype] || g.n == 1) return RunProduct(run, job.function, p);
  // A backend without packing reads b along its rows.
  const int64_t size = SizeOf(job.dtype);
  Workspace copy(static_cast<size_t>(g.k * g.n * size));
  if (!copy.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of weights", job.function);
  for (int64_t i = 0; i < g.k; i++)
    run.kernels.copy.pack[SizeIndex(size)](static_cast<const char*>(g.b) + i * g.b_row * size, g.b_col * size,
                                           copy.as<char>() + i * g.n * size, g.n);
  p.g.b = copy.data();
  p.g.b_row = g.n;
  p.g.b_col = 1;
  return RunProduct(run, job.function, p);
}

// A constant as an operand of a kernel.
struct Constant {
  Constant(int32_t dtype, double value) : f64(value), f32(static_cast<float>(value)), wide(dtype == kF64) {}
  const void* get() const { return wide ? static_cast<const void*>(&f64) : &f32; }
  double f64;
  float f32;
  bool wide;
};

// Element-wise steps over a chunk, by the operations' own kernels.
class Steps {
 public:
  Steps(const Run& run, int32_t dtype) : run_(run), dtype_(dtype) {}
  void Unary(int32_t op, const void* x, void* y, int64_t n) const { run_.kernels.unary.fn[op][dtype_](x, y, n); }
  void Times(const void* a, const void* b, void* y, int64_t n) const { Binary(kBinary_multiply, a, b, y, n, 0); }
  void Times(const void* a, double c, void* y, int64_t n) const {
    Binary(kBinary_multiply, a, Constant(dtype_, c).get(), y, n, 2);
  }
  void Plus(const void* a, const void* b, void* y, int64_t n) const { Binary(kBinary_add, a, b, y, n, 0); }
  void Plus(const void* a, double c, void* y, int64_t n) const {
    Binary(kBinary_add, a, Constant(dtype_, c).get(), y, n, 2);
  }

  // y = activation(x), t: room for kChunk elements. y may be x.
  void Activate(int32_t activation, const void* x, void* y, void* t, int64_t n) const {
    switch (activation) {
      case kActivationSigmoid:
        return Unary(kUnary_sigmoid, x, y, n);
      case kActivationTanh:
        return Unary(kUnary_tanh, x, y, n);
      case kActivationSilu:
        Unary(kUnary_sigmoid, x, t, n);
        return Times(x, t, y, n);
      case kActivationGelu:  // x erfc(-x / sqrt 2) / 2: nothing cancels
        Times(x, -0.70710678118654752440, t, n);
        Unary(kUnary_erfc, t, t, n);
        Times(x, t, y, n);
        return Times(y, 0.5, y, n);
      default:  // gelu by tanh: x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
        Inner(x, t, n);
        Unary(kUnary_sigmoid, t, t, n);
        return Times(x, t, y, n);
    }
  }

  // d = grad * derivative at x; t, u: room. d may be grad.
  void Derive(int32_t activation, const void* grad, const void* x, void* d, void* t, void* u, int64_t n) const {
    if (activation == kActivationSilu) {  // s + x s (1 - s)
      Unary(kUnary_sigmoid, x, t, n);
      Slope(x, t, u, n);
    } else if (activation == kActivationGelu) {  // erfc(-x / sqrt 2) / 2 + x exp(-x^2 / 2) / sqrt(2 pi)
      Times(x, x, t, n);
      Times(t, -0.5, t, n);
      Unary(kUnary_exp, t, t, n);
      Times(t, 0.39894228040143267794, t, n);
      Times(x, t, t, n);
      Times(x, -0.70710678118654752440, u, n);
      Unary(kUnary_erfc, u, u, n);
      Times(u, 0.5, u, n);
      Plus(u, t, u, n);
    } else {  // s + x s (1 - s) u', u' = 2 sqrt(2 / pi) (1 + 3 0.044715 x^2)
      Inner(x, t, n);
      Unary(kUnary_sigmoid, t, t, n);
      Times(t, -1, u, n);
      Plus(u, 1, u, n);
      Times(u, t, u, n);
      Times(u, x, u, n);
      alignas(64) char v[kChunk * sizeof(double)];
      Times(x, x, v, n);
      Times(v, 3 * 0.044715, v, n);
      Plus(v, 1, v, n);
      Times(v, kTwoRoot, v, n);
      Times(u, v, u, n);
      Plus(u, t, u, n);
    }
    Times(grad, u, d, n);
  }

 private:
  static constexpr double kTwoRoot = 1.59576912160573071176;  // 2 sqrt(2 / pi)
  void Binary(int32_t op, const void* a, const void* b, void* y, int64_t n, uint32_t scalars) const {
    run_.kernels.binary.fn[op][dtype_](a, b, y, n, scalars);
  }
  void Inner(const void* x, void* t, int64_t n) const {
    Times(x, x, t, n);
    Times(t, 0.044715, t, n);
    Plus(t, 1, t, n);
    Times(t, x, t, n);
    Times(t, kTwoRoot, t, n);
  }
  void Slope(const void* x, const void* s, void* u, int64_t n) const {
    Times(s, -1, u, n);
    Plus(u, 1, u, n);
    Times(u, x, u, n);
    Plus(u, 1, u, n);
    Times(u, s, u, n);
  }
  const Run& run_;
  int32_t dtype_;
};

// Calls body(begin, count) over n elements in chunks, on several threads where that pays.
template <class F>
Status Chunks(const Run& run, int64_t n, double ns, F&& body) {
  const int64_t grain = 64 * kChunk;
  return ParallelFor(n, grain, run.Threads(static_cast<double>(n) * ns), nullptr, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += kChunk) body(i, std::min(kChunk, end - i));
  });
}

// Is b, (k, n) with rows that are contiguous, read where it lies? (core/matmul_run.cc: without memory)
bool TakesNoMemory(int64_t n, int64_t k, int64_t size) { return n * k * size <= int64_t{600} << 10; }

bool IsSimple(int32_t activation) {
  return activation == kActivationNone || activation == kActivationRelu || activation == kActivationLeakyRelu;
}

}  // namespace

Status LinearForward(const Run& run, const LinearJob& job, const void* x, const void* bias, void* y, void* pre) {
  const int64_t size = SizeOf(job.dtype);
  if (job.m == 0 || job.n == 0) return NUMRS_OK;
  const bool simple = IsSimple(job.activation);
  const bool plain = !bias && !pre && job.activation == kActivationNone;
  // Only products that take no memory are cut: nothing may fail once y has been written.
  const bool direct = job.n > 1 && TakesNoMemory(job.n, job.k, size) && job.weight_col == 1;
  const int64_t block = plain || !direct ? job.m : std::max(kBlockRows, kBlockBytes / (job.n * size));
  for (int64_t i = 0; i < job.m; i += block) {
    const int64_t rows = std::min(block, job.m - i);
    char* const to = static_cast<char*>(y) + i * job.n * size;
    if (job.k == 0) {
      std::memset(to, 0, static_cast<size_t>(rows * job.n * size));
    } else {
      NUMRS_TRY(Multiply(run, job,
                         MakeGemm(static_cast<const char*>(x) + i * job.k * size, job.k, 1, job.weight, job.weight_row,
                                  job.weight_col, to, rows, job.k, job.n)));
    }
    if (plain) continue;
    LinearFinish f;
    f.bias = bias;
    f.n = job.n;
    f.activation = job.activation;
    f.slope = job.slope;
    const int64_t grain = std::max<int64_t>(1, 64 * kChunk / job.n);
    const int threads = run.Threads(static_cast<double>(rows * job.n) * (simple ? 0.1 : 2));
    const Steps steps(run, job.dtype);
    NUMRS_TRY(ParallelFor(rows, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
      LinearFinish part = f;
      part.y = to + begin * job.n * size;
      part.pre = pre ? static_cast<char*>(pre) + (i + begin) * job.n * size : nullptr;
      part.rows = end - begin;
      if (bias || part.pre || job.activation != kActivationNone) run.kernels.nn_conv->linear_finish[job.dtype](part);
      if (simple) return;
      alignas(64) char t[kChunk * sizeof(double)];
      const int64_t count = part.rows * job.n;
      for (int64_t j = 0; j < count; j += kChunk) {
        char* const at = static_cast<char*>(part.y) + j * size;
        steps.Activate(job.activation, at, at, t, std::min(kChunk, count - j));
      }
    }));
  }
  return NUMRS_OK;
}

Status LinearBackward(const Run& run, const LinearJob& job, const void* grad, const void* x, const void* saved, void* gx,
                      void* gw, void* gb) {
  const int64_t size = SizeOf(job.dtype), count = job.m * job.n;
  std::optional<Workspace> own;
  const void* gz = grad;
  if (job.activation != kActivationNone && count > 0) {
    own.emplace(static_cast<size_t>(count * size));
    if (!own->ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a gradient of the activation", job.function);
    char* const to = own->as<char>();
    gz = to;
    const Steps steps(run, job.dtype);
    NUMRS_TRY(Chunks(run, count, SavesOutput(job.activation) ? 0.2 : 4, [&](int64_t i, int64_t n) {
      const char *const dy = static_cast<const char*>(grad) + i * size, *const at =
                                                                           static_cast<const char*>(saved) + i * size;
      if (SavesOutput(job.activation)) {
        run.kernels.nn_conv->linear_grad[job.dtype](LinearGrad{dy, at, to + i * size, n, job.activation, job.slope});
      } else {
        alignas(64) char t[kChunk * sizeof(double)], u[kChunk * sizeof(double)];
        steps.Derive(job.activation, dy, at, to + i * size, t, u, n);
      }
    }));
  }
  // What may still fail is computed apart, or before anything has been written.
  const bool gw_direct = job.m > 1 && job.k > 1 && job.n > 1 && TakesNoMemory(job.n, job.m, size);
  const size_t gb_bytes = gb ? static_cast<size_t>((job.n * size + 63) / 64 * 64) : 0;
  const size_t gw_bytes = gw && !gw_direct ? static_cast<size_t>(job.k * job.n * size) : 0;
  Workspace apart(gb_bytes + gw_bytes);
  if (!apart.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for gradients", job.function);
  char* const gw_apart = apart.as<char>() + gb_bytes;
  if (gb && job.n > 0) {
    const int64_t matrix[2] = {job.m, job.n}, row[2] = {1, job.n};
    ReduceJob sum;
    sum.function = job.function;
    sum.op = kReduce_sum;
    sum.axes = 1;
    sum.compute = sum.result = job.dtype;
    sum.x = ContiguousView(const_cast<void*>(gz), job.dtype, 2, matrix);
    sum.y = ContiguousView(apart.data(), job.dtype, 2, row);
    NUMRS_TRY(RunReduce(run, sum));
  }
  const auto weights = [&](void* to) -> Status {
    if (job.m == 0) {
      std::memset(to, 0, static_cast<size_t>(job.k * job.n * size));
      return NUMRS_OK;
    }
    return Multiply(run, job, MakeGemm(x, 1, job.k, gz, job.n, 1, to, job.k, job.m, job.n));
  };
  const bool has_weights = gw && job.k > 0 && job.n > 0;
  if (has_weights && !gw_direct) NUMRS_TRY(weights(gw_apart));
  if (gx && job.m > 0 && job.k > 0) {
    if (job.n == 0) {
      std::memset(gx, 0, static_cast<size_t>(job.m * job.k * size));
    } else {
      NUMRS_TRY(Multiply(run, job,
                         MakeGemm(gz, job.n, 1, job.weight, job.weight_col, job.weight_row, gx, job.m, job.n, job.k)));
    }
  }
  if (has_weights && gw_direct) NUMRS_TRY(weights(gw));
  if (has_weights && !gw_direct) std::memcpy(gw, gw_apart, gw_bytes);
  if (gb && job.n > 0) std::memcpy(gb, apart.data(), static_cast<size_t>(job.n * size));
  return NUMRS_OK;
}

}  // namespace numrs
