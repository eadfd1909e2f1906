// Reduction kernels of table/reduce.def: any, all, count_nonzero, count.
#include "cuda/reduce-inl.h"

namespace numrs {
namespace cuda {

void FillCounts(ReduceEntries rows) {
  FillReduction<ops::Any, classes::ALL_C.kernels>(rows[kReduce_any]);
  FillReduction<ops::All, classes::ALL_C.kernels>(rows[kReduce_all]);
  FillReduction<ops::CountNonzero, classes::ALL_C.kernels>(rows[kReduce_count_nonzero]);
  FillReduction<ops::Count, classes::ALL_C.kernels>(rows[kReduce_count]);
}

}  // namespace cuda
}  // namespace numrs
