// extern "C" of random.h: states, checks of parameters, draws. Raw functions (raw.cc) come in by the same door.
#include "api/random.h"

#include <cfloat>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/random.h"
#include "core/trace.h"

namespace numrs {
namespace {

using State = numrs_random_state;

Status CheckState(const char* f, const State* state) {
  if (!state) return Fail(NUMRS_BAD_ARGUMENT, "%s: state is NULL", f);
  if (state->struct_size != sizeof(State)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: state->struct_size is %u, expected %zu; begin with NUMRS_RANDOM_STATE_INIT", f,
                state->struct_size, sizeof(State));
  }
  if (state->reserved) return Fail(NUMRS_BAD_ARGUMENT, "%s: state->reserved is %u, expected 0", f, state->reserved);
  if (state->counter[0] % kRandomGroup || state->counter[1] >> 32) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: counter is %llu, %llu, expected a multiple of %d and less than 2^32", f,
                (unsigned long long)state->counter[0], (unsigned long long)state->counter[1],
                static_cast<int>(kRandomGroup));
  }
  return NUMRS_OK;
}

RandomDraw DrawOf(const State& state) {
  return {state.key[0], state.key[1], state.counter[0], static_cast<uint32_t>(state.counter[1])};
}
void Move(State* state, uint64_t blocks) {
  const RandomDraw draw = Advanced(DrawOf(*state), blocks);
  state->counter[0] = draw.low;
  state->counter[1] = draw.high;
}
// What a draw that has ended leaves: its state moves unless nothing was drawn.
Status Ended(Status status, State* state, uint64_t blocks) {
  if (status == NUMRS_OK || status == NUMRS_CANCELLED) Move(state, blocks);
  return status;
}

Status CheckOp(const char* f, int32_t op) {
  if (op >= 0 && op < kRandomOps) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", f, op, kRandomOps - 1);
}

// Names of the parameters, for messages.
const char* ParameterName(RandomCheck check, int i) {
  switch (check) {
    case RandomCheck::LOW_HIGH:
    case RandomCheck::RANGE:
      return i ? "high" : "low";
    case RandomCheck::LOC_SCALE:
      return i ? "scale" : "loc";
    case RandomCheck::SCALE:
      return "scale";
    case RandomCheck::SHAPE_SCALE:
      return i ? "scale" : "shape";
    case RandomCheck::A_B:
      return i ? "b" : "a";
    case RandomCheck::LAM:
      return "lam";
    case RandomCheck::N_P:
      return i ? "p" : "n";
    default:
      return "p";
  }
}

constexpr double kMostTrials = 0x1p53;
constexpr double kLeastShape = 1e-300;  // of beta: logarithms divided by it stay finite

Status CheckValues(const RandomRow& row, int32_t dtype, double a, double b) {
  const double most = dtype == kF32 ? FLT_MAX : DBL_MAX;
  const auto wrong = [&](int i, double got, const char* wanted) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %.17g, expected %s", row.name, ParameterName(row.check, i), got, wanted);
  };
  const char* const number = dtype == kF32 ? "a finite float32" : "a finite number";
  switch (row.check) {
    case RandomCheck::LOW_HIGH:
      if (!(std::fabs(a) <= most)) return wrong(0, a, number);
      if (!(std::fabs(b) <= most)) return wrong(1, b, number);
      if (a > b) return Fail(NUMRS_BAD_ARGUMENT, "%s: low is %.17g, expected at most high, %.17g", row.name, a, b);
      if (dtype == kF32 ? !(static_cast<float>(b) - static_cast<float>(a) <= FLT_MAX) : !(b - a <= DBL_MAX))
        return Fail(NUMRS_BAD_ARGUMENT, "%s: high - low overflows: low is %.17g, high is %.17g", row.name, a, b);
      return NUMRS_OK;
    case RandomCheck::LOC_SCALE:
      if (!(std::fabs(a) <= most)) return wrong(0, a, number);
      return b >= 0 && b <= most ? NUMRS_OK : wrong(1, b, "0 or more, finite");
    case RandomCheck::SCALE:
      return a >= 0 && a <= most ? NUMRS_OK : wrong(0, a, "0 or more, finite");
    case RandomCheck::SHAPE_SCALE:
      if (!(a >= 0 && a <= DBL_MAX)) return wrong(0, a, "0 or more, finite");
      return b >= 0 && b <= DBL_MAX ? NUMRS_OK : wrong(1, b, "0 or more, finite");
    case RandomCheck::A_B:
      if (!(a >= kLeastShape && a <= DBL_MAX)) return wrong(0, a, "more than 0 (at least 1e-300), finite");
      return b >= kLeastShape && b <= DBL_MAX ? NUMRS_OK : wrong(1, b, "more than 0 (at least 1e-300), finite");
    case RandomCheck::LAM:
      return a >= 0 && a <= kRandomMostLam ? NUMRS_OK : wrong(0, a, "0 to 9.2e18");
    case RandomCheck::N_P:
      if (!(a >= 0 && a <= kMostTrials && a == std::floor(a))) return wrong(0, a, "a whole number from 0 to 2^53");
      return b >= 0 && b <= 1 ? NUMRS_OK : wrong(1, b, "0 to 1");
    case RandomCheck::P:
      return a >= 0 && a <= 1 ? NUMRS_OK : wrong(0, a, "0 to 1");
    case RandomCheck::POSITIVE_P:
      return a > 0 && a <= 1 ? NUMRS_OK : wrong(0, a, "more than 0, at most 1");
    default:
      return NUMRS_OK;
  }
}

// A parameter as one value, or as an array of y's size in C order: its own memory where that will do (out is what the
// call writes), else a copy. The values of a device come to the host too, to be looked at.
struct Operand {
  View view;
  bool one = true;
  const void* data = nullptr;      // where the call runs
  const uint64_t* here = nullptr;  // the same on the host
  uint64_t value = 0;              // bits of the one value, in compute
  int32_t compute = kF64;
  std::optional<RunMemory> copy;
  std::optional<Workspace> told;

  Status Load(const Run& run, const char* f, const char* name, const numrs_view* in, const View& y, const View& out,
              bool integers) {
    NUMRS_TRY(LoadView(f, name, in, &view));
    const Kind kind = KindOf(view.dtype);
    const bool whole = kind == Kind::INT || kind == Kind::UINT || kind == Kind::BOOL;
    if (kind == Kind::COMPLEX || (integers && !whole)) {
      return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected %s", f, name, NameOf(view.dtype),
                  integers ? "integers" : "real numbers");
    }
    int32_t ndim = y.ndim;
    int64_t shape[kMaxNDim];
    std::memcpy(shape, y.shape, sizeof(shape));
    bool fits = view.ndim <= y.ndim && BroadcastShape(view, &ndim, shape);
    for (int d = 0; fits && d < y.ndim; d++) fits = shape[d] == y.shape[d];
    if (!fits) {
      char got[160], wanted[160];
      return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, which does not broadcast to %s, that of out", f, name,
                  ShapeText(view, got, sizeof(got)), ShapeText(y, wanted, sizeof(wanted)));
    }
    compute = !integers ? kF64 : kind == Kind::UINT ? kU64 : kI64;
    if (view.size == 1) {
      char element[16];
      const void* from = view.data;
      if (run.device && !view.host) {
        NUMRS_TRY(ToHost(run, f, element, view.data, static_cast<size_t>(view.itemsize())));
        from = element;
      }
      if (view.dtype == compute) {
        std::memcpy(&value, from, 8);
        return NUMRS_OK;
      }
      const View single = ContiguousView(&value, compute, 0, nullptr);
      return Convert(MakeRun(nullptr), f, ContiguousView(const_cast<void*>(from), view.dtype, 0, nullptr), single);
    }
    one = false;
    if (y.size == 0) return NUMRS_OK;
    if (view.dtype == compute && view.size == y.size && view.IsContiguous() && !RangesOverlap(view, out) &&
        reinterpret_cast<uintptr_t>(view.data) % 8 == 0) {
      data = view.data;
    } else {
      const size_t bytes = static_cast<size_t>(y.size) * 8;
      copy.emplace(run, f, bytes);
      if (!copy->ok()) return copy->Failure(f, "the values of a parameter", bytes);
      data = copy->data();
      NUMRS_TRY(Convert(run, f, view, ContiguousView(copy->data(), compute, y.ndim, y.shape)));
    }
    here = static_cast<const uint64_t*>(data);
    if (!run.device) return NUMRS_OK;
    told.emplace(static_cast<size_t>(y.size) * 8);
    if (!told->ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for the values of %s", f, name);
    here = told->as<uint64_t>();
    return ToHost(run, f, told->data(), data, static_cast<size_t>(y.size) * 8);
  }

  uint64_t BitsAt(int64_t i) const { return one ? value : here[i]; }
  double NumberAt(int64_t i) const {
    const uint64_t bits = BitsAt(i);
    double number;
    std::memcpy(&number, &bits, 8);
    return number;
  }
  __int128 WholeAt(int64_t i) const {
    const uint64_t bits = BitsAt(i);
    return compute == kU64 ? static_cast<__int128>(bits) : static_cast<__int128>(static_cast<int64_t>(bits));
  }
};

// low and range of integers from low and high, checked.
Status RangeAt(const RandomRow& row, int32_t dtype, const Operand& low, const Operand& high, int64_t i, uint64_t* from,
               uint64_t* range) {
  const int bits = static_cast<int>(SizeOf(dtype)) * 8;
  const bool is_signed = KindOf(dtype) == Kind::INT;
  const __int128 one = 1, least = is_signed ? -(one << (bits - 1)) : 0,
                 most = (is_signed ? one << (bits - 1) : one << bits) - 1;
  const __int128 a = low.WholeAt(i), b = high.WholeAt(i);
  if (a < least || b > most) {
    // Out of range on that side alone, so that it fits the type printed.
    return a < least ? Fail(NUMRS_BAD_ARGUMENT, "%s: low is %lld, less than %s holds", row.name,
                            static_cast<long long>(a), NameOf(dtype))
                     : Fail(NUMRS_BAD_ARGUMENT, "%s: high is %llu, more than %s holds", row.name,
                            static_cast<unsigned long long>(b), NameOf(dtype));
  }
  if (a > b) {
    char text[2][24];
    for (int k = 0; k < 2; k++) {
      const __int128 v = k ? b : a;
      if (v < 0)
        std::snprintf(text[k], sizeof(text[k]), "%lld", static_cast<long long>(v));
      else
        std::snprintf(text[k], sizeof(text[k]), "%llu", static_cast<unsigned long long>(v));
    }
    return Fail(NUMRS_BAD_ARGUMENT, "%s: low is %s, expected at most high, %s", row.name, text[0], text[1]);
  }
  *from = static_cast<uint64_t>(a);
  *range = static_cast<uint64_t>(b - a);
  return NUMRS_OK;
}

Status LoadOutput(const numrs_context* context, const char* f, const numrs_view* y, DTypeSet dtypes, const char* wanted,
                  View* out) {
  NUMRS_TRY(LoadView(f, "out", y, out));
  if (out->host && !OnHost(context))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: out is NUMRS_ON_HOST, which is for inputs", f);
  if (!(dtypes & Bit(out->dtype)))
    return Fail(NUMRS_BAD_DTYPE, "%s: out has dtype %s, expected %s", f, NameOf(out->dtype), wanted);
  if (OverlapsItself(*out))
    return Fail(NUMRS_OVERLAP, "%s: out has elements that share memory (strides 0 or overlapping)", f);
  return NUMRS_OK;
}
const char* WantedText(DTypeSet set) {
  using namespace random_classes;
  return set == FLOATS   ? "float32 or float64"
         : set == COUNTS ? "int64"
         : set == TRUTH  ? "bool"
         : set == WORDS  ? "uint8 to uint64"
                         : "an integer type";
}

Status Random(numrs_context* context, int32_t op, State* state, const numrs_view* y, const numrs_view* parameters,
              int32_t n_parameters) {
  NUMRS_TRY(CheckOp("random", op));
  const RandomRow& row = kRandomRows[op];
  const Trace trace(row.name, y);
  NUMRS_TRY(AdmitContext(context, row.name));
  NUMRS_TRY(CheckState(row.name, state));
  RandomJob job{};
  job.op = op;
  job.draw = DrawOf(*state);
  NUMRS_TRY(LoadOutput(context, row.name, y, row.dtypes, WantedText(row.dtypes), &job.y));
  const int count = RandomParameterCount(row.check);
  if (n_parameters != count)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_parameters is %d, expected %d", row.name, n_parameters, count);
  if (count > 0 && !parameters) return Fail(NUMRS_BAD_ARGUMENT, "%s: parameters is NULL", row.name);
  const Run run = MakeRun(context);
  const bool range = row.check == RandomCheck::RANGE;
  Operand operands[2];
  bool arrays = false;
  for (int k = 0; k < count; k++) {
    NUMRS_TRY(operands[k].Load(run, row.name, ParameterName(row.check, k), parameters + k, job.y, job.y, range));
    arrays |= !operands[k].one;
  }
  const int64_t checked = arrays ? job.y.size : 1;
  std::optional<Workspace> ranges;
  if (range && arrays && job.y.size > 0) {
    ranges.emplace(static_cast<size_t>(job.y.size) * 16);
    if (!ranges->ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld ranges", row.name, (long long)job.y.size);
    job.p.lows = ranges->as<uint64_t>();
    job.p.ranges = job.p.lows + job.y.size;
  }
  const auto check = [&](int64_t begin, int64_t end) -> Status {
    for (int64_t i = begin; i < end; i++) {
      if (range) {
        uint64_t* from = arrays ? ranges->as<uint64_t>() + i : &job.p.low;
        uint64_t* width = arrays ? from + job.y.size : &job.p.range;
        NUMRS_TRY(RangeAt(row, job.y.dtype, operands[0], operands[1], i, from, width));
      } else if (count > 0) {
        NUMRS_TRY(CheckValues(row, job.y.dtype, operands[0].NumberAt(i), count > 1 ? operands[1].NumberAt(i) : 0));
      }
    }
    return NUMRS_OK;
  };
  NUMRS_TRY(ParallelFor(checked, 1 << 16, 1, run.cancel, check));
  for (int k = 0; k < count && !range; k++) {
    if (operands[k].one)
      job.p.value[k] = operands[k].NumberAt(0);
    else
      job.p.array[k] = static_cast<const double*>(operands[k].data);
  }
  std::optional<RunMemory> there;
  if (run.device && ranges) {
    const size_t bytes = static_cast<size_t>(job.y.size) * 16;
    there.emplace(run, row.name, bytes);
    if (!there->ok()) return there->Failure(row.name, "ranges", bytes);
    NUMRS_TRY(ToDevice(run, row.name, there->data(), ranges->data(), bytes));
    job.p.lows = there->as<uint64_t>();
    job.p.ranges = job.p.lows + job.y.size;
  }
  return Ended(RunRandom(run, job), state, RandomBlocks(row.unit, job.y.size));
}

// y with `axis` last.
View LinesOf(const View& y, int32_t axis) {
  View lines = y;
  for (int d = axis; d + 1 < y.ndim; d++) {
    lines.shape[d] = y.shape[d + 1];
    lines.strides[d] = y.strides[d + 1];
  }
  lines.shape[y.ndim - 1] = y.shape[axis];
  lines.strides[y.ndim - 1] = y.strides[axis];
  return lines;
}

Status Permutations(numrs_context* context, State* state, const numrs_view* y, int32_t axis) {
  const char* f = "random_permutation";
  const Trace trace(f, y);
  NUMRS_TRY(AdmitContext(context, f));
  NUMRS_TRY(CheckState(f, state));
  View out;
  NUMRS_TRY(LoadOutput(context, f, y, Bit(kI64), "int64", &out));
  if (out.ndim == 0) return Fail(NUMRS_BAD_SHAPE, "%s: out has no axis, expected at least one", f);
  NUMRS_TRY(NormalizeAxis(f, out.ndim, axis, &axis));
  if (out.size == 0) return NUMRS_OK;
  const View lines = LinesOf(out, axis);
  const int64_t n = out.shape[axis], count = out.size / n;
  const bool direct = lines.IsContiguous() && reinterpret_cast<uintptr_t>(lines.data) % 8 == 0;
  const Run run = MakeRun(context);
  std::optional<RunMemory> memory;
  if (!direct) {
    const size_t bytes = static_cast<size_t>(out.size) * 8;
    memory.emplace(run, f, bytes);
    if (!memory->ok()) return memory->Failure(f, "the result in one piece", bytes);
  }
  int64_t* to = direct ? reinterpret_cast<int64_t*>(lines.data) : memory->as<int64_t>();
  Status status = RunPermutation(run, DrawOf(*state), count, n, to);
  if (status == NUMRS_OK && !direct) {
    status = Convert(run, f, ContiguousView(to, kI64, lines.ndim, lines.shape), lines);
  }
  return Ended(status, state, RandomBlocks(RandomUnit::WORD, n) * static_cast<uint64_t>(count));
}

Status Multinomial(numrs_context* context, State* state, const numrs_view* trials, const numrs_view* p,
                   const numrs_view* y) {
  const char* f = "random_multinomial";
  const Trace trace(f, y);
  NUMRS_TRY(AdmitContext(context, f));
  NUMRS_TRY(CheckState(f, state));
  View out;
  NUMRS_TRY(LoadOutput(context, f, y, Bit(kI64), "int64", &out));
  if (out.ndim == 0) return Fail(NUMRS_BAD_SHAPE, "%s: out has no axis, expected one for the classes", f);
  const Run run = MakeRun(context);
  const int64_t classes = out.shape[out.ndim - 1];
  View elements = out;  // without the classes
  elements.ndim--;
  elements.size = classes > 0 ? out.size / classes : 0;
  MultinomialJob job{};
  job.draw = DrawOf(*state);
  job.elements = elements.size;
  job.classes = classes;
  Operand counts;
  NUMRS_TRY(counts.Load(run, f, "n", trials, elements, out, true));
  // One row of probabilities for all is kept as it is.
  View row = out;
  row.ndim = 1;
  row.shape[0] = classes;
  row.strides[0] = out.strides[out.ndim - 1];
  row.size = classes;
  Operand chances;
  job.same_p = p && p->ndim < 2;
  NUMRS_TRY(chances.Load(run, f, "p", p, job.same_p ? row : out, out, false));
  if (out.size == 0) return NUMRS_OK;
  for (int64_t i = 0; i < (counts.one ? 1 : elements.size); i++) {
    const __int128 n = counts.WholeAt(i);
    if (n < 0 || n > static_cast<__int128>(kMostTrials)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: n is %lld, expected 0 to 2^53", f, static_cast<long long>(n));
    }
  }
  const int64_t rows = job.same_p ? 1 : elements.size;
  for (int64_t r = 0; r < rows; r++) {
    double sum = 0;
    for (int64_t j = 0; j < classes; j++) {
      const double chance = chances.NumberAt(r * classes + j);
      if (!(chance >= 0 && chance <= 1)) return Fail(NUMRS_BAD_ARGUMENT, "%s: p is %.17g, expected 0 to 1", f, chance);
      sum += chance;
    }
    if (!(sum <= 1 + 1e-12)) return Fail(NUMRS_BAD_ARGUMENT, "%s: p sums to %.17g, expected 1", f, sum);
  }
  // Where the call runs: the number of trials if it is one, a single probability written out for all classes, and the
  // result in one piece.
  const bool direct = out.IsContiguous() && reinterpret_cast<uintptr_t>(out.data) % 8 == 0;
  const int64_t single = static_cast<int64_t>(counts.value);
  const int64_t words[3] = {run.device && counts.one ? 1 : 0, chances.one ? classes : 0, direct ? 0 : out.size};
  const size_t bytes = static_cast<size_t>(words[0] + words[1] + words[2]) * 8;
  std::optional<RunMemory> memory;
  if (bytes > 0) {
    memory.emplace(run, f, bytes);
    if (!memory->ok()) return memory->Failure(f, "the result", bytes);
  }
  int64_t* const at = bytes > 0 ? memory->as<int64_t>() : nullptr;
  if (words[0]) NUMRS_TRY(Convert(run, f, HostScalar(&single, kI64), ContiguousView(at, kI64, 0, nullptr)));
  if (chances.one) {
    const double chance = chances.NumberAt(0);
    NUMRS_TRY(Convert(run, f, HostScalar(&chance, kF64), ContiguousView(at + words[0], kF64, 1, &classes)));
    job.same_p = true;
  }
  job.p = chances.one ? reinterpret_cast<const double*>(at + words[0]) : static_cast<const double*>(chances.data);
  job.same_trials = counts.one;
  job.trials = words[0] ? at : counts.one ? &single : static_cast<const int64_t*>(counts.data);
  job.y = direct ? reinterpret_cast<int64_t*>(out.data) : at + words[0] + words[1];
  Status status = RunMultinomial(run, job);
  if (status == NUMRS_OK && !direct) status = Convert(run, f, ContiguousView(job.y, kI64, out.ndim, out.shape), out);
  return Ended(status, state, RandomBlocks(RandomUnit::BLOCK, elements.size));
}

}  // namespace

Status RandomRaw(numrs_context* context, int32_t op, int32_t dtype, State* state, void* y, int64_t n,
                 const double* parameters, int32_t n_parameters) {
  const numrs_view out = {y, &n, nullptr, 1, dtype};
  numrs_view views[2];
  for (int32_t k = 0; k < n_parameters; k++)
    views[k] = {const_cast<double*>(parameters + k), nullptr, nullptr, 0, kF64 | NUMRS_ON_HOST};
  return Random(context, op, state, &out, views, n_parameters);
}

Status RandomIntegersRaw(numrs_context* context, int32_t dtype, State* state, void* y, int64_t n, const void* low,
                         const void* high) {
  const numrs_view out = {y, &n, nullptr, 1, dtype};
  const int32_t number = dtype | NUMRS_ON_HOST;
  const numrs_view views[] = {{const_cast<void*>(low), nullptr, nullptr, 0, number},
                              {const_cast<void*>(high), nullptr, nullptr, 0, number}};
  return Random(context, kRandom_integers, state, &out, views, 2);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_random(numrs_context* context, int32_t op, numrs_random_state* state, const numrs_view* y,
                                     const numrs_view* parameters, int32_t n_parameters) {
  return Guard([&] { return Random(context, op, state, y, parameters, n_parameters); });
}
extern "C" numrs_status numrs_random_permutation(numrs_context* context, numrs_random_state* state, const numrs_view* y,
                                                 int32_t axis) {
  return Guard([&] { return Permutations(context, state, y, axis); });
}
extern "C" numrs_status numrs_random_multinomial(numrs_context* context, numrs_random_state* state,
                                                 const numrs_view* trials, const numrs_view* p, const numrs_view* y) {
  return Guard([&] { return Multinomial(context, state, trials, p, y); });
}
extern "C" numrs_status numrs_random_seed(numrs_random_state* state, const uint64_t* words, int64_t n_words) {
  return Guard([&]() -> Status {
    State fresh = NUMRS_RANDOM_STATE_INIT;
    if (!state) return Fail(NUMRS_BAD_ARGUMENT, "random_seed: state is NULL");
    if (state->struct_size != sizeof(State)) {
      return Fail(NUMRS_BAD_ARGUMENT, "random_seed: state->struct_size is %u, expected %zu", state->struct_size,
                  sizeof(State));
    }
    if (n_words < 0) return Fail(NUMRS_BAD_ARGUMENT, "random_seed: n_words is %lld", (long long)n_words);
    if (n_words > 0 && !words) return Fail(NUMRS_BAD_ARGUMENT, "random_seed: words is NULL");
    ActiveKernels().random->key(words, n_words, fresh.key);
    *state = fresh;
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_random_advance(numrs_random_state* state, uint64_t blocks) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckState("random_advance", state));
    if (blocks % kRandomGroup)
      return Fail(NUMRS_BAD_ARGUMENT, "random_advance: blocks is %llu, expected a multiple of %d",
                  (unsigned long long)blocks, static_cast<int>(kRandomGroup));
    Move(state, blocks);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_random_jump(numrs_random_state* state, uint32_t jumps) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckState("random_jump", state));
    state->counter[1] = static_cast<uint32_t>(state->counter[1] + jumps);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_random_blocks(int32_t op, int64_t n, uint64_t* blocks) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckOp("random_blocks", op));
    if (n < 0) return Fail(NUMRS_BAD_ARGUMENT, "random_blocks: n is %lld, expected 0 or more", (long long)n);
    if (!blocks) return Fail(NUMRS_BAD_ARGUMENT, "random_blocks: blocks is NULL");
    *blocks = RandomBlocks(kRandomRows[op].unit, n);
    return NUMRS_OK;
  });
}
