// extern "C" of stream.h: moving windows; exponential weights are stream_ewm.cc's. What two windows can still need is
// kept, and the engine sees it from a multiple of the window on, where its blocks stand in one call on everything: so
// the bits are the same.
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "api/stream_pieces.h"
#include "numrs/stream.h"

namespace numrs {

constexpr uint64_t kRollingMagic = 0x32676e696c6c6f72;

// What is saved of a rolling stream, before the kept elements.
struct RollingHead {
  uint64_t magic;
  int64_t window, min_periods, total, kept;
  double parameter, last;
  int32_t op, method, flags, reserved;
};
static_assert(std::is_trivially_copyable<RollingHead>::value, "saved as it stands");

}  // namespace numrs

using namespace numrs;

struct numrs_rolling_stream {
  RollingHead head{};
  double* kept = nullptr;  // of each input, `room` apart
  int64_t room = 0;
  ~numrs_rolling_stream() { PoolFree(kept); }
  int inputs() const { return kRollingRows[head.op].inputs; }
  double* Line(int k) const { return kept + k * room; }
  // How many of `total` elements are kept: from a block's border on, what the last window has.
  int64_t Kept(int64_t total) const { return std::min(total, 2 * head.window - 1); }
  // How many of them, from a multiple of the window on, the last of `total` results needs …
  int64_t NeededNow(int64_t total) const { return total < head.window ? total : head.window + total % head.window; }
  // … and the next one, without the next element.
  int64_t NeededNext(int64_t total) const { return NeededNow(total + 1) - 1; }

  Status Reserve(const char* function, int64_t count) {
    if (count <= room) return NUMRS_OK;
    const int64_t wanted = std::min(count + count / 2 + 64, 2 * head.window - 1);
    int64_t bytes;
    const bool fits = !__builtin_mul_overflow(wanted, int64_t{8} * inputs(), &bytes);
    double* memory = fits ? static_cast<double*>(PoolAllocate(static_cast<size_t>(bytes))) : nullptr;
    if (!memory) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", function, (long long)wanted);
    for (int k = 0; k < inputs() && head.kept > 0; k++)
      std::memcpy(memory + k * wanted, Line(k), static_cast<size_t>(head.kept) * 8);
    PoolFree(kept);
    kept = memory;
    room = wanted;
    return NUMRS_OK;
  }
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

// y[i] = the statistic after element i of the n at x.
Status Results(const RollingHead& head, double* x, double* x2, int64_t n, double* y) {
  const numrs_view in = {x, &n, nullptr, 1, NUMRS_F64}, in2 = {x2, &n, nullptr, 1, NUMRS_F64};
  const numrs_view out = {y, &n, nullptr, 1, NUMRS_F64};
  const numrs_rolling_options options = OptionsOf(head);
  return Rolling(nullptr, head.op, &in, x2 ? &in2 : nullptr, &out, 0, &options);
}

Status CheckSame(const char* f, const RollingHead& a, const RollingHead& b) {
  if (a.op != b.op) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: other is of another statistic, %s, expected %s", f, kRollingRows[b.op].name,
                kRollingRows[a.op].name);
  }
  const struct {
    const char* name;
    int64_t a, b;
  } numbers[] = {{"window", a.window, b.window},
                 {"min_periods", a.min_periods, b.min_periods},
                 {"method", a.method, b.method},
                 {"flags", a.flags, b.flags}};
  for (const auto& number : numbers) {
    if (number.a != number.b) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: other has another %s, %lld, expected %lld", f, number.name,
                  (long long)number.b, (long long)number.a);
    }
  }
  if (std::memcmp(&a.parameter, &b.parameter, sizeof(double)) != 0) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: other has another parameter, %.17g, expected %.17g", f, b.parameter,
                a.parameter);
  }
  return NUMRS_OK;
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
    head.last = kNoResult;
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
    const int64_t before = stream->NeededNext(head.total);
    Pieces p;
    NUMRS_TRY(p.Load(f, inputs, before, x, x2, y));
    if (p.n == 0) return NUMRS_OK;
    for (int k = 0; k < inputs && before > 0; k++)
      std::memcpy(p.values[k], stream->Line(k) + head.kept - before, static_cast<size_t>(before) * 8);
    const int64_t total = head.total + p.n, kept = stream->Kept(total);
    const int64_t needed = y ? p.length : std::min(p.length, stream->NeededNow(total));
    NUMRS_TRY(Results(head, p.values[0] + p.length - needed, inputs > 1 ? p.values[1] + p.length - needed : nullptr,
                      needed, p.results + p.length - needed));
    NUMRS_TRY(stream->Reserve(f, kept));
    NUMRS_TRY(p.Store());
    const int64_t old = std::max<int64_t>(kept - p.n, 0), fresh = kept - old;
    for (int k = 0; k < inputs; k++) {
      double* line = stream->Line(k);
      if (old > 0) std::memmove(line, line + head.kept - old, static_cast<size_t>(old) * 8);
      std::memcpy(line + old, p.values[k] + p.length - fresh, static_cast<size_t>(fresh) * 8);
    }
    head.kept = kept;
    head.total = total;
    head.last = p.results[p.length - 1];
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_stream_merge(numrs_rolling_stream* stream, const numrs_rolling_stream* other) {
  return Guard([&]() -> Status {
    const char* f = "rolling_stream_merge";
    if (!stream || !other) return NullArgument(f, stream ? "other" : "stream");
    const RollingHead &a = stream->head, &b = other->head;
    NUMRS_TRY(CheckSame(f, a, b));
    if (b.total == 0) return NUMRS_OK;
    const int inputs = stream->inputs();
    numrs_rolling_stream joined;
    joined.head = a;
    joined.head.kept = 0;
    int64_t total = a.total + b.total;
    if (total > kMostElements) total = 2 * a.window + total % a.window;  // nothing else of it matters
    const int64_t kept = joined.Kept(total), behind = std::min(kept, b.kept), front = kept - behind;
    const int64_t needed = joined.NeededNow(total);
    NUMRS_TRY(joined.Reserve(f, kept));
    for (int k = 0; k < inputs; k++) {
      double* line = joined.Line(k);
      if (front > 0) std::memcpy(line, stream->Line(k) + a.kept - front, static_cast<size_t>(front) * 8);
      std::memcpy(line + front, other->Line(k) + b.kept - behind, static_cast<size_t>(behind) * 8);
    }
    const Workspace results(static_cast<size_t>(needed) * 8);
    if (!results.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", f, (long long)needed);
    NUMRS_TRY(Results(a, joined.Line(0) + kept - needed, inputs > 1 ? joined.Line(1) + kept - needed : nullptr, needed,
                      results.as<double>()));
    joined.head.kept = kept;
    joined.head.total = total;
    joined.head.last = results.as<double>()[needed - 1];
    std::swap(stream->kept, joined.kept);
    stream->room = joined.room;
    stream->head = joined.head;
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
    const size_t line = static_cast<size_t>(stream->head.kept) * 8;
    const size_t bytes = sizeof(RollingHead) + line * static_cast<size_t>(stream->inputs());
    if (buffer && size < bytes)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: size is %zu, expected at least %zu", f, size, bytes);
    *needed = bytes;
    if (!buffer) return NUMRS_OK;
    std::memcpy(buffer, &stream->head, sizeof(RollingHead));
    char* to = static_cast<char*>(buffer) + sizeof(RollingHead);
    for (int k = 0; k < stream->inputs() && line > 0; k++, to += line) std::memcpy(to, stream->Line(k), line);
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
    if (head.magic != kRollingMagic || head.total < 0 || head.total > 2 * kMostElements || head.reserved ||
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
    object->room = head.kept;
    if (values) std::memcpy(object->kept, static_cast<const char*>(buffer) + sizeof(head), values);
    *stream = object;
    return NUMRS_OK;
  });
}

extern "C" void numrs_rolling_stream_destroy(numrs_rolling_stream* stream) { DestroyObject(stream); }
