// batch_norm and group_norm with their gradients: sums of lines in pieces that stay in the caches, joined in their
// order, in float64.
#include <limits>

#include "core/nn_norm.h"
#include "cuda/reduce.h"
#include "cuda/rows-inl.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int64_t kPiece = 8192;  // elements of one sum

// x (n, channels, inner) as lines of `length` elements with sums of their own: a channel over all n, or (lines of
// groups) neighbouring channels of one n.
struct Lines {
  int64_t count, length, pieces, block;  // block: elements of one n of a line
  int64_t line_step, block_step;         // elements from a line to the next, and from one n to the next
  Walk within;                           // an element of a line: (n, its elements)

  static Lines Of(int64_t count, int64_t blocks, int64_t block, int64_t line_step, int64_t block_step) {
    Lines lines{};
    lines.count = count;
    lines.length = blocks * block;
    lines.block = block;
    lines.line_step = line_step;
    lines.block_step = block_step;
    lines.pieces = lines.length > 0 ? (lines.length + kPiece - 1) / kPiece : 0;
    const int64_t shape[] = {blocks > 0 ? blocks : 1, block > 0 ? block : 1};
    lines.within = MakeWalk(2, shape);
    return lines;
  }
  NUMRS_HD int64_t At(int64_t line, int64_t i) const {
    int64_t offset[1];
    const int64_t strides[1][kLoops] = {{block_step, 1}};
    within.At<1>(i, strides, offset);
    return line * line_step + offset[0];
  }
};
// Lines of equal statistics.
Lines SetsOf(int64_t n, int64_t channels, int64_t inner, int64_t groups) {
  if (groups > 0) return Lines::Of(n * groups, 1, channels / groups * inner, channels / groups * inner, 0);
  return Lines::Of(channels, n, inner, inner, channels * inner);
}
// Lines of one channel within one set.
Lines ChannelsOf(int64_t n, int64_t channels, int64_t inner, int64_t groups) {
  if (groups > 0) return Lines::Of(n * channels, 1, inner, inner, 0);
  return SetsOf(n, channels, inner, 0);
}
dim3 PieceBlock(const Lines& lines) { return RowBlock(lines.length < kPiece ? lines.length : kPiece); }
dim3 PieceGrid(const Lines& lines) { return RowGrid(lines.count * lines.pieces, PieceBlock(lines)); }

struct Moments {
  double mean, squares;
};

// moments of each piece of each line.
template <typename T>
__global__ void __launch_bounds__(kRowThreads) MomentsKernel(const T* x, const Lines lines, Moments* moments) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t item = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (item >= lines.count * lines.pieces) return;
  const int64_t line = item / lines.pieces, begin = (item - line * lines.pieces) * kPiece;
  const int64_t end = begin + kPiece < lines.length ? begin + kPiece : lines.length;
  double mean = 0, squares = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += blockDim.x)
    mean += static_cast<double>(static_cast<C>(x[lines.At(line, i)]));
  mean = RowSum(mean, shared) / static_cast<double>(end - begin);
  for (int64_t i = begin + threadIdx.x; i < end; i += blockDim.x) {
    const double d = static_cast<double>(static_cast<C>(x[lines.At(line, i)])) - mean;
    squares += d * d;
  }
  squares = RowSum(squares, shared);
  if (threadIdx.x == 0) moments[item] = Moments{mean, squares};
}

struct StatisticsArgs {
  const Moments* moments;
  int64_t sets, length, pieces;
  const double *old_mean, *old_var;  // or nullptr
  double *new_mean, *new_var;        // or nullptr
  double *mean, *rstd;
  double momentum, eps;
  bool use_running;
};
// A thread for each set: pieces joined in their order (Chan, Golub and LeVeque 1979).
__global__ void __launch_bounds__(kRowThreads) StatisticsKernel(const StatisticsArgs a) {
  const int64_t set = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (set >= a.sets) return;
  const double length = static_cast<double>(a.length);
  double mean, rstd;
  if (a.length == 0) {
    mean = rstd = std::numeric_limits<double>::quiet_NaN();
  } else if (a.use_running) {
    mean = a.old_mean[set];
    rstd = 1 / sqrt(a.old_var[set] + a.eps);
  } else {
    const Moments* part = a.moments + set * a.pieces;
    mean = part[0].mean;
    double squares = part[0].squares, count = static_cast<double>(a.length < kPiece ? a.length : kPiece);
    for (int64_t p = 1; p < a.pieces; p++) {
      const int64_t left = a.length - p * kPiece;
      const double added = static_cast<double>(left < kPiece ? left : kPiece), all = count + added;
      const double delta = part[p].mean - mean;
      mean += delta * (added / all);
      squares += part[p].squares + delta * delta * (count * added / all);
      count = all;
    }
    rstd = 1 / sqrt(squares / length + a.eps);
    if (a.new_mean) {
      a.new_mean[set] = (1 - a.momentum) * a.old_mean[set] + a.momentum * mean;
      a.new_var[set] = (1 - a.momentum) * a.old_var[set] + a.momentum * (squares / (length - 1));
    }
  }
  a.mean[set] = mean;
  a.rstd[set] = rstd;
}

// An element's set and channel.
struct Places {
  Walk walk;
  int64_t strides[2][kLoops];
  static Places Of(int64_t n, int64_t channels, int64_t inner, int64_t groups) {
    Places places{};
    const int64_t each = groups > 0 ? channels / groups : 1, sets = groups > 0 ? groups : channels;
    const int64_t shape[] = {n, sets, each, inner};
    places.walk = MakeWalk(4, shape);
    places.strides[0][0] = groups > 0 ? groups : 0;
    places.strides[0][1] = 1;
    places.strides[1][1] = each;
    places.strides[1][2] = 1;
    return places;
  }
};

template <typename T>
__global__ void __launch_bounds__(kThreads)
    ChannelApplyKernel(const T* x, T* y, int64_t size, const Places places, const double* mean, const double* rstd,
                       const ops::ComputeOf<T>* weight, const ops::ComputeOf<T>* bias) {
  using C = ops::ComputeOf<T>;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= size) return;
  int64_t place[2];
  places.walk.At<2>(i, places.strides, place);
  const double hat = (static_cast<double>(static_cast<C>(x[i])) - mean[place[0]]) * rstd[place[0]];
  const double w = weight ? static_cast<double>(weight[place[1]]) : 1.0;
  const double b = bias ? static_cast<double>(bias[place[1]]) : 0.0;
  y[i] = static_cast<T>(static_cast<C>(hat * w + b));
}

struct Sums {
  double g, gx;  // of the gradients, and of the gradients times what was normalised
};
// Sums of each piece of each line of one channel. each: lines of a set, 0 where they are the sets.
template <typename T>
__global__ void __launch_bounds__(kRowThreads)
    ChannelSumsKernel(const T* g, const T* x, const Lines lines, int64_t each, const double* mean, const double* rstd,
                      Sums* sums) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t item = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (item >= lines.count * lines.pieces) return;
  const int64_t line = item / lines.pieces, begin = (item - line * lines.pieces) * kPiece;
  const int64_t end = begin + kPiece < lines.length ? begin + kPiece : lines.length;
  const int64_t set = each > 0 ? line / each : line;
  const double m = mean[set], r = rstd[set];
  double sum = 0, dot = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += blockDim.x) {
    const int64_t at = lines.At(line, i);
    const double grad = static_cast<double>(static_cast<C>(g[at]));
    sum += grad;
    dot += grad * ((static_cast<double>(static_cast<C>(x[at])) - m) * r);
  }
  sum = RowSum(sum, shared);
  dot = RowSum(dot, shared);
  if (threadIdx.x == 0) sums[item] = Sums{sum, dot};
}
// Pieces joined: a thread for each line.
__global__ void __launch_bounds__(kRowThreads)
    JoinKernel(const Sums* parts, int64_t lines, int64_t pieces, Sums* sums) {
  const int64_t line = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (line >= lines) return;
  Sums total{0, 0};
  for (int64_t p = 0; p < pieces; p++) {
    total.g += parts[line * pieces + p].g;
    total.gx += parts[line * pieces + p].gx;
  }
  sums[line] = total;
}
// Means of a set's gradients, its channels' weights in them. A thread for each set of `each` channels.
template <typename C>
__global__ void __launch_bounds__(kRowThreads)
    SetMeansKernel(const Sums* sums, int64_t sets, int64_t each, int64_t groups, const C* weight, double length,
                   Sums* means) {
  const int64_t set = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (set >= sets) return;
  Sums total{0, 0};
  for (int64_t j = 0; j < each; j++) {
    const double w = weight ? static_cast<double>(weight[set % groups * each + j]) : 1.0;
    total.g += w * sums[set * each + j].g;
    total.gx += w * sums[set * each + j].gx;
  }
  means[set] = Sums{total.g / length, total.gx / length};
}
// A thread for each channel: over all n.
__global__ void __launch_bounds__(kRowThreads)
    ChannelTotalsKernel(const Sums* sums, int64_t n, int64_t channels, double* gweight, double* gbias) {
  const int64_t c = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (c >= channels) return;
  double w = 0, b = 0;
  for (int64_t i = 0; i < n; i++) {
    b += sums[i * channels + c].g;
    w += sums[i * channels + c].gx;
  }
  if (gweight) gweight[c] = w;
  if (gbias) gbias[c] = b;
}
template <typename T>
__global__ void __launch_bounds__(kThreads)
    ChannelBackKernel(const T* g, const T* x, T* gx, int64_t size, const Places places, const double* mean,
                      const double* rstd, const ops::ComputeOf<T>* weight, const Sums* means) {
  using C = ops::ComputeOf<T>;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= size) return;
  int64_t place[2];
  places.walk.At<2>(i, places.strides, place);
  const double r = rstd[place[0]], hat = (static_cast<double>(static_cast<C>(x[i])) - mean[place[0]]) * r;
  const double w = weight ? static_cast<double>(weight[place[1]]) : 1.0;
  const double mean_g = means ? means[place[0]].g : 0.0, mean_gx = means ? means[place[0]].gx : 0.0;
  gx[i] = static_cast<T>(static_cast<C>(r * (static_cast<double>(static_cast<C>(g[i])) * w - mean_g - hat * mean_gx)));
}

template <typename T>
struct Of {
  using C = ops::ComputeOf<T>;
  static Status Moments_(DeviceStream* stream, const char* function, const char* x, const Lines& lines,
                         Moments* moments) {
    return Launch(stream, function, MomentsKernel<T>, PieceGrid(lines), PieceBlock(lines),
                  reinterpret_cast<const T*>(x), lines, moments);
  }
  static Status Apply(DeviceStream* stream, const ChannelNormJob& job, const char* x, char* y, const double* mean,
                      const double* rstd, const char* weight, const char* bias) {
    return Launch(stream, job.function, ChannelApplyKernel<T>, dim3(Blocks(job.x.size, kThreads)), dim3(kThreads),
                  reinterpret_cast<const T*>(x), reinterpret_cast<T*>(y), job.x.size,
                  Places::Of(job.n, job.channels, job.inner, job.groups), mean, rstd,
                  reinterpret_cast<const C*>(weight), reinterpret_cast<const C*>(bias));
  }
  static Status Sum(DeviceStream* stream, const char* function, const char* g, const char* x, const Lines& lines,
                    int64_t each, const double* mean, const double* rstd, Sums* sums) {
    return Launch(stream, function, ChannelSumsKernel<T>, PieceGrid(lines), PieceBlock(lines),
                  reinterpret_cast<const T*>(g), reinterpret_cast<const T*>(x), lines, each, mean, rstd, sums);
  }
  static Status Means(DeviceStream* stream, const char* function, const Sums* sums, int64_t sets, int64_t each,
                      int64_t groups, const char* weight, double length, Sums* means) {
    return Launch(stream, function, SetMeansKernel<C>, dim3(Blocks(sets, kRowThreads)), dim3(kRowThreads), sums, sets,
                  each, groups, reinterpret_cast<const C*>(weight), length, means);
  }
  static Status Back(DeviceStream* stream, const ChannelNormBackJob& job, const char* g, const char* x, char* gx,
                     const double* mean, const double* rstd, const char* weight, const Sums* means) {
    return Launch(stream, job.function, ChannelBackKernel<T>, dim3(Blocks(job.gx.size, kThreads)), dim3(kThreads),
                  reinterpret_cast<const T*>(g), reinterpret_cast<const T*>(x), reinterpret_cast<T*>(gx), job.gx.size,
                  Places::Of(job.n, job.channels, job.inner, job.groups), mean, rstd,
                  reinterpret_cast<const C*>(weight), means);
  }
};
#define NUMRS_BY_FLOAT(stored, call)        \
  ((stored) == kF16    ? Of<Half>::call     \
   : (stored) == kBF16 ? Of<BFloat16>::call \
   : (stored) == kF32  ? Of<float>::call    \
                       : Of<double>::call)

bool TooMany(int64_t items) { return items >> 31 != 0; }

}  // namespace

Status Run_channel_norm(DeviceStream* stream, const ChannelNormJob& job) {
  NUMRS_TRY(Use(stream->device));
  const int32_t stored = Stored(job.x.dtype), computed = Computed(stored);
  const Lines sets = SetsOf(job.n, job.channels, job.inner, job.groups);
  const bool update = !job.use_running && There(job.running_mean);
  if (sets.count == 0 || (job.x.size == 0 && !There(job.mean) && !There(job.rstd) && !update)) return NUMRS_OK;
  if (TooMany(sets.count * sets.pieces) || TooMany(job.x.size / kThreads))
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Input x(stream), weight(stream), bias(stream), old_mean(stream), old_var(stream);
  Output y(stream), mean(stream), rstd(stream), new_mean(stream), new_var(stream);
  Scratch moments(stream), own(stream);
  NUMRS_TRY(x.Load(job.function, job.x, stored));
  if (There(job.weight)) NUMRS_TRY(weight.Load(job.function, job.weight, computed));
  if (There(job.bias)) NUMRS_TRY(bias.Load(job.function, job.bias, computed));
  if (There(job.running_mean)) NUMRS_TRY(old_mean.Load(job.function, job.running_mean, kF64));
  if (There(job.running_var)) NUMRS_TRY(old_var.Load(job.function, job.running_var, kF64));
  bool apart = SharesInPart(job.x, job.y);
  for (const View* v : {&job.weight, &job.bias, &job.running_mean, &job.running_var})
    apart = apart || (There(*v) && RangesOverlap(*v, job.y));
  NUMRS_TRY(y.Open(job.function, job.y, stored, apart));
  if (There(job.mean)) NUMRS_TRY(mean.Open(job.function, job.mean, kF64, true));
  if (There(job.rstd)) NUMRS_TRY(rstd.Open(job.function, job.rstd, kF64, true));
  if (update) {
    NUMRS_TRY(new_mean.Open(job.function, job.running_mean, kF64, true));
    NUMRS_TRY(new_var.Open(job.function, job.running_var, kF64, true));
  }
  NUMRS_TRY(own.Take(2 * sets.count * 8));
  StatisticsArgs args{};
  if (!job.use_running && sets.length > 0) {
    NUMRS_TRY(moments.Take(sets.count * sets.pieces * static_cast<int64_t>(sizeof(Moments))));
    args.moments = moments.as<Moments>();
    NUMRS_TRY(NUMRS_BY_FLOAT(stored, Moments_)(stream, job.function, x.data(), sets, moments.as<Moments>()));
  }
  const auto doubles = [](char* p) { return reinterpret_cast<double*>(p); };
  args.sets = sets.count;
  args.length = sets.length;
  args.pieces = sets.pieces;
  args.old_mean = reinterpret_cast<const double*>(old_mean.data());
  args.old_var = reinterpret_cast<const double*>(old_var.data());
  args.new_mean = doubles(new_mean.data());
  args.new_var = doubles(new_var.data());
  args.mean = mean.data() ? doubles(mean.data()) : own.as<double>();
  args.rstd = rstd.data() ? doubles(rstd.data()) : own.as<double>() + sets.count;
  args.momentum = job.momentum;
  args.eps = job.eps;
  args.use_running = job.use_running;
  NUMRS_TRY(
      Launch(stream, job.function, StatisticsKernel, dim3(Blocks(sets.count, kRowThreads)), dim3(kRowThreads), args));
  if (job.x.size > 0) {
    NUMRS_TRY(NUMRS_BY_FLOAT(stored, Apply)(stream, job, x.data(), y.data(), args.mean, args.rstd, weight.data(),
                                            bias.data()));
  }
  NUMRS_TRY(y.Commit(job.function));
  NUMRS_TRY(mean.Commit(job.function));
  NUMRS_TRY(rstd.Commit(job.function));
  if (!update || sets.length == 0) return NUMRS_OK;
  NUMRS_TRY(new_mean.Commit(job.function));
  return new_var.Commit(job.function);
}

Status Run_channel_norm_backward(DeviceStream* stream, const ChannelNormBackJob& job) {
  NUMRS_TRY(Use(stream->device));
  const int32_t stored = Stored(Promote(Stored(job.grad.dtype), Stored(job.x.dtype))), computed = Computed(stored);
  const Lines sets = SetsOf(job.n, job.channels, job.inner, job.groups);
  const Lines lines = ChannelsOf(job.n, job.channels, job.inner, job.groups);
  if (job.channels == 0) return NUMRS_OK;
  if (TooMany(lines.count * lines.pieces) || TooMany(job.x.size / kThreads))
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Input g(stream), x(stream), weight(stream), mean(stream), rstd(stream);
  Output gx(stream), gweight(stream), gbias(stream);
  Scratch parts(stream), joined(stream), means(stream);
  NUMRS_TRY(g.Load(job.function, job.grad, stored));
  NUMRS_TRY(x.Load(job.function, job.x, stored));
  if (There(job.weight)) NUMRS_TRY(weight.Load(job.function, job.weight, computed));
  NUMRS_TRY(mean.Load(job.function, job.mean, kF64));
  NUMRS_TRY(rstd.Load(job.function, job.rstd, kF64));
  if (There(job.gx)) {
    bool apart = SharesInPart(job.gx, job.grad) || SharesInPart(job.gx, job.x);
    for (const View* v : {&job.weight, &job.mean, &job.rstd}) apart = apart || (There(*v) && RangesOverlap(*v, job.gx));
    NUMRS_TRY(gx.Open(job.function, job.gx, stored, apart));
  }
  if (There(job.gweight)) NUMRS_TRY(gweight.Open(job.function, job.gweight, kF64, true));
  if (There(job.gbias)) NUMRS_TRY(gbias.Open(job.function, job.gbias, kF64, true));
  const double* const m = reinterpret_cast<const double*>(mean.data());
  const double* const r = reinterpret_cast<const double*>(rstd.data());
  const int64_t bytes = static_cast<int64_t>(sizeof(Sums));
  const int64_t each = job.groups > 0 ? job.channels / job.groups : 1;
  const bool wants_sums = gweight.data() || gbias.data() || (gx.data() && !job.use_running);
  if (wants_sums && lines.count > 0) {
    NUMRS_TRY(parts.Take(lines.count * lines.pieces * bytes));
    NUMRS_TRY(joined.Take(lines.count * bytes));
    if (lines.pieces > 0) {
      NUMRS_TRY(NUMRS_BY_FLOAT(stored, Sum)(stream, job.function, g.data(), x.data(), lines, job.groups > 0 ? each : 0,
                                            m, r, parts.as<Sums>()));
    }
    NUMRS_TRY(Launch(stream, job.function, JoinKernel, dim3(Blocks(lines.count, kRowThreads)), dim3(kRowThreads),
                     parts.as<Sums>(), lines.count, lines.pieces, joined.as<Sums>()));
  }
  if (gx.data() && job.gx.size > 0) {
    if (!job.use_running) {
      NUMRS_TRY(means.Take(sets.count * bytes));
      NUMRS_TRY(NUMRS_BY_FLOAT(stored, Means)(stream, job.function, joined.as<Sums>(), sets.count, each,
                                              job.groups > 0 ? job.groups : job.channels, weight.data(),
                                              static_cast<double>(sets.length), means.as<Sums>()));
    }
    NUMRS_TRY(NUMRS_BY_FLOAT(stored, Back)(stream, job, g.data(), x.data(), gx.data(), m, r, weight.data(),
                                           job.use_running ? nullptr : means.as<Sums>()));
  }
  if (gweight.data() || gbias.data()) {
    const int64_t lines_of_channel = job.groups > 0 ? job.n : 1;
    NUMRS_TRY(Launch(stream, job.function, ChannelTotalsKernel, dim3(Blocks(job.channels, kRowThreads)),
                     dim3(kRowThreads), joined.as<Sums>(), lines_of_channel, job.channels,
                     reinterpret_cast<double*>(gweight.data()), reinterpret_cast<double*>(gbias.data())));
  }
  NUMRS_TRY(gx.Commit(job.function));
  NUMRS_TRY(gweight.Commit(job.function));
  return gbias.Commit(job.function);
}

}  // namespace cuda
}  // namespace numrs
