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

// Takes slot k into a state, unless it is missing; n: values so far.
template <class Op, int kInputs, bool kBefore>
void TakeSlot(const RollingWindows& w, int64_t k, int64_t border, double* state, double* n) {
  const double x = w.x[k], x2 = kInputs > 1 ? w.x2[k] : x;
  if (x != x || x2 != x2) return;
  *n += 1;
  Op::template Take<Scalar, kBefore>(state, x, x2, RollingCount<Scalar>::Of(*n), static_cast<double>(k - border));
}

// Planes: sum | of RollingRunning: high, low.
template <bool kMean>
struct RollingBoundSum {
  static constexpr int kRow = 1, kPlanes = 3;
  template <class V>
  static void Start(double* s) {
    s[0] = s[1] = s[2] = 0;
  }
  template <class V, bool kBefore>
  static void Take(double* s, double x, double, const RollingCount<V>&, double) {
    auto sum = RollingRunning<V>::Of(s[1], s[2]);
    sum.Add(x);
    s[0] = sum.both, s[1] = sum.high, s[2] = sum.low;
  }
  template <class V>
  static double Finish(const RollingParameters&, const double* a, const double* b, const RollingJoint<V>& j, double) {
    return kMean ? (a[0] + b[0]) / j.n : a[0] + b[0];
  }
};

// While both bounds only grow, a window is the tail of the slots before a border and the head of those behind it, as it
// is of two blocks: every slot is taken into the tails and into a head once. The border moves to the end of a window
// that has left the tails behind, or of which a bound has gone back.
template <class Op, int kInputs, int kLeast>
void BoundWindows(const RollingWindows& w) {
  constexpr int kState = Op::kPlanes > 0 ? Op::kPlanes : 1;
  double* tails = static_cast<double*>(w.scratch);  // of each slot: kRow planes, values
  double tail[kState] = {}, head[kState] = {}, before = 0, behind = 0;
  int64_t first = 0, border = 0, end = 0;
  for (int64_t i = 0; i < w.windows; i++) {
    const Bounds at = BoundsOf(w, i);
    if (at.start < first || at.start >= border || at.end < end) {
      first = at.start;
      border = end = std::max(at.start, at.end);
      before = behind = 0;
      Op::template Start<Scalar>(tail);
      Op::template Start<Scalar>(head);
      for (int64_t k = border;; k--) {
        double* slot = tails + k * (Op::kRow + 1);
        std::copy_n(tail, Op::kRow, slot);
        slot[Op::kRow] = before;
        if (k == first) break;
        TakeSlot<Op, kInputs, true>(w, k - 1, border, tail, &before);
      }
    }
    for (; end < at.end; end++) TakeSlot<Op, kInputs, false>(w, end, border, head, &behind);
    const double* slot = tails + at.start * (Op::kRow + 1);
    std::copy_n(slot, Op::kRow, tail);  // the planes behind are the border's
    const auto joint = RollingJoint<Scalar>::Of(slot[Op::kRow], behind);
    const double now = w.current ? w.current[i] : static_cast<double>(at.start - border);
    w.y[i] = RollingResult<Scalar>(*w.p, kLeast, Op::template Finish<Scalar>(*w.p, tail, head, joint, now), joint.n);
  }
}
template <class Op>
int64_t BoundScratch(int64_t slots, int64_t) {
  return (slots + 1) * (Op::kRow + 1) * static_cast<int64_t>(sizeof(double));
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
#define NUMRS_BOUNDS(name, inputs, least, ...)                           \
  t.windows[kRolling_##name] = BoundWindows<__VA_ARGS__, inputs, least>; \
  t.scratch_bytes[kRolling_##name] = BoundScratch<__VA_ARGS__>
  NUMRS_BOUNDS(sum, 1, 0, RollingBoundSum<false>);
  NUMRS_BOUNDS(mean, 1, 1, RollingBoundSum<true>);
  NUMRS_BOUNDS(count, 1, 0, RollingCounter);
  NUMRS_BOUNDS(var, 1, 1, RollingVariance<kRolling_var>);
  NUMRS_BOUNDS(std, 1, 1, RollingVariance<kRolling_std>);
  NUMRS_BOUNDS(sem, 1, 1, RollingVariance<kRolling_sem>);
  NUMRS_BOUNDS(zscore, 1, 1, RollingVariance<kRolling_zscore>);
  NUMRS_BOUNDS(skew, 1, 3, RollingShape<false>);
  NUMRS_BOUNDS(kurt, 1, 4, RollingShape<true>);
  NUMRS_BOUNDS(min, 1, 1, RollingExtreme<false>);
  NUMRS_BOUNDS(max, 1, 1, RollingExtreme<true>);
  NUMRS_BOUNDS(argmin, 1, 1, RollingArgExtreme<false>);
  NUMRS_BOUNDS(argmax, 1, 1, RollingArgExtreme<true>);
  NUMRS_BOUNDS(first, 1, 1, RollingPlace<true>);
  NUMRS_BOUNDS(last, 1, 1, RollingPlace<false>);
  NUMRS_BOUNDS(cov, 2, 1, RollingPair<false>);
  NUMRS_BOUNDS(corr, 2, 2, RollingPair<true>);
#undef NUMRS_BOUNDS
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
