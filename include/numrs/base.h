/* Statuses, version, context, threads, memory and machine of numrs; no arrays (view.h) and no operations. */
#ifndef NUMRS_BASE_H
#define NUMRS_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(NUMRS_BUILD)
#define NUMRS_API __declspec(dllexport)
#else
#define NUMRS_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define NUMRS_API __attribute__((visibility("default")))
#else
#define NUMRS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define NUMRS_ABI_MAJOR 1 /* soname libnumrs.so.1 */
#define NUMRS_ABI_MINOR 0 /* grows with every addition */

/** ABI of the loaded library: major * 1000 + minor. */
NUMRS_API int32_t numrs_abi(void);
/** Version of the loaded library, such as "0.1.0"; never NULL. */
NUMRS_API const char *numrs_version(void);

/** What every call that can fail returns. Fixed width: a C enum has none. */
typedef int32_t numrs_status;
enum {
  NUMRS_OK = 0,
  NUMRS_BAD_ARGUMENT = 1,
  NUMRS_BAD_SHAPE = 2,
  NUMRS_BAD_DTYPE = 3,
  NUMRS_BAD_INDEX = 4,
  NUMRS_OVERLAP = 5,
  NUMRS_UNSUPPORTED = 6,
  NUMRS_NO_MEMORY = 7,
  NUMRS_NO_DEVICE = 8,
  NUMRS_DEVICE_FAILED = 9,
  NUMRS_CANCELLED = 10,
  NUMRS_INTERNAL = 11
};

/** Why this thread's last failing call failed; "" after a success; at most 511 bytes, never NULL. */
NUMRS_API const char *numrs_message(void);
/** Name of a status such as "BAD_SHAPE"; never NULL, whatever the number. */
NUMRS_API const char *numrs_status_name(numrs_status status);

/** Where and how a call runs: device, threads, interruption. A context serves one call at a time; NULL, the default CPU
    context, serves any number of threads at once. */
typedef struct numrs_context numrs_context;

enum { NUMRS_CPU = 0, NUMRS_CUDA = 1 };

/** Options of numrs_context_create; begin with NUMRS_CONTEXT_OPTIONS_INIT. Later versions append fields. */
typedef struct numrs_context_options {
  uint32_t struct_size;
  int32_t device;   /**< NUMRS_CPU; NUMRS_CUDA answers NUMRS_NO_DEVICE in this version */
  int32_t threads;  /**< most threads a call may use; 0: numrs_get_num_threads() at the time of the call */
  int32_t reserved; /**< 0 */
  int32_t (*poll)(
      void *user); /**< NULL, or asked between blocks at most every 10 ms; nonzero ends the call: NUMRS_CANCELLED */
  void *poll_user; /**< passed to poll */
} numrs_context_options;
#define NUMRS_CONTEXT_OPTIONS_INIT {sizeof(numrs_context_options), 0, 0, 0, 0, 0}

NUMRS_API numrs_status numrs_context_create(const numrs_context_options *options, numrs_context **context);
/** NULL is fine. */
NUMRS_API void numrs_context_destroy(numrs_context *context);

/** Threads that calls may use: NUMRS_NUM_THREADS, else what affinity and the cgroup quota leave. Same bits for every
 * number. */
NUMRS_API int32_t numrs_get_num_threads(void);
/** 1 … 1024; anything else is NUMRS_BAD_ARGUMENT and changes nothing. */
NUMRS_API numrs_status numrs_set_num_threads(int32_t threads);

/** Single-threaded work in microseconds above which a call may use a second thread (100 unless calibrated). */
NUMRS_API double numrs_get_thread_threshold_us(void);
NUMRS_API numrs_status numrs_set_thread_threshold_us(double microseconds);
/** Bytes moved by one call above which results are written past the caches (non-temporal stores). */
NUMRS_API int64_t numrs_get_stream_threshold(void);
NUMRS_API numrs_status numrs_set_stream_threshold(int64_t bytes);

/** The caller's way to run tasks in parallel: call task(data, i) for every i in [0, n_tasks), in any order, from any
    threads, and return 0 when all have ended. fn NULL restores the library's own pool. */
typedef int32_t (*numrs_parallel_for)(void *user, int64_t n_tasks, void (*task)(void *data, int64_t index), void *data);
NUMRS_API numrs_status numrs_set_parallel_for(numrs_parallel_for fn, void *user);

/** Memory of the library's pool: 64-byte aligned, recycled. NULL when there is none or the limit is reached. */
NUMRS_API void *numrs_allocate(size_t bytes);
NUMRS_API void numrs_free(void *block);

/** The caller's allocator, both functions or neither (NULL, NULL restores the library's). NUMRS_BAD_ARGUMENT while
 * blocks are in use. */
typedef void *(*numrs_allocate_fn)(void *user, size_t bytes, size_t alignment);
typedef void (*numrs_free_fn)(void *user, void *block, size_t bytes);
NUMRS_API numrs_status numrs_set_allocator(numrs_allocate_fn allocate, numrs_free_fn release, void *user);

typedef struct numrs_memory_stats {
  uint32_t struct_size; /**< set by the caller: sizeof(numrs_memory_stats) */
  uint32_t reserved;
  uint64_t hits;   /**< allocations served from the cache */
  uint64_t misses; /**< allocations that went to the system */
  uint64_t in_use_bytes, cached_bytes, peak_bytes;
  uint64_t limit_bytes; /**< 0: none */
} numrs_memory_stats;
NUMRS_API numrs_status numrs_memory_get_stats(numrs_memory_stats *stats);
/** Gives all cached blocks back to the system. */
NUMRS_API void numrs_memory_trim(void);
/** Most bytes that may be in use; 0: no limit. */
NUMRS_API numrs_status numrs_memory_set_limit(uint64_t bytes);
NUMRS_API void numrs_memory_reset_peak(void);

/** Backends: "cpu" (SIMD) and "cpu-portable" (plain C++, the oracle). numrs_backend_name(i) is NULL beyond the last. */
NUMRS_API const char *numrs_backend_name(int32_t index);
NUMRS_API const char *numrs_get_backend(void);
NUMRS_API numrs_status numrs_set_backend(const char *name);

/** Instruction sets compiled into backend "cpu" that this machine runs, best first: "AVX3" (AVX-512), "AVX2", "SSE4";
 * NULL beyond the last. */
NUMRS_API const char *numrs_target_name(int32_t index);
/** The one in use; "NONE" when no compiled one runs here and cpu-portable serves. */
NUMRS_API const char *numrs_get_target(void);
NUMRS_API numrs_status numrs_set_target(const char *name);
/** Width of one vector of the instruction set in use, in bytes. */
NUMRS_API int32_t numrs_vector_bytes(void);

typedef struct numrs_cpu_info {
  uint32_t struct_size; /**< set by the caller: sizeof(numrs_cpu_info) */
  int32_t physical_cores, logical_cores;
  int32_t usable_cores;                              /**< what affinity and the cgroup quota leave */
  int64_t l1d_bytes, l2_bytes, l3_bytes, line_bytes; /**< 0: not known */
  char vendor[16];
  char brand[64];
  char features[512]; /**< space separated, such as "sse2 avx2 fma avx512f" */
} numrs_cpu_info;
NUMRS_API numrs_status numrs_get_cpu_info(numrs_cpu_info *info);

/** Build facts as "key=value" lines: compiler, BLAS, Highway, compiled targets; never NULL. */
NUMRS_API const char *numrs_build_info(void);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_BASE_H */
