// extern "C" of base.h: version, context, threads, memory, backends and machine.
#include "numrs/base.h"

#include <cstddef>
#include <cstdio>
#include <cstring>

#include "core/build_info.h"
#include "core/context.h"
#include "core/cpu_info.h"
#include "core/device_pool.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"

using namespace numrs;

namespace {

// Option structs begin with their size: smaller than version 1 is refused, bytes beyond what we know must be zero.
Status CheckStruct(const char* function, const void* options, uint32_t size, size_t known) {
  if (size < known)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected at least %zu", function, size, known);
  if (size > 4096) return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected at most 4096", function, size);
  for (size_t i = known; i < size; i++) {
    if (static_cast<const unsigned char*>(options)[i]) {
      return Fail(NUMRS_BAD_ARGUMENT,
                  "%s: byte %zu of the options is not zero and this version (ABI %d) does not know it", function, i,
                  numrs_abi());
    }
  }
  return NUMRS_OK;
}

Status PutOnDevice(const char* function, const numrs_context_options& options, numrs_context* context) {
  DeviceState* state;
  NUMRS_TRY(OpenDevice(function, options.device, options.device_index, &state));
  context->device = DeviceRun{state, state->stream, state->use};
  if (options.stream == NUMRS_STREAM_NEW)
    NUMRS_TRY(Answer(function, *state, state->api->stream_create(state->handle, &context->device.stream)));
  if (options.stream == NUMRS_STREAM_NATIVE)
    NUMRS_TRY(Answer(function, *state,
                     state->api->stream_wrap(state->handle, options.native_stream, &context->device.stream)));
  context->stream = options.stream;
  if (options.stream != NUMRS_STREAM_DEFAULT)
    context->device.use = NoteStream(*state, context->device.stream, options.stream == NUMRS_STREAM_NATIVE);
  context->magic = kDeviceMagic;
  return NUMRS_OK;
}

}  // namespace

extern "C" int32_t numrs_abi(void) { return NUMRS_ABI_MAJOR * 1000 + NUMRS_ABI_MINOR; }
extern "C" const char* numrs_version(void) { return NUMRS_VERSION; }
extern "C" const char* numrs_build_info(void) { return kBuildInfo; }

extern "C" numrs_status numrs_context_create(const numrs_context_options* options, numrs_context** context) {
  return Guard([&]() -> Status {
    const char* name = "context_create";
    if (!context) return Fail(NUMRS_BAD_ARGUMENT, "%s: context is NULL, expected a place for the handle", name);
    numrs_context_options defaults = NUMRS_CONTEXT_OPTIONS_INIT;
    if (!options) options = &defaults;
    if (options->struct_size < offsetof(numrs_context_options, device_index))  // that of version 1
      return Fail(NUMRS_BAD_ARGUMENT, "%s: struct_size is %u, expected at least %zu", name, options->struct_size,
                  offsetof(numrs_context_options, device_index));
    if (options->struct_size < sizeof(numrs_context_options)) {
      std::memcpy(&defaults, options, options->struct_size);
      options = &defaults;
    } else {
      NUMRS_TRY(CheckStruct(name, options, options->struct_size, sizeof(numrs_context_options)));
    }
    if (options->reserved) return Fail(NUMRS_BAD_ARGUMENT, "%s: reserved is %d, expected 0", name, options->reserved);
    if (options->device != NUMRS_CPU && !KindName(options->device))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: device is %d, expected NUMRS_CPU (0), NUMRS_CUDA (1) or NUMRS_SIM (2)", name,
                  options->device);
    if (options->stream < NUMRS_STREAM_DEFAULT || options->stream > NUMRS_STREAM_NATIVE)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: stream is %d, expected one of NUMRS_STREAM_…", name, options->stream);
    if (options->native_stream && options->stream != NUMRS_STREAM_NATIVE)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: native_stream goes with NUMRS_STREAM_NATIVE", name);
    if (options->device == NUMRS_CPU && (options->device_index || options->stream))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: device_index is %d and stream %d, expected 0 on the CPU", name,
                  options->device_index, options->stream);
    if (options->threads < 0 || options->threads > 1024) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: threads is %d, expected 0 (the global number) to 1024", name,
                  options->threads);
    }
    numrs_context* created = static_cast<numrs_context*>(PoolAllocate(sizeof(numrs_context)));
    if (!created) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes", name, sizeof(numrs_context));
    *created = numrs_context{kContextMagic, options->threads, Cancel{options->poll, options->poll_user},
                             DeviceRun{nullptr, nullptr, nullptr}, NUMRS_STREAM_DEFAULT};
    if (options->device != NUMRS_CPU) {
      const Status status = PutOnDevice(name, *options, created);
      if (status != NUMRS_OK) {
        PoolFree(created);
        return status;
      }
    }
    *context = created;
    return NUMRS_OK;
  });
}

extern "C" void numrs_context_destroy(numrs_context* context) {
  if (!context || (context->magic != kContextMagic && context->magic != kDeviceMagic)) return;
  if (context->stream != NUMRS_STREAM_DEFAULT) {
    DeviceState& state = *context->device.state;
    DeviceStream* stream = context->device.stream;
    if (context->stream == NUMRS_STREAM_NEW && !state.lost) state.api->stream_sync(stream);
    DeviceForgetStream(state, context->device.use);
    if (!state.lost) state.api->stream_free(stream);
  }
  context->magic = 0;
  PoolFree(context);
}

extern "C" int32_t numrs_get_num_threads(void) { return NumThreads(); }
extern "C" numrs_status numrs_set_num_threads(int32_t threads) {
  return Guard([&] { return SetNumThreads(threads); });
}

extern "C" double numrs_get_thread_threshold_us(void) { return ThreadThresholdNs() * 1e-3; }
extern "C" numrs_status numrs_set_thread_threshold_us(double microseconds) {
  return Guard([&]() -> Status {
    if (!(microseconds > 0 && microseconds <= 1e9)) {
      return Fail(NUMRS_BAD_ARGUMENT, "set_thread_threshold_us: got %g, expected more than 0 and at most 1e9",
                  microseconds);
    }
    SetThreadThresholdNs(microseconds * 1e3);
    return NUMRS_OK;
  });
}

extern "C" int64_t numrs_get_stream_threshold(void) { return StreamThreshold(); }
extern "C" numrs_status numrs_set_stream_threshold(int64_t bytes) {
  return Guard([&]() -> Status {
    if (bytes <= 0)
      return Fail(NUMRS_BAD_ARGUMENT, "set_stream_threshold: got %lld, expected more than 0", (long long)bytes);
    SetStreamThreshold(bytes);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_set_parallel_for(numrs_parallel_for fn, void* user) {
  return Guard([&] { return SetParallelFor(fn, user); });
}

extern "C" void* numrs_allocate(size_t bytes) { return PoolAllocate(bytes); }
extern "C" void numrs_free(void* block) { PoolFree(block); }
extern "C" numrs_status numrs_set_allocator(numrs_allocate_fn allocate, numrs_free_fn release, void* user) {
  return Guard([&] { return PoolSetAllocator(allocate, release, user); });
}

extern "C" numrs_status numrs_memory_get_stats(numrs_memory_stats* stats) {
  return Guard([&]() -> Status {
    if (!stats) return Fail(NUMRS_BAD_ARGUMENT, "memory_get_stats: stats is NULL");
    NUMRS_TRY(CheckStruct("memory_get_stats", stats, stats->struct_size, sizeof(numrs_memory_stats)));
    const MemoryStats now = PoolStats();
    stats->hits = now.hits;
    stats->misses = now.misses;
    stats->in_use_bytes = now.in_use_bytes;
    stats->cached_bytes = now.cached_bytes;
    stats->peak_bytes = now.peak_bytes;
    stats->limit_bytes = now.limit_bytes;
    return NUMRS_OK;
  });
}
extern "C" void numrs_memory_trim(void) { PoolTrim(); }
extern "C" numrs_status numrs_memory_set_limit(uint64_t bytes) {
  return Guard([&]() -> Status {
    PoolSetLimit(bytes);
    return NUMRS_OK;
  });
}
extern "C" uint64_t numrs_copied_bytes(void) { return CopiedBytes(); }
extern "C" void numrs_memory_reset_peak(void) { PoolResetPeak(); }

extern "C" const char* numrs_backend_name(int32_t index) { return BackendName(index); }
extern "C" const char* numrs_get_backend(void) { return ActiveKernels().backend; }
extern "C" numrs_status numrs_set_backend(const char* name) {
  return Guard([&] { return SetBackend(name); });
}
extern "C" const char* numrs_target_name(int32_t index) { return TargetName(index); }
extern "C" const char* numrs_get_target(void) { return ActiveKernels().target; }
extern "C" numrs_status numrs_set_target(const char* name) {
  return Guard([&] { return SetTarget(name); });
}
extern "C" int32_t numrs_vector_bytes(void) { return ActiveKernels().vector_bytes; }

extern "C" numrs_status numrs_get_cpu_info(numrs_cpu_info* info) {
  return Guard([&]() -> Status {
    if (!info) return Fail(NUMRS_BAD_ARGUMENT, "get_cpu_info: info is NULL");
    NUMRS_TRY(CheckStruct("get_cpu_info", info, info->struct_size, sizeof(numrs_cpu_info)));
    const CpuInfo& c = GetCpuInfo();
    info->physical_cores = c.physical_cores;
    info->logical_cores = c.logical_cores;
    info->usable_cores = UsableCores();
    info->l1d_bytes = static_cast<int64_t>(c.l1d_bytes);
    info->l2_bytes = static_cast<int64_t>(c.l2_bytes);
    info->l3_bytes = static_cast<int64_t>(c.l3_bytes);
    info->line_bytes = static_cast<int64_t>(c.cache_line_bytes);
    std::memcpy(info->vendor, c.vendor, sizeof(info->vendor));
    std::memcpy(info->brand, c.brand, sizeof(info->brand));
    info->features[0] = 0;
    size_t used = 0;
    const auto add = [&](bool has, const char* feature) {
      if (!has || used >= sizeof(info->features)) return;
      used += static_cast<size_t>(
          std::snprintf(info->features + used, sizeof(info->features) - used, "%s%s", used ? " " : "", feature));
    };
#define NUMRS_FEATURE(name) add(c.has_##name, #name);
    // clang-format off
    NUMRS_FEATURE(sse2) NUMRS_FEATURE(ssse3) NUMRS_FEATURE(sse41) NUMRS_FEATURE(sse42) NUMRS_FEATURE(popcnt)
    NUMRS_FEATURE(aes) NUMRS_FEATURE(pclmul) NUMRS_FEATURE(avx) NUMRS_FEATURE(avx2) NUMRS_FEATURE(fma)
    NUMRS_FEATURE(f16c) NUMRS_FEATURE(bmi1) NUMRS_FEATURE(bmi2) NUMRS_FEATURE(avx_vnni) NUMRS_FEATURE(avx512f)
    NUMRS_FEATURE(avx512dq) NUMRS_FEATURE(avx512cd) NUMRS_FEATURE(avx512bw) NUMRS_FEATURE(avx512vl)
    NUMRS_FEATURE(avx512_ifma) NUMRS_FEATURE(avx512_vbmi) NUMRS_FEATURE(avx512_vbmi2) NUMRS_FEATURE(avx512_vnni)
    NUMRS_FEATURE(avx512_bitalg) NUMRS_FEATURE(avx512_vpopcntdq) NUMRS_FEATURE(avx512_bf16)
    NUMRS_FEATURE(avx512_fp16) NUMRS_FEATURE(amx_tile) NUMRS_FEATURE(amx_int8) NUMRS_FEATURE(amx_bf16)
    NUMRS_FEATURE(amx_fp16) NUMRS_FEATURE(neon) NUMRS_FEATURE(sve)
    // clang-format on
#undef NUMRS_FEATURE
                                    return NUMRS_OK;
  });
}
