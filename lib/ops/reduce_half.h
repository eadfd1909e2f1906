// The accumulators of ops/reduce.h for the 16-bit floats: elements are taken as float32, states are those of float32,
// and a result is rounded once, from the float64 state where there is one.
#pragma once

#include "ops/reduce.h"

namespace numrs {
namespace ops {

template <template <typename> class Acc, typename H>
struct OfHalf : Acc<float> {
  using Narrow = Acc<float>;
  using Wide = Acc<double>;
  using In = H;
  using State = typename Narrow::State;
  using Out = std::conditional_t<std::is_same<typename Narrow::Out, float>::value, H, typename Narrow::Out>;

  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    return Narrow::Block([&](int64_t i) { return static_cast<float>(at(i)); }, m, tree);
  }
  NUMRS_HD static auto Take(H x) { return Narrow::Take(static_cast<float>(x)); }
  NUMRS_HD static Out Finish(State s, int64_t n, double correction) {
    if constexpr (std::is_same<State, typename Wide::State>::value)
      return static_cast<Out>(Wide::Finish(s, n, correction));
    else
      return static_cast<Out>(Narrow::Finish(s, n, correction));
  }
};
// These look at the bits.
template <typename H>
struct OfHalf<CountNonzero, H> : CountNonzero<H> {};
template <typename H>
struct OfHalf<Any, H> : Any<H> {};
template <typename H>
struct OfHalf<All, H> : All<H> {};
template <typename H>
struct OfHalf<Count, H> : Count<H> {};

template <template <typename> class Acc, typename T, bool kHalf = kIsHalf<T>>
struct AccumulatorOf {
  using type = Acc<T>;
};
template <template <typename> class Acc, typename T>
struct AccumulatorOf<Acc, T, true> {
  using type = OfHalf<Acc, T>;
};
template <template <typename> class Acc, typename T>
using AccOf = typename AccumulatorOf<Acc, T>::type;

}  // namespace ops
}  // namespace numrs
