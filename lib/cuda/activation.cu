// Activation functions and their gradients, over the functors of ops/activation.h.
#include "cuda/elementwise-inl.h"
#include "ops/activation.h"

namespace numrs {
namespace cuda {
namespace {

// In the next wider type; of 16-bit floats by way of float32, as everywhere. One copy serves the three narrow types.
template <class Fn, typename C>
__device__ __noinline__ C Value(C x, double a, double b) {
  using W = ops::Wide<C>;
  return static_cast<C>(Fn::template Value<W>(x, static_cast<W>(a), static_cast<W>(b)));
}
template <class Fn, typename C>
__device__ __noinline__ C Back(C g, C x, double a, double b) {
  using W = ops::Wide<C>;
  return static_cast<C>(Fn::template Back<W>(g, x, static_cast<W>(a), static_cast<W>(b)));
}

// All of them in one kernel for float32 and the 16-bit floats, and one for float64.
template <typename T>
struct Forward {
  static constexpr int kInputs = 1;
  static constexpr bool kMany = true, kFormats = std::is_same<T, float>::value;
  using In0 = T;
  using In1 = NoInput;
  using In2 = NoInput;
  using Out = T;
  template <int V>
  static NUMRS_DEVICE void Many(const ElementArgs& a, const T* x, const NoInput*, T* y) {
    switch (a.op) {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost)          \
  case id:                                                                                  \
    for (int v = 0; v < V; v++) y[v] = Value<ops::activation::Fn, T>(x[v], a.p[0], a.p[1]); \
    break;
#include "table/activation.def"
    }
  }
};
template <typename T>
struct Backward {
  static constexpr int kInputs = 2;
  static constexpr bool kMany = true, kFormats = std::is_same<T, float>::value;
  using In0 = T;
  using In1 = T;
  using In2 = NoInput;
  using Out = T;
  template <int V>
  static NUMRS_DEVICE void Many(const ElementArgs& a, const T* g, const T* x, T* y) {
    switch (a.op) {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost)               \
  case id:                                                                                       \
    for (int v = 0; v < V; v++) y[v] = Back<ops::activation::Fn, T>(g[v], x[v], a.p[0], a.p[1]); \
    break;
#include "table/activation.def"
    }
  }
};

template <template <typename> class Op>
struct Table {
  ElementEntry rows[kActivations][kDTypes] = {};
  Table() {
    for (int32_t op = 0; op < kActivations; op++) {
      rows[op][kF16] = EntryOf<Op<float>, true>(op, kAsHalf);
      rows[op][kBF16] = EntryOf<Op<float>, true>(op, kAsBFloat16);
      rows[op][kF32] = EntryOf<Op<float>, true>(op);
      rows[op][kF64] = EntryOf<Op<double>, true>(op);
    }
  }
};

}  // namespace

EntryTable ActivationEntries() {
  static const Table<Forward> table;
  return table.rows;
}
EntryTable ActivationBackEntries() {
  static const Table<Backward> table;
  return table.rows;
}

}  // namespace cuda
}  // namespace numrs
