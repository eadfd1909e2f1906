// Matrix products of the plug-in: by cuBLASLt where it can, else by its own kernel.
#pragma once

#include "cuda/stream.h"

namespace numrs {
namespace cuda {

// By the plug-in's own kernel: any strides, every dtype but bool.
Status OwnProduct(DeviceStream* stream, const MatmulJob& job);

// y = a b + bias, matrices of one dtype, y by rows; in one call where cuBLASLt has one for it. *done false: nothing has
// been written.
Status ProductWithBias(DeviceStream* stream, const char* function, const View& a, const View& b, const View& y,
                       const void* bias, bool* done);
// y = a b and sums[j] = the sum of b's column j, likewise.
Status ProductWithSums(DeviceStream* stream, const char* function, const View& a, const View& b, const View& y,
                       void* sums, bool* done);

}  // namespace cuda
}  // namespace numrs
