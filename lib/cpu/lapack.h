// LAPACK of the OpenBLAS that comes with the library. Nothing here depends on the instruction set: OpenBLAS has its own
// dispatch.
#pragma once

#include "core/linalg_tables.h"

namespace numrs {
namespace cpu {

// The slots of LinalgTable, T float or double.
template <typename T>
Status LapackSingularBytes(const char* function, int64_t rows, int64_t cols, size_t* bytes);
template <typename T>
void LapackSingular(const SingularValues& s);

}  // namespace cpu
}  // namespace numrs
