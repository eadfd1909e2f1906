// Conversions between all pairs of dtypes, moves of elements of every size, and the rows of table/ternary.def.
#include "cuda/elementwise-inl.h"
#include "ops/cast.h"
#include "ops/ternary.h"

namespace numrs {
namespace cuda {
namespace {

// From one dtype to any: `op` is the other.
template <typename From>
constexpr int CastVector() {
  return sizeof(From) > 8 ? 1 : sizeof(From) > 4 ? 2 : sizeof(From) > 2 ? 4 : 8;
}
template <typename From, typename To>
constexpr bool IsCast() {  // to itself: elements moved, by size
  if (!std::is_same<From, To>::value) return true;
  return std::is_same<To, uint8_t>::value || std::is_same<To, uint16_t>::value || std::is_same<To, uint32_t>::value ||
         std::is_same<To, uint64_t>::value || std::is_same<To, std::complex<double>>::value;
}
template <typename From, int V>
NUMRS_DEVICE void CastTo(const ElementArgs& a, const From* x, char* to, int64_t index) {
  switch (a.op) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)         \
  case id: {                                                                  \
    if constexpr (IsCast<From, cxx>()) {                                      \
      cxx y[V];                                                               \
      for (int v = 0; v < V; v++) y[v] = ops::Cast<cxx>(x[v]);                \
      StoreVector<cxx, V>(to + index * static_cast<int64_t>(sizeof(cxx)), y); \
    }                                                                         \
    break;                                                                    \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
  }
}
template <typename From>
__global__ void __launch_bounds__(kThreads) CastKernel(const ElementArgs a) {
  constexpr int V = CastVector<From>();
  const bool vectors = a.vectors;
  const uint32_t step = vectors ? 1 : kThreads;
  const uint32_t first = blockIdx.x * (kThreads * V) + threadIdx.x * (vectors ? V : 1);
  if (first >= a.n) return;
  if (vectors && first + V <= a.n) {
    From x[V];
    if (a.scalars & 1) {
      const From value = Single<From, false>(a, 0);
#pragma unroll
      for (int v = 0; v < V; v++) x[v] = value;
    } else {
      LoadVector<From, V>(a.base[0] + static_cast<int64_t>(first) * static_cast<int64_t>(sizeof(From)), x);
    }
    CastTo<From, V>(a, x, a.base[1], first);
    return;
  }
#pragma unroll 1
  for (int v = 0; v < V; v++) {
    const uint32_t i = first + static_cast<uint32_t>(v) * step;
    if (i >= a.n) return;
    int64_t offsets[kOperands];
    OffsetsOf(a, i, 2, offsets);
    const From value = Strided<From, false>(a, 0, offsets);
    CastTo<From, 1>(a, &value, a.base[1] + offsets[1], 0);
  }
}

struct Casts {
  ElementEntry rows[kDTypes][kDTypes] = {};
  template <typename From>
  void Fill(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if (IsCast<From, cxx>()) row[id] = {CastKernel<From>, CastVector<From>(), id, kOwn};
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
  }
  Casts() {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) Fill<cxx>(rows[id]);
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
  }
};

template <class Fn, typename A, typename T>
struct Ternary {
  static constexpr int kInputs = 3;
  using In0 = A;
  using In1 = T;
  using In2 = T;
  using Out = T;
  static NUMRS_DEVICE T Of(const ElementArgs&, A a, T b, T c) {
    return static_cast<T>(
        Fn()(static_cast<ops::ComputeOf<A>>(a), static_cast<ops::ComputeOf<T>>(b), static_cast<ops::ComputeOf<T>>(c)));
  }
};
template <class Fn, typename T>
using TernarySAME = Ternary<Fn, T, T>;
template <class Fn, typename T>
using TernaryBOOL = Ternary<Fn, Bool, T>;

template <template <class, typename> class Op, class Fn, DTypeSet kSet>
void FillTernary(ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = EntryOf<Op<Fn, cxx>, false>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}
struct Ternaries {
  ElementEntry rows[kTernaryOps][kDTypes] = {};
  Ternaries() {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) \
  FillTernary<Ternary##first, ops::Fn, classes::dtypes.kernels>(rows[id]);
#include "table/ternary.def"
  }
};

}  // namespace

EntryTable CastEntries() {
  static const Casts table;
  return table.rows;
}
EntryTable TernaryEntries() {
  static const Ternaries table;
  return table.rows;
}

}  // namespace cuda
}  // namespace numrs
