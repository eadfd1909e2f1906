// Element-wise kernels of backend "cpu": rounding, sign copying, neighbours, and the parts of a complex number.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_rounding.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

struct Positive : BitsOnly {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return x;
  }
};
struct Conj {};
struct Real {};
template <typename T>
struct KernelFunctor<Conj, T> {
  using type = Positive;
};
template <typename T>
struct KernelFunctor<Real, T> {
  using type = Positive;
};

struct Imag : BitsOnly {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V) const {
    return hn::Zero(d);
  }
};

struct Floor {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Floor(x);
  }
};
struct Ceil {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Ceil(x);
  }
};
struct Trunc {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Trunc(x);
  }
};
struct Round {  // halves to even
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Round(x);
  }
};
// Integers and bool are whole already.
template <class Fn>
constexpr bool kRounds = std::is_same<Fn, Floor>::value || std::is_same<Fn, Ceil>::value ||
                         std::is_same<Fn, Trunc>::value || std::is_same<Fn, Round>::value;
template <class Fn, typename T>
struct KernelFunctor<Fn, T, std::enable_if_t<kRounds<Fn> && !std::is_floating_point<T>::value>> {
  using type = Positive;
};

struct CopySign {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const V sign = hn::SignBit(d);
    return hn::Or(hn::AndNot(sign, a), hn::And(sign, b));
  }
};

struct CopySign16 {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const V sign = hn::Set(d, 0x8000);
    return hn::Or(hn::AndNot(sign, a), hn::And(sign, b));
  }
};
template <class H>
struct BitsFunctor<CopySign, H> {
  using type = CopySign16;
};

// The next number from a towards b; floats are ordered like their bits, by magnitude.
struct NextAfter {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const hn::RebindToSigned<D> di;
    using I = hn::TFromD<decltype(di)>;
    const V zero = hn::Zero(d);
    const auto bits = hn::BitCast(di, a);
    const auto one = hn::Set(di, static_cast<I>(1));
    // Away from zero when a < b and a > 0, or a > b and a < 0.
    const auto away = hn::Xor(hn::Lt(a, b), hn::Lt(a, zero));
    const auto step = hn::IfThenElse(hn::RebindMask(di, away), one, hn::Set(di, static_cast<I>(-1)));
    const V moved = hn::BitCast(d, hn::Add(bits, step));
    const V smallest = hn::Or(hn::BitCast(d, one), hn::And(b, hn::SignBit(d)));
    V result = hn::IfThenElse(hn::Eq(a, zero), smallest, moved);
    result = hn::IfThenElse(hn::Eq(a, b), b, result);
    const auto ordered = hn::And(hn::Eq(a, a), hn::Eq(b, b));
    return hn::IfThenElse(ordered, result, hn::Add(a, b));
  }
};

// The same on the bits of 16-bit floats: sign and magnitude become one order of signed integers.
template <class H>
struct NextAfter16 {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    const hn::RebindToSigned<D> di;
    const auto zero = hn::Zero(di), one = hn::Set(di, 1), infinity = hn::Set(di, H::kInfinity);
    const auto most = hn::Set(di, 0x7FFF);
    const auto sign_a = hn::AndNot(most, hn::BitCast(di, a));
    const auto sign_b = hn::AndNot(most, hn::BitCast(di, b));
    const auto abs_a = hn::And(hn::BitCast(di, a), most), abs_b = hn::And(hn::BitCast(di, b), most);
    const auto key_a = hn::IfThenElse(hn::Lt(sign_a, zero), hn::Sub(zero, abs_a), abs_a);
    const auto key_b = hn::IfThenElse(hn::Lt(sign_b, zero), hn::Sub(zero, abs_b), abs_b);
    const auto up = hn::Lt(key_a, key_b);
    // Away from zero where a stands on the side of zero on which b lies beyond.
    const auto away = hn::Xor(hn::VecFromMask(di, up), hn::VecFromMask(di, hn::Lt(sign_a, zero)));
    const auto moved = hn::Add(hn::BitCast(di, a), hn::IfThenElse(hn::MaskFromVec(away), one, hn::Set(di, -1)));
    auto result = hn::IfThenElse(hn::Eq(abs_a, zero), hn::Or(sign_b, one), moved);
    result = hn::IfThenElse(hn::Eq(key_a, key_b), hn::BitCast(di, b), result);
    const auto nan = hn::Or(hn::Gt(abs_a, infinity), hn::Gt(abs_b, infinity));
    return hn::BitCast(d,
                       hn::IfThenElse(nan, hn::Set(di, H::kInfinity | 1 << (H::kInfinity == 0x7C00 ? 9 : 6)), result));
  }
};
template <class H>
struct BitsFunctor<NextAfter, H> {
  using type = NextAfter16<H>;
};

void FillRounding(cpu::ElementwiseTables* t) { FillPart<cpu::kRounding>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillRounding)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
