// Matrix products by cuBLASLt: the part of its interface that is called, as a table of functions found when a product
// is first wanted (nothing is linked), and the call itself. Host code.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/stream.h"

namespace numrs {
namespace cuda {

// The types and numbers of cublasLt.h, version 13; tests/cuda/headers.cc compares them with the real ones.
struct LtLayout {
  uint64_t words[8];
};
struct LtDesc {
  uint64_t words[32];
};
struct LtPreference {
  uint64_t words[8];
};
struct LtAlgo {
  uint64_t words[8];
};
struct LtHeuristic {
  LtAlgo algo;
  size_t workspace;
  int32_t state;
  float waves;
  int32_t reserved[4];
};
enum LtNumber : int32_t {
  kLtSuccess = 0,
  kLtNotInitialized = 1,
  kLtAllocFailed = 3,
  kLtInvalidValue = 7,
  kLtArchMismatch = 8,
  kLtNotSupported = 15,

  kLtR32F = 0,
  kLtR64F = 1,
  kLtR16F = 2,
  kLtC32F = 4,
  kLtC64F = 5,
  kLtR16BF = 14,

  kLtCompute32F = 68,
  kLtCompute32FFastTF32 = 77,
  kLtCompute64F = 70,

  kLtOpN = 0,
  kLtOpT = 1,

  kLtDescTransA = 3,
  kLtDescTransB = 4,
  kLtDescEpilogue = 7,
  kLtDescBiasPointer = 8,

  kLtLayoutBatchCount = 5,
  kLtLayoutBatchOffset = 6,

  kLtPrefMaxWorkspace = 1,
  kLtPrefReductionMask = 3,
  kLtPrefAlignmentA = 5,
  kLtPrefAlignmentB = 6,
  kLtPrefAlignmentC = 7,
  kLtPrefAlignmentD = 8,

  kLtReductionComputeType = 2,

  kLtEpilogueDefault = 1,
  kLtEpilogueBias = 4,
  kLtEpilogueBiasGradA = 256,
};

// name, arguments. All return a status.
#define NUMRS_CUBLASLT(X)                                                                                            \
  X(cublasLtCreate, (void** handle))                                                                                 \
  X(cublasLtDestroy, (void* handle))                                                                                 \
  X(cublasLtMatmulDescInit_internal, (LtDesc * desc, size_t size, int32_t compute, int32_t scale))                   \
  X(cublasLtMatmulDescSetAttribute, (LtDesc * desc, int32_t key, const void* value, size_t size))                    \
  X(cublasLtMatrixLayoutInit_internal,                                                                               \
    (LtLayout * layout, size_t size, int32_t type, uint64_t rows, uint64_t cols, int64_t ld))                        \
  X(cublasLtMatrixLayoutSetAttribute, (LtLayout * layout, int32_t key, const void* value, size_t size))              \
  X(cublasLtMatmulPreferenceInit_internal, (LtPreference * preference, size_t size))                                 \
  X(cublasLtMatmulPreferenceSetAttribute, (LtPreference * preference, int32_t key, const void* value, size_t size))  \
  X(cublasLtMatmulAlgoGetHeuristic, (void* handle, LtDesc* desc, LtLayout* a, LtLayout* b, LtLayout* c, LtLayout* d, \
                                     LtPreference* preference, int wanted, LtHeuristic* results, int* found))        \
  X(cublasLtMatmul,                                                                                                  \
    (void* handle, LtDesc* desc, const void* alpha, const void* a, LtLayout* a_layout, const void* b,                \
     LtLayout* b_layout, const void* beta, const void* c, LtLayout* c_layout, void* d, LtLayout* d_layout,           \
     const LtAlgo* algo, void* workspace, size_t workspace_bytes, cudaStream_t stream))
struct LtFunctions {
#define NUMRS_CUBLASLT_MEMBER(name, arguments) int32_t(*name) arguments;
  NUMRS_CUBLASLT(NUMRS_CUBLASLT_MEMBER)
#undef NUMRS_CUBLASLT_MEMBER
  size_t (*cublasLtGetVersion)();
};
// nullptr: the library is not there (or has not all of them).
const LtFunctions* FindLt();

constexpr int64_t kLtWorkspace = 32 << 20;  // at most, for one product

// A matrix of (rows, cols) as cuBLASLt can take it: by rows (its columns next to each other), or by columns.
struct LtMatrix {
  const char* data;
  int64_t row, col;  // strides in elements
  int64_t step;      // from one matrix of the batch to the next, at least 0
};
// y = epilogue(alpha a b + beta y): a (m, k), b (k, n), y (m, n) by rows, `batch` of each. bias: n elements of y's
// dtype, added to each row, with kLtEpilogueBias; with kLtEpilogueBiasGradA written: the sums of b's columns over k.
// The activations of cuBLASLt are not used: its GELU is the approximation by tanh, and nothing says whether its ReLU
// keeps NaN.
struct LtProduct {
  const char* function;
  int32_t in, out;  // dtypes
  int64_t m, k, n, batch;
  LtMatrix a, b, y;
  double alpha, beta;
  int32_t epilogue;
  const void* bias;
};
// Is there a product in cuBLASLt of these dtypes, for the layouts that it takes?
bool LtServes(int32_t in, int32_t out);
// Can a matrix of (rows, cols) be taken as it is?
bool LtTakes(const void* data, int64_t rows, int64_t cols, int64_t row, int64_t col, int64_t itemsize);
// *done false: the library is not there, or has no way for this product; nothing has been written.
Status LtMultiply(DeviceStream* stream, const LtProduct& product, bool* done);
// What numrs info says: the version, or that it is not there.
void LtText(char* text, size_t bytes);

}  // namespace cuda
}  // namespace numrs
