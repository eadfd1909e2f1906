// Reduction kernels of table/reduce.def: sum, prod, mean, nansum, nanprod, nanmean.
#include "cuda/reduce-inl.h"

namespace numrs {
namespace cuda {

namespace {

// Products of floats, exact for float32 and narrower ones.
template <typename T>
struct Product {
  ops::ComputeOf<T> a, b;
};
template <typename T>
struct Dot : ops::OneWord<Dot<T>, ops::Plus, Product<T>, double, T> {
  static NUMRS_DEVICE double Take(Product<T> x) { return static_cast<double>(x.a) * static_cast<double>(x.b); }
  static NUMRS_DEVICE T Finish(double s, int64_t n, double) { return static_cast<T>(n == 0 ? 0.0 : ops::OneNaN(s)); }
};

}  // namespace

template <typename T>
struct Elements<Dot<T>> {
  static NUMRS_DEVICE Product<T> Load(const char* x, const char* second) {
    using C = ops::ComputeOf<T>;
    return {static_cast<C>(LoadElement<T>(x)), static_cast<C>(LoadElement<T>(second))};
  }
};

void FillDots(ReduceEntry* row) {
  row[kF16] = ReduceEntryOf<Dot<Half>>();
  row[kBF16] = ReduceEntryOf<Dot<BFloat16>>();
  row[kF32] = ReduceEntryOf<Dot<float>>();
  row[kF64] = ReduceEntryOf<Dot<double>>();
}

void FillSums(ReduceEntries rows) {
  FillReduction<ops::Sum, classes::ALL_C.kernels>(rows[kReduce_sum]);
  FillReduction<ops::Prod, classes::ALL_C.kernels>(rows[kReduce_prod]);
  FillReduction<ops::Mean, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_mean]);
  FillReduction<ops::NanSum, classes::ALL_C.kernels>(rows[kReduce_nansum]);
  FillReduction<ops::NanProd, classes::ALL_C.kernels>(rows[kReduce_nanprod]);
  FillReduction<ops::NanMean, classes::TRUE_DIVIDE_C.kernels>(rows[kReduce_nanmean]);
}

}  // namespace cuda
}  // namespace numrs
