// Argsort of 64-bit elements in words that hold the upper bits of a key and the element's index: sorted as single keys,
// which takes a third of the time of pairs. Elements that share all the bits that found room are put in order in the
// end; where many would, pairs are sorted instead.

#if defined(NUMRS_CPU_ORDER_WORDS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_WORDS_INL_H_
#undef NUMRS_CPU_ORDER_WORDS_INL_H_
#else
#define NUMRS_CPU_ORDER_WORDS_INL_H_
#endif

#include "cpu/order_sort-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

#if NUMRS_ORDER_VECTORS

// Keys compare as signed integers and are the same for elements that compare equal. Elements are no NaN.
template <typename T>
struct WideKeys {
  static_assert(sizeof(T) == 8, "the others have room for a whole index");
  static constexpr bool kFloat = std::is_floating_point<T>::value;
  static constexpr int64_t kSign = std::numeric_limits<int64_t>::min(),
                           kBelowSign = std::numeric_limits<int64_t>::max();
  int64_t flip;

  explicit WideKeys(bool descending)
      : flip((descending ? -1 : 0) ^ (!kFloat && !std::is_signed<T>::value ? kSign : 0)) {}

  HWY_INLINE int64_t Of(T x) const {
    int64_t bits;
    const T plus = kFloat ? static_cast<T>(x + T{0}) : x;
    std::memcpy(&bits, &plus, sizeof(bits));
    if (kFloat) bits ^= (bits >> 63) & kBelowSign;
    return bits ^ flip;
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Load(D d, const T* x) const {
    hn::Vec<D> bits;
    if constexpr (kFloat) {
      const hn::RebindToFloat<D> df;
      bits = hn::BitCast(d, hn::Add(hn::LoadU(df, x), hn::Zero(df)));
      bits = hn::Xor(bits, hn::And(hn::ShiftRight<63>(bits), hn::Set(d, kBelowSign)));
    } else {
      bits = hn::BitCast(d, hn::LoadU(hn::ScalableTag<T>(), x));
    }
    return hn::Xor(bits, hn::Set(d, flip));
  }
};

// How a key and an index share a word: (key - least) >> shift, then the index.
struct WordForm {
  int64_t least;
  int shift, index_bits;

  HWY_INLINE uint64_t Upper(int64_t key) const {
    return (static_cast<uint64_t>(key) - static_cast<uint64_t>(least)) >> shift;
  }
  HWY_INLINE int64_t Word(int64_t key, int64_t index) const {
    return static_cast<int64_t>(Upper(key) << index_bits | static_cast<uint64_t>(index));
  }
  int64_t index_mask() const { return (int64_t{1} << index_bits) - 1; }
};

inline int BitsOfNumber(uint64_t v) {
  int bits = 0;
  for (; v != 0; v >>= 1) bits++;
  return bits;
}

// For n >= 1 elements whose indices are below `indices`.
template <typename T>
HWY_NOINLINE WordForm FormOf(const T* x, int64_t n, WideKeys<T> keys, int64_t indices) {
  const hn::ScalableTag<int64_t> d;
  constexpr int64_t kLanes = HWY_MAX_BYTES / 8;
  int64_t least = keys.Of(x[0]), most = least, i = 0;
  if (n >= kLanes) {
    auto low = keys.Load(d, x), high = low;
    for (; i + kLanes <= n; i += kLanes) {
      const auto k = keys.Load(d, x + i);
      low = hn::Min(low, k);
      high = hn::Max(high, k);
    }
    HWY_ALIGN int64_t lows[kLanes], highs[kLanes];
    hn::Store(low, d, lows);
    hn::Store(high, d, highs);
    for (int64_t j = 0; j < kLanes; j++) {
      least = lows[j] < least ? lows[j] : least;
      most = highs[j] > most ? highs[j] : most;
    }
  }
  for (; i < n; i++) {
    const int64_t k = keys.Of(x[i]);
    least = k < least ? k : least;
    most = k > most ? k : most;
  }
  const int index_bits = BitsOfNumber(static_cast<uint64_t>(indices - 1));
  const int key_bits = BitsOfNumber(static_cast<uint64_t>(most) - static_cast<uint64_t>(least));
  const int more = key_bits + index_bits - 63;
  return {least, more > 0 ? more : 0, index_bits};
}

// Would many elements share all the bits that have room without being equal? Asked of a sample; room: for that.
template <typename T>
bool MostlyApart(const T* x, int64_t n, WideKeys<T> keys, const WordForm& form, int64_t* room) {
  constexpr int64_t kSample = 1024, kMost = 16;
  if (form.shift == 0 || n < 4 * kSample) return true;
  const int64_t step = n / kSample;
  uint64_t state = static_cast<uint64_t>(n) * 0x9E3779B97F4A7C15u;
  for (int64_t j = 0; j < kSample; j++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    room[j] = keys.Of(x[j * step + static_cast<int64_t>((state >> 33) * static_cast<uint64_t>(step) >> 31)]);
  }
  SortPiece<int64_t, false>({{room, nullptr}, {room + kSample, nullptr}, kSample, false});
  int64_t shared = 0;
  for (int64_t j = 1; j < kSample; j++)
    shared += room[j] != room[j - 1] && form.Upper(room[j]) == form.Upper(room[j - 1]);
  return shared <= kMost;
}

template <typename T>
HWY_NOINLINE void MakeWords(const T* x, int64_t n, WideKeys<T> keys, const WordForm& form, int64_t* words) {
  const hn::ScalableTag<int64_t> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  constexpr int64_t kLanes = HWY_MAX_BYTES / 8;
  const auto least = hn::Set(d, form.least), lanes = hn::Set(d, kLanes);
  auto index = hn::Iota(d, 0);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto upper = hn::ShiftRightSame(hn::BitCast(du, hn::Sub(keys.Load(d, x + i), least)), form.shift);
    hn::StoreU(hn::Or(hn::BitCast(d, hn::ShiftLeftSame(upper, form.index_bits)), index), d, words + i);
    index = hn::Add(index, lanes);
  }
  for (; i < n; i++) words[i] = form.Word(keys.Of(x[i]), i);
}

// n sorted words to indices into x. room: 3 n words.
template <typename T>
HWY_NOINLINE void TakeIndices(const T* x, int64_t n, WideKeys<T> keys, const WordForm& form, int64_t* words,
                              int64_t* room) {
  const int64_t mask = form.index_mask();
  const int bits = form.index_bits;
  for (int64_t i = 0; i < n;) {
    int64_t end = i + 1;
    if (form.shift > 0) {
      while (end < n && (static_cast<uint64_t>(words[end]) ^ static_cast<uint64_t>(words[i])) >> bits == 0) end++;
    }
    for (int64_t j = i; j < end; j++) words[j] &= mask;
    if (end - i > 1) {
      bool sorted = true;
      for (int64_t j = i; j < end; j++) {
        room[j - i] = keys.Of(x[words[j]]);
        sorted = sorted && (j == i || room[j - i - 1] <= room[j - i]);
      }
      if (!sorted) SortPiece<int64_t, true>({{room, words + i}, {room + n, room + 2 * n}, end - i, false});
    }
    i = end;
  }
}

#endif  // NUMRS_ORDER_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_WORDS_INL_H_
