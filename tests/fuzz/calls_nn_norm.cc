// Activation functions, softmax and normalisations on views under hostile operands; on contiguous memory: calls_raw.cc.
#include <limits>

#include "view_calls.h"

namespace fuzz {
namespace {

int32_t Floats(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_F32, NUMRS_F64, NUMRS_F16, NUMRS_BF16};
  return in->OneIn(12) ? AnyDtype(in) : kDtypes[in->Below(4)];
}
double Number(Input* in, double usual) {
  if (!in->OneIn(12)) return usual;
  static const double kWild[] = {0, -1, 1e300, std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity()};
  return kWild[in->Below(5)];
}

void ActivationCall(Call* call, Input* in, bool back) {
  const Shape s = AnyShape(in);
  const int32_t dtype = Floats(in), op = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(18);
  Operand g(in, s, dtype, false), x(in, s, in->OneIn(4) ? Floats(in) : dtype, false),
      y(in, s, ResultDtype(in, dtype), true);
  y.any_nan = true;
  const double a = Number(in, 0.5), b = Number(in, 20);
  Context context(in);
  if (back) {
    Check(call, in, {&g, &x, &y},
          [&] { return numrs_activation_backward(context.handle, op, g.get(), x.get(), y.get(), a, b); });
  } else {
    Check(call, in, {&x, &y}, [&] { return numrs_activation(context.handle, op, x.get(), y.get(), a, b); });
  }
}

void SoftmaxCall(Call* call, Input* in, bool back) {
  const Shape s = AnyShape(in);
  const int32_t dtype = Floats(in);
  const int32_t axis = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : s.ndim ? in->Below(2 * s.ndim) - s.ndim : 0;
  const int32_t log = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(2);
  Operand g(in, s, dtype, false), x(in, s, dtype, false), y(in, s, ResultDtype(in, dtype), true);
  y.any_nan = true;
  Context context(in);
  if (back) {
    Check(call, in, {&g, &x, &y},
          [&] { return numrs_softmax_backward(context.handle, g.get(), x.get(), y.get(), axis, log); });
  } else {
    Check(call, in, {&x, &y}, [&] { return numrs_softmax(context.handle, x.get(), y.get(), axis, log); });
  }
}

// layer_norm and rms_norm over the last axes.
void LayerCall(Call* call, Input* in, bool centred, bool back) {
  const Shape s = AnyShape(in);
  const int n = s.ndim ? 1 + in->Below(s.ndim) : 1;
  Shape rows, cols;
  for (int d = 0; d < s.ndim; ++d) (d < s.ndim - n ? rows : cols).Push(s.extents[d]);
  const int32_t dtype = Floats(in), n_axes = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : n;
  Operand g(in, s, dtype, false), x(in, s, dtype, false), w(in, cols, in->OneIn(4) ? Floats(in) : dtype, false),
      mean(in, rows, NUMRS_F64, false), rstd(in, rows, NUMRS_F64, false), y(in, s, ResultDtype(in, dtype), true);
  if (w.null) return;  // may be
  y.any_nan = true;
  const double eps = Number(in, 1e-5);
  Context context(in);
  if (!back) {
    Check(call, in, {&x, &w, &y}, [&] {
      if (centred)
        return numrs_layer_norm(context.handle, x.get(), w.get(), nullptr, y.get(), nullptr, nullptr, n_axes, eps);
      return numrs_rms_norm(context.handle, x.get(), w.get(), y.get(), nullptr, n_axes, eps);
    });
    return;
  }
  if (y.null) return;
  if (centred) {
    Check(call, in, {&g, &x, &w, &mean, &rstd, &y}, [&] {
      return numrs_layer_norm_backward(context.handle, g.get(), x.get(), w.get(), mean.get(), rstd.get(), y.get(),
                                       nullptr, nullptr, n_axes);
    });
  } else {
    Check(call, in, {&g, &x, &w, &rstd, &y}, [&] {
      return numrs_rms_norm_backward(context.handle, g.get(), x.get(), w.get(), rstd.get(), y.get(), nullptr, n_axes);
    });
  }
}

// group_norm and batch_norm; of the gradients that of x, or that of the weight.
void ChannelCall(Call* call, Input* in, bool by_group, bool back) {
  const Shape s = AnyShape(in);
  const int64_t channels = s.ndim > 1 ? s.extents[1] : 1;
  const int64_t groups = in->OneIn(24) ? in->Wild() : in->OneIn(2) || channels < 1 ? 1 : channels;
  Shape each, sets;
  each.Push(channels);
  if (by_group) {
    sets.Push(s.ndim > 0 ? s.extents[0] : 1);
    sets.Push(groups > 0 && groups <= 5000 ? groups : 1);
  } else {
    sets.Push(channels);
  }
  const int32_t dtype = Floats(in), training = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(2);
  const bool of_weight = back && in->OneIn(3);
  Operand g(in, s, dtype, false), x(in, s, dtype, false), w(in, each, dtype, false), mean(in, sets, NUMRS_F64, false),
      rstd(in, sets, NUMRS_F64, false), running(in, each, dtype, false), variance(in, each, dtype, false),
      y(in, of_weight ? each : s, ResultDtype(in, dtype), true);
  if (w.null || running.null || variance.null) return;
  y.any_nan = true;
  const double eps = Number(in, 1e-5);
  Context context(in);
  if (back) {
    if (y.null) return;
    const numrs_view *gx = of_weight ? nullptr : y.get(), *gweight = of_weight ? y.get() : nullptr;
    Check(call, in, {&g, &x, &w, &mean, &rstd, &y}, [&] {
      if (by_group)
        return numrs_group_norm_backward(context.handle, g.get(), x.get(), w.get(), mean.get(), rstd.get(), gx, gweight,
                                         nullptr, groups);
      return numrs_batch_norm_backward(context.handle, g.get(), x.get(), w.get(), mean.get(), rstd.get(), gx, gweight,
                                       nullptr, training);
    });
  } else if (by_group) {
    Check(call, in, {&x, &w, &y}, [&] {
      return numrs_group_norm(context.handle, x.get(), w.get(), nullptr, y.get(), nullptr, nullptr, groups, eps);
    });
  } else if (training == 0) {
    Check(call, in, {&x, &w, &running, &variance, &y}, [&] {
      return numrs_batch_norm(context.handle, x.get(), w.get(), nullptr, running.get(), variance.get(), y.get(),
                              nullptr, nullptr, 0, 0.1, eps);
    });
  } else {
    Check(call, in, {&x, &w, &y}, [&] {
      return numrs_batch_norm(context.handle, x.get(), w.get(), nullptr, nullptr, nullptr, y.get(), nullptr, nullptr,
                              training, 0.1, eps);
    });
  }
}

NUMRS_FUZZ(numrs_activation, 20, [](Call* c, Input* in) { ActivationCall(c, in, false); });
NUMRS_FUZZ(numrs_activation_backward, 20, [](Call* c, Input* in) { ActivationCall(c, in, true); });
NUMRS_FUZZ(numrs_softmax, 20, [](Call* c, Input* in) { SoftmaxCall(c, in, false); });
NUMRS_FUZZ(numrs_softmax_backward, 20, [](Call* c, Input* in) { SoftmaxCall(c, in, true); });
NUMRS_FUZZ(numrs_layer_norm, 20, [](Call* c, Input* in) { LayerCall(c, in, true, false); });
NUMRS_FUZZ(numrs_layer_norm_backward, 20, [](Call* c, Input* in) { LayerCall(c, in, true, true); });
NUMRS_FUZZ(numrs_rms_norm, 20, [](Call* c, Input* in) { LayerCall(c, in, false, false); });
NUMRS_FUZZ(numrs_rms_norm_backward, 20, [](Call* c, Input* in) { LayerCall(c, in, false, true); });
NUMRS_FUZZ(numrs_group_norm, 20, [](Call* c, Input* in) { ChannelCall(c, in, true, false); });
NUMRS_FUZZ(numrs_group_norm_backward, 20, [](Call* c, Input* in) { ChannelCall(c, in, true, true); });
NUMRS_FUZZ(numrs_batch_norm, 20, [](Call* c, Input* in) { ChannelCall(c, in, false, false); });
NUMRS_FUZZ(numrs_batch_norm_backward, 20, [](Call* c, Input* in) { ChannelCall(c, in, false, true); });

}  // namespace
}  // namespace fuzz
