// Element-wise kernels of backend "cpu": the circle: sines, tangents and their inverses. The functions themselves are
// in math/.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_trig.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_trig-inl.h"
#include "cpu/math/f64_trig-inl.h"
#include "cpu/math/f64_atrig-inl.h"
#include "cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

NUMRS_MATH_1(Sin, Sin)
NUMRS_MATH_1(Cos, Cos)
NUMRS_MATH_1(Tan, Tan)
NUMRS_MATH_1(Asin, Asin)
NUMRS_MATH_1(Acos, Acos)
NUMRS_MATH_1(Atan, Atan)
NUMRS_MATH_2(Atan2, Atan2)

void FillMathTrig(cpu::ElementwiseTables* t) { FillPart<cpu::kMathTrig>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathTrig)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
