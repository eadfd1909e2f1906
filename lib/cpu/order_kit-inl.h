// The kit of ops/order.h in vectors: sorts of lines, indices, selection.

#if defined(NUMRS_CPU_ORDER_KIT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_KIT_INL_H_
#undef NUMRS_CPU_ORDER_KIT_INL_H_
#else
#define NUMRS_CPU_ORDER_KIT_INL_H_
#endif

#include "cpu/order_keys-inl.h"
#include "cpu/order_sort-inl.h"
#include "cpu/order_words-inl.h"
#include "ops/order.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

#if NUMRS_ORDER_VECTORS

template <typename T>
HWY_INLINE void SortKeys(T* a, T* b, int64_t n) {
  const Part<T, false> first{a, nullptr}, second{b, nullptr};
  SortPiece<T, false>({first, second, n, false});
}

// Elements of one byte are counted.
template <typename T>
void CountingSort(const T* x, T* y, int64_t n, bool descending) {
  if (n == 0) return;  // y may be NULL
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

// Kinds of pieces: keys of int32, int64, float64, float32, then int64 and float64 with indices.
constexpr int32_t kPairKinds = 3;  // int64 with an index is 4, float64 5
template <typename K>
constexpr int32_t KindOfKeys() {
  return std::is_same<K, int32_t>::value   ? 0
         : std::is_same<K, int64_t>::value ? 1
         : std::is_same<K, float>::value   ? 3
                                           : 2;
}

template <typename K, bool kPairs>
HWY_INLINE Piece<K, kPairs> PieceOf(const OrderPiece& p) {
  return {{static_cast<K*>(p.a), p.a_index}, {static_cast<K*>(p.b), p.b_index}, p.n, p.in_b != 0};
}
template <typename K, bool kPairs>
void SortOnePiece(const OrderPiece& p) {
  SortPiece<K, kPairs>(PieceOf<K, kPairs>(p));
}
inline void SortAll(const OrderPiece& p) {
  switch (p.kind) {
    case KindOfKeys<int32_t>():
      return SortOnePiece<int32_t, false>(p);
    case KindOfKeys<int64_t>():
      return SortOnePiece<int64_t, false>(p);
    case KindOfKeys<double>():
      return SortOnePiece<double, false>(p);
    case KindOfKeys<float>():
      return SortOnePiece<float, false>(p);
    case KindOfKeys<int64_t>() + kPairKinds:
      return SortOnePiece<int64_t, true>(p);
    default:
      return SortOnePiece<double, true>(p);
  }
}

// Part of a split: as Split, `count` elements at a time. Keys alone are split at once and in place, which is faster by
// half, unless that takes more than some 30 ms.
template <typename K, bool kPairs>
int32_t StepSplit(OrderSplit* s, int64_t count, OrderPiece* low, OrderPiece* high) {
  constexpr int64_t kAtOnce = 1 << 25;
  const Piece<K, kPairs> p = PieceOf<K, kPairs>(s->piece);
  const auto piece = [s](const Piece<K, kPairs>& q) {
    return OrderPiece{q.a.k, q.b.k, kPairs ? q.a.i : nullptr, kPairs ? q.b.i : nullptr, q.n, s->piece.kind, q.in_b, 0};
  };
  if (!kPairs && s->done == 0 && !s->again && p.n <= kAtOnce) {
    Piece<K, kPairs> l, h;
    Split<K, kPairs>(p, &l, &h);
    *low = piece(l);
    *high = piece(h);
    return 1;
  }
  const Part<K, kPairs> src = p.in_b ? p.b : p.a;
  K pivot;
  if (s->done == 0 && !s->again) {
    pivot = Pivot(src.k, p.n);
    std::memcpy(s->pivot, &pivot, sizeof(pivot));
  }
  std::memcpy(&pivot, s->pivot, sizeof(pivot));
  if (count > p.n - s->done) count = p.n - s->done;
  const Part<K, kPairs> from = src + s->done, to_low = p.a + s->less, to_high = p.b + (s->done - s->less);
  s->less += s->again ? Partition<Below::LESS_OR_EQUAL, K, kPairs>(from, count, pivot, to_low, to_high)
                      : Partition<Below::LESS, K, kPairs>(from, count, pivot, to_low, to_high);
  s->done += count;
  if (s->done < p.n) return 0;
  if (s->less == 0 && !s->again) {  // all are in b, and the pivot is the least of them
    s->again = 1;
    s->done = 0;
    s->piece.in_b = 1;
    return 0;
  }
  const int64_t nh = p.n - s->less;
  *low = piece({p.a, p.b + nh, s->again ? 0 : s->less, false});
  *high = piece({p.a + s->less, p.b, nh, true});
  return 1;
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
      const OrderOptions options = Direction(descending);
      const OrderLine line = {x, n, y, nullptr, nullptr, &options, scratch};
      OrderLineState state;
      BeginSort(line, &state);
      SortAll(state.all);
      EndSort(line, state);
    }
  }

  static OrderOptions Direction(bool descending) {
    OrderOptions options;
    options.flags = descending ? NUMRS_ORDER_DESCENDING : 0;
    return options;
  }
  static bool Descends(const OrderLine& line) { return (line.options->flags & NUMRS_ORDER_DESCENDING) != 0; }

  // y holds the keys, the scratch the other buffer.
  static void BeginSort(const OrderLine& line, OrderLineState* state) {
    const T* x = static_cast<const T*>(line.x);
    T* y = static_cast<T*>(line.y);
    const int64_t n = line.n;
    const size_t bytes = static_cast<size_t>(n) * sizeof(T);
    int64_t count = n;
    if constexpr (std::is_floating_point<T>::value) {
      T* aside = static_cast<T*>(line.scratch);
      Zeros zeros{reinterpret_cast<uint64_t*>(static_cast<char*>(line.scratch) + (bytes + 63) / 64 * 64)};
      count = TakeFloats(x, n, Descends(line), y, aside, &zeros);
      if (count < n) std::memcpy(y + count, aside, static_cast<size_t>(n - count) * sizeof(T));
      state->words[0] = zeros.count;
      state->words[1] = zeros.negative;
    } else if (FlipOf<T>(Descends(line)) != 0) {
      Flip<T>(x, y, n, FlipOf<T>(Descends(line)));
    } else if (x != y && bytes > 0) {
      std::memcpy(y, x, bytes);
    }
    state->count = count;
    state->all = {y, line.scratch, nullptr, nullptr, count, KindOfKeys<Key>(), 0, 0};
  }
  static void EndSort(const OrderLine& line, const OrderLineState& state) {
    T* y = static_cast<T*>(line.y);
    const bool descending = Descends(line);
    if (FlipOf<T>(descending) != 0) Flip<T>(y, y, state.count, FlipOf<T>(descending));
    if constexpr (std::is_floating_point<T>::value) {
      const size_t bytes = static_cast<size_t>(line.n) * sizeof(T);
      PutZeros(y, state.count, descending,
               Zeros{reinterpret_cast<uint64_t*>(static_cast<char*>(line.scratch) + (bytes + 63) / 64 * 64),
                     state.words[0], state.words[1]});
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
    const OrderOptions options = Direction(descending);
    const OrderLine line = {x, n, y, nullptr, nullptr, &options, scratch};
    OrderLineState state;
    BeginArgSort(line, &state);
    SortAll(state.all);
    EndArgSort(line, state);
  }

  // Where key and index share a word, y holds the words and the scratch the other buffer; else the scratch has keys and
  // both other buffers, y the indices.
  static void BeginArgSort(const OrderLine& line, OrderLineState* state) {
    const T* x = static_cast<const T*>(line.x);
    int64_t* y = static_cast<int64_t*>(line.y);
    const int64_t n = line.n;
    const bool descending = Descends(line);
    state->count = n;
    if constexpr (sizeof(T) <= 4) {
      if (n < int64_t{1} << 32) {
        for (int64_t i = 0; i < n; i++) {
          const uint64_t key = static_cast<uint32_t>(SmallKey(x[i], descending));
          y[i] = static_cast<int64_t>(key << 32 | static_cast<uint64_t>(i));
        }
        Packed(line, 0xFFFFFFFF, state);
        return;
      }
      int64_t* keys = static_cast<int64_t*>(line.scratch);
      for (int64_t i = 0; i < n; i++) keys[i] = SmallKey(x[i], descending);
      for (int64_t i = 0; i < n; i++) y[i] = i;
      Paired<int64_t>(line, n, state);
    } else {
      if (BeginWords(line, state)) return;
      Key* keys = static_cast<Key*>(line.scratch);
      int64_t count = n;
      if (std::is_floating_point<T>::value && Missing(x, n) > 0) {
        int64_t* missing = reinterpret_cast<int64_t*>(keys + n);
        count = 0;
        for (int64_t i = 0; i < n; i++) {
          const bool number = !ops::order::IsNaN(x[i]);
          keys[count] = static_cast<Key>(descending && std::is_floating_point<T>::value ? -x[i] : x[i]);
          y[count] = i;
          missing[i - count] = i;
          count += number;
        }
        std::memcpy(y + count, missing, static_cast<size_t>(n - count) * sizeof(int64_t));
      } else {
        Flip<T>(x, keys, n, FlipOf<T>(descending));
        for (int64_t i = 0; i < n; i++) y[i] = i;
      }
      Paired<Key>(line, count, state);
    }
  }
  static void EndArgSort(const OrderLine& line, const OrderLineState& state) {
    if (state.words[0] == 0) return;
    if constexpr (sizeof(T) == 8) return EndWords(line, state);
    int64_t* y = static_cast<int64_t*>(line.y);
    for (int64_t i = 0; i < line.n; i++) y[i] &= state.words[0];
  }

  static void Packed(const OrderLine& line, int64_t mask, OrderLineState* state) {
    state->words[0] = mask;
    state->all = {line.y, line.scratch, nullptr, nullptr, line.n, KindOfKeys<int64_t>(), 0, 0};
  }
  template <typename K>
  static void Paired(const OrderLine& line, int64_t count, OrderLineState* state) {
    K* keys = static_cast<K*>(line.scratch);
    state->words[0] = 0;
    state->all = {keys,
                  keys + line.n,
                  static_cast<int64_t*>(line.y),
                  reinterpret_cast<int64_t*>(keys + 2 * line.n),
                  count,
                  KindOfKeys<K>() + kPairKinds,
                  0,
                  0};
  }

  // Elements of 64 bits and their indices, if they can share words. The scratch: the other buffer and memory for
  // EndWords (3 n words), then x itself where y takes its place.
  static bool BeginWords(const OrderLine& line, OrderLineState* state) {
    const int64_t n = line.n;
    if (n == 0) return false;
    const T* x = static_cast<const T*>(line.x);
    T* numbers = static_cast<T*>(line.scratch);
    int64_t *room = static_cast<int64_t*>(line.scratch) + n, *y = static_cast<int64_t*>(line.y);
    const WideKeys<T> keys(Descends(line));
    const bool missing = Missing(x, n) > 0;
    const int64_t count = missing ? Clean(x, n, numbers) : n;
    if (count == 0) return false;
    const T* known = missing ? numbers : x;
    const WordForm form = FormOf(known, count, keys, n);
    if (!MostlyApart(known, count, keys, form, room)) return false;
    if (line.x == line.y) {
      std::memcpy(room + 2 * n, x, static_cast<size_t>(n) * sizeof(T));
      x = reinterpret_cast<const T*>(room + 2 * n);
    }
    if (missing) {
      int64_t at = 0;
      for (int64_t i = 0; i < n; i++) {
        if (ops::order::IsNaN(x[i]))
          room[i - at] = i;
        else
          y[at++] = form.Word(keys.Of(x[i]), i);
      }
      std::memcpy(y + count, room, static_cast<size_t>(n - count) * sizeof(int64_t));
    } else {
      MakeWords(x, n, keys, form, y);
    }
    Packed(line, form.index_mask(), state);
    state->all.n = count;
    state->words[1] = count;
    state->words[2] = form.least;
    state->words[3] = form.shift;
    state->words[4] = form.index_bits;
    return true;
  }
  static void EndWords(const OrderLine& line, const OrderLineState& state) {
    int64_t* room = static_cast<int64_t*>(line.scratch);
    const T* x = line.x == line.y ? reinterpret_cast<const T*>(room + 3 * line.n) : static_cast<const T*>(line.x);
    const WordForm form = {state.words[2], static_cast<int>(state.words[3]), static_cast<int>(state.words[4])};
    TakeIndices(x, state.words[1], WideKeys<T>(Descends(line)), form, static_cast<int64_t*>(line.y), room);
  }

  // The elements less than the pivot, its equals and the greater ones, each in order.
  static void ThreeWays(T* y, int64_t* index, int64_t n, T pivot, T* room, int64_t* index_room, int64_t* less,
                        int64_t* equal) {
    if (index && sizeof(T) != 8) return ops::order::ThreeWays(y, index, n, pivot, room, index_room, less, equal);
    if (index) {
      if constexpr (sizeof(T) == 8) Parts<true>({y, index}, n, pivot, {room, index_room}, less, equal);
    } else {
      Parts<false>({y, nullptr}, n, pivot, {room, nullptr}, less, equal);
    }
  }
  template <bool kPairs>
  static void Parts(Part<T, kPairs> y, int64_t n, T pivot, Part<T, kPairs> room, int64_t* less, int64_t* equal) {
    const int64_t nl = Partition<Below::LESS, T, kPairs>(y, n, pivot, y, room);
    const int64_t ne = Partition<Below::LESS_OR_EQUAL, T, kPairs>(room, n - nl, pivot, y + nl, room);
    CopyPart<T, kPairs>(room, y + nl + ne, n - nl - ne);
    *less = nl;
    *equal = ne;
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
