// The engine of sorting and order statistics: lines of any axes, strides and dtypes around the kernels of
// core/order_tables.h.
//
// A line is the elements along the reduced axes (in C order), for one index of the others. It is given to its kernel as
// contiguous, aligned elements of the dtype `compute`; the kernel's line of results goes along one axis of each output.
// A new row of table/order.def needs nothing here.
#pragma once

#include "core/context.h"
#include "core/order_tables.h"
#include "core/view.h"

namespace numrs {

struct OrderOutput {
  View view;                  // x's dimensions: strides 0 and extent 1 on the reduced axes
  int64_t length = 0;         // of a line of results
  int64_t line_stride = 0;    // bytes
  int32_t result = kInvalid;  // dtype that the kernel writes
};

struct OrderJob {
  const char* function;  // for messages
  int32_t op;
  uint32_t axes;    // bit d: the line goes along axis d
  int32_t compute;  // dtype in which x enters the kernel
  View x;
  View where = NoView();    // bool, of x's shape: the elements that take part; ndim -1: all
  View weights = NoView();  // of x's shape; ndim -1: none
  OrderOutput y, y2;        // y2.result kInvalid: there is none
  OrderOptions options;
};

// Runs a checked job. Outputs overlap no input; but y may be x itself, where the kernel may work in place
// (kOrder_sort).
Status RunOrder(const Run& run, const OrderJob& job);

}  // namespace numrs
