// Steps of optimizers of backend "cpu": the kernels of ops/optim-inl.h on vectors.
#include "core/optim_tables.h"

#include <cmath>
#include <cstring>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/optim.cc"
#include "hwy/foreach_target.h"

#include "cpu/memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#define NUMRS_OPTIM_INLINE HWY_INLINE
#include "ops/optim-inl.h"
#undef NUMRS_OPTIM_INLINE

// A vector: the kit of vectors.
template <class D>
struct OptimVector {
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;
  HWY_INLINE V Set(double x) const { return hn::Set(D(), static_cast<T>(x)); }
  HWY_INLINE V Sqrt(V x) const { return hn::Sqrt(x); }
  HWY_INLINE V Max(V a, V b) const { return hn::IfThenElse(hn::Gt(a, b), a, b); }
  HWY_INLINE V Sign(V x) const {
    const V zero = hn::Zero(D()), one = hn::Set(D(), T{1});
    return hn::Sub(hn::IfThenElseZero(hn::Gt(x, zero), one), hn::IfThenElseZero(hn::Lt(x, zero), one));
  }
};

template <class Kernel, typename T>
struct Steps {
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  static void Run(const OptimPiece& piece) {
    const D d;
    const OptimVector<D> kit;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    double c[kOptimNumbers];
    std::memcpy(c, piece.c, sizeof(c));
    T *p = static_cast<T*>(piece.p), *s0 = static_cast<T*>(piece.s[0]), *s1 = static_cast<T*>(piece.s[1]),
      *s2 = static_cast<T*>(piece.s[2]);
    const T* g = static_cast<const T*>(piece.g);
    const V zero = hn::Zero(d);
    int64_t i = 0;
    for (; i + lanes <= piece.n; i += lanes) {
      OptimCell<V> e{hn::LoadU(d, p + i), hn::LoadU(d, g + i), s0 ? hn::LoadU(d, s0 + i) : zero,
                     s1 ? hn::LoadU(d, s1 + i) : zero, s2 ? hn::LoadU(d, s2 + i) : zero};
      Kernel::Step(kit, c, s0 != nullptr, s1 != nullptr, s2 != nullptr, &e);
      hn::StoreU(e.p, d, p + i);
      if (s0) hn::StoreU(e.s0, d, s0 + i);
      if (s1) hn::StoreU(e.s1, d, s1 + i);
      if (s2) hn::StoreU(e.s2, d, s2 + i);
    }
    const int64_t rest = piece.n - i;
    if (rest == 0) return;
    OptimCell<V> e{LoadPart(d, p + i, rest), LoadPart(d, g + i, rest), s0 ? LoadPart(d, s0 + i, rest) : zero,
                   s1 ? LoadPart(d, s1 + i, rest) : zero, s2 ? LoadPart(d, s2 + i, rest) : zero};
    Kernel::Step(kit, c, s0 != nullptr, s1 != nullptr, s2 != nullptr, &e);
    StorePart(e.p, d, p + i, rest);
    if (s0) StorePart(e.s0, d, s0 + i, rest);
    if (s1) StorePart(e.s1, d, s1 + i, rest);
    if (s2) StorePart(e.s2, d, s2 + i, rest);
  }
};

}  // namespace

const OptimTable* OptimLocal() {
  static const OptimTable table = [] {
    OptimTable t{};
#define NUMRS_OPTIM(id, name, Kernel, states, cost) \
  t.step[id][kF32] = Steps<Kernel, float>::Run;     \
  t.step[id][kF64] = Steps<Kernel, double>::Run;
#include "table/optim.def"
    FillGradients<float>(&t, kF32);
    FillGradients<double>(&t, kF64);
    return t;
  }();
  return &table;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_TABLE(OptimTable, Optim, OptimLocal)
}  // namespace cpu
}  // namespace numrs
#endif
