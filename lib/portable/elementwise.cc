// Element-wise kernels of cpu-portable: plain loops over the scalar functors, every operation and dtype. The oracle of
// the tests.
#include "core/fill.h"
#include "core/tables.h"
#include "ops/binary.h"
#include "ops/ternary.h"
#include "ops/unary.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

// 16-bit floats are computed in float32, but for functions that are about the bits.
template <class Fn, typename T>
using Computed = std::conditional_t<std::is_same<Fn, ops::NextAfter>::value, T, ops::ComputeOf<T>>;
template <class Fn, typename T>
Computed<Fn, T> Operand(const void* x, int64_t i) {
  return static_cast<Computed<Fn, T>>(Load<T>(x, i));
}
// What the functor returns (T, bool, or the component of a complex T); of 16-bit floats rounded to T.
template <typename T, typename R>
void StoreResult(void* y, int64_t i, R value) {
  Store(y, i, static_cast<std::conditional_t<ops::kIsHalf<T> && !std::is_same<R, Bool>::value, T, R>>(value));
}

template <class Fn, typename T>
struct UnaryLoop {
  static void Run(const void* x, void* y, int64_t n) {
    for (int64_t i = 0; i < n; i++) StoreResult<T>(y, i, Fn()(Operand<Fn, T>(x, i)));
  }
};

template <class Fn, typename T>
struct BinaryLoop {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    const int64_t step_a = scalars & 1 ? 0 : 1, step_b = scalars & 2 ? 0 : 1;
    for (int64_t i = 0; i < n; i++)
      StoreResult<T>(y, i, Fn()(Operand<Fn, T>(a, i * step_a), Operand<Fn, T>(b, i * step_b)));
  }
};

template <class Fn, typename A, typename T>
void Ternary(const void* a, const void* b, const void* c, void* y, int64_t n, uint32_t scalars) {
  const int64_t step_a = scalars & 1 ? 0 : 1, step_b = scalars & 2 ? 0 : 1, step_c = scalars & 4 ? 0 : 1;
  for (int64_t i = 0; i < n; i++) {
    StoreResult<T>(y, i,
                   Fn()(Operand<Fn, A>(a, i * step_a), Operand<Fn, T>(b, i * step_b), Operand<Fn, T>(c, i * step_c)));
  }
}
template <class Fn, typename T>
struct TernarySAME {
  static constexpr TernaryFn Run = Ternary<Fn, T, T>;
};
template <class Fn, typename T>
struct TernaryBOOL {
  static constexpr TernaryFn Run = Ternary<Fn, Bool, T>;
};

}  // namespace

const UnaryTable* Unary() {
  static const UnaryTable table = [] {
    UnaryTable t{};
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  FillRow<UnaryLoop, ops::Fn, classes::dtypes.kernels>(t.fn[id]);
#include "table/unary.def"
    return t;
  }();
  return &table;
}

const BinaryTable* Binary() {
  static const BinaryTable table = [] {
    BinaryTable t{};
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  FillRow<BinaryLoop, ops::Fn, classes::dtypes.kernels>(t.fn[id]);
#include "table/binary.def"
    return t;
  }();
  return &table;
}

const TernaryTable* Ternary() {
  static const TernaryTable table = [] {
    TernaryTable t{};
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) \
  FillRow<Ternary##first, ops::Fn, classes::dtypes.kernels>(t.fn[id]);
#include "table/ternary.def"
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
