// Reduction kernels of table/reduce.def: var, std, norm, abs_sum, nanvar, nanstd.
#include "cuda/reduce-inl.h"

namespace numrs {
namespace cuda {

void FillMoments(ReduceEntries rows) {
  FillReduction<ops::Var, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_var]);
  FillReduction<ops::Std, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_std]);
  FillReduction<ops::Norm, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_norm]);
  FillReduction<ops::AbsSum, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_abs_sum]);
  FillReduction<ops::NanVar, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_nanvar]);
  FillReduction<ops::NanStd, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_nanstd]);
}

}  // namespace cuda
}  // namespace numrs
