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
