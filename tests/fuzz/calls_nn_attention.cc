// Calls of nn_attention.h: heads mostly of shapes that go together, with several outputs and operands that may be
// missing.
#include "view_calls.h"

namespace fuzz {
namespace {

int32_t FloatDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_F16, NUMRS_BF16, NUMRS_F32, NUMRS_F32, NUMRS_F32, NUMRS_F64, NUMRS_F64};
  return in->OneIn(30) ? AnyDtype(in) : kDtypes[in->Below(7)];
}

int32_t Flag(Input* in) { return in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(2); }

// Leading axes, heads that share keys, and the extents of a head.
struct Heads {
  Shape lead;
  int64_t group = 1, lq, lk, d, dv;
  int32_t dtype, wide;
  explicit Heads(Input* in) {
    for (int i = in->Below(3); i > 0; --i) lead.Push(in->OneIn(12) ? 0 : 1 + in->Below(3));
    if (lead.ndim && in->OneIn(3)) group = 1 + in->Below(3);
    const auto extent = [in] { return in->OneIn(16) ? 0 : in->OneIn(6) ? 1 + in->Below(140) : 1 + in->Below(9); };
    lq = extent(), lk = extent(), d = 1 + in->Below(9), dv = in->OneIn(8) ? 0 : 1 + in->Below(9);
    dtype = FloatDtype(in);
    wide = dtype == NUMRS_F64 ? NUMRS_F64 : NUMRS_F32;
  }
  Shape Of(bool shared, std::initializer_list<int64_t> item) const {
    Shape s = lead;
    if (!shared && s.ndim) s.extents[s.ndim - 1] *= group;
    for (int64_t extent : item) s.Push(extent);
    return s;
  }
};

double Scale(Input* in) { return in->OneIn(30) ? 1 / (in->Below(2) - 0.0) : 0.5; }
double Dropout(Input* in) { return in->OneIn(30) ? 1.5 : in->OneIn(4) ? 0.25 : 0.0; }

// Watches a call whose operands are inputs and outputs, some of which may be missing.
template <class F>
void CheckAll(Call* call, Input* in, std::initializer_list<Operand*> operands, std::initializer_list<Operand*> optional,
              F&& f) {
  bool wrong = false;
  for (Operand* o : operands) {
    const Verdict verdict = o->Judge();
    if (verdict == Verdict::kOutside) return;
    wrong |= verdict == Verdict::kRefuse;
  }
  for (Operand* o : optional) {
    const Verdict verdict = o->Judge();
    if (verdict == Verdict::kOutside) return;
    wrong |= verdict == Verdict::kRefuse && !o->null;
  }
  const numrs_status status = Watched(call, in, wrong, f);
  for (const auto& list : {operands, optional}) {
    for (Operand* o : list) {
      if (o->output && (status == NUMRS_OK || status == NUMRS_CANCELLED)) {
        if (status == NUMRS_OK && !o->GapsUnchanged()) Die(*call, "wrote beside the elements of its output");
      } else if (!o->block.Unchanged()) {
        Die(*call, o->output ? "changed an output and returned an error" : "changed an input");
      }
    }
  }
}

void Forward(Call* call, Input* in) {
  const Heads h(in);
  Shape scores = h.Of(false, {h.lq, h.lk});
  Operand q(in, h.Of(false, {h.lq, h.d}), h.dtype, false), k(in, h.Of(true, {h.lk, h.d}), h.dtype, false),
      v(in, h.Of(true, {h.lk, h.dv}), h.dtype, false),
      mask(in, Broadcastable(in, scores), in->OneIn(2) ? static_cast<int32_t>(NUMRS_BOOL) : h.dtype, false),
      lse(in, h.Of(false, {h.lq}), h.wide, true), y(in, h.Of(false, {h.lq, h.dv}), h.dtype, true);
  if (in->OneIn(2)) mask.null = true;
  if (in->OneIn(2)) lse.null = true;
  y.any_nan = true;
  Context context(in);
  const int32_t causal = Flag(in);
  const double scale = Scale(in), dropout = Dropout(in);
  const auto run = [&] {
    return numrs_attention(context.handle, q.get(), k.get(), v.get(), mask.get(), y.get(), lse.get(), causal, scale,
                           dropout, 7);
  };
  if (mask.null && lse.null) return Check(call, in, {&q, &k, &v, &y}, run);
  CheckAll(call, in, {&q, &k, &v, &y}, {&mask, &lse}, run);
}

void Backward(Call* call, Input* in) {
  const Heads h(in);
  Shape scores = h.Of(false, {h.lq, h.lk});
  const Shape rows = h.Of(false, {h.lq, h.dv});
  Operand grad(in, rows, h.dtype, false), q(in, h.Of(false, {h.lq, h.d}), h.dtype, false),
      k(in, h.Of(true, {h.lk, h.d}), h.dtype, false), v(in, h.Of(true, {h.lk, h.dv}), h.dtype, false),
      mask(in, Broadcastable(in, scores), in->OneIn(2) ? static_cast<int32_t>(NUMRS_BOOL) : h.dtype, false),
      y(in, rows, h.dtype, false), lse(in, h.Of(false, {h.lq}), h.wide, false),
      gq(in, h.Of(false, {h.lq, h.d}), h.dtype, true), gk(in, h.Of(true, {h.lk, h.d}), h.dtype, true),
      gv(in, h.Of(true, {h.lk, h.dv}), h.dtype, true), gmask(in, scores, h.dtype, true);
  if (in->OneIn(2)) mask.null = true;
  if (in->OneIn(2)) gmask.null = true;
  Context context(in);
  const int32_t causal = Flag(in);
  const double scale = Scale(in), dropout = Dropout(in);
  CheckAll(call, in, {&grad, &q, &k, &v, &y, &lse, &gq, &gk, &gv}, {&mask, &gmask}, [&] {
    return numrs_attention_backward(context.handle, grad.get(), q.get(), k.get(), v.get(), mask.get(), y.get(),
                                    lse.get(), gq.get(), gk.get(), gv.get(), gmask.get(), causal, scale, dropout, 7);
  });
}

void Rope(Call* call, Input* in) {
  Shape s;
  for (int i = 1 + in->Below(3); i > 0; --i) s.Push(in->OneIn(16) ? 0 : 1 + in->Below(9));
  const int64_t half = in->Below(9);
  s.Push(in->OneIn(20) ? 2 * half + 1 : 2 * half);
  Shape angles;
  for (int i = in->Below(s.ndim); i < s.ndim - 1; ++i) angles.Push(in->OneIn(8) ? 1 : s.extents[i]);
  angles.Push(in->OneIn(2) ? half : s.extents[s.ndim - 1]);
  const int32_t dtype = FloatDtype(in);
  Operand x(in, s, dtype, false), cos(in, angles, dtype, false), sin(in, angles, dtype, false), y(in, s, dtype, true);
  y.any_nan = true;
  Context context(in);
  const int32_t interleaved = Flag(in), inverse = Flag(in);
  Check(call, in, {&x, &cos, &sin, &y},
        [&] { return numrs_rope(context.handle, x.get(), cos.get(), sin.get(), y.get(), interleaved, inverse); });
}

NUMRS_FUZZ(numrs_attention, 30, Forward);
NUMRS_FUZZ(numrs_attention_backward, 30, Backward);
NUMRS_FUZZ(numrs_rope, 20, Rope);

}  // namespace
}  // namespace fuzz
