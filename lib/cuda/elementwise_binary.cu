// Kernels of every row of table/binary.def, over the functors of ops/binary.h.
#include "cuda/elementwise-inl.h"
#include "ops/binary.h"

namespace numrs {
namespace cuda {
namespace {

// Long functions are not copied into each kernel.
template <class Fn, typename C>
__device__ __noinline__ auto Long(C a, C b) {
  return Fn()(a, b);
}

template <class Fn, typename T, bool kLong>
struct Binary {
  static constexpr int kInputs = 2;
  using In0 = T;
  using In1 = T;
  using In2 = NoInput;
  using C = std::conditional_t<std::is_same<Fn, ops::NextAfter>::value, T, ops::ComputeOf<T>>;
  using Result = decltype(Fn()(std::declval<C>(), std::declval<C>()));
  using Out = std::conditional_t<ops::kIsHalf<T> && !std::is_same<Result, Bool>::value, T, Result>;
  static NUMRS_DEVICE Out Of(const ElementArgs&, T x, T y, NoInput) {
    if constexpr (kLong)
      return static_cast<Out>(Long<Fn, C>(static_cast<C>(x), static_cast<C>(y)));
    else
      return static_cast<Out>(Fn()(static_cast<C>(x), static_cast<C>(y)));
  }
};

constexpr int kLongCost = 20;

template <class Fn, DTypeSet kSet, bool kLong>
void Fill(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = EntryOf<Binary<Fn, cxx, kLong>, kLong>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

struct Table {
  ElementEntry rows[kBinaryOps][kDTypes] = {};
  Table() {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  Fill<ops::Fn, classes::dtypes.kernels, (cost >= kLongCost)>(rows[id]);
#include "table/binary.def"
  }
};

}  // namespace

EntryTable BinaryEntries() {
  static const Table table;
  return table.rows;
}

}  // namespace cuda
}  // namespace numrs
