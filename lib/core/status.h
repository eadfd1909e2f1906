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

// Is there a message of this thread? A flag of its own, as every call clears it: with the initial-exec model that is
// one instruction (musl cannot load such a library later on). __thread: no check whether it is initialised.
#if defined(__GLIBC__)
extern __attribute__((tls_model("initial-exec"))) __thread bool has_message;
#else
extern __thread bool has_message;
#endif
inline void ClearMessage() { has_message = false; }

#define NUMRS_TRY(expression)                                   \
  do {                                                          \
    if (::numrs::Status status_ = (expression)) return status_; \
  } while (0)

// Around a call: no message, and the default floating-point environment, restored in the end.
struct CallScope {
  CallScope() { ClearMessage(); }
  FpEnvironment environment;
};

// Body of every extern "C" function that can fail: turns exceptions into statuses.
template <class F>
Status Guard(F&& body) noexcept {
  const CallScope scope;
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(NUMRS_NO_MEMORY, "out of memory");
  } catch (...) {
    return Fail(NUMRS_INTERNAL, "unexpected exception");
  }
}

}  // namespace numrs
