// Pools of contiguous planes: windows of one size, or as many as the output has elements.
#pragma once

#include "core/context.h"
#include "core/nn_conv_tables.h"

namespace numrs {

// `planes` planes (h, w) to (oh, ow), in a dtype that has kernels.
struct PoolJob {
  const char* function;
  int32_t dtype;
  int64_t planes;
  int64_t h, w, oh, ow;
  int64_t kernel[2], stride[2], padding[2], dilation[2];
  bool count_include_pad;
  int64_t divisor;
};

// indices: of the greatest in each plane, or nullptr.
Status MaxPool(const Run& run, const PoolJob& job, const void* x, void* y, int64_t* indices);
Status AvgPool(const Run& run, const PoolJob& job, const void* x, void* y);

// What happens plane by plane: by the kernels of that name.
enum class PlaneOp { MAX_BACKWARD, AVG_BACKWARD, ADAPTIVE_AVG, ADAPTIVE_AVG_BACKWARD, ADAPTIVE_MAX };
// x: the input, or the gradient of the output; y: the other side. indices: of all planes, or nullptr.
Status PlanePool(const Run& run, const PoolJob& job, PlaneOp op, const void* x, void* y, int64_t* indices);

}  // namespace numrs
