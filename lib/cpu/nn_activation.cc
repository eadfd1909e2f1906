// Activation functions of backend "cpu" that need no exponential of their own, and the table of all.
#include "cpu/nn_activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_activation.cc"
#include "hwy/foreach_target.h"

#include "cpu/nn_activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

void FillActivations(NnActivationTable* t) {
  activation::FillActivation<activation::Relu>(t, kActivation_relu);
  activation::FillActivation<activation::Relu6>(t, kActivation_relu6);
  activation::FillActivation<activation::Hardtanh>(t, kActivation_hardtanh);
  activation::FillActivation<activation::LeakyRelu>(t, kActivation_leaky_relu);
  activation::FillActivation<activation::Softsign>(t, kActivation_softsign);
  activation::FillActivation<activation::Hardswish>(t, kActivation_hardswish);
  activation::FillActivation<activation::Hardsigmoid>(t, kActivation_hardsigmoid);
  activation::FillActivation<activation::Tanh>(t, kActivation_tanh);
  activation::FillActivation<activation::Sigmoid>(t, kActivation_sigmoid);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(NnActivationTable, FillActivations)

namespace {
template <int64_t kTarget>
const NnActivationTable* Table() {
  static const NnActivationTable table = [] {
    NnActivationTable t{};
    FillActivations(kTarget, &t);
    FillActivationsExp(kTarget, &t);
    FillGelu(kTarget, &t);
    FillSoftmax(kTarget, &t);
    return t;
  }();
  return &table;
}
}  // namespace

const NnActivationTable* NnActivation(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}
}  // namespace cpu
}  // namespace numrs
#endif
