/** @file
    Statuses, version, context, threads, memory and machine of numrs; no arrays (view.h) and no operations.

    Settings (numrs_set_…) belong to the process. Each may be changed at any time from any thread: calls that have begun
    keep what they began with, later ones see the change. A setting that is refused is left as it was. The environment
    gives their first values: NUMRS_NUM_THREADS, NUMRS_BACKEND, NUMRS_TARGET; NUMRS_TRACE=1 prints a line per call.
    NUMRS_SPIN_US is how long threads without work wait actively before they sleep.

    @code{.c}
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    numrs_context *one_thread;
    const double a[] = {1, 2}, b[] = {3, 4};
    double y[2];
    options.threads = 1;
    if (numrs_context_create(&options, &one_thread) != NUMRS_OK) return fprintf(stderr, "%s\n", numrs_message()), 1;
    numrs_status status = numrs_add_f64(one_thread, a, b, y, 2);
    if (status != NUMRS_OK) fprintf(stderr, "%s: %s\n", numrs_status_name(status), numrs_message());
    numrs_context_destroy(one_thread);
    @endcode */
#ifndef NUMRS_BASE_H
#define NUMRS_BASE_H

#include <stddef.h>
#include <stdint.h>

/** Marks what the library exports. */
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

#define NUMRS_ABI_MAJOR 1 /**< soname libnumrs.so.1; functions are added, never changed or removed */
#define NUMRS_ABI_MINOR 4 /**< grows with every addition */

/** ABI of the loaded library: major * 1000 + minor. A program needs numrs_abi() / 1000 == NUMRS_ABI_MAJOR and, of the
    minor numbers, at least the one it was compiled with. */
NUMRS_API int32_t numrs_abi(void);
/** Version of the loaded library, such as "0.1.0"; never NULL. */
NUMRS_API const char *numrs_version(void);

/** An element of complex64: two float32, real part first, as in C's float _Complex and C++'s std::complex<float>. */
typedef struct numrs_c64 {
  float re; /**< real part */
  float im; /**< imaginary part */
} numrs_c64;
/** An element of complex128. */
typedef struct numrs_c128 {
  double re; /**< real part */
  double im; /**< imaginary part */
} numrs_c128;

/** What every call that can fail returns. Fixed width: a C enum has none. */
typedef int32_t numrs_status;
/** Numbers of statuses; later versions may add some. */
enum {
  NUMRS_OK = 0,            /**< done */
  NUMRS_BAD_ARGUMENT = 1,  /**< a pointer, number or option is not allowed */
  NUMRS_BAD_SHAPE = 2,     /**< extents do not go together, are negative, or their product overflows */
  NUMRS_BAD_DTYPE = 3,     /**< the operation does not take or give this element type */
  NUMRS_BAD_INDEX = 4,     /**< an index is outside the axis */
  NUMRS_OVERLAP = 5,       /**< elements of an output share memory */
  NUMRS_UNSUPPORTED = 6,   /**< no backend in use has this operation */
  NUMRS_NO_MEMORY = 7,     /**< the allocator had none, or the limit is reached */
  NUMRS_NO_DEVICE = 8,     /**< there is no such device, or it cannot be used */
  NUMRS_DEVICE_FAILED = 9, /**< the device failed in the middle: outputs are undefined */
  NUMRS_CANCELLED = 10,    /**< poll asked to stop: parts of the outputs are written */
  NUMRS_INTERNAL = 11,     /**< a defect of numrs; please report it with the message */
  NUMRS_SINGULAR = 12 /**< a matrix is singular, not positive definite, not finite, or an iteration did not converge */
};

/** Why this thread's last call that returned a status failed, such as "matmul: batch 1, m -2, …"; "" after a success.
    UTF-8, at most 511 bytes, never NULL. The text belongs to the thread and stays until its next such call. */
NUMRS_API const char *numrs_message(void);
/** Name of a status such as "BAD_SHAPE"; never NULL, whatever the number. */
NUMRS_API const char *numrs_status_name(numrs_status status);

/** Where and how a call runs: device, threads, interruption. A context serves one call at a time; NULL, the default CPU
    context, serves any number of threads at once. */
typedef struct numrs_context numrs_context;

/** Devices. */
enum {
  NUMRS_CPU = 0,  /**< the processor */
  NUMRS_CUDA = 1, /**< an Nvidia GPU, by a plug-in (device.h) */
  NUMRS_SIM = 2   /**< a simulated device, for tests */
};

/** Options of numrs_context_create; begin with NUMRS_CONTEXT_OPTIONS_INIT. Later versions append fields. */
typedef struct numrs_context_options {
  uint32_t struct_size; /**< sizeof(numrs_context_options) of the caller's header, set by the INIT macro */
  int32_t device;       /**< NUMRS_CPU, NUMRS_CUDA or NUMRS_SIM; raw pointers and views of a call belong to it */
  int32_t threads;      /**< most threads a call may use; 0: numrs_get_num_threads() at the time of the call */
  int32_t reserved;     /**< 0 */
  int32_t (*poll)(
      void *user); /**< NULL, or asked between blocks at most every 10 ms; nonzero ends the call: NUMRS_CANCELLED */
  void *poll_user; /**< passed to poll */
  int32_t device_index; /**< 0 for the first of its kind */
  int32_t stream;       /**< NUMRS_STREAM_DEFAULT, NUMRS_STREAM_NEW, NUMRS_STREAM_NATIVE */
  void *native_stream;  /**< of NUMRS_STREAM_NATIVE: a cudaStream_t, which outlives the context; else NULL */
} numrs_context_options;
/** Streams of contexts on devices: calls on one run in order. */
enum {
  NUMRS_STREAM_DEFAULT = 0, /**< the one of the device that all such contexts share */
  NUMRS_STREAM_NEW = 1,     /**< one of its own */
  NUMRS_STREAM_NATIVE = 2   /**< the caller's */
};
/** Initialiser of numrs_context_options: every option at its default. */
#define NUMRS_CONTEXT_OPTIONS_INIT {sizeof(numrs_context_options), 0, 0, 0, 0, 0, 0, 0, 0}

/** Makes a context; options NULL: all defaults. A forked child may go on using it.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an option out of range or unknown to this version; NUMRS_NO_DEVICE;
    NUMRS_NO_MEMORY. *context is set on NUMRS_OK only. */
NUMRS_API numrs_status numrs_context_create(const numrs_context_options *options, numrs_context **context);
/** Ends a context that no call is using; NULL is fine. */
NUMRS_API void numrs_context_destroy(numrs_context *context);

/** Threads that calls may use, the calling one included: NUMRS_NUM_THREADS, else what affinity and the cgroup quota
    leave. Results have the same bits for every number. */
NUMRS_API int32_t numrs_get_num_threads(void);
/** Sets it; workers that are too many end when they are idle.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for what is not 1 … 1024. */
NUMRS_API numrs_status numrs_set_num_threads(int32_t threads);

/** Single-threaded work in microseconds above which a call may use a second thread (100 unless calibrated). */
NUMRS_API double numrs_get_thread_threshold_us(void);
/** Sets it.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for what is not more than 0 and at most 1e9. */
NUMRS_API numrs_status numrs_set_thread_threshold_us(double microseconds);
/** Bytes moved by one call above which results are written past the caches (non-temporal stores). */
NUMRS_API int64_t numrs_get_stream_threshold(void);
/** Sets it.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for what is not more than 0. */
NUMRS_API numrs_status numrs_set_stream_threshold(int64_t bytes);

/** The caller's way to run tasks in parallel: call task(data, i) for every i in [0, n_tasks), in any order, from any
    threads, and return 0 when all have ended. It is called by the thread that called numrs, perhaps from several
   threads at once, for at most as many tasks as the call may use threads, and never from inside a task: work nested in
   a task runs serially. Results have the same bits as with the library's pool.

    @code{.c}
    static int32_t serial(void *user, int64_t n_tasks, void (*task)(void *data, int64_t index), void *data) {
      (void)user;
      for (int64_t i = 0; i < n_tasks; i++) task(data, i);
      return 0;
    }
    @endcode */
typedef int32_t (*numrs_parallel_for)(void *user, int64_t n_tasks, void (*task)(void *data, int64_t index), void *data);
/** Sets the caller's parallel_for; fn NULL restores the library's own pool. user is passed to every call of fn and has
   to live until fn is replaced and the calls that have begun are over.
    @return NUMRS_OK. */
NUMRS_API numrs_status numrs_set_parallel_for(numrs_parallel_for fn, void *user);

/** Memory of the library's pool: 64-byte aligned, not initialised, recycled. NULL when there is none or the limit is
    reached; numrs_allocate(0) is a block of its own. */
NUMRS_API void *numrs_allocate(size_t bytes);
/** Gives a block back, from any thread; NULL is fine. */
NUMRS_API void numrs_free(void *block);

/** The caller's way to get memory: bytes at a multiple of alignment (a power of two), or NULL. Called from any thread.
 */
typedef void *(*numrs_allocate_fn)(void *user, size_t bytes, size_t alignment);
/** The caller's way to give it back, with the bytes it was asked for. Called from any thread. */
typedef void (*numrs_free_fn)(void *user, void *block, size_t bytes);
/** Sets the caller's allocator, both functions or neither: NULL, NULL restores the library's. With it nothing is
   cached: each block is one call. Set it before the first operation: NumPy arrays made by numrs and live contexts are
   blocks too.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for one function without the other, or while blocks are in use. */
NUMRS_API numrs_status numrs_set_allocator(numrs_allocate_fn allocate, numrs_free_fn release, void *user);

/** Counters of the memory pool since the process began. */
typedef struct numrs_memory_stats {
  uint32_t struct_size;  /**< set by the caller: sizeof(numrs_memory_stats) */
  uint32_t reserved;     /**< 0 */
  uint64_t hits;         /**< allocations served from the cache */
  uint64_t misses;       /**< allocations that went to the system */
  uint64_t in_use_bytes; /**< in blocks that the library or its users hold */
  uint64_t cached_bytes; /**< in blocks kept for reuse */
  uint64_t peak_bytes;   /**< most in_use_bytes there have been since the last numrs_memory_reset_peak */
  uint64_t limit_bytes;  /**< 0: none */
} numrs_memory_stats;
/** Fills *stats, whose struct_size the caller has set.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for NULL or a wrong struct_size. */
NUMRS_API numrs_status numrs_memory_get_stats(numrs_memory_stats *stats);
/** Gives all cached blocks back to the system. */
NUMRS_API void numrs_memory_trim(void);
/** Most bytes that may be in use; 0: no limit. What would exceed it is NUMRS_NO_MEMORY.
    @return NUMRS_OK. */
NUMRS_API numrs_status numrs_memory_set_limit(uint64_t bytes);
/** Begins a new peak at what is in use now. */
NUMRS_API void numrs_memory_reset_peak(void);

/** Bytes written by copies and conversions (numrs_convert, and those that other calls make of their operands) since the
   process began: a difference of 0 says that nothing was copied in between. */
NUMRS_API uint64_t numrs_copied_bytes(void);

/** Backends: "cpu" (SIMD) and "cpu-portable" (plain C++, the oracle). numrs_backend_name(i) is NULL beyond the last. */
NUMRS_API const char *numrs_backend_name(int32_t index);
/** Name of the backend in use; never NULL. */
NUMRS_API const char *numrs_get_backend(void);
/** Chooses the backend.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for a name that numrs_backend_name does not list. */
NUMRS_API numrs_status numrs_set_backend(const char *name);

/** Instruction sets compiled into backend "cpu" that this machine runs, best first: "AVX3" (AVX-512), "AVX2", "SSE4";
 * NULL beyond the last. */
NUMRS_API const char *numrs_target_name(int32_t index);
/** The one in use; "NONE" when no compiled one runs here and cpu-portable serves. */
NUMRS_API const char *numrs_get_target(void);
/** Chooses the instruction set.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for a name that numrs_target_name does not list. */
NUMRS_API numrs_status numrs_set_target(const char *name);
/** Width of one vector of the instruction set in use, in bytes; 0: cpu-portable serves. */
NUMRS_API int32_t numrs_vector_bytes(void);

/** What the library knows of this machine. */
typedef struct numrs_cpu_info {
  uint32_t struct_size;   /**< set by the caller: sizeof(numrs_cpu_info) */
  int32_t physical_cores; /**< of the machine */
  int32_t logical_cores;  /**< of the machine */
  int32_t usable_cores;   /**< what affinity and the cgroup quota leave */
  int64_t l1d_bytes;      /**< first-level data cache of a core; 0: not known */
  int64_t l2_bytes;       /**< second-level cache of a core; 0: not known */
  int64_t l3_bytes;       /**< last-level cache; 0: not known */
  int64_t line_bytes;     /**< cache line; 0: not known */
  char vendor[16];        /**< such as "GenuineIntel" */
  char brand[64];         /**< the processor's name */
  char features[512];     /**< space separated, such as "sse2 avx2 fma avx512f" */
} numrs_cpu_info;
/** Fills *info, whose struct_size the caller has set.
    @return NUMRS_OK, or NUMRS_BAD_ARGUMENT for NULL or a wrong struct_size. */
NUMRS_API numrs_status numrs_get_cpu_info(numrs_cpu_info *info);

/** Build facts as "key=value" lines: compiler, BLAS, Highway, compiled targets; never NULL. */
NUMRS_API const char *numrs_build_info(void);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_BASE_H */
