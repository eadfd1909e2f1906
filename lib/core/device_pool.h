// What core/device.cc needs of the memory of devices: a pool for each, and which device a stream belongs to.
#pragma once

#include "core/device_state.h"

namespace numrs {

DevicePool* MakeDevicePool(DeviceState* state);  // nullptr: no memory

void NoteStream(DeviceState& state, DeviceStream* stream);
DeviceState* StateOfStream(DeviceStream* stream);  // nullptr for one that is not known

}  // namespace numrs
