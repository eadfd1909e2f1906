// Everything that takes no array: version, context, threads, memory, backends, machine, dtypes. A line each.
#include <initializer_list>

#include "watch.h"

namespace fuzz {
namespace {

// Functions that cannot fail and return text or a number: what they return is read to its end.
void Text(Call* call, const char* text, bool may_be_null) {
  ++call->runs;
  ++call->accepted;
  if (!text && !may_be_null) Die(*call, "returned NULL");
  if (text && std::strlen(text) > 100000) Die(*call, "returned no text");
}
void Number(Call* call, bool good) {
  ++call->runs;
  ++call->accepted;
  if (!good) Die(*call, "returned a number that it must not");
}
int32_t Wild32(Input* in) { return static_cast<int32_t>(in->Wild()); }

NUMRS_FUZZ(numrs_abi, 1, [](Call* c, Input*) { Number(c, numrs_abi() / 1000 == NUMRS_ABI_MAJOR); });
NUMRS_FUZZ(numrs_version, 1, [](Call* c, Input*) { Text(c, numrs_version(), false); });
NUMRS_FUZZ(numrs_message, 1, [](Call* c, Input*) { Text(c, numrs_message(), false); });
NUMRS_FUZZ(numrs_build_info, 1, [](Call* c, Input*) { Text(c, numrs_build_info(), false); });
NUMRS_FUZZ(numrs_status_name, 1, [](Call* c, Input* in) { Text(c, numrs_status_name(Wild32(in)), false); });
NUMRS_FUZZ(numrs_dtype_name, 1, [](Call* c, Input* in) { Text(c, numrs_dtype_name(Wild32(in)), false); });
NUMRS_FUZZ(numrs_backend_name, 1, [](Call* c, Input* in) { Text(c, numrs_backend_name(Wild32(in)), true); });
NUMRS_FUZZ(numrs_target_name, 1, [](Call* c, Input* in) { Text(c, numrs_target_name(Wild32(in)), true); });
NUMRS_FUZZ(numrs_get_backend, 1, [](Call* c, Input*) { Text(c, numrs_get_backend(), false); });
NUMRS_FUZZ(numrs_get_target, 1, [](Call* c, Input*) { Text(c, numrs_get_target(), false); });
NUMRS_FUZZ(numrs_vector_bytes, 1, [](Call* c, Input*) { Number(c, numrs_vector_bytes() >= 0); });
NUMRS_FUZZ(numrs_dtype_size, 1, [](Call* c, Input* in) { Number(c, numrs_dtype_size(Wild32(in)) >= 0); });
NUMRS_FUZZ(numrs_promote, 1, [](Call* c, Input* in) { Number(c, numrs_promote(Wild32(in), Wild32(in)) >= 0); });
NUMRS_FUZZ(numrs_get_num_threads, 1, [](Call* c, Input*) { Number(c, numrs_get_num_threads() >= 1); });
NUMRS_FUZZ(numrs_get_thread_threshold_us, 1, [](Call* c, Input*) { Number(c, numrs_get_thread_threshold_us() >= 0); });
NUMRS_FUZZ(numrs_get_stream_threshold, 1, [](Call* c, Input*) { Number(c, numrs_get_stream_threshold() >= 0); });

NUMRS_FUZZ(numrs_set_num_threads, 2, [](Call* c, Input* in) {
  const int32_t n = in->OneIn(2) ? 1 + in->Below(4) : Wild32(in), before = numrs_get_num_threads();
  if (Watched(c, in, n < 1 || n > 1024, [&] { return numrs_set_num_threads(n); }) != NUMRS_OK &&
      numrs_get_num_threads() != before) {
    Die(*c, "refused a number and took it all the same");
  }
});
NUMRS_FUZZ(numrs_set_thread_threshold_us, 2, [](Call* c, Input* in) {
  double value = in->OneIn(2) ? in->Below(200) : 0;
  if (in->OneIn(3)) in->Fill(&value, sizeof value);
  Watched(c, in, !(value >= 0), [&] { return numrs_set_thread_threshold_us(value); });
});
NUMRS_FUZZ(numrs_set_stream_threshold, 2, [](Call* c, Input* in) {
  const int64_t bytes = in->Wild();
  Watched(c, in, bytes < 0, [&] { return numrs_set_stream_threshold(bytes); });
});

// A name that is one, that is none, or no text at all.
const char* Name(Input* in, char (&room)[8], std::initializer_list<const char*> names) {
  const int kind = in->Below(4);
  if (kind == 0) return nullptr;
  if (kind < 3) return *(names.begin() + in->Below(static_cast<int>(names.size())));
  for (char& letter : room) letter = static_cast<char>(in->Byte());
  room[7] = 0;
  return room;
}
NUMRS_FUZZ(numrs_set_backend, 3, [](Call* c, Input* in) {
  char room[8];
  const char* name = Name(in, room, {"cpu", "cpu-portable"});
  Watched(c, in, !name, [&] { return numrs_set_backend(name); });
});
NUMRS_FUZZ(numrs_set_target, 3, [](Call* c, Input* in) {
  char room[8];
  const char* name = Name(in, room, {"SSE4", "AVX2", "AVX3"});
  Watched(c, in, !name, [&] { return numrs_set_target(name); });
});

// Structs that carry their size, at the end of an exact block.
template <class T, class F>
void Sized(Call* c, Input* in, F&& f) {
  const uint32_t size = in->OneIn(2)   ? sizeof(T)
                        : in->OneIn(2) ? static_cast<uint32_t>(in->Below(2 * sizeof(T)))
                                       : static_cast<uint32_t>(in->Wild() & 0xFFF);
  Block block(in, size < 4 ? 4 : size, false);
  std::memcpy(block.data(), &size, 4);
  block.Remember();
  T* given = in->OneIn(16) ? nullptr : reinterpret_cast<T*>(block.data());
  if (Watched(c, in, !given || size < 8, [&] { return f(given); }) != NUMRS_OK && !block.Unchanged())
    Die(*c, "changed its output and returned an error");
}
NUMRS_FUZZ(numrs_memory_get_stats, 2,
           [](Call* c, Input* in) { Sized<numrs_memory_stats>(c, in, numrs_memory_get_stats); });
NUMRS_FUZZ(numrs_get_cpu_info, 2, [](Call* c, Input* in) { Sized<numrs_cpu_info>(c, in, numrs_get_cpu_info); });

NUMRS_FUZZ(numrs_context_create, 4, [](Call* c, Input* in) {
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  bool wrong = false;
  switch (in->Below(8)) {
    case 0:
      options.struct_size = static_cast<uint32_t>(in->Below(16)), wrong = true;
      break;
    case 1:
      options.device = 1 + in->Below(9), wrong = true;
      break;
    case 2:
      options.device = -1 - in->Below(9), wrong = true;
      break;
    case 3:
      options.threads = -1 - in->Below(99), wrong = true;
      break;
    case 4:
      options.reserved = 1 + in->Below(9), wrong = true;
      break;
    case 5:
      options.threads = in->Below(64);
      break;
    default:
      break;
  }
  numrs_context* context = nullptr;
  const bool no_options = in->OneIn(12), no_room = in->OneIn(12);
  Watched(c, in, (wrong && !no_options) || no_room, [&] {
    numrs_context_destroy(context);
    return numrs_context_create(no_options ? nullptr : &options, no_room ? nullptr : &context);
  });
  numrs_context_destroy(context);
});
NUMRS_FUZZ(numrs_context_destroy, 1, [](Call* c, Input*) {
  numrs_context_destroy(nullptr);
  Number(c, true);
});

NUMRS_FUZZ(numrs_allocate, 4, [](Call* c, Input* in) {
  const size_t bytes = in->OneIn(3) ? static_cast<size_t>(in->Wild()) : static_cast<size_t>(in->Below(70000));
  void* block = bytes < (size_t{1} << 24) || bytes > (size_t{1} << 50) ? numrs_allocate(bytes) : nullptr;
  if (block && reinterpret_cast<uintptr_t>(block) % 64 != 0) Die(*c, "gave memory that is not aligned to 64 bytes");
  if (block && bytes > (size_t{1} << 50)) Die(*c, "gave more memory than there is");
  if (block) std::memset(block, 1, bytes);
  numrs_free(block);
  Number(c, true);
});
NUMRS_FUZZ(numrs_free, 1, [](Call* c, Input*) {
  numrs_free(nullptr);
  Number(c, true);
});
NUMRS_FUZZ(numrs_memory_trim, 1, [](Call* c, Input*) {
  numrs_memory_trim();
  Number(c, true);
});
NUMRS_FUZZ(numrs_memory_reset_peak, 1, [](Call* c, Input*) {
  numrs_memory_reset_peak();
  Number(c, true);
});
NUMRS_FUZZ(numrs_copied_bytes, 1, [](Call* c, Input*) {
  const uint64_t before = numrs_copied_bytes();
  Number(c, numrs_copied_bytes() >= before);
});
NUMRS_FUZZ(numrs_memory_set_limit, 2, [](Call* c, Input* in) {
  const uint64_t bytes = in->OneIn(3) ? static_cast<uint64_t>(in->Below(60000)) : in->Word();
  Around().memory_fails = true;
  Watched(c, in, false, [&] { return numrs_memory_set_limit(bytes); });
});

// An allocator that refuses every few requests.
void* Allocate(void* user, size_t bytes, size_t alignment) {
  int* state = static_cast<int*>(user);
  if (++*state % 5 == 0) return nullptr;
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}
void Release(void*, void* block, size_t) { std::free(block); }
NUMRS_FUZZ(numrs_set_allocator, 3, [](Call* c, Input* in) {
  static int state;
  state = in->Below(5);
  const int given = in->Below(4);
  const bool live = in->OneIn(6);
  void* block = live ? numrs_allocate(100) : nullptr;
  Around().memory_fails |= given == 3;
  Watched(c, in, given == 1 || given == 2 || block,
          [&] { return numrs_set_allocator(given & 1 ? Allocate : nullptr, given & 2 ? Release : nullptr, &state); });
  numrs_free(block);
});

// The caller's parallel_for: backwards, or failing.
int32_t Backwards(void* user, int64_t n, void (*task)(void*, int64_t), void* data) {
  for (int64_t i = n; i-- > 0;) task(data, i);
  return user ? 0 : 0;
}
NUMRS_FUZZ(numrs_set_parallel_for, 2, [](Call* c, Input* in) {
  Watched(c, in, false, [&] { return numrs_set_parallel_for(in->OneIn(3) ? nullptr : Backwards, nullptr); });
});

// What tells dtypes: numbers that are none, and no room for the answer.
int32_t Dtype(Input* in) { return in->OneIn(4) ? Wild32(in) : in->Below(16); }
template <class F>
void Dtypes(Call* c, Input* in, F&& f) {
  int32_t compute = 0, result = 0;
  const int null = in->OneIn(8) ? in->Below(2) : 2;
  const int32_t op = in->OneIn(3) ? Wild32(in) : in->Below(50);
  Watched(c, in, op < 0 || op > 200,
          [&] { return f(op, null == 0 ? nullptr : &compute, null == 1 ? nullptr : &result); });
}
NUMRS_FUZZ(numrs_unary_dtypes, 2, [](Call* c, Input* in) {
  Dtypes(c, in, [in](int32_t op, int32_t* k, int32_t* r) { return numrs_unary_dtypes(op, Dtype(in), k, r); });
});
NUMRS_FUZZ(numrs_binary_dtypes, 2, [](Call* c, Input* in) {
  Dtypes(c, in,
         [in](int32_t op, int32_t* k, int32_t* r) { return numrs_binary_dtypes(op, Dtype(in), Dtype(in), k, r); });
});
NUMRS_FUZZ(numrs_ternary_dtypes, 2, [](Call* c, Input* in) {
  Dtypes(c, in, [in](int32_t op, int32_t* k, int32_t* r) {
    return numrs_ternary_dtypes(op, Dtype(in), Dtype(in), Dtype(in), k, r);
  });
});
template <class F>
void OneDtype(Call* c, Input* in, F&& f) {
  int32_t result = 0;
  const int32_t op = in->OneIn(3) ? Wild32(in) : in->Below(20);
  const bool null = in->OneIn(8);
  Watched(c, in, op < 0 || op > 200, [&] { return f(op, Dtype(in), null ? nullptr : &result); });
}
NUMRS_FUZZ(numrs_reduce_dtype, 2, [](Call* c, Input* in) { OneDtype(c, in, numrs_reduce_dtype); });
NUMRS_FUZZ(numrs_scan_dtype, 2, [](Call* c, Input* in) { OneDtype(c, in, numrs_scan_dtype); });
NUMRS_FUZZ(numrs_group_dtype, 2, [](Call* c, Input* in) { OneDtype(c, in, numrs_group_dtype); });
NUMRS_FUZZ(numrs_rolling_dtype, 2, [](Call* c, Input* in) { OneDtype(c, in, numrs_rolling_dtype); });
NUMRS_FUZZ(numrs_rolling_length, 2, [](Call* call, Input* in) {
  numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.window = in->Wild();
  options.step = in->OneIn(2) ? in->Wild() : 0;
  const int64_t n = in->Wild();
  int64_t outputs = -1;
  const bool null = in->OneIn(20);
  const bool wrong = null || n < 0 || options.window < 1 || options.step < 0;
  const numrs_status status =
      Watched(call, in, wrong, [&] { return numrs_rolling_length(n, &options, null ? nullptr : &outputs); });
  if ((status == NUMRS_OK) != (outputs >= 0 && outputs <= n) && !null) Die(*call, "told a wrong number of outputs");
});

}  // namespace
}  // namespace fuzz
