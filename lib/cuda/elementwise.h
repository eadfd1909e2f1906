// Element-wise kernels of the plug-in: their tables and the launch that all of them share.
#pragma once

#include "core/elementwise.h"
#include "core/nn_activation_tables.h"
#include "cuda/divider.h"
#include "cuda/loops.h"
#include "cuda/stream.h"

namespace numrs {
namespace cuda {

struct ElementArgs {
  char* base[kOperands];
  uint32_t n;
  uint32_t scalars;  // bit k: operand k is one value
  uint32_t hosts;    // bit k: that stands in values[k]
  bool vectors;      // every operand is contiguous and aligned to its vector, or one value
  int32_t ndim;
  int32_t op;      // which of a kernel's functions
  int32_t format;  // kOwn, or the 16-bit floats in memory where a kernel computes in float32
  Divider divider[kLoops];
  int64_t strides[kOperands][kLoops];
  uint64_t values[kOperands][2];
  double p[2];  // parameters of activations
};
enum : int32_t { kOwn = 0, kAsHalf = 1, kAsBFloat16 = 2 };
using ElementKernelFn = void (*)(ElementArgs);
// One kernel serves the functions of a dtype: `op` is looked at once a thread, which costs nothing beside memory.
struct ElementEntry {
  ElementKernelFn kernel;
  int32_t vector;
  int32_t op, format;
};

using EntryTable = const ElementEntry (*)[kDTypes];
EntryTable UnaryEntries();
EntryTable BinaryEntries();
EntryTable TernaryEntries();
EntryTable CastEntries();  // [from][to]
EntryTable ActivationEntries();
EntryTable ActivationBackEntries();

// y[i] = f(views[0][i], …): views[operands - 1] is the output, of the dtypes that the entry computes. The inputs
// broadcast to it, and overlap it not or as the same elements.
Status LaunchElements(DeviceStream* stream, const char* function, const ElementEntry& entry, int operands,
                      const View* const* views, double a = 0, double b = 0);

}  // namespace cuda
}  // namespace numrs
