// The parts of cpu-portable's LinalgTable that come from table/lapack.def, and how they count their scratch memory.
#pragma once

#include <complex>
#include <initializer_list>

#include "portable/portable.h"

namespace numrs {
namespace portable {

template <typename T>
struct RealTypeOf {
  using Type = T;
};
template <typename R>
struct RealTypeOf<std::complex<R>> {
  using Type = R;
};
template <typename T>
using RealType = typename RealTypeOf<T>::Type;

struct ScratchPart {
  int64_t rows, cols, size;
};
// The sum of rows * cols * size; NUMRS_NO_MEMORY where it overflows.
Status ScratchBytes(const char* function, std::initializer_list<ScratchPart> parts, size_t* bytes);

void FillLapackFactors(LinalgTable* t);
void FillLapackSpectra(LinalgTable* t);

}  // namespace portable
}  // namespace numrs
