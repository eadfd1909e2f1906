// Matrices packed once for many products: their panels, products with them, and columns taken out again.
#pragma once

#include "core/context.h"
#include "core/linalg_tables.h"
#include "core/view.h"

namespace numrs {

// b (k, n) of float32 or float64 as blocks of kGemmDepth rows, each a sequence of panels as LinalgTable::pack makes
// them. The layout is the same for every backend and instruction set.
struct Panels {
  int32_t dtype = kInvalid;
  int64_t k = 0, n = 0;
  char* data = nullptr;  // at a multiple of 64; nullptr without elements

  int64_t size() const { return SizeOf(dtype); }
  int64_t width() const { return kGemmPanelBytes / size(); }
  int64_t count() const { return n / width() + (n % width() != 0); }  // panels side by side
  // NUMRS_BAD_SHAPE when they are more than memory can hold.
  Status Bytes(const char* function, int64_t* bytes) const;
  // The panel of column j (a multiple of width) and row p (a multiple of kGemmDepth).
  const char* At(int64_t p, int64_t j) const {
    const int64_t depth = k - p < kGemmDepth ? k - p : kGemmDepth;
    return data + (p * count() + j / width() * depth) * kGemmPanelBytes;
  }
};

// Fills p.data from b, aligned to its elements; strides in elements.
Status PackAll(const Run& run, const Panels& p, const void* b, int64_t b_row, int64_t b_col);
// to (k, columns), contiguous = the columns from `first` on.
void UnpackColumns(const Panels& p, int64_t first, int64_t columns, char* to);
// y (m, n), rows y_row apart = a (m, k) b, none of them empty, in the order of linalg_tables.h. NUMRS_NO_MEMORY before
// anything is written.
Status MultiplyPanels(const Run& run, const char* function, const Panels& p, const void* a, int64_t m, int64_t a_row,
                      void* y, int64_t y_row);

}  // namespace numrs
