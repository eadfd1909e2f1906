// extern "C" of stream.h: moving windows and exponential weights. The last two windows' elements are kept from a
// multiple of the window on, where the blocks of the engine stand, so that the bits are those of one call.
#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "api/axes.h"
#include "api/rolling.h"
#include "api/stream.h"
#include "core/ewm.h"
#include "numrs/stream.h"

namespace numrs {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr uint64_t kRollingMagic = 0x31676e696c6c6f72, kEwmMagic = 0x316d77656d77656d;

// One line of each input as float64 and room for the results, behind `before` elements that are there already.
class Pieces {
 public:
  Status Load(const char* function, int inputs, int64_t before, const numrs_view* x, const numrs_view* x2,
              const numrs_view* y) {
    function_ = function;
    View in[2];
    NUMRS_TRY(LoadView(function, "x", x, &in[0]));
    if (in[0].ndim != 1) return Fail(NUMRS_BAD_SHAPE, "%s: x has %d dimensions, expected 1", function, in[0].ndim);
    n = in[0].shape[0];
    if ((x2 != nullptr) != (inputs == 2)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: x2 is %sNULL, expected %s", function, x2 ? "not " : "",
                  x2 ? "NULL" : "a second input");
    }
    if (x2) {
      NUMRS_TRY(LoadView(function, "x2", x2, &in[1]));
      if (in[1].ndim != 1 || in[1].shape[0] != n)
        return Fail(NUMRS_BAD_SHAPE, "%s: x2 has another shape than x, (%lld,)", function, (long long)n);
    }
    has_y_ = y != nullptr;
    if (y) {
      NUMRS_TRY(LoadView(function, "out", y, &y_));
      if (y_.ndim != 1 || y_.shape[0] != n)
        return Fail(NUMRS_BAD_SHAPE, "%s: out has another shape than x, (%lld,)", function, (long long)n);
      NUMRS_TRY(CheckOutput(function, kF64, y_));
    }
    int64_t bytes;
    if (__builtin_add_overflow(n, before, &length) || __builtin_mul_overflow(length, 8 * 3, &bytes))
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", function, (long long)n);
    memory_ = static_cast<double*>(PoolAllocate(static_cast<size_t>(bytes)));
    if (!memory_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", function, (long long)n);
    for (int k = 0; k < inputs; k++) {
      values[k] = memory_ + k * length;
      NUMRS_TRY(ValuesOf(function, in[k], values[k] + before));
    }
    results = memory_ + 2 * length;
    return NUMRS_OK;
  }
  // The last n results to y.
  Status Store() const {
    if (!has_y_ || n == 0) return NUMRS_OK;
    return Convert(MakeRun(nullptr), function_, ContiguousView(results + length - n, kF64, 1, y_.shape), y_);
  }
  Pieces() = default;
  ~Pieces() { PoolFree(memory_); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  int64_t n = 0, length = 0;
  double *values[2] = {}, *results = nullptr;

 private:
  const char* function_ = "";
  double* memory_ = nullptr;
  View y_;
  bool has_y_ = false;
};

}  // namespace

// What is saved of a rolling stream, before the kept elements.
struct RollingHead {
  uint64_t magic;
  int64_t window, min_periods, total, kept;
  double parameter, last;
  int32_t op, method, flags, reserved;
};
static_assert(std::is_trivially_copyable<RollingHead>::value, "saved as it stands");

struct EwmHead {
  uint64_t magic;
  int64_t min_periods;
  double alpha, last;
  int32_t op, adjust, ignore_missing, unbiased;
  EwmState state;
};
static_assert(std::is_trivially_copyable<EwmHead>::value, "saved as it stands");

}  // namespace numrs

using namespace numrs;

struct numrs_rolling_stream {
  RollingHead head{};
  double* kept = nullptr;  // of each input, one behind the other
  ~numrs_rolling_stream() { PoolFree(kept); }
  int inputs() const { return kRollingRows[head.op].inputs; }
  // How many of `total` elements have to be kept: from a multiple of the window on, all of the next window's.
  int64_t Kept(int64_t total) const {
    const int64_t needed = total - head.window + 1;
    return needed <= 0 ? total : total - needed / head.window * head.window;
  }
};
struct numrs_ewm_stream {
  EwmHead head{};
};

namespace {

numrs_rolling_options OptionsOf(const RollingHead& head) {
  numrs_rolling_options o = NUMRS_ROLLING_OPTIONS_INIT;
  o.window = head.window;
  o.min_periods = head.min_periods;
  o.method = head.method;
  o.flags = head.flags;
  o.parameter = head.parameter;
  return o;
}

// Everything that numrs_rolling checks of the options, on one element.
Status CheckRolling(const RollingHead& head) {
  double x = 0, y = 0;
  const int64_t one = 1;
  const numrs_view in = {&x, &one, nullptr, 1, NUMRS_F64}, out = {&y, &one, nullptr, 1, NUMRS_F64};
  if (head.op < 0 || head.op >= kRollingOps) {
    return Fail(NUMRS_BAD_ARGUMENT, "rolling_stream_create: op is %d, expected 0 to %d", head.op, kRollingOps - 1);
  }
  const numrs_rolling_options o = OptionsOf(head);
  if (o.window < 1 || o.window > (int64_t{1} << 40)) {
    return Fail(NUMRS_BAD_ARGUMENT, "rolling_stream_create: window is %lld, expected 1 to 2^40", (long long)o.window);
  }
  if (o.min_periods > o.window) {
    return Fail(NUMRS_BAD_ARGUMENT, "rolling_stream_create: min_periods is %lld, expected at most the window, %lld",
                (long long)o.min_periods, (long long)o.window);
  }
  numrs_rolling_options small = o;  // the window itself costs memory
  small.window = std::min<int64_t>(o.window, 64);
  small.min_periods = std::min<int64_t>(o.min_periods, small.window);
  return Rolling(nullptr, head.op, &in, kRollingRows[head.op].inputs > 1 ? &in : nullptr, &out, 0, &small);
}

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

}  // namespace

extern "C" numrs_status numrs_rolling_stream_create(int32_t op, const numrs_rolling_options* options,
                                                    numrs_rolling_stream** stream) {
  return Guard([&]() -> Status {
    const char* f = "rolling_stream_create";
    if (!options || !stream) return NullArgument(f, options ? "stream" : "options");
    *stream = nullptr;
    if (options->struct_size != sizeof(*options)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: options->struct_size is %u, expected %zu", f, options->struct_size,
                  sizeof(*options));
    }
    if (options->closed || options->center || options->step > 1 || options->step < 0 || options->starts ||
        options->ends || options->n_bounds || options->weights) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: closed, center, step, bounds and weights do not go with a stream", f);
    }
    RollingHead head{};
    head.magic = kRollingMagic;
    head.op = op;
    head.window = options->window;
    head.min_periods = options->min_periods;
    head.method = options->method;
    head.flags = options->flags;
    head.parameter = options->parameter;
    head.last = kNone;
    NUMRS_TRY(CheckRolling(head));
    NUMRS_TRY(CreateObject(f, stream));
    (*stream)->head = head;
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_stream_update(numrs_rolling_stream* stream, const numrs_view* x,
                                                    const numrs_view* x2, const numrs_view* y) {
  return Guard([&]() -> Status {
    const char* f = "rolling_stream_update";
    if (!stream) return NullArgument(f, "stream");
    RollingHead& head = stream->head;
    const int inputs = stream->inputs();
    const int64_t before = head.kept;
    Pieces p;
    NUMRS_TRY(p.Load(f, inputs, before, x, x2, y));
    if (p.n == 0) return NUMRS_OK;
    for (int k = 0; k < inputs && before > 0; k++)
      std::memcpy(p.values[k], stream->kept + k * before, static_cast<size_t>(before) * 8);
    const numrs_view in = {p.values[0], &p.length, nullptr, 1, NUMRS_F64};
    const numrs_view in2 = {p.values[1], &p.length, nullptr, 1, NUMRS_F64};
    const numrs_view out = {p.results, &p.length, nullptr, 1, NUMRS_F64};
    const numrs_rolling_options options = OptionsOf(head);
    NUMRS_TRY(Rolling(nullptr, head.op, &in, inputs > 1 ? &in2 : nullptr, &out, 0, &options));
    const int64_t total = head.total + p.n, kept = stream->Kept(total);
    double* memory = static_cast<double*>(PoolAllocate(static_cast<size_t>(kept * inputs) * 8));
    if (!memory) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a window of %lld", f, (long long)head.window);
    const Status status = p.Store();
    if (status != NUMRS_OK) {
      PoolFree(memory);
      return status;
    }
    for (int k = 0; k < inputs; k++)
      std::memcpy(memory + k * kept, p.values[k] + p.length - kept, static_cast<size_t>(kept) * 8);
    PoolFree(stream->kept);
    stream->kept = memory;
    head.kept = kept;
    head.total = total;
    head.last = p.results[p.length - 1];
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_stream_value(const numrs_rolling_stream* stream, double* y) {
  return Guard([&]() -> Status {
    if (!stream || !y) return NullArgument("rolling_stream_value", stream ? "y" : "stream");
    *y = stream->head.last;
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_stream_save(const numrs_rolling_stream* stream, void* buffer, size_t size,
                                                  size_t* needed) {
  return Guard([&]() -> Status {
    const char* f = "rolling_stream_save";
    if (!stream || !needed) return NullArgument(f, stream ? "needed" : "stream");
    const size_t values = static_cast<size_t>(stream->head.kept * stream->inputs()) * 8;
    const size_t bytes = sizeof(RollingHead) + values;
    if (buffer && size < bytes)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: size is %zu, expected at least %zu", f, size, bytes);
    *needed = bytes;
    if (!buffer) return NUMRS_OK;
    std::memcpy(buffer, &stream->head, sizeof(RollingHead));
    if (values) std::memcpy(static_cast<char*>(buffer) + sizeof(RollingHead), stream->kept, values);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_stream_load(const void* buffer, size_t size, numrs_rolling_stream** stream) {
  return Guard([&]() -> Status {
    const char* f = "rolling_stream_load";
    if (!buffer || !stream) return NullArgument(f, buffer ? "stream" : "buffer");
    *stream = nullptr;
    RollingHead head{};
    if (size < sizeof(head)) return NoState(f);
    std::memcpy(&head, buffer, sizeof(head));
    if (head.magic != kRollingMagic || head.total < 0 || head.total > (int64_t{1} << 62) || head.reserved ||
        CheckRolling(head) != NUMRS_OK) {
      return NoState(f);
    }
    numrs_rolling_stream* object = nullptr;
    NUMRS_TRY(CreateObject(f, &object));
    object->head = head;
    const size_t values = size - sizeof(head), inputs = static_cast<size_t>(object->inputs());
    const bool sane = head.kept == object->Kept(head.total) && values % (8 * inputs) == 0 &&
                      values / (8 * inputs) == static_cast<size_t>(head.kept);
    if (!sane) {
      DestroyObject(object);
      return NoState(f);
    }
    object->kept = static_cast<double*>(PoolAllocate(values));
    if (!object->kept) {
      DestroyObject(object);
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes", f, values);
    }
    if (values) std::memcpy(object->kept, static_cast<const char*>(buffer) + sizeof(head), values);
    *stream = object;
    return NUMRS_OK;
  });
}

extern "C" void numrs_rolling_stream_destroy(numrs_rolling_stream* stream) { DestroyObject(stream); }

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
    head.last = kNone;
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
    const EwmParameters parameters{head.alpha, head.min_periods ? head.min_periods : 1, head.adjust != 0,
                                   head.ignore_missing != 0, head.unbiased != 0};
    EwmState state = head.state;
    ActiveKernels().rolling->ewm[head.op](parameters, p.values[0], p.values[1], nullptr, p.n, &state, p.results);
    NUMRS_TRY(p.Store());
    head.state = state;
    head.last = p.results[p.n - 1];
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
    if (head.magic != kEwmMagic || head.state.n < 0 || CheckEwm(head) != NUMRS_OK) return NoState(f);
    NUMRS_TRY(CreateObject(f, stream));
    (*stream)->head = head;
    return NUMRS_OK;
  });
}

extern "C" void numrs_ewm_stream_destroy(numrs_ewm_stream* stream) { DestroyObject(stream); }
