// Activation functions of backend "cpu" made of exponentials and logarithms.
#include "cpu/nn_activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_activation_exp.cc"
#include "hwy/foreach_target.h"

#include "cpu/nn_activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

void FillActivationsExp(NnActivationTable* t) {
  activation::FillActivation<activation::Elu>(t, kActivation_elu);
  activation::FillActivation<activation::Selu>(t, kActivation_selu);
  activation::FillActivation<activation::Celu>(t, kActivation_celu);
  activation::FillActivation<activation::Silu>(t, kActivation_silu);
  activation::FillActivation<activation::Softplus>(t, kActivation_softplus);
  activation::FillActivation<activation::Mish>(t, kActivation_mish);
  activation::FillActivation<activation::Logsigmoid>(t, kActivation_logsigmoid);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(NnActivationTable, FillActivationsExp)
}  // namespace cpu
}  // namespace numrs
#endif
