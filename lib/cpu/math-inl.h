// From the functors that table rows name to the vector functions of math/: float32 and float64 have their own.

#if defined(NUMRS_CPU_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_INL_H_
#undef NUMRS_CPU_MATH_INL_H_
#else
#define NUMRS_CPU_MATH_INL_H_
#endif

#include "cpu/elementwise-inl.h"

#undef NUMRS_MATH_1
#undef NUMRS_MATH_2
#define NUMRS_MATH_1(Functor, Function)                     \
  struct Functor : Heavy {                                  \
    template <class D, class V>                             \
    HWY_INLINE V operator()(D d, V x) const {               \
      if constexpr (sizeof(hn::TFromD<D>) == sizeof(float)) \
        return f32::Function(d, x);                         \
      else                                                  \
        return f64::Function(d, x);                         \
    }                                                       \
  };
#define NUMRS_MATH_2(Functor, Function)                     \
  struct Functor : Heavy {                                  \
    template <class D, class V>                             \
    HWY_INLINE V operator()(D d, V a, V b) const {          \
      if constexpr (sizeof(hn::TFromD<D>) == sizeof(float)) \
        return f32::Function(d, a, b);                      \
      else                                                  \
        return f64::Function(d, a, b);                      \
    }                                                       \
  };

#endif  // NUMRS_CPU_MATH_INL_H_
