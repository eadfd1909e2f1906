// Losses of pairs of elements, and their gradients: one kernel that branches to the loss, the same way in every thread.
#include <cmath>
#include <cstring>

#include "core/nn_loss.h"
#include "core/reduce_tables.h"
#include "cuda/elementwise.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"

namespace numrs {
namespace cuda {
namespace {

#include "ops/nn_loss-inl.h"

constexpr Ahead kAheadOf[kLossOps] = {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) Ahead::ahead,
#include "table/loss.def"
};

struct LossArgs {
  const void *x, *t, *v, *w;  // contiguous, of the computed dtype; v, w: or nullptr
  int64_t n;
  int32_t op;
  Ahead ahead;
  double p[2];
  void* y;               // values
  const void* grad;      // of each element, or nullptr
  const double* factor;  // of all, or nullptr: 1
  double divisor;
  void *gx, *gt, *gv;  // or nullptr
};

// a and b of Pair, as ComputeAhead of ops/nn_loss-inl.h has them.
template <typename T>
NUMRS_DEVICE void LookAhead(Ahead ahead, Pair<T>* e) {
  switch (ahead) {
    case Ahead::NONE:
      break;
    case Ahead::LOGS:
      e->a = std::log(e->x);
      e->b = std::log1p(-e->x);
      break;
    case Ahead::SOFT:
    case Ahead::SOFTM:
    case Ahead::COSH: {
      const T z = ahead == Ahead::SOFT ? e->x : ahead == Ahead::SOFTM ? e->x * e->t : 2 * (e->x - e->t);
      e->a = std::exp(-LossAbs(z));
      e->b = std::log1p(e->a);
      break;
    }
    case Ahead::EXPT:
      e->a = std::exp(e->t);
      break;
    case Ahead::EXPX:
      e->a = std::exp(e->x);
      if (e->p0 != 0) e->b = std::log(e->t);
      break;
    default: {  // a logarithm
      e->a = std::log(ahead == Ahead::LOGT ? e->t : ahead == Ahead::LOGX ? e->x + e->p1 : LossMax(e->v, e->p1));
      if (ahead == Ahead::LOGX && e->p0 != 0) e->b = std::log(e->t);
      break;
    }
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads) LossKernel(const LossArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.n) return;
  Pair<T> e;
  e.x = static_cast<const T*>(a.x)[i];
  e.t = static_cast<const T*>(a.t)[i];
  e.v = a.v ? static_cast<const T*>(a.v)[i] : T(1);
  e.a = e.b = 0;
  e.p0 = static_cast<T>(a.p[0]);
  e.p1 = static_cast<T>(a.p[1]);
  LookAhead(a.ahead, &e);
  const T w = a.w ? static_cast<const T*>(a.w)[i] : T(1);
  if (a.y) {
    T value = 0;
    switch (a.op) {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) \
  case id:                                               \
    value = Kernel::Value(e);                            \
    break;
#include "table/loss.def"
    }
    static_cast<T*>(a.y)[i] = w * value;
    return;
  }
  T dx = 0, dt = 0;
  switch (a.op) {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) \
  case id:                                               \
    dx = Kernel::Dx(e);                                  \
    dt = Kernel::Dt(e);                                  \
    break;
#include "table/loss.def"
  }
  const T scale = static_cast<T>((a.factor ? *a.factor : 1.0) / a.divisor);
  const T factor = a.grad ? static_cast<const T*>(a.grad)[i] * scale * w : scale * w;
  if (a.gx) static_cast<T*>(a.gx)[i] = factor * dx;
  if (a.gt) static_cast<T*>(a.gt)[i] = factor * dt;
  if (a.gv) static_cast<T*>(a.gv)[i] = factor * Gaussian::Dv(e);
}

struct Operands {
  Input x, t, v, w;
  explicit Operands(DeviceStream* stream) : x(stream), t(stream), v(stream), w(stream) {}
  Status Load(const LossCall& call, LossArgs* args) {
    const auto load = [&](Input* to, const View& v) -> Status {
      if (!There(v)) return NUMRS_OK;
      return to->Load(call.function, v, call.compute, call.ndim, call.shape);
    };
    NUMRS_TRY(load(&x, call.x));
    NUMRS_TRY(load(&t, call.t));
    NUMRS_TRY(load(&v, call.v));
    NUMRS_TRY(load(&w, call.w));
    args->x = x.data();
    args->t = t.data();
    args->v = v.data();
    args->w = w.data();
    args->n = call.size;
    args->op = call.op;
    args->ahead = kAheadOf[call.op];
    args->p[0] = call.p[0];
    args->p[1] = call.p[1];
    args->divisor = 1;
    return NUMRS_OK;
  }
};
Status LaunchLoss(DeviceStream* stream, const LossCall& call, const LossArgs& args) {
  return Launch(stream, call.function, call.compute == kF32 ? LossKernel<float> : LossKernel<double>,
                dim3(Blocks(call.size, kThreads)), dim3(kThreads), args);
}
Status CheckLoss(const LossCall& call) {
  if (call.compute != kF32 && call.compute != kF64) return NoKernelFor(call.function, call.compute);
  if ((call.size + kThreads - 1) / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", call.function);
  return NUMRS_OK;
}
bool OverlapsInputs(const LossCall& call, const View& out) {
  for (const View* v : {&call.x, &call.t, &call.v, &call.w, &call.grad}) {
    if (There(*v) && RangesOverlap(*v, out)) return true;
  }
  return false;
}

}  // namespace

Status Run_loss(DeviceStream* stream, const LossCall& call) {
  NUMRS_TRY(Use(stream->device));
  NUMRS_TRY(CheckLoss(call));
  Operands operands(stream);
  LossArgs args{};
  if (call.size > 0) NUMRS_TRY(operands.Load(call, &args));
  if (call.reduction == Reduction::NONE) {
    if (call.size == 0) return NUMRS_OK;
    Output y(stream);
    View out = call.y;
    NUMRS_TRY(y.Open(call.function, out, call.compute, true));
    args.y = y.data();
    NUMRS_TRY(LaunchLoss(stream, call, args));
    return y.Commit(call.function);
  }
  Scratch values(stream), total(stream);
  NUMRS_TRY(values.Take(call.size * SizeOf(call.compute)));
  NUMRS_TRY(total.Take(8));
  if (call.size > 0) {
    args.y = values.data();
    NUMRS_TRY(LaunchLoss(stream, call, args));
  }
  // Sums of float64, rounded once.
  const int64_t one = 1;
  ReduceJob sum;
  sum.function = call.function;
  sum.op = call.reduction == Reduction::MEAN ? kReduce_mean : kReduce_sum;
  sum.axes = 1;
  sum.compute = sum.result = call.compute;
  sum.x = ContiguousView(values.data(), call.compute, 1, &call.size);
  sum.y = ContiguousView(total.data(), call.compute, 1, &one);
  NUMRS_TRY(Reduce(stream, sum));
  return ConvertTo(stream, call.function, ContiguousView(total.data(), call.compute, 0, nullptr), call.y);
}

Status Run_loss_backward(DeviceStream* stream, const LossCall& call) {
  if (call.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  NUMRS_TRY(CheckLoss(call));
  Operands operands(stream);
  LossArgs args{};
  NUMRS_TRY(operands.Load(call, &args));
  Input upstream(stream);
  if (call.reduction == Reduction::NONE) {
    NUMRS_TRY(upstream.Load(call.function, call.grad, call.compute, call.ndim, call.shape));
    args.grad = upstream.data();
  } else {
    NUMRS_TRY(upstream.Load(call.function, call.grad, kF64));
    args.factor = reinterpret_cast<const double*>(upstream.data());
    if (call.reduction == Reduction::MEAN) args.divisor = static_cast<double>(call.size);
  }
  Output gx(stream), gt(stream), gv(stream);
  Output* const outputs[] = {&gx, &gt, &gv};
  const View* const views[] = {&call.gx, &call.gt, &call.gv};
  void** const places[] = {&args.gx, &args.gt, &args.gv};
  for (int k = 0; k < 3; k++) {
    if (!There(*views[k])) continue;
    NUMRS_TRY(outputs[k]->Open(call.function, *views[k], call.compute, OverlapsInputs(call, *views[k])));
    *places[k] = outputs[k]->data();
  }
  NUMRS_TRY(LaunchLoss(stream, call, args));
  for (int k = 0; k < 3; k++) {
    if (There(*views[k])) NUMRS_TRY(outputs[k]->Commit(call.function));
  }
  return NUMRS_OK;
}

}  // namespace cuda
}  // namespace numrs
