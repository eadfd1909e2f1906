// Filling one row of a kernel table: for every dtype of a set the slot gets Loop<Fn, T>::Run. Scalar code only; the
// SIMD backend has its own.
#pragma once

#include <type_traits>

#include "core/dtype.h"

namespace numrs {

// A functor derived from Missing has no kernel in this backend; its slots stay null and cpu-portable serves.
struct Missing {};

template <template <class Fn, typename T> class Loop, class Fn, DTypeSet kSet, class Slot>
void FillRow(Slot* row) {
  if constexpr (!std::is_base_of<Missing, Fn>::value) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  if constexpr ((kSet & Bit(id)) != 0) row[id] = Loop<Fn, cxx>::Run;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
  }
}

}  // namespace numrs
