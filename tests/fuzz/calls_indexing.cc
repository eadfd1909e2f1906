// Gathers and scatters on views under hostile operands, indices in and out of range.
#include "view_calls.h"

namespace fuzz {
namespace {

int32_t IndexDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_I64, NUMRS_I8,  NUMRS_I16, NUMRS_I32,
                                    NUMRS_U8,  NUMRS_U16, NUMRS_U32, NUMRS_U64};
  return in->OneIn(24) ? AnyDtype(in) : kDtypes[in->OneIn(2) ? 0 : in->Below(8)];
}

// Mostly what the extent allows, whatever the random bytes say.
void Tame(Input* in, Operand* indices, int64_t extent) {
  if (indices->Judge() != Verdict::kFine || indices->null || extent <= 0 || in->OneIn(8)) return;
  const int32_t size = numrs_dtype_size(indices->view.dtype);
  const bool is_signed = indices->view.dtype >= NUMRS_I8 && indices->view.dtype <= NUMRS_I64;
  const int below = static_cast<int>(extent < 100 ? extent : 100);
  indices->ForEach([&](size_t at) {
    int64_t value = in->Below(below);
    if (is_signed && in->OneIn(3)) value -= below;
    std::memcpy(indices->block.data() + at, &value, static_cast<size_t>(size));  // little-endian
  });
  indices->block.Remember();
}

int32_t Named(Input* in, int ndim, int32_t axis) {
  return in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->OneIn(2) ? axis : axis - ndim;
}

void TakeCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Shape at, r;
  for (int d = in->Below(3); d-- > 0;) at.Push(in->OneIn(16) ? 0 : 1 + in->Below(5));
  const int32_t dtype = AnyDtype(in), axis = s.ndim ? in->Below(s.ndim) : 0;
  for (int d = 0; d < s.ndim; ++d) {
    if (d != axis) r.Push(s.extents[d]);
    for (int k = 0; d == axis && k < at.ndim; ++k) r.Push(at.extents[k]);
  }
  const int32_t named = Named(in, s.ndim, axis);
  Operand x(in, s, dtype, false), indices(in, at, IndexDtype(in), false), y(in, r, ResultDtype(in, dtype), true);
  Tame(in, &indices, s.ndim ? s.extents[axis] : 0);
  Context context(in);
  Check(call, in, {&x, &indices, &y},
        [&] { return numrs_take(context.handle, x.get(), indices.get(), y.get(), named); });
}

void AlongCall(Call* call, Input* in, bool put) {
  const Shape s = AnyShape(in);
  const int32_t dtype = AnyDtype(in), axis = s.ndim ? in->Below(s.ndim) : 0;
  Shape at = s, r = s;
  for (int d = 0; d < s.ndim; ++d) {
    if (d == axis) at.extents[d] = r.extents[d] = in->OneIn(16) ? 0 : 1 + in->Below(6);
    if (d != axis && in->OneIn(10)) at.extents[d] = 1;
  }
  const int32_t named = Named(in, s.ndim, axis);
  if (put) {
    Operand indices(in, at, IndexDtype(in), false), values(in, Broadcastable(in, r), dtype, false),
        y(in, s, ResultDtype(in, dtype), true);
    Tame(in, &indices, s.ndim ? s.extents[axis] : 0);
    Context context(in);
    Check(call, in, {&indices, &values, &y},
          [&] { return numrs_put_along_axis(context.handle, indices.get(), values.get(), y.get(), named); });
    return;
  }
  Operand x(in, s, dtype, false), indices(in, at, IndexDtype(in), false), y(in, r, ResultDtype(in, dtype), true);
  Tame(in, &indices, s.ndim ? s.extents[axis] : 0);
  Context context(in);
  Check(call, in, {&x, &indices, &y},
        [&] { return numrs_take_along_axis(context.handle, x.get(), indices.get(), y.get(), named); });
}

void NonzeroCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Operand x(in, s, AnyDtype(in), false);
  int64_t found = 0;
  if (x.Judge() == Verdict::kFine && !x.null) (void)numrs_nonzero(nullptr, x.get(), nullptr, &found);
  Shape r;
  r.Push(s.ndim);
  r.Push(in->OneIn(12) ? in->Below(9) : found);
  Operand y(in, r, ResultDtype(in, NUMRS_I64), true);
  if (y.null) return;  // counts only
  int64_t count = -1;
  int64_t* count_or_null = in->OneIn(40) ? nullptr : &count;
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_nonzero(context.handle, x.get(), y.get(), count_or_null); });
}

NUMRS_FUZZ(numrs_take, 20, TakeCall);
NUMRS_FUZZ(numrs_take_along_axis, 20, [](Call* c, Input* in) { AlongCall(c, in, false); });
NUMRS_FUZZ(numrs_put_along_axis, 20, [](Call* c, Input* in) { AlongCall(c, in, true); });
NUMRS_FUZZ(numrs_nonzero, 15, NonzeroCall);

}  // namespace
}  // namespace fuzz
