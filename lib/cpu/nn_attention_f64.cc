// Attention in float64 by backend "cpu".
#include "cpu/nn_attention.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/nn_attention_f64.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "cpu/nn_attention-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

void FillNnAttentionF64(NnAttentionTable* t) { numrs::HWY_NAMESPACE::attention::Fill<double>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {

NUMRS_EXPORT_PART(NnAttentionTable, FillNnAttentionF64)

}  // namespace cpu
}  // namespace numrs
#endif
