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
  Divider divider[kLoops];
  int64_t strides[kOperands][kLoops];
  uint64_t values[kOperands][2];
  double p[2];  // parameters of activations
};
using ElementKernelFn = void (*)(ElementArgs);
struct ElementEntry {
  ElementKernelFn kernel;
  int32_t vector;
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
