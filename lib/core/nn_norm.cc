// Running normalisations: rows and channels, halves by way of float32, sums over rows in a fixed order, threads.
#include "core/nn_norm.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/nn_norm_tables.h"
#include "core/nn_operands.h"
#include "core/scratch.h"
#include "core/sweep.h"

namespace numrs {
namespace {

constexpr int64_t kChunk = 16 * 1024;  // elements between two looks at the other threads
constexpr int64_t kRowBlock = 32;      // least rows whose gradients of weight and bias are added up together …
constexpr int64_t kMostBlocks = 64;    // … and most such blocks: more rows make larger ones
constexpr int64_t kShortRun = 16;      // batch_norm: channels whose runs are shorter are brought together first

size_t Round64(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Lines of the stored dtype as lines of the computed one.
struct Lines {
  UnaryFn in, out;
  int64_t bytes;  // of a stored element
  int32_t stored, computed;
  Lines(const Run& run, int32_t dtype)
      : in(run.kernels.copy.cast[dtype][kF32]),
        out(run.kernels.copy.cast[kF32][dtype]),
        bytes(SizeOf(dtype)),
        stored(dtype),
        computed(NnComputed(dtype)) {}
  bool cast() const { return stored != computed; }
  size_t Room(int64_t n) const { return cast() ? Round64(static_cast<size_t>(n) * sizeof(float)) : 0; }
  const void* Read(const char* base, int64_t element, int64_t n, char* room) const {
    const char* at = base + element * bytes;
    if (!cast()) return at;
    in(at, room, n);
    return room;
  }
  void* Target(char* base, int64_t element, char* room) const { return cast() ? room : base + element * bytes; }
  void Write(const void* line, char* base, int64_t element, int64_t n) const {
    if (cast()) out(line, base + element * bytes, n);
  }
};

double Element(const PackedInput& v, int32_t dtype, int64_t i, double otherwise) {
  if (!v.data()) return otherwise;
  return dtype == kF64 ? v.as<double>()[i] : static_cast<double>(v.as<float>()[i]);
}

Status LoadIf(const Run& run, const char* function, const View& v, int32_t dtype, PackedInput* out) {
  return v.ndim < 0 ? NUMRS_OK : out->Load(run, function, v, dtype);
}
Status OpenIf(const char* function, const View& v, int32_t dtype, bool own, PackedOutput* out) {
  return v.ndim < 0 ? NUMRS_OK : out->Open(function, v, dtype, own);
}

double InverseRoot(double squares, int64_t n, double eps) {
  return 1 / std::sqrt(squares / static_cast<double>(n) + eps);
}

int SlotsFor(int threads) { return threads < ScratchSlots::kMaxSlots ? threads : ScratchSlots::kMaxSlots; }

}  // namespace

Status RunLayerNorm(const Run& run, const LayerNormJob& job) {
  if (run.device) {
    NUMRS_TRY(RefuseHost(run, job.function, {&job.x, &job.weight, &job.bias, &job.y, &job.mean, &job.rstd}));
    return OnDevice(run, job.function, &DeviceKernels::layer_norm, job);
  }
  const Lines lines(run, NnStored(job.x.dtype));
  const NnNormTable& table = *run.kernels.nn_norm;
  const int32_t k = lines.computed;
  const int64_t n = job.cols;
  PackedInput x, weight, bias;
  PackedOutput y, mean, rstd;
  NUMRS_TRY(x.Load(run, job.function, job.x, lines.stored));
  NUMRS_TRY(LoadIf(run, job.function, job.weight, k, &weight));
  NUMRS_TRY(LoadIf(run, job.function, job.bias, k, &bias));
  const bool own = SharesInPart(job.y, {&job.x}) || (job.weight.ndim >= 0 && RangesOverlap(job.weight, job.y)) ||
                   (job.bias.ndim >= 0 && RangesOverlap(job.bias, job.y));
  NUMRS_TRY(y.Open(job.function, job.y, lines.stored, own));
  NUMRS_TRY(OpenIf(job.function, job.mean, kF64, true, &mean));
  NUMRS_TRY(OpenIf(job.function, job.rstd, kF64, true, &rstd));
  if (job.x.size == 0 && !mean.data() && !rstd.data()) return NUMRS_OK;  // however many rows there are
  const double cost = (lines.computed == kF64 ? 1.2 : 0.5) * static_cast<double>(job.rows) * static_cast<double>(n);
  const int threads = run.Threads(cost);
  const Workspace memory(lines.Room(n) * static_cast<size_t>(SlotsFor(threads)));
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for rows in float32", job.function);
  ScratchSlots slots(memory.data(), lines.Room(n), SlotsFor(threads));
  const double moved = static_cast<double>(2 * n * lines.bytes);
  const int64_t grain = n < kChunk && n > 0 ? kChunk / n : 1;
  NUMRS_TRY(SweepFor(job.rows, grain, moved, threads, run.cancel, [&](int64_t begin, int64_t end) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    NormRows some{};
    some.n = n;
    some.w = weight.data();
    some.b = bias.data();
    some.eps = job.eps;
    some.centred = job.centred;
    const auto next = [&](int64_t row, const void* from, void* to, int64_t rows) {
      some.x = from;
      some.y = to;
      some.rows = rows;
      some.mean = mean.data() ? mean.as<double>() + row : nullptr;
      some.rstd = rstd.data() ? rstd.as<double>() + row : nullptr;
      table.rows[k](some);
    };
    if (n == 0) {
      for (int64_t row = begin; row < end; row++) {
        if (mean.data()) mean.as<double>()[row] = nan;
        if (rstd.data()) rstd.as<double>()[row] = nan;
      }
      return;
    }
    if (!lines.cast()) {
      next(begin, lines.Read(x.data(), begin * n, n, nullptr), lines.Target(y.data(), begin * n, nullptr), end - begin);
      return;
    }
    const ScratchSlots::Lease lease(slots);
    for (int64_t row = begin; row < end; row++) {
      next(row, lines.Read(x.data(), row * n, n, lease.data()), lease.data(), 1);
      lines.Write(lease.data(), y.data(), row * n, n);
    }
  }));
  NUMRS_TRY(y.Commit(run, job.function));
  NUMRS_TRY(mean.Commit(run, job.function));
  return rstd.Commit(run, job.function);
}

Status RunLayerNormBack(const Run& run, const LayerNormBackJob& job) {
  if (run.device) {
    NUMRS_TRY(RefuseHost(run, job.function,
                         {&job.grad, &job.x, &job.weight, &job.mean, &job.rstd, &job.gx, &job.gweight, &job.gbias}));
    return OnDevice(run, job.function, &DeviceKernels::layer_norm_backward, job);
  }
  const int32_t stored = NnStored(Promote(NnStored(job.grad.dtype), NnStored(job.x.dtype)));
  const Lines lines(run, stored);
  const NnNormTable& table = *run.kernels.nn_norm;
  const int32_t k = lines.computed;
  const int64_t n = job.cols;
  PackedInput grad, x, weight, mean, rstd;
  PackedOutput gx, gweight, gbias;
  NUMRS_TRY(grad.Load(run, job.function, job.grad, stored));
  NUMRS_TRY(x.Load(run, job.function, job.x, stored));
  NUMRS_TRY(LoadIf(run, job.function, job.weight, k, &weight));
  NUMRS_TRY(LoadIf(run, job.function, job.mean, kF64, &mean));
  NUMRS_TRY(rstd.Load(run, job.function, job.rstd, kF64));
  const bool own =
      job.gx.ndim >= 0 &&
      (SharesInPart(job.gx, {&job.grad, &job.x}) || (job.weight.ndim >= 0 && RangesOverlap(job.weight, job.gx)) ||
       (job.mean.ndim >= 0 && RangesOverlap(job.mean, job.gx)) || RangesOverlap(job.rstd, job.gx));
  NUMRS_TRY(OpenIf(job.function, job.gx, stored, own, &gx));
  NUMRS_TRY(OpenIf(job.function, job.gweight, kF64, true, &gweight));
  NUMRS_TRY(OpenIf(job.function, job.gbias, kF64, true, &gbias));
  const bool sums = gweight.data() || gbias.data();
  int64_t block = (job.rows + kMostBlocks - 1) / kMostBlocks;
  block = block < kRowBlock ? kRowBlock : block;
  const int64_t blocks = (job.rows + block - 1) / block;
  const size_t partial = sums ? static_cast<size_t>(n) * sizeof(double) : 0;
  const Workspace partials(2 * partial * static_cast<size_t>(blocks));
  const double cost = (k == kF64 ? 2.0 : 1.0) * static_cast<double>(job.rows) * static_cast<double>(n);
  const int threads = run.Threads(cost);
  const size_t room = lines.Room(n);
  const Workspace memory(2 * room * static_cast<size_t>(SlotsFor(threads)));
  if (!partials.ok() || !memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for sums over rows", job.function);
  ScratchSlots slots(memory.data(), 2 * room, SlotsFor(threads));
  const double moved = static_cast<double>(3 * block * n * lines.bytes);
  NUMRS_TRY(SweepFor(blocks, 1, moved, threads, run.cancel, [&](int64_t begin, int64_t end) {
    const ScratchSlots::Lease lease(slots);
    for (int64_t b = begin; b < end; b++) {
      double* const to = partials.as<double>() + (sums ? 2 * b * n : 0);
      if (sums) std::memset(to, 0, 2 * partial);
      const int64_t last = (b + 1) * block < job.rows ? (b + 1) * block : job.rows;
      for (int64_t row = b * block; row < last && n > 0; row++) {
        NormBackLine line{};
        line.g = lines.Read(grad.data(), row * n, n, lease.data());
        line.x = lines.Read(x.data(), row * n, n, lease.data() + room);
        line.n = n;
        line.mean = mean.data() ? mean.as<double>()[row] : 0;
        line.rstd = rstd.as<double>()[row];
        line.w = weight.data();
        line.scale = 1;
        line.gw = gweight.data() ? to : nullptr;
        line.gb = gbias.data() ? to + n : nullptr;
        if (gx.data()) {
          double means[2];
          table.back_sums[k](line, means);
          line.mean_g = job.centred ? means[0] / static_cast<double>(n) : 0;
          line.mean_gx = means[1] / static_cast<double>(n);
          line.gx = lines.Target(gx.data(), row * n, lease.data());
        }
        table.back[k](line);
        if (gx.data()) lines.Write(line.gx, gx.data(), row * n, n);
      }
    }
  }));
  for (int which = 0; which < 2; which++) {
    PackedOutput& out = which ? gbias : gweight;
    if (!out.data()) continue;
    double* total = out.as<double>();
    for (int64_t i = 0; i < n; i++) total[i] = 0;
    for (int64_t b = 0; b < blocks; b++) {
      const double* part = partials.as<double>() + (2 * b + which) * n;
      for (int64_t i = 0; i < n; i++) total[i] += part[i];
    }
  }
  NUMRS_TRY(gx.Commit(run, job.function));
  NUMRS_TRY(gweight.Commit(run, job.function));
  return gbias.Commit(run, job.function);
}

namespace {

// The runs of `inner` neighbours that x (n, channels, inner) is made of, by set of common statistics.
struct Sets {
  int64_t n, channels, inner, groups;
  bool ByGroup() const { return groups > 0; }
  int64_t Count() const { return ByGroup() ? n * groups : channels; }
  int64_t Runs() const { return ByGroup() ? channels / groups : n; }
  int64_t Run(int64_t set, int64_t j) const { return ByGroup() ? set * Runs() + j : j * channels + set; }
  int64_t Channel(int64_t set, int64_t j) const { return ByGroup() ? set % groups * Runs() + j : set; }
  int64_t Elements() const { return Runs() * inner; }
};

// Views of (n, channels, inner), with short runs of batch_norm brought together: (1, channels, n inner). Rest: axes
// behind the second one.
bool Joined(int64_t n, int64_t inner, int64_t groups) { return groups == 0 && n > 1 && inner < kShortRun; }
View ChannelsFirst(const View& v) {
  View out = v;
  out.shape[0] = v.shape[1];
  out.strides[0] = v.strides[1];
  out.shape[1] = v.shape[0];
  out.strides[1] = v.strides[0];
  return out;
}

// mean and sum of squared differences of a and b elements together (Chan, Golub and LeVeque 1979).
void MergeMoments(double* into, double count, const double* more, double added) {
  const double all = count + added, delta = more[0] - into[0];
  into[0] += delta * (added / all);
  into[1] += more[1] + delta * delta * (count * added / all);
}

}  // namespace

Status RunChannelNorm(const Run& run, const ChannelNormJob& job) {
  if (run.device) {
    NUMRS_TRY(RefuseHost(
        run, job.function,
        {&job.x, &job.weight, &job.bias, &job.running_mean, &job.running_var, &job.y, &job.mean, &job.rstd}));
    return OnDevice(run, job.function, &DeviceKernels::channel_norm, job);
  }
  const Lines lines(run, NnStored(job.x.dtype));
  const NnNormTable& table = *run.kernels.nn_norm;
  const int32_t k = lines.computed;
  const bool joined = Joined(job.n, job.inner, job.groups);
  const Sets sets{joined ? 1 : job.n, job.channels, joined ? job.n * job.inner : job.inner, job.groups};
  const int64_t runs = sets.Runs(), inner = sets.inner, count = sets.Count();
  PackedInput x, weight, bias, old_mean, old_var;
  PackedOutput y, mean, rstd, new_mean, new_var;
  NUMRS_TRY(x.Load(run, job.function, joined ? ChannelsFirst(job.x) : job.x, lines.stored));
  NUMRS_TRY(LoadIf(run, job.function, job.weight, k, &weight));
  NUMRS_TRY(LoadIf(run, job.function, job.bias, k, &bias));
  NUMRS_TRY(LoadIf(run, job.function, job.running_mean, kF64, &old_mean));
  NUMRS_TRY(LoadIf(run, job.function, job.running_var, kF64, &old_var));
  bool own = SharesInPart(job.y, {&job.x});
  for (const View* v : {&job.weight, &job.bias, &job.running_mean, &job.running_var})
    own |= v->ndim >= 0 && RangesOverlap(*v, job.y);
  NUMRS_TRY(y.Open(job.function, joined ? ChannelsFirst(job.y) : job.y, lines.stored, own));
  NUMRS_TRY(OpenIf(job.function, job.mean, kF64, true, &mean));
  NUMRS_TRY(OpenIf(job.function, job.rstd, kF64, true, &rstd));
  const bool update = !job.use_running && job.running_mean.ndim >= 0;
  if (update) {
    NUMRS_TRY(new_mean.Open(job.function, job.running_mean, kF64, true));
    NUMRS_TRY(new_var.Open(job.function, job.running_var, kF64, true));
  }
  // Lines without elements may be more than memory could hold: only what is written counts.
  if (job.x.size == 0 && !mean.data() && !rstd.data() && !update) return NUMRS_OK;
  const double elements = static_cast<double>(sets.Elements());
  const int threads = run.Threads((k == kF64 ? 1.2 : 0.5) * elements * static_cast<double>(count));
  const Workspace memory(lines.Room(inner) * static_cast<size_t>(SlotsFor(threads)));
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for lines in float32", job.function);
  ScratchSlots slots(memory.data(), lines.Room(inner), SlotsFor(threads));
  const int64_t grain = sets.Elements() < kChunk && sets.Elements() > 0 ? kChunk / sets.Elements() : 1;
  const double moved = 2 * elements * static_cast<double>(lines.bytes);
  NUMRS_TRY(SweepFor(count, grain, moved, threads, run.cancel, [&](int64_t begin, int64_t end) {
    const ScratchSlots::Lease lease(slots);
    for (int64_t set = begin; set < end; set++) {
      double moments[2] = {0, 0}, inverse;
      if (sets.Elements() == 0) {
        moments[0] = inverse = std::numeric_limits<double>::quiet_NaN();
      } else if (job.use_running) {
        moments[0] = old_mean.as<double>()[set];
        inverse = 1 / std::sqrt(old_var.as<double>()[set] + job.eps);
      } else {
        if (sets.ByGroup() && !lines.cast()) {
          table.moments[k](x.data() + sets.Run(set, 0) * inner * lines.bytes, runs * inner, moments);
        } else {
          for (int64_t j = 0; j < runs; j++) {
            double part[2];
            table.moments[k](lines.Read(x.data(), sets.Run(set, j) * inner, inner, lease.data()), inner, part);
            if (j == 0)
              std::memcpy(moments, part, sizeof(part));
            else
              MergeMoments(moments, static_cast<double>(j * inner), part, static_cast<double>(inner));
          }
        }
        inverse = InverseRoot(moments[1], sets.Elements(), job.eps);
        if (update) {
          const double m = job.momentum;
          new_mean.as<double>()[set] = (1 - m) * old_mean.as<double>()[set] + m * moments[0];
          new_var.as<double>()[set] = (1 - m) * old_var.as<double>()[set] + m * (moments[1] / (elements - 1));
        }
      }
      if (mean.data()) mean.as<double>()[set] = moments[0];
      if (rstd.data()) rstd.as<double>()[set] = inverse;
      for (int64_t j = 0; j < runs && inner > 0; j++) {
        const int64_t at = sets.Run(set, j) * inner, channel = sets.Channel(set, j);
        const void* line = lines.Read(x.data(), at, inner, lease.data());
        void* to = lines.Target(y.data(), at, lease.data());
        table.normalize[k](NormLine{line, to, inner, moments[0], inverse, nullptr, nullptr,
                                    Element(weight, k, channel, 1), Element(bias, k, channel, 0)});
        lines.Write(to, y.data(), at, inner);
      }
    }
  }));
  NUMRS_TRY(y.Commit(run, job.function));
  NUMRS_TRY(mean.Commit(run, job.function));
  NUMRS_TRY(rstd.Commit(run, job.function));
  if (!update) return NUMRS_OK;
  NUMRS_TRY(new_mean.Commit(run, job.function));
  return new_var.Commit(run, job.function);
}

Status RunChannelNormBack(const Run& run, const ChannelNormBackJob& job) {
  if (run.device) {
    NUMRS_TRY(RefuseHost(run, job.function,
                         {&job.grad, &job.x, &job.weight, &job.mean, &job.rstd, &job.gx, &job.gweight, &job.gbias}));
    return OnDevice(run, job.function, &DeviceKernels::channel_norm_backward, job);
  }
  const int32_t stored = NnStored(Promote(NnStored(job.grad.dtype), NnStored(job.x.dtype)));
  const Lines lines(run, stored);
  const NnNormTable& table = *run.kernels.nn_norm;
  const int32_t k = lines.computed;
  const bool joined = Joined(job.n, job.inner, job.groups);
  const Sets sets{joined ? 1 : job.n, job.channels, joined ? job.n * job.inner : job.inner, job.groups};
  const int64_t runs = sets.Runs(), inner = sets.inner, count = sets.Count(), all = sets.n * sets.channels;
  PackedInput grad, x, weight, mean, rstd;
  PackedOutput gx, gweight, gbias;
  NUMRS_TRY(grad.Load(run, job.function, joined ? ChannelsFirst(job.grad) : job.grad, stored));
  NUMRS_TRY(x.Load(run, job.function, joined ? ChannelsFirst(job.x) : job.x, stored));
  NUMRS_TRY(LoadIf(run, job.function, job.weight, k, &weight));
  NUMRS_TRY(mean.Load(run, job.function, job.mean, kF64));
  NUMRS_TRY(rstd.Load(run, job.function, job.rstd, kF64));
  if (job.gx.ndim >= 0) {
    bool own = SharesInPart(job.gx, {&job.grad, &job.x});
    for (const View* v : {&job.weight, &job.mean, &job.rstd}) own |= v->ndim >= 0 && RangesOverlap(*v, job.gx);
    NUMRS_TRY(gx.Open(job.function, joined ? ChannelsFirst(job.gx) : job.gx, stored, own));
  }
  NUMRS_TRY(OpenIf(job.function, job.gweight, kF64, true, &gweight));
  NUMRS_TRY(OpenIf(job.function, job.gbias, kF64, true, &gbias));
  const int threads = run.Threads((k == kF64 ? 2.0 : 1.0) * static_cast<double>(sets.Elements() * count));
  const size_t room = lines.Room(inner);
  const Workspace memory(2 * room * static_cast<size_t>(SlotsFor(threads)));
  const Workspace sums(2 * sizeof(double) * static_cast<size_t>(all));  // of g and g x^, of each run
  if (!memory.ok() || !sums.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for sums over lines", job.function);
  ScratchSlots slots(memory.data(), 2 * room, SlotsFor(threads));
  const int64_t grain = sets.Elements() < kChunk && sets.Elements() > 0 ? kChunk / sets.Elements() : 1;
  double* const sum = sums.as<double>();
  if (inner == 0) std::memset(sum, 0, 2 * sizeof(double) * static_cast<size_t>(all));
  const double moved = static_cast<double>(3 * sets.Elements() * lines.bytes);
  NUMRS_TRY(SweepFor(inner == 0 ? 0 : count, grain, moved, threads, run.cancel, [&](int64_t begin, int64_t end) {
    const ScratchSlots::Lease lease(slots);
    for (int64_t set = begin; set < end; set++) {
      NormBackLine line{};
      line.n = inner;
      line.mean = mean.as<double>()[set];
      line.rstd = rstd.as<double>()[set];
      line.scale = 1;
      double total[2] = {0, 0};
      for (int64_t j = 0; j < runs; j++) {
        const int64_t at = sets.Run(set, j);
        line.g = lines.Read(grad.data(), at * inner, inner, lease.data());
        line.x = lines.Read(x.data(), at * inner, inner, lease.data() + room);
        table.back_sums[k](line, sum + 2 * at);
        const double scale = Element(weight, k, sets.Channel(set, j), 1);
        total[0] += scale * sum[2 * at];
        total[1] += scale * sum[2 * at + 1];
      }
      if (!gx.data()) continue;
      const double elements = static_cast<double>(sets.Elements());
      line.mean_g = job.use_running ? 0 : total[0] / elements;
      line.mean_gx = job.use_running ? 0 : total[1] / elements;
      for (int64_t j = 0; j < runs; j++) {
        const int64_t at = sets.Run(set, j) * inner;
        line.g = lines.Read(grad.data(), at, inner, lease.data());
        line.x = lines.Read(x.data(), at, inner, lease.data() + room);
        line.scale = Element(weight, k, sets.Channel(set, j), 1);
        line.gx = lines.Target(gx.data(), at, lease.data());
        table.back[k](line);
        lines.Write(line.gx, gx.data(), at, inner);
      }
    }
  }));
  for (int which = 0; which < 2; which++) {
    PackedOutput& out = which ? gbias : gweight;
    if (!out.data()) continue;
    for (int64_t c = 0; c < sets.channels; c++) {
      double total = 0;
      for (int64_t i = 0; i < sets.n; i++) total += sum[2 * (i * sets.channels + c) + !which];
      out.as<double>()[c] = total;
    }
  }
  NUMRS_TRY(gx.Commit(run, job.function));
  NUMRS_TRY(gweight.Commit(run, job.function));
  return gbias.Commit(run, job.function);
}

}  // namespace numrs
