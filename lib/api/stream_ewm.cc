// extern "C" of stream.h: exponential weights. A merge is arithmetic on two states: its bits are not those of one call,
// its accuracy is.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "api/stream_pieces.h"
#include "core/ewm.h"
#include "numrs/stream.h"

namespace numrs {

constexpr uint64_t kEwmMagic = 0x326d77656d77656d;

// Values that are taken together: the sum of their weights, means and (co)moments in the rows of EwmState.
struct EwmPool {
  double weight, mean[2], moment[3];
};

// What a merge has to know of a stream, besides its state. A step is an element that makes the others older.
struct EwmSeam {
  int64_t steps;   // of all elements
  int64_t behind;  // of those behind the last value
  double weight;   // adjust: of all values, where the last one stands
  // Not adjusted, the first value stands for all that could have come before it. It has a share of the whole, and the
  // others are kept without it, until that share is 0.
  int64_t lead;     // steps up to the first value
  double first[2];  // the first value
  double share;
  EwmPool others;
};

struct EwmHead {
  uint64_t magic;
  int64_t min_periods;
  double alpha, last;
  int32_t op, adjust, ignore_missing, unbiased;
  EwmState state;
  EwmSeam seam;
};
static_assert(std::is_trivially_copyable<EwmHead>::value, "saved as it stands");

}  // namespace numrs

using namespace numrs;

struct numrs_ewm_stream {
  EwmHead head{};
};

namespace {

Status CheckEwm(const EwmHead& head) {
  double x = 0, y = 0;
  const int64_t one = 1;
  const numrs_view in = {&x, &one, nullptr, 1, NUMRS_F64}, out = {&y, &one, nullptr, 1, NUMRS_F64};
  numrs_ewm_options o = NUMRS_EWM_OPTIONS_INIT;
  o.adjust = head.adjust;
  o.ignore_missing = head.ignore_missing;
  o.unbiased = head.unbiased;
  o.min_periods = head.min_periods;
  o.alpha = head.alpha;
  const bool two = head.op >= 0 && head.op < kEwmOps && kEwmRows[head.op].inputs > 1;
  return numrs_ewm(nullptr, head.op, &in, two ? &in : nullptr, &out, 0, &o);
}

EwmParameters ParametersOf(const EwmHead& head) {
  return {head.alpha, head.min_periods ? head.min_periods : 1, head.adjust != 0, head.ignore_missing != 0,
          head.unbiased != 0};
}

// x^n within an ulp, for 0 <= x <= 1: the products' rounding errors are kept too.
double Power(double x, int64_t n) {
  double y = 1, y_low = 0, square = x, square_low = 0;
  const auto multiply = [](double* high, double* low, double a, double a_low) {
    const double product = *high * a;
    const double error = std::fma(*high, a, -product) + (*high * a_low + *low * a);
    *high = product + error;
    *low = error - (*high - product);
  };
  for (; n > 0; n >>= 1) {
    if (n & 1) multiply(&y, &y_low, square, square_low);
    multiply(&square, &square_low, square, square_low);
  }
  return y;
}

bool IsThere(const Pieces& p, int64_t i) {
  return p.values[0][i] == p.values[0][i] && (!p.values[1] || p.values[1][i] == p.values[1][i]);
}

// Rows of EwmState::moment by the inputs that they are of.
struct MomentOf {
  int row, i, j;
};
int MomentsOf(int32_t op, MomentOf* of) {
  const bool two = kEwmRows[op].inputs > 1;
  of[0] = {0, 0, two ? 1 : 0};
  of[1] = {1, 0, 0};
  of[2] = {2, 1, 1};
  return op == kEwm_mean ? 0 : op == kEwm_corr ? 3 : 1;
}

// The first value's share and the others after the n elements of p, which follow the head's state.
void FollowFirst(const EwmHead& head, const Pieces& p, EwmSeam* seam) {
  constexpr double kNothing = 1e-300;  // below it a share is none: no arithmetic with denormal numbers
  const double alpha = head.alpha, usual = 1 - alpha;
  const int inputs = kEwmRows[head.op].inputs;
  MomentOf of[3];
  const int rows = MomentsOf(head.op, of);
  EwmPool& others = seam->others;
  double weight = head.state.weight;
  bool begun = head.state.n > 0;
  int64_t steps = seam->steps;
  for (int64_t i = 0; i < p.n && !(begun && seam->share == 0); i++) {
    const bool there = IsThere(p, i);
    const double x[2] = {p.values[0][i], inputs > 1 ? p.values[1][i] : 0};
    steps += there || !head.ignore_missing;
    if (!there) {
      if (begun && !head.ignore_missing) weight *= usual;
      continue;
    }
    if (!begun) {
      begun = true;
      seam->first[0] = x[0];
      seam->first[1] = x[1];
      seam->lead = steps;
      seam->share = weight = 1;
      continue;
    }
    const double before = weight * usual, all = before + alpha;
    if (others.weight == 0) {
      others = {alpha / all, {x[0], x[1]}, {}};
    } else {
      const double old = others.weight * before, both = old + alpha, keep = old / both, fresh = alpha / both;
      const double d[2] = {x[0] - others.mean[0], x[1] - others.mean[1]};
      for (int k = 0; k < inputs; k++)
        if (others.mean[k] != x[k]) others.mean[k] = keep * others.mean[k] + fresh * x[k];
      for (int m = 0; m < rows; m++) {
        double& moment = others.moment[of[m].row];
        moment = keep * (moment + fresh * (d[of[m].i] * d[of[m].j]));
      }
      others.weight = both / all;
    }
    seam->share *= before / all;
    if (seam->share < kNothing) seam->share = 0;
    weight = 1;
  }
}

// Two pools as one. Infinities stay, however little they weigh; a mean that is none, or infinite, has no moments.
EwmPool Joined(const EwmHead& head, const EwmPool& p, const EwmPool& q) {
  EwmPool s{p.weight + q.weight, {}, {}};
  for (int k = 0; k < kEwmRows[head.op].inputs; k++) {
    const double a = p.mean[k], b = q.mean[k];
    const bool finite = std::isfinite(a) && std::isfinite(b);
    s.mean[k] = a == b ? a : finite || head.alpha == 1 ? (p.weight * a + q.weight * b) / s.weight : a + b;
  }
  MomentOf of[3];
  for (int m = 0, rows = MomentsOf(head.op, of); m < rows; m++) {
    const int r = of[m].row, i = of[m].i, j = of[m].j;
    const double between_p = (p.mean[i] - s.mean[i]) * (p.mean[j] - s.mean[j]);
    const double between_q = (q.mean[i] - s.mean[i]) * (q.mean[j] - s.mean[j]);
    s.moment[r] = std::isfinite(s.mean[i]) && std::isfinite(s.mean[j])
                      ? (p.weight * (p.moment[r] + between_p) + q.weight * (q.moment[r] + between_q)) / s.weight
                      : kNoResult;
  }
  return s;
}
EwmPool PoolOf(const EwmState& s, double weight) {
  return {weight, {s.mean[0], s.mean[1]}, {s.moment[0], s.moment[1], s.moment[2]}};
}
void SetPool(const EwmPool& pool, EwmState* s) {
  for (int k = 0; k < 2; k++) s->mean[k] = pool.mean[k];
  for (int r = 0; r < 3; r++) s->moment[r] = pool.moment[r];
}

// Adjusted: two pools with their weights where the last value stands.
void JoinAdjusted(const EwmHead& a, const EwmHead& b, EwmHead* y) {
  const EwmState &p = a.state, &q = b.state;
  const double usual = 1 - a.alpha, decay = Power(usual, b.seam.steps);
  const EwmPool front = PoolOf(p, p.weight * Power(usual, b.seam.steps - b.seam.behind));
  const EwmPool joined = Joined(a, front, PoolOf(q, b.seam.weight));
  SetPool(joined, &y->state);
  y->state.weight = p.weight * decay + q.weight;
  y->state.cross = p.cross * decay * decay + q.cross + 2 * (p.sum * decay) * q.sum;
  y->state.sum = p.sum * decay + q.sum;
  y->seam.behind = b.seam.behind;
  y->seam.weight = joined.weight;
}

// Not adjusted: the first value of b has not the whole of what comes before b's others, but alpha of it where the pool
// of a has `before`.
void JoinRecursive(const EwmHead& a, const EwmHead& b, EwmHead* y) {
  const EwmState &p = a.state, &q = b.state;
  const double before = p.weight * Power(1 - a.alpha, b.seam.lead), all = before + a.alpha;
  const double older = before / all, fresh = a.alpha / all, share = b.seam.share;
  const EwmPool first{share * fresh, {b.seam.first[0], b.seam.first[1]}, {}};
  const EwmPool others = share == 0 ? PoolOf(q, 1) : b.seam.others;
  EwmPool joined = Joined(a, PoolOf(p, older), {fresh, {first.mean[0], first.mean[1]}, {}});
  joined.weight = share;
  if (others.weight > 0) joined = Joined(a, joined, others);
  SetPool(joined, &y->state);
  y->state.weight = q.weight;
  y->state.sum = q.sum;
  // Of the first value's share squared, what belongs to pairs of different elements now.
  const double pairs = p.sum > 0 ? p.cross / p.sum / p.sum : 0, scale = share * q.sum;
  y->state.cross = q.cross + scale * scale * (older * older * pairs + 2 * older * fresh);

  y->seam.share = a.seam.share * share * older;
  if (y->seam.share == 0) return;
  EwmPool rest = first;
  if (a.seam.others.weight > 0) {
    EwmPool front = a.seam.others;
    front.weight *= share * older;
    rest = Joined(a, front, first);
  }
  if (others.weight > 0) rest = Joined(a, rest, others);
  y->seam.others = rest;
}

Status CheckSame(const char* f, const EwmHead& a, const EwmHead& b) {
  if (a.op != b.op) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: other is of another statistic, %s, expected %s", f, kEwmRows[b.op].name,
                kEwmRows[a.op].name);
  }
  if (a.alpha != b.alpha) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: other has another alpha, %.17g, expected %.17g", f, b.alpha, a.alpha);
  }
  const struct {
    const char* name;
    int64_t a, b;
  } numbers[] = {{"adjust", a.adjust, b.adjust},
                 {"ignore_missing", a.ignore_missing, b.ignore_missing},
                 {"unbiased", a.unbiased, b.unbiased},
                 {"min_periods", ParametersOf(a).min_periods, ParametersOf(b).min_periods}};
  for (const auto& number : numbers) {
    if (number.a != number.b) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: other has another %s, %lld, expected %lld", f, number.name,
                  (long long)number.b, (long long)number.a);
    }
  }
  return NUMRS_OK;
}

}  // namespace

extern "C" numrs_status numrs_ewm_stream_create(int32_t op, const numrs_ewm_options* options,
                                                numrs_ewm_stream** stream) {
  return Guard([&]() -> Status {
    const char* f = "ewm_stream_create";
    if (!options || !stream) return NullArgument(f, options ? "stream" : "options");
    *stream = nullptr;
    if (options->struct_size != sizeof(*options)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: options->struct_size is %u, expected %zu", f, options->struct_size,
                  sizeof(*options));
    }
    if (options->factors || options->n_factors)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: factors do not go with a stream", f);
    EwmHead head{};
    head.magic = kEwmMagic;
    head.op = op;
    head.min_periods = options->min_periods;
    head.alpha = options->alpha;
    head.adjust = options->adjust;
    head.ignore_missing = options->ignore_missing;
    head.unbiased = options->unbiased;
    head.last = kNoResult;
    NUMRS_TRY(CheckEwm(head));
    NUMRS_TRY(CreateObject(f, stream));
    (*stream)->head = head;
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ewm_stream_update(numrs_ewm_stream* stream, const numrs_view* x, const numrs_view* x2,
                                                const numrs_view* y) {
  return Guard([&]() -> Status {
    const char* f = "ewm_stream_update";
    if (!stream) return NullArgument(f, "stream");
    EwmHead& head = stream->head;
    Pieces p;
    NUMRS_TRY(p.Load(f, kEwmRows[head.op].inputs, 0, x, x2, y));
    if (p.n == 0) return NUMRS_OK;
    const EwmParameters parameters = ParametersOf(head);
    const EwmFn run = ActiveKernels().rolling->ewm[head.op];
    EwmState state = head.state;
    EwmSeam seam = head.seam;
    if (!head.adjust) FollowFirst(head, p, &seam);
    int64_t missing = 0, behind = 0;
    while (behind < p.n && !IsThere(p, p.n - 1 - behind)) behind++;
    if (head.ignore_missing)
      for (int64_t i = 0; i < p.n; i++) missing += !IsThere(p, i);
    // Up to the last value, whose weights a merge needs, and on.
    const int64_t values = p.n - behind;
    run(parameters, p.values[0], p.values[1], nullptr, values, &state, p.results);
    if (values > 0) seam.weight = state.weight;
    run(parameters, p.values[0] + values, p.values[1] ? p.values[1] + values : nullptr, nullptr, behind, &state,
        p.results + values);
    seam.steps += p.n - missing;
    seam.behind = (values > 0 ? 0 : seam.behind) + (head.ignore_missing ? 0 : behind);
    NUMRS_TRY(p.Store());
    head.state = state;
    head.seam = seam;
    head.last = p.results[p.n - 1];
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ewm_stream_merge(numrs_ewm_stream* stream, const numrs_ewm_stream* other) {
  return Guard([&]() -> Status {
    const char* f = "ewm_stream_merge";
    if (!stream || !other) return NullArgument(f, stream ? "other" : "stream");
    const EwmHead a = stream->head, b = other->head;
    NUMRS_TRY(CheckSame(f, a, b));
    EwmHead y = a;
    const int64_t steps = std::min(a.seam.steps + b.seam.steps, kMostElements);
    if (b.state.n == 0) {  // only steps
      const double decay = Power(1 - a.alpha, b.seam.steps);
      y.state.weight *= decay;
      y.state.sum *= decay;
      y.state.cross *= decay * decay;
      y.seam.behind += b.seam.steps;
    } else if (a.state.n == 0) {
      y.state = b.state;
      y.seam = b.seam;
      y.seam.lead += a.seam.steps;
    } else {
      if (a.adjust)
        JoinAdjusted(a, b, &y);
      else
        JoinRecursive(a, b, &y);
      y.state.n = a.state.n + b.state.n;
    }
    y.seam.steps = steps;
    y.seam.behind = std::min(y.seam.behind, kMostElements);
    y.seam.lead = std::min(y.seam.lead, kMostElements);
    y.state.n = std::min(y.state.n, kMostElements);
    // The kernel tells what the state is worth: a missing element that is no step.
    EwmParameters parameters = ParametersOf(y);
    parameters.ignore_missing = true;
    EwmState state = y.state;
    const double nothing = kNoResult;
    ActiveKernels().rolling->ewm[y.op](parameters, &nothing, &nothing, nullptr, 1, &state, &y.last);
    stream->head = y;
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ewm_stream_value(const numrs_ewm_stream* stream, double* y) {
  return Guard([&]() -> Status {
    if (!stream || !y) return NullArgument("ewm_stream_value", stream ? "y" : "stream");
    *y = stream->head.last;
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ewm_stream_save(const numrs_ewm_stream* stream, void* buffer, size_t size,
                                              size_t* needed) {
  return Guard([&]() -> Status {
    const char* f = "ewm_stream_save";
    if (!stream || !needed) return NullArgument(f, stream ? "needed" : "stream");
    if (buffer && size < sizeof(EwmHead))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: size is %zu, expected at least %zu", f, size, sizeof(EwmHead));
    *needed = sizeof(EwmHead);
    if (buffer) std::memcpy(buffer, &stream->head, sizeof(EwmHead));
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ewm_stream_load(const void* buffer, size_t size, numrs_ewm_stream** stream) {
  return Guard([&]() -> Status {
    const char* f = "ewm_stream_load";
    if (!buffer || !stream) return NullArgument(f, buffer ? "stream" : "buffer");
    *stream = nullptr;
    EwmHead head{};
    if (size != sizeof(head)) return NoState(f);
    std::memcpy(&head, buffer, sizeof(head));
    const auto sane = [](int64_t count) { return count >= 0 && count <= 2 * kMostElements; };
    if (head.magic != kEwmMagic || !sane(head.state.n) || !sane(head.seam.steps) || !sane(head.seam.behind) ||
        !sane(head.seam.lead) || head.seam.behind > head.seam.steps || CheckEwm(head) != NUMRS_OK) {
      return NoState(f);
    }
    NUMRS_TRY(CreateObject(f, stream));
    (*stream)->head = head;
    return NUMRS_OK;
  });
}

extern "C" void numrs_ewm_stream_destroy(numrs_ewm_stream* stream) { DestroyObject(stream); }
