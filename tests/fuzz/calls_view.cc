// The functions on views under hostile operands. Each says which shapes go together; what is checked is the same for
// all.
#include "view_calls.h"

namespace fuzz {
namespace {

// Operations of a family: those that take any dtype, so that a new row of a table is called without a word here.
template <class F>
int32_t Count(F&& takes) {
  int32_t count = 0;
  for (int32_t op = 0; op < 200; ++op) {
    for (int32_t dtype = 1; dtype < 32; ++dtype) {
      if (takes(op, dtype) == NUMRS_OK) count = op + 1;
    }
  }
  return count;
}

int32_t Op(Input* in, int32_t count) { return in->OneIn(60) ? static_cast<int32_t>(in->Wild()) : in->Below(count); }

void Unary(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t k, r;
    return numrs_unary_dtypes(op, dtype, &k, &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in);
  int32_t compute = 0, result = 0;
  numrs_unary_dtypes(op, dtype, &compute, &result);
  const Shape s = AnyShape(in);
  Operand x(in, Broadcastable(in, s), dtype, false), y(in, s, ResultDtype(in, result), true);
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_unary(context.handle, op, x.get(), y.get()); });
}

void Convert(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Operand x(in, Broadcastable(in, s), AnyDtype(in), false), y(in, s, AnyDtype(in), true);
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_convert(context.handle, x.get(), y.get()); });
}

void Binary(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t k, r;
    return numrs_binary_dtypes(op, dtype, dtype, &k, &r);
  });
  const int32_t op = Op(in, count), first = AnyDtype(in), second = in->OneIn(2) ? first : AnyDtype(in);
  int32_t compute = 0, result = 0;
  numrs_binary_dtypes(op, first, second, &compute, &result);
  const Shape s = AnyShape(in);
  Operand a(in, Broadcastable(in, s), first, false), b(in, Broadcastable(in, s), second, false),
      y(in, s, ResultDtype(in, result), true);
  y.any_nan = true;  // of two
  Context context(in);
  Check(call, in, {&a, &b, &y}, [&] { return numrs_binary(context.handle, op, a.get(), b.get(), y.get()); });
}

void Ternary(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t k, r;
    return numrs_ternary_dtypes(op, op == NUMRS_OP_WHERE ? static_cast<int32_t>(NUMRS_BOOL) : dtype, dtype, dtype, &k,
                                &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in);
  const int32_t first = op == NUMRS_OP_WHERE && !in->OneIn(6) ? NUMRS_BOOL : dtype;
  int32_t compute = 0, result = 0;
  numrs_ternary_dtypes(op, first, dtype, dtype, &compute, &result);
  const Shape s = AnyShape(in);
  Operand a(in, Broadcastable(in, s), first, false), b(in, Broadcastable(in, s), dtype, false),
      c(in, Broadcastable(in, s), dtype, false), y(in, s, ResultDtype(in, result), true);
  Context context(in);
  Check(call, in, {&a, &b, &c, &y},
        [&] { return numrs_ternary(context.handle, op, a.get(), b.get(), c.get(), y.get()); });
}

void Reduce(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t r;
    return numrs_reduce_dtype(op, dtype, &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in);
  int32_t result = 0;
  numrs_reduce_dtype(op, dtype, &result);
  const Shape s = AnyShape(in);
  // Some of the axes, each once, counted from either end; now and then a wrong list.
  int32_t axes[kMostDims] = {}, n_axes = 0;
  bool reduced[kMostDims] = {};
  const bool index = op == NUMRS_OP_ARGMIN || op == NUMRS_OP_ARGMAX;
  for (int d = 0; d < s.ndim; ++d) {
    if (in->OneIn(2) && !(index && n_axes == 1)) {
      reduced[d] = true;
      axes[n_axes++] = in->OneIn(2) ? d : d - s.ndim;
    }
  }
  if (n_axes == 0 && (index || in->OneIn(2))) {
    n_axes = -1;
    for (bool& r : reduced) r = true;
  }
  const bool keep = in->OneIn(3);
  Shape r;
  for (int d = 0; d < s.ndim; ++d) {
    if (!reduced[d] || keep) r.Push(reduced[d] ? 1 : s.extents[d]);
  }
  bool wrong = false;
  if (in->OneIn(24)) {
    wrong = true;
    if (n_axes > 0 && in->OneIn(2)) {
      axes[n_axes] = axes[0], ++n_axes;
    } else {
      axes[n_axes > 0 ? n_axes - 1 : 0] = in->OneIn(2) ? s.ndim : -s.ndim - 1;
      n_axes = n_axes > 0 ? n_axes : 1;
    }
  } else if (in->OneIn(40)) {
    wrong = true;
    n_axes = in->OneIn(2) ? -2 : 1000000;
  }
  const bool masked = in->OneIn(5);
  Operand x(in, s, dtype, false), where(in, Broadcastable(in, s), in->OneIn(20) ? AnyDtype(in) : NUMRS_BOOL, false),
      y(in, r, ResultDtype(in, result), true);
  const double correction = in->OneIn(3) ? static_cast<double>(in->Wild()) : in->Below(3);
  Context context(in);
  const auto f = [&] {
    return numrs_reduce(context.handle, op, x.get(), masked ? where.get() : nullptr, y.get(),
                        n_axes < 0 && in->OneIn(2) ? nullptr : axes, n_axes, correction);
  };
  if (wrong) {
    if (x.Judge() != Verdict::kFine || y.Judge() != Verdict::kFine || (masked && where.Judge() != Verdict::kFine))
      return;
    if (x.view.ndim != s.ndim) return;  // other dimensions than it was made with: the axes may be right
    Watched(call, in, true, f);
    if (!y.block.Unchanged() || !x.block.Unchanged()) Die(*call, "changed memory and returned an error");
  } else if (masked && !where.null) {
    Check(call, in, {&x, &where, &y}, f);
  } else if (!masked) {
    Check(call, in, {&x, &y}, f);
  }
}

void Scan(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t r;
    return numrs_scan_dtype(op, dtype, &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in);
  int32_t result = 0;
  numrs_scan_dtype(op, dtype, &result);
  const Shape s = AnyShape(in);
  Shape r = s;
  const int axis = s.ndim ? in->Below(s.ndim) : 0;
  const int32_t initial = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->OneIn(4);
  if (s.ndim && initial == 1) ++r.extents[axis];
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  Operand x(in, s, dtype, false), y(in, r, ResultDtype(in, result), true);
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_scan(context.handle, op, x.get(), y.get(), named, initial); });
}

void Rolling(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t r;
    return numrs_rolling_dtype(op, dtype, &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in), second = AnyDtype(in);
  int32_t result = 0;
  numrs_rolling_dtype(op, dtype, &result);
  const Shape s = AnyShape(in);
  const int axis = s.ndim ? in->Below(s.ndim) : 0;
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  const int n = s.ndim ? static_cast<int>(s.extents[axis]) : 0;
  const bool two = op == NUMRS_OP_ROLLING_COV || op == NUMRS_OP_ROLLING_CORR;
  const bool no_options = in->OneIn(200);
  numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.window = in->OneIn(10) ? in->Wild() : 1 + in->Below(n < 300 ? n + 4 : 300);
  options.min_periods = in->OneIn(20) ? in->Wild() : in->OneIn(2) ? 0 : in->Below(4) - 1;
  options.step = in->OneIn(30) ? in->Wild() : in->OneIn(4) ? in->Below(5) : 0;
  options.closed = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->OneIn(3) ? in->Below(4) : 0;
  options.center = in->OneIn(40) ? 2 : in->OneIn(4);
  options.method = in->OneIn(4) ? in->Below(14) : 0;
  options.flags = in->OneIn(4) ? in->Below(5) : 0;
  options.reserved = in->OneIn(60);
  options.parameter = in->OneIn(12) ? static_cast<double>(in->Wild()) : in->Below(5) * 0.25;
  if (in->OneIn(60)) options.struct_size = static_cast<uint32_t>(in->Wild());
  std::vector<int64_t> starts, ends;
  std::vector<double> weights;
  if (in->OneIn(4)) {  // explicit bounds: moving ones, any ones, wrong ones
    const int outputs = in->OneIn(3) ? in->Below(40) : n;
    const bool moving = in->OneIn(2);
    for (int i = 0; i < outputs; ++i) {
      const int from = moving ? (i < n ? i : n) : in->Below(n + 1);
      starts.push_back(in->OneIn(2000) ? in->Wild() : from);
      ends.push_back(in->OneIn(2000) ? in->Wild() : from + in->Below(n - from + 1));
    }
    options.window = in->OneIn(30);
    options.step = in->OneIn(30) ? 2 : 0;
    options.starts = starts.data();
    options.ends = in->OneIn(30) ? nullptr : ends.data();
    options.n_bounds = outputs;
  } else if (in->OneIn(8) && options.window > 0 && options.window < 400) {
    for (int64_t i = 0; i < options.window; ++i) weights.push_back(in->Below(9) * 0.5);
    options.weights = weights.data();
  }
  int64_t outputs = n;
  const bool told = numrs_rolling_length(n, &options, &outputs) == NUMRS_OK;
  if (!told && outputs != n) Die(*call, "numrs_rolling_length told something and returned an error");
  if (outputs > 40000) return;
  Shape r = s;
  if (s.ndim) r.extents[axis] = outputs;
  Operand x(in, s, dtype, false), x2(in, s, second, false), y(in, r, ResultDtype(in, result), true);
  Context context(in);
  const auto f = [&] {
    return numrs_rolling(context.handle, op, x.get(), two ? x2.get() : nullptr, y.get(), named,
                         no_options ? nullptr : &options);
  };
  if (two)
    Check(call, in, {&x, &x2, &y}, f);
  else
    Check(call, in, {&x, &y}, f);
}

void Ewm(Call* call, Input* in) {
  const int32_t op = in->OneIn(40) ? static_cast<int32_t>(in->Wild()) : in->Below(NUMRS_OP_EWM_CORR + 1);
  const int32_t dtype = AnyDtype(in);
  const Shape s = AnyShape(in);
  const int axis = s.ndim ? in->Below(s.ndim) : 0;
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  const bool two = op == NUMRS_OP_EWM_COV || op == NUMRS_OP_EWM_CORR;
  numrs_ewm_options options = NUMRS_EWM_OPTIONS_INIT;
  options.adjust = in->OneIn(40) ? 2 : in->OneIn(2);
  options.ignore_missing = in->OneIn(2);
  options.unbiased = in->OneIn(2);
  options.min_periods = in->OneIn(40) ? in->Wild() : in->Below(4);
  options.alpha = in->OneIn(20) ? static_cast<double>(in->Wild()) : (1 + in->Below(8)) * 0.125;
  std::vector<double> factors;
  if (s.ndim && in->OneIn(3)) {
    for (int64_t i = 0; i < s.extents[axis]; ++i) factors.push_back(in->OneIn(3000) ? 1.5 : in->Below(5) * 0.25);
    options.factors = factors.data();
    options.n_factors = s.extents[axis] + in->OneIn(40);
  }
  if (in->OneIn(60)) options.struct_size = static_cast<uint32_t>(in->Wild());
  Operand x(in, s, dtype, false), x2(in, s, AnyDtype(in), false),
      y(in, s, ResultDtype(in, dtype == NUMRS_F32 ? NUMRS_F32 : NUMRS_F64), true);
  // A view with one element more than it was made with may find as many factors: the last one is not used up.
  factors.push_back(0.5);
  if (options.factors) options.factors = factors.data();
  if (options.factors && (x.view.ndim != s.ndim || s.Count() == 0)) return;
  Context context(in);
  const auto f = [&] {
    return numrs_ewm(context.handle, op, x.get(), two ? x2.get() : nullptr, y.get(), named, &options);
  };
  if (two)
    Check(call, in, {&x, &x2, &y}, f);
  else
    Check(call, in, {&x, &y}, f);
}

void Vecdot(Call* call, Input* in) {
  const int32_t first = AnyDtype(in), second = in->OneIn(2) ? first : AnyDtype(in);
  const Shape s = AnyShape(in);
  const int axis = s.ndim ? in->Below(s.ndim) : 0;
  Shape r;
  for (int d = 0; d < s.ndim; ++d) {
    if (d != axis) r.Push(s.extents[d]);
  }
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  Operand a(in, Broadcastable(in, s), first, false), b(in, Broadcastable(in, s), second, false),
      y(in, r, ResultDtype(in, numrs_promote(first, second)), true);
  Context context(in);
  Check(call, in, {&a, &b, &y}, [&] { return numrs_vecdot(context.handle, a.get(), b.get(), y.get(), named); });
}

void Svdvals(Call* call, Input* in) {
  const int32_t dtype = in->OneIn(3) ? AnyDtype(in) : in->OneIn(2) ? NUMRS_F32 : NUMRS_F64;
  Shape s, r;
  for (int d = in->Below(3); d > 0; --d) s.Push(in->Below(4));
  r = s;
  const int64_t m = in->Below(9), n = in->Below(9);
  s.Push(m);
  if (!in->OneIn(24)) s.Push(n);
  r.Push(m < n ? m : n);
  Operand x(in, s, dtype, false), y(in, r, ResultDtype(in, dtype == NUMRS_F32 ? NUMRS_F32 : NUMRS_F64), true);
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_svdvals(context.handle, x.get(), y.get()); });
}

void Stat(Call* call, Input* in) {
  static const int32_t count = Count([](int32_t op, int32_t dtype) {
    int32_t r;
    return numrs_stat_dtype(op, dtype, dtype, &r);
  });
  const int32_t op = Op(in, count), dtype = AnyDtype(in), second = in->OneIn(3) ? AnyDtype(in) : dtype;
  int32_t inputs = 1, outputs = 1, result = 0;
  if (numrs_stat_shape(op, &inputs, &outputs) == NUMRS_OK) numrs_stat_dtype(op, dtype, second, &result);
  const Shape s = AnyShape(in);
  int32_t axes[8], n_axes = 0;
  bool reduced[8] = {};
  for (int d = 0; d < s.ndim; ++d) {
    if (in->OneIn(2)) reduced[d] = true, axes[n_axes++] = in->OneIn(2) ? d : d - s.ndim;
  }
  if (n_axes == 0 && in->OneIn(2)) {
    n_axes = -1;
    for (bool& r : reduced) r = true;
  }
  int64_t line = 1;
  for (int d = 0; d < s.ndim; ++d) line *= reduced[d] ? s.extents[d] : 1;
  if (outputs == 4 && line > 300) return;  // theilslopes: quadratic
  Shape r = s;
  if (outputs > 0) {
    const bool keep = in->OneIn(3);
    r = Shape();
    for (int d = 0; d < s.ndim; ++d) {
      if (!reduced[d] || keep) r.Push(reduced[d] ? 1 : s.extents[d]);
    }
    if (outputs > 1) r.Push(outputs);
  }
  static const double kParameters[] = {0, 1, 0.1, 0.5, 3, -1, 6, 1e300};
  double parameters[2];
  for (double& p : parameters) p = in->OneIn(12) ? 0.0 / (in->Below(2) - 0.0) : kParameters[in->Below(8)];
  const bool masked = outputs > 0 && in->OneIn(5), two = (inputs == 2) != in->OneIn(40);
  Operand x(in, s, dtype, false), x2(in, Broadcastable(in, s), second, false),
      where(in, Broadcastable(in, s), NUMRS_BOOL, false), y(in, r, ResultDtype(in, result), true);
  const int32_t given = in->OneIn(2) ? 0 : in->Below(4);
  Context context(in);
  const auto f = [&] {
    return numrs_stat(context.handle, op, x.get(), two ? x2.get() : nullptr, masked ? where.get() : nullptr, y.get(),
                      axes, n_axes, parameters, given < 3 ? given : 1);
  };
  if (two && x2.null) return;
  if (masked && where.null) return;
  if (two && masked)
    Check(call, in, {&x, &x2, &where, &y}, f);
  else if (two)
    Check(call, in, {&x, &x2, &y}, f);
  else if (masked)
    Check(call, in, {&x, &where, &y}, f);
  else
    Check(call, in, {&x, &y}, f);
}

void Group(Call* call, Input* in) {
  const int32_t op = in->OneIn(40) ? static_cast<int32_t>(in->Wild()) : in->Below(11), dtype = AnyDtype(in);
  int32_t result = 0;
  numrs_group_dtype(op, dtype, &result);
  Shape s = AnyShape(in), k, r;
  if (!s.ndim) s.Push(1 + in->Below(20));
  r = s;
  const int axis = in->Below(s.ndim);
  k.Push(s.extents[axis]);
  r.extents[axis] = in->OneIn(10) ? 0 : 1 + in->Below(255);
  if (r.Count() > 20000) return;
  const int32_t named = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - s.ndim;
  Operand x(in, s, dtype, false), keys(in, k, in->OneIn(6) ? AnyDtype(in) : NUMRS_U8, false),
      y(in, r, ResultDtype(in, result), true);
  const double parameter = in->OneIn(12) ? 0.0 / (in->Below(2) - 0.0) : in->Below(4) * 0.5;
  Check(call, in, {&x, &keys, &y},
        [&] { return numrs_group(nullptr, op, x.get(), keys.get(), y.get(), named, parameter); });
}

void Histogram(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Shape e, c;
  const int bins = in->OneIn(20) ? 0 : 1 + in->Below(20);
  e.Push(bins + 1);
  c.Push(bins);
  const bool weighted = in->OneIn(3);
  Operand x(in, s, AnyDtype(in), false), weights(in, s, AnyDtype(in), false),
      edges(in, e, in->OneIn(2) ? NUMRS_BOOL : AnyDtype(in), false),
      y(in, c, ResultDtype(in, weighted ? NUMRS_F64 : NUMRS_I64), true);
  if (weighted && weights.null) return;
  const auto f = [&] {
    return numrs_histogram(nullptr, x.get(), weighted ? weights.get() : nullptr, edges.get(), y.get());
  };
  if (weighted)
    Check(call, in, {&x, &weights, &edges, &y}, f);
  else
    Check(call, in, {&x, &edges, &y}, f);
}

using ShapeFunction = numrs_status (*)(const numrs_view*, const numrs_view*, int32_t*, int64_t*);
using ProductFunction = numrs_status (*)(numrs_context*, const numrs_view*, const numrs_view*, const numrs_view*);

// The three products: operands that go together mostly, and the output as the shape function says.
void Product(Call* call, Input* in, ShapeFunction shape, ProductFunction product, int kind) {
  const int32_t first = AnyDtype(in), second = in->OneIn(2) ? first : AnyDtype(in);
  const Shape batch = in->OneIn(3) ? AnyShape(in) : Shape();
  Shape left = batch.ndim > 2 || batch.Count() > 50 ? Shape() : batch, right = left;
  const int64_t m = in->Below(12), k = in->OneIn(20) ? 0 : 1 + in->Below(in->OneIn(10) ? 300 : 12), n = in->Below(12);
  if (kind == 0) {  // matmul
    if (!in->OneIn(6)) left.Push(m);
    left.Push(k);
    right.Push(k);
    if (!in->OneIn(6)) right.Push(n);
  } else {
    left.Push(m);
    right.Push(n);
    if (kind == 1) left.Push(k), right.Push(k);
  }
  Operand a(in, left, first, false), b(in, right, second, false);
  int32_t ndim = 0;
  int64_t extents[NUMRS_MAX_NDIM] = {};
  Shape r;
  const bool fine = a.Judge() == Verdict::kFine && b.Judge() == Verdict::kFine;
  if (a.Judge() != Verdict::kOutside && b.Judge() != Verdict::kOutside &&
      shape(a.get(), b.get(), &ndim, extents) == NUMRS_OK) {
    if (!fine) Die(*call, "the shape function took a wrong view");
    if (ndim < 0 || ndim > NUMRS_MAX_NDIM)
      Die(*call, "the shape function told a number of dimensions that there is not");
    for (int d = 0; d < ndim; ++d) {
      if (extents[d] > 40000) return;  // of operands of no elements
      r.Push(extents[d]);
    }
    if (r.Count() > 40000) return;
  }
  Operand y(in, r, ResultDtype(in, numrs_promote(first, second)), true);
  y.any_nan = true;
  Context context(in);
  Check(call, in, {&a, &b, &y}, [&] { return product(context.handle, a.get(), b.get(), y.get()); });
}

// Functions that only tell a shape: wild views, which they read no element of.
void TellShape(Call* call, Input* in, ShapeFunction shape) {
  Operand a(in, AnyShape(in), AnyDtype(in), false), b(in, AnyShape(in), AnyDtype(in), false);
  int32_t ndim = -7;
  int64_t extents[NUMRS_MAX_NDIM];
  const bool wrong = a.Judge() == Verdict::kRefuse || b.Judge() == Verdict::kRefuse;
  const int null = in->OneIn(20) ? in->Below(2) : 2;
  Watched(call, in, wrong || null < 2,
          [&] { return shape(a.get(), b.get(), null == 0 ? nullptr : &ndim, null == 1 ? nullptr : extents); });
}

NUMRS_FUZZ(numrs_unary, 40, Unary);
NUMRS_FUZZ(numrs_convert, 20, Convert);
NUMRS_FUZZ(numrs_binary, 60, Binary);
NUMRS_FUZZ(numrs_ternary, 30, Ternary);
NUMRS_FUZZ(numrs_reduce, 80, Reduce);
NUMRS_FUZZ(numrs_scan, 30, Scan);
NUMRS_FUZZ(numrs_rolling, 100, Rolling);
NUMRS_FUZZ(numrs_ewm, 40, Ewm);
NUMRS_FUZZ(numrs_vecdot, 20, Vecdot);
NUMRS_FUZZ(numrs_stat, 60, Stat);
NUMRS_FUZZ(numrs_group, 20, Group);
NUMRS_FUZZ(numrs_histogram, 15, Histogram);
NUMRS_FUZZ(numrs_stat_dtype, 3, [](Call* call, Input* in) {
  const int32_t op = in->OneIn(2) ? in->Below(30) : static_cast<int32_t>(in->Wild()), x = AnyDtype(in),
                x2 = in->OneIn(2) ? AnyDtype(in) : static_cast<int32_t>(in->Wild());
  int32_t result = 0;
  const bool null = in->OneIn(10);
  Watched(call, in, null, [&] { return numrs_stat_dtype(op, x, x2, null ? nullptr : &result); });
});
NUMRS_FUZZ(numrs_stat_shape, 3, [](Call* call, Input* in) {
  const int32_t op = in->OneIn(2) ? in->Below(30) : static_cast<int32_t>(in->Wild());
  int32_t inputs = 0, outputs = 0;
  const bool null = in->OneIn(10);
  Watched(call, in, null, [&] { return numrs_stat_shape(op, null ? nullptr : &inputs, &outputs); });
});
NUMRS_FUZZ(numrs_matmul, 50, [](Call* c, Input* in) { Product(c, in, numrs_matmul_shape, numrs_matmul, 0); });
NUMRS_FUZZ(numrs_inner, 15, [](Call* c, Input* in) { Product(c, in, numrs_inner_shape, numrs_inner, 1); });
NUMRS_FUZZ(numrs_outer, 15, [](Call* c, Input* in) { Product(c, in, numrs_outer_shape, numrs_outer, 2); });
NUMRS_FUZZ(numrs_svdvals, 10, Svdvals);
NUMRS_FUZZ(numrs_matmul_shape, 5, [](Call* c, Input* in) { TellShape(c, in, numrs_matmul_shape); });
NUMRS_FUZZ(numrs_inner_shape, 5, [](Call* c, Input* in) { TellShape(c, in, numrs_inner_shape); });
NUMRS_FUZZ(numrs_outer_shape, 5, [](Call* c, Input* in) { TellShape(c, in, numrs_outer_shape); });

// A view against its memory: Check compares the answers of all others; here the base itself is wild.
NUMRS_FUZZ(numrs_view_check, 10, [](Call* call, Input* in) {
  Operand x(in, AnyShape(in), AnyDtype(in), false);
  const size_t bytes = in->OneIn(2) ? x.block.bytes() : static_cast<size_t>(in->Wild());
  const void* base = in->OneIn(8) ? nullptr : x.block.data();
  Watched(call, in, x.Judge() == Verdict::kRefuse, [&] { return numrs_view_check(x.get(), base, bytes); });
});

}  // namespace
}  // namespace fuzz
