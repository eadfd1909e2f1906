// Variances along a line: the sums of ops/rolling_spread-inl.h, eight slots of the line in a register. Included by
// rolling_line.cc, once per instruction set.

// One side of the border: what has been summed up, and of how many values.
template <bool kTails, bool kMissing>
struct SpreadSide {
  One sum, squares, pivot;
  Octet n;        // without kMissing: of the next tile's lanes
  int64_t count;  // with kMissing
  double first;   // the pivot

  // x: the slot next to the border.
  static HWY_INLINE SpreadSide Start(const double* x) {
    const One zero = Octet::Same(0);
    if constexpr (kMissing) return {zero, zero, zero, Octet::Of(zero), 0, 0};
    return {zero, zero, Octet::Same(*x), kTails ? Octet::Down() : Octet::Up(), 0, *x};
  }
  // An infinity or a missing value stays in there.
  HWY_INLINE bool doubtful() const { return Octet::IsNaN(squares); }
};

// Eight slots of a side.
struct SpreadTile {
  Octet sum, squares, n;
  Octet::Whole count;  // n, with kMissing
  int64_t first;       // its lane 0
};

// Takes eight slots, of which those in `lanes` exist. pairs: of the tile's first count, without kMissing.
template <bool kTails, bool kMissing, bool kWhole>
HWY_INLINE SpreadTile TakeSpread(const double* pairs, const double* x, unsigned lanes,
                                 SpreadSide<kTails, kMissing>* side) {
  const One zero = Octet::Same(0);
  const Octet v = kWhole ? Octet::Load(x) : Octet::Load(x, lanes, zero);
  SpreadTile tile;
  unsigned numbers = lanes;
  Octet pair;
  if constexpr (kMissing) {
    numbers = v.Numbers() & lanes;
    if (HWY_UNLIKELY(side->count == 0) && numbers) {
      side->first = x[kTails ? 31 - __builtin_clz(numbers) : __builtin_ctz(numbers)];
      side->pivot = Octet::Same(side->first);
    }
    tile.count = Octet::Counts(kTails ? kBitCounts.tails[numbers] : kBitCounts.heads[numbers], side->count);
    const int64_t all = kBitCounts.heads[numbers][7];
    tile.n = Octet::Number(tile.count);
    tile.first = side->count + (kTails ? all : numbers & 1);
    pair = Octet::LookUp(pairs, tile.count, tile.first);
    side->count += all;
  } else {
    tile.n = side->n;
    side->n = side->n + Octet::Of(Octet::Same(8));
    pair = kTails ? Octet::LoadReversed(pairs) : Octet::Load(pairs);
  }
  Octet d = v - Octet::Of(side->pivot);
  if (kMissing || !kWhole) d = d.Only(numbers, zero);
  const Octet s = kTails ? d.template Tails<OctetSum>() : d.template Heads<OctetSum>();
  tile.sum = s.template With<OctetSum>(side->sum);
  const Octet away = tile.n * d - tile.sum;
  Octet e = away * away * pair;
  if (kMissing || !kWhole) e = e.Only(numbers, zero);
  const Octet m = kTails ? e.template Tails<OctetSum>() : e.template Heads<OctetSum>();
  tile.squares = m.template With<OctetSum>(side->squares);
  side->sum = kTails ? tile.sum.First() : tile.sum.Last();
  side->squares = kTails ? tile.squares.First() : tile.squares.Last();
  return tile;
}

template <RollingOp kOp>
struct LineSpread {
  static constexpr int64_t kLeast = 1;
  static constexpr double kIdentity = 0;

  struct Results {
    One divisor, inverse;  // of whole windows
    int64_t least;
  };
  static HWY_INLINE Results ResultsOf(const RollingLine& line) {
    const RollingParameters& p = *line.p;
    const double n = static_cast<double>(p.window), left = n - p.correction;
    return {Octet::Same(left > 0 ? 1 / left : kRollingNaN), Octet::Same(1 / n),
            p.min_periods > kLeast ? p.min_periods : kLeast};
  }

  static HWY_INLINE void Begin(RollingLine* line) {
    if (line->starts) {
      RollingLine::Tails& before = line->tails[line->now];
      std::memset(before.squares, 0, static_cast<size_t>(line->p->window + 1) * sizeof(double));
      before.pivot = 0;
    }
    if (line->has_products) return;
    line->has_products = true;
    const RollingParameters& p = *line->p;
    const double w = static_cast<double>(p.window);
    double k = 0;
    for (int64_t i = 0; i <= p.window; i++, k++) {
      const double product = k * (w - k), left = k - p.correction;
      line->pairs[i] = i < 2 ? 0 : 1 / (k * (k - 1));
      line->products[i] = product;
      line->joints[i] = product == 0 ? 0 : 1 / (product * w);
      line->divisors[i] = left > 0 ? 1 / left : kRollingNaN;
      if (kOp == kRolling_sem) line->inverses[i] = 1 / k;
    }
    line->has_inverses = kOp == kRolling_sem;
  }

  template <bool kMissing>
  static HWY_INLINE bool Tails(const RollingLine& line, const double* x, RollingLine::Tails* here) {
    const int64_t w = line.p->window;
    const double* pairs = line.pairs + (kMissing ? 0 : 1);
    double *sums = here->values, *squares = here->squares;
    int64_t* counts = here->counts;
    auto side = SpreadSide<true, kMissing>::Start(x + w - 1);
    int64_t first = w - 8;
    for (; first >= 0; first -= 8) {
      __builtin_prefetch(Ahead(x + w - 8 - first));
      const SpreadTile t = TakeSpread<true, kMissing, true>(pairs, x + first, 0xFF, &side);
      t.sum.Store(sums + first);
      t.squares.Store(squares + first);
      if constexpr (kMissing) Octet::Store(t.count, counts + first, 0xFF);
      pairs += kMissing ? 0 : 8;
    }
    if (first > -8) {
      const unsigned lanes = 0xFFu << -first & 0xFF;
      const SpreadTile t = TakeSpread<true, kMissing, false>(pairs, x + first, lanes, &side);
      t.sum.Store(sums + first, lanes);
      t.squares.Store(squares + first, lanes);
      if constexpr (kMissing) Octet::Store(t.count, counts + first, lanes);
    }
    here->pivot = side.first;
    squares[w] = 0;
    return kMissing ? side.count < w : !side.doubtful();
  }

  // What does not change along the heads of a block.
  struct Fixed {
    const double *pairs, *products, *joints, *divisors, *inverses, *sums, *squares;
    const int64_t* counts;
    One window, divisor, inverse;
    int64_t least;
    double pivot;
  };
  template <bool kMissing>
  static HWY_INLINE bool Heads(const RollingLine& line, const Results& results, const double* x, int64_t rows,
                               const RollingLine::Tails& before, double* y) {
    const int64_t w = line.p->window;
    const Fixed fixed{line.pairs + (kMissing ? 0 : 1),
                      line.products + 1,
                      line.joints + 1,
                      line.divisors,
                      line.inverses,
                      before.values + 1,
                      before.squares + 1,
                      before.counts + 1,
                      Octet::Same(static_cast<double>(w)),
                      results.divisor,
                      results.inverse,
                      results.least,
                      before.pivot};
    auto side = SpreadSide<false, kMissing>::Start(x);
    One step = Octet::Same(fixed.pivot - side.first);
    int64_t r = 0;
    for (; r + 8 <= rows && r + 8 < w; r += 8) {
      __builtin_prefetch(Ahead(y + r), 1);
      HeadTile<kMissing, true>(fixed, x + r, r, 0xFF, &side, &step, y + r);
    }
    // The last one: a window without a tail may be among them.
    if (r < rows) HeadTile<kMissing, false>(fixed, x + r, r, (1u << (rows - r)) - 1, &side, &step, y + r);
    return kMissing || !side.doubtful();
  }
  template <bool kMissing, bool kWhole>
  static HWY_INLINE void HeadTile(const Fixed& fixed, const double* x, int64_t r, unsigned lanes,
                                  SpreadSide<false, kMissing>* side, One* pivots, double* y) {
    const One zero = Octet::Same(0);
    const SpreadTile b = TakeSpread<false, kMissing, kWhole>(fixed.pairs + (kMissing ? 0 : r), x, lanes, side);
    const Octet sa = kWhole ? Octet::Load(fixed.sums + r) : Octet::Load(fixed.sums + r, lanes, zero);
    const Octet ma = kWhole ? Octet::Load(fixed.squares + r) : Octet::Load(fixed.squares + r, lanes, zero);
    Octet na, product, joint, divisor, inverse;
    Octet::Whole n{};
    if constexpr (kMissing) *pivots = Octet::Same(fixed.pivot - side->first);
    Octet step = Octet::Of(*pivots);
    if constexpr (kMissing) {
      const int64_t* counts = fixed.counts + r;
      n = Octet::Sum(b.count, counts, lanes);
      na = Octet::Number(Octet::Sum(Octet::Whole{}, counts, lanes));
      const Octet all = Octet::Number(n);
      product = na * b.n;
      const unsigned both = product.NonZero();
      joint = (Octet::Of(Octet::Same(1)) / (product * all)).Only(both, zero);
      step = step.Only(both, zero);
      const int64_t first = b.first + counts[0];
      divisor = Octet::LookUp(fixed.divisors, n, first);
      if constexpr (kOp == kRolling_sem) inverse = Octet::LookUp(fixed.inverses, n, first);
    } else {
      na = Octet::Of(fixed.window) - b.n;
      product = Octet::Load(fixed.products + r);
      joint = Octet::Load(fixed.joints + r);
      if constexpr (!kWhole) step = step.Only(na.NonZero(), zero);
      divisor = Octet::Of(fixed.divisor);
      inverse = Octet::Of(fixed.inverse);
    }
    const Octet e = (b.n * sa - na * b.sum) + product * step;
    const Octet m2 = (ma + b.squares) + e * e * joint;
    Octet result = m2 * divisor;
    if constexpr (kOp == kRolling_sem) result = result * inverse;
    if constexpr (kOp != kRolling_var) result = result.Sqrt();
    result = result.OneNaN();
    if constexpr (kMissing) result = result.NaNWhereFewer(n, fixed.least);
    kWhole ? result.Store(y) : result.Store(y, lanes);
  }

  static constexpr bool kBoth = false;
  static HWY_INLINE void Expect(RollingLine*, Results*) {}
};
