/** @file
    Devices beside the processor: which there are, their memory, copies, waiting, events, recorded work.

    A context made with numrs_context_options.device runs its calls on that device: every pointer and view of such a
   call is memory of the device (views marked NUMRS_ON_HOST excepted, and what only describes the call, which is read
   before it returns: shapes, axes, kth, q, parameters, options with their bounds, weights and factors, and places for a
   count), and calls return before the work is done, in the order of the context's stream. What a device has no kernel
   for is NUMRS_UNSUPPORTED; nothing is ever computed elsewhere. A device that has failed is lost: every later call on
   it is NUMRS_DEVICE_FAILED, and the processor works on.

    The plug-in of a kind is opened at the first use: the file libnumrs_cuda.so beside this library. NUMRS_NO_DEVICE
    says in numrs_message() which step failed: no plug-in, another version, no driver, no device.

    Matrix products of cuda are those of cuBLASLt, version 13, where the loader finds it, or NVIDIA's Python packages
    beside this one or CUDA_HOME have it; else they are the plug-in's own, which are slow. float32 is multiplied as
    float32; NUMRS_CUDA_TF32=1 in the environment lets each factor have 10 bits behind the point.

    @code{.c}
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    numrs_context *gpu;
    void *x;
    double host[3] = {1, 2, 3};
    options.device = NUMRS_CUDA;
    if (numrs_context_create(&options, &gpu) != NUMRS_OK) return puts(numrs_message()), 0;  // which step failed
    if (numrs_device_allocate(gpu, sizeof host, &x) != NUMRS_OK) return puts(numrs_message()), 1;
    numrs_device_copy(gpu, x, host, sizeof host, NUMRS_TO_DEVICE);
    numrs_exp_f64(gpu, x, x, 3);
    numrs_device_copy(gpu, host, x, sizeof host, NUMRS_TO_HOST);
    numrs_device_free(gpu, x);
    numrs_context_destroy(gpu);
    @endcode */
#ifndef NUMRS_DEVICE_H
#define NUMRS_DEVICE_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How many devices of a kind (NUMRS_CUDA, NUMRS_SIM) can be used.
    @return NUMRS_OK; NUMRS_NO_DEVICE when none can, and *count is 0; NUMRS_BAD_ARGUMENT for another kind. */
NUMRS_API numrs_status numrs_device_count(int32_t kind, int32_t *count);
/** A fact about a device, such as "name", "driver" or "cublaslt", into text, a string of at most `bytes`; opens the
   device.
    @return NUMRS_OK; NUMRS_NO_DEVICE; NUMRS_BAD_ARGUMENT for a key that its plug-in does not know. */
NUMRS_API numrs_status numrs_device_info(int32_t kind, int32_t index, const char *key, char *text, size_t bytes);
/** Opens the plug-in in a file, for plug-ins that stand elsewhere than beside the library, such as that of the
   simulated device. The path is absolute; refused in programs with raised rights.
    @return NUMRS_OK, also for the file that is open already; NUMRS_NO_DEVICE when it is no plug-in of this version;
    NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_open_plugin(const char *path);
/** The file of the plug-in in use for a kind; NULL while none has been opened. */
NUMRS_API const char *numrs_device_plugin(int32_t kind);

/** Memory of the context's device, aligned to 256 bytes, not initialised, in the order of its stream.
    @return NUMRS_OK; NUMRS_NO_MEMORY (after blocks that were kept for reuse have been given back);
    NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT for a context of the CPU. */
NUMRS_API numrs_status numrs_device_allocate(numrs_context *context, size_t bytes, void **block);
/** Gives a block back when the work that may use it is done: that on the context's stream so far, and that which calls
    have handed to other streams of the device since the block was made. NULL is fine. */
NUMRS_API void numrs_device_free(numrs_context *context, void *block);

/** Directions of copies. */
enum {
  NUMRS_TO_DEVICE = 0, /**< from memory of the host */
  NUMRS_TO_HOST = 1,   /**< to memory of the host */
  NUMRS_ON_DEVICE = 2  /**< both on the context's device */
};
/** Copies bytes in the order of the stream. On return memory of the host is done with: read, or filled.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_copy(numrs_context *context, void *to, const void *source, size_t bytes,
                                         int32_t direction);
/** The same, and returns at once where memory of the host is pinned: it is read or filled when the stream has got
   there, and must not be changed or read before. Other memory of the host is done with on return.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_copy_async(numrs_context *context, void *to, const void *source, size_t bytes,
                                               int32_t direction);
/** Pinned memory of the host, for copies that do not wait: aligned to 64 bytes, not initialised.
    @return NUMRS_OK; NUMRS_NO_MEMORY; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT for a context of the CPU. */
NUMRS_API numrs_status numrs_device_pinned_allocate(numrs_context *context, size_t bytes, void **block);
/** Gives it back when the copies from and to it are done, which it waits for; NULL is fine.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED, and the block stays; NUMRS_BAD_ARGUMENT for what is no such block. */
NUMRS_API numrs_status numrs_device_pinned_free(void *block);
/** Waits until all work on the context's stream is done, and reports what failed in it.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_synchronize(numrs_context *context);
/** Is all work on the context's stream done (1) or not (0)?
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_query(numrs_context *context, int32_t *done);
/** The device's own handle of the context's stream, of cuda a cudaStream_t, for other libraries; it lives as long as
   the context.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_stream_native(numrs_context *context, void **native);

/** Counters of the memory of a device that has been opened, as numrs_memory_get_stats has them.
    @return NUMRS_OK; NUMRS_NO_DEVICE for one that has not been opened; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_memory_stats(int32_t kind, int32_t index, numrs_memory_stats *stats);
/** Gives all blocks kept for reuse back to the device's driver.
    @return NUMRS_OK; NUMRS_NO_DEVICE for one that has not been opened. */
NUMRS_API numrs_status numrs_device_memory_trim(int32_t kind, int32_t index);
/** Most bytes in use on a device; 0: no limit.
    @return NUMRS_OK; NUMRS_NO_DEVICE for one that has not been opened. */
NUMRS_API numrs_status numrs_device_memory_set_limit(int32_t kind, int32_t index, uint64_t bytes);

/** A place in the work of a stream that others can wait for. */
typedef struct numrs_device_event numrs_device_event;
/** Marks the place behind all work on the context's stream so far.
    @return NUMRS_OK; NUMRS_NO_MEMORY; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_event_record(numrs_context *context, numrs_device_event **event);
/** The same with a time, for numrs_device_event_elapsed.
    @return NUMRS_OK; NUMRS_NO_MEMORY; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_event_record_timed(numrs_context *context, numrs_device_event **event);
/** Is the event done (1) or not (0)?
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_event_query(numrs_device_event *event, int32_t *done);
/** Milliseconds between two events with times that are done.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT for events of two devices, without times, or not done. */
NUMRS_API numrs_status numrs_device_event_elapsed(numrs_device_event *from, numrs_device_event *to,
                                                  double *milliseconds);
/** Later work on the context's stream waits for the event; the caller does not.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT for an event of another device. */
NUMRS_API numrs_status numrs_device_event_wait(numrs_context *context, numrs_device_event *event);
/** The caller waits for the event.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_event_synchronize(numrs_device_event *event);
/** Ends an event; NULL is fine. */
NUMRS_API void numrs_device_event_free(numrs_device_event *event);

/** Work of a stream that has been recorded and can be done any number of times. */
typedef struct numrs_device_graph numrs_device_graph;
/** From here on work on the context's stream is recorded and not done. Copies to and from the host, waiting, and calls
    whose results depend on data in their shape are not for recording.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_record_begin(numrs_context *context);
/** Ends it. Memory allocated in between belongs to the graph until it is freed, as far as it was given back; so does
    all memory of the device that is in use now, given back or not: launches find it.
    @return NUMRS_OK; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_record_end(numrs_context *context, numrs_device_graph **graph);
/** Does the recorded work, on the memory that it names. Indices and labels that were there before the recording
    (numrs_device_graph_indices) are looked at first, which waits for the stream.
    @return NUMRS_OK; NUMRS_BAD_INDEX, with nothing done; NUMRS_DEVICE_FAILED; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_graph_launch(numrs_context *context, numrs_device_graph *graph);

enum {
  NUMRS_GRAPH_CHECKED = 1 /**< the caller knows that indices and labels are in range: nothing is waited for */
};
/** How a graph is launched. */
typedef struct numrs_graph_launch_options {
  uint32_t struct_size;          /**< sizeof(numrs_graph_launch_options) */
  uint32_t flags;                /**< NUMRS_GRAPH_CHECKED, or 0 */
  const uint64_t *random_blocks; /**< recorded dropouts choose so many blocks (numrs_random_blocks) behind their place:
                                      a number for each key, in the order of their first dropouts; for each seed of
                                      attention's dropout what is added to it, modulo 2^64; NULL: zeros */
  int32_t random_count;          /**< how many those are */
  int32_t reserved;              /**< 0 */
} numrs_graph_launch_options;
/* clang-format off */
#define NUMRS_GRAPH_LAUNCH_OPTIONS_INIT {sizeof(numrs_graph_launch_options), 0, 0, 0, 0}
/* clang-format on */
/** numrs_device_graph_launch with options; NULL: none.
    @return As numrs_device_graph_launch. */
NUMRS_API numrs_status numrs_device_graph_launch_with(numrs_context *context, numrs_device_graph *graph,
                                                      const numrs_graph_launch_options *options);

/** What recorded indices have to be. */
enum {
  NUMRS_INDEX_AXIS = 0, /**< -extent to extent - 1 */
  NUMRS_INDEX_ROW = 1,  /**< 0 to extent - 1 */
  NUMRS_INDEX_LABEL = 2 /**< 0 to extent - 1, or `ignore` */
};
/** Indices or labels that a recorded call takes from memory that was there before the recording. */
typedef struct numrs_graph_indices {
  uint32_t struct_size;   /**< sizeof(numrs_graph_indices) */
  int32_t kind;           /**< NUMRS_INDEX_AXIS … */
  numrs_view view;        /**< where they are; shape and strides live as long as the graph */
  int64_t extent, ignore; /**< what they have to be */
} numrs_graph_indices;
/** The indices of a graph, by number from 0.
    @return NUMRS_OK; NUMRS_BAD_INDEX behind the last; NUMRS_BAD_ARGUMENT. */
NUMRS_API numrs_status numrs_device_graph_indices(numrs_device_graph *graph, int32_t number,
                                                  numrs_graph_indices *indices);
/** Ends a graph when its work is done; NULL is fine. */
NUMRS_API void numrs_device_graph_free(numrs_device_graph *graph);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_DEVICE_H */
