// extern "C" of device.h: devices, their memory, copies, streams, events, recordings.
#include "numrs/device.h"

#include "core/device_state.h"
#include "core/trace.h"

using namespace numrs;

struct numrs_device_event {
  DeviceState* state;
  DeviceEvent* event;
  bool timed;
};

namespace {

Status NeedsDevice(const numrs_context* context, const char* function) {
  if (OnHost(context))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: the context is of the CPU, expected one of a device", function);
  return AdmitContext(context, function);
}

Status Opened(const char* function, int32_t kind, int32_t index, DeviceState** state) {
  *state = OpenedDevice(kind, index);
  if (*state) return NUMRS_OK;
  return Fail(NUMRS_NO_DEVICE, "%s: device %s:%d has not been opened", function, KindName(kind) ? KindName(kind) : "?",
              index);
}

Status NullPointer(const char* function, const char* what) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL", function, what);
}
Status Copy(const char* function, numrs_context* context, void* to, const void* from, size_t bytes, int32_t direction,
            bool wait) {
  NUMRS_TRY(NeedsDevice(context, function));
  if (direction < NUMRS_TO_DEVICE || direction > NUMRS_ON_DEVICE)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: direction is %d, expected NUMRS_TO_DEVICE (0) to NUMRS_ON_DEVICE (2)",
                function, direction);
  if (bytes == 0) return NUMRS_OK;
  if (!to || !from) return NullPointer(function, "to or from");
  return DeviceCopy(function, context->device, to, from, bytes, static_cast<CopyDirection>(direction), wait);
}

Status Record(const char* function, numrs_context* context, numrs_device_event** event, bool timed) {
  NUMRS_TRY(NeedsDevice(context, function));
  if (!event) return NullPointer(function, "event");
  DeviceState& state = *context->device.state;
  auto* made = static_cast<numrs_device_event*>(PoolAllocate(sizeof(numrs_device_event)));
  if (!made) return Fail(NUMRS_NO_MEMORY, "%s: no memory for an event", function);
  *made = numrs_device_event{&state, nullptr, timed};
  Status status = Answer(function, state, state.api->event_create(state.handle, timed, &made->event));
  if (status == NUMRS_OK) {
    status = Answer(function, state, state.api->event_record(context->device.stream, made->event));
    NoteUse(context->device);
    if (status == NUMRS_OK) {
      *event = made;
      return NUMRS_OK;
    }
    state.api->event_free(made->event);
  }
  PoolFree(made);
  return status;
}

}  // namespace

extern "C" numrs_status numrs_device_count(int32_t kind, int32_t* count) {
  return Guard([&]() -> Status {
    if (!count) return NullPointer("device_count", "count");
    return CountDevices("device_count", kind, count);
  });
}

extern "C" numrs_status numrs_device_info(int32_t kind, int32_t index, const char* key, char* text, size_t bytes) {
  return Guard([&]() -> Status {
    const char* f = "device_info";
    if (!key || !text || !bytes) return NullPointer(f, "key or text");
    DeviceState* state;
    NUMRS_TRY(OpenDevice(f, kind, index, &state));
    return Answer(f, *state, state->api->info(state->handle, key, text, bytes));
  });
}

extern "C" numrs_status numrs_device_open_plugin(const char* path) {
  return Guard([&] { return OpenPlugin("device_open_plugin", path); });
}
extern "C" const char* numrs_device_plugin(int32_t kind) { return PluginPath(kind); }

extern "C" numrs_status numrs_device_allocate(numrs_context* context, size_t bytes, void** block) {
  return Guard([&]() -> Status {
    NUMRS_TRY(NeedsDevice(context, "device_allocate"));
    if (!block) return NullPointer("device_allocate", "block");
    void* made;
    NUMRS_TRY(DeviceAllocate("device_allocate", context->device, bytes, &made));
    *block = made;
    return NUMRS_OK;
  });
}
extern "C" void numrs_device_free(numrs_context* context, void* block) {
  if (!OnHost(context) && context->magic == kDeviceMagic) DeviceRelease(context->device, block);
}

extern "C" numrs_status numrs_device_copy(numrs_context* context, void* to, const void* from, size_t bytes,
                                          int32_t direction) {
  return Guard([&] { return Copy("device_copy", context, to, from, bytes, direction, true); });
}
extern "C" numrs_status numrs_device_copy_async(numrs_context* context, void* to, const void* from, size_t bytes,
                                                int32_t direction) {
  return Guard([&] { return Copy("device_copy_async", context, to, from, bytes, direction, false); });
}
extern "C" numrs_status numrs_device_pinned_allocate(numrs_context* context, size_t bytes, void** block) {
  return Guard([&]() -> Status {
    const char* f = "device_pinned_allocate";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!block) return NullPointer(f, "block");
    return PinnedAllocate(f, *context->device.state, bytes, block);
  });
}
extern "C" numrs_status numrs_device_pinned_free(void* block) {
  return Guard([&] { return PinnedFree("device_pinned_free", block); });
}
extern "C" numrs_status numrs_device_synchronize(numrs_context* context) {
  return Guard([&]() -> Status {
    const char* f = "device_synchronize";
    NUMRS_TRY(NeedsDevice(context, f));
    DeviceState& state = *context->device.state;
    return Answer(f, state, state.api->stream_sync(context->device.stream));
  });
}

extern "C" numrs_status numrs_device_query(numrs_context* context, int32_t* done) {
  return Guard([&]() -> Status {
    const char* f = "device_query";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!done) return NullPointer(f, "done");
    DeviceState& state = *context->device.state;
    return Answer(f, state, state.api->stream_query(context->device.stream, done));
  });
}
extern "C" numrs_status numrs_device_stream_native(numrs_context* context, void** native) {
  return Guard([&]() -> Status {
    const char* f = "device_stream_native";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!native) return NullPointer(f, "native");
    context->device.use->foreign.store(true, std::memory_order_relaxed);
    *native = context->device.state->api->stream_native(context->device.stream);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_device_memory_stats(int32_t kind, int32_t index, numrs_memory_stats* stats) {
  return Guard([&]() -> Status {
    const char* f = "device_memory_stats";
    if (!stats) return NullPointer(f, "stats");
    if (stats->struct_size != sizeof(numrs_memory_stats))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected %zu", f, stats->struct_size,
                  sizeof(numrs_memory_stats));
    DeviceState* state;
    NUMRS_TRY(Opened(f, kind, index, &state));
    const MemoryStats now = DeviceStats(*state);
    stats->hits = now.hits;
    stats->misses = now.misses;
    stats->in_use_bytes = now.in_use_bytes;
    stats->cached_bytes = now.cached_bytes;
    stats->peak_bytes = now.peak_bytes;
    stats->limit_bytes = now.limit_bytes;
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_device_memory_trim(int32_t kind, int32_t index) {
  return Guard([&]() -> Status {
    DeviceState* state;
    NUMRS_TRY(Opened("device_memory_trim", kind, index, &state));
    DeviceTrim(*state);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_device_memory_set_limit(int32_t kind, int32_t index, uint64_t bytes) {
  return Guard([&]() -> Status {
    DeviceState* state;
    NUMRS_TRY(Opened("device_memory_set_limit", kind, index, &state));
    DeviceSetLimit(*state, bytes);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_device_event_record(numrs_context* context, numrs_device_event** event) {
  return Guard([&] { return Record("device_event_record", context, event, false); });
}
extern "C" numrs_status numrs_device_event_record_timed(numrs_context* context, numrs_device_event** event) {
  return Guard([&] { return Record("device_event_record_timed", context, event, true); });
}
extern "C" numrs_status numrs_device_event_query(numrs_device_event* event, int32_t* done) {
  return Guard([&]() -> Status {
    const char* f = "device_event_query";
    if (!event || !done) return NullPointer(f, "event or done");
    NUMRS_TRY(CheckAlive(f, *event->state));
    return Answer(f, *event->state, event->state->api->event_query(event->event, done));
  });
}
extern "C" numrs_status numrs_device_event_elapsed(numrs_device_event* from, numrs_device_event* to,
                                                   double* milliseconds) {
  return Guard([&]() -> Status {
    const char* f = "device_event_elapsed";
    if (!from || !to || !milliseconds) return NullPointer(f, "an event or milliseconds");
    DeviceState& state = *from->state;
    if (&state != to->state)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: one event is of device %s, the other of %s", f, state.name, to->state->name);
    if (!from->timed || !to->timed)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: an event has no time; numrs_device_event_record_timed makes those that do",
                  f);
    NUMRS_TRY(CheckAlive(f, state));
    for (const numrs_device_event* event : {from, to}) {
      int32_t done = 0;
      NUMRS_TRY(Answer(f, state, state.api->event_query(event->event, &done)));
      if (!done) return Fail(NUMRS_BAD_ARGUMENT, "%s: an event is not done; wait for it first", f);
    }
    return Answer(f, state, state.api->event_elapsed(from->event, to->event, milliseconds));
  });
}
extern "C" numrs_status numrs_device_event_wait(numrs_context* context, numrs_device_event* event) {
  return Guard([&]() -> Status {
    const char* f = "device_event_wait";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!event) return NullPointer(f, "event");
    DeviceState& state = *context->device.state;
    if (event->state != &state)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the event is of device %s, the context of %s", f, event->state->name,
                  state.name);
    const Status status = state.api->event_wait(context->device.stream, event->event);
    NoteUse(context->device);  // who waits means to use what was made
    return Answer(f, state, status);
  });
}
extern "C" numrs_status numrs_device_event_synchronize(numrs_device_event* event) {
  return Guard([&]() -> Status {
    const char* f = "device_event_synchronize";
    if (!event) return NullPointer(f, "event");
    NUMRS_TRY(CheckAlive(f, *event->state));
    return Answer(f, *event->state, event->state->api->event_sync(event->event));
  });
}
extern "C" void numrs_device_event_free(numrs_device_event* event) {
  if (!event) return;
  if (!event->state->lost) event->state->api->event_free(event->event);
  PoolFree(event);
}

extern "C" numrs_status numrs_device_record_begin(numrs_context* context) {
  return Guard([&]() -> Status {
    NUMRS_TRY(NeedsDevice(context, "device_record_begin"));
    return BeginRecording("device_record_begin", context->device);
  });
}
extern "C" numrs_status numrs_device_record_end(numrs_context* context, numrs_device_graph** graph) {
  return Guard([&]() -> Status {
    NUMRS_TRY(NeedsDevice(context, "device_record_end"));
    if (!graph) return NullPointer("device_record_end", "graph");
    return EndRecording("device_record_end", context->device, reinterpret_cast<DeviceRecording**>(graph));
  });
}
extern "C" numrs_status numrs_device_graph_launch(numrs_context* context, numrs_device_graph* graph) {
  return numrs_device_graph_launch_with(context, graph, nullptr);
}

extern "C" numrs_status numrs_device_graph_launch_with(numrs_context* context, numrs_device_graph* graph,
                                                       const numrs_graph_launch_options* options) {
  return Guard([&]() -> Status {
    const char* f = "device_graph_launch";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!graph) return NullPointer(f, "graph");
    bool checked = false;
    const uint64_t* blocks = nullptr;
    int32_t count = 0;
    if (options) {
      if (options->struct_size != sizeof(*options))
        return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected %zu", f, options->struct_size,
                    sizeof(*options));
      if (options->flags & ~uint32_t{NUMRS_GRAPH_CHECKED})
        return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %u, expected 0 or NUMRS_GRAPH_CHECKED (1)", f, options->flags);
      checked = options->flags & NUMRS_GRAPH_CHECKED;
      blocks = options->random_blocks;
      count = blocks ? options->random_count : 0;
    }
    return LaunchRecording(f, context->device, reinterpret_cast<DeviceRecording*>(graph), checked, blocks, count);
  });
}

extern "C" numrs_status numrs_device_graph_indices(numrs_device_graph* graph, int32_t number,
                                                   numrs_graph_indices* indices) {
  return Guard([&]() -> Status {
    const char* f = "device_graph_indices";
    if (!graph || !indices) return NullPointer(f, "graph or indices");
    if (indices->struct_size != sizeof(*indices))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected %zu", f, indices->struct_size, sizeof(*indices));
    const IndexCheckJob* job =
        number < 0 ? nullptr : RecordedIndices(reinterpret_cast<DeviceRecording*>(graph), static_cast<size_t>(number));
    if (!job) return Fail(NUMRS_BAD_INDEX, "%s: there is no number %d", f, number);
    const View& v = job->indices;
    indices->kind = static_cast<int32_t>(job->kind);
    indices->view = {v.data, v.shape, v.strides, v.ndim, v.dtype};
    indices->extent = job->extent;
    indices->ignore = job->ignore;
    return NUMRS_OK;
  });
}

extern "C" void numrs_device_graph_free(numrs_device_graph* graph) {
  FreeRecording(reinterpret_cast<DeviceRecording*>(graph));
}
