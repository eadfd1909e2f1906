// What the statistics of RollingWay::BLOCKS compute, from the tail of one block and the head of the next. Included once
// per instruction set, inside its namespace: V is a vector of doubles, one lane of it included. Docs: docs/rolling.md.
//
// A statistic has a state of planes (T each): the first kRow differ from slot to slot and are stored for each tail, the
// others (pivots) are the same for a whole block. Missing values are skipped by masks; windows without any have the
// same bits either way, because the operations on their elements are the same.

// Numbers that go with k elements.
template <class V>
struct RollingCount {
  using T = typename V::T;
  T k, pair, inverse;  // k, 1 / (k (k - 1)) or 0 below 2, 1 / k

  static V_INLINE RollingCount Known(const RollingParameters& p, int64_t k) {
    return {V::Set(static_cast<double>(k)), V::Set(p.pairs[k]), V::Set(p.inverses[k])};
  }
  static V_INLINE RollingCount Of(T k) {
    const T one = V::Set(1);
    return {k, V::Where(V::Less(one, k), V::Div(one, V::Mul(k, V::Sub(k, one))), V::Set(0)), V::Div(one, k)};
  }
};

// Numbers that go with a window of na elements before the border and nb behind it.
template <class V>
struct RollingJoint {
  using T = typename V::T;
  T na, nb, n, inverse;  // inverse: 1 / n
  T product, joint;      // na nb, 1 / (na nb n) or 0
  typename V::M no_a, no_b;

  static V_INLINE RollingJoint Known(const RollingParameters& p, int64_t na) {
    const T a = V::Set(static_cast<double>(na)), b = V::Set(static_cast<double>(p.window - na));
    return {a,
            b,
            V::Set(static_cast<double>(p.window)),
            V::Set(p.inverses[p.window]),
            V::Set(p.products[na]),
            V::Set(p.joints[na]),
            V::Equal(a, V::Set(0)),
            V::Equal(b, V::Set(0))};
  }
  static V_INLINE RollingJoint Of(T na, T nb) {
    const T zero = V::Set(0), one = V::Set(1), n = V::Add(na, nb), product = V::Mul(na, nb);
    return {na,
            nb,
            n,
            V::Div(one, n),
            product,
            V::Where(V::Equal(product, zero), zero, V::Div(one, V::Mul(product, n))),
            V::Equal(na, zero),
            V::Equal(nb, zero)};
  }
};

// 1 / (n - correction), NaN where that is not above 0.
template <class V>
V_INLINE typename V::T RollingDivisor(typename V::T n, double correction) {
  const typename V::T left = V::Sub(n, V::Set(correction));
  return V::Where(V::Less(V::Set(0), left), V::Div(V::Set(1), left), V::Set(kRollingNaN));
}

// ------------------------------------------------------------------------------------------------ extremes and places

// Number of values; the state is in the counts.
struct RollingCounter {
  static constexpr int kRow = 0, kPlanes = 0;
  template <class V>
  static V_INLINE void Start(typename V::T*) {}
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T*, typename V::T, typename V::T, const RollingCount<V>&, typename V::T) {}
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters&, const typename V::T*, const typename V::T*,
                                       const RollingJoint<V>& j, typename V::T) {
    return j.n;
  }
};

template <bool kMax>
struct RollingExtreme {
  static constexpr int kRow = 1, kPlanes = 1;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    s[0] = V::Set(kMax ? -kRollingInfinity : kRollingInfinity);
  }
  template <class V>
  static V_INLINE typename V::T Of(typename V::T a, typename V::T b) {
    return kMax ? V::Max(a, b) : V::Min(a, b);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T, const RollingCount<V>&, typename V::T) {
    s[0] = Of<V>(x, s[0]);
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters&, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>&, typename V::T) {
    return Of<V>(a[0], b[0]);
  }
};

// Slot of the first extreme, counted from the window's first slot on. Places count from the border.
template <bool kMax>
struct RollingArgExtreme {
  static constexpr int kRow = 2, kPlanes = 2;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    s[0] = V::Set(kMax ? -kRollingInfinity : kRollingInfinity);
    s[1] = V::Set(0);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T, const RollingCount<V>& c,
                            typename V::T place) {
    const auto better = kMax ? V::Less(s[0], x) : V::Less(x, s[0]);
    // An earlier equal one wins, and so does the very first, which may be as extreme as the identity.
    const auto takes = kBefore ? V::Or(better, V::Equal(x, s[0])) : V::Or(better, V::Equal(c.k, V::Set(1)));
    s[0] = V::Where(takes, x, s[0]);
    s[1] = V::Where(takes, place, s[1]);
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters&, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>& j, typename V::T begin) {
    const auto later = V::Or(kMax ? V::Less(a[0], b[0]) : V::Less(b[0], a[0]), j.no_a);
    return V::Sub(V::Where(later, b[1], a[1]), begin);
  }
};

template <bool kFirst>
struct RollingPlace {
  static constexpr int kRow = 1, kPlanes = 1;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    s[0] = V::Set(0);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T, const RollingCount<V>& c, typename V::T) {
    s[0] = kBefore == kFirst ? x : V::Where(V::Equal(c.k, V::Set(1)), x, s[0]);
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters&, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>& j, typename V::T) {
    return kFirst ? V::Where(j.no_a, b[0], a[0]) : V::Where(j.no_b, a[0], b[0]);
  }
};

// ------------------------------------------------------------------------------------------------ moments

// Pivots of both sides; a side without elements takes the other's.
template <class V>
V_INLINE typename V::T RollingPivotStep(const RollingJoint<V>& j, typename V::T pa, typename V::T pb) {
  return V::Where(V::Or(j.no_a, j.no_b), V::Set(0), V::Sub(pa, pb));
}

// Element by element, for zscore and single windows (var, std and sem of fixed windows: rolling_spread-inl.h). Youngs
// and Cramer's sums of d = x - pivot, joined after Chan, Golub and LeVeque. The pivot is the element next to the
// border, so it lies in every window that has elements on its side: |mean - pivot| <= sqrt(n) std whatever the offset.
// Planes: sum of d, sum of squared deviations | pivot.
template <RollingOp kOp>
struct RollingVariance {
  static constexpr int kRow = 2, kPlanes = 3;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    s[0] = s[1] = s[2] = V::Set(0);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T, const RollingCount<V>& c, typename V::T) {
    s[2] = V::Where(V::Equal(c.k, V::Set(1)), x, s[2]);
    const auto d = V::Sub(x, s[2]);
    s[0] = V::Add(s[0], d);
    const auto e = V::Sub(V::Mul(c.k, d), s[0]);
    s[1] = V::Add(s[1], V::Mul(V::Mul(e, e), c.pair));
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters& p, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>& j, typename V::T current) {
    const auto step = RollingPivotStep<V>(j, a[2], b[2]);
    const auto e = V::Add(V::Sub(V::Mul(j.nb, a[0]), V::Mul(j.na, b[0])), V::Mul(j.product, step));
    const auto m2 = V::Add(V::Add(a[1], b[1]), V::Mul(V::Mul(e, e), j.joint));
    const auto var = V::Mul(m2, RollingDivisor<V>(j.n, p.correction));
    if constexpr (kOp == kRolling_var) return var;
    const auto std = V::Sqrt(var);
    if constexpr (kOp == kRolling_std) return std;
    if constexpr (kOp == kRolling_sem) return V::Sqrt(V::Mul(var, j.inverse));
    // Both pivots are near the mean, so the difference from it loses nothing.
    const auto pivot = V::Where(j.no_a, b[2], a[2]);
    const auto sum = V::Sub(V::Add(a[0], b[0]), V::Where(j.no_a, V::Set(0), V::Mul(j.nb, step)));
    return V::Div(V::Sub(V::Sub(current, pivot), V::Mul(sum, j.inverse)), std);
  }
};

// Central moments up to the third or fourth, element by element and joined after Pebay. Planes: mean - pivot, M2, M3,
// M4 | pivot.
template <bool kFourth>
struct RollingShape {
  static constexpr int kRow = 4, kPlanes = 5;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    s[0] = s[1] = s[2] = s[3] = s[4] = V::Set(0);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T, const RollingCount<V>& c, typename V::T) {
    const auto k = c.k, k1 = V::Sub(k, V::Set(1));
    s[4] = V::Where(V::Equal(k, V::Set(1)), x, s[4]);
    const auto delta = V::Sub(V::Sub(x, s[4]), s[0]), part = V::Mul(delta, c.inverse);
    const auto term = V::Mul(V::Mul(delta, part), k1);
    const auto three = V::Set(3);
    if constexpr (kFourth) {
      const auto part2 = V::Mul(part, part);
      const auto shape = V::Add(V::Sub(V::Mul(k, k), V::Mul(three, k)), three);
      const auto fourth = V::Sub(V::Mul(V::Mul(V::Set(6), part2), s[1]), V::Mul(V::Mul(V::Set(4), part), s[2]));
      s[3] = V::Add(s[3], V::Add(V::Mul(V::Mul(term, part2), shape), fourth));
    }
    const auto third = V::Sub(V::Mul(V::Mul(term, part), V::Sub(k, V::Set(2))), V::Mul(V::Mul(three, part), s[1]));
    s[2] = V::Add(s[2], third);
    s[1] = V::Add(s[1], term);
    s[0] = V::Add(s[0], part);
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters&, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>& j, typename V::T) {
    const auto none = V::Or(j.no_a, j.no_b);
    const auto delta = V::Where(none, V::Set(0), V::Add(V::Sub(b[0], a[0]), V::Sub(b[4], a[4])));
    const auto n = j.n, na = j.na, nb = j.nb, part = V::Mul(delta, j.inverse), part2 = V::Mul(part, part);
    const auto ab = j.product, one = V::Set(1), two = V::Set(2), three = V::Set(3);
    const auto m2 = V::Add(V::Add(a[1], b[1]), V::Mul(V::Mul(delta, part), ab));
    if constexpr (!kFourth) {
      const auto m3 =
          V::Add(V::Add(a[2], b[2]), V::Add(V::Mul(V::Mul(V::Mul(delta, part2), ab), V::Sub(na, nb)),
                                            V::Mul(V::Mul(three, part), V::Sub(V::Mul(na, b[1]), V::Mul(nb, a[1])))));
      const auto size = V::Div(V::Mul(n, V::Sqrt(V::Sub(n, one))), V::Sub(n, two));
      const auto g = V::Div(V::Mul(size, m3), V::Mul(m2, V::Sqrt(m2)));
      return V::Where(V::Equal(m2, V::Set(0)), V::Set(kRollingNaN), g);
    } else {
      const auto squares = V::Add(V::Sub(V::Mul(na, na), ab), V::Mul(nb, nb));
      const auto first = V::Mul(V::Mul(V::Mul(V::Mul(delta, part), part2), ab), squares);
      const auto second =
          V::Mul(V::Mul(V::Set(6), part2), V::Add(V::Mul(V::Mul(na, na), b[1]), V::Mul(V::Mul(nb, nb), a[1])));
      const auto third = V::Mul(V::Mul(V::Set(4), part), V::Sub(V::Mul(na, b[2]), V::Mul(nb, a[2])));
      const auto m4 = V::Add(V::Add(a[3], b[3]), V::Add(first, V::Add(second, third)));
      const auto n1 = V::Sub(n, one);
      const auto size = V::Div(n1, V::Mul(V::Sub(n, two), V::Sub(n, three)));
      const auto ratio = V::Div(V::Mul(V::Mul(V::Add(n, one), n), V::Div(m4, m2)), m2);
      return V::Where(V::Equal(m2, V::Set(0)), V::Set(kRollingNaN), V::Mul(size, V::Sub(ratio, V::Mul(three, n1))));
    }
  }
};

// Planes: sums of dx and dy, co-moment, and for correlations both M2 | pivots.
template <bool kCorrelation>
struct RollingPair {
  static constexpr int kRow = kCorrelation ? 5 : 3, kPlanes = kRow + 2;
  template <class V>
  static V_INLINE void Start(typename V::T* s) {
    for (int i = 0; i < kPlanes; i++) s[i] = V::Set(0);
  }
  template <class V, bool kBefore>
  static V_INLINE void Take(typename V::T* s, typename V::T x, typename V::T y, const RollingCount<V>& c,
                            typename V::T) {
    const auto first = V::Equal(c.k, V::Set(1));
    s[kRow] = V::Where(first, x, s[kRow]);
    s[kRow + 1] = V::Where(first, y, s[kRow + 1]);
    const auto dx = V::Sub(x, s[kRow]), dy = V::Sub(y, s[kRow + 1]);
    s[0] = V::Add(s[0], dx);
    s[1] = V::Add(s[1], dy);
    const auto ex = V::Sub(V::Mul(c.k, dx), s[0]), ey = V::Sub(V::Mul(c.k, dy), s[1]);
    s[2] = V::Add(s[2], V::Mul(V::Mul(ex, ey), c.pair));
    if constexpr (kCorrelation) {
      s[3] = V::Add(s[3], V::Mul(V::Mul(ex, ex), c.pair));
      s[4] = V::Add(s[4], V::Mul(V::Mul(ey, ey), c.pair));
    }
  }
  template <class V>
  static V_INLINE typename V::T Apart(const RollingJoint<V>& j, typename V::T sa, typename V::T sb, typename V::T pa,
                                      typename V::T pb) {
    return V::Add(V::Sub(V::Mul(j.nb, sa), V::Mul(j.na, sb)), V::Mul(j.product, RollingPivotStep<V>(j, pa, pb)));
  }
  template <class V>
  static V_INLINE typename V::T Finish(const RollingParameters& p, const typename V::T* a, const typename V::T* b,
                                       const RollingJoint<V>& j, typename V::T) {
    const auto ex = Apart<V>(j, a[0], b[0], a[kRow], b[kRow]), ey = Apart<V>(j, a[1], b[1], a[kRow + 1], b[kRow + 1]);
    const auto c = V::Add(V::Add(a[2], b[2]), V::Mul(V::Mul(ex, ey), j.joint));
    if constexpr (!kCorrelation) return V::Mul(c, RollingDivisor<V>(j.n, p.correction));
    if constexpr (kCorrelation) {
      const auto x2 = V::Add(V::Add(a[3], b[3]), V::Mul(V::Mul(ex, ex), j.joint));
      const auto y2 = V::Add(V::Add(a[4], b[4]), V::Mul(V::Mul(ey, ey), j.joint));
      const auto r = V::Div(c, V::Mul(V::Sqrt(x2), V::Sqrt(y2)));
      // Rounding may lead a little beyond; NaN stays.
      return V::Where(V::Less(V::Set(1), r), V::Set(1), V::Where(V::Less(r, V::Set(-1)), V::Set(-1), r));
    }
  }
};

// ------------------------------------------------------------------------------------------------ loops

template <class V>
V_INLINE typename V::T RollingResult(const RollingParameters& p, int least, typename V::T y, typename V::T n) {
  const double needed = static_cast<double>(p.min_periods > least ? p.min_periods : least);
  return V::Where(V::Or(V::Less(n, V::Set(needed)), V::IsNaN(y)), V::Set(kRollingNaN), y);
}

// Memory of the tails: kRow planes per slot, slots 0 … window; counts per slot; planes of the block.
template <class Op>
struct RollingTailLayout {
  static constexpr int64_t kSlot = Op::kRow * kRollingLanes;
  static V_INLINE double* Counts(const RollingBlock& b) { return b.tails + (b.p->window + 1) * kSlot; }
  static V_INLINE double* Fixed(const RollingBlock& b) { return Counts(b) + (b.p->window + 1) * kRollingLanes; }
};

template <class V, class Op, int kInputs, int kLeast>
struct RollingLoops {
  using T = typename V::T;
  using M = typename V::M;
  using Layout = RollingTailLayout<Op>;
  static constexpr int kState = Op::kPlanes > 0 ? Op::kPlanes : 1;

  template <bool kMissing>
  static V_INLINE void TailsOf(const RollingBlock& block, int64_t lane) {
    const int64_t w = block.p->window;
    const double *x = block.x + lane, *x2 = block.x2 + (kInputs > 1 ? lane : 0);
    double *rows = block.tails + lane, *counts = Layout::Counts(block) + lane, *fixed = Layout::Fixed(block) + lane;
    T s[kState];
    Op::template Start<V>(s);
    T n = V::Set(0);
    for (int64_t j = w;; j--) {
      for (int i = 0; i < Op::kRow; i++) V::Store(s[i], rows + j * Layout::kSlot + i * kRollingLanes);
      if constexpr (kMissing) V::Store(n, counts + j * kRollingLanes);
      if (j == 1) break;  // no window begins at slot 0 of a tail: it would be a whole head
      const T a = V::Load(x + (j - 1) * block.stride), b = kInputs > 1 ? V::Load(x2 + (j - 1) * block.stride) : a;
      const T place = V::Set(static_cast<double>(j - 1 - w));
      if constexpr (kMissing) {
        const M missing = kInputs > 1 ? V::Or(V::IsNaN(a), V::IsNaN(b)) : V::IsNaN(a);
        T next[kState];
        for (int i = 0; i < kState; i++) next[i] = s[i];
        const T more = V::Add(n, V::Set(1));
        Op::template Take<V, true>(next, a, b, RollingCount<V>::Of(more), place);
        for (int i = 0; i < Op::kPlanes; i++) s[i] = V::Where(missing, s[i], next[i]);
        n = V::Where(missing, n, more);
      } else {
        Op::template Take<V, true>(s, a, b, RollingCount<V>::Known(*block.p, w - j + 1), place);
      }
    }
    for (int i = Op::kRow; i < Op::kPlanes; i++) V::Store(s[i], fixed + (i - Op::kRow) * kRollingLanes);
  }
  static void Tails(const RollingBlock& block, bool missing) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes)
      missing ? TailsOf<true>(block, lane) : TailsOf<false>(block, lane);
  }

  template <bool kMissing>
  static V_INLINE void HeadsOf(const RollingBlock& block, int64_t lane, int64_t first, int64_t rows, double* head,
                               const double* current, double* y, int64_t y_stride) {
    const RollingParameters p = *block.p;  // a copy: nothing that is stored can change it, so divisions leave the loop
    const int64_t w = p.window;
    const double *x = block.x + lane, *x2 = block.x2 + (kInputs > 1 ? lane : 0);
    const double *tails = block.tails + lane, *counts = Layout::Counts(block) + lane,
                 *fixed = Layout::Fixed(block) + lane;
    T s[kState], t[kState];
    Op::template Start<V>(s);
    T n = V::Set(0);
    if (first > 0) {
      for (int i = 0; i < Op::kPlanes; i++) s[i] = V::Load(head + i * kRollingLanes + lane);
      if constexpr (kMissing) n = V::Load(head + (kRollingPlanes - 1) * kRollingLanes + lane);
    }
    const bool has_tails = !kMissing || block.has_tails;
    if (!has_tails) Op::template Start<V>(t);
    for (int i = Op::kRow; i < Op::kPlanes && has_tails; i++) t[i] = V::Load(fixed + (i - Op::kRow) * kRollingLanes);
    for (int64_t r = first; r < first + rows; r++) {
      const int64_t at = (r - first) * block.stride;
      const T a = V::Load(x + at), b = kInputs > 1 ? V::Load(x2 + at) : a;
      const T place = V::Set(static_cast<double>(r));
      const int64_t na = w - 1 - r;
      for (int i = 0; i < Op::kRow && has_tails; i++)
        t[i] = V::Load(tails + (r + 1) * Layout::kSlot + i * kRollingLanes);
      const T now = current ? V::Load(current + (r - first) * kRollingLanes + lane) : V::Set(static_cast<double>(-na));
      T result;
      if constexpr (kMissing) {
        const M missing = kInputs > 1 ? V::Or(V::IsNaN(a), V::IsNaN(b)) : V::IsNaN(a);
        T next[kState];
        for (int i = 0; i < kState; i++) next[i] = s[i];
        const T more = V::Add(n, V::Set(1));
        Op::template Take<V, false>(next, a, b, RollingCount<V>::Of(more), place);
        for (int i = 0; i < Op::kPlanes; i++) s[i] = V::Where(missing, s[i], next[i]);
        n = V::Where(missing, n, more);
        const T before = !has_tails            ? V::Set(0)
                         : block.tails_missing ? V::Load(counts + (r + 1) * kRollingLanes)
                                               : V::Set(static_cast<double>(na));
        const RollingJoint<V> joint = RollingJoint<V>::Of(before, n);
        result = RollingResult<V>(p, kLeast, Op::template Finish<V>(p, t, s, joint, now), joint.n);
      } else {
        Op::template Take<V, false>(s, a, b, RollingCount<V>::Known(p, r + 1), place);
        const RollingJoint<V> joint = RollingJoint<V>::Known(p, na);
        const T value = Op::template Finish<V>(p, t, s, joint, now);
        result = V::Where(V::IsNaN(value), V::Set(kRollingNaN), value);
        n = V::Set(static_cast<double>(r + 1));
      }
      V::Store(result, y + (r - first) * y_stride + lane);
    }
    for (int i = 0; i < Op::kPlanes; i++) V::Store(s[i], head + i * kRollingLanes + lane);
    V::Store(n, head + (kRollingPlanes - 1) * kRollingLanes + lane);
  }
  static void Heads(const RollingBlock& block, int64_t first, int64_t rows, bool missing, double* head,
                    const double* current, double* y, int64_t y_stride) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes) {
      missing ? HeadsOf<true>(block, lane, first, rows, head, current, y, y_stride)
              : HeadsOf<false>(block, lane, first, rows, head, current, y, y_stride);
    }
  }
};
