// Memory of the host that devices read and write while the host goes on, and copies: which wait, and which do not.
#include <map>
#include <mutex>
#include <vector>

#include "core/device_pool.h"

namespace numrs {
namespace {

struct Pinned {
  DeviceState* state;
  size_t bytes;
  // Behind the copies so far; of each stream the latest is enough.
  std::vector<std::pair<uint64_t, std::shared_ptr<Mark>>> marks;
};

std::mutex mutex;  // of what follows
std::atomic<size_t> blocks_count{0};
std::map<const char*, Pinned>& Blocks() {
  static auto* const map = new std::map<const char*, Pinned>;  // lives as long as the process
  return *map;
}

// With the lock held: the block in which memory is; nullptr: it is not pinned.
Pinned* Find(const void* at) {
  auto found = Blocks().upper_bound(static_cast<const char*>(at));
  if (found == Blocks().begin()) return nullptr;
  --found;
  return static_cast<const char*>(at) < found->first + found->second.bytes ? &found->second : nullptr;
}

}  // namespace

Status PinnedAllocate(const char* function, DeviceState& state, size_t bytes, void** block) {
  NUMRS_TRY(CheckAlive(function, state));
  void* made = nullptr;
  const Status status = state.api->pinned_allocate(state.handle, bytes ? bytes : 1, &made);
  if (status == NUMRS_NO_MEMORY)
    return Fail(status, "%s: no pinned memory for %zu bytes (%s)", function, bytes, state.name);
  NUMRS_TRY(Answer(function, state, status));
  const std::lock_guard<std::mutex> lock(mutex);
  Blocks()[static_cast<const char*>(made)] = Pinned{&state, bytes ? bytes : 1, {}};
  blocks_count.store(Blocks().size(), std::memory_order_release);
  *block = made;
  return NUMRS_OK;
}

Status PinnedFree(const char* function, void* block) {
  if (!block) return NUMRS_OK;
  Pinned pinned;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = Blocks().find(static_cast<const char*>(block));
    if (found == Blocks().end())
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %p is no block of pinned memory, or was freed before", function, block);
    pinned = found->second;
    Blocks().erase(found);
    blocks_count.store(Blocks().size(), std::memory_order_release);
  }
  DeviceState& state = *pinned.state;
  Status status = CheckAlive(function, state);
  for (const auto& mark : pinned.marks) {
    if (status == NUMRS_OK) status = Answer(function, state, state.api->event_sync(mark.second->event));
  }
  // Of a lost device nobody knows what it still does: the block stays.
  if (status == NUMRS_OK) state.api->pinned_free(state.handle, block);
  return status;
}

Status DeviceCopy(const char* function, const DeviceRun& run, void* to, const void* from, size_t bytes,
                  CopyDirection direction, bool wait) {
  DeviceState& state = *run.state;
  NUMRS_TRY(CheckAlive(function, state));
  const Status status = state.api->copy(run.stream, to, from, bytes, direction);
  NoteUse(run);
  NUMRS_TRY(Answer(function, state, status));
  if (direction == CopyDirection::WITHIN || blocks_count.load(std::memory_order_acquire) == 0) return NUMRS_OK;
  const void* host = direction == CopyDirection::TO_DEVICE ? from : to;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    Pinned* const pinned = Find(host);
    if (!pinned) return NUMRS_OK;
    if (!wait) {
      auto mark = std::make_shared<Mark>(state);
      NUMRS_TRY(Answer(function, state, state.api->event_create(state.handle, false, &mark->event)));
      NUMRS_TRY(Answer(function, state, state.api->event_record(run.stream, mark->event)));
      const uint64_t serial = run.use ? run.use->serial : 0;
      for (auto& known : pinned->marks) {
        if (known.first == serial && &known.second->state == &state) {
          known.second = std::move(mark);
          return NUMRS_OK;
        }
      }
      pinned->marks.emplace_back(serial, std::move(mark));
      return NUMRS_OK;
    }
  }
  return Answer(function, state, state.api->stream_sync(run.stream));
}

}  // namespace numrs
