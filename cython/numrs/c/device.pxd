# The C header numrs/device.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/device.h" nogil:
    ctypedef struct numrs_device_event:
        pass
    ctypedef struct numrs_device_graph:
        pass
    enum:
        NUMRS_TO_DEVICE
        NUMRS_TO_HOST
        NUMRS_ON_DEVICE
    numrs_status numrs_device_count(int32_t kind, int32_t *count)
    numrs_status numrs_device_info(int32_t kind, int32_t index, const char *key, char *text, size_t bytes)
    numrs_status numrs_device_open_plugin(const char *path)
    const char *numrs_device_plugin(int32_t kind)
    numrs_status numrs_device_allocate(numrs_context *context, size_t bytes, void **block)
    void numrs_device_free(numrs_context *context, void *block)
    numrs_status numrs_device_copy(numrs_context *context, void *to, const void *source, size_t bytes, int32_t direction)
    numrs_status numrs_device_copy_async(numrs_context *context, void *to, const void *source, size_t bytes, int32_t direction)
    numrs_status numrs_device_pinned_allocate(numrs_context *context, size_t bytes, void **block)
    numrs_status numrs_device_pinned_free(void *block)
    numrs_status numrs_device_synchronize(numrs_context *context)
    numrs_status numrs_device_query(numrs_context *context, int32_t *done)
    numrs_status numrs_device_stream_native(numrs_context *context, void **native)
    numrs_status numrs_device_memory_stats(int32_t kind, int32_t index, numrs_memory_stats *stats)
    numrs_status numrs_device_memory_trim(int32_t kind, int32_t index)
    numrs_status numrs_device_memory_set_limit(int32_t kind, int32_t index, uint64_t bytes)
    numrs_status numrs_device_event_record(numrs_context *context, numrs_device_event **event)
    numrs_status numrs_device_event_record_timed(numrs_context *context, numrs_device_event **event)
    numrs_status numrs_device_event_query(numrs_device_event *event, int32_t *done)
    numrs_status numrs_device_event_elapsed(numrs_device_event *from_, numrs_device_event *to, double *milliseconds)
    numrs_status numrs_device_event_wait(numrs_context *context, numrs_device_event *event)
    numrs_status numrs_device_event_synchronize(numrs_device_event *event)
    void numrs_device_event_free(numrs_device_event *event)
    numrs_status numrs_device_record_begin(numrs_context *context)
    numrs_status numrs_device_record_end(numrs_context *context, numrs_device_graph **graph)
    numrs_status numrs_device_graph_launch(numrs_context *context, numrs_device_graph *graph)
    void numrs_device_graph_free(numrs_device_graph *graph)
