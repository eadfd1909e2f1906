// The engine of exponentially weighted statistics: lines in pieces, one after the other; several lines in parallel.
#include "core/ewm.h"

#include <algorithm>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/rolling_lines.h"
#include "core/scratch.h"

namespace numrs {

const EwmRow kEwmRows[kEwmOps] = {
#define NUMRS_EWM(id, name, inputs, parameter, cost) {"ewm_" #name, inputs, cost * 0.01},
#include "table/ewm.def"
};

Status RunEwm(const Run& run, EwmJob& job) {
  const RollingJob& lines_job = job.lines;
  if (lines_job.y.size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, lines_job.function, &DeviceKernels::ewm, job);
  constexpr int64_t kPiece = 1024;
  const RollingLines lines(run, lines_job);
  const EwmRow& row = kEwmRows[job.op];
  const int threads = run.Threads(row.cost_ns * static_cast<double>(lines_job.y.size));
  const size_t bytes = kPiece * 8 * 5;
  Workspace workspace(bytes * static_cast<size_t>(threads));
  if (!workspace.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", lines_job.function,
                bytes * static_cast<size_t>(threads));
  ScratchSlots slots(workspace.data(), bytes, threads);
  const EwmFn fn = run.kernels.rolling->ewm[job.op];
  const int64_t n = lines_job.n, grain = std::max<int64_t>(65536 / n, 1);
  return ParallelFor(lines.lines(), grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    double *x = reinterpret_cast<double*>(lease.data()), *x2 = x + kPiece, *y = x2 + kPiece;
    char* room = reinterpret_cast<char*>(y + kPiece);
    for (int64_t l = begin; l < end; l++) {
      const RollingLines::Line line = lines.At(l);
      EwmState state{};
      for (int64_t first = 0; first < n; first += kPiece) {
        const int64_t m = std::min(kPiece, n - first);
        lines.Fetch(line, false, first, m, x, room);
        if (row.inputs > 1) lines.Fetch(line, true, first, m, x2, room);
        fn(job.p, x, x2, job.factors ? job.factors + first : nullptr, m, &state, y);
        lines.StoreAt(line, first, m, y, room);
      }
    }
  });
}

}  // namespace numrs
