// Scaled dot product attention and its gradients: products of lib/cuda/matmul.h for a part of the rows at a time, and
// between them a softmax of each row that knows masks, causality and dropout. Heads that share keys are rows of one
// product.
#include "core/nn_attention.h"

#include <limits>

#include "cuda/matmul.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"
#include "cuda/rows-inl.h"
#include "ops/philox.h"

namespace numrs {
namespace cuda {
namespace {

// Of scores at a time; and rather fewer heads go together than fewer rows. Little on the host: tests see many parts.
#ifdef NUMRS_CUDA_EMULATED
constexpr int64_t kScoreBytes = 2048, kLeastRows = 4;
#else
constexpr int64_t kScoreBytes = int64_t{128} << 20, kLeastRows = 128;
#endif

// A part of the rows of `count` sets of heads. Scores: (count, rows, keys).
struct Part {
  int64_t set, count;  // sets of heads that share keys
  int64_t row, rows;   // of each
  int64_t keys;        // that any of them sees
};
struct RowsArgs {
  Part part;
  int64_t all_rows, lq, lk, dv;  // rows of a set: its heads' rows after each other
  void* scores;
  void* weights;             // in the operands' dtype; may be the scores' memory
  void* lse;                 // of all rows, or nullptr
  const void *grad, *y;      // backward: of all rows
  const void* grad_weights;  // backward: as scores
  void* grad_scores;         // in the operands' dtype; may be the memory of grad_weights
  void* gmask;               // or nullptr
  const void* mask;
  int32_t mask_kind;
  Walk heads;                                           // leading axes of the queries
  int64_t mask_strides[1][kLoops], mask_row, mask_col;  // elements
  bool causal;
  uint64_t seed;
  const uint64_t* ahead;  // added to the seed, or nullptr
  uint32_t drop_below;  // 0: no dropout
  double keep;
};

// What a row is: its place among all of them, its keys, its mask.
struct Row {
  int64_t number, seen, mask;
};
NUMRS_DEVICE Row RowOf(const RowsArgs& a, int64_t item) {
  const int64_t set = item / a.part.rows, row = a.part.row + item - set * a.part.rows;
  Row out;
  out.number = (a.part.set + set) * a.all_rows + row;
  const int64_t head = out.number / a.lq, i = out.number - head * a.lq;
  out.seen = a.causal && i + 1 < a.part.keys ? i + 1 : a.part.keys;
  out.mask = 0;
  if (a.mask) {
    a.heads.At<1>(head, a.mask_strides, &out.mask);
    out.mask += i * a.mask_row;
  }
  return out;
}
template <typename C>
NUMRS_DEVICE C Masked(const RowsArgs& a, const Row& row, int64_t j, C score) {
  if (!a.mask) return score;
  const int64_t at = row.mask + j * a.mask_col;
  if (a.mask_kind == static_cast<int32_t>(AttentionMask::ADDED)) return score + static_cast<const C*>(a.mask)[at];
  return static_cast<const uint8_t*>(a.mask)[at] ? score : -std::numeric_limits<C>::infinity();
}
// As ops::AttentionFactors has them.
NUMRS_DEVICE double FactorOf(const RowsArgs& a, const Row& row, int64_t j) {
  if (!a.drop_below) return 1;
  const ops::PhiloxBlock block = ops::Philox({static_cast<uint64_t>(j) / 4, static_cast<uint64_t>(row.number)},
                                             a.seed + (a.ahead ? *a.ahead : 0));
  const uint64_t half = j % 4 < 2 ? block.low : block.high;
  return static_cast<uint32_t>(half >> (j % 2 * 32)) < a.drop_below ? 0 : a.keep;
}

// Scores become weights.
template <typename T>
__global__ void __launch_bounds__(kRowThreads) WeightsKernel(const RowsArgs a) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t item = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (item >= a.part.count * a.part.rows) return;
  const Row row = RowOf(a, item);
  C* const scores = static_cast<C*>(a.scores) + item * a.part.keys;
  T* const weights = static_cast<T*>(a.weights) + item * a.part.keys;
  double most = -std::numeric_limits<double>::infinity();
  for (int64_t j = threadIdx.x; j < row.seen; j += blockDim.x) {
    const C score = Masked(a, row, j, scores[j]);
    scores[j] = score;
    most = static_cast<double>(score) > most ? static_cast<double>(score) : most;
  }
  most = RowReduce(most, [](double p, double q) { return p > q ? p : q; }, shared);
  const C shift = most == -std::numeric_limits<double>::infinity() ? C(0) : static_cast<C>(most);
  double sum = 0;
  for (int64_t j = threadIdx.x; j < row.seen; j += blockDim.x) {
    const C e = exp(scores[j] - shift);
    scores[j] = e;
    sum += static_cast<double>(e);
  }
  sum = RowSum(sum, shared);
  const double inverse = sum == 0 ? 1 : 1 / sum;
  for (int64_t j = threadIdx.x; j < a.part.keys; j += blockDim.x) {
    const double weight = j < row.seen ? static_cast<double>(scores[j]) * inverse * FactorOf(a, row, j) : 0.0;
    weights[j] = static_cast<T>(static_cast<C>(weight));
  }
  if (a.lse && threadIdx.x == 0)
    static_cast<C*>(a.lse)[row.number] = static_cast<C>(static_cast<double>(shift) + log(sum));
}

// Scores become weights, and the weights' gradients those of the scores.
template <typename T>
__global__ void __launch_bounds__(kRowThreads) WeightsBackKernel(const RowsArgs a) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t item = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (item >= a.part.count * a.part.rows) return;
  const Row row = RowOf(a, item);
  const C* const scores = static_cast<const C*>(a.scores) + item * a.part.keys;
  const C* const grads = static_cast<const C*>(a.grad_weights) + item * a.part.keys;
  T* const weights = static_cast<T*>(a.weights) + item * a.part.keys;
  T* const to = static_cast<T*>(a.grad_scores) + item * a.part.keys;
  const T *grad = static_cast<const T*>(a.grad) + row.number * a.dv,
          *y = static_cast<const T*>(a.y) + row.number * a.dv;
  T* const gmask = a.gmask ? static_cast<T*>(a.gmask) + row.number * a.lk : nullptr;
  double delta = 0;
  for (int64_t e = threadIdx.x; e < a.dv; e += blockDim.x)
    delta += static_cast<double>(static_cast<C>(grad[e])) * static_cast<double>(static_cast<C>(y[e]));
  delta = RowSum(delta, shared);
  const C lse = static_cast<const C*>(a.lse)[row.number];
  const C shift = lse == -std::numeric_limits<C>::infinity() ? C(0) : lse;
  for (int64_t j = threadIdx.x; j < a.part.keys; j += blockDim.x) {
    double weight = 0, g = 0, factor = 1;
    if (j < row.seen) {
      weight = static_cast<double>(exp(Masked(a, row, j, scores[j]) - shift));
      factor = FactorOf(a, row, j);
      g = weight * (factor * static_cast<double>(grads[j]) - delta);
    }
    weights[j] = static_cast<T>(static_cast<C>(weight * factor));
    to[j] = static_cast<T>(static_cast<C>(g));
    if (gmask) gmask[j] = static_cast<T>(static_cast<C>(g));
  }
}

Status SetAll(DeviceStream* stream, const char* function, const View& y, double number) {
  View value = ContiguousView(&number, kF64, 0, nullptr);
  value.host = true;
  return ConvertTo(stream, function, value, y);
}

// The operands of a call as sets of heads: q (sets, rows, d), k (sets, lk, d), v (sets, lk, dv).
class Heads {
 public:
  Heads(DeviceStream* stream, const AttentionJob& job)
      : q(stream), k(stream), v(stream), mask(stream), stream_(stream), job_(job) {
    const int n = job.q.ndim;
    stored = Stored(job.q.dtype);
    computed = Computed(stored);
    lq = job.q.shape[n - 2];
    lk = job.k.shape[n - 2];
    d = job.q.shape[n - 1];
    dv = job.v.shape[n - 1];
    int64_t heads = 1;
    for (int a = 0; a < n - 2; a++) heads *= job.q.shape[a];
    group = n > 2 && job.k.shape[n - 3] > 0 ? job.q.shape[n - 3] / job.k.shape[n - 3] : 1;
    sets = group > 0 ? heads / group : 0;
    rows = group * lq;
  }
  Status Load() {
    NUMRS_TRY(q.Load(job_.function, job_.q, stored));
    NUMRS_TRY(k.Load(job_.function, job_.k, stored));
    NUMRS_TRY(v.Load(job_.function, job_.v, stored));
    args = RowsArgs{};
    args.all_rows = rows;
    args.lq = lq;
    args.lk = lk;
    args.dv = dv;
    args.causal = job_.causal;
    args.seed = job_.seed;
    args.ahead = job_.ahead;
    const double below = job_.dropout * 4294967296.0;
    args.drop_below = static_cast<uint32_t>(below < 4294967295.0 ? below : 4294967295.0);
    args.keep = 1 / (1 - job_.dropout);
    if (!job_.has_mask) return NUMRS_OK;
    const bool choice = job_.mask.dtype == kBOOL;
    const int32_t dtype = choice ? static_cast<int32_t>(kBOOL) : computed;
    NUMRS_TRY(mask.Load(job_.function, job_.mask, dtype));
    args.mask = mask.data();
    args.mask_kind = static_cast<int32_t>(choice ? AttentionMask::CHOICE : AttentionMask::ADDED);
    const int n = job_.q.ndim;
    int64_t full[kMaxNDim], strides[kMaxNDim], shape[kLoops];
    for (int a = 0; a < n - 1; a++) full[a] = job_.q.shape[a];
    full[n - 1] = lk;
    BroadcastStrides(ContiguousView(nullptr, dtype, job_.mask.ndim, job_.mask.shape), n, full, strides);
    const int64_t size = SizeOf(dtype);
    int ndim = 0;
    for (int a = 0; a < n - 2; a++) {
      if (full[a] == 1) continue;
      const int64_t stride = strides[a] / size;
      const bool merge = ndim > 0 && args.mask_strides[0][ndim - 1] == stride * full[a];
      if (!merge && ndim == kLoops) return Fail(NUMRS_UNSUPPORTED, "%s: so many separate dimensions", job_.function);
      const int to = merge ? ndim - 1 : ndim++;
      shape[to] = merge ? shape[to] * full[a] : full[a];
      args.mask_strides[0][to] = stride;
    }
    args.heads = MakeWalk(ndim, shape);
    args.mask_row = strides[n - 2] / size;
    args.mask_col = strides[n - 1] / size;
    return NUMRS_OK;
  }

  int64_t ScoreBytes() const { return SizeOf(computed); }
  // How many sets and rows go together: what scores have room for.
  int64_t SetsAtATime() const {
    const int64_t fit = kScoreBytes / ((rows < kLeastRows ? rows : kLeastRows) * lk * ScoreBytes());
    return fit < 1 ? 1 : fit < sets ? fit : sets;
  }
  int64_t RowsAtATime() const {
    const int64_t fit = kScoreBytes / (SetsAtATime() * lk * ScoreBytes());
    return fit < 1 ? 1 : fit < rows ? fit : rows;
  }
  template <class Body>
  Status ForParts(Body&& body) const {
    const int64_t sets_each = SetsAtATime(), rows_each = RowsAtATime();
    for (int64_t set = 0; set < sets; set += sets_each) {
      for (int64_t row = 0; row < rows; row += rows_each) {
        Part part;
        part.set = set;
        part.count = sets - set < sets_each ? sets - set : sets_each;
        part.row = row;
        part.rows = rows - row < rows_each ? rows - row : rows_each;
        // The rows of one head see no key behind the last one's.
        const int64_t last = (row + part.rows - 1) % lq + 1;
        const bool one_head = row / lq == (row + part.rows - 1) / lq;
        part.keys = job_.causal && one_head && last < lk ? last : job_.causal && lq < lk ? lq : lk;
        NUMRS_TRY(body(part));
      }
    }
    return NUMRS_OK;
  }
  // (count, rows, width) of what has `all` rows in each set.
  static View Rows(const char* data, int32_t dtype, const Part& part, int64_t all, int64_t first, int64_t rows,
                   int64_t width) {
    const int64_t size = SizeOf(dtype), shape[] = {part.count, rows, width};
    View view = ContiguousView(const_cast<char*>(data) + (part.set * all + first) * width * size, dtype, 3, shape);
    view.strides[0] = all * width * size;
    return view;
  }
  View Queries(const char* data, int32_t dtype, const Part& part, int64_t width) const {
    return Rows(data, dtype, part, rows, part.row, part.rows, width);
  }
  View Keys(const char* data, int32_t dtype, const Part& part, int64_t width) const {
    return Rows(data, dtype, part, lk, 0, part.keys, width);
  }
  static View Scores(char* data, int32_t dtype, const Part& part) {
    const int64_t shape[] = {part.count, part.rows, part.keys};
    return ContiguousView(data, dtype, 3, shape);
  }
  static View Turned(View view) {
    const int64_t extent = view.shape[1], stride = view.strides[1];
    view.shape[1] = view.shape[2];
    view.strides[1] = view.strides[2];
    view.shape[2] = extent;
    view.strides[2] = stride;
    return view;
  }
  // y = alpha a b + beta y. An inner extent of 0: zeros.
  Status Product(const View& a, const View& b, const View& y, double alpha, double beta) const {
    if (y.size == 0) return NUMRS_OK;
    if (a.shape[2] == 0) {
      if (beta != 0) return NUMRS_OK;
      return SetAll(stream_, job_.function, y, 0);
    }
    return Run_matmul(stream_, MatmulJob{job_.function, a, b, y, stored, alpha, beta});
  }
  Status LaunchRows(bool back) const {
    const dim3 block = RowBlock(args.part.keys);
    void (*kernel)(RowsArgs);
    if (back)
      kernel = stored == kF16    ? WeightsBackKernel<Half>
               : stored == kBF16 ? WeightsBackKernel<BFloat16>
               : stored == kF32  ? WeightsBackKernel<float>
                                 : WeightsBackKernel<double>;
    else
      kernel = stored == kF16    ? WeightsKernel<Half>
               : stored == kBF16 ? WeightsKernel<BFloat16>
               : stored == kF32  ? WeightsKernel<float>
                                 : WeightsKernel<double>;
    return Launch(stream_, job_.function, kernel, RowGrid(args.part.count * args.part.rows, block), block, args);
  }

  Input q, k, v, mask;
  RowsArgs args;
  int32_t stored, computed;
  int64_t lq, lk, d, dv, group, sets, rows;

 private:
  DeviceStream* stream_;
  const AttentionJob& job_;
};

}  // namespace

Status Run_attention(DeviceStream* stream, const AttentionJob& job) {
  NUMRS_TRY(Use(stream->device));
  Heads heads(stream, job);
  if (heads.sets == 0 || heads.rows == 0) return NUMRS_OK;
  NUMRS_TRY(heads.Load());
  Output y(stream), lse(stream);
  Scratch scores(stream), weights(stream);
  NUMRS_TRY(y.Open(job.function, job.y, heads.stored, true));
  if (job.has_lse) NUMRS_TRY(lse.Open(job.function, job.lse, heads.computed, true));
  if (heads.lk == 0) {  // nothing to see
    NUMRS_TRY(SetAll(stream, job.function, job.y, 0));
    if (!job.has_lse) return NUMRS_OK;
    return SetAll(stream, job.function, job.lse, -std::numeric_limits<double>::infinity());
  }
  const int64_t count = heads.SetsAtATime() * heads.RowsAtATime() * heads.lk;
  NUMRS_TRY(scores.Take(count * heads.ScoreBytes()));
  const bool narrow = heads.stored != heads.computed;
  if (narrow) NUMRS_TRY(weights.Take(count * SizeOf(heads.stored)));
  heads.args.scores = scores.data();
  heads.args.weights = narrow ? weights.data() : scores.data();
  heads.args.lse = lse.data();
  NUMRS_TRY(heads.ForParts([&](const Part& part) -> Status {
    heads.args.part = part;
    NUMRS_TRY(heads.Product(heads.Queries(heads.q.data(), heads.stored, part, heads.d),
                            Heads::Turned(heads.Keys(heads.k.data(), heads.stored, part, heads.d)),
                            Heads::Scores(scores.data(), heads.computed, part), job.scale, 0));
    NUMRS_TRY(heads.LaunchRows(false));
    return heads.Product(Heads::Scores(static_cast<char*>(heads.args.weights), heads.stored, part),
                         heads.Keys(heads.v.data(), heads.stored, part, heads.dv),
                         heads.Queries(y.data(), heads.stored, part, heads.dv), 1, 0);
  }));
  NUMRS_TRY(y.Commit(job.function));
  return lse.Commit(job.function);
}

Status Run_attention_backward(DeviceStream* stream, const AttentionGradJob& job) {
  const AttentionJob& forward = job.forward;
  const char* const function = forward.function;
  NUMRS_TRY(Use(stream->device));
  Heads heads(stream, forward);
  if (heads.sets == 0) {
    NUMRS_TRY(SetAll(stream, function, job.gk, 0));
    return SetAll(stream, function, job.gv, 0);
  }
  NUMRS_TRY(heads.Load());
  const int32_t stored = heads.stored, computed = heads.computed;
  Input grad(stream), y(stream), lse(stream);
  Output gq(stream), gk(stream), gv(stream), gmask(stream);
  Scratch scores(stream), weights(stream), gscores(stream), narrow_gscores(stream);
  NUMRS_TRY(grad.Load(function, job.grad, stored));
  NUMRS_TRY(y.Load(function, forward.y, stored));
  NUMRS_TRY(lse.Load(function, forward.lse, computed));
  NUMRS_TRY(gq.Open(function, job.gq, stored, true));
  // Sums over parts of the rows are kept as they are computed.
  NUMRS_TRY(gk.Open(function, job.gk, computed, true));
  NUMRS_TRY(gv.Open(function, job.gv, computed, true));
  NUMRS_TRY(Fill(stream, gk.data(), 0, static_cast<size_t>(job.gk.size * SizeOf(computed))));
  NUMRS_TRY(Fill(stream, gv.data(), 0, static_cast<size_t>(job.gv.size * SizeOf(computed))));
  if (job.has_gmask) {
    NUMRS_TRY(gmask.Open(function, job.gmask, stored, true));
    NUMRS_TRY(Fill(stream, gmask.data(), 0, static_cast<size_t>(job.gmask.size * SizeOf(stored))));
  }
  if (heads.rows > 0 && heads.lk > 0) {
    const int64_t count = heads.SetsAtATime() * heads.RowsAtATime() * heads.lk;
    NUMRS_TRY(scores.Take(count * heads.ScoreBytes()));
    NUMRS_TRY(gscores.Take(count * heads.ScoreBytes()));
    const bool narrow = stored != computed;
    if (narrow) {
      NUMRS_TRY(weights.Take(count * SizeOf(stored)));
      NUMRS_TRY(narrow_gscores.Take(count * SizeOf(stored)));
    }
    RowsArgs& args = heads.args;
    args.scores = scores.data();
    args.weights = narrow ? weights.data() : scores.data();
    args.grad_weights = gscores.data();
    args.grad_scores = narrow ? narrow_gscores.data() : gscores.data();
    args.grad = grad.data();
    args.y = y.data();
    args.lse = const_cast<char*>(lse.data());
    args.gmask = gmask.data();
    NUMRS_TRY(heads.ForParts([&](const Part& part) -> Status {
      args.part = part;
      const View queries = heads.Queries(heads.q.data(), stored, part, heads.d);
      const View keys = heads.Keys(heads.k.data(), stored, part, heads.d);
      const View values = heads.Keys(heads.v.data(), stored, part, heads.dv);
      const View grads = heads.Queries(grad.data(), stored, part, heads.dv);
      NUMRS_TRY(
          heads.Product(queries, Heads::Turned(keys), Heads::Scores(scores.data(), computed, part), forward.scale, 0));
      NUMRS_TRY(heads.Product(grads, Heads::Turned(values), Heads::Scores(gscores.data(), computed, part), 1, 0));
      NUMRS_TRY(heads.LaunchRows(true));
      const View weight = Heads::Scores(static_cast<char*>(args.weights), stored, part);
      const View gscore = Heads::Scores(static_cast<char*>(args.grad_scores), stored, part);
      NUMRS_TRY(heads.Product(gscore, keys, heads.Queries(gq.data(), stored, part, heads.d), forward.scale, 0));
      NUMRS_TRY(heads.Product(Heads::Turned(gscore), queries, heads.Keys(gk.data(), computed, part, heads.d),
                              forward.scale, 1));
      return heads.Product(Heads::Turned(weight), grads, heads.Keys(gv.data(), computed, part, heads.dv), 1, 1);
    }));
  } else {
    NUMRS_TRY(Fill(stream, gq.data(), 0, static_cast<size_t>(job.gq.size * SizeOf(stored))));
  }
  NUMRS_TRY(gq.Commit(function));
  NUMRS_TRY(gk.Commit(function));
  NUMRS_TRY(gv.Commit(function));
  return gmask.Commit(function);
}

}  // namespace cuda
}  // namespace numrs
