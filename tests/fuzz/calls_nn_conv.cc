// Linear layers, convolutions and pools on views under hostile operands.
#include "view_calls.h"

namespace fuzz {
namespace {

int32_t FloatDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_F32, NUMRS_F32, NUMRS_F64, NUMRS_F64, NUMRS_F16, NUMRS_BF16};
  return in->OneIn(30) ? AnyDtype(in) : kDtypes[in->Below(6)];
}
int64_t Small(Input* in) { return in->OneIn(20) ? 0 : in->OneIn(8) ? 1 + in->Below(40) : 1 + in->Below(6); }

void Linear(Call* call, Input* in) {
  Shape xs, ws, bs, ys;
  for (int d = in->Below(3); d-- > 0;) xs.Push(Small(in));
  ys = xs;
  const int64_t k = Small(in), n = Small(in);
  xs.Push(k), ws.Push(k), ws.Push(n), bs.Push(n), ys.Push(n);
  const int32_t dtype = FloatDtype(in);
  Operand x(in, xs, dtype, false), w(in, ws, dtype, false), b(in, bs, dtype, false),
      y(in, ys, ResultDtype(in, dtype), true);
  y.any_nan = true;
  const bool biased = in->OneIn(2) && !b.null;
  const int32_t activation = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(19) - 1;
  Context context(in);
  if (biased)
    Check(call, in, {&x, &w, &b, &y},
          [&] { return numrs_linear(context.handle, x.get(), w.get(), b.get(), y.get(), nullptr, activation, 0.1); });
  else
    Check(call, in, {&x, &w, &y},
          [&] { return numrs_linear(context.handle, x.get(), w.get(), nullptr, y.get(), nullptr, activation, 0.1); });
}

struct PackHandle {
  numrs_linear_pack* pack = nullptr;
  ~PackHandle() { numrs_linear_pack_destroy(pack); }
  // Of a weight without tricks; false where there is no memory for it.
  bool Make(Input* in, const Shape& shape, int32_t dtype) {
    Operand w(in, shape, dtype, false);
    return w.Judge() == Verdict::kFine && numrs_linear_pack_create(nullptr, w.get(), &pack) == NUMRS_OK;
  }
};

void PackCreate(Call* call, Input* in) {
  Shape ws;
  ws.Push(Small(in)), ws.Push(Small(in));
  if (in->OneIn(20)) ws.Push(1);
  Operand w(in, ws, FloatDtype(in), false);
  if (w.Judge() == Verdict::kOutside) return;
  const bool null = in->OneIn(12);
  Context context(in);
  PackHandle handle;
  Watched(call, in, null || w.Judge() == Verdict::kRefuse, [&] {
    numrs_linear_pack_destroy(handle.pack);
    handle.pack = nullptr;
    return numrs_linear_pack_create(context.handle, w.get(), null ? nullptr : &handle.pack);
  });
  if (!w.block.Unchanged()) Die(*call, "changed an input");
}

void PackInfo(Call* call, Input* in) {
  Shape ws;
  ws.Push(Small(in)), ws.Push(Small(in));
  PackHandle handle;
  handle.Make(in, ws, NUMRS_F32);
  int64_t k = 0, n = 0, bytes = 0;
  int32_t dtype = 0;
  const bool some = in->OneIn(2);
  Watched(call, in, !handle.pack, [&] {
    return numrs_linear_pack_info(handle.pack, &k, some ? &n : nullptr, &dtype, some ? &bytes : nullptr);
  });
}

void PackColumns(Call* call, Input* in) {
  const int64_t k = Small(in), n = Small(in), columns = in->Below(static_cast<int>(n) + 1);
  Shape ws, ys;
  ws.Push(k), ws.Push(n), ys.Push(k), ys.Push(columns);
  const int32_t dtype = FloatDtype(in);
  PackHandle handle;
  if (!handle.Make(in, ws, dtype) && !in->OneIn(20)) return;
  const int64_t first = in->OneIn(12) ? in->Wild() : in->Below(static_cast<int>(n - columns) + 1);
  Operand y(in, ys, ResultDtype(in, dtype), true);
  Context context(in);
  Check(call, in, {&y}, [&] { return numrs_linear_pack_columns(context.handle, handle.pack, first, y.get()); });
}

void LinearPacked(Call* call, Input* in) {
  Shape xs, ws, bs, ys;
  for (int d = in->Below(3); d-- > 0;) xs.Push(Small(in));
  ys = xs;
  const int64_t k = Small(in), n = Small(in);
  xs.Push(k), ws.Push(k), ws.Push(n), bs.Push(n), ys.Push(n);
  const int32_t dtype = FloatDtype(in);
  PackHandle handle;
  if (!handle.Make(in, ws, in->OneIn(8) ? FloatDtype(in) : dtype) && !in->OneIn(20)) return;
  Operand x(in, xs, dtype, false), b(in, bs, dtype, false), y(in, ys, ResultDtype(in, dtype), true);
  y.any_nan = true;
  const bool biased = in->OneIn(2) && !b.null;
  const int32_t activation = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(19) - 1;
  Context context(in);
  const auto run = [&](const numrs_view* bias) {
    return numrs_linear_packed(context.handle, x.get(), handle.pack, bias, y.get(), nullptr, activation, 0.1);
  };
  if (biased)
    Check(call, in, {&x, &b, &y}, [&] { return run(b.get()); });
  else
    Check(call, in, {&x, &y}, [&] { return run(nullptr); });
}

void LinearBackward(Call* call, Input* in) {
  Shape xs, ws, bs, ys;
  for (int d = in->Below(3); d-- > 0;) xs.Push(Small(in));
  ys = xs;
  const int64_t k = Small(in), n = Small(in);
  xs.Push(k), ws.Push(k), ws.Push(n), bs.Push(n), ys.Push(n);
  const int32_t dtype = FloatDtype(in), which = in->Below(3);
  Operand g(in, ys, dtype, false), x(in, xs, dtype, false), w(in, ws, dtype, false), s(in, ys, dtype, false);
  Operand y(in, which == 0 ? xs : which == 1 ? ws : bs, ResultDtype(in, dtype), true);
  y.any_nan = true;
  if (y.null) return;  // not wanted
  const int32_t activation = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(18);
  Context context(in);
  Check(call, in, {&g, &x, &w, &s, &y}, [&] {
    return numrs_linear_backward(context.handle, g.get(), x.get(), w.get(), s.get(), which == 0 ? y.get() : nullptr,
                                 which == 1 ? y.get() : nullptr, which == 2 ? y.get() : nullptr, activation, 0.1);
  });
}

// Honest numbers of windows, or one that is wild.
struct Numbers {
  int64_t stride[2], padding[4], dilation[2], kernel[2];
  explicit Numbers(Input* in) {
    for (int d = 0; d < 2; ++d) {
      kernel[d] = 1 + in->Below(4);
      stride[d] = 1 + in->Below(3);
      dilation[d] = in->OneIn(3) ? 1 + in->Below(3) : 1;
      padding[2 * d] = in->Below(3);
      padding[2 * d + 1] = in->OneIn(3) ? in->Below(3) : padding[2 * d];
    }
  }
  void Spoil(Input* in) {
    if (!in->OneIn(30)) return;
    const int d = in->Below(2);
    (in->OneIn(3) ? stride : in->OneIn(2) ? dilation : padding)[d] = in->Wild();
  }
};

enum Convolution { kForward, kBackward, kTransposed, kTransposedBackward };

void Conv(Call* call, Input* in, Convolution kind) {
  const bool transposed = kind == kTransposed || kind == kTransposedBackward;
  const int spatial = 1 + in->Below(2);
  Numbers p(in);
  int64_t groups = in->OneIn(3) ? 1 + in->Below(3) : 1;
  const int64_t n = in->OneIn(16) ? 0 : 1 + in->Below(2), c_in = groups * (in->OneIn(16) ? 0 : 1 + in->Below(4)),
                c_out = groups * (in->OneIn(16) ? 0 : 1 + in->Below(4));
  Shape xs, ws, ys, bs;
  xs.Push(n), xs.Push(c_in), ys.Push(n), ys.Push(c_out), bs.Push(c_out);
  ws.Push(transposed ? c_in : c_out), ws.Push((transposed ? c_out : c_in) / groups);
  for (int i = 0; i < spatial; ++i) {
    const int64_t x = in->OneIn(6) ? 1 + in->Below(40) : 1 + in->Below(9),
                  reach = p.dilation[i] * (p.kernel[i] - 1) + 1;
    const int64_t before = p.padding[2 * i], behind = p.padding[2 * i + 1];
    const int64_t room = transposed ? (x - 1) * p.stride[i] - before - behind + reach : x + before + behind - reach;
    xs.Push(x), ws.Push(p.kernel[i]);
    ys.Push(room < 0 ? 1 : transposed ? room : room / p.stride[i] + 1);
  }
  p.Spoil(in);
  if (in->OneIn(40)) groups = in->Wild();
  const int32_t dtype = FloatDtype(in), which = in->Below(3);
  Operand x(in, xs, dtype, false), w(in, ws, dtype, false), b(in, bs, dtype, false);
  Context context(in);
  if (kind == kForward || kind == kTransposed) {
    Operand y(in, ys, ResultDtype(in, dtype), true);
    y.any_nan = true;
    if (b.null) return;  // no bias
    const auto f = kind == kForward ? numrs_conv : numrs_conv_transpose;
    Check(call, in, {&x, &w, &b, &y}, [&] {
      return f(context.handle, x.get(), w.get(), b.get(), y.get(), p.stride, p.padding, p.dilation, groups);
    });
    return;
  }
  Operand g(in, ys, dtype, false), y(in, which == 0 ? xs : which == 1 ? ws : bs, ResultDtype(in, dtype), true);
  y.any_nan = true;
  if (y.null) return;  // not wanted
  const auto f = kind == kBackward ? numrs_conv_backward : numrs_conv_transpose_backward;
  Check(call, in, {&g, &x, &w, &y}, [&] {
    return f(context.handle, g.get(), x.get(), w.get(), which == 0 ? y.get() : nullptr, which == 1 ? y.get() : nullptr,
             which == 2 ? y.get() : nullptr, p.stride, p.padding, p.dilation, groups);
  });
}

enum Pool { kMax, kAvg, kAvgBackward, kAdaptiveAvg, kAdaptiveAvgBackward, kAdaptiveMax };

void PoolCall(Call* call, Input* in, Pool kind) {
  const int spatial = 1 + in->Below(2);
  Numbers p(in);
  Shape xs, ys;
  for (int d = in->Below(3); d-- > 0;) xs.Push(in->OneIn(16) ? 0 : 1 + in->Below(3));
  ys = xs;
  for (int i = 0; i < spatial; ++i) {
    if (kind != kMax) p.dilation[i] = 1;
    const int64_t x = in->OneIn(6) ? 1 + in->Below(40) : 1 + in->Below(9),
                  reach = p.dilation[i] * (p.kernel[i] - 1) + 1;
    p.padding[i] = in->Below(static_cast<int>(reach / 2 + 1));
    const int64_t room = x + 2 * p.padding[i] - reach;
    xs.Push(x);
    ys.Push(kind >= kAdaptiveAvg ? Small(in) : room < 0 ? 1 : room / p.stride[i] + 1);
  }
  p.Spoil(in);
  const int32_t dtype = FloatDtype(in), include = in->OneIn(40) ? 2 : in->Below(2);
  const int32_t named = in->OneIn(40) ? static_cast<int32_t>(in->Wild()) : spatial;
  const bool backward = kind == kAvgBackward || kind == kAdaptiveAvgBackward;
  Operand x(in, backward ? ys : xs, dtype, false), y(in, backward ? xs : ys, ResultDtype(in, dtype), true);
  y.any_nan = true;
  Context context(in);
  Check(call, in, {&x, &y}, [&] {
    numrs_context* const c = context.handle;
    switch (kind) {
      case kMax:
        return numrs_max_pool(c, x.get(), y.get(), nullptr, named, p.kernel, p.stride, p.padding, p.dilation);
      case kAvg:
        return numrs_avg_pool(c, x.get(), y.get(), named, p.kernel, p.stride, p.padding, include, 0);
      case kAvgBackward:
        return numrs_avg_pool_backward(c, x.get(), y.get(), named, p.kernel, p.stride, p.padding, include, 0);
      case kAdaptiveAvg:
        return numrs_adaptive_avg_pool(c, x.get(), y.get(), named);
      case kAdaptiveAvgBackward:
        return numrs_adaptive_avg_pool_backward(c, x.get(), y.get(), named);
      default:
        return numrs_adaptive_max_pool(c, x.get(), y.get(), nullptr, named);
    }
  });
}

void MaxBackward(Call* call, Input* in) {
  Shape xs, ys;
  for (int d = in->Below(3); d-- > 0;) xs.Push(in->OneIn(16) ? 0 : 1 + in->Below(3));
  ys = xs;
  const int64_t h = 1 + in->Below(6), w = 1 + in->Below(6);
  xs.Push(h), xs.Push(w), ys.Push(1 + in->Below(4)), ys.Push(1 + in->Below(4));
  const int32_t dtype = FloatDtype(in);
  Operand g(in, ys, dtype, false), at(in, ys, in->OneIn(20) ? AnyDtype(in) : NUMRS_I64, false),
      y(in, xs, ResultDtype(in, dtype), true);
  y.any_nan = true;
  if (at.Judge() == Verdict::kFine && at.view.dtype == NUMRS_I64 && !in->OneIn(6)) {
    at.ForEach([&](size_t place) {
      const int64_t value = in->Below(static_cast<int>(h * w));
      std::memcpy(at.block.data() + place, &value, sizeof(value));
    });
    at.block.Remember();
  }
  Context context(in);
  Check(call, in, {&g, &at, &y},
        [&] { return numrs_max_pool_backward(context.handle, g.get(), at.get(), y.get(), 2); });
}

NUMRS_FUZZ(numrs_linear, 20, Linear);
NUMRS_FUZZ(numrs_linear_pack_create, 8, PackCreate);
NUMRS_FUZZ(numrs_linear_pack_destroy, 1, PackCreate);
NUMRS_FUZZ(numrs_linear_pack_info, 1, PackInfo);
NUMRS_FUZZ(numrs_linear_pack_columns, 8, PackColumns);
NUMRS_FUZZ(numrs_linear_packed, 16, LinearPacked);
NUMRS_FUZZ(numrs_linear_backward, 20, LinearBackward);
NUMRS_FUZZ(numrs_conv, 20, [](Call* c, Input* in) { Conv(c, in, kForward); });
NUMRS_FUZZ(numrs_conv_backward, 20, [](Call* c, Input* in) { Conv(c, in, kBackward); });
NUMRS_FUZZ(numrs_conv_transpose, 15, [](Call* c, Input* in) { Conv(c, in, kTransposed); });
NUMRS_FUZZ(numrs_conv_transpose_backward, 15, [](Call* c, Input* in) { Conv(c, in, kTransposedBackward); });
NUMRS_FUZZ(numrs_max_pool, 15, [](Call* c, Input* in) { PoolCall(c, in, kMax); });
NUMRS_FUZZ(numrs_max_pool_backward, 15, MaxBackward);
NUMRS_FUZZ(numrs_avg_pool, 10, [](Call* c, Input* in) { PoolCall(c, in, kAvg); });
NUMRS_FUZZ(numrs_avg_pool_backward, 10, [](Call* c, Input* in) { PoolCall(c, in, kAvgBackward); });
NUMRS_FUZZ(numrs_adaptive_avg_pool, 10, [](Call* c, Input* in) { PoolCall(c, in, kAdaptiveAvg); });
NUMRS_FUZZ(numrs_adaptive_avg_pool_backward, 10, [](Call* c, Input* in) { PoolCall(c, in, kAdaptiveAvgBackward); });
NUMRS_FUZZ(numrs_adaptive_max_pool, 10, [](Call* c, Input* in) { PoolCall(c, in, kAdaptiveMax); });

}  // namespace
}  // namespace fuzz
