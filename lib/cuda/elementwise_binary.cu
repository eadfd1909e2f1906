// Kernels of every row of table/binary.def, over the functors of ops/binary.h: one for the functions of a dtype.
#include "cuda/elementwise-inl.h"
#include "ops/binary.h"

namespace numrs {
namespace cuda {
namespace {

// Long functions are called, not copied into each place.
template <class Fn, typename C>
__device__ __noinline__ auto Long(C a, C b) {
  return Fn()(a, b);
}

// Which of the kernels of a dtype has a function, as for unary ones. Quotients of complex numbers are long.
enum class Part { SHORT, LONG, TRUTH };
constexpr int kLongCost = 10, kLongComplex = 5;
template <class Fn, typename T>
using ArgumentOf = std::conditional_t<std::is_same<Fn, ops::NextAfter>::value, T, ops::ComputeOf<T>>;
template <class Fn, typename T>
constexpr Part PartOf(int cost) {
  using C = ArgumentOf<Fn, T>;
  if (std::is_same<decltype(Fn()(std::declval<C>(), std::declval<C>())), Bool>::value) return Part::TRUTH;
  return cost >= (ops::kIsComplex<T> ? kLongComplex : kLongCost) ? Part::LONG : Part::SHORT;
}

template <typename T, Part kPart>
struct Binaries {
  static constexpr int kInputs = 2;
  static constexpr bool kMany = true, kFormats = kPart == Part::LONG && std::is_same<T, float>::value;
  using In0 = T;
  using In1 = T;
  using In2 = NoInput;
  using Out = std::conditional_t<kPart == Part::TRUTH, Bool, T>;
  template <class Fn, DTypeSet kSet, int kCost, int V>
  static NUMRS_DEVICE void Each(const T* p, const T* q, Out* y) {
    if constexpr ((kSet & Bit(DTypeOf<T>::value)) != 0) {
      if constexpr (PartOf<Fn, T>(kCost) == kPart) {
        using C = ArgumentOf<Fn, T>;
#pragma unroll
        for (int v = 0; v < V; v++) {
          if constexpr (kPart == Part::LONG)
            y[v] = static_cast<Out>(Long<Fn, C>(static_cast<C>(p[v]), static_cast<C>(q[v])));
          else
            y[v] = static_cast<Out>(Fn()(static_cast<C>(p[v]), static_cast<C>(q[v])));
        }
      }
    }
  }
  template <int V>
  static NUMRS_DEVICE void Many(const ElementArgs& a, const T* p, const T* q, Out* y) {
    switch (a.op) {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  case id:                                                             \
    Each<ops::Fn, classes::dtypes.kernels, cost, V>(p, q, y);          \
    break;
#include "table/binary.def"
    }
  }
};

template <class Fn, DTypeSet kSet, int kCost>
void Fill(int32_t op, ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)                                        \
  if constexpr ((kSet & Bit(id)) != 0) {                                                                     \
    constexpr Part kPart = PartOf<Fn, cxx>(kCost);                                                           \
    constexpr bool kNarrow = kPart == Part::LONG && ops::kIsHalf<cxx>;                                       \
    using Wide = std::conditional_t<kNarrow, float, cxx>;                                                    \
    row[id] = EntryOf < Binaries<Wide, kPart>, kPart == Part::LONG > (op, kNarrow ? FormatOf<cxx>() : kOwn); \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

struct Table {
  ElementEntry rows[kBinaryOps][kDTypes] = {};
  Table() {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  Fill<ops::Fn, classes::dtypes.kernels, cost>(id, rows[id]);
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
