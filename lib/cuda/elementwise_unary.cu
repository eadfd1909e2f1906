// Kernels of every row of table/unary.def, over the functors of ops/unary.h.
#include "core/fill.h"
#include "cuda/elementwise-inl.h"
#include "ops/unary.h"

namespace numrs {
namespace cuda {
namespace {

// Long functions are not copied into each kernel: calls cost a tenth of them, and float32 serves the 16-bit floats.
template <class Fn, typename C>
__device__ __noinline__ auto Long(C x) {
  return Fn()(x);
}

template <class Fn, typename T, bool kLong>
struct Unary {
  static constexpr int kInputs = 1;
  using In0 = T;
  using In1 = NoInput;
  using In2 = NoInput;
  using Computed = ops::ComputeOf<T>;
  using Result = decltype(Fn()(std::declval<Computed>()));
  using Out = std::conditional_t<ops::kIsHalf<T> && !std::is_same<Result, Bool>::value, T, Result>;
  static NUMRS_DEVICE Out Of(const ElementArgs&, T x, NoInput, NoInput) {
    if constexpr (kLong)
      return static_cast<Out>(Long<Fn, Computed>(static_cast<Computed>(x)));
    else
      return static_cast<Out>(Fn()(static_cast<Computed>(x)));
  }
};

constexpr int kLongCost = 8;  // tenths of a nanosecond on a CPU, from which a function is long

template <class Fn, DTypeSet kSet, bool kLong>
void Fill(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = EntryOf<Unary<Fn, cxx, kLong>, kLong>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

struct Table {
  ElementEntry rows[kUnaryOps][kDTypes] = {};
  Table() {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  Fill<ops::Fn, classes::dtypes.kernels, (cost >= kLongCost)>(rows[id]);
#include "table/unary.def"
  }
};

}  // namespace

EntryTable UnaryEntries() {
  static const Table table;
  return table.rows;
}

}  // namespace cuda
}  // namespace numrs
