// Devices beside the processor, on a machine that need not have one: kinds, places, contexts of the CPU and handles
// that are none. What a device does is tested with the simulated one (tests/c/test_device.cc).
#include "watch.h"

namespace fuzz {
namespace {

int32_t Kind(Input* in) { return in->OneIn(4) ? static_cast<int32_t>(in->Wild()) : in->Below(3); }
bool IsKind(int32_t kind) { return kind == NUMRS_CUDA || kind == NUMRS_SIM; }

// A context of the CPU, or none: no function of devices takes them.
class NoDevice {
 public:
  explicit NoDevice(Input* in) {
    if (in->OneIn(2)) numrs_context_create(nullptr, &context_);
  }
  ~NoDevice() { numrs_context_destroy(context_); }
  NoDevice(const NoDevice&) = delete;
  NoDevice& operator=(const NoDevice&) = delete;
  operator numrs_context*() const { return context_; }

 private:
  numrs_context* context_ = nullptr;
};

void Nothing(Call* c) {
  ++c->runs;
  ++c->accepted;
}

NUMRS_FUZZ(numrs_device_count, 1, [](Call* c, Input* in) {
  const int32_t kind = Kind(in);
  int32_t count = -1, *room = in->OneIn(4) ? nullptr : &count;
  Watched(c, in, !IsKind(kind) || !room, [&] { return numrs_device_count(kind, room); });
});
NUMRS_FUZZ(numrs_device_info, 1, [](Call* c, Input* in) {
  char text[16], *room = in->OneIn(4) ? nullptr : text;
  const char* key = in->OneIn(4) ? nullptr : in->OneIn(2) ? "name" : "";
  const int32_t kind = Kind(in), index = static_cast<int32_t>(in->Wild());
  const size_t bytes = static_cast<size_t>(in->Below(17));
  Watched(c, in, !IsKind(kind) || !room || !key, [&] { return numrs_device_info(kind, index, key, room, bytes); });
});
NUMRS_FUZZ(numrs_device_open_plugin, 1, [](Call* c, Input* in) {
  static const char* const kPaths[] = {nullptr, "", "relative.so", "/", "/dev/null", "/no/such/file"};
  const char* path = kPaths[in->Below(6)];
  Watched(c, in, true, [&] { return numrs_device_open_plugin(path); });
});
NUMRS_FUZZ(numrs_device_plugin, 1, [](Call* c, Input* in) {
  const char* path = numrs_device_plugin(Kind(in));
  if (path && std::strlen(path) > 100000) Die(*c, "returned no text");
  Nothing(c);
});

NUMRS_FUZZ(numrs_device_allocate, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  void *block = nullptr, **room = in->OneIn(4) ? nullptr : &block;
  const size_t bytes = static_cast<size_t>(in->Wild());
  Watched(c, in, true, [&] { return numrs_device_allocate(context, bytes, room); });
  if (block) Die(*c, "gave a block without a device");
});
NUMRS_FUZZ(numrs_device_free, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  numrs_device_free(context, nullptr);
  Nothing(c);
});
NUMRS_FUZZ(numrs_device_copy, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  char from[8] = {1}, to[8] = {2};
  const int32_t direction = in->OneIn(2) ? in->Below(3) : static_cast<int32_t>(in->Wild());
  const bool nowhere = in->OneIn(4);
  Watched(c, in, true, [&] { return numrs_device_copy(context, nowhere ? nullptr : to, from, sizeof to, direction); });
  if (to[0] != 2) Die(*c, "copied without a device");
});
NUMRS_FUZZ(numrs_device_copy_async, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  char from[8] = {1}, to[8] = {2};
  const int32_t direction = in->OneIn(2) ? in->Below(3) : static_cast<int32_t>(in->Wild());
  const bool nowhere = in->OneIn(4);
  Watched(c, in, true,
          [&] { return numrs_device_copy_async(context, to, nowhere ? nullptr : from, sizeof to, direction); });
  if (to[0] != 2) Die(*c, "copied without a device");
});
NUMRS_FUZZ(numrs_device_pinned_allocate, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  void *block = nullptr, **room = in->OneIn(4) ? nullptr : &block;
  const size_t bytes = static_cast<size_t>(in->Wild());
  Watched(c, in, true, [&] { return numrs_device_pinned_allocate(context, bytes, room); });
  if (block) Die(*c, "gave a block without a device");
});
NUMRS_FUZZ(numrs_device_pinned_free, 1, [](Call* c, Input* in) {
  char here[8];
  void* const block = in->OneIn(2) ? nullptr : here;  // no such block
  Watched(c, in, block != nullptr, [&] { return numrs_device_pinned_free(block); });
});
NUMRS_FUZZ(numrs_device_synchronize, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  Watched(c, in, true, [&] { return numrs_device_synchronize(context); });
});

NUMRS_FUZZ(numrs_device_query, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  int32_t done = 7, *room = in->OneIn(4) ? nullptr : &done;
  Watched(c, in, true, [&] { return numrs_device_query(context, room); });
  if (done != 7) Die(*c, "answered without a device");
});
NUMRS_FUZZ(numrs_device_stream_native, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  void *native = c, **room = in->OneIn(4) ? nullptr : &native;
  Watched(c, in, true, [&] { return numrs_device_stream_native(context, room); });
  if (native != c) Die(*c, "answered without a device");
});

NUMRS_FUZZ(numrs_device_memory_stats, 1, [](Call* c, Input* in) {
  numrs_memory_stats stats = {};
  stats.struct_size = in->OneIn(2) ? sizeof stats : static_cast<uint32_t>(in->Below(80));
  const int32_t kind = Kind(in), index = static_cast<int32_t>(in->Wild());
  const bool no_room = in->OneIn(4);
  Watched(c, in, true, [&] { return numrs_device_memory_stats(kind, index, no_room ? nullptr : &stats); });
});
NUMRS_FUZZ(numrs_device_memory_trim, 1, [](Call* c, Input* in) {
  const int32_t kind = Kind(in), index = static_cast<int32_t>(in->Wild());
  Watched(c, in, true, [&] { return numrs_device_memory_trim(kind, index); });
});
NUMRS_FUZZ(numrs_device_memory_set_limit, 1, [](Call* c, Input* in) {
  const int32_t kind = Kind(in), index = static_cast<int32_t>(in->Wild());
  Watched(c, in, true, [&] { return numrs_device_memory_set_limit(kind, index, in->Word()); });
});

NUMRS_FUZZ(numrs_device_event_record, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  numrs_device_event *event = nullptr, **room = in->OneIn(4) ? nullptr : &event;
  Watched(c, in, true, [&] { return numrs_device_event_record(context, room); });
  if (event) Die(*c, "gave an event without a device");
});
NUMRS_FUZZ(numrs_device_event_record_timed, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  numrs_device_event *event = nullptr, **room = in->OneIn(4) ? nullptr : &event;
  Watched(c, in, true, [&] { return numrs_device_event_record_timed(context, room); });
  if (event) Die(*c, "gave an event without a device");
});
NUMRS_FUZZ(numrs_device_event_query, 1, [](Call* c, Input* in) {
  int32_t done = 7, *room = in->OneIn(4) ? nullptr : &done;
  Watched(c, in, true, [&] { return numrs_device_event_query(nullptr, room); });
  if (done != 7) Die(*c, "answered without an event");
});
NUMRS_FUZZ(numrs_device_event_elapsed, 1, [](Call* c, Input* in) {
  double milliseconds = 7, *room = in->OneIn(4) ? nullptr : &milliseconds;
  Watched(c, in, true, [&] { return numrs_device_event_elapsed(nullptr, nullptr, room); });
  if (milliseconds != 7) Die(*c, "answered without events");
});
NUMRS_FUZZ(numrs_device_event_wait, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  Watched(c, in, true, [&] { return numrs_device_event_wait(context, nullptr); });
});
NUMRS_FUZZ(numrs_device_event_synchronize, 1,
           [](Call* c, Input* in) { Watched(c, in, true, [&] { return numrs_device_event_synchronize(nullptr); }); });
NUMRS_FUZZ(numrs_device_event_free, 1, [](Call* c, Input*) {
  numrs_device_event_free(nullptr);
  Nothing(c);
});
NUMRS_FUZZ(numrs_device_record_begin, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  Watched(c, in, true, [&] { return numrs_device_record_begin(context); });
});
NUMRS_FUZZ(numrs_device_record_end, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  numrs_device_graph *graph = nullptr, **room = in->OneIn(4) ? nullptr : &graph;
  Watched(c, in, true, [&] { return numrs_device_record_end(context, room); });
  if (graph) Die(*c, "gave a graph without a device");
});
NUMRS_FUZZ(numrs_device_graph_launch, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  Watched(c, in, true, [&] { return numrs_device_graph_launch(context, nullptr); });
});
NUMRS_FUZZ(numrs_device_graph_launch_with, 1, [](Call* c, Input* in) {
  NoDevice context(in);
  const numrs_graph_launch_options options = {static_cast<uint32_t>(in->Wild()), static_cast<uint32_t>(in->Wild()),
                                              nullptr, static_cast<int32_t>(in->Wild()), 0};
  const auto* given = in->OneIn(4) ? nullptr : &options;
  Watched(c, in, true, [&] { return numrs_device_graph_launch_with(context, nullptr, given); });
});
NUMRS_FUZZ(numrs_device_graph_indices, 1, [](Call* c, Input* in) {
  numrs_graph_indices indices = {static_cast<uint32_t>(in->Wild()), 0, {}, 0, 0};
  auto* room = in->OneIn(4) ? nullptr : &indices;
  Watched(c, in, true, [&] { return numrs_device_graph_indices(nullptr, static_cast<int32_t>(in->Wild()), room); });
});
NUMRS_FUZZ(numrs_device_graph_free, 1, [](Call* c, Input*) {
  numrs_device_graph_free(nullptr);
  Nothing(c);
});

}  // namespace
}  // namespace fuzz
