// One number of float or double with the operations of ops/random_math-inl.h: the scalar twin of a vector. Every
// operation is IEEE's or one of integers, so that both give the same bits.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/sides.h"

namespace numrs {
namespace ops {

template <typename Element>
struct RandomLane {
  using T = Element;
  using F = T;
  using UInt = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  using U = UInt;
  using M = bool;

  NUMRS_HD F Set(T x) const { return x; }
  NUMRS_HD U SetU(UInt x) const { return x; }
  NUMRS_HD F Add(F a, F b) const { return a + b; }
  NUMRS_HD F Sub(F a, F b) const { return a - b; }
  NUMRS_HD F Mul(F a, F b) const { return a * b; }
  NUMRS_HD F Div(F a, F b) const { return a / b; }
  NUMRS_HD F Sqrt(F a) const { return std::sqrt(a); }
  NUMRS_HD F Min(F a, F b) const { return a < b ? a : b; }
  NUMRS_HD F Max(F a, F b) const { return a > b ? a : b; }
  NUMRS_HD M Less(F a, F b) const { return a < b; }
  NUMRS_HD M And(M a, M b) const { return a && b; }
  NUMRS_HD M Or(M a, M b) const { return a || b; }
  NUMRS_HD U AddU(U a, U b) const { return a + b; }
  NUMRS_HD U SubU(U a, U b) const { return a - b; }
  NUMRS_HD U AndU(U a, U b) const { return a & b; }
  NUMRS_HD U OrU(U a, U b) const { return a | b; }
  NUMRS_HD U XorU(U a, U b) const { return a ^ b; }
  template <int kBits>
  NUMRS_HD U Shl(U a) const {
    return a << kBits;
  }
  template <int kBits>
  NUMRS_HD U Shr(U a) const {
    return a >> kBits;
  }
  NUMRS_HD U Bits(F a) const {
    U bits;
    std::memcpy(&bits, &a, sizeof(bits));
    return bits;
  }
  NUMRS_HD F FromBits(U a) const {
    F x;
    std::memcpy(&x, &a, sizeof(x));
    return x;
  }
  // a < 2^53, exact; for float a < 2^31, rounded to nearest even.
  NUMRS_HD F Convert(U a) const { return static_cast<F>(static_cast<std::make_signed_t<UInt>>(a)); }
  // Where the top bit of s is set.
  NUMRS_HD F IfTopBit(U s, F yes, F no) const { return s >> (sizeof(T) * 8 - 1) ? yes : no; }
};

}  // namespace ops
}  // namespace numrs
