// Memory of devices: blocks in the order of their stream, kept for the next request on it; recordings with arenas of
// their own.
#include "core/device_pool.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace numrs {
namespace {

constexpr size_t kMostKeys = 64;
constexpr size_t kLeast = 512, kSmall = size_t{1} << 20, kLarge = size_t{2} << 20;

// Powers of two to 1 MiB, then multiples of 2 MiB. 0: too much.
size_t RoundUp(size_t bytes) {
  size_t size = kLeast;
  while (size < bytes && size < kSmall) size *= 2;
  if (size >= bytes) return size;
  return bytes > SIZE_MAX / 2 ? 0 : (bytes + kLarge - 1) / kLarge * kLarge;
}

// What is kept for one stream, or for one recording of it.
struct Cache {
  DeviceStream* stream;
  std::unordered_map<size_t, std::vector<void*>> kept;
};

struct Block {
  size_t bytes;
  Cache* home;
  bool used;
  uint64_t since;  // the number of the allocation that is using it
};

std::mutex streams_mutex;
std::unordered_map<DeviceStream*, DeviceState*>& Streams() {
  static auto* const map = new std::unordered_map<DeviceStream*, DeviceState*>;  // lives as long as the process
  return *map;
}

}  // namespace

// From its beginning; with a graph after its end.
struct DeviceRecording {
  DeviceState* state;
  DeviceStream* stream;
  DeviceGraph* graph;
  Cache arena;
  std::vector<IndexCheckJob> indices;  // to be looked at before each launch
  std::vector<RandomDraw> keys;        // of draws that move with the launches; their counters do not matter
  std::vector<void*> held;             // in use when it ended, and given back since
  uint64_t until;                      // the last allocation before its end
  void* ahead;                         // on the device: kMostKeys blocks of a launch, or nullptr where nothing is drawn
};

class DevicePool {
 public:
  explicit DevicePool(DeviceState* state) : state_(state) {}

  Status Allocate(const char* function, DeviceStream* stream, size_t wanted, void** block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t bytes = RoundUp(wanted);
    if (!bytes) return NoMemory(function, wanted, 0);
    Cache* cache = CacheOf(stream);
    auto kept = cache->kept.find(bytes);
    if (kept != cache->kept.end() && !kept->second.empty()) {
      *block = kept->second.back();
      kept->second.pop_back();
      Block& again = blocks_[*block];
      again.used = true;
      again.since = ++allocations_;
      stats_.hits++;
      stats_.cached_bytes -= bytes;
      Count(bytes);
      return NUMRS_OK;
    }
    const bool over = stats_.limit_bytes && stats_.in_use_bytes + stats_.cached_bytes + bytes > stats_.limit_bytes;
    uint64_t dropped = over ? Drop() : 0;
    if (stats_.limit_bytes && stats_.in_use_bytes + bytes > stats_.limit_bytes)
      return NoMemory(function, wanted, dropped);
    stats_.misses++;
    Status status = state_->api->allocate(stream, bytes, block);
    if (status == NUMRS_NO_MEMORY) {  // once more, with what was kept given back
      dropped += Drop();
      status = state_->api->allocate(stream, bytes, block);
      if (status == NUMRS_NO_MEMORY) return NoMemory(function, wanted, dropped);
    }
    if (status != NUMRS_OK) return Answer(function, *state_, status);
    blocks_[*block] = Block{bytes, cache, true, ++allocations_};
    Count(bytes);
    return NUMRS_OK;
  }

  void Release(DeviceStream* stream, void* address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(address);
    if (found == blocks_.end() || !found->second.used) return;
    Block& block = found->second;
    stats_.in_use_bytes -= block.bytes;
    if (state_->lost.load(std::memory_order_acquire)) {
      blocks_.erase(found);
      return;
    }
    Cache* home = block.home;
    if (DeviceRecording* recording = UserOf(block)) {
      block.used = false;
      recording->held.push_back(address);
      stats_.cached_bytes += block.bytes;
      return;
    }
    // Used on another stream: what that one still does has to come before the next user on the home stream.
    if (stream != home->stream && !Follow(home->stream, stream)) {
      block.used = false;  // left alone
      return;
    }
    if (!state_->api->keep_blocks && !IsArena(home)) {
      state_->api->release(home->stream, address);
      blocks_.erase(found);
      return;
    }
    block.used = false;
    home->kept[block.bytes].push_back(address);
    stats_.cached_bytes += block.bytes;
  }

  bool Owns(const void* address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(const_cast<void*>(address));
    return found != blocks_.end() && found->second.used;
  }
  MemoryStats Stats() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return stats_;
  }
  void Trim() {
    const std::lock_guard<std::mutex> lock(mutex_);
    Drop();
  }
  void SetLimit(uint64_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    stats_.limit_bytes = bytes;
    if (bytes && stats_.in_use_bytes + stats_.cached_bytes > bytes) Drop();
  }
  void ResetPeak() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stats_.peak_bytes = stats_.in_use_bytes;
  }

  // The stream has been waited for.
  void Forget(DeviceStream* stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = caches_.find(stream);
    if (found == caches_.end()) return;
    Cache* cache = found->second;
    DropCache(cache);
    Cache* rest = CacheOf(state_->stream);
    for (auto& entry : blocks_) {
      if (entry.second.home == cache) entry.second.home = rest;
    }
    caches_.erase(stream);
    delete cache;
  }

  Status Begin(const char* function, DeviceStream* stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (Open(stream))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the stream of the context is being recorded already", function);
    auto recording = std::make_unique<DeviceRecording>(
        DeviceRecording{state_, stream, nullptr, Cache{stream, {}}, {}, {}, {}, 0, nullptr});
    open_.reserve(open_.size() + 1);
    NUMRS_TRY(Answer(function, *state_, state_->api->capture_begin(stream)));
    open_.push_back(recording.release());
    recording_.store(true, std::memory_order_release);
    return NUMRS_OK;
  }
  Status End(const char* function, DeviceStream* stream, DeviceRecording** ended) {
    const std::lock_guard<std::mutex> lock(mutex_);
    DeviceRecording* recording = Open(stream);
    if (!recording) return Fail(NUMRS_BAD_ARGUMENT, "%s: the stream of the context is not being recorded", function);
    open_.erase(std::find(open_.begin(), open_.end(), recording));
    recording_.store(!open_.empty(), std::memory_order_release);
    const Status status = Answer(function, *state_, state_->api->capture_end(stream, &recording->graph));
    if (status != NUMRS_OK || !recording->graph) {
      Disband(recording);
      return status != NUMRS_OK ? status : Fail(NUMRS_DEVICE_FAILED, "%s: nothing was recorded", function);
    }
    recording->until = allocations_;
    live_.push_back(recording);
    *ended = recording;
    return NUMRS_OK;
  }
  void Free(DeviceRecording* recording) {
    if (!state_->lost.load(std::memory_order_acquire)) {
      state_->api->stream_sync(recording->stream);
      state_->api->graph_free(recording->graph);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    Disband(recording);
  }

  bool IsRecorded(DeviceStream* stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return Open(stream) != nullptr;
  }
  bool NoteIfRecorded(DeviceStream* stream, const IndexCheckJob& job) {
    if (!recording_.load(std::memory_order_acquire)) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    DeviceRecording* recording = Open(stream);
    if (!recording) return false;
    for (const auto& entry : blocks_) {  // made by the work itself
      const auto at = reinterpret_cast<uintptr_t>(job.indices.data), from = reinterpret_cast<uintptr_t>(entry.first);
      if (entry.second.home == &recording->arena && at >= from && at < from + entry.second.bytes) return true;
    }
    recording->indices.push_back(job);
    return true;
  }
  Status Ahead(const char* function, DeviceStream* stream, const RandomDraw& draw, const uint64_t** ahead) {
    *ahead = nullptr;
    if (!recording_.load(std::memory_order_acquire)) return NUMRS_OK;
    DeviceRecording* recording;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      recording = Open(stream);
    }
    if (!recording) return NUMRS_OK;
    if (!recording->ahead) NUMRS_TRY(Allocate(function, stream, kMostKeys * sizeof(uint64_t), &recording->ahead));
    auto& keys = recording->keys;
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const RandomDraw& known) {
      return known.key == draw.key && known.mask == draw.mask;
    });
    if (found == keys.end() && keys.size() == kMostKeys)
      return Fail(NUMRS_UNSUPPORTED, "%s: more than %zu generators in one recording", function, kMostKeys);
    *ahead = static_cast<const uint64_t*>(recording->ahead) + (found - keys.begin());
    if (found == keys.end()) keys.push_back(draw);
    return NUMRS_OK;
  }

 private:
  Cache* CacheOf(DeviceStream* stream) {
    if (DeviceRecording* recording = Open(stream)) return &recording->arena;
    Cache*& cache = caches_[stream];
    if (!cache) cache = new Cache{stream, {}};
    return cache;
  }
  DeviceRecording* Open(DeviceStream* stream) const {
    for (DeviceRecording* recording : open_) {
      if (recording->stream == stream) return recording;
    }
    return nullptr;
  }
  // A recording that may work on the block: any that ended while it was in use, but for the one whose arena it is of.
  DeviceRecording* UserOf(const Block& block) const {
    for (DeviceRecording* recording : live_) {
      if (block.since <= recording->until && block.home != &recording->arena) return recording;
    }
    return nullptr;
  }
  // Of a recording, open or ended.
  bool IsArena(const Cache* cache) const {
    const auto found = caches_.find(cache->stream);
    return found == caches_.end() || found->second != cache;
  }

  bool Follow(DeviceStream* later, DeviceStream* earlier) {
    const DeviceApi& api = *state_->api;
    DeviceEvent* event = nullptr;
    if (api.event_create(state_->handle, &event) != NUMRS_OK) return false;
    const bool done = api.event_record(earlier, event) == NUMRS_OK && api.event_wait(later, event) == NUMRS_OK;
    api.event_free(event);
    return done;
  }

  void Count(size_t bytes) {
    stats_.in_use_bytes += bytes;
    if (stats_.in_use_bytes > stats_.peak_bytes) stats_.peak_bytes = stats_.in_use_bytes;
  }

  uint64_t DropCache(Cache* cache) {
    uint64_t bytes = 0;
    const bool lost = state_->lost.load(std::memory_order_acquire);
    for (auto& entry : cache->kept) {
      for (void* block : entry.second) {
        if (!lost) state_->api->release(cache->stream, block);
        blocks_.erase(block);
        bytes += entry.first;
      }
      entry.second.clear();
    }
    stats_.cached_bytes -= bytes;
    return bytes;
  }
  // Everything that is kept, but for the arenas of recordings. Not while one goes on: the driver would have to wait.
  uint64_t Drop() {
    if (!open_.empty()) return 0;
    uint64_t bytes = 0;
    for (auto& entry : caches_) bytes += DropCache(entry.second);
    if (!state_->lost.load(std::memory_order_acquire)) state_->api->trim(state_->handle);
    return bytes;
  }
  // Ends a recording: blocks of its arena that are in use go on as blocks of the stream, what it held is free.
  void Disband(DeviceRecording* recording) {
    Cache* arena = &recording->arena;
    live_.erase(std::remove(live_.begin(), live_.end(), recording), live_.end());
    for (void* address : recording->held) {
      const auto found = blocks_.find(address);
      if (found == blocks_.end()) continue;
      if (DeviceRecording* other = UserOf(found->second)) {
        other->held.push_back(address);
      } else {
        found->second.home->kept[found->second.bytes].push_back(address);
      }
    }
    DropCache(arena);
    Cache* rest = CacheOf(arena->stream);
    for (auto& entry : blocks_) {
      if (entry.second.home == arena) entry.second.home = rest;
    }
    if (const auto ahead = blocks_.find(recording->ahead); ahead != blocks_.end()) {
      stats_.in_use_bytes -= ahead->second.bytes;
      stats_.cached_bytes += ahead->second.bytes;
      ahead->second.used = false;
      rest->kept[ahead->second.bytes].push_back(recording->ahead);
    }
    delete recording;
  }

  Status NoMemory(const char* function, size_t wanted, uint64_t dropped) {
    DeviceMemory memory{0, 0};
    state_->api->memory(state_->handle, &memory);
    return Fail(NUMRS_NO_MEMORY,
                "%s: no memory for %zu bytes on %s: %llu free of %llu, %llu in use by numrs (limit %llu), %llu cached "
                "ones were given back",
                function, wanted, state_->name, (unsigned long long)memory.free_bytes,
                (unsigned long long)memory.total_bytes, (unsigned long long)stats_.in_use_bytes,
                (unsigned long long)stats_.limit_bytes, (unsigned long long)dropped);
  }

  DeviceState* const state_;
  std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
  std::unordered_map<DeviceStream*, Cache*> caches_;
  std::vector<DeviceRecording*> open_, live_;  // recordings that have not ended; that have
  uint64_t allocations_ = 0;
  std::atomic<bool> recording_{false};  // is there one?
  MemoryStats stats_{};
};

DevicePool* MakeDevicePool(DeviceState* state) { return new (std::nothrow) DevicePool(state); }

void NoteStream(DeviceState& state, DeviceStream* stream) {
  const std::lock_guard<std::mutex> lock(streams_mutex);
  Streams()[stream] = &state;
}
DeviceState* StateOfStream(DeviceStream* stream) {
  const std::lock_guard<std::mutex> lock(streams_mutex);
  const auto found = Streams().find(stream);
  return found == Streams().end() ? nullptr : found->second;
}

Status DeviceAllocate(const char* function, const DeviceRun& run, size_t bytes, void** block) {
  *block = nullptr;
  NUMRS_TRY(CheckAlive(function, *run.state));
  return run.state->pool->Allocate(function, run.stream, bytes, block);
}
void DeviceRelease(const DeviceRun& run, void* block) {
  if (block) run.state->pool->Release(run.stream, block);
}
bool OwnsDeviceBlock(const DeviceState& state, const void* block) { return state.pool->Owns(block); }
MemoryStats DeviceStats(const DeviceState& state) { return state.pool->Stats(); }
void DeviceTrim(DeviceState& state) { state.pool->Trim(); }
void DeviceSetLimit(DeviceState& state, uint64_t bytes) { state.pool->SetLimit(bytes); }
void DeviceResetPeak(DeviceState& state) { state.pool->ResetPeak(); }
void DeviceForgetStream(DeviceState& state, DeviceStream* stream) {
  state.pool->Forget(stream);
  const std::lock_guard<std::mutex> lock(streams_mutex);
  Streams().erase(stream);
}

Status BeginRecording(const char* function, const DeviceRun& run) {
  NUMRS_TRY(CheckAlive(function, *run.state));
  return run.state->pool->Begin(function, run.stream);
}
Status EndRecording(const char* function, const DeviceRun& run, DeviceRecording** recording) {
  NUMRS_TRY(CheckAlive(function, *run.state));
  return run.state->pool->End(function, run.stream, recording);
}
Status LaunchRecording(const char* function, const DeviceRun& run, DeviceRecording* recording, bool checked,
                       const uint64_t* blocks, int32_t count) {
  DeviceState& state = *run.state;
  NUMRS_TRY(CheckAlive(function, state));
  if (recording->state != &state)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: the recording is of device %s, the context of %s", function,
                recording->state->name, state.name);
  if (run.state->pool->IsRecorded(run.stream))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: the stream of the context is being recorded", function);
  if (blocks && (count < 0 || static_cast<size_t>(count) != recording->keys.size()))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: random_count is %d, expected %zu, the keys of recorded dropouts", function,
                count, recording->keys.size());
  for (const IndexCheckJob& job : recording->indices) {
    if (checked) break;
    const auto kernel = state.api->kernels->check_indices;
    if (!kernel) return NoKernel(job.function, state);
    NUMRS_TRY(Answer(job.function, state, kernel(run.stream, job)));
  }
  if (recording->ahead) {
    uint64_t ahead[kMostKeys] = {};
    if (blocks) std::copy_n(blocks, count, ahead);
    NUMRS_TRY(Answer(function, state,
                     state.api->copy(run.stream, recording->ahead, ahead, recording->keys.size() * sizeof(uint64_t),
                                     CopyDirection::TO_DEVICE)));
  }
  return Answer(function, state, state.api->graph_launch(recording->graph, run.stream));
}
const IndexCheckJob* RecordedIndices(const DeviceRecording* recording, size_t number) {
  return number < recording->indices.size() ? &recording->indices[number] : nullptr;
}
bool NoteIfRecorded(const DeviceRun& run, const IndexCheckJob& job) {
  return run.state->pool->NoteIfRecorded(run.stream, job);
}
Status RecordedAhead(const char* function, const DeviceRun& run, const RandomDraw& draw, const uint64_t** ahead) {
  return run.state->pool->Ahead(function, run.stream, draw, ahead);
}
void FreeRecording(DeviceRecording* recording) {
  if (recording) recording->state->pool->Free(recording);
}

}  // namespace numrs
