// extern "C" of stream.h: moments and quantiles; windows are stream_windows.cc's, weights stream_ewm.cc's.
#include "numrs/stream.h"

#include <cstring>
#include <type_traits>

#include "api/stream.h"
#include "core/stream.h"

struct numrs_moments {
  numrs::MomentStream stream;
};
static_assert(std::is_trivially_copyable<numrs::MomentStream>::value, "a state is saved as it stands");
struct numrs_quantiles {
  numrs::QuantileStream stream;
};

namespace numrs {
namespace {

// The elements of x in C order as float64, all of them before the object is touched.
template <class Add>
Status WithValues(const char* function, const void* object, const numrs_view* x, const Add& add) {
  if (!object) return Fail(NUMRS_BAD_ARGUMENT, "%s: the object is NULL", function);
  View in;
  NUMRS_TRY(LoadRealView(function, "x", x, &in));
  if (in.size == 0) return NUMRS_OK;
  const bool plain = in.dtype == kF64 && in.IsContiguous() && reinterpret_cast<uintptr_t>(in.data) % 8 == 0;
  if (plain) return add(reinterpret_cast<const double*>(in.data), in.size);
  size_t bytes;
  if (__builtin_mul_overflow(static_cast<size_t>(in.size), sizeof(double), &bytes))
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of x", function);
  Workspace memory(bytes);
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of x", function);
  NUMRS_TRY(Convert(MakeRun(nullptr), function, in, ContiguousView(memory.data(), kF64, in.ndim, in.shape)));
  return add(memory.as<const double>(), in.size);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_moments_create(numrs_moments** moments) {
  return Guard([&] { return CreateObject("moments_create", moments); });
}
extern "C" numrs_status numrs_moments_update(numrs_moments* moments, const numrs_view* x) {
  return Guard([&] {
    return WithValues("moments_update", moments, x, [&](const double* values, int64_t n) -> Status {
      moments->stream.Add(ActiveKernels(), values, n);
      return NUMRS_OK;
    });
  });
}
extern "C" numrs_status numrs_moments_merge(numrs_moments* moments, const numrs_moments* other) {
  return Guard([&]() -> Status {
    if (!moments || !other) return NullArgument("moments_merge", moments ? "other" : "moments");
    moments->stream.Merge(ActiveKernels(), other->stream);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_moments_value(const numrs_moments* moments, double correction, double* y) {
  return Guard([&]() -> Status {
    if (!moments || !y) return NullArgument("moments_value", moments ? "y" : "moments");
    moments->stream.Value(ActiveKernels(), correction, y);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_moments_sum(const numrs_moments* moments, double* y) {
  return Guard([&]() -> Status {
    if (!moments || !y) return NullArgument("moments_sum", moments ? "y" : "moments");
    *y = moments->stream.Sum(ActiveKernels());
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_moments_save(const numrs_moments* moments, void* buffer, size_t size, size_t* needed) {
  return Guard([&]() -> Status {
    if (!moments || !needed) return NullArgument("moments_save", moments ? "needed" : "moments");
    constexpr size_t kBytes = sizeof(MomentStream);
    if (buffer && size < kBytes)
      return Fail(NUMRS_BAD_ARGUMENT, "moments_save: size is %zu, expected at least %zu", size, kBytes);
    *needed = kBytes;
    if (buffer) std::memcpy(buffer, &moments->stream, kBytes);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_moments_load(const void* buffer, size_t size, numrs_moments** moments) {
  return Guard([&]() -> Status {
    if (!buffer || !moments) return NullArgument("moments_load", buffer ? "moments" : "buffer");
    *moments = nullptr;
    numrs_moments* object = nullptr;
    NUMRS_TRY(CreateObject("moments_load", &object));
    if (size == sizeof(MomentStream)) {
      std::memcpy(static_cast<void*>(&object->stream), buffer, size);
      if (object->stream.IsSane()) {
        *moments = object;
        return NUMRS_OK;
      }
    }
    DestroyObject(object);
    return Fail(NUMRS_BAD_ARGUMENT, "moments_load: buffer holds no saved state");
  });
}
extern "C" void numrs_moments_destroy(numrs_moments* moments) { DestroyObject(moments); }

extern "C" numrs_status numrs_quantiles_create(numrs_quantiles** quantiles) {
  return Guard([&] { return CreateObject("quantiles_create", quantiles); });
}
extern "C" numrs_status numrs_quantiles_update(numrs_quantiles* quantiles, const numrs_view* x) {
  return Guard([&] {
    return WithValues("quantiles_update", quantiles, x, [&](const double* values, int64_t n) {
      return quantiles->stream.Add("quantiles_update", values, n);
    });
  });
}
extern "C" numrs_status numrs_quantiles_merge(numrs_quantiles* quantiles, const numrs_quantiles* other) {
  return Guard([&]() -> Status {
    if (!quantiles || !other) return NullArgument("quantiles_merge", quantiles ? "other" : "quantiles");
    return quantiles->stream.Merge("quantiles_merge", other->stream);
  });
}
extern "C" numrs_status numrs_quantiles_value(const numrs_quantiles* quantiles, double q, double* y) {
  return Guard([&]() -> Status {
    if (!quantiles || !y) return NullArgument("quantiles_value", quantiles ? "y" : "quantiles");
    if (!(q >= 0 && q <= 1)) return Fail(NUMRS_BAD_ARGUMENT, "quantiles_value: q is %g, expected 0 to 1", q);
    *y = quantiles->stream.Value(q);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_quantiles_count(const numrs_quantiles* quantiles, int64_t* count) {
  return Guard([&]() -> Status {
    if (!quantiles || !count) return NullArgument("quantiles_count", quantiles ? "count" : "quantiles");
    *count = quantiles->stream.count();
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_quantiles_save(const numrs_quantiles* quantiles, void* buffer, size_t size,
                                             size_t* needed) {
  return Guard([&]() -> Status {
    if (!quantiles || !needed) return NullArgument("quantiles_save", quantiles ? "needed" : "quantiles");
    const size_t bytes = quantiles->stream.SavedBytes();
    if (buffer && size < bytes)
      return Fail(NUMRS_BAD_ARGUMENT, "quantiles_save: size is %zu, expected at least %zu", size, bytes);
    *needed = bytes;
    if (buffer) quantiles->stream.Save(buffer);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_quantiles_load(const void* buffer, size_t size, numrs_quantiles** quantiles) {
  return Guard([&]() -> Status {
    if (!buffer || !quantiles) return NullArgument("quantiles_load", buffer ? "quantiles" : "buffer");
    *quantiles = nullptr;
    numrs_quantiles* object = nullptr;
    NUMRS_TRY(CreateObject("quantiles_load", &object));
    const Status status = object->stream.Load("quantiles_load", buffer, size);
    if (status == NUMRS_OK)
      *quantiles = object;
    else
      DestroyObject(object);
    return status;
  });
}
extern "C" void numrs_quantiles_destroy(numrs_quantiles* quantiles) { DestroyObject(quantiles); }
