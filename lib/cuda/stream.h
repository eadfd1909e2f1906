// placeholder, replaced below
#pragma once
#include <cuda_runtime.h>
#include "core/status.h"
namespace numrs { struct DeviceStream; namespace cuda { cudaStream_t NativeStream(DeviceStream*); } }
