// What each reduction and scan means: accumulators over elements of type T, scalar, with the fixed tree of
// core/reduce_tables.h. No loops over arrays.
//
// An accumulator has In, State, Out; Block(at, m): the state of the elements at(0) … at(m - 1) of one block (m may be
// 0); Merge(a, na, b, nb): of a's elements followed by b's; Finish(state, n, correction); Save and Load: states in two
// planes.
#pragma once

#include <cstring>

#include "core/reduce_tables.h"
#include "ops/complex.h"

namespace numrs {
namespace ops {

template <typename T>
using BitsOf = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

template <typename T>
NUMRS_HD bool Negative(T x) {
  BitsOf<T> bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits >> (8 * sizeof(T) - 1);
}

// Every NaN result has the same bits: which payload survives an addition is the compiler's choice.
template <typename T>
NUMRS_HD T OneNaN(T x) {
  if constexpr (kIsComplex<T>)
    return T(OneNaN(x.real()), OneNaN(x.imag()));
  else if constexpr (kIsFloat<T>)
    return x != x ? std::numeric_limits<T>::quiet_NaN() : x;
  else
    return x;
}

// Sums of floats run in double; those of integers in 64 bits that wrap; those of complex numbers in pairs of double.
template <typename T>
using SumState =
    std::conditional_t<kIsComplex<T>, std::complex<double>, std::conditional_t<kIsFloat<T>, double, uint64_t>>;
template <typename T>
using SumResult = std::conditional_t<kIsFloat<T> || kIsComplex<T>, T,
                                     std::conditional_t<kIsSigned<T> || kIsBool<T>, int64_t, uint64_t>>;
template <typename T>
NUMRS_HD SumState<T> ToSumState(T x) {
  if constexpr (kIsBool<T>)
    return bool(x) ? 1 : 0;
  else if constexpr (kIsSigned<T>)
    return static_cast<uint64_t>(static_cast<int64_t>(x));
  else
    return static_cast<SumState<T>>(x);
}

struct Plus {
  // -0.0 changes no number, +0.0 would change -0.0.
  template <typename S>
  NUMRS_HD static S Identity() {
    if constexpr (kIsComplex<S>)
      return S(-0.0, -0.0);
    else if constexpr (kIsFloat<S>)
      return static_cast<S>(-0.0);
    else
      return 0;
  }
  template <typename S>
  NUMRS_HD static S Of(S a, S b) {
    if constexpr (kIsComplex<S>)
      return S(a.real() + b.real(), a.imag() + b.imag());
    else
      return a + b;
  }
};
struct Times {
  template <typename S>
  NUMRS_HD static S Identity() {
    return 1;
  }
  // Of complex numbers: 1 leaves the other factor as it is, which the formula would not do with infinities.
  template <typename S>
  NUMRS_HD static S Of(S a, S b) {
    if constexpr (kIsComplex<S>) {
      if (a.real() == 1 && a.imag() == 0) return b;
      if (b.real() == 1 && b.imag() == 0) return a;
      return MultiplyComplex(a, b);
    } else {
      return a * b;
    }
  }
};
// NaN wins; -0 is less than +0. So the order of evaluation does not matter.
struct Larger {
  template <typename S>
  NUMRS_HD static S Identity() {
    if constexpr (kIsFloat<S>)
      return -std::numeric_limits<S>::infinity();
    else
      return std::numeric_limits<S>::min();
  }
  template <typename S>
  NUMRS_HD static S Of(S a, S b) {
    if constexpr (kIsFloat<S>) {
      if (a != a || b != b) return std::numeric_limits<S>::quiet_NaN();
      if (a == b) return Negative(a) ? b : a;
    }
    return a > b ? a : b;
  }
};
struct Smaller {
  template <typename S>
  NUMRS_HD static S Identity() {
    if constexpr (kIsFloat<S>)
      return std::numeric_limits<S>::infinity();
    else
      return std::numeric_limits<S>::max();
  }
  template <typename S>
  NUMRS_HD static S Of(S a, S b) {
    if constexpr (kIsFloat<S>) {
      if (a != a || b != b) return std::numeric_limits<S>::quiet_NaN();
      if (a == b) return Negative(a) ? a : b;
    }
    return a < b ? a : b;
  }
};

template <class Op, typename S, class At>
NUMRS_HD S LaneTree(At at, int64_t m) {
  S lanes[kReduceLanes];
  for (S& lane : lanes) lane = Op::template Identity<S>();
  for (int64_t i = 0; i < m; i++) lanes[i % kReduceLanes] = Op::template Of<S>(lanes[i % kReduceLanes], at(i));
  for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) lanes[l] = Op::template Of<S>(lanes[l], lanes[l + half]);
  }
  return lanes[0];
}

// How a block becomes one value. Here: by one thread after the other; a device brings one whose lanes are threads.
struct SerialTree {
  template <class Op, typename S, class At>
  NUMRS_HD S Run(At at, int64_t m) const {
    return LaneTree<Op, S>(at, m);
  }
  // Of how many elements is it true? Exact, so in any order.
  template <class At>
  NUMRS_HD double Count(At at, int64_t m) const {
    double count = 0;
    for (int64_t i = 0; i < m; i++) count += at(i);
    return count;
  }
};

// One word of state: Derived::Take(x) turns an element into it, Op joins.
template <class Derived, class OpType, typename T, typename S, typename R>
struct OneWord {
  using In = T;
  using State = S;
  using Out = R;
  using Op = OpType;
  NUMRS_HD static S Identity() { return Op::template Identity<S>(); }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static S Block(At at, int64_t m, Tree tree = Tree()) {
    return tree.template Run<Op, S>([&](int64_t i) { return Derived::Take(at(i)); }, m);
  }
  NUMRS_HD static S Merge(S a, int64_t, S b, int64_t) { return Op::template Of<S>(a, b); }
  NUMRS_HD static void Save(void* states, int64_t, int64_t i, S s) { static_cast<S*>(states)[i] = s; }
  NUMRS_HD static S Load(const void* states, int64_t, int64_t i) { return static_cast<const S*>(states)[i]; }
  NUMRS_HD static R Finish(S s, int64_t, double) { return static_cast<R>(OneNaN(s)); }
};

template <typename T>
struct Sum : OneWord<Sum<T>, Plus, T, SumState<T>, SumResult<T>> {
  NUMRS_HD static SumState<T> Take(T x) { return ToSumState(x); }
  NUMRS_HD static SumResult<T> Finish(SumState<T> s, int64_t n, double) {
    return static_cast<SumResult<T>>(n == 0 ? SumState<T>(0) : OneNaN(s));
  }
};
template <typename T>
struct Prod : OneWord<Prod<T>, Times, T, SumState<T>, SumResult<T>> {
  NUMRS_HD static SumState<T> Take(T x) { return ToSumState(x); }
};
// The next four have kernels for floats only; other types are converted to double.
template <typename T>
struct Mean : OneWord<Mean<T>, Plus, T, double, T> {
  NUMRS_HD static double Take(T x) { return x; }
  NUMRS_HD static T Finish(double s, int64_t n, double) {
    return static_cast<T>(OneNaN(n == 0 ? std::numeric_limits<double>::quiet_NaN() : s / static_cast<double>(n)));
  }
};
template <typename T>
struct Norm : OneWord<Norm<T>, Plus, T, double, T> {
  NUMRS_HD static double Take(T x) { return static_cast<double>(x) * static_cast<double>(x); }
  NUMRS_HD static T Finish(double s, int64_t n, double) { return static_cast<T>(n == 0 ? 0 : OneNaN(std::sqrt(s))); }
};
template <typename T>
struct AbsSum : OneWord<AbsSum<T>, Plus, T, double, T> {
  NUMRS_HD static double Take(T x) { return std::fabs(static_cast<double>(x)); }
  NUMRS_HD static T Finish(double s, int64_t n, double) { return static_cast<T>(n == 0 ? 0 : OneNaN(s)); }
};
template <typename T>
struct AbsMax : OneWord<AbsMax<T>, Larger, T, T, T> {
  NUMRS_HD static T Take(T x) { return std::fabs(x); }
  NUMRS_HD static T Finish(T s, int64_t n, double) { return n == 0 ? 0 : OneNaN(s); }
};

template <typename T>
using ExtremeState = std::conditional_t<kIsBool<T>, uint8_t, T>;
template <typename T>
NUMRS_HD ExtremeState<T> ToExtreme(T x) {
  if constexpr (kIsBool<T>)
    return bool(x) ? 1 : 0;
  else
    return x;
}
template <typename T, class Op>
struct Extreme : OneWord<Extreme<T, Op>, Op, T, ExtremeState<T>, T> {
  using S = ExtremeState<T>;
  NUMRS_HD static S Take(T x) { return ToExtreme(x); }
  NUMRS_HD static T Finish(S s, int64_t, double) {
    if constexpr (kIsBool<T>)
      return s != 0;
    else
      return OneNaN(s);
  }
};
template <typename T>
using Min = Extreme<T, Smaller>;
template <typename T>
using Max = Extreme<T, Larger>;

template <typename T>
NUMRS_HD bool IsNonzero(T x) {
  if constexpr (kIsBool<T>)
    return bool(x);
  else if constexpr (kIsHalf<T>)
    return (x.bits & 0x7FFF) != 0;
  else if constexpr (kIsComplex<T>)
    return !IsZero(x);
  else
    return x != 0;
}
template <typename T>
struct CountNonzero : OneWord<CountNonzero<T>, Plus, T, uint64_t, int64_t> {
  NUMRS_HD static uint64_t Take(T x) { return IsNonzero(x); }
};
template <typename T>
struct Any : OneWord<Any<T>, Larger, T, uint8_t, Bool> {
  NUMRS_HD static uint8_t Take(T x) { return IsNonzero(x); }
};
template <typename T>
struct All : OneWord<All<T>, Smaller, T, uint8_t, Bool> {
  NUMRS_HD static uint8_t Take(T x) { return IsNonzero(x); }
  NUMRS_HD static Bool Finish(uint8_t s, int64_t, double) { return s != 0; }
};

// Mean and sum of squared deviations. A block is read twice (the second time around its mean), blocks are joined after
// Chan, Golub, LeVeque (1979).
struct Moments {
  double mean, m2;
};
NUMRS_HD inline Moments MakeMoments(double block_mean, double deviations, double squares, int64_t m) {
  const double count = static_cast<double>(m);
  const double m2 = squares - deviations * deviations / count;
  return {block_mean + deviations / count, m2 < 0 ? 0 : m2};
}
NUMRS_HD inline Moments MergeMoments(Moments a, int64_t na, Moments b, int64_t nb) {
  const double part = static_cast<double>(nb) / static_cast<double>(na + nb);
  const double delta = b.mean - a.mean;
  return {a.mean + delta * part, (a.m2 + b.m2) + (delta * delta) * (static_cast<double>(na) * part)};
}
NUMRS_HD inline double Variance(double m2, int64_t n, double correction) {
  const double divisor = static_cast<double>(n) - correction;
  return n == 0 ? std::numeric_limits<double>::quiet_NaN() : m2 / (divisor > 0 ? divisor : 0.0);
}
template <typename T>
struct Var {
  using In = T;
  using State = Moments;
  using Out = T;
  NUMRS_HD static State Identity() { return {0, 0}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    if (m == 0) return Identity();
    const auto value = [&](int64_t i) { return static_cast<double>(at(i)); };
    const double mean = tree.template Run<Plus, double>(value, m) / static_cast<double>(m);
    const double deviations = tree.template Run<Plus, double>([&](int64_t i) { return value(i) - mean; }, m);
    const double squares =
        tree.template Run<Plus, double>([&](int64_t i) { return (value(i) - mean) * (value(i) - mean); }, m);
    return MakeMoments(mean, deviations, squares, m);
  }
  NUMRS_HD static State Merge(State a, int64_t na, State b, int64_t nb) { return MergeMoments(a, na, b, nb); }
  NUMRS_HD static void Save(void* states, int64_t w, int64_t i, State s) {
    static_cast<double*>(states)[i] = s.mean;
    static_cast<double*>(states)[w + i] = s.m2;
  }
  NUMRS_HD static State Load(const void* states, int64_t w, int64_t i) {
    return {static_cast<const double*>(states)[i], static_cast<const double*>(states)[w + i]};
  }
  NUMRS_HD static T Finish(State s, int64_t n, double correction) {
    return static_cast<T>(OneNaN(Variance(s.m2, n, correction)));
  }
};
template <typename T>
struct Std : Var<T> {
  NUMRS_HD static T Finish(Moments s, int64_t n, double correction) {
    return static_cast<T>(OneNaN(std::sqrt(Variance(s.m2, n, correction))));
  }
};

// Position of the first extreme element; the first NaN wins over all.
template <typename T, bool kLargest>
struct ArgExtreme {
  using In = T;
  using S = ExtremeState<T>;
  struct State {
    S value;
    int64_t index;
  };
  using Out = int64_t;
  NUMRS_HD static bool Better(S x, S than) {
    if constexpr (kIsFloat<T>) {
      if (than != than) return false;
      if (x != x) return true;
    }
    return kLargest ? x > than : x < than;
  }
  NUMRS_HD static State Identity() { return {}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree = Tree()) {
    if (m == 0) return Identity();
    State best{ToExtreme(at(0)), 0};
    for (int64_t i = 1; i < m; i++) {
      const S x = ToExtreme(at(i));
      if (Better(x, best.value)) best = {x, i};
    }
    return best;
  }
  NUMRS_HD static State Merge(State a, int64_t na, State b, int64_t) {
    return Better(b.value, a.value) ? State{b.value, na + b.index} : a;
  }
  NUMRS_HD static void Save(void* states, int64_t w, int64_t i, State s) {
    static_cast<S*>(states)[i] = s.value;
    static_cast<int64_t*>(states)[w + i] = s.index;
  }
  NUMRS_HD static State Load(const void* states, int64_t w, int64_t i) {
    return {static_cast<const S*>(states)[i], static_cast<const int64_t*>(states)[w + i]};
  }
  NUMRS_HD static int64_t Finish(State s, int64_t, double) { return s.index; }
};
template <typename T>
using ArgMin = ArgExtreme<T, false>;
template <typename T>
using ArgMax = ArgExtreme<T, true>;

// The same over the elements that are not NaN; integers and bool have none.
template <typename T>
NUMRS_HD bool IsNumber(T x) {
  if constexpr (kIsFloat<T> || kIsComplex<T>)
    return x == x;
  else if constexpr (kIsHalf<T>)
    return (x.bits & 0x7FFF) <= T::kInfinity;
  else
    return true;
}
template <typename T>
struct NanSum : OneWord<NanSum<T>, Plus, T, SumState<T>, SumResult<T>> {
  NUMRS_HD static SumState<T> Take(T x) { return IsNumber(x) ? ToSumState(x) : SumState<T>(0); }
  NUMRS_HD static SumResult<T> Finish(SumState<T> s, int64_t n, double) {
    return static_cast<SumResult<T>>(n == 0 ? SumState<T>(0) : OneNaN(s));
  }
};
template <typename T>
struct NanProd : OneWord<NanProd<T>, Times, T, SumState<T>, SumResult<T>> {
  NUMRS_HD static SumState<T> Take(T x) { return IsNumber(x) ? ToSumState(x) : SumState<T>(1); }
};
template <typename T>
struct Count : OneWord<Count<T>, Plus, T, uint64_t, int64_t> {
  NUMRS_HD static uint64_t Take(T x) { return IsNumber(x); }
};

// A number wins over NaN; NaN: no number yet.
template <class Op>
struct Numbers {
  template <typename S>
  NUMRS_HD static S Identity() {
    if constexpr (kIsFloat<S>)
      return std::numeric_limits<S>::quiet_NaN();
    else
      return Op::template Identity<S>();
  }
  template <typename S>
  NUMRS_HD static S Of(S a, S b) {
    if (!IsNumber(a)) return b;
    if (!IsNumber(b)) return a;
    return Op::template Of<S>(a, b);
  }
};
template <typename T>
using NanMin = Extreme<T, Numbers<Smaller>>;
template <typename T>
using NanMax = Extreme<T, Numbers<Larger>>;

// Sum and number of the elements that count.
struct CountedSum {
  double sum, count;
};
template <typename T>
struct NanMean {
  using In = T;
  using State = CountedSum;
  using Out = T;
  NUMRS_HD static State Identity() { return {-0.0, 0}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    const auto number = [&](int64_t i) { return IsNumber(at(i)) ? static_cast<double>(at(i)) : 0.0; };
    return {tree.template Run<Plus, double>(number, m), tree.Count([&](int64_t i) { return IsNumber(at(i)); }, m)};
  }
  NUMRS_HD static State Merge(State a, int64_t, State b, int64_t) { return {a.sum + b.sum, a.count + b.count}; }
  NUMRS_HD static void Save(void* states, int64_t w, int64_t i, State s) {
    static_cast<double*>(states)[i] = s.sum;
    static_cast<double*>(states)[w + i] = s.count;
  }
  NUMRS_HD static State Load(const void* states, int64_t w, int64_t i) {
    return {static_cast<const double*>(states)[i], static_cast<const double*>(states)[w + i]};
  }
  NUMRS_HD static T Finish(State s, int64_t, double) {
    return static_cast<T>(OneNaN(s.sum / s.count));  // 0 / 0: no number
  }
};

struct CountedMoments {
  double mean, m2, count;
};
template <typename T>
struct NanVar {
  using In = T;
  using State = CountedMoments;
  using Out = T;
  NUMRS_HD static State Identity() { return {0, 0, 0}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    const CountedSum s = NanMean<T>::Block(at, m, tree);
    const double mean = s.sum / s.count;  // of nothing: NaN, and used for nothing
    const auto deviation = [&](int64_t i) { return IsNumber(at(i)) ? static_cast<double>(at(i)) - mean : 0.0; };
    const double deviations = tree.template Run<Plus, double>(deviation, m);
    const double squares = tree.template Run<Plus, double>([&](int64_t i) { return deviation(i) * deviation(i); }, m);
    return Make(mean, deviations, squares, s.count);
  }
  NUMRS_HD static State Make(double mean, double deviations, double squares, double count) {
    if (count == 0) return Identity();
    const Moments part = MakeMoments(mean, deviations, squares, static_cast<int64_t>(count));
    return {part.mean, part.m2, count};
  }
  NUMRS_HD static State Merge(State a, int64_t, State b, int64_t) {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    const Moments whole =
        MergeMoments({a.mean, a.m2}, static_cast<int64_t>(a.count), {b.mean, b.m2}, static_cast<int64_t>(b.count));
    return {whole.mean, whole.m2, a.count + b.count};
  }
  NUMRS_HD static void Save(void* states, int64_t w, int64_t i, State s) {
    static_cast<double*>(states)[i] = s.mean;
    static_cast<double*>(states)[w + i] = s.m2;
    static_cast<double*>(states)[2 * w + i] = s.count;
  }
  NUMRS_HD static State Load(const void* states, int64_t w, int64_t i) {
    const double* p = static_cast<const double*>(states) + i;
    return {p[0], p[w], p[2 * w]};
  }
  // No freedom left is no variance; NumPy's nanvar says NaN here, where var says inf.
  NUMRS_HD static double Variance(State s, double correction) {
    const double divisor = s.count - correction;
    return s.m2 / (((s.count > 0) & (divisor > 0)) ? divisor : std::numeric_limits<double>::quiet_NaN());
  }
  NUMRS_HD static T Finish(State s, int64_t, double correction) {
    return static_cast<T>(OneNaN(Variance(s, correction)));
  }
};
template <typename T>
struct NanStd : NanVar<T> {
  NUMRS_HD static T Finish(CountedMoments s, int64_t, double correction) {
    return static_cast<T>(OneNaN(std::sqrt(NanVar<T>::Variance(s, correction))));
  }
};

// Position of the first extreme number; -1: there is none.
template <typename T, bool kLargest>
struct NanArgExtreme : ArgExtreme<T, kLargest> {
  using S = ExtremeState<T>;
  using State = typename ArgExtreme<T, kLargest>::State;
  NUMRS_HD static bool Better(S x, S than) {
    if (!IsNumber(x)) return false;
    return !IsNumber(than) || (kLargest ? x > than : x < than);
  }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree = Tree()) {
    if (m == 0) return {};
    State best{ToExtreme(at(0)), IsNumber(at(0)) ? 0 : -1};
    for (int64_t i = 1; i < m; i++) {
      const S x = ToExtreme(at(i));
      if (Better(x, best.value)) best = {x, i};
    }
    return best;
  }
  NUMRS_HD static State Merge(State a, int64_t na, State b, int64_t) {
    return Better(b.value, a.value) ? State{b.value, na + b.index} : a;
  }
};
template <typename T>
using NanArgMin = NanArgExtreme<T, false>;
template <typename T>
using NanArgMax = NanArgExtreme<T, true>;

// Scans: the accumulators above with one word of state.
template <typename T>
using CumulativeSum = Sum<T>;
template <typename T>
using CumulativeProd = Prod<T>;
template <typename T>
using CumulativeMax = Max<T>;
template <typename T>
using CumulativeMin = Min<T>;

// What empty sums, products and extremes are, as the first element of a scan with its identity.
template <class Acc>
typename Acc::Out ScanInitial() {
  if constexpr (std::is_same<typename Acc::Op, Plus>::value)
    return static_cast<typename Acc::Out>(0);
  else
    return Acc::Finish(Acc::Identity(), 0, 0);
}

}  // namespace ops
}  // namespace numrs
