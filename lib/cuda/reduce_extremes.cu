// Reduction kernels of table/reduce.def: min, max, argmin, argmax, abs_max, nanmin, nanmax, nanargmin, nanargmax.
#include "cuda/reduce-inl.h"

namespace numrs {
namespace cuda {

void FillExtremes(ReduceEntries rows) {
  FillReduction<ops::Min, classes::ALL.kernels>(rows[kReduce_min]);
  FillReduction<ops::Max, classes::ALL.kernels>(rows[kReduce_max]);
  FillReduction<ops::ArgMin, classes::ALL.kernels>(rows[kReduce_argmin]);
  FillReduction<ops::ArgMax, classes::ALL.kernels>(rows[kReduce_argmax]);
  FillReduction<ops::AbsMax, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_abs_max]);
  FillReduction<ops::NanMin, classes::ALL.kernels>(rows[kReduce_nanmin]);
  FillReduction<ops::NanMax, classes::ALL.kernels>(rows[kReduce_nanmax]);
  FillReduction<ops::NanArgMin, classes::ALL.kernels>(rows[kReduce_nanargmin]);
  FillReduction<ops::NanArgMax, classes::ALL.kernels>(rows[kReduce_nanargmax]);
}

}  // namespace cuda
}  // namespace numrs
