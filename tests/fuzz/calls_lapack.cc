// Calls of lapack.h: stacks of matrices, mostly of the shapes that go together, with several outputs.
#include "view_calls.h"

namespace fuzz {
namespace {

// Check for several outputs; those in `optional` may be NULL. No output lies in the memory of another operand here.
template <class F>
void CheckMany(Call* call, Input* in, std::initializer_list<Operand*> inputs, std::initializer_list<Operand*> outputs,
               std::initializer_list<Operand*> optional, F&& f) {
  bool wrong = false;
  const auto judge = [&](Operand* o, bool may_be_null) {
    const Verdict verdict = o->Judge();
    if (verdict == Verdict::kRefuse && !(may_be_null && o->null)) wrong = true;
    return verdict != Verdict::kOutside;
  };
  for (Operand* o : inputs)
    if (!judge(o, false)) return;
  for (Operand* o : outputs)
    if (!judge(o, false)) return;
  for (Operand* o : optional)
    if (!judge(o, true)) return;
  const numrs_status status = Watched(call, in, wrong, f);
  for (Operand* o : inputs)
    if (!o->block.Unchanged()) Die(*call, "changed an input");
  for (const auto& list : {outputs, optional}) {
    for (Operand* o : list) {
      if (status == NUMRS_OK) {
        if (!o->GapsUnchanged()) Die(*call, "wrote beside the elements of its output");
      } else if (!o->block.Unchanged()) {
        Die(*call, "changed an output and returned an error");
      }
    }
  }
}

// A stack and the extents of its matrices. Integers mostly: bytes at random make floats that are not finite.
struct Stack {
  Shape batch;
  int64_t m, n;
  int32_t dtype, result, real, both;

  Stack(Input* in, bool square) {
    for (int d = in->Below(3); d > 0; --d) batch.Push(in->Below(4));
    n = in->OneIn(10) ? 0 : 1 + in->Below(in->OneIn(4) ? 20 : 6);
    m = square ? n : in->Below(8);
    static const int32_t kDtypes[] = {NUMRS_I8,  NUMRS_U8,  NUMRS_I16, NUMRS_BOOL,
                                      NUMRS_F32, NUMRS_F64, NUMRS_C64, NUMRS_C128};
    dtype = in->OneIn(8) ? AnyDtype(in) : kDtypes[in->Below(8)];
    result = dtype == NUMRS_F32 || dtype == NUMRS_C64 || dtype == NUMRS_C128 ? dtype : NUMRS_F64;
    if (dtype == NUMRS_F16 || dtype == NUMRS_BF16) result = NUMRS_F32;
    real = result == NUMRS_C64 ? NUMRS_F32 : result == NUMRS_C128 ? NUMRS_F64 : result;
    both = result == NUMRS_F32 ? NUMRS_C64 : result == NUMRS_F64 ? NUMRS_C128 : result;
  }
  Shape Of(std::initializer_list<int64_t> item) const {
    Shape s = batch;
    for (int64_t extent : item) s.Push(extent);
    return s;
  }
};

int32_t Flag(Input* in) { return in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(2); }

void Cholesky(Call* call, Input* in) {
  const Stack t(in, true);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), y(in, t.Of({t.n, t.n}), ResultDtype(in, t.result), true);
  const int32_t upper = Flag(in);
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_cholesky(context.handle, x.get(), y.get(), upper); });
}

void Solve(Call* call, Input* in) {
  const Stack t(in, true);
  const int64_t k = in->Below(5);
  const bool line = in->OneIn(4), plain = in->OneIn(3);
  const Shape column = line ? Shape() : t.Of({});
  Shape b = line ? Shape() : plain ? Shape() : column, y = t.Of({t.n});
  b.Push(t.n);
  if (!line) {
    b.Push(k);
    y.Push(k);
  }
  Operand a(in, t.Of({t.n, t.n}), t.dtype, false), rights(in, b, t.dtype, false),
      out(in, y, ResultDtype(in, t.result), true);
  out.any_nan = true;
  Context context(in);
  Check(call, in, {&a, &rights, &out}, [&] { return numrs_solve(context.handle, a.get(), rights.get(), out.get()); });
}

void Inverse(Call* call, Input* in) {
  const Stack t(in, true);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), y(in, t.Of({t.n, t.n}), ResultDtype(in, t.result), true);
  y.any_nan = true;
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_inv(context.handle, x.get(), y.get()); });
}

void Determinant(Call* call, Input* in) {
  const Stack t(in, true);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), y(in, t.Of({}), ResultDtype(in, t.result), true);
  y.any_nan = true;
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_det(context.handle, x.get(), y.get()); });
}

void LogDeterminant(Call* call, Input* in) {
  const Stack t(in, true);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), sign(in, t.Of({}), ResultDtype(in, t.result), true),
      size(in, t.Of({}), ResultDtype(in, t.real), true);
  Context context(in);
  CheckMany(call, in, {&x}, {&sign, &size}, {},
            [&] { return numrs_slogdet(context.handle, x.get(), sign.get(), size.get()); });
}

void Qr(Call* call, Input* in) {
  const Stack t(in, false);
  const int32_t complete = Flag(in);
  const int64_t c = complete ? t.m : t.m < t.n ? t.m : t.n;
  Operand x(in, t.Of({t.m, t.n}), t.dtype, false), q(in, t.Of({t.m, c}), ResultDtype(in, t.result), true),
      r(in, t.Of({c, t.n}), ResultDtype(in, t.result), true);
  Context context(in);
  CheckMany(call, in, {&x}, {&r}, {&q}, [&] { return numrs_qr(context.handle, x.get(), q.get(), r.get(), complete); });
}

void Eigh(Call* call, Input* in) {
  const Stack t(in, true);
  const int32_t upper = Flag(in);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), w(in, t.Of({t.n}), ResultDtype(in, t.real), true),
      v(in, t.Of({t.n, t.n}), ResultDtype(in, t.result), true);
  Context context(in);
  CheckMany(call, in, {&x}, {&w}, {&v}, [&] { return numrs_eigh(context.handle, x.get(), w.get(), v.get(), upper); });
}

void Eig(Call* call, Input* in) {
  const Stack t(in, true);
  Operand x(in, t.Of({t.n, t.n}), t.dtype, false), w(in, t.Of({t.n}), t.both, true),
      v(in, t.Of({t.n, t.n}), t.both, true);
  Context context(in);
  CheckMany(call, in, {&x}, {&w}, {&v}, [&] { return numrs_eig(context.handle, x.get(), w.get(), v.get()); });
}

void Svd(Call* call, Input* in) {
  const Stack t(in, false);
  const int32_t full = Flag(in);
  const int64_t c = t.m < t.n ? t.m : t.n;
  Operand x(in, t.Of({t.m, t.n}), t.dtype, false), u(in, t.Of({t.m, full ? t.m : c}), ResultDtype(in, t.result), true),
      s(in, t.Of({c}), ResultDtype(in, t.real), true),
      vh(in, t.Of({full ? t.n : c, t.n}), ResultDtype(in, t.result), true);
  if (in->OneIn(6)) u.null = vh.null = true;
  Context context(in);
  CheckMany(call, in, {&x}, {&s}, {&u, &vh},
            [&] { return numrs_svd(context.handle, x.get(), u.get(), s.get(), vh.get(), full); });
}

void Lstsq(Call* call, Input* in) {
  const Stack t(in, false);
  const int64_t k = in->Below(4);
  const bool line = in->OneIn(4);
  Shape b = line ? Shape() : t.Of({}), y = t.Of({t.n});
  b.Push(t.m);
  if (!line) {
    b.Push(k);
    y.Push(k);
  }
  Operand a(in, t.Of({t.m, t.n}), t.dtype, false), rights(in, b, t.dtype, false),
      out(in, y, ResultDtype(in, t.result), true), rank(in, t.Of({}), ResultDtype(in, NUMRS_I64), true),
      s(in, t.Of({t.m < t.n ? t.m : t.n}), ResultDtype(in, t.real), true);
  const double rcond = in->OneIn(12) ? 0.0 / (in->Below(2) - 0.0) : in->Below(3) * 1e-8;
  Context context(in);
  CheckMany(call, in, {&a, &rights}, {&out, &rank, &s}, {},
            [&] { return numrs_lstsq(context.handle, a.get(), rights.get(), out.get(), rank.get(), s.get(), rcond); });
}

NUMRS_FUZZ(numrs_cholesky, 10, Cholesky);
NUMRS_FUZZ(numrs_solve, 20, Solve);
NUMRS_FUZZ(numrs_inv, 10, Inverse);
NUMRS_FUZZ(numrs_det, 10, Determinant);
NUMRS_FUZZ(numrs_slogdet, 8, LogDeterminant);
NUMRS_FUZZ(numrs_qr, 12, Qr);
NUMRS_FUZZ(numrs_eigh, 12, Eigh);
NUMRS_FUZZ(numrs_eig, 8, Eig);
NUMRS_FUZZ(numrs_svd, 12, Svd);
NUMRS_FUZZ(numrs_lstsq, 10, Lstsq);

}  // namespace
}  // namespace fuzz
