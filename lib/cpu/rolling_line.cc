// Moving sums, means, extremes and variances of one line as it lies in memory, backend "cpu": the tails and heads of
// ops/rolling_*-inl.h, eight slots of the line in a register. The same bits as from there, without bringing eight parts
// of the line side by side.
#include <cstring>

#include "cpu/rolling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/rolling_line.cc"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#include "cpu/rolling_octet-inl.h"

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2

// For eight bits: how many of bits 0 … i, or i … 7, are set.
struct BitCounts {
  uint8_t heads[256][8], tails[256][8];
  constexpr BitCounts() : heads(), tails() {
    for (int bits = 0; bits < 256; bits++) {
      for (int i = 0, up = 0, down = 0; i < 8; i++) {
        up += bits >> i & 1, down += bits >> (7 - i) & 1;
        heads[bits][i] = static_cast<uint8_t>(up);
        tails[bits][7 - i] = static_cast<uint8_t>(down);
      }
    }
  }
};
constexpr BitCounts kBitCounts;

using One = Octet::One;

// More than a page, so that the translation of its address is there in time too. A hint: it may lie outside of memory.
HWY_INLINE const void* Ahead(const double* p) {
  return reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(p) + 5120);
}

// What stands between the border and a tile. `doubtful`: there was a number that the short way cannot take.
template <bool kMissing>
struct SumCarry {
  One high, low, both;

  static HWY_INLINE SumCarry Start() { return {Octet::Same(0), Octet::Same(0), Octet::Same(0)}; }

  HWY_INLINE void Add(One tile, const Octet&) {
    const One sum = OctetSum::Of(high, tile), part = OctetSum::Less(sum, high);
    low = OctetSum::Of(low, OctetSum::Of(OctetSum::Less(high, OctetSum::Less(sum, part)), OctetSum::Less(tile, part)));
    high = sum;
    both = OctetSum::Of(high, low);
    // Infinity, or an overflow, makes `low` NaN; without missing values that is for the end of the block.
    if constexpr (kMissing) both = Octet::IfNaN(both, high);
  }
  HWY_INLINE bool doubtful() const { return Octet::IsNaN(low); }
};

template <bool kMean>
struct LineSum {
  using Op = OctetSum;
  template <bool kMissing>
  using Carry = SumCarry<kMissing>;
  static constexpr bool kTwoSums = HWY_TARGET == HWY_AVX3;
  static constexpr int64_t kLeast = kMean ? 1 : 0;
  static constexpr double kIdentity = 0;
  static HWY_INLINE Octet Finish(Octet y, One n, One inverse) {
    if constexpr (kMean) return Octet::Quotient(y, n, inverse);
    return y.OneNaN();  // an overflow on each side of the border
  }
  static HWY_INLINE Octet Finish(Octet y, Octet::Whole n, int64_t first, const double* inverses) {
    if constexpr (kMean) return Octet::Quotient(y, n, first, inverses);
    return y.OneNaN();
  }
};

template <class Extreme, bool kMax>
struct LineExtreme {
  using Op = Extreme;
  static constexpr bool kTwoSums = false;
  static constexpr double kIdentity = kMax ? -kRollingInfinity : kRollingInfinity;
  static constexpr int64_t kLeast = 1;
  template <bool kMissing>
  struct Carry {
    One both;
    Octet seen;

    static HWY_INLINE Carry Start() { return {Octet::Same(kIdentity), Octet::Of(Octet::Same(0))}; }

    HWY_INLINE void Add(One tile, const Octet& x) {
      both = Op::Of(tile, both);
      if constexpr (!kMissing) seen = Octet::Join<OctetSum>(seen, x);  // NaN stays
    }
    HWY_INLINE bool doubtful() const { return seen.Numbers() != 0xFF; }
  };
  static HWY_INLINE Octet Finish(Octet y, One, One) { return y; }
  static HWY_INLINE Octet Finish(Octet y, Octet::Whole, int64_t, const double*) { return y; }
};

// What the results of sums and extremes of a line have in common.
struct LineResults {
  One n, inverse;          // of whole windows
  const double* inverses;  // of each number of values, or nullptr
  int64_t least;           // values below which a result is NaN
};

template <class Stat>
struct LineTrees {
  using Op = typename Stat::Op;
  using Results = LineResults;
  static constexpr double kIdentity = Stat::kIdentity;
  static constexpr bool kBoth = Stat::kTwoSums;

  static HWY_INLINE Results ResultsOf(const RollingLine& line) {
    const RollingParameters& p = *line.p;
    const double n = static_cast<double>(p.window);
    return {Octet::Same(n), Octet::Same(1 / n), line.has_inverses ? line.inverses : nullptr,
            p.min_periods > Stat::kLeast ? p.min_periods : Stat::kLeast};
  }
  static HWY_INLINE void Begin(RollingLine*) {}
  // Many windows with missing values are coming: a table of inverses is worth it.
  static HWY_INLINE void Expect(RollingLine* line, Results* results) {
    double k = 0;
    for (int64_t i = 0; i <= line->p->window && !line->has_inverses; i++, k++) line->inverses[i] = 1 / k;
    line->has_inverses = true;
    results->inverses = line->inverses;
  }

  // values[j] for j < window, from slots j … window - 1; with kMissing counts[j] too. False: the other way is needed
  // (without kMissing), or nothing was missing (with it).
  template <bool kMissing>
  static HWY_INLINE bool Tails(const RollingLine& line, const double* x, RollingLine::Tails* here) {
    const int64_t window = line.p->window;
    double* tails = here->values;
    int64_t* counts = here->counts;
    auto after = Stat::template Carry<kMissing>::Start();
    int64_t total = 0;
    bool missing = false;
    int64_t first = window - 8;
    for (; first >= 0; first -= 8) {
      __builtin_prefetch(Ahead(x + window - 8 - first));
      TailTile<kMissing, true>(x + first, 0xFF, &after, tails + first, counts + first, &total, &missing);
    }
    if (first > -8) {
      const unsigned lanes = 0xFFu << -first & 0xFF;
      TailTile<kMissing, false>(x + first, lanes, &after, tails + first, counts + first, &total, &missing);
    }
    return kMissing ? missing : !after.doubtful();
  }
  template <bool kMissing, bool kWhole, class Carry>
  static HWY_INLINE void TailTile(const double* x, unsigned lanes, Carry* after, double* tails, int64_t* counts,
                                  int64_t* total, bool* missing) {
    const One identity = Octet::Same(Stat::kIdentity);
    Octet v = kWhole ? Octet::Load(x) : Octet::Load(x, lanes, identity);
    if constexpr (kMissing) {
      const unsigned numbers = v.Numbers() & lanes;
      v = v.Only(numbers, identity);
      Octet::Store(Octet::Counts(kBitCounts.tails[numbers], *total), counts, lanes);
      *total += kBitCounts.tails[numbers][0];
      *missing |= numbers != lanes;
    }
    const Octet s = v.template Tails<Op>(), tail = s.template With<Op>(after->both);
    kWhole ? tail.Store(tails) : tail.Store(tails, lanes);
    after->Add(s.First(), v);
  }

  // Results of windows whose last slots are slots 0 … rows - 1 of the block that follows the tails' one.
  template <bool kMissing>
  static HWY_INLINE bool Heads(const RollingLine&, const Results& results, const double* x, int64_t rows,
                               const RollingLine::Tails& others, double* y) {
    const double* tails = others.values;
    const int64_t* counts = others.counts;
    auto before = Stat::template Carry<kMissing>::Start();
    int64_t total = 0;
    int64_t r = 0;
    for (; r + 8 <= rows; r += 8) {
      __builtin_prefetch(Ahead(y + r), 1);
      HeadTile<kMissing, true>(results, x + r, 0xFF, &before, tails + r + 1, counts + r + 1, &total, y + r);
    }
    if (r < rows) {
      const unsigned lanes = (1u << (rows - r)) - 1;
      HeadTile<kMissing, false>(results, x + r, lanes, &before, tails + r + 1, counts + r + 1, &total, y + r);
    }
    return kMissing || !before.doubtful();
  }
  template <bool kMissing, bool kWhole, class Carry>
  static HWY_INLINE void HeadTile(const LineResults& results, const double* x, unsigned lanes, Carry* before,
                                  const double* tails, const int64_t* counts, int64_t* total, double* y) {
    const One identity = Octet::Same(Stat::kIdentity);
    Octet v = kWhole ? Octet::Load(x) : Octet::Load(x, lanes, identity);
    const Octet tail = kWhole ? Octet::Load(tails) : Octet::Load(tails, lanes, identity);
    unsigned numbers = lanes;
    if constexpr (kMissing) {
      numbers = v.Numbers() & lanes;
      v = v.Only(numbers, identity);
    }
    const Octet s = v.template Heads<Op>();
    Octet result = Octet::Join<Op>(tail, s.template With<Op>(before->both));
    if constexpr (kMissing)
      result = Counted(results, result, numbers, lanes, counts, total);
    else
      result = Stat::Finish(result, results.n, results.inverse);
    kWhole ? result.Store(y) : result.Store(y, lanes);
    before->Add(s.Last(), v);
  }

  // The results of windows with missing values. numbers: those among the slots of this tile; total: of the tiles
  // before.
  static HWY_INLINE Octet Counted(const LineResults& results, Octet sum, unsigned numbers, unsigned lanes,
                                  const int64_t* tail_counts, int64_t* total) {
    const auto n = Octet::Sum(Octet::Counts(kBitCounts.heads[numbers], *total), tail_counts, lanes);
    const int64_t first = *total + (numbers & 1) + tail_counts[0];
    *total += kBitCounts.heads[numbers][7];
    return Stat::Finish(sum, n, first, results.inverses).NaNWhereFewer(n, results.least);
  }

#if HWY_TARGET == HWY_AVX3
  // Heads and tails of one block of sums at once. False: this way cannot, as there are infinities, overflows or,
  // without kMissing, missing values.
  template <bool kMissing>
  static HWY_INLINE bool Both(const RollingLine& line, const Results& results, const double* x,
                              const RollingLine::Tails& before, RollingLine::Tails* here, double* y) {
    const int64_t window = line.p->window;
    auto sums = TwoSums::Start();
    int64_t counts[2] = {0, 0};
    bool missing = false;
    int64_t r = 0;
    for (; r + 8 <= window; r += 8) {
      __builtin_prefetch(Ahead(x + r));
      __builtin_prefetch(Ahead(y + r), 1);
      TwoTiles<kMissing, true>(results, x, window, r, 0xFF, 0xFF, before, here, y, &sums, counts, &missing);
    }
    if (r < window) {
      const int64_t left = window - r;
      const unsigned low = (1u << left) - 1, high = 0xFFu << (8 - left) & 0xFF;
      TwoTiles<kMissing, false>(results, x, window, r, low, high, before, here, y, &sums, counts, &missing);
    }
    here->missing = missing;
    here->counted = kMissing;
    return !sums.doubtful();
  }
  template <bool kMissing, bool kWhole>
  static HWY_INLINE void TwoTiles(const LineResults& results, const double* x, int64_t window, int64_t r, unsigned low,
                                  unsigned high, const RollingLine::Tails& before, RollingLine::Tails* here, double* y,
                                  TwoSums* sums, int64_t* counts, bool* missing) {
    const One zero = Octet::Same(0);
    const int64_t end = window - 8 - r;
    Octet up = kWhole ? Octet::Load(x + r) : Octet::Load(x + r, low, zero);
    Octet down = kWhole ? Octet::Load(x + end) : Octet::Load(x + end, high, zero);
    unsigned numbers = low;
    if constexpr (kMissing) {
      numbers = up.Numbers() & low;
      const unsigned others = down.Numbers() & high;
      up = up.Only(numbers, zero);
      down = down.Only(others, zero);
      Octet::Store(Octet::Counts(kBitCounts.tails[others], counts[1]), here->counts + end, high);
      counts[1] += kBitCounts.tails[others][0];
      *missing |= numbers != low;
    }
    const Octet head = up.template Heads<Op>(), tail = down.template Tails<Op>();
    const Octet others = kWhole ? Octet::Load(before.values + r + 1) : Octet::Load(before.values + r + 1, low, zero);
    const Octet sum = Octet::Join<Op>(others, head.template With<Op>(sums->Heads()));
    Octet result;
    if constexpr (kMissing)
      result = Counted(results, sum, numbers, low, before.counts + r + 1, counts);
    else
      result = Stat::Finish(sum, results.n, results.inverse);
    kWhole ? result.Store(y + r) : result.Store(y + r, low);
    const Octet stored = tail.template With<Op>(sums->Tails());
    kWhole ? stored.Store(here->values + end) : stored.Store(here->values + end, high);
    sums->Add(head, tail);
  }
#endif
};

#include "cpu/rolling_line_spread-inl.h"

// The blocks of a line, one after the other; Stat has the loops of one block.
template <class Stat>
struct LineBlocks {
  using Tails = RollingLine::Tails;

  static void Run(RollingLine* line) {
    const int64_t w = line->p->window;
    if (line->starts) Empty(&line->tails[line->now], w);
    Stat::Begin(line);
    line->starts = false;
    auto results = Stat::ResultsOf(*line);
    for (int64_t at = 0; at < line->slots; at += w) {
      const double* x = line->x + at;
      double* y = line->y ? line->y + at : nullptr;
      const int64_t rows = line->slots - at < w ? line->slots - at : w;
      Tails &before = line->tails[line->now], &here = line->tails[line->now ^ 1];
      bool missing = w < results.least || before.missing || line->expect_missing > 0;
      if (line->expect_missing) line->expect_missing--;
      if (rows == w) {
        line->now ^= 1;
        here.values[w] = Stat::kIdentity;
        here.counts[w] = 0;
        const bool both = Stat::kBoth && y && BothWays(*line, results, x, missing, &before, &here, y);
        if (!both) {
          // First the tails: what has just been stored is not loaded at once.
          here.counted = missing || !Stat::template Tails<false>(*line, x, &here);
          here.missing = here.counted && Stat::template Tails<true>(*line, x, &here);
          missing |= here.missing;
        }
        if (here.missing) {  // then there are more soon
          line->expect_missing = 8;
          Stat::Expect(line, &results);
        }
        if (both) continue;
      }
      if (!y) continue;
      if (missing || !Stat::template Heads<false>(*line, results, x, rows, before, y)) {
        Count(&before, w);
        Stat::template Heads<true>(*line, results, x, rows, before, y);
      }
    }
  }

 private:
  template <class Results>
  static HWY_INLINE bool BothWays(const RollingLine& line, const Results& results, const double* x, bool missing,
                                  Tails* before, Tails* here, double* y) {
    if constexpr (Stat::kBoth) {
      if (!missing && Stat::template Both<false>(line, results, x, *before, here, y)) return true;
      Count(before, line.p->window);
      return Stat::template Both<true>(line, results, x, *before, here, y);
    }
    return false;
  }
  static void Empty(Tails* tails, int64_t window) {
    for (int64_t j = 0; j <= window; j++) tails->values[j] = Stat::kIdentity, tails->counts[j] = 0;
    tails->missing = tails->counted = true;
  }
  static HWY_INLINE void Count(Tails* tails, int64_t window) {
    for (int64_t j = 0; j <= window && !tails->counted; j++) tails->counts[j] = window - j;
    tails->counted = true;
  }
};

#endif

}  // namespace

void FillRollingLine(RollingTable* t) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  t->line[kRolling_sum] = LineBlocks<LineTrees<LineSum<false>>>::Run;
  t->line[kRolling_mean] = LineBlocks<LineTrees<LineSum<true>>>::Run;
  t->line[kRolling_min] = LineBlocks<LineTrees<LineExtreme<OctetMin, false>>>::Run;
  t->line[kRolling_max] = LineBlocks<LineTrees<LineExtreme<OctetMax, true>>>::Run;
  t->line[kRolling_var] = LineBlocks<LineSpread<kRolling_var>>::Run;
  t->line[kRolling_std] = LineBlocks<LineSpread<kRolling_std>>::Run;
  t->line[kRolling_sem] = LineBlocks<LineSpread<kRolling_sem>>::Run;
#else
  (void)t;
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {

NUMRS_EXPORT_PART(RollingTable, FillRollingLine)

}  // namespace cpu
}  // namespace numrs
#endif
