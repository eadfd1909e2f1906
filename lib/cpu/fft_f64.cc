// Fourier transforms in float64 by backend "cpu".
#include "cpu/fft.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/fft_f64.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "cpu/fft_long-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

void FillFftF64(FftTable* t) {
#if NUMRS_FFT_VECTORS
  fft::Fill<double>(t, 1);
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

NUMRS_EXPORT_PART(FftTable, FillFftF64)

}  // namespace cpu
}  // namespace numrs
#endif
