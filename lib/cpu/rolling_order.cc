// Order statistics of moving windows, backend "cpu": ranks of a chunk, one bit per rank, pointers that move with the
// window.
#include "cpu/rolling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/rolling_order.cc"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

#include "ops/rolling_windows.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// ------------------------------------------------------------------------------------------------ ranks

// Stable sort of n pairs by the kDigit * kPasses lowest of their upper 32 bits; the result is in a or b.
template <int kDigit, int kPasses>
uint64_t* SortPairs(uint64_t* a, uint64_t* b, int64_t n) {
  constexpr uint32_t kMask = (1u << kDigit) - 1;
  uint32_t count[kPasses][kMask + 1] = {};
  for (int64_t i = 0; i < n; i++) {
    const uint32_t key = static_cast<uint32_t>(a[i] >> 32);
    for (int k = 0; k < kPasses; k++) count[k][(key >> (k * kDigit)) & kMask]++;
  }
  for (int k = 0; k < kPasses; k++) {
    const uint32_t first = (static_cast<uint32_t>(a[0] >> 32) >> (k * kDigit)) & kMask;
    if (count[k][first] == static_cast<uint32_t>(n)) continue;  // the same digit everywhere
    uint32_t sum = 0;
    for (uint32_t& c : count[k]) {
      const uint32_t here = c;
      c = sum;
      sum += here;
    }
    for (int64_t i = 0; i < n; i++) b[count[k][(a[i] >> (32 + k * kDigit)) & kMask]++] = a[i];
    std::swap(a, b);
  }
  return a;
}

uint64_t* Sort(uint64_t* a, uint64_t* b, int64_t n) {
  return n < 3000 ? SortPairs<8, 4>(a, b, n) : SortPairs<11, 3>(a, b, n);
}

// The values of a chunk in order, and the place of each slot in it. Equal values have ranks in the order of their
// slots.
struct Ranks {
  int64_t n = 0;  // slots that are not missing
  uint64_t *key, *pair, *other;
  double* value;        // by rank
  int32_t* rank;        // by slot; -1: missing
  int32_t *low, *high;  // by rank: ranks of its equals
  static constexpr uint64_t kTop = uint64_t{1} << 63;

  static uint64_t KeyOf(double x) {
    uint64_t bits;
    x += 0.0;  // -0 is 0
    std::memcpy(&bits, &x, 8);
    return bits ^ (bits & kTop ? ~uint64_t{0} : kTop);
  }
  static double ValueOf(uint64_t key) {
    const uint64_t bits = key ^ (key & kTop ? kTop : ~uint64_t{0});
    double x;
    std::memcpy(&x, &bits, 8);
    return x;
  }

  void Make(const double* x, int64_t slots, bool groups) {
    n = 0;
    if (!ByPlace(x, slots)) ByBits(x, slots);
    if (!groups) return;
    for (int64_t k = 0; k < n; k++) low[k] = k && value[k] == value[k - 1] ? low[k - 1] : static_cast<int32_t>(k);
    for (int64_t k = n - 1; k >= 0; k--)
      high[k] = k + 1 < n && value[k] == value[k + 1] ? high[k + 1] : static_cast<int32_t>(k + 1);
  }

  // By 22 bits of the place between the least and the greatest value, which leave little open unless some values stand
  // far from all others. False: too much was open.
  bool ByPlace(const double* x, int64_t slots) {
    const hn::ScalableTag<double> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    auto least = hn::Set(d, kRollingInfinity), most = hn::Set(d, -kRollingInfinity);
    bool missing = false;
    int64_t i = 0;
    for (; i + lanes <= slots; i += lanes) {
      const auto v = hn::LoadU(d, x + i);
      const auto there = hn::Eq(v, v);
      missing |= !hn::AllTrue(d, there);
      least = hn::Min(least, hn::IfThenElse(there, v, least));
      most = hn::Max(most, hn::IfThenElse(there, v, most));
    }
    double bottom = hn::GetLane(hn::MinOfLanes(d, least)), peak = hn::GetLane(hn::MaxOfLanes(d, most));
    for (; i < slots; i++) {
      missing |= x[i] != x[i];
      bottom = x[i] < bottom ? x[i] : bottom;
      peak = x[i] > peak ? x[i] : peak;
    }
    if (bottom > peak) {
      std::fill_n(rank, slots, -1);
      return true;
    }
    constexpr double kPlaces = (1 << 22) - 1;
    const double scale = peak > bottom ? kPlaces / (peak - bottom) : 0;
    if (!(peak - bottom < kRollingInfinity) || !(scale < kRollingInfinity)) return false;
    if (missing) {
      for (int64_t k = 0; k < slots; k++) {
        const bool there = x[k] == x[k];
        const double place = there ? (x[k] - bottom) * scale : 0;
        pair[n] = static_cast<uint64_t>(static_cast<int64_t>(place)) << 32 | static_cast<uint64_t>(k);
        rank[k] = -1;
        n += there;
      }
    } else {
      const hn::RebindToSigned<decltype(d)> di;
      const auto from = hn::Set(d, bottom), factor = hn::Set(d, scale);
      int64_t k = 0;
      for (; k + lanes <= slots; k += lanes) {
        const auto place = hn::ConvertTo(di, hn::Mul(hn::Sub(hn::LoadU(d, x + k), from), factor));
        const auto both = hn::Or(hn::ShiftLeft<32>(place), hn::Iota(di, k));
        hn::StoreU(both, di, reinterpret_cast<int64_t*>(pair + k));
      }
      for (; k < slots; k++) {
        const auto place = static_cast<uint64_t>(static_cast<int64_t>((x[k] - bottom) * scale));
        pair[k] = place << 32 | static_cast<uint64_t>(k);
      }
      n = slots;
    }
    uint64_t* sorted = bottom == peak ? pair : SortPairs<11, 2>(pair, other, n);
    int64_t open = 0;
    double before = bottom;
    for (int64_t k = 0; k < n; k++) {
      const double v = x[static_cast<uint32_t>(sorted[k])] + 0.0;  // -0 is 0
      value[k] = v;
      open += v < before;
      before = v;
    }
    if (open > n / 8 || (open && !Insert(sorted))) return false;
    for (int64_t k = 0; k < n; k++) rank[static_cast<uint32_t>(sorted[k])] = static_cast<int32_t>(k);
    return true;
  }
  // Insertion sort of the values and their pairs, which are almost in order.
  bool Insert(uint64_t* sorted) {
    int64_t moves = 0;
    for (int64_t k = 1; k < n && moves < 4 * n; k++) {
      const double v = value[k];
      const uint64_t taken = sorted[k];
      int64_t j = k;
      for (; j > 0 && v < value[j - 1]; j--) {
        value[j] = value[j - 1];
        sorted[j] = sorted[j - 1];
      }
      value[j] = v;
      sorted[j] = taken;
      moves += k - j;
    }
    return moves < 4 * n;
  }

  // By the bits of the values, whatever they are.
  void ByBits(const double* x, int64_t slots) {
    uint64_t some = 0, all = ~uint64_t{0};
    n = 0;
    for (int64_t i = 0; i < slots; i++) {
      key[i] = KeyOf(x[i]);
      pair[n] = static_cast<uint64_t>(i);
      const bool there = x[i] == x[i];
      rank[i] = -1;
      n += there;
      some |= there ? key[i] : 0;
      all &= there ? key[i] : ~uint64_t{0};
    }
    if (n == 0) return;
    // 32 bits of the key below what all have in common.
    const uint64_t differ = some ^ all;
    const int top = differ ? 63 - __builtin_clzll(differ) : 0, shift = top > 31 ? top - 31 : 0;
    for (int64_t k = 0; k < n; k++) pair[k] |= (key[pair[k]] >> shift) << 32;
    uint64_t* sorted = Sort(pair, other, n);
    if (shift) sorted = Settle(x, slots, sorted);
    for (int64_t k = 0; k < n; k++) {
      const uint32_t slot = static_cast<uint32_t>(sorted[k]);
      rank[slot] = static_cast<int32_t>(k);
      value[k] = ValueOf(key[slot]);
    }
  }

  // Orders what the short keys have left open: equal ones by the full key. Where there is much, all again.
  uint64_t* Settle(const double* x, int64_t slots, uint64_t* sorted) {
    int64_t open = 0;
    for (int64_t k = 1; k < n; k++) {
      open += sorted[k] >> 32 == sorted[k - 1] >> 32 &&
              key[static_cast<uint32_t>(sorted[k])] < key[static_cast<uint32_t>(sorted[k - 1])];
    }
    if (open == 0) return sorted;
    if (open > n / 8) {
      int64_t m = 0;
      for (int64_t i = 0; i < slots; i++) {
        pair[m] = key[i] << 32 | static_cast<uint64_t>(i);
        m += x[i] == x[i];
      }
      uint64_t* half = Sort(pair, other, n);
      for (int64_t k = 0; k < n; k++) {
        const uint64_t slot = half[k] & 0xFFFFFFFFu;
        half[k] = key[slot] >> 32 << 32 | slot;
      }
      return Sort(half, half == pair ? other : pair, n);
    }
    for (int64_t k = 0; k < n;) {
      int64_t end = k + 1;
      while (end < n && sorted[end] >> 32 == sorted[k] >> 32) end++;
      if (end - k > 1) {
        const uint64_t* keys = key;
        std::sort(sorted + k, sorted + end, [keys](uint64_t a, uint64_t b) {
          const uint32_t i = static_cast<uint32_t>(a), j = static_cast<uint32_t>(b);
          return keys[i] != keys[j] ? keys[i] < keys[j] : i < j;
        });
      }
      k = end;
    }
    return sorted;
  }
};

// ------------------------------------------------------------------------------------------------ bits

// One bit per rank: in the window or not. Bits beyond both ends are set, so that a search ends there.
struct Bits {
  uint64_t* word;      // word[-1] and word[words] are guards
  uint32_t* in_block;  // bits in 8 words
  int64_t words;

  HWY_INLINE void Clear() {
    std::memset(word, 0, static_cast<size_t>(words) * 8);
    std::memset(in_block, 0, static_cast<size_t>(words / 8 + 1) * 4);
    word[-1] = word[words] = ~uint64_t{0};
  }
  // The next set bit after `at`, or a guard.
  HWY_INLINE int64_t Next(int64_t at) const {
    int64_t w = at >> 6;
    uint64_t bits = word[w] & (~uint64_t{0} << (at & 63) << 1);
    while (!bits) bits = word[++w];
    return w * 64 + __builtin_ctzll(bits);
  }
  HWY_INLINE int64_t Previous(int64_t at) const {
    int64_t w = at >> 6;
    uint64_t bits = word[w] & ~(~uint64_t{0} << (at & 63));
    while (!bits) bits = word[--w];
    return w * 64 + 63 - __builtin_clzll(bits);
  }
  // Set bits below `at`.
  int64_t Below(int64_t at) const {
    int64_t count = 0;
    const int64_t w = at >> 6, block = w >> 3;
    for (int64_t b = 0; b < block; b++) count += in_block[b];
    for (int64_t k = block * 8; k < w; k++) count += __builtin_popcountll(word[k]);
    return count + __builtin_popcountll(word[w] & ~(~uint64_t{0} << (at & 63)));
  }
  // The set bit with k set bits below it.
  int64_t Select(int64_t k) const {
    int64_t b = 0;
    while (k >= in_block[b]) k -= in_block[b++];
    int64_t w = b * 8;
    for (int64_t here; (here = __builtin_popcountll(word[w])) <= k; w++) k -= here;
    uint64_t bits = word[w];
    for (; k > 0; k--) bits &= bits - 1;
    return w * 64 + __builtin_ctzll(bits);
  }
};

// A set bit and the number of those below it.
struct Pointer {
  int64_t at = -1, below = 0;

  HWY_INLINE void Inserted(int64_t rank) {
    if (at < 0) {
      at = rank;
      below = 0;
    } else {
      below += rank < at;
    }
  }
  // n: bits that are left
  HWY_INLINE void Removed(const Bits& bits, int64_t rank, int64_t n) {
    if (rank != at) {
      below -= rank < at;
    } else if (n == 0) {
      at = -1;
    } else if (below < n) {
      at = bits.Next(at);
    } else {
      at = bits.Previous(at);
      below--;
    }
  }
  HWY_INLINE void Seek(const Bits& bits, int64_t target) {
    // Mostly one step or none in either direction, which nothing foretells: both are looked for, neither is branched
    // on.
    const int64_t far = target - below;
    if (HWY_LIKELY(static_cast<uint64_t>(far + 1) < 3)) {
      const int64_t next = bits.Next(at), previous = bits.Previous(at);
      at = far > 0 ? next : at;
      at = far < 0 ? previous : at;
      below = target;
      return;
    }
    for (; below < target; below++) at = bits.Next(at);
    for (; below > target; below--) at = bits.Previous(at);
  }
};

// ------------------------------------------------------------------------------------------------ windows

constexpr int kMostMoves = 24;

template <RollingOp kOp>
class Mover {
  static constexpr bool kMad = kOp == kRolling_mad || kOp == kRolling_robust_zscore;
  static constexpr bool kGroups = kOp == kRolling_rank || kOp == kRolling_nunique;
  static constexpr bool kBlocks = kMad || kOp == kRolling_rank;  // counts per block are kept
  static constexpr bool kPoints = !kGroups;

 public:
  static int64_t Bytes(int64_t slots) { return (slots + 8) * 56 + 512; }

  explicit Mover(const RollingWindows& w) : w_(w), p_(*w.p) {
    char* at = static_cast<char*>(w.scratch);
    const int64_t m = w.slots + 8;
    ranks_.key = reinterpret_cast<uint64_t*>(at);
    ranks_.pair = ranks_.key + m;
    ranks_.other = ranks_.pair + m;
    ranks_.value = reinterpret_cast<double*>(ranks_.other + m);
    ranks_.rank = reinterpret_cast<int32_t*>(ranks_.value + m);
    ranks_.low = ranks_.rank + m;
    ranks_.high = ranks_.low + m;
    members_ = reinterpret_cast<uint32_t*>(ranks_.high + m);
    bits_.word = reinterpret_cast<uint64_t*>(members_ + m) + 1;  // m words of 8 bytes are left: enough for both
  }

  HWY_INLINE void Run() {
    int64_t last = w_.slots;
    if (!w_.starts) last = w_.windows + p_.window - 1;
    if (last > w_.slots) last = w_.slots;
    Ranks made = ranks_;  // no pointer to the mover leaves this function: its members can live in registers
    made.Make(w_.x, last, kGroups);
    ranks_ = made;
    bits_.words = ranks_.n / 64 + 1;
    bits_.in_block = reinterpret_cast<uint32_t*>(bits_.word + bits_.words + 1);
    Clear();
    end_ = start_ = 0;
    for (int64_t i = 0; i < w_.windows; i++) {
      int64_t start = w_.starts ? w_.starts[i] : i, end = w_.starts ? w_.ends[i] : i + p_.window;
      if (end > last) end = last;
      if (start > end) start = end;
      if (start < start_ || end < end_ || start >= end_) {
        if (end_ > start_) Clear();
        start_ = end_ = start;
      }
      for (; end_ < end; end_++) Insert(ranks_.rank[end_]);
      for (; start_ < start; start_++) Remove(ranks_.rank[start_]);
      w_.y[i] = ops::OneNaN(n_ < p_.min_periods || n_ < 1 ? Few() : Value(i));
    }
  }

 private:
  HWY_INLINE void Clear() {
    bits_.Clear();
    if (kOp == kRolling_nunique) std::memset(members_, 0, static_cast<size_t>(ranks_.n) * 4);
    n_ = unique_ = 0;
    middle_ = left_ = right_ = Pointer();
  }
  HWY_INLINE void Insert(int64_t rank) {
    if (rank < 0) return;
    n_++;
    if constexpr (kOp == kRolling_nunique) {
      unique_ += members_[ranks_.low[rank]]++ == 0;
      return;
    }
    bits_.word[rank >> 6] |= uint64_t{1} << (rank & 63);
    if constexpr (kBlocks) bits_.in_block[rank >> 9]++;
    if constexpr (kPoints) middle_.Inserted(rank);
    if constexpr (kMad) {
      left_.Inserted(rank);
      right_.Inserted(rank);
    }
  }
  HWY_INLINE void Remove(int64_t rank) {
    if (rank < 0) return;
    n_--;
    if constexpr (kOp == kRolling_nunique) {
      unique_ -= --members_[ranks_.low[rank]] == 0;
      return;
    }
    bits_.word[rank >> 6] &= ~(uint64_t{1} << (rank & 63));
    if constexpr (kBlocks) bits_.in_block[rank >> 9]--;
    if constexpr (kPoints) middle_.Removed(bits_, rank, n_);
    if constexpr (kMad) {
      left_.Removed(bits_, rank, n_);
      right_.Removed(bits_, rank, n_);
    }
  }

  double Few() const { return kOp == kRolling_nunique && n_ == 0 && p_.min_periods == 0 ? 0 : kRollingNaN; }

  HWY_INLINE double Median() {
    middle_.Seek(bits_, (n_ - 1) / 2);
    const double low = ranks_.value[middle_.at];
    return n_ % 2 ? low : ops::Middle(low, ranks_.value[bits_.Next(middle_.at)]);
  }

  HWY_INLINE double Value(int64_t i) {
    if constexpr (kOp == kRolling_median) {
      return Median();
    } else if constexpr (kOp == kRolling_quantile) {
      if (n_ != placed_n_) {
        place_ = ops::PlaceOfQuantile(p_.q, n_, p_.method);
        placed_n_ = n_;
      }
      middle_.Seek(bits_, place_.low);
      const double low = ranks_.value[middle_.at];
      return place_.part == 0 ? low : ops::Between(low, ranks_.value[bits_.Next(middle_.at)], place_.part);
    } else if constexpr (kOp == kRolling_nunique) {
      return static_cast<double>(unique_);
    } else if constexpr (kOp == kRolling_rank) {
      const int64_t rank = end_ > start_ ? ranks_.rank[end_ - 1] : -1;
      if (rank < 0) return kRollingNaN;
      const int64_t less = bits_.Below(ranks_.low[rank]);
      int64_t equal = 1;
      for (int64_t at = bits_.Next(rank); at < ranks_.high[rank]; at = bits_.Next(at)) equal++;
      for (int64_t at = bits_.Previous(rank); at >= ranks_.low[rank]; at = bits_.Previous(at)) equal++;
      return ops::RankOf(p_, less, equal, n_);
    } else {
      const double median = Median(), mad = Mad(median) * p_.scale;
      return kOp == kRolling_mad ? mad : (w_.current[i] - median) / mad;
    }
  }

  // The nearest half of the values around the median is an interval of set bits; both ends are kept.
  HWY_INLINE double Mad(double median) {
    if (!(std::fabs(median) < kRollingInfinity)) return kRollingNaN;
    const double* v = ranks_.value;
    const int64_t near = (n_ + 1) / 2;
    const int64_t most = n_ - near;  // the last place where it can begin
    left_.Seek(bits_, left_.below > most ? most : left_.below);
    const int64_t end = left_.below + near - 1;
    if (right_.below - end > kMostMoves || end - right_.below > kMostMoves)
      right_ = {bits_.Select(end), end};
    else
      right_.Seek(bits_, end);
    for (int moves = 0;; moves++) {
      if (moves == kMostMoves) {
        Search(median, near);
        break;
      }
      if (left_.below < most) {
        const int64_t next = bits_.Next(right_.at);
        if (v[next] - median < median - v[left_.at]) {
          left_ = {bits_.Next(left_.at), left_.below + 1};
          right_ = {next, right_.below + 1};
          continue;
        }
      }
      if (left_.below > 0) {
        const int64_t previous = bits_.Previous(left_.at);
        if (median - v[previous] < v[right_.at] - median) {
          left_ = {previous, left_.below - 1};
          right_ = {bits_.Previous(right_.at), right_.below - 1};
          continue;
        }
      }
      break;
    }
    const double a = median - v[left_.at], b = v[right_.at] - median, far = a > b ? a : b;
    if (n_ % 2) return far;
    double second = kRollingInfinity;
    if (left_.below > 0) second = median - v[bits_.Previous(left_.at)];
    if (left_.below < most) {
      const double other = v[bits_.Next(right_.at)] - median;
      if (other < second) second = other;
    }
    return ops::Middle(far, second);
  }

  void Search(double median, int64_t near) {
    const double* v = ranks_.value;
    int64_t low = 0, high = n_ - near;
    while (low < high) {
      const int64_t mid = (low + high) / 2;
      if (v[bits_.Select(mid + near)] - median < median - v[bits_.Select(mid)])
        low = mid + 1;
      else
        high = mid;
    }
    left_ = {bits_.Select(low), low};
    right_ = {bits_.Select(low + near - 1), low + near - 1};
  }

  const RollingWindows& w_;
  const RollingParameters& p_;
  Ranks ranks_;
  Bits bits_;
  uint32_t* members_;  // per group, by its lowest rank
  int64_t n_ = 0, unique_ = 0, start_ = 0, end_ = 0, placed_n_ = -1;
  ops::QuantilePlace place_{0, 0};
  Pointer middle_, left_, right_;
};

#include "cpu/rolling_registers-inl.h"

template <RollingOp kOp>
void Windows(const RollingWindows& w) {
  if constexpr (kOp != kRolling_rank && kOp != kRolling_nunique) {
    if (InRegisters<kOp>(w)) return;
  }
  Mover<kOp>(w).Run();
}
int64_t Scratch(int64_t slots, int64_t) { return Mover<kRolling_median>::Bytes(slots); }

}  // namespace

void FillRollingOrder(RollingTable* t) {
#define NUMRS_ORDER(name)                                 \
  t->windows[kRolling_##name] = Windows<kRolling_##name>; \
  t->scratch_bytes[kRolling_##name] = Scratch
  NUMRS_ORDER(median);
  NUMRS_ORDER(quantile);
  NUMRS_ORDER(rank);
  NUMRS_ORDER(mad);
  NUMRS_ORDER(robust_zscore);
  NUMRS_ORDER(nunique);
#undef NUMRS_ORDER
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(RollingTable, FillRollingOrder)
}  // namespace cpu
}  // namespace numrs
#endif
