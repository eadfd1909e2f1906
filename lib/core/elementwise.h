// The element-wise engine: any strides, broadcasting, conversion, overlap, threads and streaming around contiguous
// kernels.
#pragma once

#include "core/context.h"
#include "core/tables.h"
#include "core/view.h"

namespace numrs {

constexpr int kMaxInputs = 3;

// Which table a kernel is from, beside the function itself: a device has tables of its own. NONE: a move of elements as
// they are, in.dtype is out.dtype; CAST: of one dtype to another.
enum class ElementwiseFamily : int32_t { NONE, CAST, UNARY, BINARY, TERNARY };

struct ElementwiseJob {
  const char* function;  // for messages
  ElementwiseFamily family = ElementwiseFamily::NONE;
  int32_t op = -1;  // of UNARY, BINARY, TERNARY: kUnary_exp, …
  int inputs;
  View in[kMaxInputs];
  View out;
  int32_t compute[kMaxInputs];  // dtype to which each input is converted
  int32_t result;               // dtype that the kernel writes; converted to out.dtype
  double cost_ns;               // per element, of the kernel
  union {
    UnaryFn unary;
    BinaryFn binary;
    TernaryFn ternary;
  };
  const char* names[kMaxInputs];  // arguments, for messages
};

// Checks shapes, plans and runs. The output is unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.
Status RunElementwise(const Run& run, ElementwiseJob& job);

// y = x converted to y.dtype; y has x's shape or a shape that x broadcasts to.
Status Convert(const Run& run, const char* function, const View& x, const View& y);

// Bytes that Convert has written since the process began.
uint64_t CopiedBytes();

// Bytes moved by one call above which results bypass the caches.
int64_t StreamThreshold();
void SetStreamThreshold(int64_t bytes);

}  // namespace numrs
