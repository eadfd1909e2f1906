// Element-wise kernels of backend "cpu": e^x and its relatives. The functions themselves are in math/.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_exp.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

NUMRS_MATH_PACKS(Exp, Exp, 3, 2)
NUMRS_MATH_1(Exp2, Exp2)
NUMRS_MATH_1(Expm1, Expm1)
NUMRS_MATH_1(Sinh, Sinh)
NUMRS_MATH_1(Cosh, Cosh)
NUMRS_MATH_1(Tanh, Tanh)
NUMRS_MATH_1(Sigmoid, Sigmoid)

void FillMathExp(cpu::ElementwiseTables* t) { FillPart<cpu::kMathExp>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathExp)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
