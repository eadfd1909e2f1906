// Element-wise kernels of backend "cpu": comparisons, logic and tests, all with bool results.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_compare.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// Not(Eq) where the answer for NaN must be true: Highway's Ne differs between its targets there.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsTrue(D d, V x) {
  return hn::Not(hn::Eq(x, hn::Zero(d)));
}

struct Equal : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, V a, V b) const {
    return hn::Eq(a, b);
  }
};
struct NotEqual : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, V a, V b) const {
    return hn::Not(hn::Eq(a, b));
  }
};
struct Less {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, V a, V b) const {
    return hn::Lt(a, b);
  }
};
struct LessEqual {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, V a, V b) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::Le(a, b);
    else
      return hn::Not(hn::Gt(a, b));
  }
};
// The same with the operands exchanged.
struct Greater {};
struct GreaterEqual {};
template <typename T>
struct Zip<Greater, T, true> {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Zip<Less, T, true>::Run(b, a, y, n, (scalars & 1) << 1 | (scalars & 2) >> 1);
  }
};
template <typename T>
struct Zip<GreaterEqual, T, true> {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Zip<LessEqual, T, true>::Run(b, a, y, n, (scalars & 1) << 1 | (scalars & 2) >> 1);
  }
};

template <class H, bool kPack>
struct HalfZip<Greater, H, true, kPack> {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    HalfZip<Less, H, true, kPack>::Run(b, a, y, n, (scalars & 1) << 1 | (scalars & 2) >> 1);
  }
};
template <class H, bool kPack>
struct HalfZip<GreaterEqual, H, true, kPack> {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    HalfZip<LessEqual, H, true, kPack>::Run(b, a, y, n, (scalars & 1) << 1 | (scalars & 2) >> 1);
  }
};

struct LogicalAnd : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V a, V b) const {
    return hn::And(IsTrue(d, a), IsTrue(d, b));
  }
};
struct LogicalOr : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V a, V b) const {
    return hn::Or(IsTrue(d, a), IsTrue(d, b));
  }
};
struct LogicalXor : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V a, V b) const {
    return hn::Xor(IsTrue(d, a), IsTrue(d, b));
  }
};
struct LogicalNot : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    return hn::Eq(x, hn::Zero(d));
  }
};

// Integers and bool are neither NaN nor infinite.
template <class D>
HWY_INLINE hn::Mask<D> Never(D d) {
  return hn::MaskFromVec(hn::Zero(d));
}

struct IsNaN : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::Not(hn::Eq(x, x));
    else
      return Never(d);
  }
};
struct IsInf : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    if constexpr (hwy::IsFloat<T>())
      return hn::Eq(hn::AndNot(hn::SignBit(d), x), hn::Set(d, std::numeric_limits<T>::infinity()));
    else
      return Never(d);
  }
};
struct IsFinite : Signless {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    if constexpr (hwy::IsFloat<T>())
      return hn::Lt(hn::AndNot(hn::SignBit(d), x), hn::Set(d, std::numeric_limits<T>::infinity()));
    else
      return hn::Eq(x, x);
  }
};
struct SignBit {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    if constexpr (hwy::IsFloat<T>()) {
      const hn::RebindToSigned<D> di;
      return hn::RebindMask(d, hn::Lt(hn::BitCast(di, x), hn::Zero(di)));
    } else if constexpr (hwy::IsSigned<T>()) {
      return hn::Lt(x, hn::Zero(d));
    } else {
      return Never(d);
    }
  }
};

// 16-bit floats: questions about the bits below the sign, or the sign.
enum class Test16 { NAN_, INFINITE, FINITE, ZERO, NEGATIVE };
template <Test16 kTest, class H>
struct Tests16 {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, V x) const {
    const hn::RebindToSigned<D> di;
    const auto bits = hn::BitCast(di, x), magnitude = hn::And(bits, hn::Set(di, 0x7FFF));
    const auto infinity = hn::Set(di, H::kInfinity), zero = hn::Zero(di);
    if constexpr (kTest == Test16::NAN_) return hn::RebindMask(d, hn::Gt(magnitude, infinity));
    if constexpr (kTest == Test16::INFINITE) return hn::RebindMask(d, hn::Eq(magnitude, infinity));
    if constexpr (kTest == Test16::FINITE) return hn::RebindMask(d, hn::Lt(magnitude, infinity));
    if constexpr (kTest == Test16::ZERO) return hn::RebindMask(d, hn::Eq(magnitude, zero));
    if constexpr (kTest == Test16::NEGATIVE) return hn::RebindMask(d, hn::Lt(bits, zero));
  }
};
#define NUMRS_TEST16(Fn, test)             \
  template <class H>                       \
  struct BitsFunctor<Fn, H> {              \
    using type = Tests16<Test16::test, H>; \
  };
NUMRS_TEST16(IsNaN, NAN_)
NUMRS_TEST16(IsInf, INFINITE)
NUMRS_TEST16(IsFinite, FINITE)
NUMRS_TEST16(LogicalNot, ZERO)
NUMRS_TEST16(SignBit, NEGATIVE)
#undef NUMRS_TEST16

void FillCompare(cpu::ElementwiseTables* t) { FillPart<cpu::kCompare>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillCompare)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
