// The two reduction kernels: blocks of 4096 elements by teams of 32 threads, and states joined pairwise.
#pragma once

#include "cuda/launch.h"
#include "cuda/reduce.h"
#include "ops/reduce_half.h"
#include "ops/reduce_complex.h"

namespace numrs {
namespace cuda {

constexpr int kTeamThreads = kTeamLanes * kTeams;
constexpr int kTeamWord = 16;  // bytes of what a lane hands over

// A team is a warp, or (columns) one thread of each of 32 groups of kTeams neighbours; then all teams of the block meet
// at the block's barrier, which is why an accumulator's tree runs never depend on the data.
struct TeamTree {
  char* words;  // shared: kTeams x kTeamLanes words
  int lane, team;
  bool columns;

  NUMRS_DEVICE void Meet() const {
    if (columns)
      __syncthreads();
    else
      __syncwarp();
  }
  template <typename S>
  NUMRS_DEVICE S* Word(int l) const {
    return reinterpret_cast<S*>(words + (team * kTeamLanes + (l + team) % kTeamLanes) * kTeamWord);
  }
  template <typename S, class Join>
  NUMRS_DEVICE S Together(S s, const Join& join) const {
    static_assert(sizeof(S) <= kTeamWord, "a lane's word");
    *Word<S>(lane) = s;
    Meet();
#pragma unroll
    for (int half = kTeamLanes / 2; half > 0; half /= 2) {
      if (lane < half) *Word<S>(lane) = join(*Word<S>(lane), *Word<S>(lane + half));
      Meet();
    }
    s = *Word<S>(0);
    Meet();
    return s;
  }
  template <class Op, typename S, class At>
  NUMRS_DEVICE S Run(At at, int64_t m) const {
    S s = Op::template Identity<S>();
#pragma unroll 4
    for (int i = lane; i < static_cast<int>(m); i += kTeamLanes) s = Op::template Of<S>(s, at(i));
    return Together(s, [](S a, S b) { return Op::template Of<S>(a, b); });
  }
  template <class At>
  NUMRS_DEVICE double Count(At at, int64_t m) const {
    double count = 0;
    for (int i = lane; i < static_cast<int>(m); i += kTeamLanes) count += at(i);
    return Together(count, [](double a, double b) { return a + b; });
  }
};

template <class Acc, class = void>
struct IsPosition : std::false_type {};
template <class Acc>
struct IsPosition<Acc, std::void_t<decltype(std::declval<typename Acc::State>().index)>> : std::true_type {};

// The first of the best: lanes take every 32nd element, equals go by their place.
template <class Acc, class At>
NUMRS_DEVICE typename Acc::State FirstOf(At at, int64_t m, const TeamTree& tree) {
  using State = typename Acc::State;
  const auto take = [&](int64_t i) { return Acc::Block([&](int64_t) { return at(i); }, 1); };
  State best = take(tree.lane < m ? tree.lane : 0);
  if (best.index >= 0) best.index = tree.lane < m ? tree.lane : 0;
  for (int64_t i = tree.lane + kTeamLanes; i < m; i += kTeamLanes) {
    const State next = take(i);
    if (Acc::Better(next.value, best.value)) best = {next.value, i};
  }
  return tree.Together(best, [](State a, State b) {
    if (Acc::Better(b.value, a.value)) return b;
    if (Acc::Better(a.value, b.value)) return a;
    return a.index <= b.index ? a : b;
  });
}

template <class Acc>
struct Elements {
  static NUMRS_DEVICE typename Acc::In Load(const char* x, const char*) { return LoadElement<typename Acc::In>(x); }
};

// For each result and block of kReduceBlock elements its state, or where there is one block the result.
template <class Acc>
__global__ void __launch_bounds__(kTeamThreads) ReduceBlockKernel(const ReduceArgs a) {
  __shared__ __attribute__((aligned(16))) char words[kTeamThreads * kTeamWord];
  const int t = static_cast<int>(threadIdx.x);
  TeamTree tree{words, a.columns ? t / kTeams : t % kTeamLanes, a.columns ? t % kTeams : t / kTeamLanes, a.columns};
  int64_t output, block;
  bool mine = true;
  if (a.columns) {  // all teams in the same block of elements
    const int64_t per_block = (a.outputs + kTeams - 1) / kTeams;
    block = blockIdx.x / per_block;
    output = (blockIdx.x - block * per_block) * kTeams + tree.team;
    mine = output < a.outputs;
    if (!mine) output = a.outputs - 1;
  } else {
    const int64_t item = static_cast<int64_t>(blockIdx.x) * kTeams + tree.team;
    if (item >= a.outputs * a.blocks) return;  // the whole warp
    output = item / a.blocks;
    block = item - output * a.blocks;
  }
  int64_t at_output[3];
  a.kept.At<3>(output, a.kept_strides, at_output);
  const int64_t begin = block * kReduceBlock, left = a.n - begin, m = left < kReduceBlock ? left : kReduceBlock;
  const char *const x = a.x + at_output[0], *const second = a.second + at_output[1];
  const auto at = [&](int64_t i) {
    return Elements<Acc>::Load(x + (begin + i) * a.steps[0], second + (begin + i) * a.steps[1]);
  };
  typename Acc::State state;
  if constexpr (IsPosition<Acc>::value)
    state = FirstOf<Acc>(at, m, tree);
  else
    state = Acc::Block(at, m, tree);
  if (tree.lane != 0 || !mine) return;
  if (a.blocks > 1)
    static_cast<typename Acc::State*>(a.states)[output * a.blocks + block] = state;
  else
    StoreElement<typename Acc::Out>(a.y + at_output[2], Acc::Finish(state, a.n, a.correction));
}

template <class Acc>
__global__ void __launch_bounds__(kMergeWidth) ReduceMergeKernel(const MergeArgs a) {
  using State = typename Acc::State;
  __shared__ __attribute__((aligned(16))) char memory[kMergeWidth * sizeof(State)];
  State* const states = reinterpret_cast<State*>(memory);
  // Groups of `width` threads, each with a group of states of one result.
  const int lane = static_cast<int>(threadIdx.x) % a.width, first = static_cast<int>(threadIdx.x) - lane;
  const int64_t item = static_cast<int64_t>(blockIdx.x) * (kMergeWidth / a.width) + first / a.width;
  const int64_t output = item / a.groups, group = item - output * a.groups, begin = group * a.width;
  const bool mine = output < a.outputs;
  const int64_t here = mine ? (a.count - begin < a.width ? a.count - begin : a.width) : 0;
  if (lane < here) states[threadIdx.x] = static_cast<const State*>(a.from)[output * a.count + begin + lane];
  const auto elements = [&](int64_t from, int64_t to) {
    const int64_t end = to * a.unit < a.n ? to * a.unit : a.n;
    return end - from * a.unit;
  };
  for (int step = 1; step < a.width; step *= 2) {
    __syncthreads();
    if (lane % (2 * step) == 0 && lane + step < here) {
      const int64_t i = begin + lane;
      const int64_t end = i + 2 * step < begin + here ? i + 2 * step : begin + here;
      states[threadIdx.x] =
          Acc::Merge(states[threadIdx.x], elements(i, i + step), states[threadIdx.x + step], elements(i + step, end));
    }
  }
  if (lane != 0 || !mine) return;
  if (a.to) {
    static_cast<State*>(a.to)[output * a.groups + group] = states[threadIdx.x];
    return;
  }
  int64_t offsets[3];
  a.kept.At<3>(output, a.kept_strides, offsets);
  StoreElement<typename Acc::Out>(a.y + offsets[2], Acc::Finish(states[threadIdx.x], a.n, a.correction));
}

template <class Acc>
constexpr ReduceEntry ReduceEntryOf() {
  return {ReduceBlockKernel<Acc>, ReduceMergeKernel<Acc>, static_cast<int32_t>(sizeof(typename Acc::State))};
}

template <template <typename> class Acc, DTypeSet kSet>
void FillReduction(ReduceEntry* row) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = ReduceEntryOf<ops::AccOf<Acc, cxx>>();
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
}

}  // namespace cuda
}  // namespace numrs
