// The kit of ops/order.h in vectors: elements to keys and back, NaN and zeros, indices, selection.

#if defined(NUMRS_CPU_ORDER_KIT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_KIT_INL_H_
#undef NUMRS_CPU_ORDER_KIT_INL_H_
#else
#define NUMRS_CPU_ORDER_KIT_INL_H_
#endif

#include "cpu/order_sort-inl.h"
#include "ops/order.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

#if NUMRS_ORDER_VECTORS

// Keys are sorted as signed integers or as floats without NaN. An element and its key differ by an xor: none, all bits
// (integers descending), the sign (unsigned, floats descending), or all but the sign (unsigned descending).
template <typename T, bool kFloat = std::is_floating_point<T>::value>
struct KeyType {
  using type = T;
};
template <typename T>
struct KeyType<T, false> {
  using type = std::make_signed_t<T>;
};
template <typename T>
using KeyOf = typename KeyType<T>::type;
template <typename T>
using BitsOf = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>>;

template <typename T>
constexpr BitsOf<T> FlipOf(bool descending) {
  constexpr BitsOf<T> kSign = static_cast<BitsOf<T>>(BitsOf<T>{1} << (8 * sizeof(T) - 1));
  if (std::is_floating_point<T>::value) return descending ? kSign : 0;
  const BitsOf<T> flip = std::is_signed<T>::value ? 0 : kSign;
  return descending ? static_cast<BitsOf<T>>(~flip) : flip;
}

// y[i] = x[i] with bits flipped; y may be x.
template <typename T>
HWY_NOINLINE void Flip(const void* x, void* y, int64_t n, BitsOf<T> flip) {
  const hn::ScalableTag<BitsOf<T>> d;
  const BitsOf<T>* from = static_cast<const BitsOf<T>*>(x);
  BitsOf<T>* to = static_cast<BitsOf<T>*>(y);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto v = hn::Set(d, flip);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(hn::Xor(hn::LoadU(d, from + i), v), d, to + i);
  for (; i < n; i++) to[i] = static_cast<BitsOf<T>>(from[i] ^ flip);
}

// The zeros of a line in their order, told by their signs.
struct Zeros {
  uint64_t* signs;
  int64_t count = 0, negative = 0;

  HWY_INLINE void Take(bool sign) {
    if ((count & 63) == 0) signs[count >> 6] = 0;
    signs[count >> 6] |= static_cast<uint64_t>(sign) << (count & 63);
    count++;
    negative += sign;
  }
};

// y = the keys of the elements that are no NaN; those are put aside. Returns the number of keys. y may be x.
template <typename T>
HWY_NOINLINE int64_t TakeFloats(const T* x, int64_t n, bool descending, T* y, T* aside, Zeros* zeros) {
  const hn::ScalableTag<T> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
  const auto flip = hn::BitCast(d, hn::Set(du, FlipOf<T>(descending)));
  const auto zero = hn::Zero(d);
  int64_t i = 0, count = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto v = hn::LoadU(d, x + i);
    // !(|v| > 0): NaN or zero.
    if (HWY_LIKELY(hn::AllTrue(d, hn::Lt(zero, hn::Abs(v))))) {
      hn::StoreU(hn::Xor(v, flip), d, y + count);
      count += kLanes;
      continue;
    }
    HWY_ALIGN T few[kLanes];
    hn::Store(v, d, few);
    for (int64_t j = 0; j < kLanes; j++) {
      if (few[j] != few[j]) {
        aside[i + j - count] = few[j];
        continue;
      }
      if (few[j] == 0) zeros->Take(std::signbit(few[j]));
      y[count++] = descending ? -few[j] : few[j];
    }
  }
  for (; i < n; i++) {
    const T v = x[i];
    if (v != v) {
      aside[i - count] = v;
      continue;
    }
    if (v == 0) zeros->Take(std::signbit(v));
    y[count++] = descending ? -v : v;
  }
  return count;
}

// Minimum and maximum of equal zeros keep any of the two: all of them are written anew, in the order of the input.
template <typename T>
void PutZeros(T* y, int64_t n, bool descending, const Zeros& zeros) {
  if (zeros.negative == 0 || zeros.negative == zeros.count) return;
  int64_t at = ops::order::PlaceIn<T>(y, nullptr, n, T{0}, false);
  if (descending) {
    int64_t low = 0, rest = n;
    while (rest > 0) {
      const int64_t half = rest / 2;
      const bool before = y[low + half] > 0;
      low = before ? low + half + 1 : low;
      rest = before ? rest - half - 1 : half;
    }
    at = low;
  }
  for (int64_t i = 0; i < zeros.count; i++) y[at + i] = zeros.signs[i >> 6] >> (i & 63) & 1 ? T{-0.0} : T{0.0};
}

template <typename T>
HWY_INLINE void SortKeys(T* a, T* b, int64_t n) {
  const Part<T, false> first{a, nullptr}, second{b, nullptr};
  SortPiece<T, false>({first, second, n, false});
}

// Elements of one byte are counted.
template <typename T>
void CountingSort(const T* x, T* y, int64_t n, bool descending) {
  int64_t counts[256] = {};
  const int bias = std::is_signed<T>::value ? 128 : 0;
  for (int64_t i = 0; i < n; i++) counts[static_cast<int>(x[i]) + bias]++;
  int64_t at = 0;
  for (int v = 0; v < 256; v++) {
    const int value = descending ? 255 - v : v;
    std::memset(y + at, static_cast<uint8_t>(value - bias), static_cast<size_t>(counts[value]));
    at += counts[value];
  }
}

template <typename T>
struct VectorKit {
  using Key = KeyOf<T>;

  static int64_t Missing(const T* x, int64_t n) {
    if constexpr (std::is_floating_point<T>::value) {
      const hn::ScalableTag<T> d;
      constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
      int64_t i = 0, count = 0;
      for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
        const auto a = hn::LoadU(d, x + i), b = hn::LoadU(d, x + i + kLanes);
        const auto e = hn::LoadU(d, x + i + 2 * kLanes), f = hn::LoadU(d, x + i + 3 * kLanes);
        const auto any = hn::Or(hn::Or(hn::IsNaN(a), hn::IsNaN(b)), hn::Or(hn::IsNaN(e), hn::IsNaN(f)));
        if (HWY_LIKELY(hn::AllFalse(d, any))) continue;
        for (int64_t j = i; j < i + 4 * kLanes; j++) count += x[j] != x[j];
      }
      for (; i < n; i++) count += x[i] != x[i];
      return count;
    }
    return 0;
  }

  static int64_t Clean(const T* x, int64_t n, T* y) {
    if constexpr (std::is_floating_point<T>::value) {
      const hn::ScalableTag<T> d;
      constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
      int64_t i = 0, count = 0;
      for (; i + kLanes <= n; i += kLanes) {
        const auto v = hn::LoadU(d, x + i);
        const Lanes<T> numbers = LanesOf(d, hn::Eq(v, v));
        hn::StoreU(Front(d, v, numbers), d, y + count);
        count += Count<T>(numbers);
      }
      for (; i < n; i++) {
        const T v = x[i];
        y[count] = v;
        count += v == v;
      }
      return count;
    } else {
      if (x != y) std::memcpy(y, x, static_cast<size_t>(n) * sizeof(T));
      return n;
    }
  }

  static void Distances(const T* x, int64_t n, T from, T* y) {
    const hn::ScalableTag<T> d;
    constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(T);
    const auto m = hn::Set(d, from);
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) hn::StoreU(hn::Abs(hn::Sub(hn::LoadU(d, x + i), m)), d, y + i);
    for (; i < n; i++) y[i] = std::fabs(x[i] - from);
  }

  static void Sort(T* x, int64_t n, void* scratch) { SortKeys<Key>(x, static_cast<Key*>(scratch), n); }

  static void SortLine(const T* x, T* y, int64_t n, bool descending, void* scratch) {
    if constexpr (sizeof(T) == 1) {
      CountingSort(x, y, n, descending);
    } else if constexpr (sizeof(T) == 2) {
      int32_t *a = static_cast<int32_t*>(scratch), *b = a + n;
      for (int64_t i = 0; i < n; i++) a[i] = descending ? ~static_cast<int32_t>(x[i]) : static_cast<int32_t>(x[i]);
      SortKeys(a, b, n);
      for (int64_t i = 0; i < n; i++) y[i] = static_cast<T>(descending ? ~a[i] : a[i]);
    } else {
      T* other = static_cast<T*>(scratch);
      const BitsOf<T> flip = FlipOf<T>(descending);
      if constexpr (std::is_floating_point<T>::value) {
        Zeros zeros{reinterpret_cast<uint64_t*>(static_cast<char*>(scratch) +
                                                (static_cast<size_t>(n) * sizeof(T) + 63) / 64 * 64)};
        const int64_t count = TakeFloats(x, n, descending, y, other, &zeros);
        if (count < n) std::memcpy(y + count, other, static_cast<size_t>(n - count) * sizeof(T));
        SortKeys(y, other, count);
        if (flip) Flip<T>(y, y, count, flip);
        PutZeros(y, count, descending, zeros);
      } else {
        Key* keys = reinterpret_cast<Key*>(y);
        if (flip) {
          Flip<T>(x, y, n, flip);
        } else if (x != y) {
          std::memcpy(y, x, static_cast<size_t>(n) * sizeof(T));
        }
        SortKeys(keys, reinterpret_cast<Key*>(other), n);
        if (flip) Flip<T>(y, y, n, flip);
      }
    }
  }

  // A key and the index in one word of 64 bits; NaN's key is the greatest.
  static HWY_INLINE int32_t SmallKey(T x, bool descending) {
    if constexpr (std::is_floating_point<T>::value) {
      if (x != x) return std::numeric_limits<int32_t>::max();
      const float zero_is_plus = x + 0.0f;
      int32_t bits;
      std::memcpy(&bits, &zero_is_plus, sizeof(bits));
      bits ^= (bits >> 31) & 0x7FFFFFFF;
      // Infinity's key is far from the greatest, and the complement of any is too.
      return descending ? ~bits : bits;
    } else {
      const int32_t key = static_cast<int32_t>(sizeof(T) == 4 && !std::is_signed<T>::value
                                                   ? static_cast<uint32_t>(x) ^ 0x80000000u
                                                   : static_cast<uint32_t>(static_cast<int32_t>(x)));
      return descending ? ~key : key;
    }
  }

  static void ArgSort(const T* x, int64_t n, int64_t* y, bool descending, void* scratch) {
    if constexpr (sizeof(T) <= 4) {
      if (n < int64_t{1} << 32) {
        for (int64_t i = 0; i < n; i++)
          y[i] = static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(SmallKey(x[i], descending))) << 32 |
                                      static_cast<uint64_t>(i));
        SortKeys(y, static_cast<int64_t*>(scratch), n);
        for (int64_t i = 0; i < n; i++) y[i] &= 0xFFFFFFFF;
        return;
      }
      int64_t* keys = static_cast<int64_t*>(scratch);
      for (int64_t i = 0; i < n; i++) keys[i] = SmallKey(x[i], descending);
      for (int64_t i = 0; i < n; i++) y[i] = i;
      SortPairs<int64_t>(keys, y, n, keys + n);
    } else {
      Key* keys = static_cast<Key*>(scratch);
      int64_t count = n;
      if constexpr (std::is_floating_point<T>::value) {
        int64_t* missing = reinterpret_cast<int64_t*>(keys + n);
        count = 0;
        for (int64_t i = 0; i < n; i++) {
          const bool number = x[i] == x[i];
          keys[count] = descending ? -x[i] : x[i];
          y[count] = i;
          missing[i - count] = i;
          count += number;
        }
        std::memcpy(y + count, missing, static_cast<size_t>(n - count) * sizeof(int64_t));
      } else {
        Flip<T>(x, keys, n, FlipOf<T>(descending));
        if (SortPacked(keys, n, y)) return;
        for (int64_t i = 0; i < n; i++) y[i] = i;
      }
      SortPairs<Key>(keys, y, count, keys + n);
    }
  }

  template <typename K>
  static void SortPairs(K* keys, int64_t* index, int64_t n, K* room) {
    const Part<K, true> a{keys, index}, b{room, reinterpret_cast<int64_t*>(room + n)};
    SortPiece<K, true>({a, b, n, false});
  }

  // Integers that lie close together leave room for the index in the same word.
  static bool SortPacked(int64_t* keys, int64_t n, int64_t* y) {
    if (n == 0) return true;
    int64_t least = keys[0], most = keys[0];
    for (int64_t i = 1; i < n; i++) {
      least = keys[i] < least ? keys[i] : least;
      most = keys[i] > most ? keys[i] : most;
    }
    int bits = 1;
    while (bits < 63 && (n - 1) >> bits) bits++;
    if ((static_cast<uint64_t>(most) - static_cast<uint64_t>(least)) >> (63 - bits)) return false;
    for (int64_t i = 0; i < n; i++) {
      y[i] = static_cast<int64_t>((static_cast<uint64_t>(keys[i]) - static_cast<uint64_t>(least)) << bits |
                                  static_cast<uint64_t>(i));
    }
    SortKeys(y, keys, n);
    const int64_t mask = (int64_t{1} << bits) - 1;
    for (int64_t i = 0; i < n; i++) y[i] &= mask;
    return true;
  }

  // ------------------------------------------------------------------------------------------------- selection

  using Keys = Part<Key, false>;

  // The elements of some ranks (counted from `base`) of a piece: only what holds one of them is split further.
  static void SelectPiece(Piece<Key, false> p, int64_t base, const int64_t* ranks, int64_t m, Key* values,
                          int bad = 0) {
    while (m > 0) {
      if (p.n <= BlockOf<Key, false>() || bad > 12) {
        SortPiece<Key, false>(p);
        for (int64_t i = 0; i < m; i++) values[i] = p.a.k[ranks[i] - base];
        return;
      }
      Piece<Key, false> low, high;
      Split<Key, false>(p, &low, &high);
      if ((low.n > high.n ? low.n : high.n) > p.n - p.n / 8) bad++;
      int64_t first = 0, last = m;
      while (first < m && ranks[first] < base + low.n) first++;
      while (last > first && ranks[last - 1] >= base + p.n - high.n) last--;
      for (int64_t i = first; i < last; i++) values[i] = p.a.k[ranks[i] - base];
      SelectPiece(low, base, ranks, first, values, bad);
      base += p.n - high.n;
      ranks += last;
      values += last;
      m -= last;
      p = high;
    }
  }

  // Elements from low to high (both included) to y; returns how many, and how many are less than low.
  static HWY_NOINLINE int64_t Collect(const Key* x, int64_t n, Key low, Key high, Key* y, int64_t* less) {
    const hn::ScalableTag<Key> d;
    constexpr int64_t kLanes = HWY_MAX_BYTES / sizeof(Key);
    const auto from = hn::Set(d, low), to = hn::Set(d, high);
    int64_t i = 0, below = 0, count = 0;
    for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
      const auto a = hn::LoadU(d, x + i), b = hn::LoadU(d, x + i + kLanes);
      const Lanes<Key> a_below = LanesOf(d, hn::Lt(a, from)), b_below = LanesOf(d, hn::Lt(b, from));
      const Lanes<Key> a_in = Others<Key>(a_below | LanesOf(d, hn::Lt(to, a)));
      const Lanes<Key> b_in = Others<Key>(b_below | LanesOf(d, hn::Lt(to, b)));
      below += Count<Key>(a_below) + Count<Key>(b_below);
      if (a_in | b_in) {
        hn::StoreU(Front(d, a, a_in), d, y + count);
        count += Count<Key>(a_in);
        hn::StoreU(Front(d, b, b_in), d, y + count);
        count += Count<Key>(b_in);
      }
    }
    for (; i < n; i++) {
      const Key v = x[i];
      below += v < low;
      if (v >= low && v <= high) y[count++] = v;
    }
    *less = below;
    return count;
  }

  // Ranks close together by one pass: a sample tells between which elements they lie almost certainly (Floyd and
  // Rivest, CACM 18, 1975). False: they did not.
  static bool SelectClose(const Key* x, int64_t n, const int64_t* ranks, int64_t m, Key* values, Key* a, Key* b) {
    constexpr int64_t kSample = 2048, kMargin = 80;  // about 3.5 standard deviations of a sample's rank
    const int64_t step = n / kSample;
    uint64_t state = static_cast<uint64_t>(n) * 0x9E3779B97F4A7C15u;
    for (int64_t j = 0; j < kSample; j++) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      a[j] = x[j * step + static_cast<int64_t>((state >> 33) * static_cast<uint64_t>(step) >> 31)];
    }
    SortKeys(a, b, kSample);
    const double scale = static_cast<double>(kSample) / static_cast<double>(n);
    const int64_t first = static_cast<int64_t>(static_cast<double>(ranks[0]) * scale) - kMargin;
    const int64_t last = static_cast<int64_t>(static_cast<double>(ranks[m - 1]) * scale) + kMargin;
    const Key low = first < 0 ? LeastKey() : a[first], high = last >= kSample ? Largest<Key>() : a[last];
    int64_t less;
    const int64_t count = Collect(x, n, low, high, a, &less);
    if (ranks[0] < less || ranks[m - 1] >= less + count) return false;
    if (!(low < high)) {
      for (int64_t i = 0; i < m; i++) values[i] = low;
      return true;
    }
    SelectPiece({{a, nullptr}, {b, nullptr}, count, false}, less, ranks, m, values);
    return true;
  }
  static constexpr Key LeastKey() {
    return std::is_floating_point<Key>::value ? -std::numeric_limits<Key>::infinity()
                                              : std::numeric_limits<Key>::lowest();
  }

  static void SelectKeys(const Key* x, int64_t n, const int64_t* ranks, int64_t m, Key* values, Key* a, Key* b) {
    constexpr int64_t kLarge = 32768;
    int64_t done = 0;
    if (n >= kLarge && m <= 8) {
      while (done < m) {
        int64_t end = done + 1;
        while (end < m && ranks[end] - ranks[end - 1] < n / 64) end++;
        if (!SelectClose(x, n, ranks + done, end - done, values + done, a, b)) break;
        done = end;
      }
      if (done == m) return;
    }
    if (x != a) std::memcpy(a, x, static_cast<size_t>(n) * sizeof(Key));
    SelectPiece({{a, nullptr}, {b, nullptr}, n, false}, 0, ranks + done, m - done, values + done);
  }

  static void Select(const T* x, int64_t n, const int64_t* ranks, int64_t m, T* values, void* scratch) {
    Key *a = static_cast<Key*>(scratch), *b = a + n;
    if constexpr (std::is_same<T, Key>::value) {
      SelectKeys(x, n, ranks, m, values, a, b);
    } else {
      const BitsOf<T> flip = FlipOf<T>(false);
      Flip<T>(x, a, n, flip);
      SelectPiece({{a, nullptr}, {b, nullptr}, n, false}, 0, ranks, m, reinterpret_cast<Key*>(values));
      for (int64_t i = 0; i < m; i++) values[i] = static_cast<T>(static_cast<BitsOf<T>>(values[i]) ^ flip);
    }
  }
};

#endif  // NUMRS_ORDER_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_KIT_INL_H_
