// What the reductions of complex numbers mean whose results are real, or whose state is more than one sum. The others
// are those of reduce.h on pairs of double.
#pragma once

#include "ops/reduce.h"

namespace numrs {
namespace ops {

using Pair64 = std::complex<double>;

inline double SquaredAbs(Pair64 z) { return z.real() * z.real() + z.imag() * z.imag(); }

template <typename F>
struct Mean<std::complex<F>> : OneWord<Mean<std::complex<F>>, Plus, std::complex<F>, Pair64, std::complex<F>> {
  static Pair64 Take(std::complex<F> x) { return Pair64(x); }
  static std::complex<F> Finish(Pair64 s, int64_t n, double) {
    const double count = n == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n);
    return static_cast<std::complex<F>>(OneNaN(Pair64(s.real() / count, s.imag() / count)));
  }
};
template <typename F>
struct Norm<std::complex<F>> : OneWord<Norm<std::complex<F>>, Plus, std::complex<F>, double, F> {
  static double Take(std::complex<F> x) { return SquaredAbs(Pair64(x)); }
  static F Finish(double s, int64_t n, double) { return static_cast<F>(n == 0 ? 0 : OneNaN(std::sqrt(s))); }
};
template <typename F>
struct AbsSum<std::complex<F>> : OneWord<AbsSum<std::complex<F>>, Plus, std::complex<F>, double, F> {
  static double Take(std::complex<F> x) { return AbsComplex(Pair64(x)); }
  static F Finish(double s, int64_t n, double) { return static_cast<F>(n == 0 ? 0 : OneNaN(s)); }
};
template <typename F>
struct AbsMax<std::complex<F>> : OneWord<AbsMax<std::complex<F>>, Larger, std::complex<F>, F, F> {
  static F Take(std::complex<F> x) { return AbsComplex(x); }
  static F Finish(F s, int64_t n, double) { return n == 0 ? 0 : OneNaN(s); }
};

// Mean, sum of |x - mean|^2 and how many elements they are of.
struct ComplexMoments {
  Pair64 mean;
  double m2, count;
};
inline ComplexMoments MergeMoments(ComplexMoments a, ComplexMoments b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double count = a.count + b.count, part = b.count / count;
  const Pair64 delta = b.mean - a.mean;
  return {a.mean + delta * part, (a.m2 + b.m2) + SquaredAbs(delta) * (a.count * part), count};
}

// kSkip: of the elements that are not NaN.
template <typename F, bool kSkip>
struct ComplexVariance {
  using In = std::complex<F>;
  using State = ComplexMoments;
  using Out = F;
  static bool Counts(In x) { return !kSkip || IsNumber(x); }
  static State Identity() { return {{0, 0}, 0, 0}; }
  template <class At>
  static State Block(At at, int64_t m) {
    double count = 0;
    for (int64_t i = 0; i < m; i++) count += Counts(at(i));
    if (count == 0) return Identity();
    const auto value = [&](int64_t i) { return Counts(at(i)) ? Pair64(at(i)) : Pair64(0, 0); };
    const Pair64 sum = LaneTree<Plus, Pair64>(value, m), mean(sum.real() / count, sum.imag() / count);
    const auto deviation = [&](int64_t i) { return Counts(at(i)) ? Pair64(at(i)) - mean : Pair64(0, 0); };
    const Pair64 deviations = LaneTree<Plus, Pair64>(deviation, m);
    const double squares = LaneTree<Plus, double>([&](int64_t i) { return SquaredAbs(deviation(i)); }, m);
    const double m2 = squares - SquaredAbs(deviations) / count;
    return {mean + Pair64(deviations.real() / count, deviations.imag() / count), m2 < 0 ? 0 : m2, count};
  }
  static State Merge(State a, int64_t, State b, int64_t) { return MergeMoments(a, b); }
  static void Save(void* states, int64_t, int64_t i, State s) {
    std::memcpy(static_cast<char*>(states) + i * static_cast<int64_t>(sizeof(s)), &s, sizeof(s));
  }
  static State Load(const void* states, int64_t, int64_t i) {
    State s;
    std::memcpy(&s, static_cast<const char*>(states) + i * static_cast<int64_t>(sizeof(s)), sizeof(s));
    return s;
  }
  static double Value(State s, int64_t n, double correction) {
    if constexpr (!kSkip) return Variance(s.m2, n, correction);
    const double divisor = s.count - correction;  // no freedom left is no variance
    return s.m2 / (s.count > 0 && divisor > 0 ? divisor : std::numeric_limits<double>::quiet_NaN());
  }
  static F Finish(State s, int64_t n, double correction) { return static_cast<F>(OneNaN(Value(s, n, correction))); }
};
template <typename F, bool kSkip>
struct ComplexDeviation : ComplexVariance<F, kSkip> {
  static F Finish(ComplexMoments s, int64_t n, double correction) {
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
  static State Identity() { return {{-0.0, -0.0}, 0}; }
  template <class At>
  static State Block(At at, int64_t m) {
    State s{LaneTree<Plus, Pair64>([&](int64_t i) { return IsNumber(at(i)) ? Pair64(at(i)) : Pair64(0, 0); }, m), 0};
    for (int64_t i = 0; i < m; i++) s.count += IsNumber(at(i));
    return s;
  }
  static State Merge(State a, int64_t, State b, int64_t) { return {a.sum + b.sum, a.count + b.count}; }
  static void Save(void* states, int64_t, int64_t i, State s) {
    std::memcpy(static_cast<char*>(states) + i * static_cast<int64_t>(sizeof(s)), &s, sizeof(s));
  }
  static State Load(const void* states, int64_t, int64_t i) {
    State s;
    std::memcpy(&s, static_cast<const char*>(states) + i * static_cast<int64_t>(sizeof(s)), sizeof(s));
    return s;
  }
  static Out Finish(State s, int64_t, double) {
    return static_cast<Out>(OneNaN(Pair64(s.sum.real() / s.count, s.sum.imag() / s.count)));  // 0 / 0: no number
  }
};

}  // namespace ops
}  // namespace numrs
