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

template <class Fn, typename T>
struct Forward {
  static constexpr int kInputs = 1;
  using In0 = T;
  using In1 = NoInput;
  using In2 = NoInput;
  using Out = T;
  using C = ops::ComputeOf<T>;
  static NUMRS_DEVICE T Of(const ElementArgs& args, T x, NoInput, NoInput) {
    return static_cast<T>(Value<Fn, C>(static_cast<C>(x), args.p[0], args.p[1]));
  }
};
template <class Fn, typename T>
struct Backward {
  static constexpr int kInputs = 2;
  using In0 = T;
  using In1 = T;
  using In2 = NoInput;
  using Out = T;
  using C = ops::ComputeOf<T>;
  static NUMRS_DEVICE T Of(const ElementArgs& args, T g, T x, NoInput) {
    return static_cast<T>(Back<Fn, C>(static_cast<C>(g), static_cast<C>(x), args.p[0], args.p[1]));
  }
};

template <template <class, typename> class Op>
struct Table {
  ElementEntry rows[kActivations][kDTypes] = {};
  template <class Fn>
  void Fill(ElementEntry* row) {
    row[kF16] = EntryOf<Op<Fn, Half>, true>();
    row[kBF16] = EntryOf<Op<Fn, BFloat16>, true>();
    row[kF32] = EntryOf<Op<Fn, float>, true>();
    row[kF64] = EntryOf<Op<Fn, double>, true>();
  }
  Table() {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) Fill<ops::activation::Fn>(rows[id]);
#include "table/activation.def"
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
