# The C header numrs/base.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t


cdef extern from "numrs/base.h" nogil:
    enum:
        NUMRS_ABI_MAJOR
    enum:
        NUMRS_ABI_MINOR
    ctypedef struct numrs_context:
        pass
    ctypedef int32_t numrs_status
    enum:
        NUMRS_OK
        NUMRS_BAD_ARGUMENT
        NUMRS_BAD_SHAPE
        NUMRS_BAD_DTYPE
        NUMRS_BAD_INDEX
        NUMRS_OVERLAP
        NUMRS_UNSUPPORTED
        NUMRS_NO_MEMORY
        NUMRS_NO_DEVICE
        NUMRS_DEVICE_FAILED
        NUMRS_CANCELLED
        NUMRS_INTERNAL
        NUMRS_SINGULAR
    enum:
        NUMRS_CPU
        NUMRS_CUDA
        NUMRS_SIM
    enum:
        NUMRS_STREAM_DEFAULT
        NUMRS_STREAM_NEW
        NUMRS_STREAM_NATIVE
    ctypedef int32_t (*numrs_parallel_for)(void *user, int64_t n_tasks, void (*task)(void *data, int64_t index) noexcept nogil, void *data) noexcept nogil
    ctypedef void *(*numrs_allocate_fn)(void *user, size_t bytes, size_t alignment) noexcept nogil
    ctypedef void (*numrs_free_fn)(void *user, void *block, size_t bytes) noexcept nogil
    ctypedef struct numrs_c64:
        float re
        float im
    ctypedef struct numrs_c128:
        double re
        double im
    ctypedef struct numrs_context_options:
        uint32_t struct_size
        int32_t device
        int32_t threads
        int32_t reserved
        int32_t (*poll)( void *user) noexcept nogil
        void *poll_user
        int32_t device_index
        int32_t stream
        void *native_stream
    ctypedef struct numrs_memory_stats:
        uint32_t struct_size
        uint32_t reserved
        uint64_t hits
        uint64_t misses
        uint64_t in_use_bytes
        uint64_t cached_bytes
        uint64_t peak_bytes
        uint64_t limit_bytes
    ctypedef struct numrs_cpu_info:
        uint32_t struct_size
        int32_t physical_cores
        int32_t logical_cores
        int32_t usable_cores
        int64_t l1d_bytes
        int64_t l2_bytes
        int64_t l3_bytes
        int64_t line_bytes
        char vendor[16]
        char brand[64]
        char features[512]
    int32_t numrs_abi()
    const char *numrs_version()
    const char *numrs_message()
    const char *numrs_status_name(numrs_status status)
    numrs_status numrs_context_create(const numrs_context_options *options, numrs_context **context)
    void numrs_context_destroy(numrs_context *context)
    int32_t numrs_get_num_threads()
    numrs_status numrs_set_num_threads(int32_t threads)
    double numrs_get_thread_threshold_us()
    numrs_status numrs_set_thread_threshold_us(double microseconds)
    int64_t numrs_get_stream_threshold()
    numrs_status numrs_set_stream_threshold(int64_t bytes)
    numrs_status numrs_set_parallel_for(numrs_parallel_for fn, void *user)
    void *numrs_allocate(size_t bytes)
    void numrs_free(void *block)
    numrs_status numrs_set_allocator(numrs_allocate_fn allocate, numrs_free_fn release, void *user)
    numrs_status numrs_memory_get_stats(numrs_memory_stats *stats)
    void numrs_memory_trim()
    numrs_status numrs_memory_set_limit(uint64_t bytes)
    void numrs_memory_reset_peak()
    uint64_t numrs_copied_bytes()
    const char *numrs_backend_name(int32_t index)
    const char *numrs_get_backend()
    numrs_status numrs_set_backend(const char *name)
    const char *numrs_target_name(int32_t index)
    const char *numrs_get_target()
    numrs_status numrs_set_target(const char *name)
    int32_t numrs_vector_bytes()
    numrs_status numrs_get_cpu_info(numrs_cpu_info *info)
    const char *numrs_build_info()
