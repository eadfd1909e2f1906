// Compared when it is compiled, with CUDA's headers: the part of cuBLASLt's interface that the plug-in declares itself.
#include <cublasLt.h>

#include "cuda/cublaslt.h"

#define NUMRS_SAME(mine, theirs) static_assert(static_cast<int>(mine) == static_cast<int>(theirs), #theirs)

namespace numrs {
namespace cuda {

static_assert(sizeof(LtLayout) == sizeof(cublasLtMatrixLayoutOpaque_t), "layouts");
static_assert(sizeof(LtDesc) == sizeof(cublasLtMatmulDescOpaque_t), "descriptions");
static_assert(sizeof(LtPreference) == sizeof(cublasLtMatmulPreferenceOpaque_t), "preferences");
static_assert(sizeof(LtAlgo) == sizeof(cublasLtMatmulAlgo_t), "algorithms");
static_assert(sizeof(LtHeuristic) == sizeof(cublasLtMatmulHeuristicResult_t), "results");
static_assert(offsetof(LtHeuristic, workspace) == offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize), "results");
static_assert(offsetof(LtHeuristic, state) == offsetof(cublasLtMatmulHeuristicResult_t, state), "results");
static_assert(sizeof(cublasStatus_t) == 4 && sizeof(cudaDataType) == 4 && sizeof(cublasOperation_t) == 4 &&
                  sizeof(cublasLtEpilogue_t) == 4 && sizeof(cublasComputeType_t) == 4,
              "numbers of four bytes");
NUMRS_SAME(kLtSuccess, CUBLAS_STATUS_SUCCESS);
NUMRS_SAME(kLtNotInitialized, CUBLAS_STATUS_NOT_INITIALIZED);
NUMRS_SAME(kLtAllocFailed, CUBLAS_STATUS_ALLOC_FAILED);
NUMRS_SAME(kLtInvalidValue, CUBLAS_STATUS_INVALID_VALUE);
NUMRS_SAME(kLtArchMismatch, CUBLAS_STATUS_ARCH_MISMATCH);
NUMRS_SAME(kLtNotSupported, CUBLAS_STATUS_NOT_SUPPORTED);
NUMRS_SAME(kLtR32F, CUDA_R_32F);
NUMRS_SAME(kLtR64F, CUDA_R_64F);
NUMRS_SAME(kLtR16F, CUDA_R_16F);
NUMRS_SAME(kLtC32F, CUDA_C_32F);
NUMRS_SAME(kLtC64F, CUDA_C_64F);
NUMRS_SAME(kLtR16BF, CUDA_R_16BF);
NUMRS_SAME(kLtCompute32F, CUBLAS_COMPUTE_32F);
NUMRS_SAME(kLtCompute32FFastTF32, CUBLAS_COMPUTE_32F_FAST_TF32);
NUMRS_SAME(kLtCompute64F, CUBLAS_COMPUTE_64F);
NUMRS_SAME(kLtOpN, CUBLAS_OP_N);
NUMRS_SAME(kLtOpT, CUBLAS_OP_T);
NUMRS_SAME(kLtDescTransA, CUBLASLT_MATMUL_DESC_TRANSA);
NUMRS_SAME(kLtDescTransB, CUBLASLT_MATMUL_DESC_TRANSB);
NUMRS_SAME(kLtDescEpilogue, CUBLASLT_MATMUL_DESC_EPILOGUE);
NUMRS_SAME(kLtDescBiasPointer, CUBLASLT_MATMUL_DESC_BIAS_POINTER);
NUMRS_SAME(kLtLayoutBatchCount, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT);
NUMRS_SAME(kLtLayoutBatchOffset, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET);
NUMRS_SAME(kLtPrefMaxWorkspace, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
NUMRS_SAME(kLtPrefReductionMask, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK);
NUMRS_SAME(kLtPrefAlignmentA, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
NUMRS_SAME(kLtPrefAlignmentB, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
NUMRS_SAME(kLtPrefAlignmentC, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES);
NUMRS_SAME(kLtPrefAlignmentD, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
NUMRS_SAME(kLtReductionComputeType, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
NUMRS_SAME(kLtEpilogueDefault, CUBLASLT_EPILOGUE_DEFAULT);
NUMRS_SAME(kLtEpilogueBias, CUBLASLT_EPILOGUE_BIAS);
NUMRS_SAME(kLtEpilogueBiasGradA, CUBLASLT_EPILOGUE_BGRADA);

}  // namespace cuda
}  // namespace numrs
