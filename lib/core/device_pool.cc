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
// What is kept for one stream, or for one recording of it.
struct Cache {
  DeviceStream* stream;
  std::unordered_map<size_t, std::vector<void*>> kept;
};

struct Block {
  size_t bytes;
  Cache* home;
  bool used;
  uint64_t birth;  // the clock when it was handed out
};

// A block that was given back while other streams may still use it: whose marks it waits for, and streams that are
// being recorded, of which there will be a mark when that has ended.
struct Waiting {
  void* address;
  std::vector<std::shared_ptr<Mark>> marks;
  std::vector<StreamUse*> recorded;
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
  uint64_t until;                      // the clock at its end
  void* ahead;                         // on the device: kMostKeys blocks of a launch, or nullptr where nothing is drawn
};

class DevicePool {
 public:
  explicit DevicePool(DeviceState* state) : state_(state) {}

  Status Allocate(const char* function, DeviceStream* stream, size_t wanted, void** block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t bytes = RoundUpBlock(wanted);
    if (!bytes) return NoMemory(function, wanted, 0);
    Sweep();
    Cache* cache = CacheOf(stream);
    const uint64_t birth = state_->clock.fetch_add(1, std::memory_order_relaxed) + 1;
    auto kept = cache->kept.find(bytes);
    if (kept != cache->kept.end() && !kept->second.empty()) {
      *block = kept->second.back();
      kept->second.pop_back();
      Block& again = blocks_[*block];
      again.used = true;
      again.birth = birth;
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
    blocks_[*block] = Block{bytes, cache, true, birth};
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
    block.used = false;
    PassOn(stream, address, block);
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

  StreamUse* Note(DeviceStream* stream, bool foreign) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::unique_ptr<StreamUse> use(new StreamUse{});
    use->stream = stream;
    use->serial = ++serial_;
    use->foreign = foreign;
    uses_.push_back(use.get());
    return use.release();
  }
  void Forget(StreamUse* use) {
    const std::lock_guard<std::mutex> lock(mutex_);
    DeviceStream* stream = use->stream;
    if (DeviceRecording* recording = Open(stream)) {  // nobody can end it any more
      DeviceGraph* graph = nullptr;
      open_.erase(std::find(open_.begin(), open_.end(), recording));
      recording_.store(!open_.empty(), std::memory_order_release);
      if (state_->api->capture_end(stream, &graph) == NUMRS_OK && graph) state_->api->graph_free(graph);
      Disband(recording);
    }
    for (auto* list : {&live_, &retired_}) {
      for (DeviceRecording* recording : *list) {
        if (recording->stream == stream) recording->stream = recording->arena.stream = state_->stream;
      }
    }
    const auto found = caches_.find(stream);
    if (found != caches_.end()) {
      Cache* cache = found->second;
      DropCache(cache);
      bool followed = state_->lost.load(std::memory_order_acquire) || Follow(state_->stream, stream);
      Cache* rest =
          followed ? StreamCache(state_->stream) : new Cache{state_->stream, {}};  // the latter is used by nobody
      for (auto& entry : blocks_) {
        if (entry.second.home == cache) entry.second.home = rest;
      }
      caches_.erase(found);
      delete cache;
    }
    for (Waiting& waiting : waiting_) Remove(waiting.recorded, use);
    Remove(uses_, use);
    delete use;
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
    recording->until = state_->clock.load(std::memory_order_relaxed);
    live_.push_back(recording);
    *ended = recording;
    return NUMRS_OK;
  }
  void Free(DeviceRecording* recording) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!open_.empty()) {  // its stream may be one that cannot be waited for now
        retired_.push_back(recording);
        return;
      }
    }
    if (!state_->lost.load(std::memory_order_acquire)) {
      state_->api->stream_sync(recording->stream);
      state_->api->graph_free(recording->graph);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    Disband(recording);
  }

  // Of graphs that were freed while a recording went on.
  void FreeRetired() {
    std::vector<DeviceRecording*> retired;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (open_.empty()) retired.swap(retired_);
    }
    for (DeviceRecording* recording : retired) Free(recording);
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
  // A block that nobody uses any more, last used by calls on the stream.
  void PassOn(DeviceStream* stream, void* address, Block& block) {
    Cache* home = block.home;
    if (DeviceRecording* recording = UserOf(block)) {
      recording->held.push_back(address);
      stats_.cached_bytes += block.bytes;
      return;
    }
    if (IsArena(home)) {
      // What another stream still does with it has to come before the next user in the recording; else left alone.
      if (stream == home->stream || Follow(home->stream, stream)) Keep(address, block);
      return;
    }
    // Other streams that have had work since the block was handed out may use it still: it waits for them, its own
    // stream does not.
    Waiting waiting{address, {}, {}};
    for (StreamUse* use : uses_) {
      if (use->stream == home->stream) continue;
      if (use->stream != stream && use->at.load(std::memory_order_relaxed) < block.birth) continue;
      if (Open(use->stream)) {
        waiting.recorded.push_back(use);
        continue;
      }
      const std::shared_ptr<Mark> mark = MarkOf(use);
      if (!mark) return;  // left alone
      waiting.marks.push_back(mark);
    }
    if (waiting.marks.empty() && waiting.recorded.empty()) {
      PutBack(address, block);
      return;
    }
    stats_.cached_bytes += block.bytes;
    waiting_.push_back(std::move(waiting));
  }
  template <typename T>
  static void Remove(std::vector<T>& from, T what) {
    for (size_t i = 0; i < from.size(); i++) {
      if (from[i] == what) from.erase(from.begin() + static_cast<std::ptrdiff_t>(i--));
    }
  }
  void Keep(void* address, Block& block) {
    block.home->kept[block.bytes].push_back(address);
    stats_.cached_bytes += block.bytes;
  }
  // For the next request on its stream, or to the plug-in.
  void PutBack(void* address, Block& block) {
    if (state_->api->keep_blocks) return Keep(address, block);
    state_->api->release(block.home->stream, address);
    blocks_.erase(address);
  }
  // Behind all work of the stream so far; the one before where there has been none since. nullptr: it failed.
  std::shared_ptr<Mark> MarkOf(StreamUse* use) {
    if (!use->fresh.exchange(false, std::memory_order_relaxed) && use->mark &&
        !use->foreign.load(std::memory_order_relaxed))
      return use->mark;
    auto mark = std::make_shared<Mark>(*state_);
    const DeviceApi& api = *state_->api;
    if (api.event_create(state_->handle, false, &mark->event) != NUMRS_OK ||
        api.event_record(use->stream, mark->event) != NUMRS_OK) {
      use->fresh.store(true, std::memory_order_relaxed);
      return nullptr;
    }
    return use->mark = mark;
  }
  // Blocks whose streams have got beyond their marks are free. Not during a recording, where events cannot be asked.
  void Sweep() {
    if (waiting_.empty() || !open_.empty()) return;
    round_++;
    size_t left = 0;
    for (size_t i = 0; i < waiting_.size(); i++) {
      Waiting& waiting = waiting_[i];
      if (IsOver(waiting)) {
        Block& block = blocks_[waiting.address];
        stats_.cached_bytes -= block.bytes;
        PutBack(waiting.address, block);
      } else if (left++ != i) {
        waiting_[left - 1] = std::move(waiting);
      }
    }
    waiting_.resize(left);
  }
  bool IsOver(Waiting& waiting) {
    while (!waiting.recorded.empty()) {
      const std::shared_ptr<Mark> mark = MarkOf(waiting.recorded.back());
      if (!mark) return false;
      waiting.marks.push_back(mark);
      waiting.recorded.pop_back();
    }
    for (const std::shared_ptr<Mark>& mark : waiting.marks) {
      if (!mark->done && mark->asked != round_) {
        int32_t done = 0;
        mark->asked = round_;
        mark->done = state_->api->event_query(mark->event, &done) == NUMRS_OK && done;
      }
      if (!mark->done) return false;
    }
    return true;
  }
  Cache* CacheOf(DeviceStream* stream) {
    DeviceRecording* recording = Open(stream);
    return recording ? &recording->arena : StreamCache(stream);
  }
  Cache* StreamCache(DeviceStream* stream) {
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
  // A recording that may work on the block: any that is open, or ended while it was in use, but for the one whose arena
  // it is of.
  DeviceRecording* UserOf(const Block& block) const {
    for (DeviceRecording* recording : open_) {
      if (block.home != &recording->arena) return recording;
    }
    for (DeviceRecording* recording : live_) {
      if (block.birth <= recording->until && block.home != &recording->arena) return recording;
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
    if (api.event_create(state_->handle, false, &event) != NUMRS_OK) return false;
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
  // Their own streams wait now.
  uint64_t DropWaiting() {
    Sweep();
    const bool lost = state_->lost.load(std::memory_order_acquire);
    uint64_t bytes = 0;
    size_t left = 0;
    for (size_t i = 0; i < waiting_.size(); i++) {
      const Block block = blocks_[waiting_[i].address];
      bool follows = waiting_[i].recorded.empty();
      for (const std::shared_ptr<Mark>& mark : waiting_[i].marks) {
        if (lost || !follows) break;
        follows = mark->done || state_->api->event_wait(block.home->stream, mark->event) == NUMRS_OK;
      }
      if (!lost && !follows) {
        if (left++ != i) waiting_[left - 1] = std::move(waiting_[i]);
        continue;
      }
      if (!lost) state_->api->release(block.home->stream, waiting_[i].address);
      blocks_.erase(waiting_[i].address);
      bytes += block.bytes;
    }
    waiting_.resize(left);
    stats_.cached_bytes -= bytes;
    return bytes;
  }
  // Everything that is kept, but for the arenas of recordings. Not while one goes on: the driver would have to wait.
  uint64_t Drop() {
    if (!open_.empty()) return 0;
    uint64_t bytes = DropWaiting();
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
      stats_.cached_bytes -= found->second.bytes;
      PassOn(found->second.home->stream, address, found->second);
    }
    DropCache(arena);
    Cache* rest = StreamCache(arena->stream);
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
  std::vector<DeviceRecording*> retired_;      // freed while another one is open
  std::atomic<bool> recording_{false};         // is one open?
  std::vector<StreamUse*> uses_;               // all streams
  std::vector<Waiting> waiting_;
  uint64_t serial_ = 0, round_ = 0;
  MemoryStats stats_{};
};

DevicePool* MakeDevicePool(DeviceState* state) { return new (std::nothrow) DevicePool(state); }

StreamUse* NoteStream(DeviceState& state, DeviceStream* stream, bool foreign) {
  {
    const std::lock_guard<std::mutex> lock(streams_mutex);
    Streams()[stream] = &state;
  }
  return state.pool->Note(stream, foreign);
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
  if (!block) return;
  try {
    run.state->pool->Release(run.stream, block);
  } catch (...) {  // no memory for what is to be remembered: the block is left alone
  }
}
bool OwnsDeviceBlock(const DeviceState& state, const void* block) { return state.pool->Owns(block); }
MemoryStats DeviceStats(const DeviceState& state) { return state.pool->Stats(); }
void DeviceTrim(DeviceState& state) { state.pool->Trim(); }
void DeviceSetLimit(DeviceState& state, uint64_t bytes) { state.pool->SetLimit(bytes); }
void DeviceResetPeak(DeviceState& state) { state.pool->ResetPeak(); }
void DeviceForgetStream(DeviceState& state, StreamUse* use) {
  DeviceStream* const stream = use->stream;
  state.pool->Forget(use);
  state.pool->FreeRetired();
  const std::lock_guard<std::mutex> lock(streams_mutex);
  Streams().erase(stream);
}

Status BeginRecording(const char* function, const DeviceRun& run) {
  NUMRS_TRY(CheckAlive(function, *run.state));
  return run.state->pool->Begin(function, run.stream);
}
Status EndRecording(const char* function, const DeviceRun& run, DeviceRecording** recording) {
  NUMRS_TRY(CheckAlive(function, *run.state));
  const Status status = run.state->pool->End(function, run.stream, recording);
  run.state->pool->FreeRetired();
  return status;
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
  const Status status = state.api->graph_launch(recording->graph, run.stream);
  NoteUse(run);
  return Answer(function, state, status);
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
