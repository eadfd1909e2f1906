// The table of linear algebra of backend "cpu": float products on Highway, integer ones in gemm_integer-inl.h,
// decompositions by LAPACK.
#include "cpu/lapack.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gemm.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "cpu/dot_complex-inl.h"
#include "cpu/gemm-inl.h"
#include "cpu/gemm_integer-inl.h"
#include "cpu/gemv-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

template <typename T>
void FillFloat(LinalgTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  t->gemm[dtype] = GemmDirect<T>;
  t->pack[dtype] = PackPanels<T>;
  t->tile[dtype] = Tile<T>;
  t->gemv[dtype] = GemvKernel<T>;
}

const LinalgTable* LocalLinalg() {
  static const LinalgTable table = [] {
    LinalgTable t{};
    FillFloat<float>(&t);
    FillFloat<double>(&t);
    FillIntegers(&t);
    FillComplex(&t);
    FillLapack(&t);
    return t;
  }();
  return &table;
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_TABLE(LinalgTable, Linalg, LocalLinalg)
}  // namespace cpu
}  // namespace numrs
#endif
