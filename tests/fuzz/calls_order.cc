// Sorting and order statistics on views under hostile operands.
#include "view_calls.h"

namespace fuzz {
namespace {

// Some of the axes, each once, counted from either end; `rest`: the shape without them, or with extents 1.
int32_t SomeAxes(Input* in, const Shape& s, int32_t* axes, Shape* rest) {
  bool reduced[kMostDims] = {};
  int32_t n_axes = 0;
  for (int d = 0; d < s.ndim; ++d) {
    if (!in->OneIn(2)) continue;
    reduced[d] = true;
    axes[n_axes++] = in->OneIn(2) ? d : d - s.ndim;
  }
  if (n_axes == 0 && in->OneIn(2)) {
    n_axes = -1;
    for (bool& r : reduced) r = true;
  }
  const bool keep = in->OneIn(3);
  for (int d = 0; d < s.ndim; ++d) {
    if (!reduced[d] || keep) rest->Push(reduced[d] ? 1 : s.extents[d]);
  }
  return n_axes;
}

// Results of x's shape; f takes axis and flags.
template <class F>
void OrderAlong(Call* call, Input* in, int32_t result, F&& f) {
  const Shape s = AnyShape(in);
  const int32_t dtype = AnyDtype(in), axis = s.ndim ? in->Below(s.ndim) : 0;
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  Operand x(in, s, dtype, false), y(in, s, ResultDtype(in, result ? result : dtype), true);
  Context context(in);
  const int32_t flags = in->OneIn(12) ? static_cast<int32_t>(in->Wild()) : in->Below(2);
  Check(call, in, {&x, &y}, [&] { return f(context.handle, x.get(), y.get(), named, flags); });
}

template <class F>
void PartitionCall(Call* call, Input* in, int32_t result, F&& f) {
  int64_t kth[3];
  const int64_t n_kth = in->OneIn(20) ? in->Below(3) - 1 : 1 + in->Below(3);
  for (int64_t& k : kth) k = in->OneIn(20) ? in->Wild() : in->Below(9) - 4;
  const int64_t* kth_or_null = in->OneIn(40) ? nullptr : kth;
  OrderAlong(call, in, result, [&](auto context, auto x, auto y, int32_t axis, int32_t) {
    return f(context, x, y, kth_or_null, n_kth, axis, 0);
  });
}

// One value of every line, or n_q.
template <class F>
void OrderReduced(Call* call, Input* in, int64_t n_q, F&& f) {
  const Shape s = AnyShape(in);
  int32_t axes[kMostDims] = {};
  Shape r, rest;
  const int32_t n_axes = SomeAxes(in, s, axes, &rest);
  if (n_q >= 0) r.Push(n_q);
  for (int d = 0; d < rest.ndim; ++d) r.Push(rest.extents[d]);
  const int32_t dtype = AnyDtype(in);
  const bool masked = in->OneIn(4);
  Operand x(in, s, dtype, false), where(in, Broadcastable(in, s), NUMRS_BOOL, false),
      y(in, r, ResultDtype(in, dtype == NUMRS_F32 ? NUMRS_F32 : NUMRS_F64), true);
  if (masked && where.null) return;
  Context context(in);
  const int32_t flags = in->OneIn(2) ? 0 : in->OneIn(12) ? static_cast<int32_t>(in->Wild()) : 2;
  const auto g = [&] {
    return f(context.handle, x.get(), masked ? where.get() : nullptr, y.get(), axes, n_axes, flags);
  };
  if (masked) {
    Check(call, in, {&x, &where, &y}, g);
  } else {
    Check(call, in, {&x, &y}, g);
  }
}

void QuantileCall(Call* call, Input* in) {
  double q[20];
  const int64_t n_q = in->OneIn(8) ? in->Below(20) : 1 + in->Below(3);
  for (double& value : q)
    value = in->OneIn(80) ? 0.0 / (in->Below(2) - 0.0) : in->Below(17) / (in->OneIn(40) ? 8.0 : 16.0);
  const int32_t method = in->OneIn(20) ? static_cast<int32_t>(in->Wild()) : in->Below(13);
  OrderReduced(call, in, n_q, [&](auto context, auto x, auto where, auto y, auto axes, int32_t n_axes, int32_t flags) {
    return numrs_quantile(context, x, where, nullptr, y, q, n_q, axes, n_axes, method, flags);
  });
}

void WeightedCall(Call* call, Input* in) {
  const double q[2] = {in->Below(5) / 4.0, in->Below(5) / 4.0};
  const Shape s = AnyShape(in);
  Shape r;
  r.Push(2);
  const int32_t dtype = AnyDtype(in);
  Operand x(in, s, dtype, false), weights(in, Broadcastable(in, s), AnyDtype(in), false),
      y(in, r, ResultDtype(in, dtype == NUMRS_F32 ? NUMRS_F32 : NUMRS_F64), true);
  if (weights.null) return;
  Context context(in);
  const int32_t flags = 2 * in->Below(2);
  Check(call, in, {&x, &weights, &y}, [&] {
    return numrs_quantile(context.handle, x.get(), nullptr, weights.get(), y.get(), q, 2, nullptr, -1,
                          NUMRS_QUANTILE_INVERTED_CDF, flags);
  });
}

void TopKCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Shape r = s;
  const int32_t dtype = AnyDtype(in), axis = s.ndim ? in->Below(s.ndim) : 0;
  const int64_t k = in->OneIn(24) ? in->Wild() : s.ndim ? in->Below(static_cast<int>(s.extents[axis]) + 1) : 0;
  if (s.ndim && k >= 0 && k <= s.extents[axis]) r.extents[axis] = k;
  Operand x(in, s, dtype, false), indices(in, r, NUMRS_I64, true), y(in, r, ResultDtype(in, dtype), true);
  if (indices.Judge() != Verdict::kFine) return;
  Context context(in);
  const int32_t flags = in->Below(4) * 4;
  // The indices are an output too: only the values are watched.
  Check(call, in, {&x, &y},
        [&] { return numrs_topk(context.handle, x.get(), y.get(), indices.get(), k, axis, flags); });
  if (!indices.GapsUnchanged()) Die(*call, "wrote beside the indices");
}

void SearchCall(Call* call, Input* in) {
  Shape line;
  line.Push(in->OneIn(20) ? 0 : 1 + in->Below(60));
  const Shape s = AnyShape(in);
  Operand x1(in, in->OneIn(20) ? AnyShape(in) : line, AnyDtype(in), false), x2(in, s, AnyDtype(in), false),
      y(in, s, ResultDtype(in, NUMRS_I64), true);
  Operand sorter(in, line, NUMRS_I64, false);
  const bool sorted = sorter.Judge() != Verdict::kFine || in->OneIn(2);
  Context context(in);
  const int32_t flags = in->OneIn(2) ? 0 : in->OneIn(8) ? static_cast<int32_t>(in->Wild()) : 16;
  Check(call, in, {&x1, &x2, &y}, [&] {
    return numrs_searchsorted(context.handle, x1.get(), x2.get(), sorted ? nullptr : sorter.get(), y.get(), flags);
  });
}

void InterpCall(Call* call, Input* in) {
  Shape line;
  line.Push(in->OneIn(20) ? 0 : 1 + in->Below(60));
  const Shape s = AnyShape(in);
  Operand x(in, s, AnyDtype(in), false), xp(in, in->OneIn(20) ? AnyShape(in) : line, AnyDtype(in), false),
      fp(in, line, AnyDtype(in), false), y(in, s, ResultDtype(in, NUMRS_F64), true);
  if (fp.Judge() != Verdict::kFine) return;
  Context context(in);
  const double left = in->Below(5) * 0.5, right = in->OneIn(12) ? static_cast<double>(in->Wild()) : -1;
  Check(call, in, {&x, &xp, &y},
        [&] { return numrs_interp(context.handle, x.get(), xp.get(), fp.get(), y.get(), left, right); });
}

void UniqueCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Shape line;
  line.Push(s.Count());
  const int32_t dtype = AnyDtype(in);
  Operand x(in, s, dtype, false), indices(in, line, NUMRS_I64, true), inverse(in, s, NUMRS_I64, true),
      counts(in, line, NUMRS_I64, true), y(in, line, ResultDtype(in, dtype), true);
  if (indices.Judge() != Verdict::kFine || inverse.Judge() != Verdict::kFine || counts.Judge() != Verdict::kFine)
    return;
  const int which = in->Below(8);
  int64_t count = -1;
  int64_t* count_or_null = in->OneIn(40) ? nullptr : &count;
  Context context(in);
  Check(call, in, {&x, &y}, [&] {
    return numrs_unique(context.handle, x.get(), y.get(), which & 1 ? indices.get() : nullptr,
                        which & 2 ? inverse.get() : nullptr, which & 4 ? counts.get() : nullptr, count_or_null);
  });
}

NUMRS_FUZZ(numrs_sort, 20, [](Call* c, Input* in) { OrderAlong(c, in, 0, numrs_sort); });
NUMRS_FUZZ(numrs_argsort, 20, [](Call* c, Input* in) { OrderAlong(c, in, NUMRS_I64, numrs_argsort); });
NUMRS_FUZZ(numrs_rankdata, 15, [](Call* c, Input* in) {
  const int32_t method = in->OneIn(20) ? static_cast<int32_t>(in->Wild()) : in->Below(5);
  OrderAlong(c, in, NUMRS_F64, [&](auto context, auto x, auto y, int32_t axis, int32_t flags) {
    return numrs_rankdata(context, x, y, axis, method, 2 * flags);
  });
});
NUMRS_FUZZ(numrs_partition, 15, [](Call* c, Input* in) { PartitionCall(c, in, 0, numrs_partition); });
NUMRS_FUZZ(numrs_argpartition, 15, [](Call* c, Input* in) { PartitionCall(c, in, NUMRS_I64, numrs_argpartition); });
NUMRS_FUZZ(numrs_topk, 15, TopKCall);
NUMRS_FUZZ(numrs_searchsorted, 15, SearchCall);
NUMRS_FUZZ(numrs_interp, 10, InterpCall);
NUMRS_FUZZ(numrs_unique, 15, UniqueCall);
NUMRS_FUZZ(numrs_median, 20, [](Call* c, Input* in) { OrderReduced(c, in, -1, numrs_median); });
NUMRS_FUZZ(numrs_quantile, 30, [](Call* c, Input* in) { in->OneIn(4) ? WeightedCall(c, in) : QuantileCall(c, in); });
NUMRS_FUZZ(numrs_mad, 15, [](Call* c, Input* in) {
  const double scale = in->OneIn(8) ? 0.0 : 0.5;
  OrderReduced(c, in, -1, [&](auto context, auto x, auto where, auto y, auto axes, int32_t n_axes, int32_t flags) {
    return numrs_mad(context, x, where, y, axes, n_axes, scale, flags);
  });
});
NUMRS_FUZZ(numrs_iqr, 15, [](Call* c, Input* in) {
  const int32_t method = in->Below(14);
  OrderReduced(c, in, -1, [&](auto context, auto x, auto where, auto y, auto axes, int32_t n_axes, int32_t flags) {
    return numrs_iqr(context, x, where, y, axes, n_axes, 1, method, flags);
  });
});

}  // namespace
}  // namespace fuzz
