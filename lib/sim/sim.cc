// A simulated device for tests: memory that the host cannot touch, streams as threads that take their time, freed
// memory that is poisoned, failures on demand. It computes with the library's own kernels.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "sim/memory.h"
#include "sim/translate.h"

namespace numrs {
namespace {
const HostApi* host = nullptr;
constexpr int32_t kDevices = 4;
}  // namespace

namespace sim {

char* Reach(Memory& memory, const void* address) { return memory.Alias(address); }

}  // namespace sim

struct Queue;
struct Device {
  int32_t ordinal;
  sim::Memory memory;
  std::atomic<int64_t> fail_allocation{0}, lost_after{0};  // counted down to the failure; 0: none
  std::atomic<int64_t> delay_us{50}, sleep_us{0};
  std::atomic<uint32_t> seed{1};
  bool opened = false;
  std::shared_ptr<Queue> fixed[2];  // as long as the process
};

namespace {
Device* const device_list = new Device[kDevices];  // never destroyed: streams work on at exit
std::mutex devices_mutex;

Status Refuse(Status status, const char* format, ...) __attribute__((format(printf, 2, 3)));
Status Refuse(Status status, const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return host->fail(status, text);
}
}  // namespace

using Work = std::function<Status()>;

struct DeviceGraph {
  Device* device;
  std::vector<Work> work;
};

struct Queue {
  explicit Queue(Device* d) : device(d), random(d->seed.fetch_add(1)), thread([this] { Serve(); }) {}

  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void Push(Work work) {
    if (const int64_t sleep = device->sleep_us.exchange(0)) {
      work = [sleep, work] {
        std::this_thread::sleep_for(std::chrono::microseconds(sleep));
        return work();
      };
    }
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (recording) {
        recording->work.push_back(std::move(work));
        return;
      }
      queue.push_back(std::move(work));
      pending++;
    }
    wake.notify_all();
  }
  Status Sync() {
    std::unique_lock<std::mutex> lock(mutex);
    idle.wait(lock, [&] { return pending == 0; });
    return failed ? Refuse(NUMRS_DEVICE_FAILED, "%s", why) : static_cast<Status>(NUMRS_OK);
  }
  bool Idle() {
    const std::lock_guard<std::mutex> lock(mutex);
    return pending == 0;
  }
  // Gives up its thread when all work is done.
  ~Queue() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ended = true;
    }
    wake.notify_all();
    thread.join();
  }
  void Serve() {
    for (;;) {
      Work work;
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return ended || !queue.empty(); });
        if (queue.empty()) return;
        work = std::move(queue.front());
        queue.pop_front();
      }
      const int64_t most = device->delay_us.load();
      if (most > 0) {
        random = random * 1664525u + 1013904223u;
        std::this_thread::sleep_for(std::chrono::microseconds(random % static_cast<uint32_t>(most)));
      }
      const Status status = work();
      work = nullptr;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (status != NUMRS_OK && !failed) {
          failed = true;
          std::snprintf(why, sizeof(why), "work on the stream failed: %s", host->message());
        }
        pending--;
      }
      idle.notify_all();
    }
  }

  Device* device;
  std::mutex mutex;
  std::condition_variable wake, idle;
  std::deque<Work> queue;
  int64_t pending = 0;
  bool ended = false, failed = false;
  char why[256];
  DeviceGraph* recording = nullptr;
  uint32_t random;
  std::thread thread;
};

// A queue, or somebody else's: then the same work in the same order.
struct DeviceStream {
  Device* device;
  std::shared_ptr<Queue> queue;
  void Push(Work work) { queue->Push(std::move(work)); }
  Status Sync() { return queue->Sync(); }
};

// Generations: an event that is recorded again is a new one for those who wait later.
struct DeviceEvent {
  struct Point {
    std::mutex mutex;
    std::condition_variable done_signal;
    bool done = false;
    std::chrono::steady_clock::time_point at;
  };
  bool timed;
  std::mutex mutex;
  std::shared_ptr<Point> point;
  explicit DeviceEvent(bool t) : timed(t) {}
  std::shared_ptr<Point> Now() {
    const std::lock_guard<std::mutex> lock(mutex);
    return point;
  }
};

namespace {

// Counts down to the injected loss of the device.
bool IsLost(Device* device) {
  int64_t left = device->lost_after.load();
  while (left > 0) {
    if (device->lost_after.compare_exchange_weak(left, left - 1)) return left == 1;
  }
  return false;
}
Status Lost() { return host->fail(NUMRS_DEVICE_FAILED, "sim: the device was lost, as asked for"); }

template <class Job>
Status RunJob(Status (*kernel)(DeviceStream*, const Job&), const char* name, DeviceStream* stream, const Job& given) {
  if (IsLost(stream->device)) return Lost();
  struct Node {
    explicit Node(sim::Memory& memory, const Job& j) : translator(memory), job(j) {}
    sim::Translator translator;
    Job job;
  };
  const auto node = std::make_shared<Node>(stream->device->memory, given);
  sim::Translate(node->translator, node->job);
  if (const void* wrong = node->translator.wrong())
    return Refuse(NUMRS_BAD_ARGUMENT, "sim: %s: %p is no live memory of the device (of the host, or freed)", name,
                  wrong);
  if (!sim::IsWaitedFor(given) || (stream->queue->recording && sim::MayBeRecorded(given))) {
    stream->Push([node, kernel] { return kernel(nullptr, node->job); });
    return NUMRS_OK;
  }
  if (stream->queue->recording)
    return Refuse(NUMRS_BAD_ARGUMENT, "sim: %s waits for its result: not for recording", name);
  if (const Status status = stream->Sync()) return status;
  return kernel(nullptr, node->job);
}

// The slots that are filled.
#define NUMRS_SIM_SLOTS(X) \
  X(elementwise)           \
  X(reduce)                \
  X(scan)                  \
  X(matmul)                \
  X(activation)            \
  X(softmax)               \
  X(layer_norm)            \
  X(layer_norm_backward)   \
  X(channel_norm)          \
  X(channel_norm_backward) \
  X(random)                \
  X(permutation)           \
  X(multinomial)           \
  X(pool)                  \
  X(conv)                  \
  X(attention)             \
  X(attention_backward)    \
  X(rope)                  \
  X(check_indices)         \
  X(any_negative)          \
  X(gather)                \
  X(nonzero)               \
  X(loss)                  \
  X(loss_backward)         \
  X(class_loss)            \
  X(optim_step)            \
  X(gradients)             \
  X(linear)                \
  X(linear_backward)       \
  X(embedding_backward)    \
  X(one_hot)               \
  X(dropout)               \
  X(order)                 \
  X(search)                \
  X(unique)                \
  X(interp)                \
  X(rolling)               \
  X(ewm)                   \
  X(stat)                  \
  X(group)                 \
  X(histogram)             \
  X(vecdot_complex)        \
  X(fft)                   \
  X(lapack)

template <class Job>
Job JobOf(Status (*)(DeviceStream*, const Job&));

DeviceKernels MakeKernels() {
  DeviceKernels k{};
  k.struct_size = sizeof(k);
#define NUMRS_SIM_SLOT(name)                                                            \
  k.name = [](DeviceStream* stream, const decltype(JobOf(DeviceKernels{}.name))& job) { \
    return RunJob(host->cpu->name, #name, stream, job);                                 \
  };
  NUMRS_SIM_SLOTS(NUMRS_SIM_SLOT)
#undef NUMRS_SIM_SLOT
  return k;
}
DeviceKernels kernels;

Status Probe(int32_t* count, char*, size_t) {
  *count = kDevices;
  return NUMRS_OK;
}
Status Open(int32_t ordinal, Device** device) {
  const std::lock_guard<std::mutex> lock(devices_mutex);
  Device& d = device_list[ordinal];
  d.ordinal = ordinal;
  if (!d.opened) {
    if (const char* problem = d.memory.Open()) return host->fail(NUMRS_NO_DEVICE, problem);
  }
  d.opened = true;
  *device = &d;
  return NUMRS_OK;
}
// Keys that begin with "set:" are switches of tests: set:alloc=17 (the 17th allocation from here on fails),
// set:lost=200 (the device is lost at the 200th kernel), set:delay=100 (most microseconds before each piece of work),
// set:sleep=2000 (the next piece of work takes so many microseconds more), set:seed=3, set:keep=1 (of all devices:
// freed blocks are kept by the library), set:lapack=0 (of all devices: there is no kernel for matrices).
Status Info(Device* device, const char* key, char* text, size_t bytes);

Status MemoryOf(Device* device, DeviceMemory* memory) {
  memory->total_bytes = sim::kBytes;
  memory->free_bytes = sim::kBytes - device->memory.in_use();
  return NUMRS_OK;
}

Status Allocate(DeviceStream* stream, size_t bytes, void** block) {
  Device* device = stream->device;
  int64_t left = device->fail_allocation.load();
  while (left > 0) {
    if (!device->fail_allocation.compare_exchange_weak(left, left - 1)) continue;
    if (left == 1) return host->fail(NUMRS_NO_MEMORY, "sim: no memory, as asked for");
    break;
  }
  *block = device->memory.Allocate(bytes);
  return *block ? static_cast<Status>(NUMRS_OK) : host->fail(NUMRS_NO_MEMORY, "sim: no memory");
}
void Release(DeviceStream* stream, void* block) {
  Device* device = stream->device;
  const size_t bytes = device->memory.Begin(block);
  Queue& queue = *stream->queue;
  const std::lock_guard<std::mutex> lock(queue.mutex);  // never recorded
  queue.queue.push_back([device, block, bytes] {
    device->memory.End(block, bytes);
    return static_cast<Status>(NUMRS_OK);
  });
  queue.pending++;
  queue.wake.notify_all();
}
void Trim(Device*) {}

// Queues by what is their native handle here: their address. 1 and 2 are those that a device has anyway, as CUDA's
// legacy and per-thread ones.
std::mutex queues_mutex;
std::map<void*, std::weak_ptr<Queue>>& Queues() {
  static auto* const map = new std::map<void*, std::weak_ptr<Queue>>;
  return *map;
}
Status StreamCreate(Device* device, DeviceStream** stream) {
  const auto queue = std::make_shared<Queue>(device);
  const std::lock_guard<std::mutex> lock(queues_mutex);
  Queues()[queue.get()] = queue;
  *stream = new DeviceStream{device, queue};
  return NUMRS_OK;
}
Status StreamWrap(Device* device, void* native, DeviceStream** stream) {
  const std::lock_guard<std::mutex> lock(queues_mutex);
  std::shared_ptr<Queue> queue;
  const auto number = reinterpret_cast<uintptr_t>(native);
  if (number == 1 || number == 2) {
    std::shared_ptr<Queue>& known = device->fixed[number - 1];
    if (!known) known = std::shared_ptr<Queue>(new Queue(device), [](Queue*) {});  // a forked child could not end it
    queue = known;
  } else if (const auto found = Queues().find(native); found != Queues().end()) {
    queue = found->second.lock();
  }
  if (!queue || queue->device != device)
    return Refuse(NUMRS_BAD_ARGUMENT, "sim: %p is no stream of the device", native);
  *stream = new DeviceStream{device, queue};
  return NUMRS_OK;
}
void* StreamNative(DeviceStream* stream) {
  for (size_t k = 0; k < 2; k++) {
    if (stream->queue == stream->device->fixed[k]) return reinterpret_cast<void*>(k + 1);
  }
  return stream->queue.get();
}
Status StreamSync(DeviceStream* stream) { return stream->Sync(); }
Status StreamQuery(DeviceStream* stream, int32_t* done) {
  *done = stream->queue->Idle();
  return NUMRS_OK;
}
void StreamFree(DeviceStream* stream) {
  std::shared_ptr<Queue> queue = std::move(stream->queue);
  delete stream;
  const std::lock_guard<std::mutex> lock(queues_mutex);
  void* const native = queue.get();
  queue.reset();  // waits, if it was the last
  const auto found = Queues().find(native);
  if (found != Queues().end() && found->second.expired()) Queues().erase(found);
}

Status EventCreate(Device*, int32_t timed, DeviceEvent** event) {
  *event = new DeviceEvent(timed != 0);
  return NUMRS_OK;
}
Status EventRecord(DeviceStream* stream, DeviceEvent* event) {
  auto point = std::make_shared<DeviceEvent::Point>();
  {
    const std::lock_guard<std::mutex> lock(event->mutex);
    event->point = point;
  }
  stream->Push([point] {
    {
      const std::lock_guard<std::mutex> lock(point->mutex);
      point->done = true;
      point->at = std::chrono::steady_clock::now();
    }
    point->done_signal.notify_all();
    return static_cast<Status>(NUMRS_OK);
  });
  return NUMRS_OK;
}
void WaitFor(DeviceEvent::Point& point) {
  std::unique_lock<std::mutex> lock(point.mutex);
  point.done_signal.wait(lock, [&] { return point.done; });
}
Status EventWait(DeviceStream* stream, DeviceEvent* event) {
  const auto point = event->Now();
  if (!point) return NUMRS_OK;
  stream->Push([point] {
    WaitFor(*point);
    return static_cast<Status>(NUMRS_OK);
  });
  return NUMRS_OK;
}
Status EventQuery(DeviceEvent* event, int32_t* done) {
  const auto point = event->Now();
  *done = 1;
  if (!point) return NUMRS_OK;
  const std::lock_guard<std::mutex> lock(point->mutex);
  *done = point->done;
  return NUMRS_OK;
}
Status EventSync(DeviceEvent* event) {
  if (const auto point = event->Now()) WaitFor(*point);
  return NUMRS_OK;
}
Status EventElapsed(DeviceEvent* from, DeviceEvent* to, double* milliseconds) {
  const auto a = from->Now(), b = to->Now();
  if (!a || !b) return host->fail(NUMRS_BAD_ARGUMENT, "sim: an event was never recorded");
  if (!from->timed || !to->timed) return host->fail(NUMRS_BAD_ARGUMENT, "sim: an event has no time");
  *milliseconds = std::chrono::duration<double, std::milli>(b->at - a->at).count();
  return NUMRS_OK;
}
void EventFree(DeviceEvent* event) { delete event; }

// Pinned blocks by their addresses: copies from and to them are done when the stream has got there.
std::mutex pinned_mutex;
std::map<const char*, size_t>& PinnedBlocks() {
  static auto* const map = new std::map<const char*, size_t>;
  return *map;
}
bool IsPinned(const void* at) {
  const std::lock_guard<std::mutex> lock(pinned_mutex);
  auto found = PinnedBlocks().upper_bound(static_cast<const char*>(at));
  if (found == PinnedBlocks().begin()) return false;
  --found;
  return static_cast<const char*>(at) < found->first + found->second;
}
Status PinnedAllocate(Device*, size_t bytes, void** block) {
  const size_t room = (bytes + 63) / 64 * 64;
  *block = std::aligned_alloc(64, room);
  if (!*block) return host->fail(NUMRS_NO_MEMORY, "sim: no pinned memory");
  std::memset(*block, sim::kPoison, room);
  const std::lock_guard<std::mutex> lock(pinned_mutex);
  PinnedBlocks()[static_cast<char*>(*block)] = room;
  return NUMRS_OK;
}
void PinnedFree(Device*, void* block) {
  {
    const std::lock_guard<std::mutex> lock(pinned_mutex);
    const auto found = PinnedBlocks().find(static_cast<char*>(block));
    if (found == PinnedBlocks().end()) {
      std::fprintf(stderr, "sim: pinned memory is freed that is none, or twice: %p\n", block);
      std::abort();
    }
    std::memset(block, sim::kPoison, found->second);
    PinnedBlocks().erase(found);
  }
  std::free(block);
}

Status Copy(DeviceStream* stream, void* to, const void* from, size_t bytes, CopyDirection direction) {
  if (IsLost(stream->device)) return Lost();
  sim::Memory& memory = stream->device->memory;
  char* target = direction == CopyDirection::TO_HOST ? static_cast<char*>(to) : memory.Alias(to);
  const char* source = direction == CopyDirection::TO_DEVICE ? static_cast<const char*>(from) : memory.Alias(from);
  if (!target || !source)
    return Refuse(NUMRS_BAD_ARGUMENT, "sim: copy: %p is no live memory of the device", !target ? to : from);
  if (direction == CopyDirection::WITHIN) {
    stream->Push([=] { return std::memmove(target, source, bytes), static_cast<Status>(NUMRS_OK); });
    return NUMRS_OK;
  }
  if (stream->queue->recording) return host->fail(NUMRS_BAD_ARGUMENT, "sim: copies of the host are not for recording");
  if (IsPinned(direction == CopyDirection::TO_DEVICE ? from : to)) {
    stream->Push([=] { return std::memcpy(target, source, bytes), static_cast<Status>(NUMRS_OK); });
    return NUMRS_OK;
  }
  if (direction == CopyDirection::TO_DEVICE) {
    const auto kept = std::make_shared<std::vector<char>>(source, source + bytes);
    stream->Push([=] { return std::memcpy(target, kept->data(), bytes), static_cast<Status>(NUMRS_OK); });
    return NUMRS_OK;
  }
  if (const Status status = stream->Sync()) return status;
  std::memcpy(target, source, bytes);
  return NUMRS_OK;
}
Status CopyBetween(DeviceStream* stream, void* to, Device* from_device, const void* from, size_t bytes) {
  char* target = stream->device->memory.Alias(to);
  const char* source = from_device->memory.Alias(from);
  if (!target || !source) return host->fail(NUMRS_BAD_ARGUMENT, "sim: copy: no live memory of the device");
  stream->Push([=] { return std::memcpy(target, source, bytes), static_cast<Status>(NUMRS_OK); });
  return NUMRS_OK;
}
Status Fill(DeviceStream* stream, void* to, int32_t byte, size_t bytes) {
  char* target = stream->device->memory.Alias(to);
  if (!target) return host->fail(NUMRS_BAD_ARGUMENT, "sim: fill: no live memory of the device");
  stream->Push([=] { return std::memset(target, byte, bytes), static_cast<Status>(NUMRS_OK); });
  return NUMRS_OK;
}
Status CaptureBegin(DeviceStream* stream) {
  const std::lock_guard<std::mutex> lock(stream->queue->mutex);
  stream->queue->recording = new DeviceGraph{stream->device, {}};
  return NUMRS_OK;
}
Status CaptureEnd(DeviceStream* stream, DeviceGraph** graph) {
  const std::lock_guard<std::mutex> lock(stream->queue->mutex);
  *graph = stream->queue->recording;
  stream->queue->recording = nullptr;
  return NUMRS_OK;
}
Status GraphLaunch(DeviceGraph* graph, DeviceStream* stream) {
  if (IsLost(stream->device)) return Lost();
  for (const Work& work : graph->work) stream->Push(work);
  return NUMRS_OK;
}
void GraphFree(DeviceGraph* graph) { delete graph; }

DeviceApi api = {sizeof(DeviceApi),
                 kDeviceApi,
                 sizeof(DeviceKernels),
                 0,
                 "sim",
                 Probe,
                 Open,
                 Info,
                 MemoryOf,
                 Allocate,
                 Release,
                 Trim,
                 0,
                 0,
                 StreamCreate,
                 StreamWrap,
                 StreamNative,
                 StreamSync,
                 StreamFree,
                 EventCreate,
                 EventRecord,
                 EventWait,
                 EventQuery,
                 EventSync,
                 EventElapsed,
                 EventFree,
                 Copy,
                 CopyBetween,
                 Fill,
                 PinnedAllocate,
                 PinnedFree,
                 CaptureBegin,
                 CaptureEnd,
                 GraphLaunch,
                 GraphFree,
                 &kernels,
                 StreamQuery};

Status Info(Device* device, const char* key, char* text, size_t bytes) {
  *text = 0;
  long long number = 0;
  if (!std::strcmp(key, "name")) return std::snprintf(text, bytes, "simulated device"), NUMRS_OK;
  if (!std::strcmp(key, "memory")) return std::snprintf(text, bytes, "%zu", sim::kBytes), NUMRS_OK;
  if (std::sscanf(key, "set:alloc=%lld", &number) == 1)
    device->fail_allocation = number;
  else if (std::sscanf(key, "set:lost=%lld", &number) == 1)
    device->lost_after = number;
  else if (std::sscanf(key, "set:delay=%lld", &number) == 1)
    device->delay_us = number;
  else if (std::sscanf(key, "set:sleep=%lld", &number) == 1)
    device->sleep_us = number;
  else if (std::sscanf(key, "set:seed=%lld", &number) == 1)
    device->seed = static_cast<uint32_t>(number);
  else if (std::sscanf(key, "set:keep=%lld", &number) == 1)
    api.keep_blocks = number != 0;
  else if (std::sscanf(key, "set:lapack=%lld", &number) == 1)
    kernels.lapack = number != 0 ? MakeKernels().lapack : nullptr;
  else
    return Refuse(NUMRS_BAD_ARGUMENT, "sim: no fact is called \"%s\", expected \"name\" or a switch of tests", key);
  return NUMRS_OK;
}

}  // namespace
}  // namespace numrs

extern "C" __attribute__((visibility("default"))) const numrs::DeviceApi* numrs_plugin(const numrs::HostApi* given) {
  if (given->plugin_api != numrs::kDeviceApi || given->struct_size != sizeof(numrs::HostApi)) {
    given->fail(NUMRS_NO_DEVICE, "the plug-in for sim is of another version");
    return nullptr;
  }
  numrs::host = given;
  numrs::kernels = numrs::MakeKernels();
  return &numrs::api;
}
