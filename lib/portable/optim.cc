// Steps of optimizers in plain C++, element by element.
#include "core/optim_tables.h"

#include <cmath>

#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

#define NUMRS_OPTIM_INLINE inline
#include "ops/optim-inl.h"

template <class Kernel, typename T>
void Steps(const OptimPiece& piece) {
  const OptimNumber<T> kit;
  OptimCell<T> e{};
  for (int64_t i = 0; i < piece.n; i++) {
    e.p = Load<T>(piece.p, i);
    e.g = Load<T>(piece.g, i);
    if (piece.s[0]) e.s0 = Load<T>(piece.s[0], i);
    if (piece.s[1]) e.s1 = Load<T>(piece.s[1], i);
    if (piece.s[2]) e.s2 = Load<T>(piece.s[2], i);
    Kernel::Step(kit, piece.c, piece.s[0] != nullptr, piece.s[1] != nullptr, piece.s[2] != nullptr, &e);
    Store<T>(piece.p, i, e.p);
    if (piece.s[0]) Store<T>(piece.s[0], i, e.s0);
    if (piece.s[1]) Store<T>(piece.s[1], i, e.s1);
    if (piece.s[2]) Store<T>(piece.s[2], i, e.s2);
  }
}

}  // namespace

const OptimTable* Optim() {
  static const OptimTable table = [] {
    OptimTable t{};
#define NUMRS_OPTIM(id, name, Kernel, states, cost) \
  t.step[id][kF32] = Steps<Kernel, float>;          \
  t.step[id][kF64] = Steps<Kernel, double>;
#include "table/optim.def"
    FillGradients<float>(&t, kF32);
    FillGradients<double>(&t, kF64);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
