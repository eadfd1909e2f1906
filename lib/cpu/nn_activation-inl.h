// Activation functions and their derivatives on vectors but gelu (nn_gelu-inl.h), and the loops over arrays.
// Value: f(x); Back: g f'(x). a and b are the parameters of table/activation.def. Where Min or Max meet NaN, the second
// operand comes out: x stands there.

#if defined(NUMRS_CPU_NN_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_ACTIVATION_INL_H_
#undef NUMRS_CPU_NN_ACTIVATION_INL_H_
#else
#define NUMRS_CPU_NN_ACTIVATION_INL_H_
#endif

#include "core/nn_activation_tables.h"
#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f32_log-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_tanh-inl.h"
#include "cpu/memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace activation {

namespace hn = hwy::HWY_NAMESPACE;

#undef NUMRS_BY_TYPE
#define NUMRS_BY_TYPE(Name)                   \
  template <class D, class V>                 \
  HWY_INLINE V Name##Of(D d, V x) {           \
    if constexpr (sizeof(hn::TFromD<D>) == 4) \
      return f32::Name(d, x);                 \
    else                                      \
      return f64::Name(d, x);                 \
  }
NUMRS_BY_TYPE(Exp)
NUMRS_BY_TYPE(Expm1)
NUMRS_BY_TYPE(Log1p)
NUMRS_BY_TYPE(Tanh)
NUMRS_BY_TYPE(Sigmoid)

template <class D>
HWY_INLINE hn::Vec<D> Constant(D d, double x) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(x));
}
// x, but the lowest number for -inf, whose product with 0 would be NaN.
template <class D, class V>
HWY_INLINE V Finite(D d, V x) {
  return hn::Max(hn::Set(d, hwy::LowestValue<hn::TFromD<D>>()), x);
}
template <class D, class V>
HWY_INLINE hn::Mask<D> Positive(D d, V x) {
  return hn::Gt(x, hn::Zero(d));
}
// y, but 0 where x <= a or b <= x.
template <class D, class V>
HWY_INLINE V Between(D, V x, V a, V b, V y) {
  return hn::IfThenZeroElse(hn::Or(hn::Le(x, a), hn::Ge(x, b)), y);
}

struct Relu {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x);
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), g);
  }
};
struct Hardtanh {
  template <class D, class V>
  static HWY_INLINE V Value(D, V x, V a, V b) {
    return hn::IfThenElse(hn::Le(x, a), a, hn::IfThenElse(hn::Ge(x, b), b, x));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V a, V b) {
    return Between(d, x, a, b, g);
  }
};
struct Relu6 {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return Hardtanh::Value(d, x, hn::Zero(d), Constant(d, 6));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    return Between(d, x, hn::Zero(d), Constant(d, 6), g);
  }
};
struct LeakyRelu {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V a, V) {
    return hn::IfThenElse(Positive(d, x), x, hn::Mul(x, a));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V a, V) {
    return hn::IfThenElse(Positive(d, x), g, hn::Mul(g, a));
  }
};
struct Elu {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V a, V) {
    return hn::IfThenElse(Positive(d, x), x, hn::Mul(a, Expm1Of(d, hn::Min(hn::Zero(d), x))));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V a, V) {
    const V slope = hn::Mul(a, ExpOf(d, hn::Min(hn::Zero(d), x)));
    return hn::IfThenElse(Positive(d, x), g, hn::Mul(g, slope));
  }
};
struct Selu {
  static constexpr double kScale = 1.0507009873554805, kBoth = 1.7580993408473769;
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return hn::IfThenElse(Positive(d, x), hn::Mul(x, Constant(d, kScale)),
                          hn::Mul(Constant(d, kBoth), Expm1Of(d, hn::Min(hn::Zero(d), x))));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V slope = hn::Mul(Constant(d, kBoth), ExpOf(d, hn::Min(hn::Zero(d), x)));
    return hn::Mul(g, hn::IfThenElse(Positive(d, x), Constant(d, kScale), slope));
  }
};
struct Celu {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V a, V) {
    return hn::IfThenElse(Positive(d, x), x, hn::Mul(a, Expm1Of(d, hn::Div(x, a))));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V a, V) {
    return hn::IfThenElse(Positive(d, x), g, hn::Mul(g, ExpOf(d, hn::Div(x, a))));
  }
};
// 1 / (1 + e^|x|), the smaller one of the weights of x and -x.
template <class D, class V>
HWY_INLINE V SmallerWeight(D d, V x) {
  return SigmoidOf(d, hn::Neg(hn::Abs(x)));
}
struct Silu {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return hn::Mul(Finite(d, x), SigmoidOf(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V a = hn::Min(Constant(d, 800), hn::Abs(x)), q = SmallerWeight(d, a);
    const V below = hn::Sub(q, hn::Mul(a, hn::Mul(q, hn::Sub(Constant(d, 1), q))));
    return hn::Mul(g, hn::IfThenElse(Positive(d, x), hn::Sub(Constant(d, 1), below), below));
  }
};
struct Sigmoid {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return SigmoidOf(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V q = SmallerWeight(d, x);
    return hn::Mul(g, hn::Mul(q, hn::Sub(Constant(d, 1), q)));
  }
};
struct Tanh {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return TanhOf(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V q = SmallerWeight(d, hn::Add(x, x));
    return hn::Mul(g, hn::Mul(Constant(d, 4), hn::Mul(q, hn::Sub(Constant(d, 1), q))));
  }
};
// log(1 + e^z).
template <class D, class V>
HWY_INLINE V Log1pExp(D d, V z) {
  return hn::Add(hn::Max(hn::Zero(d), z), Log1pOf(d, ExpOf(d, hn::Neg(hn::Abs(z)))));
}
struct Softplus {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V a, V b) {
    const V z = hn::Mul(x, a);
    return hn::IfThenElse(hn::Gt(z, b), x, hn::Div(Log1pExp(d, z), a));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V a, V b) {
    const V z = hn::Mul(x, a);
    return hn::IfThenElse(hn::Gt(z, b), g, hn::Mul(g, SigmoidOf(d, z)));
  }
};
struct Logsigmoid {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    return hn::Neg(Log1pExp(d, hn::Neg(x)));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    return hn::Mul(g, SigmoidOf(d, hn::Neg(x)));
  }
};
struct Softsign {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    const V bounded = hn::Min(hn::Set(d, hwy::HighestValue<hn::TFromD<D>>()), Finite(d, x));
    return hn::Div(bounded, hn::Add(Constant(d, 1), hn::Abs(bounded)));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V down = hn::Add(Constant(d, 1), hn::Abs(x));
    return hn::Div(hn::Div(g, down), down);
  }
};
struct Hardswish {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    const V three = Constant(d, 3), middle = hn::Div(hn::Mul(x, hn::Add(x, three)), Constant(d, 6));
    return hn::IfThenZeroElse(hn::Le(x, hn::Neg(three)), hn::IfThenElse(hn::Ge(x, three), x, middle));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    const V three = Constant(d, 3), slope = hn::Add(hn::Div(x, three), Constant(d, 0.5));
    return hn::IfThenZeroElse(hn::Le(x, hn::Neg(three)), hn::IfThenElse(hn::Ge(x, three), g, hn::Mul(g, slope)));
  }
};
struct Hardsigmoid {
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    const V three = Constant(d, 3), middle = hn::Div(hn::Add(x, three), Constant(d, 6));
    return hn::IfThenZeroElse(hn::Le(x, hn::Neg(three)), hn::IfThenElse(hn::Ge(x, three), Constant(d, 1), middle));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    return Between(d, x, Constant(d, -3), Constant(d, 3), hn::Div(g, Constant(d, 6)));
  }
};
struct Mish {
  // top / (top + rest) is tanh(log(1 + e^x)), with e = e^-|x|.
  template <class D, class V>
  static HWY_INLINE void Parts(D d, V x, V& e, V& top, V& rest) {
    const V one = Constant(d, 1), two = Constant(d, 2);
    e = ExpOf(d, hn::Neg(hn::Abs(x)));
    const auto positive = Positive(d, x);
    top = hn::IfThenElse(positive, hn::Add(one, hn::Add(e, e)), hn::Mul(e, hn::Add(e, two)));
    rest = hn::IfThenElse(positive, hn::Mul(hn::Add(e, e), e), two);
  }
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    V e, top, rest;
    Parts(d, x, e, top, rest);
    return hn::Mul(Finite(d, x), hn::Div(top, hn::Add(top, rest)));
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    V e, top, rest;
    const V bounded = hn::Min(Constant(d, 800), hn::Max(Constant(d, -800), x)), one = Constant(d, 1);
    Parts(d, bounded, e, top, rest);
    const V down = hn::Add(top, rest), t = hn::Div(top, down);
    const V s = hn::Div(hn::IfThenElse(Positive(d, x), one, e), hn::Add(one, e));
    const V slope = hn::Mul(hn::Mul(hn::Div(rest, down), hn::Add(one, t)), s);
    return hn::Mul(g, hn::Add(t, hn::Mul(bounded, slope)));
  }
};

// ---------------------------------------------------------------------------------------------------- loops

// How many vectors Fn::Several computes together, with the bits of Value, and Fn::SlopeSeveral, whose products with the
// gradients have those of Back; 0: they are not there.
template <class Fn, typename T>
inline constexpr size_t kSeveral = 0;

template <class Fn, typename T>
void ForwardLoop(const void* x, void* y, int64_t n, double pa, double pb) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto a = hn::Set(d, static_cast<T>(pa)), b = hn::Set(d, static_cast<T>(pb));
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(y);
  int64_t i = 0;
  if constexpr (kSeveral < Fn, T >> 0) {
    constexpr int64_t kN = static_cast<int64_t>(kSeveral<Fn, T>);
    for (; i + kN * lanes <= n; i += kN * lanes) {
      hn::Vec<decltype(d)> v[kN];
      for (int64_t k = 0; k < kN; k++) v[k] = hn::LoadU(d, from + i + k * lanes);
      Fn::Several(d, v, v);
      for (int64_t k = 0; k < kN; k++) hn::StoreU(v[k], d, to + i + k * lanes);
    }
  }
  for (; i + lanes <= n; i += lanes) hn::StoreU(Fn::Value(d, hn::LoadU(d, from + i), a, b), d, to + i);
  if (i < n) StorePart(Fn::Value(d, LoadPart(d, from + i, n - i), a, b), d, to + i, n - i);
}
template <class Fn, typename T>
void BackwardLoop(const void* g, const void* x, void* gx, int64_t n, double pa, double pb) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto a = hn::Set(d, static_cast<T>(pa)), b = hn::Set(d, static_cast<T>(pb));
  const T *grad = static_cast<const T*>(g), *from = static_cast<const T*>(x);
  T* to = static_cast<T*>(gx);
  int64_t i = 0;
  if constexpr (kSeveral < Fn, T >> 0) {
    constexpr int64_t kN = static_cast<int64_t>(kSeveral<Fn, T>);
    for (; i + kN * lanes <= n; i += kN * lanes) {
      hn::Vec<decltype(d)> v[kN];
      for (int64_t k = 0; k < kN; k++) v[k] = hn::LoadU(d, from + i + k * lanes);
      Fn::SlopeSeveral(d, v, v);
      for (int64_t k = 0; k < kN; k++) v[k] = hn::Mul(hn::LoadU(d, grad + i + k * lanes), v[k]);
      for (int64_t k = 0; k < kN; k++) hn::StoreU(v[k], d, to + i + k * lanes);
    }
  }
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(Fn::Back(d, hn::LoadU(d, grad + i), hn::LoadU(d, from + i), a, b), d, to + i);
  if (i < n) StorePart(Fn::Back(d, LoadPart(d, grad + i, n - i), LoadPart(d, from + i, n - i), a, b), d, to + i, n - i);
}

template <class Fn>
void FillActivation(NnActivationTable* t, int32_t op) {
  t->forward[op][kF32] = ForwardLoop<Fn, float>;
  t->forward[op][kF64] = ForwardLoop<Fn, double>;
  t->backward[op][kF32] = BackwardLoop<Fn, float>;
  t->backward[op][kF64] = BackwardLoop<Fn, double>;
}

}  // namespace activation
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_NN_ACTIVATION_INL_H_
