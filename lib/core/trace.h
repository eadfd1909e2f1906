// NUMRS_TRACE=1: one line on stderr per call: operation, dtype, shape, backend, instruction set, microseconds.
#pragma once

#include <atomic>
#include <cstdint>

#include "numrs/view.h"

namespace numrs {

extern std::atomic<int> trace_state;  // 0: off, 1: on, -1: not asked yet
bool AskForTrace();
inline bool TraceEnabled() {
  const int state = trace_state.load(std::memory_order_relaxed);
  return state != 0 && (state > 0 || AskForTrace());
}
uint64_t TraceClock();
void TraceLine(const char* operation, const numrs_view* x, uint64_t start);

class Trace {
 public:
  Trace(const char* operation, const numrs_view* x)
      : operation_(operation), x_(x), start_(TraceEnabled() ? TraceClock() : 0) {}
  ~Trace() {
    if (start_) TraceLine(operation_, x_, start_);
  }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

 private:
  const char* operation_;
  const numrs_view* x_;
  uint64_t start_;
};

}  // namespace numrs
