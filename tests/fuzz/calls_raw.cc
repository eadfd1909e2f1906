// The raw functions under hostile extents and pointers, straight from the generated list: no function is named here.
#include <algorithm>
#include <tuple>
#include <type_traits>

#include "watch.h"

namespace fuzz {
namespace {

enum Family : int32_t {
  kElementwise,
  kReduce,
  kScan,
  kDot,
  kMatmul,
  kGemm,
  kRolling,
  kEwm,
  kGroup,
  kSort,
  kArgsort,
  kPartition,
  kArgpartition,
  kTopk,
  kRankdata,
  kQuantile,
  kMedian,
  kMad,
  kIqr,
  kSearchsorted,
  kUnique,
  kCrossEntropy,
  kAttention,
  kRope,
  kActivation,
  kActivationBackward,
  kSoftmax,
  kSoftmaxBackward,
  kLayerNorm,
  kLayerNormBackward,
  kRmsNorm,
  kRmsNormBackward,
  kGroupNorm,
  kGroupNormBackward,
  kBatchNorm,
  kBatchNormBackward,
  kRandom,
  kStats
};
// Statistics of lines: how many inputs, how many numbers per line (0: a line).
constexpr Family Stat(int inputs, int outputs) { return static_cast<Family>(kStats + 32 * inputs + outputs); }

// What a family says about its arguments: extents in order, 32-bit integers in order, elements behind each pointer.
struct Plan {
  int64_t extents[6] = {};
  int32_t flags[3] = {};
  int64_t counts[8] = {};
  uint32_t optional = 0;  // bit i: pointer i may be NULL
  bool wrong = false;     // must be refused
};

int64_t Extent(Input* in) {
  if (in->OneIn(24)) return 0;
  if (in->OneIn(64)) return 4000 + in->Below(1000);  // beyond a block of 4096
  return in->OneIn(4) ? 1 + in->Below(200) : 1 + in->Below(9);
}
int64_t SmallExtent(Input* in) { return in->OneIn(12) ? 0 : in->OneIn(6) ? 1 + in->Below(40) : 1 + in->Below(9); }

int64_t Rows(int64_t rows, int64_t columns, int64_t leading) {
  return rows == 0 || columns == 0 ? 0 : (rows - 1) * leading + columns;
}

Plan MakePlan(Family family, Input* in) {
  Plan p;
  int64_t* e = p.extents;
  if (family >= kStats) {
    const int inputs = (family - kStats) / 32, outputs = (family - kStats) % 32;
    e[0] = SmallExtent(in), e[1] = inputs == 2 ? SmallExtent(in) : Extent(in), e[2] = SmallExtent(in);
    if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
    for (int i = 0; i < inputs; ++i) p.counts[i] = e[0] * e[1] * e[2];
    p.counts[inputs] = outputs ? e[0] * e[2] * outputs : p.counts[0];
    return p;
  }
  switch (family) {
    case kElementwise:
    case kDot: {
      e[0] = Extent(in);
      for (int64_t& count : p.counts) count = e[0];
      if (family == kDot) p.counts[2] = 1;
      break;
    }
    case kReduce:
    case kScan:
      e[0] = SmallExtent(in), e[1] = Extent(in), e[2] = SmallExtent(in);
      if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
      p.counts[0] = e[0] * e[1] * e[2];
      p.counts[1] = family == kScan ? p.counts[0] : e[0] * e[2];
      break;
    case kRolling:
      e[0] = SmallExtent(in), e[1] = Extent(in), e[2] = SmallExtent(in);
      if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
      for (int64_t& count : p.counts) count = e[0] * e[1] * e[2];
      e[3] = in->OneIn(8) ? 1 + (in->Wild() & INT64_MAX) / 2
                          : 1 + in->Below(static_cast<int>(e[1] < 300 ? e[1] + 3 : 300));
      e[4] = in->OneIn(2) ? 0 : in->Below(static_cast<int>(e[3] < 9 ? e[3] + 1 : 9));
      break;
    case kEwm:
      e[0] = SmallExtent(in), e[1] = Extent(in), e[2] = SmallExtent(in);
      if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
      for (int64_t& count : p.counts) count = e[0] * e[1] * e[2];
      e[3] = in->Below(4);
      p.flags[0] = in->OneIn(2), p.flags[1] = in->OneIn(2), p.flags[2] = in->OneIn(2);
      break;
    case kGroup:  // few keys of any 64 bits are in range: no elements
      e[0] = in->OneIn(2) ? 0 : Extent(in), e[1] = SmallExtent(in);
      p.counts[0] = p.counts[1] = e[0], p.counts[2] = e[1];
      break;
    case kMatmul:
      for (int i = 0; i < 4; ++i) e[i] = SmallExtent(in);
      p.counts[0] = e[0] * e[1] * e[2], p.counts[1] = e[0] * e[2] * e[3], p.counts[2] = e[0] * e[1] * e[3];
      break;
    case kGemm: {
      const int64_t m = e[0] = SmallExtent(in), k = e[1] = SmallExtent(in), n = e[2] = SmallExtent(in);
      const bool ta = (p.flags[0] = in->Below(2)) != 0, tb = (p.flags[1] = in->Below(2)) != 0;
      e[3] = (ta ? m : k) + in->Below(3), e[4] = (tb ? k : n) + in->Below(3), e[5] = n + in->Below(3);
      for (int i = 3; i < 6; ++i) e[i] = e[i] < 1 ? 1 : e[i];
      p.counts[0] = Rows(ta ? k : m, ta ? m : k, e[3]), p.counts[1] = Rows(tb ? n : k, tb ? k : n, e[4]),
      p.counts[2] = Rows(m, n, e[5]);
      break;
    }
    case kSearchsorted:
      e[0] = p.counts[0] = Extent(in), e[1] = p.counts[1] = p.counts[2] = Extent(in);
      p.flags[0] = in->OneIn(2) ? 16 : in->Below(20);
      break;
    case kUnique:
      e[0] = Extent(in);
      for (int64_t& count : p.counts) count = e[0];
      p.counts[3] = 1;
      break;
    case kCrossEntropy:  // few labels of any 64 bits are classes: no rows
      e[0] = in->OneIn(2) ? 0 : SmallExtent(in), e[1] = Extent(in);
      p.counts[0] = p.counts[3] = e[0] * e[1], p.counts[1] = e[0], p.counts[2] = 1;
      break;
    case kAttention:
      for (int i = 0; i < 6; ++i) e[i] = i < 2 ? in->Below(4) : SmallExtent(in);
      p.counts[0] = e[0] * e[1] * e[2] * e[4], p.counts[1] = e[1] ? e[0] * e[3] * e[4] : 0;
      p.counts[2] = e[1] ? e[0] * e[3] * e[5] : 0, p.counts[3] = e[0] * e[1] * e[2] * e[5];
      p.flags[0] = in->Below(2);
      break;
    case kRope:
      for (int i = 0; i < 3; ++i) e[i] = SmallExtent(in);
      p.counts[0] = p.counts[3] = 2 * e[0] * e[1] * e[2], p.counts[1] = p.counts[2] = e[1] * e[2];
      p.flags[0] = in->Below(2), p.flags[1] = in->Below(2);
      break;
    case kRandom:  // the state, then y
      e[0] = p.counts[1] = Extent(in), p.counts[0] = 1;
      e[1] = in->Below(9) - 2, e[2] = in->Below(30), p.flags[0] = in->Below(9), p.flags[1] = in->Below(30);
      break;
    case kActivation:
    case kActivationBackward:
      e[0] = Extent(in);
      for (int64_t& count : p.counts) count = e[0];
      p.flags[0] = in->Below(in->OneIn(12) ? 40 : 18);
      break;
    case kSoftmax:
    case kSoftmaxBackward:
      e[0] = SmallExtent(in), e[1] = Extent(in), e[2] = SmallExtent(in);
      if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
      for (int64_t& count : p.counts) count = e[0] * e[1] * e[2];
      p.flags[0] = in->Below(in->OneIn(12) ? 4 : 2);
      break;
    case kLayerNorm:
    case kLayerNormBackward:
    case kRmsNorm:
    case kRmsNormBackward: {
      const int64_t rows = e[0] = SmallExtent(in), cols = e[1] = Extent(in), all = rows * cols;
      const int64_t counts[4][8] = {{all, cols, cols, all, rows, rows},
                                    {all, all, cols, rows, rows, all, cols, cols},
                                    {all, cols, all, rows},
                                    {all, all, cols, rows, all, cols}};
      constexpr uint32_t kOptional[] = {0x36, 0xE4, 0x0A, 0x34};
      for (int i = 0; i < 8; ++i) p.counts[i] = counts[family - kLayerNorm][i];
      p.optional = kOptional[family - kLayerNorm];
      break;
    }
    case kGroupNorm:
    case kGroupNormBackward:
    case kBatchNorm:
    case kBatchNormBackward: {
      const int64_t n = e[0] = in->Below(5), channels = e[1] = in->Below(9), inner = e[2] = SmallExtent(in);
      const int64_t all = n * channels * inner;
      e[3] = in->OneIn(2) ? 1 : in->OneIn(2) ? channels : in->Below(5);
      const bool group = family == kGroupNorm || family == kGroupNormBackward;
      const int64_t sets = group ? n * e[3] : channels;
      const int64_t counts[4][8] = {{all, channels, channels, all, sets, sets},
                                    {all, all, channels, sets, sets, all, channels, channels},
                                    {all, channels, channels, channels, channels, all, sets, sets},
                                    {all, all, channels, sets, sets, all, channels, channels}};
      constexpr uint32_t kOptional[] = {0x36, 0xE4, 0xDE, 0xE4};
      for (int i = 0; i < 8; ++i) p.counts[i] = counts[family - kGroupNorm][i];
      p.optional = kOptional[family - kGroupNorm];
      p.flags[0] = in->OneIn(12) ? in->Below(5) : in->Below(2);
      break;
    }
    case kSort:  // and other lines
    case kArgsort:
    case kPartition:
    case kArgpartition:
    case kTopk:
    case kRankdata:
    case kQuantile:
    case kMedian:
    case kMad:
    case kIqr: {
      e[0] = SmallExtent(in), e[1] = Extent(in), e[2] = SmallExtent(in);
      if (e[0] * e[1] * e[2] > 20000) e[1] = 1;
      const int64_t across = e[0] * e[2];
      e[3] = family == kTopk ? (in->OneIn(12) ? e[1] + 1 : in->Below(static_cast<int>(e[1]) + 1)) : SmallExtent(in);
      p.counts[0] = p.counts[1] = across * e[1];
      if (family == kPartition || family == kArgpartition) p.counts[2] = p.counts[0], p.counts[1] = e[3];
      if (family == kTopk) p.counts[1] = p.counts[2] = across * e[3], p.wrong = e[3] > e[1];
      if (family == kQuantile) p.counts[1] = e[3], p.counts[2] = across * e[3];
      if (family == kMedian || family == kMad || family == kIqr) p.counts[1] = across;
      // Some flags or methods are not the function's.
      p.flags[0] = in->Below(in->OneIn(8) ? 40 : 3);
      p.flags[1] = in->OneIn(2) ? 2 * in->Below(2) : in->Below(20);
      break;
    }
    default:
      break;
  }
  return p;
}

constexpr int ExtentsOf(Family family) {
  constexpr int kExtents[] = {1, 3, 3, 1, 4, 6, 5, 4, 2, 3, 3, 4, 4, 4, 3, 4, 3, 3, 3,
                              2, 1, 2, 6, 3, 1, 1, 3, 3, 2, 2, 2, 2, 4, 4, 3, 3, 1, 3};
  return kExtents[family < kStats ? family : kStats];
}

// One argument after the other, each made from the plan by its type.
struct Maker {
  Plan plan;
  Input* in;
  int pointer = 0, extent = 0, flag = 0, null_at = -1, alias = -1;
  int64_t shift = 0;
  Block blocks[8];
  bool output[8] = {};
  size_t sizes[8] = {};
  void* pointers[8] = {};

  template <class A>
  A Make() {
    if constexpr (std::is_pointer_v<A>) {
      using T = std::remove_pointer_t<A>;
      const int at = pointer++;
      const int64_t count = plan.counts[at] < 0 ? 0 : plan.counts[at];
      output[at] = !std::is_const_v<T>;
      sizes[at] = sizeof(T);
      const size_t bytes = static_cast<size_t>(count) * sizeof(T);
      if (at == null_at) {
        if (count > 0 && !(plan.optional >> at & 1)) plan.wrong = true;
        return nullptr;
      }
      if (output[at] && alias >= 0 && alias < at && pointers[alias]) {
        // The output begins some bytes before or behind where an input begins, in one block.
        const Block& other = blocks[alias];
        const size_t before = shift < 0 ? static_cast<size_t>(-shift) : 0,
                     after = shift > 0 ? static_cast<size_t>(shift) : 0;
        const size_t total = before + (other.bytes() > bytes + after ? other.bytes() : bytes + after);
        Block both(in, total, true);
        if (other.bytes()) std::memcpy(both.data() + before, other.copy(), other.bytes());
        both.Remember();
        blocks[at] = std::move(both);
        pointers[alias] = blocks[at].data() + before;
        pointers[at] = blocks[at].data() + before + shift;
      } else {
        blocks[at] = Block(in, bytes, !std::is_same_v<T, numrs_random_state>);
        pointers[at] = blocks[at].data();
        alias = output[at] ? -1 : alias;
      }
      if constexpr (std::is_same_v<T, numrs_random_state>) {  // an honest one, now and then of the wrong size
        numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
        state.key[0] = in->Word();
        state.counter[0] = in->Word() & ~uint64_t{7};
        if (in->OneIn(30)) state.struct_size = 7, plan.wrong = true;
        std::memcpy(pointers[at], &state, sizeof state);
        blocks[at].Remember();
      }
      return static_cast<A>(pointers[at]);
    } else if constexpr (std::is_same_v<A, int64_t>) {
      return plan.extents[extent++];
    } else if constexpr (std::is_same_v<A, int32_t>) {
      return plan.flags[flag++];
    } else if constexpr (std::is_integral_v<A>) {
      return static_cast<A>(in->Byte());
    } else {
      static const double kValues[] = {0, 1, -1, 0.5, 3, 1e300, -1e-310};
      return static_cast<A>(in->OneIn(8) ? 0.0 / (in->Below(2) - 0.0) : kValues[in->Below(7)]);
    }
  }
};

template <class... A>
void Run(Call* call, Input* in, Family family, numrs_status (*f)(numrs_context*, A...)) {
  Maker maker;
  maker.in = in;
  maker.plan = MakePlan(family, in);
  const int wrong = in->Below(12);
  if (wrong == 0) {  // a negative extent
    maker.plan.extents[in->Below(ExtentsOf(family))] = -1 - (in->Wild() & INT64_MAX) / 2;
    maker.plan.wrong = true;
  } else if (wrong == 1) {
    maker.null_at = in->Below(maker.plan.optional ? 8 : 4);
  } else if (wrong == 2 && family != kGemm && family != kRandom) {  // more bytes than there are addresses
    constexpr size_t kWidest = std::max({(std::is_pointer_v<A> ? sizeof(std::remove_pointer_t<A>) : size_t{1})...});
    if (kWidest == 1 && (family == kElementwise || family == kDot)) return;  // 2^62 bytes: the caller's word is taken
    for (int i = 0; i < ExtentsOf(family); ++i) maker.plan.extents[i] = int64_t{1} << 62;
    maker.plan.wrong = true;
  } else if (wrong == 3 && family == kGemm) {
    if (in->OneIn(2)) {
      maker.plan.flags[in->Below(2)] = in->OneIn(2) ? 2 : -1;
    } else {
      const int at = 3 + in->Below(3);
      const bool transposed = at == 3 ? maker.plan.flags[0] == 1 : at == 4 && maker.plan.flags[1] == 1;
      const int64_t columns =
          at == 3 ? maker.plan.extents[transposed ? 0 : 1] : maker.plan.extents[at == 4 && transposed ? 1 : 2];
      if (columns < 1) return;
      maker.plan.extents[at] = columns - 1;
    }
    maker.plan.wrong = true;
  } else if (wrong < 6 && family != kGemm && family != kTopk && family != kUnique && family != kCrossEntropy &&
             family != kRandom && family != kRandom && !maker.plan.optional && Probing().overlaps) {
    maker.alias = in->Below(3);
    maker.shift = in->OneIn(2) ? 0 : in->Below(65) - 32;
  }
  std::tuple<A...> arguments{maker.Make<A>()...};  // in order: a braced list
  // An output that shares its block with an input moved that input.
  int at = 0;
  std::apply(
      [&](auto&... argument) {
        ((std::is_pointer_v<std::remove_reference_t<decltype(argument)>>
          ? (void)std::memcpy(static_cast<void*>(&argument), &maker.pointers[at], sizeof(void*)),
          (void)++at : void()),
         ...);
      },
      arguments);
  const auto invoke = [&] { return std::apply([&](A... argument) { return f(nullptr, argument...); }, arguments); };
  const numrs_status status = Watched(call, in, maker.plan.wrong, invoke);
  for (int i = 0; i < maker.pointer; ++i) {
    if (maker.output[i] && status == NUMRS_OK) continue;
    if (!maker.blocks[i].Unchanged())
      Die(*call, maker.output[i] ? "changed its output and returned an error" : "changed an input");
  }
  if (status != NUMRS_OK) return;
  for (int i = 0; i < maker.pointer; ++i) {
    if (!maker.output[i] || maker.alias < 0 || maker.alias >= i || !maker.blocks[i].data()) continue;
    // The numbers are those of separate memory.
    const size_t bytes = static_cast<size_t>(maker.plan.counts[i]) * maker.sizes[i];
    std::vector<char> got(static_cast<char*>(maker.pointers[i]), static_cast<char*>(maker.pointers[i]) + bytes);
    Block apart(in, bytes, false);
    if (bytes)
      std::memcpy(apart.data(),
                  maker.blocks[i].copy() + (static_cast<char*>(maker.pointers[i]) - maker.blocks[i].data()), bytes);
    maker.pointers[maker.alias] = maker.blocks[maker.alias].data();
    maker.pointers[i] = apart.data();
    at = 0;
    std::apply(
        [&](auto&... argument) {
          ((std::is_pointer_v<std::remove_reference_t<decltype(argument)>>
            ? (void)std::memcpy(static_cast<void*>(&argument), &maker.pointers[at], sizeof(void*)),
            (void)++at : void()),
           ...);
        },
        arguments);
    const numrs_status again = invoke();
    if (again == NUMRS_NO_MEMORY && Around().memory_fails) return;
    if (again != NUMRS_OK) Die(*call, "refused a call on separate memory that it took on overlapping memory");
    if (bytes && std::memcmp(got.data(), apart.data(), bytes) != 0) Die(*call, "overlapping memory gave other numbers");
  }
}

// The calls by number: one operation on the memory that the typed functions see, or numbers that are none.
numrs_status SquareByNumber(numrs_context* context, const float* x, float* y, int64_t n) {
  return numrs_unary_n(context, NUMRS_OP_SQUARE, NUMRS_F32, x, y, n);
}
numrs_status LessByNumber(numrs_context* context, const double* a, const double* b, uint8_t* y, int64_t n) {
  return numrs_binary_n(context, NUMRS_OP_LESS, NUMRS_F64, a, b, y, n);
}
int32_t NoNumber(Input* in) { return in->OneIn(2) ? -1 - in->Below(1000) : 1000 + in->Below(1 << 20); }
NUMRS_FUZZ(numrs_unary_n, 4, [](Call* call, Input* in) {
  if (!in->OneIn(5)) return Run(call, in, kElementwise, SquareByNumber);
  const bool op = in->OneIn(2);
  const int32_t number = NoNumber(in);
  Watched(call, in, true, [&] {
    return numrs_unary_n(nullptr, op ? number : NUMRS_OP_SQUARE, op ? NUMRS_F32 : number, nullptr, nullptr, 0);
  });
});
NUMRS_FUZZ(numrs_binary_n, 4, [](Call* call, Input* in) {
  if (!in->OneIn(5)) return Run(call, in, kElementwise, LessByNumber);
  const bool op = in->OneIn(2);
  const int32_t number = NoNumber(in);
  Watched(call, in, true, [&] {
    return numrs_binary_n(nullptr, op ? number : NUMRS_OP_LESS, op ? NUMRS_F64 : number, nullptr, nullptr, nullptr, 0);
  });
});

#define RAW(family, function) NUMRS_FUZZ(function, 1, [](Call* call, Input* in) { Run(call, in, family, function); });
#include "raw_functions.inc"

}  // namespace
}  // namespace fuzz
