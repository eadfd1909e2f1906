// Element-wise kernels of backend "cpu": bits, shifts, and division with integer results.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_integer.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"
#include "cpu/integer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

struct BitAnd : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::And(a, b);
  }
};
struct BitOr : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Or(a, b);
  }
};
struct BitXor : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Xor(a, b);
  }
};
struct Invert : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Not(x);
  }
};
struct InvertBytes {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Xor(x, hn::Set(d, 1));
  }
};
template <>
struct KernelFunctor<Invert, Bool> {
  using type = InvertBytes;
};

// ------------------------------------------------------------------------------------------------ shifts

// Counts below the width only.
struct LeftWithin {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V count) const {
    return hn::Shl(a, count);
  }
};
struct RightWithin {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V count) const {
    return hn::Shr(a, count);
  }
};

// Shifts by the width or more, or by a negative amount, push every bit out.
struct ShiftLeft : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    using U = hn::TFromD<D>;
    constexpr U kWidth = sizeof(U) * 8;
    const auto within = hn::Lt(b, hn::Set(d, kWidth));
    const V count = hn::And(b, hn::Set(d, static_cast<U>(kWidth - 1)));
    if constexpr (sizeof(U) == 1)
      return hn::IfThenElseZero(within, BytesAsWords(LeftWithin(), d, a, count));
    else
      return hn::IfThenElseZero(within, hn::Shl(a, count));
  }
};

struct ShiftRight {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    using T = hn::TFromD<D>;
    const hn::RebindToUnsigned<D> du;
    using U = hn::TFromD<decltype(du)>;
    constexpr U kWidth = sizeof(T) * 8;
    if constexpr (hwy::IsSigned<T>()) {
      // The bits of a negative number are inverted, shifted in zeros, and inverted back.
      const auto count = hn::Min(hn::BitCast(du, b), hn::Set(du, static_cast<U>(kWidth - 1)));
      const auto sign = hn::BitCast(du, hn::VecFromMask(d, hn::Lt(a, hn::Zero(d))));
      const auto bits = hn::Xor(hn::BitCast(du, a), sign);
      return hn::BitCast(d, hn::Xor(ShiftRight()(du, bits, count), sign));
    } else {
      const auto within = hn::Lt(b, hn::Set(d, kWidth));
      const V count = hn::And(b, hn::Set(d, static_cast<T>(kWidth - 1)));
      if constexpr (sizeof(T) == 1)
        return hn::IfThenElseZero(within, BytesAsWords(RightWithin(), d, a, count));
      else
        return hn::IfThenElseZero(within, hn::Shr(a, count));
    }
  }
};

// ------------------------------------------------------------------------------------------------ division

// floor(a / b) of 32-bit integers by way of float64, of 8- and 16-bit ones by way of float32. The quotient of numbers
// of w bits lies at least 2^-w (relative) from the next integer unless it is one, and one rounding is smaller: floor
// makes no mistake. The result is rounded to an integer by adding 1.5 * 2^52 (2^23), which leaves it in the low bits,
// wrapped. Quotients of one narrow vector type D whose float vector has as many lanes.
template <class D, class V>
HWY_INLINE V QuotientWide(D d, V a, V b) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 4) {
    const hn::Rebind<double, D> df;
    const hn::Rebind<uint64_t, D> du64;
    const hn::Rebind<uint32_t, D> du32;
    hn::Vec<decltype(df)> fa, fb;
    if constexpr (hwy::IsSigned<T>()) {
      fa = hn::PromoteTo(df, a);
      fb = hn::PromoteTo(df, b);
    } else {
      fa = FloatOfUnsigned(df, hn::PromoteTo(du64, a));
      fb = FloatOfUnsigned(df, hn::PromoteTo(du64, b));
    }
    const auto q = hn::Add(hn::Floor(hn::Div(fa, fb)), hn::Set(df, 6755399441055744.0));
    return hn::BitCast(d, hn::TruncateTo(du32, hn::BitCast(du64, q)));
  } else {
    const hn::Rebind<float, D> df;
    const hn::Rebind<int32_t, D> di32;
    const hn::Rebind<uint32_t, D> du32;
    const hn::RebindToUnsigned<D> du;
    const auto fa = hn::ConvertTo(df, hn::PromoteTo(di32, a)), fb = hn::ConvertTo(df, hn::PromoteTo(di32, b));
    const auto q = hn::Add(hn::Floor(hn::Div(fa, fb)), hn::Set(df, 12582912.0f));
    return hn::BitCast(d, hn::TruncateTo(du, hn::BitCast(du32, q)));
  }
}

// Divisors must not be zero.
template <class D, class V>
HWY_INLINE V Quotient(D d, V a, V b) {
  using T = hn::TFromD<D>;
  constexpr size_t kFloatBytes = sizeof(T) == 4 ? 8 : 4;
  if constexpr (hn::MaxLanes(D()) * kFloatBytes <= HWY_MAX_BYTES) {
    return QuotientWide(d, a, b);
  } else {
    const hn::Half<D> dh;
    return hn::Combine(d, Quotient(dh, hn::UpperHalf(dh, a), hn::UpperHalf(dh, b)),
                       Quotient(dh, hn::LowerHalf(dh, a), hn::LowerHalf(dh, b)));
  }
}

constexpr DTypeSet kUpTo32 = Bit(kI8) | Bit(kI16) | Bit(kI32) | Bit(kU8) | Bit(kU16) | Bit(kU32);

// Rounded towards minus infinity; by zero gives 0; the smallest number by -1 wraps.
struct FloorDivide {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const auto by_zero = hn::Eq(b, hn::Zero(d));
    const V divisor = hn::Or(b, hn::VecFromMask(d, by_zero));
    return hn::IfThenZeroElse(by_zero, Quotient(d, a, divisor));
  }
};
// The sign of the divisor; by zero gives 0.
struct Remainder {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const auto by_zero = hn::Eq(b, hn::Zero(d));
    const V divisor = hn::Or(b, hn::VecFromMask(d, by_zero));
    return hn::IfThenZeroElse(by_zero, hn::Sub(a, MulInteger(d, Quotient(d, a, divisor), divisor)));
  }
};
template <>
constexpr DTypeSet kHas<FloorDivide> = kUpTo32;
template <>
constexpr DTypeSet kHas<Remainder> = kUpTo32;

void FillInteger(cpu::ElementwiseTables* t) { FillPart<cpu::kInteger>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillInteger)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
