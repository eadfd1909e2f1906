// Kernels of every row of table/unary.def, over the functors of ops/unary.h: one for the functions of a dtype.
#include "core/fill.h"
#include "cuda/elementwise-inl.h"
#include "ops/unary.h"

namespace numrs {
namespace cuda {
namespace {

// Long functions are called, not copied into each place: calls cost a tenth of them.
template <class Fn, typename C>
__device__ __noinline__ auto Long(C x) {
  return Fn()(x);
}

// Which of the kernels of a dtype has a function: by what it gives, and how long it is. Those of float32 serve the
// 16-bit floats, where they are long.
enum class Part { SHORT, LONG, TRUTH, REAL };
constexpr int kLongCost = 8;  // tenths of a nanosecond on a CPU, from which a function is long
template <typename T, typename = void>
struct RealOf {
  using type = T;
};
template <typename T>
struct RealOf<std::complex<T>> {
  using type = T;
};
template <class Fn, typename T>
constexpr Part PartOf(int cost) {
  using Result = decltype(Fn()(std::declval<ops::ComputeOf<T>>()));
  if (std::is_same<Result, Bool>::value) return Part::TRUTH;
  if (ops::kIsComplex<T>) return std::is_same<Result, T>::value ? Part::LONG : Part::REAL;
  return cost >= kLongCost ? Part::LONG : Part::SHORT;
}

template <typename T, Part kPart>
struct Unaries {
  static constexpr int kInputs = 1;
  static constexpr bool kMany = true, kFormats = kPart == Part::LONG && std::is_same<T, float>::value;
  using In0 = T;
  using In1 = NoInput;
  using In2 = NoInput;
  using C = ops::ComputeOf<T>;
  using Out = std::conditional_t<kPart == Part::TRUTH, Bool,
                                 std::conditional_t<kPart == Part::REAL, typename RealOf<T>::type, T>>;
  template <class Fn, DTypeSet kSet, int kCost, int V>
  static NUMRS_DEVICE void Each(const T* x, Out* y) {
    if constexpr ((kSet & Bit(DTypeOf<T>::value)) != 0) {
      if constexpr (PartOf<Fn, T>(kCost) == kPart) {
#pragma unroll
        for (int v = 0; v < V; v++) {
          if constexpr (kPart == Part::LONG || (ops::kIsComplex<T> && kPart == Part::REAL))
            y[v] = static_cast<Out>(Long<Fn, C>(static_cast<C>(x[v])));
          else
            y[v] = static_cast<Out>(Fn()(static_cast<C>(x[v])));
        }
      }
    }
  }
  template <int V>
  static NUMRS_DEVICE void Many(const ElementArgs& a, const T* x, const NoInput*, Out* y) {
    switch (a.op) {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  case id:                                                            \
    Each<ops::Fn, classes::dtypes.kernels, cost, V>(x, y);            \
    break;
#include "table/unary.def"
    }
  }
};

template <class Fn, DTypeSet kSet, int kCost>
void Fill(int32_t op, ElementEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)                                       \
  if constexpr ((kSet & Bit(id)) != 0) {                                                                    \
    constexpr Part kPart = PartOf<Fn, cxx>(kCost);                                                          \
    constexpr bool kNarrow = kPart == Part::LONG && ops::kIsHalf<cxx>;                                      \
    using Wide = std::conditional_t<kNarrow, float, cxx>;                                                   \
    row[id] = EntryOf < Unaries<Wide, kPart>, kPart == Part::LONG > (op, kNarrow ? FormatOf<cxx>() : kOwn); \
  }
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

struct Table {
  ElementEntry rows[kUnaryOps][kDTypes] = {};
  Table() {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  Fill<ops::Fn, classes::dtypes.kernels, cost>(id, rows[id]);
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
