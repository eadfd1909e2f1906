// What all objects of stream.h share: making, giving back, and values as contiguous float64.
#pragma once

#include <new>

#include "core/context.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/view.h"

namespace numrs {

template <class Object>
Status CreateObject(const char* function, Object** out) {
  if (!out) return Fail(NUMRS_BAD_ARGUMENT, "%s: the address for the object is NULL", function);
  *out = nullptr;
  void* memory = PoolAllocate(sizeof(Object));
  if (!memory) return Fail(NUMRS_NO_MEMORY, "%s: no memory for the object", function);
  *out = new (memory) Object;
  return NUMRS_OK;
}
template <class Object>
void DestroyObject(Object* object) {
  if (!object) return;
  object->~Object();
  PoolFree(object);
}

inline Status NullArgument(const char* function, const char* argument) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL", function, argument);
}
inline Status NoState(const char* function) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: buffer holds no saved state", function);
}

// The elements of x in C order as float64 at out.
inline Status ValuesOf(const char* function, const View& x, double* out) {
  return Convert(MakeRun(nullptr), function, x, ContiguousView(out, kF64, x.ndim, x.shape));
}

}  // namespace numrs
