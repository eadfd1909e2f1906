// extern "C" of reduce.h: check, plan, run, report. Raw functions (raw.cc) come in by the same door.
#include "api/reduce.h"

#include "numrs/reduce.h"

namespace numrs {

Status Reduce(numrs_context*, int32_t, const numrs_view*, const numrs_view*, const numrs_view*, const int32_t*, int32_t, double) {
  return Fail(NUMRS_UNSUPPORTED, "reduce: no kernel yet");
}
Status Scan(numrs_context*, int32_t, const numrs_view*, const numrs_view*, int32_t, int32_t) { return Fail(NUMRS_UNSUPPORTED, "scan: no kernel yet"); }
Status Vecdot(numrs_context*, const numrs_view*, const numrs_view*, const numrs_view*, int32_t) {
  return Fail(NUMRS_UNSUPPORTED, "vecdot: no kernel yet");
}
Status ReduceRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype, int64_t outer, int64_t n,
                 int64_t inner, double correction) {
  const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner};
  const numrs_view in = {const_cast<void*>(x), shape, nullptr, 3, x_dtype}, out = {y, y_shape, nullptr, 2, y_dtype};
  const int32_t axis = 1;
  return Reduce(context, op, &in, nullptr, &out, &axis, 1, correction);
}
Status ScanRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype, int64_t outer, int64_t n,
               int64_t inner) {
  const int64_t shape[] = {outer, n, inner};
  const numrs_view in = {const_cast<void*>(x), shape, nullptr, 3, x_dtype}, out = {y, shape, nullptr, 3, y_dtype};
  return Scan(context, op, &in, &out, 1, 0);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_reduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where, const numrs_view* y,
                                     const int32_t* axes, int32_t n_axes, double correction) {
  return Guard([&] { return Reduce(context, op, x, where, y, axes, n_axes, correction); });
}
extern "C" numrs_status numrs_scan(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, int32_t axis,
                                   int32_t include_initial) {
  return Guard([&] { return Scan(context, op, x, y, axis, include_initial); });
}
extern "C" numrs_status numrs_vecdot(numrs_context* context, const numrs_view* a, const numrs_view* b, const numrs_view* y, int32_t axis) {
  return Guard([&] { return Vecdot(context, a, b, y, axis); });
}
extern "C" numrs_status numrs_reduce_dtype(int32_t, int32_t, int32_t*) {
  return Guard([&] { return Fail(NUMRS_UNSUPPORTED, "reduce_dtype: no kernel yet"); });
}
extern "C" numrs_status numrs_scan_dtype(int32_t, int32_t, int32_t*) {
  return Guard([&] { return Fail(NUMRS_UNSUPPORTED, "scan_dtype: no kernel yet"); });
}
