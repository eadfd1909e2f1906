// Matrix products of any strides in tiles of 16 by 16: integers, and what cuBLASLt does not do. Floats have the CPU's
// order of operations: chains of fused multiply-adds over blocks of kGemmDepth, then their sums.
#include "core/linalg_tables.h"
#include "cuda/launch.h"
#include "cuda/matmul.h"
#include "cuda/reduce.h"
#include "ops/complex.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int kTile = 16;

struct ProductArgs {
  const char *a, *b;
  char* y;
  int64_t m, k, n, tiles;                            // tiles of one product
  int64_t a_row, a_col, b_row, b_col, y_row, y_col;  // bytes
  double alpha, beta;
  Walk batch;
  int64_t strides[3][kLoops];  // of a, b, y
};

template <typename C>
NUMRS_DEVICE C MultiplyAdd(C x, C y, C sum) {
  if constexpr (ops::kIsFloat<C>) {
    return std::fma(x, y, sum);
  } else if constexpr (ops::kIsComplex<C>) {
    return C(std::fma(x.real(), y.real(), std::fma(-x.imag(), y.imag(), sum.real())),
             std::fma(x.real(), y.imag(), std::fma(x.imag(), y.real(), sum.imag())));
  } else {
    using W = ops::Wrap<C>;
    return static_cast<C>(static_cast<W>(sum) + static_cast<W>(x) * static_cast<W>(y));
  }
}
template <typename C>
NUMRS_DEVICE C Plus(C a, C b) {
  if constexpr (ops::kIsComplex<C>)
    return C(a.real() + b.real(), a.imag() + b.imag());
  else if constexpr (ops::kIsFloat<C>)
    return a + b;
  else
    return static_cast<C>(static_cast<ops::Wrap<C>>(a) + static_cast<ops::Wrap<C>>(b));
}

template <typename T>
__global__ void __launch_bounds__(kTile* kTile) ProductKernel(const ProductArgs p) {
  using C = ops::ComputeOf<T>;
  __shared__ char memory[2 * kTile * (kTile + 1) * sizeof(C)];  // no constructors in shared memory
  C* const left = reinterpret_cast<C*>(memory);
  C* const right = left + kTile * (kTile + 1);
  const int row = static_cast<int>(threadIdx.y), col = static_cast<int>(threadIdx.x);
  int64_t offsets[3];
  const int64_t product = blockIdx.x / p.tiles, tile = blockIdx.x - product * p.tiles;
  p.batch.At<3>(product, p.strides, offsets);
  const int64_t across = (p.n + kTile - 1) / kTile;
  const int64_t i = (tile / across) * kTile + row, j = (tile % across) * kTile + col;
  const char *a = p.a + offsets[0], *b = p.b + offsets[1];
  C sum{}, chain{};
  for (int64_t from = 0; from < p.k; from += kTile) {
    left[row * (kTile + 1) + col] =
        i < p.m && from + col < p.k ? static_cast<C>(LoadElement<T>(a + i * p.a_row + (from + col) * p.a_col)) : C{};
    right[row * (kTile + 1) + col] =
        j < p.n && from + row < p.k ? static_cast<C>(LoadElement<T>(b + (from + row) * p.b_row + j * p.b_col)) : C{};
    __syncthreads();
    const int depth = p.k - from < kTile ? static_cast<int>(p.k - from) : kTile;
    for (int d = 0; d < depth; d++)
      chain = MultiplyAdd(left[row * (kTile + 1) + d], right[d * (kTile + 1) + col], chain);
    __syncthreads();
    if ((from + kTile) % kGemmDepth == 0 || from + kTile >= p.k) {
      sum = from < kGemmDepth ? chain : Plus(sum, chain);
      chain = C{};
    }
  }
  if (i >= p.m || j >= p.n) return;
  char* const y = p.y + offsets[2] + i * p.y_row + j * p.y_col;
  if constexpr (ops::kIsFloat<C>) {
    if (p.alpha != 1) sum *= static_cast<C>(p.alpha);
    if (p.beta != 0) sum += static_cast<C>(p.beta) * static_cast<C>(LoadElement<T>(y));
  }
  StoreElement<T>(y, static_cast<T>(sum));
}

using ProductFn = void (*)(ProductArgs);
ProductFn KernelFor(int32_t dtype) {
  switch (dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                            \
    if constexpr (id != kBOOL) return ProductKernel<cxx>;             \
    break;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
    default:
      break;
  }
  return nullptr;
}

}  // namespace

Status OwnProduct(DeviceStream* stream, const MatmulJob& given) {
  MatmulJob job = given;
  // Rounded once, to y's dtype.
  if ((job.compute == kF16 || job.compute == kBF16) && job.y.dtype != job.compute) job.compute = kF32;
  const ProductFn kernel = KernelFor(job.compute);
  if (!kernel) return NoKernelFor(job.function, job.compute);
  View operands[2] = {job.a, job.b}, y = job.y;
  Scratch copies[2] = {Scratch(stream), Scratch(stream)}, result(stream);
  for (int k = 0; k < 2; k++) {
    View& v = operands[k];
    if (v.dtype == job.compute) continue;
    NUMRS_TRY(copies[k].Take(v.size * SizeOf(job.compute)));
    View copy = ContiguousView(copies[k].data(), job.compute, v.ndim, v.shape);
    NUMRS_TRY(ConvertTo(stream, job.function, v, copy));
    v = copy;
  }
  if (y.dtype != job.compute) {
    NUMRS_TRY(result.Take(y.size * SizeOf(job.compute)));
    y = ContiguousView(result.data(), job.compute, y.ndim, y.shape);
    if (job.beta != 0) NUMRS_TRY(ConvertTo(stream, job.function, job.y, y));
  }
  const int rows = y.ndim - 2, cols = y.ndim - 1;
  ProductArgs args{};
  args.a = operands[0].data;
  args.b = operands[1].data;
  args.y = y.data;
  args.m = y.shape[rows];
  args.n = y.shape[cols];
  args.k = operands[0].shape[cols];
  args.a_row = operands[0].strides[rows];
  args.a_col = operands[0].strides[cols];
  args.b_row = operands[1].strides[rows];
  args.b_col = operands[1].strides[cols];
  args.y_row = y.strides[rows];
  args.y_col = y.strides[cols];
  args.alpha = job.alpha;
  args.beta = job.beta;
  int64_t shape[kLoops], batch = 1;
  int ndim = 0;
  for (int d = 0; d < rows; d++) {
    if (y.shape[d] == 1) continue;
    if (ndim == kLoops) return Fail(NUMRS_UNSUPPORTED, "%s: so many separate dimensions", job.function);
    shape[ndim] = y.shape[d];
    args.strides[0][ndim] = operands[0].strides[d];
    args.strides[1][ndim] = operands[1].strides[d];
    args.strides[2][ndim++] = y.strides[d];
    batch *= y.shape[d];
  }
  args.tiles = ((args.m + kTile - 1) / kTile) * ((args.n + kTile - 1) / kTile);
  if (args.tiles >> 31 || args.tiles * batch >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more products than one launch can have", job.function);
  args.batch = MakeWalk(ndim, shape);
  NUMRS_TRY(
      Launch(stream, job.function, kernel, dim3(static_cast<unsigned>(args.tiles * batch)), dim3(kTile, kTile), args));
  return y.dtype == job.y.dtype ? static_cast<Status>(NUMRS_OK) : ConvertTo(stream, job.function, y, job.y);
}

}  // namespace cuda
}  // namespace numrs
