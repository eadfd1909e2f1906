// Packs: a few vectors on which each operation is done before the next one. No arithmetic of its own.
//
// A mathematical function is one long chain of operations that wait for each other. A loop over single vectors leaves
// it to the processor to find the next vectors' chains, and its scheduler (97 entries on a CPU of 2023, half of that
// with two threads on a core) is full of waiting operations long before all its pipelines are busy. A function that is
// written for "X, a vector or a pack", with the names of this file instead of hn::, computes packs without waiting.

#if defined(NUMRS_CPU_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_PACK_INL_H_
#undef NUMRS_CPU_PACK_INL_H_
#else
#define NUMRS_CPU_PACK_INL_H_
#endif

#include <stddef.h>

#include <type_traits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of unknown length cannot be members: there nobody makes packs.
template <class V, size_t kN>
struct Pack {
  V v[kN];
};

template <class T>
struct PackSize {
  static constexpr size_t value = 0;
};
template <class V, size_t kN>
struct PackSize<Pack<V, kN>> {
  static constexpr size_t value = kN;
};
template <class... T>
constexpr size_t LargestPack() {
  size_t largest = 0;
  ((largest = PackSize<T>::value > largest ? PackSize<T>::value : largest), ...);
  return largest;
}

// Member i of a pack; anything else, tags and constants, is the same for all members.
template <class T>
HWY_INLINE const T& MemberOf(const T& whole, size_t) {
  return whole;
}
template <class V, size_t kN>
HWY_INLINE const V& MemberOf(const Pack<V, kN>& pack, size_t i) {
  return pack.v[i];
}

// Function(...) for packs, member by member.
#undef NUMRS_FOR_PACKS
#define NUMRS_FOR_PACKS(Name, Function)                                                                  \
  template <class... A, size_t kN = LargestPack<A...>(), std::enable_if_t<(kN > 0), int> = 0>            \
  HWY_INLINE auto Name(const A&... a) -> Pack<std::decay_t<decltype(Function(MemberOf(a, 0)...))>, kN> { \
    Pack<std::decay_t<decltype(Function(MemberOf(a, 0)...))>, kN> result;                                \
    for (size_t i = 0; i < kN; i++) result.v[i] = Function(MemberOf(a, i)...);                           \
    return result;                                                                                       \
  }

// The same for a function of one argument that is seldom needed: its pack is copied to memory where it is called, so
// that on the usual way nothing is. GCC (12) ends a function that returns nothing with vzeroupper, and -fipa-ra does
// not count that when it decides which registers the caller may keep: constants lost their upper halves. Hence noipa.
#undef NUMRS_NOIPA
#if defined(__GNUC__) && !defined(__clang__)
#define NUMRS_NOIPA __attribute__((noipa))
#else
#define NUMRS_NOIPA HWY_NOINLINE
#endif
#undef NUMRS_FOR_PACKS_SELDOM
#define NUMRS_FOR_PACKS_SELDOM(Name)                                  \
  template <class D, class V, size_t kN>                              \
  NUMRS_NOIPA void Name##InMemory(D d, Pack<V, kN>* pack) {           \
    for (size_t i = 0; i < kN; i++) pack->v[i] = Name(d, pack->v[i]); \
  }                                                                   \
  template <class D, class V, size_t kN>                              \
  HWY_INLINE Pack<V, kN> Name(D d, Pack<V, kN> x) {                   \
    Pack<V, kN> copy = x;                                             \
    Name##InMemory(d, &copy);                                         \
    return copy;                                                      \
  }

// The operations that functions of packs use, for vectors and packs.
namespace pk {
#undef NUMRS_LIFT
#define NUMRS_LIFT(Name)                                                         \
  template <class... A>                                                          \
  HWY_INLINE auto Name(const A&... a) {                                          \
    constexpr size_t kN = LargestPack<A...>();                                   \
    if constexpr (kN == 0) {                                                     \
      return hn::Name(a...);                                                     \
    } else {                                                                     \
      Pack<std::decay_t<decltype(hn::Name(MemberOf(a, 0)...))>, kN> result;      \
      for (size_t i = 0; i < kN; i++) result.v[i] = hn::Name(MemberOf(a, i)...); \
      return result;                                                             \
    }                                                                            \
  }
NUMRS_LIFT(Abs)
NUMRS_LIFT(Add)
NUMRS_LIFT(BitCast)
NUMRS_LIFT(Le)
NUMRS_LIFT(Lt)
NUMRS_LIFT(Mul)
NUMRS_LIFT(MulAdd)
NUMRS_LIFT(NegMulAdd)
NUMRS_LIFT(Sub)
#undef NUMRS_LIFT
#define NUMRS_LIFT_SHIFT(Name)                                        \
  template <int kBits, class V>                                       \
  HWY_INLINE V Name(V a) {                                            \
    return hn::Name<kBits>(a);                                        \
  }                                                                   \
  template <int kBits, class V, size_t kN>                            \
  HWY_INLINE Pack<V, kN> Name(Pack<V, kN> a) {                        \
    for (size_t i = 0; i < kN; i++) a.v[i] = hn::Name<kBits>(a.v[i]); \
    return a;                                                         \
  }
NUMRS_LIFT_SHIFT(ShiftLeft)
#undef NUMRS_LIFT_SHIFT

// y = x, member by member: compilers keep packs that are copied whole in memory where two ways meet.
template <class V>
HWY_INLINE void Assign(V& y, const V& x) {
  y = x;
}
template <class V, size_t kN>
HWY_INLINE void Assign(Pack<V, kN>& y, const Pack<V, kN>& x) {
  for (size_t i = 0; i < kN; i++) y.v[i].raw = x.v[i].raw;
}

template <class D, class M>
HWY_INLINE bool AllTrue(D d, M mask) {
  return hn::AllTrue(d, mask);
}
template <class D, class M, size_t kN>
HWY_INLINE bool AllTrue(D d, const Pack<M, kN>& masks) {
  M all = masks.v[0];
  for (size_t i = 1; i < kN; i++) all = hn::And(all, masks.v[i]);
  return hn::AllTrue(d, all);
}

// Has every member of a the bits of b, but for those of mask? One operation for each member with AVX-512.
template <class DI, class VI>
HWY_INLINE bool SameBitsBut(DI d, VI a, VI b, VI mask) {
  return hn::AllFalse(d, hn::Ne(hn::AndNot(mask, hn::Xor(a, b)), hn::Zero(d)));
}
template <class DI, class VI, size_t kN>
HWY_INLINE bool SameBitsBut(DI d, const Pack<VI, kN>& a, VI b, VI mask) {
  VI all = hn::Xor(a.v[0], b);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (hn::MaxLanes(d) * sizeof(hn::TFromD<DI>) == 64) {
    for (size_t i = 1; i < kN; i++) all = VI{_mm512_ternarylogic_epi64(all.raw, a.v[i].raw, b.raw, 0xF6)};
    return hn::AllFalse(d, hn::Ne(hn::AndNot(mask, all), hn::Zero(d)));
  }
#endif
  for (size_t i = 1; i < kN; i++) all = hn::Or(all, hn::Xor(a.v[i], b));
  return hn::AllFalse(d, hn::Ne(hn::AndNot(mask, all), hn::Zero(d)));
}
}  // namespace pk

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_PACK_INL_H_
