// Writing trace lines.
#include "core/trace.h"

#include <time.h>

#include <cstdio>

#include "core/backend.h"
#include "core/env.h"
#include "core/view.h"

namespace numrs {

std::atomic<int> trace_state{-1};

bool AskForTrace() {
  int64_t wanted = 0;
  EnvInteger("NUMRS_TRACE", 0, 1, &wanted);
  trace_state.store(static_cast<int>(wanted), std::memory_order_relaxed);
  return wanted != 0;
}

uint64_t TraceClock() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

void TraceLine(const char* operation, const numrs_view* x, uint64_t start) {
  const double microseconds = static_cast<double>(TraceClock() - start) * 1e-3;
  const Kernels& kernels = ActiveKernels();
  char shape[160] = "()";
  const bool shown = x && x->ndim > 0 && x->ndim <= kMaxNDim && x->shape;
  if (shown) ShapeText(x->ndim, x->shape, shape, sizeof(shape));
  std::fprintf(stderr, "numrs: %s %s %s %s %s %.3f us\n", operation, x ? NameOf(x->dtype) : "-", shape, kernels.backend,
               kernels.target, microseconds);
}

}  // namespace numrs
