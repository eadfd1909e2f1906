// What the rest needs of the memory of devices: a pool for each, which device a stream belongs to, and marks.
#pragma once

#include "core/device_state.h"

namespace numrs {

DevicePool* MakeDevicePool(DeviceState* state);  // nullptr: no memory

// A place in the work of a stream.
struct Mark {
  explicit Mark(DeviceState& s) : state(s) {}
  ~Mark() {
    if (event && !state.lost.load(std::memory_order_acquire)) state.api->event_free(event);
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

  DeviceState& state;
  DeviceEvent* event = nullptr;
  bool done = false;   // guarded by the pool
  uint64_t asked = 0;  // the round in which it was last asked
};

// From now on the pool knows the stream.
StreamUse* NoteStream(DeviceState& state, DeviceStream* stream, bool foreign);
DeviceState* StateOfStream(DeviceStream* stream);  // nullptr for one that is not known

constexpr size_t kLeast = 512, kSmall = size_t{1} << 20, kLarge = size_t{2} << 20;

// Powers of two to 1 MiB, then multiples of 2 MiB. 0: too much.
inline size_t RoundUpBlock(size_t bytes) {
  size_t size = kLeast;
  while (size < bytes && size < kSmall) size *= 2;
  if (size >= bytes) return size;
  return bytes > SIZE_MAX / 2 ? 0 : (bytes + kLarge - 1) / kLarge * kLarge;
}

}  // namespace numrs
