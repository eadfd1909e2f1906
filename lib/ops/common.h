// Shared pieces of the scalar functors: wide evaluation, wrapping integers, kinds of types. Host and device.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/dtype.h"

namespace numrs {
namespace ops {

template <typename T>
inline constexpr bool kIsBool = std::is_same<T, Bool>::value;
template <typename T>
inline constexpr bool kIsFloat = std::is_floating_point<T>::value;
template <typename T>
inline constexpr bool kIsHalf = std::is_same<T, Half>::value || std::is_same<T, BFloat16>::value;
// The type in which operations compute elements of T.
template <typename T>
using ComputeOf = std::conditional_t<kIsHalf<T>, float, T>;
template <typename T>
inline constexpr bool kIsComplex = false;
template <typename T>
inline constexpr bool kIsComplex<std::complex<T>> = true;
template <typename T>
inline constexpr bool kIsSigned = std::is_integral<T>::value && std::is_signed<T>::value;

// Functions of the C library are evaluated in the next wider type and rounded once; that keeps them within 1 ULP.
template <typename T>
struct WideOf {
  using type = double;
};
#ifndef __CUDACC__  // devices have nothing wider than double
template <>
struct WideOf<double> {
  using type = long double;
};
#endif
template <typename T>
using Wide = typename WideOf<T>::type;

// Integer arithmetic wraps: done in an unsigned type that is not promoted to int.
template <typename T>
using Wrap = std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;

}  // namespace ops
}  // namespace numrs
