// The operation tables as data for lookup at run time. Rows stand in the order of their numbers (checked below).
#include "core/tables.h"

namespace numrs {

const OpRow kUnaryRows[kUnaryOps] = {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  {#name, classes::dtypes, ResultRule::result, cost * 0.1},
#include "table/unary.def"
};
const OpRow kBinaryRows[kBinaryOps] = {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) \
  {#name, classes::dtypes, ResultRule::result, cost * 0.1},
#include "table/binary.def"
};
const OpRow kTernaryRows[kTernaryOps] = {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) \
  {#name, classes::dtypes, ResultRule::first, cost * 0.1},
#include "table/ternary.def"
};

const ReduceRow kReduceRows[kReduceOps] = {
#define NUMRS_REDUCE(id, name, Acc, dtypes, result, bound32, bound64, cost) \
  {#name, classes::dtypes, ReduceResult::result, cost * 0.01},
#include "table/reduce.def"
};
const ReduceRow kScanRows[kScanOps] = {
#define NUMRS_SCAN(id, name, Acc, dtypes, result, cost) {#name, classes::dtypes, ReduceResult::result, cost * 0.01},
#include "table/scan.def"
};

// The numbers are the row positions.
namespace {
constexpr int32_t kUnaryIds[] = {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) id,
#include "table/unary.def"
};
constexpr int32_t kBinaryIds[] = {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) id,
#include "table/binary.def"
};
constexpr int32_t kTernaryIds[] = {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) id,
#include "table/ternary.def"
};
constexpr int32_t kReduceIds[] = {
#define NUMRS_REDUCE(id, name, Acc, dtypes, result, bound32, bound64, cost) id,
#include "table/reduce.def"
};
constexpr int32_t kScanIds[] = {
#define NUMRS_SCAN(id, name, Acc, dtypes, result, cost) id,
#include "table/scan.def"
};
template <size_t N>
constexpr bool InOrder(const int32_t (&ids)[N]) {
  for (size_t i = 0; i < N; i++) {
    if (ids[i] != static_cast<int32_t>(i)) return false;
  }
  return true;
}
static_assert(InOrder(kUnaryIds) && InOrder(kBinaryIds) && InOrder(kTernaryIds) && InOrder(kReduceIds) &&
                  InOrder(kScanIds),
              "table rows out of order");
}  // namespace

}  // namespace numrs
