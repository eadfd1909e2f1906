// From the functors that table rows name to the vector functions of math/: float32 and float64 have their own.

#if defined(NUMRS_CPU_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_INL_H_
#undef NUMRS_CPU_MATH_INL_H_
#else
#define NUMRS_CPU_MATH_INL_H_
#endif

#include "cpu/elementwise-inl.h"

// Packs need 32 registers; with 16 of them they gain nothing.
#undef NUMRS_MATH_VECTORS
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
#define NUMRS_MATH_VECTORS(count) (count)
#else
#define NUMRS_MATH_VECTORS(count) 1
#endif

// NUMRS_MATH_PACKS: a function of vectors and packs, with as many vectors in one as were fastest; more of them spill.
// Lost: packs of 3 for Tanh, Sin and Cos, which gain nothing (too many operations to wait for their latency).
#undef NUMRS_MATH_1
#undef NUMRS_MATH_2
#undef NUMRS_MATH_PACKS
#define NUMRS_MATH_1(Functor, Function) NUMRS_MATH_PACKS(Functor, Function, 1, 1)
#define NUMRS_MATH_PACKS(Functor, Function, f32_vectors, f64_vectors)                                              \
  struct Functor : Heavy {                                                                                         \
    template <typename T>                                                                                          \
    static constexpr size_t kVectors = NUMRS_MATH_VECTORS(sizeof(T) == sizeof(float) ? f32_vectors : f64_vectors); \
    template <class D, class X>                                                                                    \
    HWY_INLINE X operator()(D d, X x) const {                                                                      \
      if constexpr (sizeof(hn::TFromD<D>) == sizeof(float))                                                        \
        return f32::Function(d, x);                                                                                \
      else                                                                                                         \
        return f64::Function(d, x);                                                                                \
    }                                                                                                              \
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
