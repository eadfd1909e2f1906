// What each ternary operation means: scalar functors, used by cpu-portable and by devices; no loops here.
#pragma once

#include "ops/binary.h"

namespace numrs {
namespace ops {

struct Where {
  template <typename T>
  NUMRS_HD T operator()(Bool condition, T a, T b) const {
    return bool(condition) ? a : b;
  }
};

struct Clip {  // minimum(maximum(x, low), high): NaN in any operand gives NaN
  template <typename T>
  NUMRS_HD T operator()(T x, T low, T high) const {
    return Minimum()(Maximum()(x, low), high);
  }
};

struct Fma {  // rounded once
  template <typename T>
  NUMRS_HD T operator()(T a, T b, T c) const {
    return std::fma(a, b, c);
  }
};

}  // namespace ops
}  // namespace numrs
