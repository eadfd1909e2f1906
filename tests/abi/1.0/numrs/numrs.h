/* Headers of numrs, ABI 1.0, in one file. Written by tools/abi.py when it was frozen; never changed. */
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
/* Numbers of dtypes and operations. Generated from lib/table by tools/gen.py; do not edit. */
#ifndef NUMRS_OPS_H
#define NUMRS_OPS_H

/* element types */
enum {
  NUMRS_BOOL = 1, /* bool */
  NUMRS_I8 = 2, /* int8 */
  NUMRS_I16 = 3, /* int16 */
  NUMRS_I32 = 4, /* int32 */
  NUMRS_I64 = 5, /* int64 */
  NUMRS_U8 = 6, /* uint8 */
  NUMRS_U16 = 7, /* uint16 */
  NUMRS_U32 = 8, /* uint32 */
  NUMRS_U64 = 9, /* uint64 */
  NUMRS_F32 = 12, /* float32 */
  NUMRS_F64 = 13, /* float64 */
};

/* unary operations */
enum {
  NUMRS_OP_NEGATIVE = 0,
  NUMRS_OP_POSITIVE = 1,
  NUMRS_OP_ABS = 2,
  NUMRS_OP_SIGN = 3,
  NUMRS_OP_SQUARE = 4,
  NUMRS_OP_RECIPROCAL = 5,
  NUMRS_OP_SQRT = 6,
  NUMRS_OP_FLOOR = 7,
  NUMRS_OP_CEIL = 8,
  NUMRS_OP_TRUNC = 9,
  NUMRS_OP_ROUND = 10,
  NUMRS_OP_ISNAN = 11,
  NUMRS_OP_ISINF = 12,
  NUMRS_OP_ISFINITE = 13,
  NUMRS_OP_SIGNBIT = 14,
  NUMRS_OP_LOGICAL_NOT = 15,
  NUMRS_OP_BITWISE_INVERT = 16,
  NUMRS_OP_CONJ = 17,
  NUMRS_OP_REAL = 18,
  NUMRS_OP_IMAG = 19,
  NUMRS_OP_EXP = 20,
  NUMRS_OP_EXP2 = 21,
  NUMRS_OP_EXPM1 = 22,
  NUMRS_OP_LOG = 23,
  NUMRS_OP_LOG2 = 24,
  NUMRS_OP_LOG10 = 25,
  NUMRS_OP_LOG1P = 26,
  NUMRS_OP_SIN = 27,
  NUMRS_OP_COS = 28,
  NUMRS_OP_TAN = 29,
  NUMRS_OP_SINH = 30,
  NUMRS_OP_COSH = 31,
  NUMRS_OP_TANH = 32,
  NUMRS_OP_ASIN = 33,
  NUMRS_OP_ACOS = 34,
  NUMRS_OP_ATAN = 35,
  NUMRS_OP_ASINH = 36,
  NUMRS_OP_ACOSH = 37,
  NUMRS_OP_ATANH = 38,
  NUMRS_OP_CBRT = 39,
  NUMRS_OP_RSQRT = 40,
  NUMRS_OP_ERF = 41,
  NUMRS_OP_ERFC = 42,
  NUMRS_OP_SIGMOID = 43,
};

/* binary operations */
enum {
  NUMRS_OP_ADD = 0,
  NUMRS_OP_SUBTRACT = 1,
  NUMRS_OP_MULTIPLY = 2,
  NUMRS_OP_DIVIDE = 3,
  NUMRS_OP_FLOOR_DIVIDE = 4,
  NUMRS_OP_REMAINDER = 5,
  NUMRS_OP_POW = 6,
  NUMRS_OP_MAXIMUM = 7,
  NUMRS_OP_MINIMUM = 8,
  NUMRS_OP_EQUAL = 9,
  NUMRS_OP_NOT_EQUAL = 10,
  NUMRS_OP_LESS = 11,
  NUMRS_OP_LESS_EQUAL = 12,
  NUMRS_OP_GREATER = 13,
  NUMRS_OP_GREATER_EQUAL = 14,
  NUMRS_OP_LOGICAL_AND = 15,
  NUMRS_OP_LOGICAL_OR = 16,
  NUMRS_OP_LOGICAL_XOR = 17,
  NUMRS_OP_BITWISE_AND = 18,
  NUMRS_OP_BITWISE_OR = 19,
  NUMRS_OP_BITWISE_XOR = 20,
  NUMRS_OP_BITWISE_LEFT_SHIFT = 21,
  NUMRS_OP_BITWISE_RIGHT_SHIFT = 22,
  NUMRS_OP_COPYSIGN = 23,
  NUMRS_OP_NEXTAFTER = 24,
  NUMRS_OP_HYPOT = 25,
  NUMRS_OP_ATAN2 = 26,
  NUMRS_OP_LOGADDEXP = 27,
};

/* ternary operations */
enum {
  NUMRS_OP_WHERE = 0,
  NUMRS_OP_CLIP = 1,
  NUMRS_OP_FMA = 2,
};

/* reduce operations */
enum {
  NUMRS_OP_SUM = 0,
  NUMRS_OP_PROD = 1,
  NUMRS_OP_MIN = 2,
  NUMRS_OP_MAX = 3,
  NUMRS_OP_MEAN = 4,
  NUMRS_OP_VAR = 5,
  NUMRS_OP_STD = 6,
  NUMRS_OP_ARGMIN = 7,
  NUMRS_OP_ARGMAX = 8,
  NUMRS_OP_ANY = 9,
  NUMRS_OP_ALL = 10,
  NUMRS_OP_COUNT_NONZERO = 11,
  NUMRS_OP_NORM = 12,
  NUMRS_OP_ABS_SUM = 13,
  NUMRS_OP_ABS_MAX = 14,
};

/* scan operations */
enum {
  NUMRS_OP_CUMULATIVE_SUM = 0,
  NUMRS_OP_CUMULATIVE_PROD = 1,
  NUMRS_OP_CUMULATIVE_MAX = 2,
  NUMRS_OP_CUMULATIVE_MIN = 3,
};

#endif /* NUMRS_OPS_H */
/* The array view: borrowed memory with shape and strides. Element types are numbered in ops.h. */
#ifndef NUMRS_VIEW_H
#define NUMRS_VIEW_H


#ifdef __cplusplus
extern "C" {
#endif

#define NUMRS_MAX_NDIM 32

/** Borrowed memory; frozen: this struct never changes. Any alignment, any strides (0 and negative too). */
typedef struct numrs_view {
  void *data;             /**< first element; may be NULL when the view is empty */
  const int64_t *shape;   /**< ndim extents */
  const int64_t *strides; /**< ndim strides in bytes; NULL: C order */
  int32_t ndim;           /**< 0 … NUMRS_MAX_NDIM */
  int32_t dtype;          /**< NUMRS_F32 … */
} numrs_view;

/** NUMRS_OK when every element of v lies inside [base, base + nbytes). For shapes and strides that come from outside.
 */
NUMRS_API numrs_status numrs_view_check(const numrs_view *v, const void *base, size_t nbytes);

/** Bytes of one element; 0 for a number that is no dtype. */
NUMRS_API int32_t numrs_dtype_size(int32_t dtype);
/** Name such as "float32"; "invalid" for a number that is no dtype; never NULL. */
NUMRS_API const char *numrs_dtype_name(int32_t dtype);
/** NumPy 2's promotion of two dtypes; 0 when one is invalid. */
NUMRS_API int32_t numrs_promote(int32_t a, int32_t b);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_VIEW_H */
/* Element-wise operations on views: any strides, broadcasting, mixed dtypes. Operation numbers are in ops.h, typed
   functions in raw.h.

   Inputs are broadcast against each other and converted to the operation's dtype as NumPy 2 does (numrs_*_dtypes tell
   which). The output must have the broadcast shape; its dtype may be any to which the result converts by NumPy's
   same_kind rule. An output may be one of the inputs, or overlap them in any way: the numbers are those of separate
   memory. Outputs are unchanged on any status but NUMRS_OK and NUMRS_CANCELLED. */
#ifndef NUMRS_ELEMENTWISE_H
#define NUMRS_ELEMENTWISE_H


#ifdef __cplusplus
extern "C" {
#endif

/** y = op(x); op is one of the NUMRS_OP_ numbers of the unary table. */
NUMRS_API numrs_status numrs_unary(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y);
/** y = op(a, b); op of the binary table. */
NUMRS_API numrs_status numrs_binary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y);
/** y = op(a, b, c); op of the ternary table. */
NUMRS_API numrs_status numrs_ternary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b,
                                     const numrs_view *c, const numrs_view *y);
/** y = x converted to y's dtype, whatever both are (NumPy's "unsafe" casting). Floats out of an integer's range: the
   value truncated to 64 bits (NaN and beyond: -2^63), then wrapped. */
NUMRS_API numrs_status numrs_convert(numrs_context *context, const numrs_view *x, const numrs_view *y);

/** dtype in which op computes for an input dtype, and dtype of its result; NUMRS_BAD_DTYPE when op does not take it. */
NUMRS_API numrs_status numrs_unary_dtypes(int32_t op, int32_t x, int32_t *compute, int32_t *result);
/** The same for two inputs; promoted first. */
NUMRS_API numrs_status numrs_binary_dtypes(int32_t op, int32_t a, int32_t b, int32_t *compute, int32_t *result);
/** The same for three inputs; the condition of where takes no part in the promotion. */
NUMRS_API numrs_status numrs_ternary_dtypes(int32_t op, int32_t a, int32_t b, int32_t c, int32_t *compute,
                                            int32_t *result);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_ELEMENTWISE_H */
/* Reductions and cumulative operations on views: any strides, any axes. Operation numbers are in ops.h, typed functions
   in raw.h.

   Order of evaluation. Several axes are reduced as one, in C order of their indices, whatever the memory order.
   Floating-point sums, products, means, variances and norms follow one fixed tree along that index: blocks of 4096
   elements; in a block element i goes to lane i % 32; each lane takes its elements in order; lanes are merged by halves
   (l with l + 16, then + 8, + 4, + 2, + 1), blocks pairwise in index order. float32 accumulates in float64 and is
   rounded once. So the bits do not depend on threads, instruction set or layout.

   The dtype of the result is NumPy 2's (numrs_reduce_dtype tells it); y may have it or any to which it converts by
   NumPy's same_kind rule. NaN propagates, also through min, max (and wins in argmin, argmax, the first one); a NaN
   result is the positive quiet NaN. -0 counts as less than +0 in min and max. Integers wrap. Empty: sum, norm, abs_sum,
   abs_max and count_nonzero 0, prod 1, any false, all true, mean, var and std NaN; min, max, argmin and argmax are
   NUMRS_BAD_ARGUMENT. y may overlap the inputs in any way: the numbers are those of separate memory. y is unchanged on
   any status but NUMRS_OK and NUMRS_CANCELLED. */
#ifndef NUMRS_REDUCE_H
#define NUMRS_REDUCE_H


#ifdef __cplusplus
extern "C" {
#endif

/** y = op over axes of x; op is one of the NUMRS_OP_ numbers of the reduce table.

    where: NULL, or a bool view that broadcasts to x; elements where it is false are skipped (min and max of nothing:
    NUMRS_BAD_ARGUMENT; argmin and argmax take none).
    y: x's shape with the reduced axes dropped or kept as extent 1.
    axes: n_axes axes, each -ndim … ndim-1, none twice; n_axes -1: all axes, and axes may be NULL. n_axes 0 reduces each
   element by itself. argmin and argmax take one axis, or all: then the index is that of the C-order flattened array.
    correction: var and std divide by n - correction; the others ignore it. With n - correction <= 0: NaN or infinity,
   as NumPy. */
NUMRS_API numrs_status numrs_reduce(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *where,
                                    const numrs_view *y, const int32_t *axes, int32_t n_axes, double correction);

/** y[i] = op of x[0] … x[i] along axis; op of the scan table. include_initial: 0, or 1: y has one element more along
   axis and begins with the operation's identity (0, 1, the least or the greatest value). Order of evaluation for
   floats: groups of 8 are scanned by doubling (distances 1, 2, 4), group totals are added up in order from the start of
   a block of 4096, block totals in order from the start; y is (block offset + group offset) + local, in float64,
   rounded once. */
NUMRS_API numrs_status numrs_scan(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y,
                                  int32_t axis, int32_t include_initial);

/** y = sum of a * b along axis of their broadcast shape (-ndim … ndim-1); y has that shape without axis, or with extent
   1 there. The result's dtype is numrs_promote(a, b): integers wrap, bool is "any of both". Products of float32 are
   exact. */
NUMRS_API numrs_status numrs_vecdot(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y, int32_t axis);

/** dtype of the result for an input dtype; NUMRS_BAD_DTYPE when op does not take it. */
NUMRS_API numrs_status numrs_reduce_dtype(int32_t op, int32_t x, int32_t *result);
NUMRS_API numrs_status numrs_scan_dtype(int32_t op, int32_t x, int32_t *result);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_REDUCE_H */
/* Linear algebra on views: matrix products of any strides, dtypes and batches. Typed functions on plain memory
   (numrs_matmul_f32, numrs_gemm_f32 …) are in raw.h.

   Inputs are promoted as NumPy 2 does and the sum is formed in the promoted dtype: integers wrap, bool is "or of ands",
   float32 stays float32. The output must have the exact shape of the result; its dtype may be any to which the result
   converts by NumPy's same_kind rule. It may overlap the inputs in any way (the numbers are those of separate memory),
   but not itself. It is unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.

   Same bits. f32 and f64: element (i, j) is formed from row i and column j alone, in an order that depends on k alone:
   blocks of 256, in each one chain of fused multiply-adds from 0 on, the blocks' sums added in order. So the bits do
   not depend on threads, memory layout, batch, the other rows and columns, nor on the instruction set where it has
   fused multiply-add (SSE4 has none and rounds the products too). Error: at most (min(k, 256) + ceil(k / 256)) u * sum
   of |a| |b|, u = 2^-24 or 2^-53. Vector times vector is numrs_vecdot's tree. */
#ifndef NUMRS_LINALG_H
#define NUMRS_LINALG_H


#ifdef __cplusplus
extern "C" {
#endif

/** y = a @ b, the array API's matmul: (…, m, k) @ (…, k, n) -> (…, m, n), leading axes broadcast. A 1-D a is a row, a
   1-D b a column, and that axis is missing in y; (k) @ (k) -> () is numrs_vecdot. 0-d operands are refused. k = 0 gives
   zeros. */
NUMRS_API numrs_status numrs_matmul(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y);
/** y[i…, j…] = sum over k of a[i…, k] * b[j…, k], NumPy's inner: shape a.shape[:-1] + b.shape[:-1]. A 0-d operand
 * multiplies. */
NUMRS_API numrs_status numrs_inner(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y);
/** y[i…, j…] = a[i…] * b[j…]: shape a.shape + b.shape. */
NUMRS_API numrs_status numrs_outer(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y);

/** Shape of the result, for whoever makes the output; `shape` has room for NUMRS_MAX_NDIM extents. NUMRS_BAD_SHAPE when
   the operands do not go together. The dtype of all three results is numrs_promote(a->dtype, b->dtype). */
NUMRS_API numrs_status numrs_matmul_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);
NUMRS_API numrs_status numrs_inner_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);
NUMRS_API numrs_status numrs_outer_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_LINALG_H */
/* One typed function per operation and dtype, on contiguous memory. Generated from lib/table by tools/gen.py; do not edit.

   Argument order: context (NULL: the default), inputs, outputs, extents. An output may be one of the inputs, or overlap them
   in any way: the numbers are those of separate memory. Pointers may be NULL when there are no elements. bool has one byte. */
#ifndef NUMRS_RAW_H
#define NUMRS_RAW_H


#ifdef __cplusplus
extern "C" {
#endif

/* unary: y[i] = op(x[i]) for n contiguous elements */
NUMRS_API numrs_status numrs_negative_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_negative_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_negative_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_positive_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_positive_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_positive_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_abs_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_abs_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_abs_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_sign_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_sign_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_sign_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_square_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_square_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_square_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_reciprocal_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_sqrt_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_sqrt_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_floor_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_floor_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_ceil_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_trunc_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_round_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_round_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_round_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_f32(numrs_context *context, const float *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isnan_f64(numrs_context *context, const double *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_f32(numrs_context *context, const float *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isinf_f64(numrs_context *context, const double *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_f32(numrs_context *context, const float *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_isfinite_f64(numrs_context *context, const double *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_f32(numrs_context *context, const float *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_signbit_f64(numrs_context *context, const double *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_f32(numrs_context *context, const float *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_not_f64(numrs_context *context, const double *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_invert_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_conj_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_conj_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_real_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_real_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_real_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_imag_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_imag_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_imag_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_exp_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_exp_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_exp2_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_exp2_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_expm1_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_expm1_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_log_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_log_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_log2_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_log2_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_log10_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_log10_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_log1p_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_log1p_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_sin_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_sin_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_cos_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_cos_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_tan_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_tan_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_sinh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_sinh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_cosh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_cosh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_tanh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_tanh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_asin_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_asin_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_acos_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_acos_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_atan_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_atan_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_asinh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_asinh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_acosh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_acosh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_atanh_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_atanh_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_cbrt_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_cbrt_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_rsqrt_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_rsqrt_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_erf_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_erf_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_erfc_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_erfc_f64(numrs_context *context, const double *x, double *y, int64_t n);
NUMRS_API numrs_status numrs_sigmoid_f32(numrs_context *context, const float *x, float *y, int64_t n);
NUMRS_API numrs_status numrs_sigmoid_f64(numrs_context *context, const double *x, double *y, int64_t n);

/* binary: y[i] = op(a[i], b[i]) for n contiguous elements */
NUMRS_API numrs_status numrs_add_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_add_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_add_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_subtract_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_multiply_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_divide_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_divide_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_floor_divide_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_remainder_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_pow_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_pow_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_pow_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_maximum_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_minimum_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_equal_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_equal_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_not_equal_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_less_equal_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_greater_equal_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_and_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_or_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_i8(numrs_context *context, const int8_t *a, const int8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_i16(numrs_context *context, const int16_t *a, const int16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_i32(numrs_context *context, const int32_t *a, const int32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_i64(numrs_context *context, const int64_t *a, const int64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_f32(numrs_context *context, const float *a, const float *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_logical_xor_f64(numrs_context *context, const double *a, const double *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_and_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_or_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_xor_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_left_shift_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_bitwise_right_shift_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_copysign_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_copysign_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_nextafter_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_nextafter_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_hypot_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_hypot_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_atan2_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_atan2_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);
NUMRS_API numrs_status numrs_logaddexp_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_logaddexp_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);

/* ternary: y[i] = op(a[i], b[i], c[i]) for n contiguous elements */
NUMRS_API numrs_status numrs_where_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_i8(numrs_context *context, const uint8_t *a, const int8_t *b, const int8_t *c, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_i16(numrs_context *context, const uint8_t *a, const int16_t *b, const int16_t *c, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_i32(numrs_context *context, const uint8_t *a, const int32_t *b, const int32_t *c, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_i64(numrs_context *context, const uint8_t *a, const int64_t *b, const int64_t *c, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_u16(numrs_context *context, const uint8_t *a, const uint16_t *b, const uint16_t *c, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_u32(numrs_context *context, const uint8_t *a, const uint32_t *b, const uint32_t *c, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_u64(numrs_context *context, const uint8_t *a, const uint64_t *b, const uint64_t *c, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_where_f32(numrs_context *context, const uint8_t *a, const float *b, const float *c, float *y, int64_t n);
NUMRS_API numrs_status numrs_where_f64(numrs_context *context, const uint8_t *a, const double *b, const double *c, double *y, int64_t n);
NUMRS_API numrs_status numrs_clip_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_i8(numrs_context *context, const int8_t *a, const int8_t *b, const int8_t *c, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_i16(numrs_context *context, const int16_t *a, const int16_t *b, const int16_t *c, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_i32(numrs_context *context, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_i64(numrs_context *context, const int64_t *a, const int64_t *b, const int64_t *c, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, const uint16_t *c, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, const uint32_t *c, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, const uint64_t *c, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_clip_f32(numrs_context *context, const float *a, const float *b, const float *c, float *y, int64_t n);
NUMRS_API numrs_status numrs_clip_f64(numrs_context *context, const double *a, const double *b, const double *c, double *y, int64_t n);
NUMRS_API numrs_status numrs_fma_f32(numrs_context *context, const float *a, const float *b, const float *c, float *y, int64_t n);
NUMRS_API numrs_status numrs_fma_f64(numrs_context *context, const double *a, const double *b, const double *c, double *y, int64_t n);

/* reduce: y (outer, inner) = op over the middle axis of x (outer, n, inner), both C order */
NUMRS_API numrs_status numrs_sum_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_u8(numrs_context *context, const uint8_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_u16(numrs_context *context, const uint16_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_u32(numrs_context *context, const uint32_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_sum_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_u8(numrs_context *context, const uint8_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_u16(numrs_context *context, const uint16_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_u32(numrs_context *context, const uint32_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_prod_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_min_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_max_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_mean_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_mean_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_var_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner, double correction);
NUMRS_API numrs_status numrs_var_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner, double correction);
NUMRS_API numrs_status numrs_std_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner, double correction);
NUMRS_API numrs_status numrs_std_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner, double correction);
NUMRS_API numrs_status numrs_argmin_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_u8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_u16(numrs_context *context, const uint16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_u32(numrs_context *context, const uint32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_u64(numrs_context *context, const uint64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_f32(numrs_context *context, const float *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmin_f64(numrs_context *context, const double *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_u8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_u16(numrs_context *context, const uint16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_u32(numrs_context *context, const uint32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_u64(numrs_context *context, const uint64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_f32(numrs_context *context, const float *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_argmax_f64(numrs_context *context, const double *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_f32(numrs_context *context, const float *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_any_f64(numrs_context *context, const double *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_i8(numrs_context *context, const int8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_i16(numrs_context *context, const int16_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_i32(numrs_context *context, const int32_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_i64(numrs_context *context, const int64_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_u16(numrs_context *context, const uint16_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_u32(numrs_context *context, const uint32_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_u64(numrs_context *context, const uint64_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_f32(numrs_context *context, const float *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_all_f64(numrs_context *context, const double *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_u8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_u16(numrs_context *context, const uint16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_u32(numrs_context *context, const uint32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_u64(numrs_context *context, const uint64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_f32(numrs_context *context, const float *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_count_nonzero_f64(numrs_context *context, const double *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_norm_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_norm_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_abs_sum_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_abs_sum_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_abs_max_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_abs_max_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);

/* scan: y = op of the elements so far along the middle axis of x, both (outer, n, inner) in C order */
NUMRS_API numrs_status numrs_cumulative_sum_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_u8(numrs_context *context, const uint8_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_u16(numrs_context *context, const uint16_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_u32(numrs_context *context, const uint32_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_sum_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_b8(numrs_context *context, const uint8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_i8(numrs_context *context, const int8_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_i16(numrs_context *context, const int16_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_i32(numrs_context *context, const int32_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_u8(numrs_context *context, const uint8_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_u16(numrs_context *context, const uint16_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_u32(numrs_context *context, const uint32_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_prod_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_max_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_b8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_i8(numrs_context *context, const int8_t *x, int8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_i16(numrs_context *context, const int16_t *x, int16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_i32(numrs_context *context, const int32_t *x, int32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_i64(numrs_context *context, const int64_t *x, int64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_u8(numrs_context *context, const uint8_t *x, uint8_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_u16(numrs_context *context, const uint16_t *x, uint16_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_u32(numrs_context *context, const uint32_t *x, uint32_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_u64(numrs_context *context, const uint64_t *x, uint64_t *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_f32(numrs_context *context, const float *x, float *y, int64_t outer, int64_t n, int64_t inner);
NUMRS_API numrs_status numrs_cumulative_min_f64(numrs_context *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);

/* dot: y = sum of a[i] * b[i] over n contiguous elements */
NUMRS_API numrs_status numrs_dot_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t n);
NUMRS_API numrs_status numrs_dot_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t n);
NUMRS_API numrs_status numrs_dot_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t n);

/* matmul: y = a @ b, batch times (m, k) @ (k, n). Integers wrap, bool is "or of ands", k = 0 gives zeros.
   gemm: c = alpha op(a) op(b) + beta c in row-major order, rows lda, ldb, ldc elements apart. op transposes where trans_ is 1: op(a) is
   (m, k), so a is stored as (k, m). beta = 0 does not read c, alpha = 0 neither a nor b; k = 0 gives beta c. */
NUMRS_API numrs_status numrs_matmul_b8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_i8(numrs_context *context, const int8_t *a, const int8_t *b, int8_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_i16(numrs_context *context, const int16_t *a, const int16_t *b, int16_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_i32(numrs_context *context, const int32_t *a, const int32_t *b, int32_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_i64(numrs_context *context, const int64_t *a, const int64_t *b, int64_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_u8(numrs_context *context, const uint8_t *a, const uint8_t *b, uint8_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_u16(numrs_context *context, const uint16_t *a, const uint16_t *b, uint16_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_u32(numrs_context *context, const uint32_t *a, const uint32_t *b, uint32_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_u64(numrs_context *context, const uint64_t *a, const uint64_t *b, uint64_t *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_f32(numrs_context *context, const float *a, const float *b, float *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_matmul_f64(numrs_context *context, const double *a, const double *b, double *y, int64_t batch, int64_t m, int64_t k, int64_t n);
NUMRS_API numrs_status numrs_gemm_f32(numrs_context *context, const float *a, const float *b, float *c, int64_t m, int64_t k, int64_t n, int64_t lda, int64_t ldb, int64_t ldc, int32_t trans_a, int32_t trans_b, float alpha, float beta);
NUMRS_API numrs_status numrs_gemm_f64(numrs_context *context, const double *a, const double *b, double *c, int64_t m, int64_t k, int64_t n, int64_t lda, int64_t ldb, int64_t ldc, int32_t trans_a, int32_t trans_b, double alpha, double beta);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_RAW_H */
/* numrs: the only line a C user includes. */
#ifndef NUMRS_NUMRS_H
#define NUMRS_NUMRS_H


#endif /* NUMRS_NUMRS_H */
