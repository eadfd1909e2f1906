// extern "C" of nn_linear.h: check, make contiguous, run, report; weights that are packed once.
#include "numrs/nn_linear.h"

#include <cstring>
#include <memory>
#include <new>

#include "api/axes.h"
#include "core/nn_operands.h"
#include "core/nn_linear.h"
#include "core/trace.h"

// A weight in panels. Nothing changes it: any number of calls may read it at once.
struct numrs_linear_pack {
  uint32_t magic;
  int32_t dtype;  // of the weight as it was given
  int64_t bytes;
  numrs::Panels panels;
};

namespace numrs {
namespace {

Status CheckActivation(const char* function, int32_t activation, double slope) {
  if (activation < kLinearNone || activation >= kActivations) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: activation is %d, expected -1 (none) to %d", function, activation,
                kActivations - 1);
  }
  if (activation == kActivation_hardtanh || activation == kActivation_elu || activation == kActivation_celu ||
      activation == kActivation_softplus)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: activation is %d, which has parameters; call it by itself", function,
                activation);
  if (activation == kActivation_leaky_relu && !(slope >= 0 && slope <= 1e300))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: slope is %g, expected a finite number of at least 0", function, slope);
  return NUMRS_OK;
}

Status LoadFloat(const char* function, const char* argument, const numrs_view* in, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  if (!IsNnDType(out->dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float", function, argument, NameOf(out->dtype));
  return NUMRS_OK;
}

Status WrongShape(const char* function, const char* argument, const View& got, int32_t ndim, const int64_t* shape) {
  char is[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument, ShapeText(got, is, sizeof(is)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}
Status CheckShape(const char* function, const char* argument, const View& got, int32_t ndim, const int64_t* shape) {
  if (got.ndim == ndim && std::memcmp(got.shape, shape, sizeof(int64_t) * static_cast<size_t>(ndim)) == 0)
    return NUMRS_OK;
  return WrongShape(function, argument, got, ndim, shape);
}

// x and weight, and what the layer's shapes and dtypes are.
struct Layer {
  View x, weight;
  int64_t shape[kMaxNDim];  // of y
  int32_t result;           // dtype
  LinearJob job;

  // weight_in, or a pack that has been checked.
  Status Load(const char* function, const numrs_view* x_in, const numrs_view* weight_in, const numrs_linear_pack* pack,
              int32_t activation, double slope) {
    NUMRS_TRY(LoadFloat(function, "x", x_in, &x));
    if (pack) {
      const int64_t extents[2] = {pack->panels.k, pack->panels.n};
      weight = ContiguousView(pack->panels.data, pack->dtype, 2, extents);
    } else {
      NUMRS_TRY(LoadFloat(function, "weight", weight_in, &weight));
    }
    NUMRS_TRY(CheckActivation(function, activation, slope));
    char is[160], other[160];
    if (x.ndim < 1) return Fail(NUMRS_BAD_SHAPE, "%s: x has no dimensions, expected at least 1", function);
    if (weight.ndim != 2 || weight.shape[0] != x.shape[x.ndim - 1]) {
      return Fail(NUMRS_BAD_SHAPE, "%s: weight has shape %s, expected (%lld, n), the last extent of x %s first",
                  function, ShapeText(weight, is, sizeof(is)), static_cast<long long>(x.shape[x.ndim - 1]),
                  ShapeText(x, other, sizeof(other)));
    }
    job.function = function;
    job.k = weight.shape[0];
    job.n = weight.shape[1];
    job.m = 1;
    for (int d = 0; d < x.ndim - 1; d++) {
      shape[d] = x.shape[d];
      job.m = TimesExtent(job.m, x.shape[d]);
    }
    for (int d = 0; d < x.ndim - 1; d++) {
      if (x.shape[d] == 0) job.m = 0;
    }
    shape[x.ndim - 1] = job.n;
    int64_t elements;
    if (__builtin_mul_overflow(job.m, job.n, &elements) || elements > INT64_MAX / 16)
      return Fail(NUMRS_BAD_SHAPE, "%s: the result would have too many elements", function);
    result = Promote(x.dtype, weight.dtype);
    job.dtype = NnComputed(result);
    job.activation = activation;
    job.slope = slope;
    if (!pack) return NUMRS_OK;
    if (pack->panels.dtype != job.dtype) {
      return Fail(NUMRS_BAD_DTYPE,
                  "%s: x has dtype %s, which computes in %s, expected %s, in which the weight is packed", function,
                  NameOf(x.dtype), NameOf(job.dtype), NameOf(pack->panels.dtype));
    }
    job.panels = &pack->panels;
    return NUMRS_OK;
  }
  Status Weights(const Run& run, PackedInput* dense) {
    const int64_t size = SizeOf(job.dtype);
    const bool aligned = !((reinterpret_cast<uintptr_t>(weight.data) | static_cast<uintptr_t>(weight.strides[0]) |
                            static_cast<uintptr_t>(weight.strides[1])) &
                           static_cast<uintptr_t>(size - 1));
    // C order, or transposed: read where they lie.
    const bool plain = weight.dtype == job.dtype && aligned && weight.size > 0 && !(weight.host && run.device) &&
                       ((weight.strides[1] == size && weight.strides[0] >= job.n * size) ||
                        (weight.strides[0] == size && weight.strides[1] >= job.k * size));
    if (plain) {
      job.weight = weight.data;
      job.weight_row = weight.strides[0] / size;
      job.weight_col = weight.strides[1] / size;
      return NUMRS_OK;
    }
    NUMRS_TRY(dense->Load(run, job.function, weight, job.dtype));
    job.weight = dense->data();
    job.weight_row = job.n;
    job.weight_col = 1;
    return NUMRS_OK;
  }
};

Status LoadOutput(const char* function, const char* argument, const numrs_view* in, int32_t result, int32_t ndim,
                  const int64_t* shape, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  NUMRS_TRY(CheckShape(function, argument, *out, ndim, shape));
  return CheckOutput(function, result, *out);
}

constexpr uint32_t kPackMagic = 0x6c706b31;  // "lpk1"

// A pack that was destroyed or is none is refused where the memory still tells (best effort).
Status CheckPack(const char* function, const numrs_linear_pack* pack) {
  if (!pack) return Fail(NUMRS_BAD_ARGUMENT, "%s: pack is NULL", function);
  if (pack->magic != kPackMagic) return Fail(NUMRS_BAD_ARGUMENT, "%s: pack is not a live numrs_linear_pack", function);
  return NUMRS_OK;
}

Status MakePack(numrs_context* context, const numrs_view* weight, numrs_linear_pack** out) {
  const char* const function = "linear_pack_create";
  if (!out) return Fail(NUMRS_BAD_ARGUMENT, "%s: the address for the pack is NULL", function);
  *out = nullptr;
  const Trace trace(function, weight);
  NUMRS_TRY(CheckContext(context, function));
  Layer l;
  NUMRS_TRY(LoadFloat(function, "weight", weight, &l.weight));
  if (l.weight.ndim != 2) {
    char is[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: weight has shape %s, expected (k, n)", function,
                ShapeText(l.weight, is, sizeof(is)));
  }
  numrs_linear_pack made{kPackMagic, l.weight.dtype, 0, Panels()};
  Panels& panels = made.panels;
  panels.dtype = l.job.dtype = NnComputed(l.weight.dtype);
  panels.k = l.job.k = l.weight.shape[0];
  panels.n = l.job.n = l.weight.shape[1];
  l.job.function = function;
  NUMRS_TRY(panels.Bytes(function, &made.bytes));
  const Run run = MakeRun(context);
  // The panels first: with them nothing but the copy of an odd weight can fail.
  std::unique_ptr<void, void (*)(void*)> object(PoolAllocate(sizeof(numrs_linear_pack)), PoolFree);
  std::unique_ptr<void, void (*)(void*)> memory(PoolAllocate(static_cast<size_t>(made.bytes)), PoolFree);
  if (!object || !memory)
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld bytes of panels", function,
                static_cast<long long>(made.bytes));
  panels.data = static_cast<char*>(memory.get());
  PackedInput dense;
  NUMRS_TRY(l.Weights(run, &dense));
  if (made.bytes > 0) NUMRS_TRY(PackAll(run, panels, l.job.weight, l.job.weight_row, l.job.weight_col));
  *out = new (object.release()) numrs_linear_pack(made);
  memory.release();
  return NUMRS_OK;
}

Status Columns(numrs_context* context, const numrs_linear_pack* pack, int64_t first, const numrs_view* y) {
  const char* const function = "linear_pack_columns";
  NUMRS_TRY(CheckContext(context, function));
  NUMRS_TRY(CheckPack(function, pack));
  View out;
  NUMRS_TRY(LoadView(function, "y", y, &out));
  const Panels& p = pack->panels;
  if (out.ndim != 2 || out.shape[0] != p.k) {
    char is[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: y has shape %s, expected (%lld, columns)", function,
                ShapeText(out, is, sizeof(is)), static_cast<long long>(p.k));
  }
  if (first < 0 || out.shape[1] > p.n || first > p.n - out.shape[1]) {
    return Fail(NUMRS_BAD_INDEX, "%s: columns %lld to %lld, expected some of 0 to %lld", function,
                static_cast<long long>(first), static_cast<long long>(first) + static_cast<long long>(out.shape[1]) - 1,
                static_cast<long long>(p.n) - 1);
  }
  NUMRS_TRY(CheckOutput(function, pack->dtype, out));
  const Run run = MakeRun(context);
  PackedOutput dense;
  NUMRS_TRY(dense.Open(run, function, out, p.dtype, false));
  if (out.size > 0) UnpackColumns(p, first, out.shape[1], dense.data());
  return dense.Commit(run, function);
}

Status Forward(const char* function, numrs_context* context, const numrs_view* x, const numrs_view* weight,
               const numrs_linear_pack* pack, const numrs_view* bias, const numrs_view* y, const numrs_view* pre,
               int32_t activation, double slope) {
  const Trace trace(function, x);
  NUMRS_TRY(pack ? CheckContext(context, function) : AdmitContext(context, function));  // packs lie on the host
  Layer l;
  View b, out, before;
  NUMRS_TRY(l.Load(function, x, weight, pack, activation, slope));
  if (bias) {
    NUMRS_TRY(LoadFloat(function, "bias", bias, &b));
    NUMRS_TRY(CheckShape(function, "bias", b, 1, &l.job.n));
  }
  NUMRS_TRY(LoadOutput(function, "out", y, l.result, l.x.ndim, l.shape, &out));
  if (pre) NUMRS_TRY(LoadOutput(function, "pre", pre, l.result, l.x.ndim, l.shape, &before));
  if (pre && RangesOverlap(out, before)) return Fail(NUMRS_OVERLAP, "%s: out and pre overlap", function);
  const Run run = MakeRun(context);
  const auto apart = [&](const View& v) {
    return RangesOverlap(l.x, v) || RangesOverlap(l.weight, v) || (bias && RangesOverlap(b, v));
  };
  PackedInput x_dense, weight_dense, bias_dense;
  PackedOutput y_dense, pre_dense;
  NUMRS_TRY(x_dense.Load(run, function, l.x, l.job.dtype));
  if (!pack) NUMRS_TRY(l.Weights(run, &weight_dense));
  if (bias) NUMRS_TRY(bias_dense.Load(run, function, b, l.job.dtype));
  NUMRS_TRY(y_dense.Open(run, function, out, l.job.dtype, apart(out)));
  if (pre) NUMRS_TRY(pre_dense.Open(run, function, before, l.job.dtype, apart(before)));
  NUMRS_TRY(LinearForward(run, l.job, x_dense.data(), bias ? bias_dense.data() : nullptr, y_dense.data(),
                          pre ? pre_dense.data() : nullptr));
  NUMRS_TRY(y_dense.Commit(run, function));
  return pre ? pre_dense.Commit(run, function) : static_cast<Status>(NUMRS_OK);
}

Status Backward(numrs_context* context, const numrs_view* grad, const numrs_view* x, const numrs_view* weight,
                const numrs_view* saved, const numrs_view* gx, const numrs_view* gw, const numrs_view* gb,
                int32_t activation, double slope) {
  const char* const function = "linear_backward";
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  Layer l;
  View g, kept, outputs[3];
  NUMRS_TRY(l.Load(function, x, weight, nullptr, activation, slope));
  NUMRS_TRY(LoadFloat(function, "grad", grad, &g));
  NUMRS_TRY(CheckShape(function, "grad", g, l.x.ndim, l.shape));
  const bool needs = activation != kLinearNone;
  if (needs) {
    NUMRS_TRY(LoadFloat(function, "saved", saved, &kept));
    NUMRS_TRY(CheckShape(function, "saved", kept, l.x.ndim, l.shape));
  }
  const int32_t result = Promote(l.result, g.dtype);
  if (result == kF64) l.job.dtype = kF64;
  const numrs_view* const views[3] = {gx, gw, gb};
  if (gx) NUMRS_TRY(LoadOutput(function, "gx", gx, result, l.x.ndim, l.x.shape, &outputs[0]));
  if (gw) NUMRS_TRY(LoadOutput(function, "gw", gw, result, 2, l.weight.shape, &outputs[1]));
  if (gb) NUMRS_TRY(LoadOutput(function, "gb", gb, result, 1, &l.job.n, &outputs[2]));
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < i; j++) {
      if (views[i] && views[j] && RangesOverlap(outputs[i], outputs[j]))
        return Fail(NUMRS_OVERLAP, "%s: outputs overlap each other", function);
    }
  }
  const Run run = MakeRun(context);
  PackedInput grad_dense, x_dense, weight_dense, saved_dense;
  NUMRS_TRY(grad_dense.Load(run, function, g, l.job.dtype));
  if (gw) NUMRS_TRY(x_dense.Load(run, function, l.x, l.job.dtype));
  if (gx) NUMRS_TRY(l.Weights(run, &weight_dense));
  if (needs) NUMRS_TRY(saved_dense.Load(run, function, kept, l.job.dtype));
  PackedOutput dense[3];
  for (int i = 0; i < 3; i++) {
    if (!views[i]) continue;
    const bool apart = RangesOverlap(g, outputs[i]) || RangesOverlap(l.x, outputs[i]) ||
                       RangesOverlap(l.weight, outputs[i]) || (needs && RangesOverlap(kept, outputs[i]));
    NUMRS_TRY(dense[i].Open(run, function, outputs[i], l.job.dtype, apart));
  }
  NUMRS_TRY(LinearBackward(run, l.job, grad_dense.data(), x_dense.data(), needs ? saved_dense.data() : nullptr,
                           dense[0].data(), dense[1].data(), dense[2].data()));
  for (int i = 0; i < 3; i++) {
    if (views[i]) NUMRS_TRY(dense[i].Commit(run, function));
  }
  return NUMRS_OK;
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_linear(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                     const numrs_view* bias, const numrs_view* y, const numrs_view* pre,
                                     int32_t activation, double slope) {
  return Guard([&] { return Forward("linear", context, x, weight, nullptr, bias, y, pre, activation, slope); });
}
extern "C" numrs_status numrs_linear_pack_create(numrs_context* context, const numrs_view* weight,
                                                 numrs_linear_pack** pack) {
  return Guard([&] { return MakePack(context, weight, pack); });
}
extern "C" void numrs_linear_pack_destroy(numrs_linear_pack* pack) {
  if (!pack || pack->magic != kPackMagic) return;
  pack->magic = 0;
  PoolFree(pack->panels.data);
  PoolFree(pack);
}
extern "C" numrs_status numrs_linear_pack_info(const numrs_linear_pack* pack, int64_t* k, int64_t* n, int32_t* dtype,
                                               int64_t* bytes) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckPack("linear_pack_info", pack));
    if (k) *k = pack->panels.k;
    if (n) *n = pack->panels.n;
    if (dtype) *dtype = pack->dtype;
    if (bytes) *bytes = pack->bytes;
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_linear_pack_columns(numrs_context* context, const numrs_linear_pack* pack, int64_t first,
                                                  const numrs_view* y) {
  return Guard([&] { return Columns(context, pack, first, y); });
}
extern "C" numrs_status numrs_linear_packed(numrs_context* context, const numrs_view* x, const numrs_linear_pack* pack,
                                            const numrs_view* bias, const numrs_view* y, const numrs_view* pre,
                                            int32_t activation, double slope) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckPack("linear_packed", pack));
    return Forward("linear_packed", context, x, nullptr, pack, bias, y, pre, activation, slope);
  });
}
extern "C" numrs_status numrs_linear_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                              const numrs_view* weight, const numrs_view* saved, const numrs_view* gx,
                                              const numrs_view* gw, const numrs_view* gb, int32_t activation,
                                              double slope) {
  return Guard([&] { return Backward(context, grad, x, weight, saved, gx, gw, gb, activation, slope); });
}
