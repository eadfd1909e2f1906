// Fourier transforms in float32 by backend "cpu".
#include "cpu/fft.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/fft_f32.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "cpu/fft_long-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

void FillFftF32(FftTable* t) {
#if NUMRS_FFT_VECTORS
  fft::Fill<float>(t, 0);
#else
  (void)t;
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {

NUMRS_EXPORT_PART(FftTable, FillFftF32)

}  // namespace cpu
}  // namespace numrs
#endif
