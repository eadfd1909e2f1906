// Which slots of core/device.h have kernels here, and the copies.
#pragma once

#include "cuda/stream.h"

namespace numrs {
namespace cuda {

constexpr bool kHas_elementwise = true, kHas_reduce = true, kHas_scan = true, kHas_matmul = true,
               kHas_activation = true, kHas_softmax = true, kHas_layer_norm = true, kHas_layer_norm_backward = true,
               kHas_channel_norm = true, kHas_channel_norm_backward = true, kHas_loss = true, kHas_loss_backward = true,
               kHas_class_loss = true, kHas_optim_step = true, kHas_gradients = true, kHas_random = true,
               kHas_permutation = false, kHas_multinomial = false, kHas_linear = true, kHas_linear_backward = true,
               kHas_check_indices = true, kHas_any_negative = true, kHas_gather = true, kHas_nonzero = true,
               kHas_order = true, kHas_pool = true, kHas_embedding_backward = true, kHas_one_hot = true,
               kHas_dropout = true, kHas_conv = true, kHas_attention = true, kHas_attention_backward = true,
               kHas_rope = true, kHas_search = true, kHas_unique = false, kHas_interp = true, kHas_rolling = false,
               kHas_ewm = false, kHas_stat = false, kHas_group = false, kHas_histogram = false,
               kHas_vecdot_complex = false, kHas_fft = false, kHas_lapack = false;

Status Copy(DeviceStream* stream, void* to, const void* from, size_t bytes, CopyDirection direction);
Status CopyBetween(DeviceStream* stream, void* to, Device* from_device, const void* from, size_t bytes);
Status Fill(DeviceStream* stream, void* to, int32_t byte, size_t bytes);
Status PinnedAllocate(Device* device, size_t bytes, void** block);
void PinnedFree(Device* device, void* block);

// A few bytes of the device's memory, waited for.
Status ReadBack(DeviceStream* stream, const char* function, void* to, const void* from, size_t bytes);

}  // namespace cuda
}  // namespace numrs
