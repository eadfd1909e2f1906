// Rolling statistics of cpu-portable: blocks by one lane at a time, order statistics from a sorted copy of the window,
// explicit bounds and weights window by window. The last two serve every backend.
#include "core/rolling_tables.h"
#include "ops/rolling_windows.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {

void FillEwm(RollingTable* table);  // ewm.cc

namespace {

#define V_INLINE inline
#include "ops/rolling_blocks-inl.h"
#include "ops/rolling_spread-inl.h"
#include "ops/rolling_sums-inl.h"
#undef V_INLINE

using Scalar = ops::RollingScalar;

// ------------------------------------------------------------------------------------------------ blocks, bounds given

struct Bounds {
  int64_t start, end;
};
Bounds BoundsOf(const RollingWindows& w, int64_t i) {
  return w.starts ? Bounds{w.starts[i], w.ends[i]} : Bounds{i, i + w.p->window};
}

template <class Op, int kInputs, int kLeast>
void BlockWindows(const RollingWindows& w) {
  constexpr int kState = Op::kPlanes > 0 ? Op::kPlanes : 1;
  double nothing[kState] = {};
  Op::template Start<Scalar>(nothing);
  for (int64_t i = 0; i < w.windows; i++) {
    const Bounds at = BoundsOf(w, i);
    double s[kState] = {};
    Op::template Start<Scalar>(s);
    double n = 0;
    for (int64_t k = at.start; k < at.end; k++) {
      const double x = w.x[k], x2 = kInputs > 1 ? w.x2[k] : x;
      if (x != x || x2 != x2) continue;
      n += 1;
      Op::template Take<Scalar, false>(s, x, x2, RollingCount<Scalar>::Of(n), static_cast<double>(k - at.start));
    }
    const double y =
        Op::template Finish<Scalar>(*w.p, nothing, s, RollingJoint<Scalar>::Of(0, n), w.current ? w.current[i] : 0);
    w.y[i] = RollingResult<Scalar>(*w.p, kLeast, y, n);
  }
}

template <bool kMean>
void SumWindows(const RollingWindows& w) {
  for (int64_t i = 0; i < w.windows; i++) {
    const Bounds at = BoundsOf(w, i);
    auto sum = RollingRunning<Scalar>::Nothing();
    double n = 0;
    for (int64_t k = at.start; k < at.end; k++) {
      if (w.x[k] != w.x[k]) continue;
      n += 1;
      sum.Add(w.x[k]);
    }
    w.y[i] = RollingResult<Scalar>(*w.p, kMean ? 1 : 0, kMean ? sum.both / n : sum.both, n);
  }
}

// ------------------------------------------------------------------------------------------------ weights

enum class Weighted { SUM, MEAN, VAR, STD };

// Weight k belongs to slot k of the window; the weights of missing values do not count.
template <Weighted kWhat>
void WeightedWindows(const RollingWindows& w) {
  const double* weights = w.p->weights;
  for (int64_t i = 0; i < w.windows; i++) {
    const double* x = w.x + i;
    auto sum = RollingRunning<Scalar>::Nothing(), all = sum;
    double n = 0;
    for (int64_t k = 0; k < w.p->window; k++) {
      if (x[k] != x[k]) continue;
      n += 1;
      sum.Add(weights[k] * x[k]);
      all.Add(weights[k]);
    }
    double y = sum.both;
    if (kWhat != Weighted::SUM) y = all.both == 0 ? kRollingNaN : sum.both / all.both;
    if (kWhat == Weighted::VAR || kWhat == Weighted::STD) {
      const double mean = y, left = n - w.p->correction;
      auto squares = RollingRunning<Scalar>::Nothing();
      for (int64_t k = 0; k < w.p->window; k++) {
        if (x[k] == x[k]) squares.Add(weights[k] * ((x[k] - mean) * (x[k] - mean)));
      }
      y = left > 0 ? squares.both / all.both * (n / left) : kRollingNaN;
      if (kWhat == Weighted::STD) y = std::sqrt(y);
    }
    w.y[i] = RollingResult<Scalar>(*w.p, kWhat == Weighted::SUM ? 0 : 1, y, n);
  }
}

// ------------------------------------------------------------------------------------------------ order

// The values of the current window in order; -0 counts as 0.
class SortedWindow {
 public:
  explicit SortedWindow(double* memory) : v_(memory) {}
  int64_t n() const { return n_; }
  const double* v() const { return v_; }
  int64_t Below(double x) const { return std::lower_bound(v_, v_ + n_, x) - v_; }
  int64_t UpTo(double x) const { return std::upper_bound(v_, v_ + n_, x) - v_; }
  void Insert(double x) {
    if (x != x) return;
    const int64_t at = UpTo(x);
    std::memmove(v_ + at + 1, v_ + at, static_cast<size_t>(n_ - at) * sizeof(double));
    v_[at] = x + 0.0;
    n_++;
  }
  void Remove(double x) {
    if (x != x) return;
    const int64_t at = Below(x);
    n_--;
    std::memmove(v_ + at, v_ + at + 1, static_cast<size_t>(n_ - at) * sizeof(double));
  }
  void MoveTo(const double* x, Bounds to) {
    if (to.end < to.start) to.end = to.start;
    if (to.start < at_.start || to.end < at_.end || to.start >= at_.end) {
      n_ = 0;
      at_ = {to.start, to.start};
    }
    for (int64_t k = at_.start; k < to.start; k++) Remove(x[k]);
    for (int64_t k = at_.end; k < to.end; k++) Insert(x[k]);
    at_ = to;
  }

 private:
  double* v_;
  int64_t n_ = 0;
  Bounds at_ = {0, 0};
};

double Value(const RollingWindows& w, int32_t op, const SortedWindow& window, int64_t i, Bounds at) {
  const RollingParameters& p = *w.p;
  const double* v = window.v();
  const int64_t n = window.n();
  if (op == kRolling_nunique && n == 0 && p.min_periods == 0) return 0;
  if (n < p.min_periods || n < 1) return kRollingNaN;
  if (op == kRolling_nunique) {
    int64_t unique = 1;
    for (int64_t k = 1; k < n; k++) unique += v[k] != v[k - 1];
    return static_cast<double>(unique);
  }
  if (op == kRolling_rank) {
    const double last = w.x[std::min(at.end, w.slots) - 1];
    if (last != last) return kRollingNaN;
    const int64_t less = window.Below(last);
    return ops::RankOf(p, less, window.UpTo(last) - less, n);
  }
  if (op == kRolling_quantile) {
    const ops::QuantilePlace place = ops::PlaceOfQuantile(p.q, n, p.method);
    return ops::Between(v[place.low], v[place.low + (place.part != 0)], place.part);
  }
  const double median = n % 2 ? v[n / 2] : ops::Middle(v[n / 2 - 1], v[n / 2]);
  if (op == kRolling_median) return median;
  const double mad = ops::SortedMad(v, n, median) * p.scale;
  return op == kRolling_mad ? mad : (w.current[i] - median) / mad;
}

template <RollingOp kOp>
void OrderWindows(const RollingWindows& w) {
  SortedWindow window(static_cast<double*>(w.scratch));
  for (int64_t i = 0; i < w.windows; i++) {
    const Bounds at = BoundsOf(w, i);
    window.MoveTo(w.x, at);
    w.y[i] = ops::OneNaN(Value(w, kOp, window, i, at));
  }
}

int64_t NoScratch(int64_t, int64_t) { return 0; }
int64_t SortedScratch(int64_t slots, int64_t) { return (slots + 1) * static_cast<int64_t>(sizeof(double)); }

bool AnyMissing(const double* x, int64_t n) {
  bool any = false;
  for (int64_t i = 0; i < n; i++) any |= x[i] != x[i];
  return any;
}

RollingTable Make() {
  RollingTable t{};
  RollingFillBlocks<Scalar>(&t);
  t.any_missing = AnyMissing;
  FillEwm(&t);
  for (int op = 0; op < kRollingOps; op++) t.scratch_bytes[op] = NoScratch;
  t.windows[kRolling_sum] = SumWindows<false>;
  t.windows[kRolling_mean] = SumWindows<true>;
  t.windows[kRolling_count] = BlockWindows<RollingCounter, 1, 0>;
  t.windows[kRolling_var] = BlockWindows<RollingVariance<kRolling_var>, 1, 1>;
  t.windows[kRolling_std] = BlockWindows<RollingVariance<kRolling_std>, 1, 1>;
  t.windows[kRolling_sem] = BlockWindows<RollingVariance<kRolling_sem>, 1, 1>;
  t.windows[kRolling_zscore] = BlockWindows<RollingVariance<kRolling_zscore>, 1, 1>;
  t.windows[kRolling_skew] = BlockWindows<RollingShape<false>, 1, 3>;
  t.windows[kRolling_kurt] = BlockWindows<RollingShape<true>, 1, 4>;
  t.windows[kRolling_min] = BlockWindows<RollingExtreme<false>, 1, 1>;
  t.windows[kRolling_max] = BlockWindows<RollingExtreme<true>, 1, 1>;
  t.windows[kRolling_argmin] = BlockWindows<RollingArgExtreme<false>, 1, 1>;
  t.windows[kRolling_argmax] = BlockWindows<RollingArgExtreme<true>, 1, 1>;
  t.windows[kRolling_first] = BlockWindows<RollingPlace<true>, 1, 1>;
  t.windows[kRolling_last] = BlockWindows<RollingPlace<false>, 1, 1>;
  t.windows[kRolling_cov] = BlockWindows<RollingPair<false>, 2, 1>;
  t.windows[kRolling_corr] = BlockWindows<RollingPair<true>, 2, 2>;
#define NUMRS_ORDER(name)                                     \
  t.windows[kRolling_##name] = OrderWindows<kRolling_##name>; \
  t.scratch_bytes[kRolling_##name] = SortedScratch
  NUMRS_ORDER(median);
  NUMRS_ORDER(quantile);
  NUMRS_ORDER(rank);
  NUMRS_ORDER(mad);
  NUMRS_ORDER(robust_zscore);
  NUMRS_ORDER(nunique);
#undef NUMRS_ORDER
  t.weighted[kRolling_sum] = WeightedWindows<Weighted::SUM>;
  t.weighted[kRolling_mean] = WeightedWindows<Weighted::MEAN>;
  t.weighted[kRolling_var] = WeightedWindows<Weighted::VAR>;
  t.weighted[kRolling_std] = WeightedWindows<Weighted::STD>;
  return t;
}

}  // namespace

const RollingTable* Rolling() {
  static const RollingTable table = Make();
  return &table;
}

}  // namespace portable
}  // namespace numrs
