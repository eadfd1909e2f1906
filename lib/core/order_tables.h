// The kernel table of sorting and order statistics, and what its rows say; the meaning of the rows is in ops/order.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace numrs {

enum OrderOp : int32_t {
#define NUMRS_ORDER(id, name, Fn, dtypes, result, length, words, cost) kOrder_##name = id,
#include "table/order.def"
  kOrderOps
};

enum class OrderResult : uint8_t { SAME, INDEX, F64 };
enum class OrderLength : uint8_t { ALONG, K, Q, ONE };

struct OrderRow {
  const char* name;
  OpClass op_class;
  OrderResult result;
  OrderLength length;
  int32_t words;   // of 8 bytes of scratch per element
  double cost_ns;  // per element
};
extern const OrderRow kOrderRows[kOrderOps];

inline int32_t OrderResultDType(OrderResult rule, int32_t compute) {
  return rule == OrderResult::SAME ? compute : rule == OrderResult::INDEX ? kI64 : kF64;
}

// The dtype whose kernels serve: 16-bit floats are put in order as float32, which holds them, and converted back.
inline int32_t OrderKernelDType(int32_t compute) {
  return (Bit(compute) & kHalfSet) ? static_cast<int32_t>(kF32) : compute;
}

// What is the same for all lines of a call. Flags, methods: those of numrs/order.h.
struct OrderOptions {
  int32_t flags = 0;
  int32_t method = 0;
  int64_t k = 0;                 // topk
  const int64_t* kth = nullptr;  // partition: places, from 0 on, in order and different
  int64_t n_kth = 0;
  const double* q = nullptr;  // quantile: each in [0, 1]
  int64_t n_q = 0;
  double scale = 1;  // mad: the result is divided by it
};

// One line: n elements to y (and y2: topk's indices). Everything is aligned to its elements. Scratch has
// OrderScratch(op, dtype, n) bytes, aligned to 64. y is x or apart from it.
struct OrderLine {
  const void* x;
  int64_t n;
  void* y;
  int64_t* y2;
  const double* weights;  // quantile: of the elements, or nullptr
  const OrderOptions* options;
  void* scratch;
};
using OrderFn = void (*)(const OrderLine& line);

constexpr size_t kOrderScratchBytes = 16 * 1024;  // whatever n is
inline size_t OrderScratch(int32_t op, int32_t dtype, int64_t n) {
  const size_t size = static_cast<size_t>(SizeOf(dtype)), count = static_cast<size_t>(n);
  // A sort has one more buffer of its elements (of 16 bits: two of 32), and floats a bit for each zero's sign.
  if (op == kOrder_sort) return count * (size <= 2 ? 8 : size) + count / 8 + kOrderScratchBytes;
  return count * static_cast<size_t>(kOrderRows[op].words) * 8 + kOrderScratchBytes;
}

// Sorting one long line in steps, so that threads share it and a call can be cancelled: `begin` makes keys of the
// elements and one piece of all of them, `step` splits pieces, `piece` sorts what is small enough, `end` makes the
// result of the keys. Pieces have memory of their own: any number of threads may work on different ones.
constexpr int64_t kOrderLong = 128 * 1024;  // elements of a line from which on it is sorted so
constexpr int kOrderKinds = 6;              // of pieces: what the keys are, and whether an index goes along

// n keys (and indices) in a or in b, which both have room for them, to be put into a in order.
struct OrderPiece {
  void *a, *b;
  int64_t *a_index, *b_index;
  int64_t n;
  int32_t kind;
  int32_t in_b;
  int32_t bad;  // splits before it that left nearly all on one side
};
// A piece in the middle of being split: `done` elements are dealt with, `less` of them are below the pivot.
struct OrderSplit {
  OrderPiece piece;
  int64_t done, less;
  int32_t again;  // all were above the pivot: now those equal to it are taken out
  alignas(8) char pivot[8];
};
struct OrderLineState {
  OrderPiece all;
  int64_t count;  // of keys
  int64_t words[6];
};

struct OrderTable {
  OrderFn line[kOrderOps][kDTypes];
  // places[i] = how many of the n sorted elements of x stand before v[i] (right: or are equal to it), of m values, all
  // of one dtype; order: nullptr, or the positions of x in order.
  void (*search[kDTypes])(const void* x, const int64_t* order, int64_t n, const void* v, int64_t m, int64_t right,
                          int64_t* places);
  // For sort and argsort; null: lines of that dtype are not sorted in steps.
  void (*begin[2][kDTypes])(const OrderLine& line, OrderLineState* state);
  void (*end[2][kDTypes])(const OrderLine& line, const OrderLineState& state);
  // Deals with `count` more elements; 1 when all are done: then low and high are left to be sorted. done is 0 at first.
  int32_t (*step[kOrderKinds])(OrderSplit* split, int64_t count, OrderPiece* low, OrderPiece* high);
  void (*piece[kOrderKinds])(const OrderPiece& piece);
};

}  // namespace numrs
