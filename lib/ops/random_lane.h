// One number of float or double with the operations of ops/random_math-inl.h: the scalar twin of a vector. Every
// operation is IEEE's or one of integers, so that both give the same bits.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace numrs {
namespace ops {

template <typename Element>
struct RandomLane {
  using T = Element;
  using F = T;
  using UInt = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  using U = UInt;
  using M = bool;

  F Set(T x) const { return x; }
  U SetU(UInt x) const { return x; }
  F Add(F a, F b) const { return a + b; }
  F Sub(F a, F b) const { return a - b; }
  F Mul(F a, F b) const { return a * b; }
  F Div(F a, F b) const { return a / b; }
  F Sqrt(F a) const { return std::sqrt(a); }
  F Min(F a, F b) const { return a < b ? a : b; }
  F Max(F a, F b) const { return a > b ? a : b; }
  M Less(F a, F b) const { return a < b; }
  M And(M a, M b) const { return a && b; }
  M Or(M a, M b) const { return a || b; }
  U AddU(U a, U b) const { return a + b; }
  U SubU(U a, U b) const { return a - b; }
  U AndU(U a, U b) const { return a & b; }
  U OrU(U a, U b) const { return a | b; }
  U XorU(U a, U b) const { return a ^ b; }
  template <int kBits>
  U Shl(U a) const {
    return a << kBits;
  }
  template <int kBits>
  U Shr(U a) const {
    return a >> kBits;
  }
  U Bits(F a) const {
    U bits;
    std::memcpy(&bits, &a, sizeof(bits));
    return bits;
  }
  F FromBits(U a) const {
    F x;
    std::memcpy(&x, &a, sizeof(x));
    return x;
  }
  // a < 2^53, exact; for float a < 2^31, rounded to nearest even.
  F Convert(U a) const { return static_cast<F>(static_cast<std::make_signed_t<UInt>>(a)); }
  // Where the top bit of s is set.
  F IfTopBit(U s, F yes, F no) const { return s >> (sizeof(T) * 8 - 1) ? yes : no; }
};

}  // namespace ops
}  // namespace numrs
