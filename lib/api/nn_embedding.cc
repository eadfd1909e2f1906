// extern "C" of nn_embedding.h: checks of shapes, indices and states.
#include "numrs/nn_embedding.h"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/indexing.h"
#include "core/nn_embedding.h"
#include "core/nn_operands.h"
#include "core/trace.h"

namespace numrs {
namespace {

Status CheckIndexDType(const char* f, const View& indices) {
  const Kind kind = KindOf(indices.dtype);
  if (kind == Kind::INT || kind == Kind::UINT) return NUMRS_OK;
  return Fail(NUMRS_BAD_DTYPE, "%s: indices have dtype %s, expected integers", f, NameOf(indices.dtype));
}

// indices as int64 in memory of its own or the caller's, each in [0, extent).
Status LoadIndices(const Run& run, const char* f, const View& indices, int64_t extent, bool apart, PackedInput* out) {
  NUMRS_TRY(out->Load(run, f, indices, kI64, apart));
  bool fine = run.device == nullptr;
  const auto* at = out->as<int64_t>();
  for (int64_t i = 0; fine && i < indices.size; i++)
    fine = static_cast<uint64_t>(at[i]) < static_cast<uint64_t>(extent);
  return fine ? static_cast<Status>(NUMRS_OK) : CheckIndices(run, f, indices, extent, IndexKind::ROW);
}

// v is the shape of indices with `width` behind it.
Status ExpectRows(const char* f, const char* argument, const View& v, const View& indices, int64_t width) {
  bool same = v.ndim == indices.ndim + 1 && v.shape[v.ndim - 1] == width;
  for (int d = 0; same && d < indices.ndim; d++) same = v.shape[d] == indices.shape[d];
  if (same) return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected that of indices, %s, and %" PRId64 " behind it", f,
              argument, ShapeText(v, got, sizeof(got)), ShapeText(indices, wanted, sizeof(wanted)), width);
}
Status ExpectTable(const char* f, const char* argument, const View& v) {
  if (v.ndim == 2) return NUMRS_OK;
  char got[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected two dimensions", f, argument,
              ShapeText(v, got, sizeof(got)));
}
int32_t FloatKernel(int32_t dtype) {
  return dtype == kF64 ? kF64 : Bit(dtype) & kRealSet ? static_cast<int32_t>(kF32) : static_cast<int32_t>(kInvalid);
}
Status ExpectFloat(const char* f, const char* argument, const View& v) {
  if (FloatKernel(v.dtype) != kInvalid) return NUMRS_OK;
  return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float dtype", f, argument, NameOf(v.dtype));
}

Status Embedding(numrs_context* context, const numrs_view* vweight, const numrs_view* vindices, const numrs_view* vy) {
  const char* f = "embedding";
  const Trace trace(f, vweight);
  NUMRS_TRY(AdmitContext(context, f));
  View weight, indices, y;
  NUMRS_TRY(LoadView(f, "weight", vweight, &weight));
  NUMRS_TRY(LoadView(f, "indices", vindices, &indices));
  NUMRS_TRY(LoadView(f, "out", vy, &y));
  NUMRS_TRY(CheckIndexDType(f, indices));
  NUMRS_TRY(ExpectTable(f, "weight", weight));
  if (y.dtype != weight.dtype)
    return Fail(NUMRS_BAD_DTYPE, "%s: out has dtype %s, expected %s, that of weight", f, NameOf(y.dtype),
                NameOf(weight.dtype));
  NUMRS_TRY(ExpectRows(f, "out", y, indices, weight.shape[1]));
  NUMRS_TRY(CheckOutput(f, weight.dtype, y));
  const Run run = MakeRun(context);
  PackedInput places, table;
  NUMRS_TRY(LoadIndices(run, f, indices, weight.shape[0], RangesOverlap(indices, y), &places));
  if (y.size == 0) return NUMRS_OK;
  PackedOutput out;
  NUMRS_TRY(table.Bring(run, f, &weight));
  NUMRS_TRY(out.Open(run, f, y, y.dtype, RangesOverlap(weight, y)));
  GatherJob job;
  job.function = f;
  job.ndim = 2;
  job.axis_begin = 0;
  job.axis_end = 1;
  job.shape[0] = indices.size;
  job.shape[1] = weight.shape[1];
  job.x_strides[0] = 0;
  job.x_strides[1] = weight.strides[1];
  job.index_strides[0] = sizeof(int64_t);
  job.index_strides[1] = 0;
  job.y_strides[0] = weight.shape[1] * y.itemsize();
  job.y_strides[1] = y.itemsize();
  job.x = weight.data;
  job.y = out.data();
  job.indices = places.data();
  job.extent = weight.shape[0];
  job.step = weight.strides[0];
  job.itemsize = y.itemsize();
  NUMRS_TRY(RunGather(run, job));
  return out.Commit(run, f);
}

Status EmbeddingBackward(numrs_context* context, const numrs_view* vgrad, const numrs_view* vindices,
                         const numrs_view* vgradient, int64_t padding) {
  const char* f = "embedding_backward";
  const Trace trace(f, vgradient);
  NUMRS_TRY(AdmitContext(context, f));
  View grad, indices, gradient;
  NUMRS_TRY(LoadView(f, "grad", vgrad, &grad));
  NUMRS_TRY(LoadView(f, "indices", vindices, &indices));
  NUMRS_TRY(LoadView(f, "gradient", vgradient, &gradient));
  NUMRS_TRY(CheckIndexDType(f, indices));
  NUMRS_TRY(ExpectFloat(f, "grad", grad));
  NUMRS_TRY(ExpectFloat(f, "gradient", gradient));
  NUMRS_TRY(ExpectTable(f, "gradient", gradient));
  NUMRS_TRY(ExpectRows(f, "grad", grad, indices, gradient.shape[1]));
  NUMRS_TRY(CheckOutput(f, grad.dtype, gradient));
  if (padding >= gradient.shape[0]) {
    return Fail(NUMRS_BAD_INDEX, "%s: padding_idx is %" PRId64 ", expected at most %" PRId64, f, padding,
                gradient.shape[0] - 1);
  }
  const Run run = MakeRun(context);
  PackedInput places, from;
  PackedOutput out;
  NUMRS_TRY(LoadIndices(run, f, indices, gradient.shape[0], RangesOverlap(indices, gradient), &places));
  const int32_t dtype = FloatKernel(grad.dtype);
  NUMRS_TRY(from.Load(run, f, grad, dtype));
  NUMRS_TRY(out.Open(run, f, gradient, dtype, RangesOverlap(grad, gradient)));
  NUMRS_TRY(RunEmbeddingBackward(run, dtype, from.data(), reinterpret_cast<const int64_t*>(places.data()), indices.size,
                                 gradient.shape[1], gradient.shape[0], padding < 0 ? -1 : padding, out.data()));
  return out.Commit(run, f);
}

Status OneHot(numrs_context* context, const numrs_view* vindices, const numrs_view* vy) {
  const char* f = "one_hot";
  const Trace trace(f, vindices);
  NUMRS_TRY(AdmitContext(context, f));
  View indices, y;
  NUMRS_TRY(LoadView(f, "indices", vindices, &indices));
  NUMRS_TRY(LoadView(f, "out", vy, &y));
  NUMRS_TRY(CheckIndexDType(f, indices));
  if (y.ndim == 0) return Fail(NUMRS_BAD_SHAPE, "%s: out has no dimensions, expected at least one", f);
  const int64_t width = y.shape[y.ndim - 1];
  NUMRS_TRY(ExpectRows(f, "out", y, indices, width));
  NUMRS_TRY(CheckOutput(f, y.dtype, y));
  const Run run = MakeRun(context);
  PackedInput places;
  PackedOutput out;
  NUMRS_TRY(LoadIndices(run, f, indices, width, RangesOverlap(indices, y), &places));
  NUMRS_TRY(out.Open(run, f, y, y.dtype, false));
  double number = 1;
  char one[16];
  NUMRS_TRY(Convert(MakeRun(nullptr), f, ContiguousView(&number, kF64, 0, nullptr),
                    ContiguousView(one, y.dtype, 0, nullptr)));
  NUMRS_TRY(RunOneHot(run, reinterpret_cast<const int64_t*>(places.data()), indices.size, width, y.itemsize(), one,
                      out.data()));
  return out.Commit(run, f);
}

Status Dropout(numrs_context* context, const numrs_random_state* state, const numrs_view* vx, const numrs_view* vy,
               double p) {
  const char* f = "dropout";
  const Trace trace(f, vx);
  NUMRS_TRY(AdmitContext(context, f));
  View x, y;
  NUMRS_TRY(LoadView(f, "x", vx, &x));
  NUMRS_TRY(LoadView(f, "out", vy, &y));
  if (!(p >= 0 && p <= 1)) return Fail(NUMRS_BAD_ARGUMENT, "%s: p is %.17g, expected 0 to 1", f, p);
  if (!state) return Fail(NUMRS_BAD_ARGUMENT, "%s: state is NULL", f);
  if (state->struct_size != sizeof(*state) || state->reserved || state->counter[0] % kRandomGroup ||
      state->counter[1] >> 32)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: state is none of numrs_random_seed; begin with NUMRS_RANDOM_STATE_INIT", f);
  NUMRS_TRY(ExpectFloat(f, "x", x));
  NUMRS_TRY(ExpectFloat(f, "out", y));
  bool same = x.ndim == y.ndim;
  for (int d = 0; same && d < x.ndim; d++) same = x.shape[d] == y.shape[d];
  if (!same) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s, that of x", f, ShapeText(y, got, sizeof(got)),
                ShapeText(x, wanted, sizeof(wanted)));
  }
  NUMRS_TRY(CheckOutput(f, x.dtype, y));
  const Run run = MakeRun(context);
  const int32_t dtype = FloatKernel(x.dtype);
  PackedInput from;
  PackedOutput out;
  NUMRS_TRY(from.Load(run, f, x, dtype));
  NUMRS_TRY(out.Open(run, f, y, dtype, RangesOverlap(x, y) && !(SameElements(x, y) && from.data() == x.data)));
  const RandomDraw draw = {state->key[0], state->key[1], state->counter[0], static_cast<uint32_t>(state->counter[1])};
  const uint64_t threshold = static_cast<uint64_t>(std::nearbyint(p * 0x1p32));
  NUMRS_TRY(RunDropout(run, draw, dtype, from.data(), out.data(), x.size, threshold, p < 1 ? 1 / (1 - p) : 0));
  return out.Commit(run, f);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_embedding(numrs_context* context, const numrs_view* weight, const numrs_view* indices,
                                        const numrs_view* y) {
  return Guard([&] { return Embedding(context, weight, indices, y); });
}

extern "C" numrs_status numrs_embedding_backward(numrs_context* context, const numrs_view* grad,
                                                 const numrs_view* indices, const numrs_view* gradient,
                                                 int64_t padding_idx) {
  return Guard([&] { return EmbeddingBackward(context, grad, indices, gradient, padding_idx); });
}

extern "C" numrs_status numrs_one_hot(numrs_context* context, const numrs_view* indices, const numrs_view* y) {
  return Guard([&] { return OneHot(context, indices, y); });
}

extern "C" numrs_status numrs_dropout(numrs_context* context, const numrs_random_state* state, const numrs_view* x,
                                      const numrs_view* y, double p) {
  return Guard([&] { return Dropout(context, state, x, y, p); });
}
