// The element-wise tables of backend "cpu", put together from the parts of elementwise.h.
#include "cpu/elementwise.h"

#include "hwy/highway.h"

namespace numrs {
namespace cpu {
namespace {

// Filled when the registry asks for the first time, under its once-guard; constant afterwards.
const ElementwiseTables& Tables(int64_t target) {
  constexpr int kTargets = 8;
  static struct {
    int64_t target;
    ElementwiseTables tables;
  } filled[kTargets];
  int at = 0;
  while (filled[at].target != 0 && filled[at].target != target) at++;
  if (filled[at].target == 0) {
    filled[at].target = target;
    for (const auto fill : {FillArith, FillRounding, FillCompare, FillInteger, FillSelect, FillMathExp, FillMathLog, FillMathTrig, FillMathSpecial}) {
      fill(target, &filled[at].tables);
    }
  }
  return filled[at].tables;
}

}  // namespace

const UnaryTable* Unary(int64_t target) { return &Tables(target).unary; }
const BinaryTable* Binary(int64_t target) { return &Tables(target).binary; }
const TernaryTable* Ternary(int64_t target) { return &Tables(target).ternary; }
const ReduceTable* Reduce(int64_t) { return nullptr; }
const ScanTable* Scan(int64_t) { return nullptr; }

}  // namespace cpu
}  // namespace numrs
