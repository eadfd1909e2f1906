// The LinalgTable slots of table/lapack.def in backend "cpu". Nothing here depends on the instruction set: OpenBLAS has
// its own dispatch.
#pragma once

#include "core/linalg_tables.h"

namespace numrs {
namespace cpu {

void FillLapack(LinalgTable* t);

// Matrices of at most so many rows and columns are factorised here, without LAPACK: a call of it costs more.
constexpr int64_t kSmallMatrix = 8;
constexpr int64_t kSmallCholesky = 5;

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
