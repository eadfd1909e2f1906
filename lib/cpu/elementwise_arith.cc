// Element-wise kernels of backend "cpu": add, subtract, multiply, divide and the arithmetic functions of one operand.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_arith.cc"
#include "hwy/foreach_target.h"

#include "cpu/elementwise-inl.h"
#include "cpu/integer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

struct Add : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Add(a, b);
  }
};
struct OrBytes {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Or(a, b);
  }
};
template <>
struct KernelFunctor<Add, Bool> {
  using type = OrBytes;
};

struct Subtract : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Sub(a, b);
  }
};

struct Multiply : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::Mul(a, b);
    else
      return MulInteger(d, a, b);
  }
};
struct AndBytes {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::And(a, b);
  }
};
template <>
struct KernelFunctor<Multiply, Bool> {
  using type = AndBytes;
};

struct Divide {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Div(a, b);
  }
};

struct Negative : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::Xor(x, hn::SignBit(d));
    else
      return hn::Sub(hn::Zero(d), x);
  }
};

// 16-bit floats: the sign is one bit.
struct FlipSign16 {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Xor(x, hn::Set(d, 0x8000));
  }
};
struct NoSign16 {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::And(x, hn::Set(d, 0x7FFF));
  }
};
template <class H>
struct BitsFunctor<Negative, H> {
  using type = FlipSign16;
};

struct Abs {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    if constexpr (hwy::IsFloat<T>())
      return hn::AndNot(hn::SignBit(d), x);
    else if constexpr (hwy::IsSigned<T>())
      return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Zero(d), x), x);
    else
      return x;
  }
};

template <class H>
struct BitsFunctor<Abs, H> {
  using type = NoSign16;
};

struct Sign {  // NaN stays NaN; of zeros of both signs 0
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    const V zero = hn::Zero(d), one = hn::Set(d, static_cast<T>(1));
    if constexpr (hwy::IsFloat<T>() || hwy::IsSigned<T>()) {
      const V up = hn::IfThenElse(hn::Gt(x, zero), one, hn::Add(x, zero));
      return hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, static_cast<T>(-1)), up);
    } else {
      return hn::Min(x, one);
    }
  }
};

struct Square : Signless {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return Multiply()(d, x, x);
  }
};

struct Reciprocal {  // of an integer: truncated, so that only 1 and -1 have one; 0 for 0
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, static_cast<T>(1));
    if constexpr (hwy::IsFloat<T>()) {
      return hn::Div(one, x);
    } else if constexpr (hwy::IsSigned<T>()) {
      return hn::IfThenElseZero(hn::Or(hn::Eq(x, one), hn::Eq(x, hn::Set(d, static_cast<T>(-1)))), x);
    } else {
      return hn::IfThenElseZero(hn::Eq(x, one), x);
    }
  }
};

struct Sqrt {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Sqrt(x);
  }
};

void FillArith(cpu::ElementwiseTables* t) { FillPart<cpu::kArith>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillArith)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
