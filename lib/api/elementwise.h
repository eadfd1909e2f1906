// The element-wise families behind the view functions and the raw ones.
#pragma once

#include "core/elementwise.h"

namespace numrs {

Status Unary(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y);
Status Binary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* y);
Status Ternary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* c,
               const numrs_view* y);

// Bodies of the raw functions: n contiguous elements of the operation's dtype (where: of bool and it; comparisons: of
// it, and y of bool).
Status UnaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, void* y, int64_t n);
Status BinaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* a, const void* b, void* y, int64_t n);
Status TernaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* a, const void* b, const void* c,
                  void* y, int64_t n);

// n contiguous elements as a view; the extent lives in the object.
struct Line {
  Line(const void* data, int32_t dtype, const int64_t* n) : view{const_cast<void*>(data), n, nullptr, 1, dtype} {}
  numrs_view view;
  operator const numrs_view*() const { return &view; }
};

}  // namespace numrs
