// Copies between host and device: pinned memory directly, the rest through a ring of two pinned buffers, so that the
// host fills one while the device takes the other.
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>

#include "cuda/plugin.h"

namespace numrs {
namespace cuda {

constexpr size_t kRingBytes = size_t{8} << 20;  // of one buffer
constexpr size_t kDirectBytes = 64 << 10;       // the driver stages smaller copies itself

struct Staging {
  char* buffers[2] = {};
  cudaEvent_t done[2] = {};
  bool used[2] = {};
};

namespace {

// Blocks that pinned_allocate gave out, by their address.
struct Pinned {
  std::mutex lock;
  std::map<const char*, size_t> blocks;
};
Pinned& PinnedBlocks() {
  static Pinned* pinned = new Pinned();  // never destroyed: others may still copy at exit
  return *pinned;
}
bool IsPinned(const void* at, size_t bytes) {
  Pinned& pinned = PinnedBlocks();
  const std::lock_guard<std::mutex> lock(pinned.lock);
  auto block = pinned.blocks.upper_bound(static_cast<const char*>(at));
  if (block == pinned.blocks.begin()) return false;
  --block;
  return static_cast<const char*>(at) + bytes <= block->first + block->second;
}

Status OpenStaging(Device* device) {
  if (device->staging) return NUMRS_OK;
  Staging* staging = new (std::nothrow) Staging();
  if (!staging) return Fail(NUMRS_NO_MEMORY, "copy: out of memory");
  for (int k = 0; k < 2; k++) {
    NUMRS_TRY(
        Check("copy", cudaHostAlloc(reinterpret_cast<void**>(&staging->buffers[k]), kRingBytes, cudaHostAllocDefault)));
    NUMRS_TRY(Check("copy", cudaEventCreateWithFlags(&staging->done[k], cudaEventDisableTiming)));
  }
  device->staging = staging;
  return NUMRS_OK;
}

Status WaitFor(Staging* staging, int k) {
  if (!staging->used[k]) return NUMRS_OK;
  return Check("copy", cudaEventSynchronize(staging->done[k]));
}

// What a recording would do at each launch, with memory of the host as it is then, or not at all.
Status RefuseRecording(const DeviceStream* stream, const char* function) {
  if (!stream->capturing) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: copies of the host are not for recording", function);
}

}  // namespace

Status Copy(DeviceStream* stream, void* to, const void* from, size_t bytes, CopyDirection direction) {
  if (bytes == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const cudaStream_t native = stream->native;
  if (direction == CopyDirection::WITHIN)
    return Check("copy", cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, native));
  NUMRS_TRY(RefuseRecording(stream, "copy"));
  const bool up = direction == CopyDirection::TO_DEVICE;
  const cudaMemcpyKind kind = up ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost;
  if (IsPinned(up ? from : to, bytes)) return Check("copy", cudaMemcpyAsync(to, from, bytes, kind, native));
  if (bytes <= kDirectBytes) {  // from pageable memory the driver returns when it has read it
    NUMRS_TRY(Check("copy", cudaMemcpyAsync(to, from, bytes, kind, native)));
    return up ? static_cast<Status>(NUMRS_OK) : Check("copy", cudaStreamSynchronize(native));
  }
  const std::lock_guard<std::mutex> lock(stream->device->lock);
  NUMRS_TRY(OpenStaging(stream->device));
  Staging* staging = stream->device->staging;
  size_t ahead = 0;  // TO_HOST: what has been asked for
  for (size_t done = 0, turn = 0; done < bytes; turn++) {
    const int k = static_cast<int>(turn % 2);
    const size_t n = bytes - done < kRingBytes ? bytes - done : kRingBytes;
    if (up) {
      NUMRS_TRY(WaitFor(staging, k));
      std::memcpy(staging->buffers[k], static_cast<const char*>(from) + done, n);
      NUMRS_TRY(Check("copy", cudaMemcpyAsync(static_cast<char*>(to) + done, staging->buffers[k], n, kind, native)));
      NUMRS_TRY(Check("copy", cudaEventRecord(staging->done[k], native)));
      staging->used[k] = true;
    } else {
      while (ahead < bytes && ahead < done + 2 * kRingBytes) {  // both buffers are under way
        const int next = static_cast<int>(ahead / kRingBytes % 2);
        const size_t m = bytes - ahead < kRingBytes ? bytes - ahead : kRingBytes;
        if (ahead < 2 * kRingBytes) NUMRS_TRY(WaitFor(staging, next));
        NUMRS_TRY(Check(
            "copy", cudaMemcpyAsync(staging->buffers[next], static_cast<const char*>(from) + ahead, m, kind, native)));
        NUMRS_TRY(Check("copy", cudaEventRecord(staging->done[next], native)));
        staging->used[next] = true;
        ahead += m;
      }
      NUMRS_TRY(WaitFor(staging, k));
      std::memcpy(static_cast<char*>(to) + done, staging->buffers[k], n);
    }
    done += n;
  }
  return NUMRS_OK;
}

Status CopyBetween(DeviceStream* stream, void* to, Device* from_device, const void* from, size_t bytes) {
  if (bytes == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  return Check("copy",
               cudaMemcpyPeerAsync(to, stream->device->ordinal, from, from_device->ordinal, bytes, stream->native));
}

Status Fill(DeviceStream* stream, void* to, int32_t byte, size_t bytes) {
  if (bytes == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  return Check("fill", cudaMemsetAsync(to, byte, bytes, stream->native));
}

Status PinnedAllocate(Device* device, size_t bytes, void** block) {
  NUMRS_TRY(Use(device));
  NUMRS_TRY(Check("allocating pinned memory", cudaHostAlloc(block, bytes, cudaHostAllocPortable)));
  Pinned& pinned = PinnedBlocks();
  const std::lock_guard<std::mutex> lock(pinned.lock);
  pinned.blocks[static_cast<const char*>(*block)] = bytes;
  return NUMRS_OK;
}
void PinnedFree(Device* device, void* block) {
  if (!block) return;
  {
    Pinned& pinned = PinnedBlocks();
    const std::lock_guard<std::mutex> lock(pinned.lock);
    pinned.blocks.erase(static_cast<const char*>(block));
  }
  if (Use(device) == NUMRS_OK) cudaFreeHost(block);
}

Status ReadBack(DeviceStream* stream, const char* function, void* to, const void* from, size_t bytes) {
  NUMRS_TRY(RefuseRecording(stream, function));
  NUMRS_TRY(Check(function, cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream->native)));
  return Check(function, cudaStreamSynchronize(stream->native));
}

}  // namespace cuda
}  // namespace numrs
