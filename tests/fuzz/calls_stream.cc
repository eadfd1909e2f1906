// Streams under hostile pieces, states and addresses: one object per call, whose every function is called in turn.
#include <vector>

#include "operand.h"

namespace fuzz {
namespace {

// What the two kinds of streams have in common.
struct MomentKind {
  using Object = numrs_moments;
  static Shape PieceShape(Input* in) { return AnyShape(in); }
  static numrs_status CreateAny(Input*, Object** out) { return numrs_moments_create(out); }
  static constexpr auto Update = numrs_moments_update;
  static constexpr auto Merge = numrs_moments_merge;
  static constexpr auto Save = numrs_moments_save;
  static constexpr auto Load = numrs_moments_load;
  static constexpr auto Destroy = numrs_moments_destroy;
  static numrs_status Value(Object* object, double, double* y) { return numrs_moments_value(object, 1, y); }
};
// Windows and weights: 1-d pieces; the operation is one of one input.
inline Shape Line(Input* in) {
  Shape s;
  s.Push(in->Below(40));
  return s;
}
inline numrs_rolling_options Windows(Input* in) {
  numrs_rolling_options o = NUMRS_ROLLING_OPTIONS_INIT;
  o.window = in->OneIn(12) ? static_cast<int64_t>(in->Wild()) : 1 + in->Below(20);
  o.min_periods = in->OneIn(12) ? static_cast<int64_t>(in->Wild()) : in->Below(3);
  o.parameter = in->OneIn(12) ? -1 : 0.5;
  if (in->OneIn(20)) o.closed = 1 + in->Below(4);
  if (in->OneIn(20)) o.struct_size = in->Below(200);
  if (in->OneIn(20)) o.flags = in->Below(8), o.method = in->Below(15);
  return o;
}
inline numrs_ewm_options Weights(Input* in) {
  numrs_ewm_options o = NUMRS_EWM_OPTIONS_INIT;
  o.alpha = in->OneIn(12) ? in->Below(3) - 1.0 : 0.25;
  o.adjust = in->OneIn(20) ? 2 : in->Below(2);
  o.ignore_missing = in->Below(2);
  if (in->OneIn(20)) o.min_periods = -1;
  if (in->OneIn(20)) o.struct_size = in->Below(200);
  return o;
}
inline int32_t OneInput(Input* in, int32_t count, int32_t two) {
  const int32_t op = in->OneIn(30) ? static_cast<int32_t>(in->Wild()) : in->Below(count);
  return op == two || op == two + 1 ? 0 : op;
}
struct RollingKind {
  using Object = numrs_rolling_stream;
  static Shape PieceShape(Input* in) { return Line(in); }
  static constexpr auto Merge = numrs_rolling_stream_merge;
  static numrs_status CreateAny(Input* in, Object** out) {
    const numrs_rolling_options o = Windows(in);
    return numrs_rolling_stream_create(OneInput(in, 23, NUMRS_OP_ROLLING_COV), in->OneIn(20) ? nullptr : &o, out);
  }
  static numrs_status Update(Object* object, const numrs_view* x) {
    return numrs_rolling_stream_update(object, x, nullptr, nullptr);
  }
  static constexpr auto Save = numrs_rolling_stream_save;
  static constexpr auto Load = numrs_rolling_stream_load;
  static constexpr auto Destroy = numrs_rolling_stream_destroy;
  static numrs_status Value(Object* object, double, double* y) { return numrs_rolling_stream_value(object, y); }
};
struct EwmKind {
  using Object = numrs_ewm_stream;
  static Shape PieceShape(Input* in) { return Line(in); }
  static constexpr auto Merge = numrs_ewm_stream_merge;
  static numrs_status CreateAny(Input* in, Object** out) {
    const numrs_ewm_options o = Weights(in);
    return numrs_ewm_stream_create(OneInput(in, 5, NUMRS_OP_EWM_COV), in->OneIn(20) ? nullptr : &o, out);
  }
  static numrs_status Update(Object* object, const numrs_view* x) {
    return numrs_ewm_stream_update(object, x, nullptr, nullptr);
  }
  static constexpr auto Save = numrs_ewm_stream_save;
  static constexpr auto Load = numrs_ewm_stream_load;
  static constexpr auto Destroy = numrs_ewm_stream_destroy;
  static numrs_status Value(Object* object, double, double* y) { return numrs_ewm_stream_value(object, y); }
};
struct QuantileKind {
  using Object = numrs_quantiles;
  static Shape PieceShape(Input* in) { return AnyShape(in); }
  static numrs_status CreateAny(Input*, Object** out) { return numrs_quantiles_create(out); }
  static constexpr auto Update = numrs_quantiles_update;
  static constexpr auto Merge = numrs_quantiles_merge;
  static constexpr auto Save = numrs_quantiles_save;
  static constexpr auto Load = numrs_quantiles_load;
  static constexpr auto Destroy = numrs_quantiles_destroy;
  static numrs_status Value(Object* object, double q, double* y) { return numrs_quantiles_value(object, q, y); }
};

template <class Kind>
struct Handle {
  typename Kind::Object* object = nullptr;
  ~Handle() { Kind::Destroy(object); }
};

template <class Kind>
std::vector<char> Saved(typename Kind::Object* object) {
  size_t needed = 0;
  if (!object || Kind::Save(object, nullptr, 0, &needed) != NUMRS_OK) return {};
  std::vector<char> state(needed);
  if (Kind::Save(object, state.data(), needed, &needed) != NUMRS_OK) return {};
  return state;
}

// An object that has seen some pieces; which function of it is called last is up to the caller.
template <class Kind>
void Feed(Input* in, Handle<Kind>* handle) {
  if (!handle->object && Kind::CreateAny(in, &handle->object) != NUMRS_OK) return;
  for (int pieces = in->Below(3); pieces > 0; --pieces) {
    Operand x(in, Kind::PieceShape(in), AnyDtype(in), false);
    if (x.Judge() == Verdict::kFine && Kind::Update(handle->object, x.get()) == NUMRS_INTERNAL) std::abort();
  }
}

template <class Kind>
void Created(Call* call, Input* in) {
  const bool null = in->OneIn(4);
  Handle<Kind> handle;
  Watched(call, in, null, [&] {
    Kind::Destroy(handle.object);
    handle.object = nullptr;
    return Kind::CreateAny(in, null ? nullptr : &handle.object);
  });
}
template <class Kind>
void Updated(Call* call, Input* in) {
  Handle<Kind> handle;
  Feed(in, &handle);
  Operand x(in, Kind::PieceShape(in), AnyDtype(in), false);
  if (x.Judge() == Verdict::kOutside || (Probing().repeats > 1 && x.block.bytes() > 64)) return;
  const bool null = !handle.object || in->OneIn(20);
  const std::vector<char> before = Saved<Kind>(handle.object);
  const numrs_status status = Watched(call, in, null || x.Judge() == Verdict::kRefuse,
                                      [&] { return Kind::Update(null ? nullptr : handle.object, x.get()); });
  if (!x.block.Unchanged()) Die(*call, "changed an input");
  if (status != NUMRS_OK && Probing().repeats < 2 && Saved<Kind>(handle.object) != before)
    Die(*call, "changed its object and returned an error");
}
template <class Kind>
void Merged(Call* call, Input* in) {
  Handle<Kind> handle, other;
  Feed(in, &handle);
  Feed(in, &other);
  const int null = in->Below(8);
  auto* second = in->OneIn(4) && Probing().repeats < 2 ? handle.object : other.object;
  if (Probing().repeats > 1 && Saved<Kind>(other.object).size() > 1000) return;
  Watched(call, in, null < 2 || !handle.object || !second,
          [&] { return Kind::Merge(null == 0 ? nullptr : handle.object, null == 1 ? nullptr : second); });
}
// Streams with options: often one that comes from the other's state, for only those merge.
template <class Kind>
void Joined(Call* call, Input* in) {
  Handle<Kind> handle, other;
  Feed(in, &handle);
  const std::vector<char> state = Saved<Kind>(handle.object);
  if (in->OneIn(3) || state.empty())
    Feed(in, &other);
  else if (Kind::Load(state.data(), state.size(), &other.object) != NUMRS_OK)
    return;
  Operand x(in, Kind::PieceShape(in), AnyDtype(in), false);
  if (other.object && x.Judge() == Verdict::kFine) Kind::Update(other.object, x.get());
  const int null = in->Below(12);
  const bool itself = in->OneIn(4) && Probing().repeats < 2;
  auto* second = null == 1 ? nullptr : itself ? handle.object : other.object;
  auto* first = null == 0 ? nullptr : handle.object;
  const numrs_status status = Watched(call, in, !first || !second, [&] { return Kind::Merge(first, second); });
  if (Probing().repeats > 1) return;
  if (status != NUMRS_OK && Saved<Kind>(handle.object) != state) Die(*call, "changed its object and returned an error");
  if (handle.object) Feed(in, &handle);
}
template <class Kind>
void Told(Call* call, Input* in) {
  Handle<Kind> handle;
  Feed(in, &handle);
  double y[NUMRS_MOMENTS_VALUES];
  const double qs[] = {0, 0.5, 1, 0.1};
  const int null = in->Below(8);
  Watched(call, in, null < 2 || !handle.object,
          [&] { return Kind::Value(null == 0 ? nullptr : handle.object, qs[in->Below(4)], null == 1 ? nullptr : y); });
}
template <class Kind>
void Kept(Call* call, Input* in) {
  Handle<Kind> handle;
  Feed(in, &handle);
  size_t needed = 0;
  if (!handle.object || Kind::Save(handle.object, nullptr, 0, &needed) != NUMRS_OK) return;
  const bool small = in->OneIn(3);
  Block buffer(in, small ? needed - 1 - static_cast<size_t>(in->Below(16)) : needed, true);
  const int null = in->Below(8);
  const numrs_status status = Watched(call, in, null < 2 || small, [&] {
    return Kind::Save(null == 0 ? nullptr : handle.object, buffer.data(), buffer.bytes(),
                      null == 1 ? nullptr : &needed);
  });
  if (status != NUMRS_OK && !buffer.Unchanged()) Die(*call, "changed its output and returned an error");
}
template <class Kind>
void Loaded(Call* call, Input* in) {
  Handle<Kind> handle, made;
  Feed(in, &handle);
  std::vector<char> state = Saved<Kind>(handle.object);
  for (int changes = in->Below(4); changes > 0 && !state.empty(); --changes)
    state[static_cast<size_t>(in->Wild() & INT64_MAX) % state.size()] = static_cast<char>(in->Below(256));
  if (in->OneIn(4) && !state.empty()) state.resize(static_cast<size_t>(in->Wild() & INT64_MAX) % state.size());
  Block buffer(in, state.size(), false);
  if (!state.empty()) std::memcpy(buffer.data(), state.data(), state.size());
  const bool null = in->OneIn(8);
  Watched(call, in, null || state.empty(), [&] {
    Kind::Destroy(made.object);
    made.object = nullptr;
    return Kind::Load(null || state.empty() ? nullptr : buffer.data(), buffer.bytes(), &made.object);
  });
  double y[NUMRS_MOMENTS_VALUES];
  if (made.object) Kind::Value(made.object, 0.3, y);  // whatever was loaded can be used
}

NUMRS_FUZZ(numrs_moments_create, 2, Created<MomentKind>);
NUMRS_FUZZ(numrs_moments_update, 6, Updated<MomentKind>);
NUMRS_FUZZ(numrs_moments_merge, 3, Merged<MomentKind>);
NUMRS_FUZZ(numrs_moments_value, 3, Told<MomentKind>);
NUMRS_FUZZ(numrs_moments_save, 3, Kept<MomentKind>);
NUMRS_FUZZ(numrs_moments_load, 3, Loaded<MomentKind>);
NUMRS_FUZZ(numrs_moments_destroy, 1, Created<MomentKind>);
NUMRS_FUZZ(numrs_moments_sum, 2, [](Call* call, Input* in) {
  Handle<MomentKind> handle;
  Feed(in, &handle);
  double y;
  const int null = in->Below(8);
  Watched(call, in, null < 2 || !handle.object,
          [&] { return numrs_moments_sum(null == 0 ? nullptr : handle.object, null == 1 ? nullptr : &y); });
});
NUMRS_FUZZ(numrs_quantiles_create, 2, Created<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_update, 6, Updated<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_merge, 3, Merged<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_value, 3, Told<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_save, 3, Kept<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_load, 3, Loaded<QuantileKind>);
NUMRS_FUZZ(numrs_quantiles_destroy, 1, Created<QuantileKind>);
NUMRS_FUZZ(numrs_rolling_stream_create, 3, Created<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_update, 6, Updated<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_merge, 4, Joined<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_value, 2, Told<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_save, 3, Kept<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_load, 3, Loaded<RollingKind>);
NUMRS_FUZZ(numrs_rolling_stream_destroy, 1, Created<RollingKind>);
NUMRS_FUZZ(numrs_ewm_stream_create, 3, Created<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_update, 6, Updated<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_merge, 4, Joined<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_value, 2, Told<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_save, 3, Kept<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_load, 3, Loaded<EwmKind>);
NUMRS_FUZZ(numrs_ewm_stream_destroy, 1, Created<EwmKind>);
NUMRS_FUZZ(numrs_quantiles_count, 2, [](Call* call, Input* in) {
  Handle<QuantileKind> handle;
  Feed(in, &handle);
  int64_t count = -1;
  const int null = in->Below(8);
  Watched(call, in, null < 2 || !handle.object,
          [&] { return numrs_quantiles_count(null == 0 ? nullptr : handle.object, null == 1 ? nullptr : &count); });
});

}  // namespace
}  // namespace fuzz
