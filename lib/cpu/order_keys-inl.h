// Elements to keys and back, for order_kit-inl.h: flipped bits, NaN put aside, zeros in the order of the input.

#if defined(NUMRS_CPU_ORDER_KEYS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_KEYS_INL_H_
#undef NUMRS_CPU_ORDER_KEYS_INL_H_
#else
#define NUMRS_CPU_ORDER_KEYS_INL_H_
#endif

#include "cpu/order_front-inl.h"
#include "cpu/order_network-inl.h"
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
  // Those of a register: which lanes are zero, and which have the sign.
  HWY_INLINE void Take(uint64_t lanes, uint64_t sign) {
    uint64_t bits = 0;
    const int found = __builtin_popcountll(lanes);
    if (HWY_UNLIKELY((lanes & sign) != 0)) {
      uint64_t rest = lanes;
      for (int at = 0; rest != 0; rest &= rest - 1, at++) bits |= (sign >> __builtin_ctzll(rest) & 1) << at;
      negative += __builtin_popcountll(bits);
    }
    const int64_t at = count & 63;
    uint64_t* word = signs + (count >> 6);
    *word = at == 0 ? bits : *word | bits << at;
    if (at + found > 64) word[1] = bits >> (64 - at);
    count += found;
  }
};

// y = the keys of the elements that are no NaN; those are put aside. Returns the number of keys. y may be x.
template <typename T>
HWY_NOINLINE int64_t TakeFloats(const T* x, int64_t n, bool descending, T* y, T* aside, Zeros* zeros) {
  const hn::ScalableTag<T> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const hn::RebindToSigned<decltype(d)> di;
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
    if (hn::AllTrue(d, hn::Eq(v, v))) {
      const auto signs = hn::RebindMask(d, hn::Lt(hn::BitCast(di, v), hn::Zero(di)));
      hn::StoreU(hn::Xor(v, flip), d, y + count);
      count += kLanes;
      zeros->Take(static_cast<uint64_t>(LanesOf(d, hn::Eq(v, zero))), static_cast<uint64_t>(LanesOf(d, signs)));
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

#endif  // NUMRS_ORDER_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_KEYS_INL_H_
