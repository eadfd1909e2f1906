// What every call of a function on views is held to, and the context that it may have.
#ifndef NUMRS_TESTS_FUZZ_VIEW_CALLS_H_
#define NUMRS_TESTS_FUZZ_VIEW_CALLS_H_

#include <initializer_list>

#include "operand.h"

namespace fuzz {

// Moves the output into memory that an input uses too: in place, or some bytes away. Returns that input, or nullptr.
inline Operand* Overlap(Input* in, std::initializer_list<Operand*> operands) {
  Operand* y = *(operands.end() - 1);
  Operand* x = *(operands.begin() + in->Below(static_cast<int>(operands.size()) - 1));
  if (x == y || x->Judge() != Verdict::kFine || y->Judge() != Verdict::kFine || !x->block.bytes() || !y->block.bytes())
    return nullptr;
  const int64_t shift = in->OneIn(2) ? 0 : in->Below(65) - 32;
  const size_t ahead = shift < 0 ? static_cast<size_t>(-shift) : 0, behind = shift > 0 ? static_cast<size_t>(shift) : 0;
  Block both(in, std::max(x->block.bytes() + ahead, y->block.bytes() + behind), true);
  if (x->block.bytes()) std::memcpy(both.data() + ahead, x->block.copy(), x->block.bytes());
  both.Remember();
  const int64_t x_at = static_cast<char*>(x->view.data) - x->block.data(),
                y_at = static_cast<char*>(y->view.data) - y->block.data();
  x->view.data = both.data() + ahead + x_at;
  y->view.data = both.data() + behind + y_at;
  y->block = std::move(both);
  return x;
}

// Calls f, unless an operand lies outside its memory, and checks everything that holds for a call. Inputs first, output
// last.
template <class F>
void Check(Call* call, Input* in, std::initializer_list<Operand*> operands, F&& f) {
  bool wrong = false;
  Operand* y = *(operands.end() - 1);
  for (Operand* o : operands) {
    const Verdict verdict = o->Judge();
    if (!o->null) {  // the library's own judge agrees
      const numrs_status status = numrs_view_check(&o->view, o->block.data(), o->block.bytes());
      if (verdict == Verdict::kFine && status != NUMRS_OK)
        Die(*call, "numrs_view_check refused a view inside its memory");
      bool repeats = false;
      for (int d = 0; o->output && verdict == Verdict::kRefuse && d < o->view.ndim && o->view.ndim <= NUMRS_MAX_NDIM;
           ++d)
        repeats |= o->view.strides && o->view.strides[d] == 0;
      if (verdict == Verdict::kRefuse && !repeats && status == NUMRS_OK)
        Die(*call, "numrs_view_check took a wrong view");
    }
    if (verdict == Verdict::kOutside) return;
    wrong |= verdict == Verdict::kRefuse;
  }
  Operand* shared =
      operands.size() > 1 && !wrong && in->OneIn(6) && Probing().overlaps ? Overlap(in, operands) : nullptr;
  const numrs_status status = Watched(call, in, wrong, f);
  for (Operand* o : operands) {
    if (o == y && (status == NUMRS_OK || status == NUMRS_CANCELLED)) continue;
    if (!o->block.Unchanged()) Die(*call, o == y ? "changed its output and returned an error" : "changed an input");
  }
  if (status != NUMRS_OK) return;
  if (!y->GapsUnchanged()) Die(*call, "wrote beside the elements of its output");
  if (shared) {  // the numbers are those of separate memory
    std::vector<char> got(y->block.data(), y->block.data() + y->block.bytes());
    if (y->any_nan) y->OneNaN(got.data());
    const Block both = std::move(y->block);
    y->block = Block(in, both.bytes(), false);
    if (both.bytes()) std::memcpy(y->block.data(), both.copy(), both.bytes());
    y->view.data = y->block.data() + (static_cast<char*>(y->view.data) - both.data());
    both.Restore();
    const numrs_status again = f();
    if (again == NUMRS_NO_MEMORY && Around().memory_fails) return;
    if (again == NUMRS_CANCELLED && Around().cancels) return;  // asked by the clock: not each time
    if (again != NUMRS_OK) Die(*call, "refused a call on separate memory that it took on overlapping memory");
    if (y->any_nan) y->OneNaN(y->block.data());
    if (!got.empty() && std::memcmp(got.data(), y->block.data(), got.size()) != 0)
      Die(*call, "overlapping memory gave other numbers");
  }
}

// A context now and then; numrs_context_create itself is fuzzed elsewhere.
struct Context {
  numrs_context* handle = nullptr;
  explicit Context(Input* in) {
    Around().cancels = false;
    if (!in->OneIn(10)) return;
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.threads = in->Below(4);
    if (in->OneIn(2)) {
      Around().cancels = true;
      options.poll = [](void*) -> int32_t { return 1; };
    }
    if (numrs_context_create(&options, &handle) != NUMRS_OK) handle = nullptr;
  }
  ~Context() {
    numrs_context_destroy(handle);
    Around().cancels = false;
  }
};

// Mostly the dtype that the operation gives, so that calls succeed.
inline int32_t ResultDtype(Input* in, int32_t told) { return told == 0 || in->OneIn(8) ? AnyDtype(in) : told; }

}  // namespace fuzz

#endif  // NUMRS_TESTS_FUZZ_VIEW_CALLS_H_
