// Gelu of backend "cpu".
#include "cpu/nn_activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_gelu.cc"
#include "hwy/foreach_target.h"

#include "cpu/nn_activation-inl.h"
#include "cpu/nn_gelu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

void FillGelu(NnActivationTable* t) {
  activation::FillActivation<activation::Gelu>(t, kActivation_gelu);
  activation::FillActivation<activation::GeluTanh>(t, kActivation_gelu_tanh);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(NnActivationTable, FillGelu)
}  // namespace cpu
}  // namespace numrs
#endif
