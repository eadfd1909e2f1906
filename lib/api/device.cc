// extern "C" of device.h: devices, their memory, copies, events, recordings.
#include "numrs/device.h"

#include "core/device_state.h"
#include "core/trace.h"

using namespace numrs;

struct numrs_device_event {
  DeviceState* state;
  DeviceEvent* event;
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
  return Guard([&]() -> Status {
    const char* f = "device_copy";
    NUMRS_TRY(NeedsDevice(context, f));
    if (direction < NUMRS_TO_DEVICE || direction > NUMRS_ON_DEVICE)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: direction is %d, expected NUMRS_TO_DEVICE (0) to NUMRS_ON_DEVICE (2)", f,
                  direction);
    if (bytes == 0) return NUMRS_OK;
    if (!to || !from) return NullPointer(f, "to or from");
    DeviceState& state = *context->device.state;
    return Answer(f, state,
                  state.api->copy(context->device.stream, to, from, bytes, static_cast<CopyDirection>(direction)));
  });
}

extern "C" numrs_status numrs_device_synchronize(numrs_context* context) {
  return Guard([&]() -> Status {
    const char* f = "device_synchronize";
    NUMRS_TRY(NeedsDevice(context, f));
    DeviceState& state = *context->device.state;
    return Answer(f, state, state.api->stream_sync(context->device.stream));
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
  return Guard([&]() -> Status {
    const char* f = "device_event_record";
    NUMRS_TRY(NeedsDevice(context, f));
    if (!event) return NullPointer(f, "event");
    DeviceState& state = *context->device.state;
    auto* made = static_cast<numrs_device_event*>(PoolAllocate(sizeof(numrs_device_event)));
    if (!made) return Fail(NUMRS_NO_MEMORY, "%s: no memory for an event", f);
    *made = numrs_device_event{&state, nullptr};
    Status status = Answer(f, state, state.api->event_create(state.handle, &made->event));
    if (status == NUMRS_OK) {
      status = Answer(f, state, state.api->event_record(context->device.stream, made->event));
      if (status == NUMRS_OK) {
        *event = made;
        return NUMRS_OK;
      }
      state.api->event_free(made->event);
    }
    PoolFree(made);
    return status;
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
    return Answer(f, state, state.api->event_wait(context->device.stream, event->event));
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
