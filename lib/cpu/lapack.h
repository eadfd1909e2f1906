// The LinalgTable slots of table/lapack.def in backend "cpu". Nothing here depends on the instruction set: OpenBLAS has
// its own dispatch.
#pragma once

#include "core/linalg_tables.h"
#include "ops/common.h"

namespace numrs {
namespace cpu {

void FillLapack(LinalgTable* t);

// Matrices of at most so many rows and columns are factorised here, without LAPACK: a call of it costs more, as stacks
// of 500 were timed. Those of double are computed in long double, which pays for fewer rows.
constexpr int64_t kSmallMatrix = 8;
template <typename T>
constexpr int64_t kSmallCholesky = ops::kIsComplex<T>            ? 8
                                   : sizeof(T) == sizeof(double) ? 2
                                                                 : 4;
template <typename T>
constexpr int64_t kSmallInverse = ops::kIsComplex<T> ? 3 : 5;

// The kernels of these, n <= kSmallMatrix; no scratch memory.
template <typename T>
LapackEnd SmallCholesky(const LapackItem& s);
template <typename T>
LapackEnd SmallSolve(const LapackItem& s);
template <typename T>
LapackEnd SmallInverse(const LapackItem& s);
template <typename T>
LapackEnd SmallDeterminant(const LapackItem& s);

}  // namespace cpu
}  // namespace numrs
