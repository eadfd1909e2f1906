// What the reductions of complex numbers mean whose results are real, or whose state is more than one sum. The others
// are those of reduce.h on pairs of double.
#pragma once

#include "ops/reduce.h"

namespace numrs {
namespace ops {

using Pair64 = std::complex<double>;

// Written out, for devices.
NUMRS_HD inline Pair64 Added(Pair64 a, Pair64 b) { return {a.real() + b.real(), a.imag() + b.imag()}; }
NUMRS_HD inline Pair64 Minus(Pair64 a, Pair64 b) { return {a.real() - b.real(), a.imag() - b.imag()}; }
NUMRS_HD inline Pair64 Scaled(Pair64 a, double by) { return {a.real() * by, a.imag() * by}; }
NUMRS_HD inline double SquaredAbs(Pair64 z) { return z.real() * z.real() + z.imag() * z.imag(); }

template <typename F>
struct Mean<std::complex<F>> : OneWord<Mean<std::complex<F>>, Plus, std::complex<F>, Pair64, std::complex<F>> {
  NUMRS_HD static Pair64 Take(std::complex<F> x) { return Pair64(x); }
  NUMRS_HD static std::complex<F> Finish(Pair64 s, int64_t n, double) {
    const double count = n == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n);
    return static_cast<std::complex<F>>(OneNaN(Pair64(s.real() / count, s.imag() / count)));
  }
};
template <typename F>
struct Norm<std::complex<F>> : OneWord<Norm<std::complex<F>>, Plus, std::complex<F>, double, F> {
  NUMRS_HD static double Take(std::complex<F> x) { return SquaredAbs(Pair64(x)); }
  NUMRS_HD static F Finish(double s, int64_t n, double) { return static_cast<F>(n == 0 ? 0 : OneNaN(std::sqrt(s))); }
};
template <typename F>
struct AbsSum<std::complex<F>> : OneWord<AbsSum<std::complex<F>>, Plus, std::complex<F>, double, F> {
  NUMRS_HD static double Take(std::complex<F> x) { return AbsComplex(Pair64(x)); }
  NUMRS_HD static F Finish(double s, int64_t n, double) { return static_cast<F>(n == 0 ? 0 : OneNaN(s)); }
};
template <typename F>
struct AbsMax<std::complex<F>> : OneWord<AbsMax<std::complex<F>>, Larger, std::complex<F>, F, F> {
  NUMRS_HD static F Take(std::complex<F> x) { return AbsComplex(x); }
  NUMRS_HD static F Finish(F s, int64_t n, double) { return n == 0 ? 0 : OneNaN(s); }
};

// Mean, sum of |x - mean|^2 and how many elements they are of.
struct ComplexMoments {
  Pair64 mean;
  double m2, count;
};
NUMRS_HD inline ComplexMoments MergeMoments(ComplexMoments a, ComplexMoments b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double count = a.count + b.count, part = b.count / count;
  const Pair64 delta = Minus(b.mean, a.mean);
  return {Added(a.mean, Scaled(delta, part)), (a.m2 + b.m2) + SquaredAbs(delta) * (a.count * part), count};
}

// kSkip: of the elements that are not NaN.
template <typename F, bool kSkip>
struct ComplexVariance {
  using In = std::complex<F>;
  using State = ComplexMoments;
  using Out = F;
  NUMRS_HD static bool Counts(In x) { return !kSkip || IsNumber(x); }
  NUMRS_HD static State Identity() { return {{0, 0}, 0, 0}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    const double count = tree.Count([&](int64_t i) { return Counts(at(i)); }, m);
    const auto value = [&](int64_t i) { return Counts(at(i)) ? Pair64(at(i)) : Pair64(0, 0); };
    const Pair64 sum = tree.template Run<Plus, Pair64>(value, m), mean(sum.real() / count, sum.imag() / count);
    const auto deviation = [&](int64_t i) { return Counts(at(i)) ? Minus(Pair64(at(i)), mean) : Pair64(0, 0); };
    const Pair64 deviations = tree.template Run<Plus, Pair64>(deviation, m);
    const double squares = tree.template Run<Plus, double>([&](int64_t i) { return SquaredAbs(deviation(i)); }, m);
    const double m2 = squares - SquaredAbs(deviations) / count;
    if (count == 0) return Identity();
    return {Added(mean, Pair64(deviations.real() / count, deviations.imag() / count)), m2 < 0 ? 0 : m2, count};
  }
  NUMRS_HD static State Merge(State a, int64_t, State b, int64_t) { return MergeMoments(a, b); }
  NUMRS_HD static void Save(void* states, int64_t, int64_t i, State s) {
    std::memcpy(static_cast<char*>(states) + i * static_cast<int64_t>(sizeof(s)), &s, sizeof(s));
  }
  NUMRS_HD static State Load(const void* states, int64_t, int64_t i) {
    State s;
    std::memcpy(&s, static_cast<const char*>(states) + i * static_cast<int64_t>(sizeof(s)), sizeof(s));
    return s;
  }
  NUMRS_HD static double Value(State s, int64_t n, double correction) {
    if constexpr (!kSkip) return Variance(s.m2, n, correction);
    const double divisor = s.count - correction;  // no freedom left is no variance
    return s.m2 / (s.count > 0 && divisor > 0 ? divisor : std::numeric_limits<double>::quiet_NaN());
  }
  NUMRS_HD static F Finish(State s, int64_t n, double correction) {
    return static_cast<F>(OneNaN(Value(s, n, correction)));
  }
};
template <typename F, bool kSkip>
struct ComplexDeviation : ComplexVariance<F, kSkip> {
  NUMRS_HD static F Finish(ComplexMoments s, int64_t n, double correction) {
    return static_cast<F>(OneNaN(std::sqrt(ComplexVariance<F, kSkip>::Value(s, n, correction))));
  }
};
template <typename F>
struct Var<std::complex<F>> : ComplexVariance<F, false> {};
template <typename F>
struct Std<std::complex<F>> : ComplexDeviation<F, false> {};
template <typename F>
struct NanVar<std::complex<F>> : ComplexVariance<F, true> {};
template <typename F>
struct NanStd<std::complex<F>> : ComplexDeviation<F, true> {};

// The mean of the numbers is what its moments begin with; here only sum and count are kept.
template <typename F>
struct NanMean<std::complex<F>> {
  using In = std::complex<F>;
  struct State {
    Pair64 sum;
    double count;
  };
  using Out = In;
  NUMRS_HD static State Identity() { return {{-0.0, -0.0}, 0}; }
  template <class At, class Tree = SerialTree>
  NUMRS_HD static State Block(At at, int64_t m, Tree tree = Tree()) {
    const auto number = [&](int64_t i) { return IsNumber(at(i)) ? Pair64(at(i)) : Pair64(0, 0); };
    return {tree.template Run<Plus, Pair64>(number, m), tree.Count([&](int64_t i) { return IsNumber(at(i)); }, m)};
  }
  NUMRS_HD static State Merge(State a, int64_t, State b, int64_t) { return {Added(a.sum, b.sum), a.count + b.count}; }
  NUMRS_HD static void Save(void* states, int64_t, int64_t i, State s) {
    std::memcpy(static_cast<char*>(states) + i * static_cast<int64_t>(sizeof(s)), &s, sizeof(s));
  }
  NUMRS_HD static State Load(const void* states, int64_t, int64_t i) {
    State s;
    std::memcpy(&s, static_cast<const char*>(states) + i * static_cast<int64_t>(sizeof(s)), sizeof(s));
    return s;
  }
  NUMRS_HD static Out Finish(State s, int64_t, double) {
    return static_cast<Out>(OneNaN(Pair64(s.sum.real() / s.count, s.sum.imag() / s.count)));  // 0 / 0: no number
  }
};

}  // namespace ops
}  // namespace numrs
