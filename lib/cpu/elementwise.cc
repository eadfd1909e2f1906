// The element-wise and copy tables of backend "cpu", put together from the parts that elementwise.h and copy.h list.
#include "cpu/elementwise.h"

#include "cpu/copy.h"
#include "hwy/highway.h"

namespace numrs {
namespace cpu {
namespace {

// One table per compiled target, zero until it is asked for. Filled while the registry is set up, under its once-guard.
template <class Table>
class PerTarget {
 public:
  template <class... Fill>
  const Table* Get(int64_t target, Fill... fill) {
    int at = 0;
    while (targets_[at] != 0 && targets_[at] != target) at++;
    if (targets_[at] == 0) {
      targets_[at] = target;
      (fill(target, &tables_[at]), ...);
    }
    return &tables_[at];
  }

 private:
  static constexpr int kTargets = 8;
  int64_t targets_[kTargets];
  Table tables_[kTargets];
};

const ElementwiseTables* Elementwise(int64_t target) {
  static PerTarget<ElementwiseTables> tables;
  return tables.Get(target, FillArith, FillRounding, FillCompare, FillInteger, FillSelect, FillMathExp, FillMathLog,
                    FillMathTrig, FillMathSpecial, FillComplex, FillMathComplex, FillMathComplex64, FillMathComplex128,
                    FillMathComplex128Inverse, FillMathComplex128Pow, FillHalfNative);
}

}  // namespace

const UnaryTable* Unary(int64_t target) { return &Elementwise(target)->unary; }
const BinaryTable* Binary(int64_t target) { return &Elementwise(target)->binary; }
const TernaryTable* Ternary(int64_t target) { return &Elementwise(target)->ternary; }
const CopyTable* Copy(int64_t target) {
  static PerTarget<CopyTable> tables;
  return tables.Get(target, FillCasts, FillMoves);
}

}  // namespace cpu
}  // namespace numrs
