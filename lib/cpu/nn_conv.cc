// The table of convolutions, pooling and linear layers of backend "cpu".
#include "core/nn_conv_tables.h"

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_conv.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "cpu/nn_conv-inl.h"
#include "cpu/nn_pool-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

template <typename T>
void FillConv(NnConvTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  t->conv_pack[dtype] = ConvPack<T>;
  t->conv[dtype] = Conv<T>;
  t->conv_weight[dtype] = ConvWeight<T>;
  t->max_pool[dtype] = MaxPool<T>;
  t->max_pool_pairs[dtype] = MaxPoolPairs<T>;
  t->avg_pool[dtype] = AvgPool<T>;
  t->linear_finish[dtype] = Finish<T>;
  t->linear_grad[dtype] = Grad<T>;
}

const NnConvTable* LocalNnConv() {
  static const NnConvTable table = [] {
    NnConvTable t{};
    FillConv<float>(&t);
    FillConv<double>(&t);
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
NUMRS_EXPORT_TABLE(NnConvTable, NnConv, LocalNnConv)
}  // namespace cpu
}  // namespace numrs
#endif
