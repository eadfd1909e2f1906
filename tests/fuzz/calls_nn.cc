// Losses, embeddings, dropout and optimizers under hostile operands, labels and options.
#include <limits>

#include "view_calls.h"

namespace fuzz {
namespace {

int32_t LabelDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_I64, NUMRS_I8,  NUMRS_I16, NUMRS_I32,
                                    NUMRS_U8,  NUMRS_U16, NUMRS_U32, NUMRS_U64};
  return in->OneIn(24) ? AnyDtype(in) : kDtypes[in->OneIn(2) ? 0 : in->Below(8)];
}
int32_t FloatDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_F32, NUMRS_F64, NUMRS_F16, NUMRS_BF16};
  return in->OneIn(24) ? AnyDtype(in) : kDtypes[in->Below(4)];
}

// Mostly in [0, extent).
void TameLabels(Input* in, Operand* labels, int64_t extent) {
  if (labels->Judge() != Verdict::kFine || labels->null || extent <= 0 || in->OneIn(8)) return;
  const int32_t size = numrs_dtype_size(labels->view.dtype);
  const int below = static_cast<int>(extent < 100 ? extent : 100);
  labels->ForEach([&](size_t at) {
    const int64_t value = in->Below(below);
    std::memcpy(labels->block.data() + at, &value, static_cast<size_t>(size));  // little-endian
  });
  labels->block.Remember();
}

double AnyNumber(Input* in, double usual) {
  if (!in->OneIn(20)) return usual;
  static const double kWild[] = {
      0, -1, 2, 1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()};
  return kWild[in->Below(6)];
}

int32_t AnyReduction(Input* in) { return in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(3); }

void LossCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  const int32_t dtype = FloatDtype(in), reduction = AnyReduction(in);
  const int32_t op = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(16);
  const bool third = op == NUMRS_LOSS_GAUSSIAN || (op == NUMRS_LOSS_BCE_LOGITS && in->OneIn(2)) || in->OneIn(20);
  Operand x(in, s, dtype, false), t(in, s, in->OneIn(4) ? AnyDtype(in) : dtype, false), v(in, s, dtype, false),
      y(in, reduction == 0 ? s : Shape(), ResultDtype(in, dtype), true);
  const double p0 = AnyNumber(in, 1), p1 = AnyNumber(in, 1e-6);
  Context context(in);
  const auto f = [&] {
    return numrs_loss(context.handle, op, x.get(), t.get(), third ? v.get() : nullptr, nullptr, y.get(), reduction, p0,
                      p1);
  };
  if (third && !v.null) {
    Check(call, in, {&x, &t, &v, &y}, f);
  } else if (!third) {
    Check(call, in, {&x, &t, &y}, f);
  }
}

void LossBackwardCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  const int32_t dtype = FloatDtype(in), reduction = AnyReduction(in);
  const int32_t op = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(16);
  const bool after_target = in->OneIn(2);
  Operand g(in, reduction == 0 ? s : Shape(), dtype, false), x(in, s, dtype, false), t(in, s, dtype, false),
      w(in, s, dtype, false), y(in, s, ResultDtype(in, dtype), true);
  const double p0 = AnyNumber(in, 1), p1 = AnyNumber(in, 1e-6);
  if (y.null || w.null) return;
  Context context(in);
  Check(call, in, {&g, &x, &t, &w, &y}, [&] {
    return numrs_loss_backward(context.handle, op, g.get(), x.get(), t.get(),
                               op == NUMRS_LOSS_GAUSSIAN ? w.get() : nullptr, w.get(), after_target ? nullptr : y.get(),
                               after_target ? y.get() : nullptr, nullptr, reduction, p0, p1);
  });
}

numrs_class_loss_options AnyOptions(Input* in) {
  numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  options.reduction = AnyReduction(in);
  options.from_log = in->OneIn(4);
  options.label_smoothing = options.from_log ? AnyNumber(in, 0) : AnyNumber(in, in->OneIn(2) ? 0 : 0.25);
  if (in->OneIn(4)) options.ignore_index = in->Below(4);
  if (in->OneIn(40)) options.struct_size = static_cast<uint32_t>(in->Below(100));
  if (in->OneIn(40)) options.reserved = 1;
  return options;
}

// Logits, a target of labels or probabilities, and what f says of them.
template <class F>
void ClassCall(Call* call, Input* in, bool backward, F&& f) {
  const Shape s = AnyShape(in);
  const int32_t dtype = FloatDtype(in);
  const numrs_class_loss_options options = AnyOptions(in);
  const int axis = s.ndim > 1 ? 1 : 0;
  Shape rows;
  for (int d = 0; d < s.ndim; ++d) {
    if (d != axis) rows.Push(s.extents[d]);
  }
  const bool labels = options.from_log || !in->OneIn(3);
  Operand x(in, s, dtype, false), t(in, labels ? rows : s, labels ? LabelDtype(in) : FloatDtype(in), false);
  if (labels) TameLabels(in, &t, s.ndim ? s.extents[axis] : 0);
  const Shape one = options.reduction == 0 ? rows : Shape();
  Operand g(in, one, dtype, false), y(in, backward ? s : one, ResultDtype(in, dtype), true);
  Context context(in);
  if (y.null && !backward) return;  // which is allowed
  const auto run = [&] { return f(context.handle, g.get(), x.get(), t.get(), y.get(), &options); };
  if (backward) {
    Check(call, in, {&g, &x, &t, &y}, run);
  } else {
    Check(call, in, {&x, &t, &y}, run);
  }
}

void EmbeddingCall(Call* call, Input* in, bool backward) {
  Shape table, at, rows;
  table.Push(in->OneIn(12) ? 0 : 1 + in->Below(9));
  table.Push(in->OneIn(12) ? 0 : 1 + in->Below(40));
  for (int d = in->Below(3); d-- > 0;) at.Push(in->OneIn(16) ? 0 : 1 + in->Below(5));
  for (int d = 0; d < at.ndim; ++d) rows.Push(at.extents[d]);
  rows.Push(table.extents[1]);
  const int32_t dtype = backward ? FloatDtype(in) : AnyDtype(in);
  Operand indices(in, at, LabelDtype(in), false);
  TameLabels(in, &indices, table.extents[0]);
  Operand x(in, backward ? rows : table, dtype, false), y(in, backward ? table : rows, ResultDtype(in, dtype), true);
  const int64_t padding = in->OneIn(2) ? -1 : in->OneIn(12) ? in->Wild() : in->Below(9);
  Context context(in);
  Check(call, in, {&x, &indices, &y}, [&] {
    return backward ? numrs_embedding_backward(context.handle, x.get(), indices.get(), y.get(), padding)
                    : numrs_embedding(context.handle, x.get(), indices.get(), y.get());
  });
}

void OneHotCall(Call* call, Input* in) {
  Shape at, r;
  for (int d = in->Below(3); d-- > 0;) at.Push(in->OneIn(16) ? 0 : 1 + in->Below(5));
  for (int d = 0; d < at.ndim; ++d) r.Push(at.extents[d]);
  const int64_t classes = in->OneIn(16) ? 0 : 1 + in->Below(9);
  r.Push(classes);
  Operand indices(in, at, LabelDtype(in), false), y(in, r, AnyDtype(in), true);
  TameLabels(in, &indices, classes);
  Context context(in);
  Check(call, in, {&indices, &y}, [&] { return numrs_one_hot(context.handle, indices.get(), y.get()); });
}

void DropoutCall(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  const int32_t dtype = FloatDtype(in);
  numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
  state.key[0] = in->Word();
  state.counter[0] = static_cast<uint64_t>(in->Wild()) & ~uint64_t{7};
  if (in->OneIn(40)) state.counter[0] |= 1;
  if (in->OneIn(40)) state.struct_size = 1;
  Operand x(in, s, dtype, false), y(in, s, ResultDtype(in, dtype), true);
  const double p = AnyNumber(in, 0.25 * in->Below(5));
  Context context(in);
  Check(call, in, {&x, &y}, [&] { return numrs_dropout(context.handle, &state, x.get(), y.get(), p); });
}

// Arrays of one dtype: up to four of some elements each, one of them perhaps NULL.
struct Arrays {
  int64_t count, sizes[4], total = 0;
  int32_t dtype;
  Block blocks[4];
  void* pointers[4];
  bool wrong = false;  // must be refused
  Arrays(Input* in, bool may_miss) : count(in->Below(5)), dtype(in->OneIn(2) ? NUMRS_F32 : NUMRS_F64) {
    for (int64_t i = 0; i < count; ++i) {
      sizes[i] = in->OneIn(10) ? 0 : 1 + in->Below(in->OneIn(20) ? 5000 : 70);
      total += sizes[i];
      blocks[i] = Block(in, static_cast<size_t>(sizes[i] * Size()), true);
      const bool missing = may_miss && in->OneIn(6);
      pointers[i] = missing ? nullptr : blocks[i].data();
    }
  }
  int64_t Size() const { return dtype == NUMRS_F32 ? 4 : 8; }
  bool Unchanged() const {
    for (int64_t i = 0; i < count; ++i) {
      if (!blocks[i].Unchanged()) return false;
    }
    return true;
  }
};
int32_t Spoilt(Input* in, const Arrays& a, int64_t* sizes, bool* wrong) {
  std::memcpy(sizes, a.sizes, sizeof(a.sizes));
  if (a.count > 0 && in->OneIn(30)) {
    sizes[0] = in->OneIn(2) ? -1 : INT64_MAX;
    *wrong = true;
  }
  if (!in->OneIn(30)) return a.dtype;
  const int32_t dtype = static_cast<int32_t>(in->Wild());
  *wrong |= dtype != NUMRS_F32 && dtype != NUMRS_F64;
  return dtype == NUMRS_F64 || dtype == NUMRS_F32 ? a.dtype : dtype;
}

void StepCall(Call* call, Input* in) {
  Arrays params(in, false);
  Block grads[4], arenas[3];
  const void* g[4] = {};
  void* state[3];
  for (int64_t i = 0; i < params.count; ++i) {
    grads[i] = Block(in, params.blocks[i].bytes(), true);
    if (!in->OneIn(8)) g[i] = grads[i].data();
  }
  for (int k = 0; k < 3; ++k) {
    arenas[k] = Block(in, static_cast<size_t>(params.total * params.Size()), true);
    state[k] = arenas[k].data();
  }
  numrs_optim_options options = NUMRS_OPTIM_OPTIONS_INIT;
  options.flags = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(32);
  options.step = in->OneIn(20) ? in->Wild() : 1 + in->Below(20);
  options.lr = AnyNumber(in, 0.1);
  options.weight_decay = AnyNumber(in, in->OneIn(2) ? 0 : 0.01);
  options.beta1 = AnyNumber(in, 0.9);
  options.beta2 = AnyNumber(in, 0.99);
  options.eps = AnyNumber(in, 1e-8);
  options.momentum = AnyNumber(in, in->OneIn(2) ? 0 : 0.5);
  options.dampening = AnyNumber(in, 0);
  bool wrong = false;
  int64_t sizes[4];
  const int32_t dtype = Spoilt(in, params, sizes, &wrong);
  if (in->OneIn(30)) {
    options.struct_size = static_cast<uint32_t>(in->Below(64));
    wrong = true;
  }
  const int32_t op = in->OneIn(24) ? static_cast<int32_t>(in->Wild()) : in->Below(9);
  const int64_t n_state = in->OneIn(24) ? in->Below(8) - 2 : 3;
  Context context(in);
  const numrs_status status = Watched(call, in, wrong, [&] {
    return numrs_optim_step(context.handle, op, dtype, params.count, params.pointers, g, sizes, state, n_state,
                            &options);
  });
  for (const Block& block : grads) {
    if (!block.Unchanged()) Die(*call, "changed a gradient");
  }
  if (status == NUMRS_OK || status == NUMRS_CANCELLED) return;
  if (!params.Unchanged() || !arenas[0].Unchanged() || !arenas[1].Unchanged() || !arenas[2].Unchanged())
    Die(*call, "changed a parameter or its state and returned an error");
}

template <class F>
void GradientsCall(Call* call, Input* in, F&& f) {
  Arrays grads(in, true);
  bool wrong = false;
  int64_t sizes[4];
  const int32_t dtype = Spoilt(in, grads, sizes, &wrong);
  Context context(in);
  const numrs_status status =
      Watched(call, in, wrong, [&] { return f(context.handle, dtype, grads.count, grads.pointers, sizes); });
  if (status != NUMRS_OK && status != NUMRS_CANCELLED && !grads.Unchanged())
    Die(*call, "changed a gradient and returned an error");
}

NUMRS_FUZZ(numrs_loss, 16, LossCall);
NUMRS_FUZZ(numrs_loss_backward, 12, LossBackwardCall);
NUMRS_FUZZ(numrs_cross_entropy, 16, [](Call* call, Input* in) {
  ClassCall(call, in, false, [](auto context, auto, auto x, auto t, auto y, auto options) {
    return numrs_cross_entropy(context, x, t, nullptr, y, nullptr, options);
  });
});
NUMRS_FUZZ(numrs_cross_entropy_backward, 12, [](Call* call, Input* in) {
  ClassCall(call, in, true, [](auto context, auto g, auto x, auto t, auto y, auto options) {
    return numrs_cross_entropy_backward(context, g, x, t, nullptr, y, options);
  });
});
NUMRS_FUZZ(numrs_embedding, 8, [](Call* call, Input* in) { EmbeddingCall(call, in, false); });
NUMRS_FUZZ(numrs_embedding_backward, 8, [](Call* call, Input* in) { EmbeddingCall(call, in, true); });
NUMRS_FUZZ(numrs_one_hot, 6, OneHotCall);
NUMRS_FUZZ(numrs_dropout, 6, DropoutCall);
NUMRS_FUZZ(numrs_optim_step, 16, StepCall);
NUMRS_FUZZ(numrs_optim_clip_norm, 6, [](Call* call, Input* in) {
  const double most = AnyNumber(in, 1),
               order = in->OneIn(4) ? std::numeric_limits<double>::infinity() : AnyNumber(in, 2);
  double norm = 0;
  GradientsCall(call, in, [&](auto context, int32_t dtype, int64_t count, void** grads, const int64_t* sizes) {
    return numrs_optim_clip_norm(context, dtype, count, grads, sizes, most, order, &norm);
  });
});
NUMRS_FUZZ(numrs_optim_scale, 4, [](Call* call, Input* in) {
  const double factor = AnyNumber(in, 0.5);
  GradientsCall(call, in, [&](auto context, int32_t dtype, int64_t count, void** grads, const int64_t* sizes) {
    return numrs_optim_scale(context, dtype, count, grads, sizes, factor);
  });
});
NUMRS_FUZZ(numrs_optim_clip_value, 4, [](Call* call, Input* in) {
  const double low = AnyNumber(in, -1), high = AnyNumber(in, 1);
  GradientsCall(call, in, [&](auto context, int32_t dtype, int64_t count, void** grads, const int64_t* sizes) {
    return numrs_optim_clip_value(context, dtype, count, grads, sizes, low, high);
  });
});
NUMRS_FUZZ(numrs_optim_zero, 4, [](Call* call, Input* in) {
  GradientsCall(call, in, [](auto context, int32_t dtype, int64_t count, void** grads, const int64_t* sizes) {
    return numrs_optim_zero(context, dtype, count, grads, sizes);
  });
});

}  // namespace
}  // namespace fuzz
