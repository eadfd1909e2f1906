// Random draws under hostile states, views and parameters.
#include "view_calls.h"

namespace fuzz {
namespace {

constexpr int32_t kOps = 14;
constexpr int kParameters[kOps] = {0, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2};

// Mostly one that a draw takes. wrong is set where none may.
numrs_random_state AnyState(Input* in, bool* wrong) {
  numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
  state.key[0] = in->Word();
  state.key[1] = in->Word();
  state.counter[0] = static_cast<uint64_t>(in->Wild()) & ~uint64_t{7};
  state.counter[1] = in->Word() & 0xFFFFFFFF;
  switch (in->Below(40)) {
    case 0:
      state.struct_size = static_cast<uint32_t>(in->Below(200));
      *wrong |= state.struct_size != sizeof(state);
      break;
    case 1:
      state.counter[0] |= static_cast<uint64_t>(in->Below(8));
      *wrong |= state.counter[0] % 8 != 0;
      break;
    case 2:
      state.counter[1] = in->Word() | uint64_t{1} << 32;
      *wrong = true;
      break;
    case 3:
      state.reserved = 1;
      *wrong = true;
      break;
    default:
      break;
  }
  return state;
}

int32_t DtypeOf(Input* in, int32_t op) {
  static const int32_t kUnsigned[] = {NUMRS_U8, NUMRS_U16, NUMRS_U32, NUMRS_U64};
  static const int32_t kIntegers[] = {NUMRS_I8, NUMRS_I16, NUMRS_I32, NUMRS_I64};
  if (in->OneIn(12)) return AnyDtype(in);
  if (op == NUMRS_OP_RANDOM_BITS) return kUnsigned[in->Below(4)];
  if (op == NUMRS_OP_RANDOM_INTEGERS) return in->OneIn(2) ? kUnsigned[in->Below(4)] : kIntegers[in->Below(4)];
  if (op == NUMRS_OP_RANDOM_BERNOULLI) return NUMRS_BOOL;
  if (op > NUMRS_OP_RANDOM_BERNOULLI) return NUMRS_I64;
  return in->OneIn(2) ? NUMRS_F32 : NUMRS_F64;
}

// Writes values that the operation takes into a parameter, most often.
void Sensible(Input* in, int32_t op, int k, Operand* p) {
  if (in->OneIn(8) || p->Judge() != Verdict::kFine || p->null) return;
  const bool chance =
      op == NUMRS_OP_RANDOM_BERNOULLI || op == NUMRS_OP_RANDOM_GEOMETRIC || (op == NUMRS_OP_RANDOM_BINOMIAL && k == 1);
  const double value = chance ? 0.25 * (1 + in->Below(4)) : k == 0 ? in->Below(30) : 1 + 30 + in->Below(60);
  const float single = static_cast<float>(value);
  const int64_t whole = static_cast<int64_t>(value);
  const size_t size = static_cast<size_t>(numrs_dtype_size(p->view.dtype));
  p->ForEach([&](size_t at) {
    const void* from = p->view.dtype == NUMRS_F64   ? static_cast<const void*>(&value)
                       : p->view.dtype == NUMRS_F32 ? static_cast<const void*>(&single)
                                                    : &whole;
    std::memcpy(p->block.data() + at, from, size);
  });
  p->block.Remember();
}

Shape Nothing() { return Shape(); }

// Everything that holds for a draw with `count` parameters into y.
template <class F>
void CheckDraw(Call* call, Input* in, numrs_random_state* state, bool wrong, Operand* const* parameters, int count,
               Operand* y, F&& f) {
  for (int k = 0; k < count; ++k) {
    if (parameters[k]->null) wrong = true;
    if (parameters[k]->Judge() == Verdict::kOutside) return;
    wrong |= parameters[k]->Judge() == Verdict::kRefuse;
  }
  if (y->Judge() == Verdict::kOutside) return;
  wrong |= y->Judge() == Verdict::kRefuse;
  const numrs_random_state before = *state;
  const numrs_status status = Watched(call, in, wrong, f);
  for (int k = 0; k < count; ++k) {
    if (!parameters[k]->block.Unchanged()) Die(*call, "changed a parameter");
  }
  if (status != NUMRS_OK && status != NUMRS_CANCELLED) {
    if (Probing().repeats < 2 && std::memcmp(state, &before, sizeof before) != 0)
      Die(*call, "moved its state and returned an error");
    if (!y->block.Unchanged()) Die(*call, "changed its output and returned an error");
    return;
  }
  if (status != NUMRS_OK) return;
  if (!y->GapsUnchanged()) Die(*call, "wrote beside the elements of its output");
  if (Probing().repeats > 1) return;
  // The same state draws the same numbers.
  const std::vector<char> got(y->block.data(), y->block.data() + y->block.bytes());
  y->block.Restore();
  *state = before;
  const numrs_status again = f();
  if (again == NUMRS_NO_MEMORY && Around().memory_fails) return;
  if (again == NUMRS_CANCELLED && Around().cancels) return;
  if (again != NUMRS_OK) Die(*call, "refused the state that it took before");
  if (!got.empty() && std::memcmp(got.data(), y->block.data(), got.size()) != 0) Die(*call, "drew other numbers");
}

void Draw(Call* call, Input* in) {
  const int32_t op = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(kOps);
  const bool known = op >= 0 && op < kOps;
  const int wanted = known ? kParameters[op] : 0;
  const int count = in->OneIn(30) ? in->Below(4) : wanted;
  bool wrong = !known || count != wanted;
  const Shape s = AnyShape(in);
  const bool range = op == NUMRS_OP_RANDOM_INTEGERS;
  const int32_t first_dtype = in->OneIn(6) ? AnyDtype(in)
                              : range      ? NUMRS_I64
                                           : NUMRS_F64,
                second_dtype = in->OneIn(6) ? AnyDtype(in)
                               : range      ? NUMRS_I64
                                            : NUMRS_F64;
  Operand y(in, s, DtypeOf(in, op), true);
  Operand first(in, in->OneIn(2) ? Nothing() : Broadcastable(in, s), first_dtype, false),
      second(in, in->OneIn(2) ? Nothing() : Broadcastable(in, s), second_dtype, false);
  Sensible(in, op, 0, &first);
  Sensible(in, op, 1, &second);
  Operand* operands[] = {&first, &second};
  const numrs_view views[4] = {first.view, second.view, first.view, second.view};
  const bool null = count > 0 && in->OneIn(40);
  wrong |= null;
  first.null = second.null = false;  // an array of views has no NULL in it
  numrs_random_state state = AnyState(in, &wrong);
  const bool no_state = in->OneIn(40);
  wrong |= no_state;
  Context context(in);
  CheckDraw(call, in, &state, wrong, operands, known ? std::min(count, wanted) : 0, &y, [&] {
    return numrs_random(context.handle, op, no_state ? nullptr : &state, y.get(), null ? nullptr : views, count);
  });
}

void Permutation(Call* call, Input* in) {
  const Shape s = AnyShape(in);
  Operand y(in, s, in->OneIn(12) ? AnyDtype(in) : NUMRS_I64, true);
  const int32_t axis = in->OneIn(20) || s.ndim == 0 ? static_cast<int32_t>(in->Wild()) : in->Below(2 * s.ndim) - s.ndim;
  bool wrong = s.ndim == 0 && y.view.ndim == 0;
  numrs_random_state state = AnyState(in, &wrong);
  Context context(in);
  CheckDraw(call, in, &state, wrong, nullptr, 0, &y,
            [&] { return numrs_random_permutation(context.handle, &state, y.get(), axis); });
}

void Multinomial(Call* call, Input* in) {
  Shape s = AnyShape(in), leading;
  if (s.ndim == 0) s.Push(1 + in->Below(5));
  for (int d = 0; d + 1 < s.ndim; ++d) leading.Push(s.extents[d]);
  Operand y(in, s, in->OneIn(12) ? AnyDtype(in) : NUMRS_I64, true);
  Operand n(in, in->OneIn(2) ? Nothing() : Broadcastable(in, leading), in->OneIn(8) ? AnyDtype(in) : NUMRS_I64, false),
      p(in, in->OneIn(8) ? Nothing() : Broadcastable(in, s), in->OneIn(8) ? AnyDtype(in) : NUMRS_F64, false);
  Sensible(in, NUMRS_OP_RANDOM_POISSON, 0, &n);
  if (!in->OneIn(8) && p.Judge() == Verdict::kFine && p.view.dtype == NUMRS_F64) {
    const double chance = 1.0 / static_cast<double>(s.extents[s.ndim - 1] + 1);
    p.ForEach([&](size_t at) { std::memcpy(p.block.data() + at, &chance, 8); });
    p.block.Remember();
  }
  bool wrong = false;
  numrs_random_state state = AnyState(in, &wrong);
  Operand* operands[] = {&n, &p};
  Context context(in);
  CheckDraw(call, in, &state, wrong, operands, 2, &y,
            [&] { return numrs_random_multinomial(context.handle, &state, n.get(), p.get(), y.get()); });
}

NUMRS_FUZZ(numrs_random, 80, Draw);
NUMRS_FUZZ(numrs_random_permutation, 15, Permutation);
NUMRS_FUZZ(numrs_random_multinomial, 15, Multinomial);
NUMRS_FUZZ(numrs_random_seed, 3, [](Call* call, Input* in) {
  bool wrong = false;
  numrs_random_state state = AnyState(in, &wrong);
  wrong = state.struct_size != sizeof(state);
  Block words(in, 8 * static_cast<size_t>(in->Below(9)), true);
  const int64_t n = in->OneIn(12) ? -1 : static_cast<int64_t>(words.bytes() / 8);
  const bool null = in->OneIn(12);
  const uint64_t* from = null ? nullptr : reinterpret_cast<const uint64_t*>(words.data());
  if (reinterpret_cast<uintptr_t>(from) % 8) return;
  Watched(call, in, wrong || n < 0 || (null && n > 0), [&] { return numrs_random_seed(&state, from, n); });
});
NUMRS_FUZZ(numrs_random_advance, 2, [](Call* call, Input* in) {
  bool wrong = false;
  numrs_random_state state = AnyState(in, &wrong);
  const uint64_t blocks = in->Word() & (in->OneIn(2) ? ~uint64_t{7} : ~uint64_t{0});
  Watched(call, in, wrong || blocks % 8 != 0, [&] { return numrs_random_advance(&state, blocks); });
});
NUMRS_FUZZ(numrs_random_jump, 2, [](Call* call, Input* in) {
  bool wrong = false;
  numrs_random_state state = AnyState(in, &wrong);
  const uint32_t jumps = static_cast<uint32_t>(in->Word());
  const bool null = in->OneIn(10);
  Watched(call, in, wrong || null, [&] { return numrs_random_jump(null ? nullptr : &state, jumps); });
});
NUMRS_FUZZ(numrs_random_blocks, 2, [](Call* call, Input* in) {
  const int32_t op = in->OneIn(2) ? in->Below(kOps) : static_cast<int32_t>(in->Wild());
  const int64_t n = in->Wild();
  uint64_t blocks = 0;
  const bool null = in->OneIn(10);
  Watched(call, in, null || n < 0 || op < 0 || op >= kOps,
          [&] { return numrs_random_blocks(op, n, null ? nullptr : &blocks); });
});

}  // namespace
}  // namespace fuzz
