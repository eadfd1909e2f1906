// Variances of windows, included as rolling_blocks-inl.h is. Youngs and Cramer's sums of d = x - pivot and of squared
// deviations, tile by tile of 8 slots in trees of depth 3, joined after Chan, Golub and LeVeque. The pivot is the
// element next to the border, so it lies in every window that has elements on its side: |mean - pivot| <= sqrt(n) std
// whatever the offset. Missing values add zeros.

// Suffix sums of the tree that all sums of windows have: s[r] of v[r] … v[7].
template <class V>
V_INLINE void RollingTailTree(const typename V::T* v, typename V::T* s) {
  using T = typename V::T;
  const T p67 = V::Add(v[6], v[7]), p45 = V::Add(v[4], v[5]), p23 = V::Add(v[2], v[3]);
  s[7] = v[7];
  s[6] = p67;
  s[5] = V::Add(v[5], p67);
  s[4] = V::Add(p45, p67);
  s[3] = V::Add(v[3], s[4]);
  s[2] = V::Add(p23, s[4]);
  s[1] = V::Add(V::Add(v[1], p23), s[4]);
  s[0] = V::Add(V::Add(V::Add(v[0], v[1]), p23), s[4]);
}
// Prefix sums: of v[0] … v[r].
template <class V>
V_INLINE void RollingHeadTree(const typename V::T* v, typename V::T* s) {
  using T = typename V::T;
  const T p23 = V::Add(v[2], v[3]), p45 = V::Add(v[4], v[5]), p67 = V::Add(v[6], v[7]);
  s[0] = v[0];
  s[1] = V::Add(v[0], v[1]);
  s[2] = V::Add(s[1], v[2]);
  s[3] = V::Add(s[1], p23);
  s[4] = V::Add(s[3], v[4]);
  s[5] = V::Add(s[3], p45);
  s[6] = V::Add(s[3], V::Add(p45, v[6]));
  s[7] = V::Add(s[3], V::Add(p45, p67));
}

// One side of the border: what has been summed up so far.
template <class V, bool kMissing>
struct RollingSpreadSide {
  using T = typename V::T;
  T n, sum, squares, pivot;

  static V_INLINE RollingSpreadSide Start() { return {V::Set(0), V::Set(0), V::Set(0), V::Set(0)}; }

  // Takes rows first … first + 7 of x, those in [low, high), going away from the border; n, sum and squares after each
  // row go to counts, s and m.
  template <bool kTails>
  V_INLINE void Tile(const RollingParameters& p, const double* x, int64_t stride, int64_t first, int64_t low,
                     int64_t high, T* counts, T* s, T* m) {
    constexpr int kRows = static_cast<int>(kRollingTile);
    T d[kRows], e[kRows];
    T known = n;
    for (int i = 0; i < kRows; i++) {
      const int r = kTails ? kRows - 1 - i : i;
      const int64_t at = first + r;
      d[r] = V::Set(0);
      counts[r] = known;
      if (at < low || at >= high) continue;
      const T value = V::Load(x + at * stride);
      if constexpr (kMissing) {
        const auto missing = V::IsNaN(value);
        known = V::Where(missing, known, V::Add(known, V::Set(1)));
        pivot = V::Where(missing, pivot, V::Where(V::Equal(known, V::Set(1)), value, pivot));
        d[r] = V::Where(missing, V::Set(0), V::Sub(value, pivot));
        counts[r] = known;
      } else {
        if (kTails ? at == p.window - 1 : at == 0) pivot = value;
        counts[r] = V::Set(static_cast<double>(kTails ? p.window - at : at + 1));
        d[r] = V::Sub(value, pivot);
      }
    }
    kTails ? RollingTailTree<V>(d, s) : RollingHeadTree<V>(d, s);
    for (int r = 0; r < kRows; r++) {
      const int64_t at = first + r;
      s[r] = V::Add(s[r], sum);
      e[r] = V::Set(0);
      if (at < low || at >= high) continue;
      const T away = V::Sub(V::Mul(counts[r], d[r]), s[r]);
      if constexpr (kMissing) {
        const T term = V::Mul(V::Mul(away, away), RollingCount<V>::Of(counts[r]).pair);
        e[r] = V::Where(V::IsNaN(V::Load(x + at * stride)), V::Set(0), term);
      } else {
        e[r] = V::Mul(V::Mul(away, away), V::Set(p.pairs[kTails ? p.window - at : at + 1]));
      }
    }
    kTails ? RollingTailTree<V>(e, m) : RollingHeadTree<V>(e, m);
    for (int r = 0; r < kRows; r++) m[r] = V::Add(m[r], squares);
    constexpr int kLast = kTails ? 0 : kRows - 1;
    n = counts[kLast];
    sum = s[kLast];
    squares = m[kLast];
  }
};

template <class V, RollingOp kOp>
struct RollingSpreadLoops {
  using T = typename V::T;
  static constexpr int64_t kTile = kRollingTile, kSlot = 2 * kRollingLanes;
  static V_INLINE double* Counts(const RollingBlock& b) { return b.tails + (b.p->window + 1) * kSlot; }
  static V_INLINE double* Pivots(const RollingBlock& b) { return Counts(b) + (b.p->window + 1) * kRollingLanes; }

  template <bool kMissing>
  static V_INLINE void TailsOf(const RollingBlock& block, int64_t lane) {
    const RollingParameters p = *block.p;
    const int64_t w = p.window;
    double *rows = block.tails + lane, *counts = Counts(block) + lane;
    auto side = RollingSpreadSide<V, kMissing>::Start();
    V::Store(V::Set(0), rows + w * kSlot);
    V::Store(V::Set(0), rows + w * kSlot + kRollingLanes);
    if constexpr (kMissing) V::Store(V::Set(0), counts + w * kRollingLanes);
    for (int64_t first = w - kTile; first > -kTile; first -= kTile) {
      T n[kTile], s[kTile], m[kTile];
      side.template Tile<true>(p, block.x + lane, block.stride, first, 0, w, n, s, m);
      for (int64_t r = 0; r < kTile; r++) {
        if (first + r < 1) continue;  // no window begins at slot 0 of a tail: it would be a whole head
        V::Store(s[r], rows + (first + r) * kSlot);
        V::Store(m[r], rows + (first + r) * kSlot + kRollingLanes);
        if constexpr (kMissing) V::Store(n[r], counts + (first + r) * kRollingLanes);
      }
    }
    V::Store(side.pivot, Pivots(block) + lane);
  }
  static void Tails(const RollingBlock& block, bool missing) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes)
      missing ? TailsOf<true>(block, lane) : TailsOf<false>(block, lane);
  }

  static V_INLINE T Finish(T var, T inverse) {
    if constexpr (kOp == kRolling_var) return var;
    if constexpr (kOp == kRolling_std) return V::Sqrt(var);
    return V::Sqrt(V::Mul(var, inverse));
  }

  template <bool kMissing>
  static V_INLINE void HeadsOf(const RollingBlock& block, int64_t lane, int64_t first, int64_t rows, double* head,
                               double* y, int64_t y_stride) {
    const RollingParameters p = *block.p;  // a copy: nothing that is stored can change it, so divisions leave the loop
    const int64_t w = p.window;
    const double *tails = block.tails + lane, *counts = Counts(block) + lane;
    const bool has_tails = !kMissing || block.has_tails;
    const T pivot = has_tails ? V::Load(Pivots(block) + lane) : V::Set(0);
    auto side = RollingSpreadSide<V, kMissing>::Start();
    if (first > 0) {
      side = {V::Load(head + lane), V::Load(head + kRollingLanes + lane), V::Load(head + 2 * kRollingLanes + lane),
              V::Load(head + 3 * kRollingLanes + lane)};
    }
    const T whole = RollingDivisor<V>(V::Set(static_cast<double>(w)), p.correction);
    for (int64_t tile = first; tile < first + rows; tile += kTile) {
      T n[kTile], s[kTile], m[kTile];
      const double* x = block.x + lane - first * block.stride;
      side.template Tile<false>(p, x, block.stride, tile, first, first + rows, n, s, m);
      for (int64_t r = tile; r < tile + kTile && r < first + rows; r++) {
        const int64_t na = w - 1 - r;
        const T sa = has_tails ? V::Load(tails + (r + 1) * kSlot) : V::Set(0);
        const T ma = has_tails ? V::Load(tails + (r + 1) * kSlot + kRollingLanes) : V::Set(0);
        const T sb = s[r - tile], mb = m[r - tile], nb = n[r - tile];
        RollingJoint<V> j;
        if constexpr (kMissing) {
          const T before = !has_tails            ? V::Set(0)
                           : block.tails_missing ? V::Load(counts + (r + 1) * kRollingLanes)
                                                 : V::Set(static_cast<double>(na));
          j = RollingJoint<V>::Of(before, nb);
        } else {
          j = RollingJoint<V>::Known(p, na);
        }
        const T step = RollingPivotStep<V>(j, pivot, side.pivot);
        const T e = V::Add(V::Sub(V::Mul(j.nb, sa), V::Mul(j.na, sb)), V::Mul(j.product, step));
        const T m2 = V::Add(V::Add(ma, mb), V::Mul(V::Mul(e, e), j.joint));
        T result;
        if constexpr (kMissing) {
          const T var = V::Mul(m2, RollingDivisor<V>(j.n, p.correction));
          result = RollingResult<V>(p, 1, Finish(var, j.inverse), j.n);
        } else {
          const T value = Finish(V::Mul(m2, whole), j.inverse);
          result = V::Where(V::IsNaN(value), V::Set(kRollingNaN), value);
        }
        V::Store(result, y + (r - first) * y_stride + lane);
      }
    }
    V::Store(side.n, head + lane);
    V::Store(side.sum, head + kRollingLanes + lane);
    V::Store(side.squares, head + 2 * kRollingLanes + lane);
    V::Store(side.pivot, head + 3 * kRollingLanes + lane);
  }
  static void Heads(const RollingBlock& block, int64_t first, int64_t rows, bool missing, double* head, const double*,
                    double* y, int64_t y_stride) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes) {
      missing ? HeadsOf<true>(block, lane, first, rows, head, y, y_stride)
              : HeadsOf<false>(block, lane, first, rows, head, y, y_stride);
    }
  }
};
