// Sums and means of windows, included as rolling_blocks-inl.h is. Tiles of 8 slots are added by a tree of depth 3; from
// tile to tile the rounding errors are kept (Knuth's TwoSum). So |error| <= 6 u sum|x| for the sum and 7 u for the
// mean, of the window's own elements (docs/rolling.md has the proof).

// Sum of the whole tiles next to the border: `high` and what its additions have lost. Infinities and NaN make the loss
// NaN, then `high` alone says what the sum is.
template <class V>
struct RollingRunning {
  using T = typename V::T;
  T high, low, both;

  static V_INLINE RollingRunning Nothing() { return {V::Set(0), V::Set(0), V::Set(0)}; }
  static V_INLINE RollingRunning Of(T high, T low) {
    const T sum = V::Add(high, low);
    return {high, low, V::Where(V::IsNaN(sum), high, sum)};
  }
  V_INLINE void Add(T tile) {
    const T sum = V::Add(high, tile), part = V::Sub(sum, high);
    const T lost = V::Add(V::Sub(high, V::Sub(sum, part)), V::Sub(tile, part));
    *this = Of(sum, V::Add(low, lost));
  }
};

template <class V, bool kMean>
struct RollingSumLoops {
  using T = typename V::T;
  static constexpr int64_t kTile = kRollingTile;
  static V_INLINE double* Counts(const RollingBlock& b) { return b.tails + (b.p->window + 1) * kRollingLanes; }

  // Rows first … first + 7 of which those in [low, high) exist; missing ones are 0. kCount: n[r] is 1 or 0.
  template <bool kWhole, bool kMissing>
  static V_INLINE void Load(const double* x, int64_t stride, int64_t first, int64_t low, int64_t high, T* v, T* n) {
    for (int64_t r = 0; r < kTile; r++) {
      const int64_t at = first + r;
      const bool there = kWhole || (at >= low && at < high);
      v[r] = there ? V::Load(x + at * stride) : V::Set(0);
      if constexpr (kMissing) {
        const auto missing = V::IsNaN(v[r]);
        n[r] = V::Where(missing, V::Set(0), V::Set(there ? 1 : 0));
        v[r] = V::Where(missing, V::Set(0), v[r]);
      }
    }
  }

  template <bool kMissing>
  static V_INLINE void TailsOf(const RollingBlock& block, int64_t lane) {
    const int64_t w = block.p->window;
    const double* x = block.x + lane;
    double *rows = block.tails + lane, *counts = Counts(block) + lane;
    V::Store(V::Set(0), rows + w * kRollingLanes);
    if constexpr (kMissing) V::Store(V::Set(0), counts + w * kRollingLanes);
    auto after = RollingRunning<V>::Nothing();
    T total = V::Set(0);
    for (int64_t first = w - kTile; first + kTile > 1; first -= kTile) {
      T v[kTile], n[kTile], s[kTile];
      if (first >= 0)
        Load<true, kMissing>(x, block.stride, first, 0, w, v, n);
      else
        Load<false, kMissing>(x, block.stride, first, 0, w, v, n);
      RollingTailTree<V>(v, s);
      for (int64_t r = kTile - 1; r >= 0; r--) {
        if constexpr (kMissing) total = V::Add(total, n[r]);
        if (first + r < 1) break;
        V::Store(V::Add(s[r], after.both), rows + (first + r) * kRollingLanes);
        if constexpr (kMissing) V::Store(total, counts + (first + r) * kRollingLanes);
      }
      after.Add(s[0]);
    }
  }
  static void Tails(const RollingBlock& block, bool missing) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes)
      missing ? TailsOf<true>(block, lane) : TailsOf<false>(block, lane);
  }

  static V_INLINE T Finish(T sum, T n, T inverse) {
    if constexpr (kMean) return V::Quotient(sum, n, inverse);
    return sum;
  }

  // One tile: its results, and whether it goes into `before` is the caller's. Rows from `first` on, those below `end`.
  template <bool kWhole, bool kMissing>
  static V_INLINE void HeadTile(const RollingBlock& block, const double* x, const double* tails, const double* counts,
                                int64_t first, int64_t end, T inverse, RollingRunning<V>* before, T* total, double* y,
                                int64_t y_stride) {
    T v[kTile], n[kTile], s[kTile];
    Load<kWhole, kMissing>(x, block.stride, 0, 0, end - first, v, n);
    RollingHeadTree<V>(v, s);
    const int64_t w = block.p->window;
    for (int64_t r = 0; r < kTile && (kWhole || first + r < end); r++) {
      const T tail = kMissing && !block.has_tails ? V::Set(0) : V::Load(tails + (first + r + 1) * kRollingLanes);
      const T sum = V::Add(tail, V::Add(s[r], before->both));
      T result;
      if constexpr (kMissing) {
        *total = V::Add(*total, n[r]);
        const T known = !block.has_tails      ? V::Set(0)
                        : block.tails_missing ? V::Load(counts + (first + r + 1) * kRollingLanes)
                                              : V::Set(static_cast<double>(w - 1 - first - r));
        const T all = V::Add(*total, known);
        result = RollingResult<V>(*block.p, kMean ? 1 : 0, Finish(sum, all, V::Div(V::Set(1), all)), all);
      } else {
        const T value = Finish(sum, V::Set(static_cast<double>(w)), inverse);
        result = V::Where(V::IsNaN(value), V::Set(kRollingNaN), value);
      }
      V::Store(result, y + r * y_stride);
    }
    before->Add(s[7]);
  }

  template <bool kMissing>
  static V_INLINE void HeadsOf(const RollingBlock& block, int64_t lane, int64_t first, int64_t rows, double* head,
                               double* y, int64_t y_stride) {
    const double *x = block.x + lane, *tails = block.tails + lane, *counts = Counts(block) + lane;
    auto before = RollingRunning<V>::Nothing();
    T total = V::Set(static_cast<double>(first));
    if (first > 0) {
      before = RollingRunning<V>::Of(V::Load(head + lane), V::Load(head + kRollingLanes + lane));
      if constexpr (kMissing) total = V::Load(head + 2 * kRollingLanes + lane);
    }
    const T inverse = V::Set(block.p->inverses[block.p->window]);
    int64_t r = first;
    for (; r + kTile <= first + rows; r += kTile)
      HeadTile<true, kMissing>(block, x + (r - first) * block.stride, tails, counts, r, first + rows, inverse, &before,
                               &total, y + (r - first) * y_stride + lane, y_stride);
    if constexpr (!kMissing) total = V::Set(static_cast<double>(r));
    V::Store(before.high, head + lane);
    V::Store(before.low, head + kRollingLanes + lane);
    V::Store(total, head + 2 * kRollingLanes + lane);
    if (r < first + rows)  // the last of the block: nothing follows
      HeadTile<false, kMissing>(block, x + (r - first) * block.stride, tails, counts, r, first + rows, inverse, &before,
                                &total, y + (r - first) * y_stride + lane, y_stride);
  }
  static void Heads(const RollingBlock& block, int64_t first, int64_t rows, bool missing, double* head, const double*,
                    double* y, int64_t y_stride) {
    for (int64_t lane = 0; lane < kRollingLanes; lane += V::kLanes) {
      missing ? HeadsOf<true>(block, lane, first, rows, head, y, y_stride)
              : HeadsOf<false>(block, lane, first, rows, head, y, y_stride);
    }
  }
};

// Slots of both rows: a table of the kernels of one instruction set.
template <class V>
void RollingFillBlocks(RollingTable* t) {
#define NUMRS_ROLLING_LOOPS(name, inputs, least, ...)                             \
  t->tails[kRolling_##name] = RollingLoops<V, __VA_ARGS__, inputs, least>::Tails; \
  t->heads[kRolling_##name] = RollingLoops<V, __VA_ARGS__, inputs, least>::Heads
  t->tails[kRolling_sum] = RollingSumLoops<V, false>::Tails;
  t->heads[kRolling_sum] = RollingSumLoops<V, false>::Heads;
  t->tails[kRolling_mean] = RollingSumLoops<V, true>::Tails;
  t->heads[kRolling_mean] = RollingSumLoops<V, true>::Heads;
  NUMRS_ROLLING_LOOPS(count, 1, 0, RollingCounter);
  t->tails[kRolling_var] = RollingSpreadLoops<V, kRolling_var>::Tails;
  t->heads[kRolling_var] = RollingSpreadLoops<V, kRolling_var>::Heads;
  t->tails[kRolling_std] = RollingSpreadLoops<V, kRolling_std>::Tails;
  t->heads[kRolling_std] = RollingSpreadLoops<V, kRolling_std>::Heads;
  t->tails[kRolling_sem] = RollingSpreadLoops<V, kRolling_sem>::Tails;
  t->heads[kRolling_sem] = RollingSpreadLoops<V, kRolling_sem>::Heads;
  NUMRS_ROLLING_LOOPS(zscore, 1, 1, RollingVariance<kRolling_zscore>);
  NUMRS_ROLLING_LOOPS(skew, 1, 3, RollingShape<false>);
  NUMRS_ROLLING_LOOPS(kurt, 1, 4, RollingShape<true>);
  NUMRS_ROLLING_LOOPS(min, 1, 1, RollingExtreme<false>);
  NUMRS_ROLLING_LOOPS(max, 1, 1, RollingExtreme<true>);
  NUMRS_ROLLING_LOOPS(argmin, 1, 1, RollingArgExtreme<false>);
  NUMRS_ROLLING_LOOPS(argmax, 1, 1, RollingArgExtreme<true>);
  NUMRS_ROLLING_LOOPS(first, 1, 1, RollingPlace<true>);
  NUMRS_ROLLING_LOOPS(last, 1, 1, RollingPlace<false>);
  NUMRS_ROLLING_LOOPS(cov, 2, 1, RollingPair<false>);
  NUMRS_ROLLING_LOOPS(corr, 2, 2, RollingPair<true>);
#undef NUMRS_ROLLING_LOOPS
}
