// The kernel tables that a backend fills: one function pointer per operation and dtype. A null slot: the backend lacks
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"
#include "core/linalg_tables.h"
#include "core/reduce_tables.h"

namespace numrs {

// Tables of themes that few sources need: core/rolling_tables.h, core/order_tables.h,
// core/stats_tables.h, core/random_tables.h, core/fft_tables.h, core/nn_attention_tables, core/nn_conv_tables,
// core/nn_loss_tables.h.h.h, core/optim_tables.h.
struct RollingTable;
struct OrderTable;
struct StatsTable;
struct RandomTable;
struct FftTable;
struct LossTable;
struct OptimTable;
struct NnActivationTable;  // core/nn_activation_tables.h
struct NnNormTable;        // core/nn_norm_tables.h
struct NnConvTable;
struct NnAttentionTable;

// Kernels work on contiguous memory of any alignment; y may be exactly one of the inputs, never overlap one in part.
// Element i of y depends on element i of the inputs only, and its bits do not depend on n or on the position.
using UnaryFn = void (*)(const void* x, void* y, int64_t n);
// Bit k of scalars: operand k is a single value for all n.
using BinaryFn = void (*)(const void* a, const void* b, void* y, int64_t n, uint32_t scalars);
using TernaryFn = void (*)(const void* a, const void* b, const void* c, void* y, int64_t n, uint32_t scalars);

enum UnaryOp : int32_t {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) kUnary_##name = id,
#include "table/unary.def"
  kUnaryOps
};
enum BinaryOp : int32_t {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) kBinary_##name = id,
#include "table/binary.def"
  kBinaryOps
};
enum TernaryOp : int32_t {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) kTernary_##name = id,
#include "table/ternary.def"
  kTernaryOps
};

// What a table row says about an operation, for lookup at run time.
struct OpRow {
  const char* name;
  OpClass op_class;
  ResultRule result;  // ternary: rule of the first operand; the result is always of the operation's dtype
  double cost_ns;     // rough, per element of float64, one thread; decides about threads
};
extern const OpRow kUnaryRows[kUnaryOps];
extern const OpRow kBinaryRows[kBinaryOps];
extern const OpRow kTernaryRows[kTernaryOps];

struct UnaryTable {
  UnaryFn fn[kUnaryOps][kDTypes];
};
struct BinaryTable {
  BinaryFn fn[kBinaryOps][kDTypes];
};
struct TernaryTable {
  TernaryFn fn[kTernaryOps][kDTypes];
};

// Conversion and movement. Sizes are indexed by log2 of the element's bytes (1, 2, 4, 8, 16).
constexpr int kSizes = 5;
inline int SizeIndex(int64_t bytes) { return bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : bytes == 8 ? 3 : 4; }
struct CopyTable {
  UnaryFn cast[kDTypes][kDTypes];  // [from][to], contiguous; null where from == to
  // n elements from src, stride bytes apart (any stride, 0 and negative too), to contiguous dst.
  void (*pack[kSizes])(const void* src, int64_t stride, void* dst, int64_t n);
  // contiguous src to n elements of dst, stride bytes apart
  void (*unpack[kSizes])(const void* src, void* dst, int64_t stride, int64_t n);
  // dst[r][c] = src[c][r]: src has cols runs of rows contiguous elements, src_stride bytes apart; dst rows are
  // dst_stride bytes apart
  void (*transpose[kSizes])(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows,
                            int64_t cols);
  // copies past the caches (non-temporal stores); any alignment
  void (*stream)(const void* src, void* dst, size_t bytes);
};

// All kernels of one backend on one instruction set, null slots filled from cpu-portable.
struct Kernels {
  const char* backend;
  const char* target;
  int32_t vector_bytes;
  UnaryTable unary;
  BinaryTable binary;
  TernaryTable ternary;
  CopyTable copy;
  ReduceTable reduce;
  ScanTable scan;
  LinalgTable linalg;
  const RollingTable* rolling;
  const OrderTable* order;
  const StatsTable* stats;
  const RandomTable* random;
  const FftTable* fft;
  const LossTable* loss;
  const OptimTable* optim;
  const NnActivationTable* nn_activation;
  const NnNormTable* nn_norm;
  const NnConvTable* nn_conv;
  const NnAttentionTable* nn_attention;
};

}  // namespace numrs
