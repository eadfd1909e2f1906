// Status, the per-thread message and Guard, the only try/catch of the library; no knowledge of arrays.
#pragma once

#include <cstdint>
#include <new>

#include "core/fp_environment.h"
#include "numrs/base.h"

namespace numrs {

using Status = numrs_status;

constexpr int kMessageBytes = 512;

// Stores the message of this thread (cut at 511 bytes) and returns code.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
Status
Fail(Status code, const char* format, ...);

const char* Message();
void ClearMessage();

#define NUMRS_TRY(expression)                                   \
  do {                                                          \
    if (::numrs::Status status_ = (expression)) return status_; \
  } while (0)

// Body of every extern "C" function that can fail: clears the message, gives the body the default floating-point
// environment (restored on return), and turns exceptions into statuses.
template <class F>
Status Guard(F&& body) noexcept {
  FpEnvironment environment;
  ClearMessage();
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(NUMRS_NO_MEMORY, "out of memory");
  } catch (...) {
    return Fail(NUMRS_INTERNAL, "unexpected exception");
  }
}

}  // namespace numrs
