// Stacks of matrices through the kernels of table/lapack.def: what the functions of numrs/lapack.h hand over.
#pragma once

#include "core/context.h"
#include "core/lapack_tables.h"
#include "core/view.h"

namespace numrs {

enum class LapackOver : uint8_t { NOTHING, A, B };

// One argument beside the matrix: a stack of shape batch + item.
struct LapackOperand {
  const char* name;
  View view;
  int32_t dtype;      // of the kernel's memory
  int32_t item_ndim;  // 0, 1, 2
  int64_t item[2];    // its extents
  bool columns;       // the kernel's memory is column after column
  LapackOver over;    // an output in the memory of an input: that input
};

struct LapackJob {
  const char* function;
  LapackOp op;
  int32_t dtype = kInvalid;  // of the kernel
  int32_t flags = 0;
  double rcond = 0;
  bool nan_where_not_finite = false;  // outputs of such a matrix are NaN; else NUMRS_SINGULAR
  View a;
  bool has_b = false;
  LapackOperand b;
  LapackOperand out[3];  // by the number of the kernel's output
  bool wanted[3] = {false, false, false};

  int64_t m() const { return a.shape[a.ndim - 2]; }
  int64_t n() const { return a.shape[a.ndim - 1]; }
};

// Refuses what is no stack of matrices, or not of square ones.
Status CheckMatrix(const char* function, const char* argument, const View& x, bool square);

// Checks outputs (shape, dtype, overlap), copies the inputs in the kernel's order, runs it over the stack and stores
// the results. Outputs are unchanged on any status but NUMRS_OK; they may overlap inputs, not each other.
Status RunLapack(const Run& run, LapackJob& job);

}  // namespace numrs
