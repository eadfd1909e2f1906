// One matrix product with its batch, ready to run: what core/matmul.cc plans and core/matmul_run.cc executes.
#pragma once

#include "core/context.h"
#include "core/linalg_tables.h"
#include "core/view.h"

namespace numrs {

// The loops around one product. Steps are in bytes.
struct Batch {
  int ndim = 0;
  int64_t count = 1;
  int64_t shape[kMaxNDim], a[kMaxNDim], b[kMaxNDim], y[kMaxNDim];
};

enum class Way : uint8_t { VECTOR, DIRECT, PACKED };

struct Product {
  Gemm g;  // of the first batch item
  int32_t dtype;
  Way way;
  Batch batch;

  int64_t size() const { return SizeOf(dtype); }
  double Macs() const { return static_cast<double>(g.m) * static_cast<double>(g.n) * static_cast<double>(g.k); }

  Gemm At(int64_t index) const {
    Gemm item = g;
    int64_t a = 0, b = 0, y = 0;
    for (int d = batch.ndim - 1; d >= 0; d--) {
      const int64_t i = index % batch.shape[d];
      index /= batch.shape[d];
      a += i * batch.a[d];
      b += i * batch.b[d];
      y += i * batch.y[d];
    }
    item.a = static_cast<const char*>(g.a) + a;
    item.b = static_cast<const char*>(g.b) + b;
    item.y = static_cast<char*>(g.y) + y;
    return item;
  }
};

// Runs p: chooses the way, takes the memory, shares the work. NUMRS_NO_MEMORY before anything is written.
Status RunProduct(const Run& run, const char* function, Product& p);

}  // namespace numrs
