// Losses of pairs and of rows of logits: plans, labels, sums. What is computed is in ops/nn_loss-inl.h.
#include "core/nn_loss.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/elementwise.h"
#include "core/nn_operands.h"
#include "core/reduce_tables.h"

namespace numrs {

const LossRow kLossRows[kLossOps] = {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) {#name, LossThird::third, cost},
#include "table/loss.def"
};

namespace {

constexpr int64_t kBlock = kReduceBlock;  // elements of one sum; a multiple of kLossChunk

double MergeLanes(double* lanes) {
  for (int64_t half = kLossLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) lanes[l] += lanes[l + half];
  }
  return lanes[0];
}
double MergeBlocks(double* parts, int64_t blocks) {
  for (int64_t width = 1; width < blocks; width *= 2) {
    for (int64_t i = 0; i + width < blocks; i += 2 * width) parts[i] += parts[i + width];
  }
  return blocks > 0 ? parts[0] : 0;
}
// Of n float64.
double TreeSum(const LossTable& tools, const double* x, int64_t n) {
  double blocks[64];  // like a binary counter: one sum per power of two
  uint64_t taken = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    double lanes[kLossLanes] = {};
    for (int64_t i = begin; i < n && i < begin + kBlock; i += kLossChunk)
      tools.add(x + i, kF64, n - i < kLossChunk ? n - i : kLossChunk, lanes);
    double sum = MergeLanes(lanes);
    int k = 0;
    for (; taken >> k & 1; k++) {
      sum = blocks[k] + sum;
      taken &= ~(uint64_t{1} << k);
    }
    blocks[k] = sum;
    taken |= uint64_t{1} << k;
  }
  double sum = 0;
  for (int k = 0; k < 64; k++) {
    if (taken >> k & 1) sum = blocks[k] + sum;
  }
  return sum;
}

// A float64 array: a few elements on the stack, more in the pool.
class Doubles {
 public:
  explicit Doubles(int64_t n) : memory_(n > kOwn ? static_cast<size_t>(n) * sizeof(double) : 0), own_used_(n <= kOwn) {}
  bool ok() const { return memory_.ok(); }
  double* data() { return own_used_ ? own_ : memory_.as<double>(); }

 private:
  static constexpr int64_t kOwn = 64;
  double own_[kOwn];
  Workspace memory_;
  bool own_used_;
};

Status NoMemory(const char* function, int64_t n) {
  return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld sums", function, static_cast<long long>(n));
}

Status WriteNumber(const Run& run, const char* function, double value, const View& y) {
  return Convert(run, function, ContiguousView(&value, kF64, 0, nullptr), y);
}
Status ReadNumber(const Run& run, const char* function, const View& x, double* value) {
  return Convert(run, function, x, ContiguousView(value, kF64, 0, nullptr));
}

// The operands of pairs.
struct Pairs {
  PackedInput x, t, v, w;
  Status Load(const Run& run, const LossJob& job) {
    const auto load = [&](PackedInput* to, const View* from) -> Status {
      if (!from) return NUMRS_OK;
      return to->Load(run, job.function, *from, job.compute, job.ndim, job.shape, job.size);
    };
    NUMRS_TRY(load(&x, job.x));
    NUMRS_TRY(load(&t, job.t));
    NUMRS_TRY(load(&v, job.v));
    return load(&w, job.w);
  }
  LossPiece Piece(const LossJob& job, const LossTable* tools, int64_t from, int64_t n) const {
    const int64_t at = from * SizeOf(job.compute);
    LossPiece piece{};
    piece.x = x.data() + at;
    piece.t = t.data() + at;
    piece.v = job.v ? v.data() + at : nullptr;
    piece.w = job.w ? w.data() + at : nullptr;
    piece.n = n;
    piece.p[0] = job.p[0];
    piece.p[1] = job.p[1];
    piece.tools = tools;
    return piece;
  }
};

bool OverlapsInputs(const LossJob& job, const View& out) {
  return RangesOverlap(*job.x, out) || RangesOverlap(*job.t, out) || (job.v && RangesOverlap(*job.v, out)) ||
         (job.w && RangesOverlap(*job.w, out));
}

View ViewOf(const View* v) { return v ? *v : NoView(); }

// y: the value, else the gradients.
Status PairsOnDevice(const Run& run, const LossJob& job, const View* y, const View* grad, const View* gx,
                     const View* gt, const View* gv) {
  LossCall call;
  call.function = job.function;
  call.op = job.op;
  call.compute = job.compute;
  call.ndim = job.ndim;
  std::copy(job.shape, job.shape + job.ndim, call.shape);
  call.size = job.size;
  call.reduction = job.reduction;
  call.p[0] = job.p[0];
  call.p[1] = job.p[1];
  call.x = *job.x;
  call.t = *job.t;
  call.v = ViewOf(job.v);
  call.w = ViewOf(job.w);
  call.grad = ViewOf(grad);
  call.y = ViewOf(y);
  call.gx = ViewOf(gx);
  call.gt = ViewOf(gt);
  call.gv = ViewOf(gv);
  using Call = LossCall;
  return OnDevice(run, call, y ? &DeviceKernels::loss : &DeviceKernels::loss_backward,
                  {&Call::x, &Call::t, &Call::v, &Call::w, &Call::grad}, {&Call::y, &Call::gx, &Call::gt, &Call::gv});
}

}  // namespace

Status RunLoss(const Run& run, const LossJob& job, const View& y) {
  if (run.device) return PairsOnDevice(run, job, &y, nullptr, nullptr, nullptr, nullptr);
  const LossTable* tools = run.kernels.loss;
  const LossFn kernel = tools->value[job.op][job.compute];
  Pairs pairs;
  NUMRS_TRY(pairs.Load(run, job));
  const int threads = run.Threads(kLossRows[job.op].cost_ns * static_cast<double>(job.size));
  if (job.reduction == Reduction::NONE) {
    PackedOutput out;
    NUMRS_TRY(out.Open(run, job.function, y, job.compute, OverlapsInputs(job, y)));
    NUMRS_TRY(ParallelFor(job.size, kBlock, threads, run.cancel, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i += kLossChunk) {
        LossPiece piece = pairs.Piece(job, tools, i, end - i < kLossChunk ? end - i : kLossChunk);
        piece.y = out.data() + i * SizeOf(job.compute);
        kernel(piece);
      }
    }));
    return out.Commit(run, job.function);
  }
  const int64_t blocks = (job.size + kBlock - 1) / kBlock;
  Doubles parts(blocks);
  if (!parts.ok()) return NoMemory(job.function, blocks);
  double* sums = parts.data();
  NUMRS_TRY(ParallelFor(job.size, kBlock, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block += kBlock) {
      const int64_t stop = end - block < kBlock ? end : block + kBlock;
      double lanes[kLossLanes] = {}, values[kLossChunk];
      for (int64_t i = block; i < stop; i += kLossChunk) {
        LossPiece piece = pairs.Piece(job, tools, i, stop - i < kLossChunk ? stop - i : kLossChunk);
        piece.y = values;
        kernel(piece);
        tools->add(values, job.compute, piece.n, lanes);
      }
      sums[block / kBlock] = MergeLanes(lanes);
    }
  }));
  double sum = MergeBlocks(sums, blocks);
  if (job.reduction == Reduction::MEAN) sum /= static_cast<double>(job.size);
  return WriteNumber(run, job.function, sum, y);
}

Status RunLossBackward(const Run& run, const LossJob& job, const View& grad, const View* gx, const View* gt,
                       const View* gv) {
  if (job.size == 0) return NUMRS_OK;
  if (run.device) return PairsOnDevice(run, job, nullptr, &grad, gx, gt, gv);
  const LossTable* tools = run.kernels.loss;
  const LossFn kernel = tools->gradient[job.op][job.compute];
  Pairs pairs;
  NUMRS_TRY(pairs.Load(run, job));
  PackedInput upstream;
  double scale = 1;
  if (job.reduction == Reduction::NONE) {
    NUMRS_TRY(upstream.Load(run, job.function, grad, job.compute, job.ndim, job.shape, job.size));
  } else {
    NUMRS_TRY(ReadNumber(run, job.function, grad, &scale));
    if (job.reduction == Reduction::MEAN) scale /= static_cast<double>(job.size);
  }
  const View* outs[3] = {gx, gt, gv};
  PackedOutput packed[3];
  int wanted = 0;
  for (int k = 0; k < 3; k++) {
    if (!outs[k]) continue;
    wanted++;
    NUMRS_TRY(packed[k].Open(run, job.function, *outs[k], job.compute,
                             OverlapsInputs(job, *outs[k]) || RangesOverlap(grad, *outs[k])));
  }
  const int threads = run.Threads(wanted * kLossRows[job.op].cost_ns * static_cast<double>(job.size));
  NUMRS_TRY(ParallelFor(job.size, kBlock, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += kLossChunk) {
      LossPiece piece = pairs.Piece(job, tools, i, end - i < kLossChunk ? end - i : kLossChunk);
      const int64_t at = i * SizeOf(job.compute);
      piece.scale = scale;
      piece.grad = job.reduction == Reduction::NONE ? upstream.data() + at : nullptr;
      piece.gx = gx ? packed[0].data() + at : nullptr;
      piece.gt = gt ? packed[1].data() + at : nullptr;
      piece.gv = gv ? packed[2].data() + at : nullptr;
      kernel(piece);
    }
  }));
  for (int k = 0; k < 3; k++) {
    if (outs[k]) NUMRS_TRY(packed[k].Commit(run, job.function));
  }
  return NUMRS_OK;
}

// ------------------------------------------------------------------------------------------------ rows of logits

namespace {

// Refuses labels that are no class; *weights: the sum of the weights of those that count.
template <class WeightOf>
Status CheckLabels(const ClassLossJob& job, const int64_t* labels, int64_t rows, int64_t classes, WeightOf weight_of,
                   double* weights) {
  const bool unsigned_labels = KindOf(job.target->dtype) == Kind::UINT;
  double lanes[kLossLanes] = {};
  for (int64_t r = 0; r < rows; r++) {
    const int64_t label = labels[r];
    if (label == job.ignore_index && !(unsigned_labels && label < 0)) continue;
    if (static_cast<uint64_t>(label) < static_cast<uint64_t>(classes)) {
      lanes[r % kLossLanes] += weight_of(label);
      continue;
    }
    int64_t place[kMaxNDim], rest = r;
    for (int d = job.target->ndim; d-- > 0;) {
      place[d] = rest % job.target->shape[d];
      rest /= job.target->shape[d];
    }
    char at[160], text[300];
    ShapeText(job.target->ndim, place, at, sizeof(at));
    return Fail(NUMRS_BAD_INDEX, "%s: %s", job.function,
                IndexTrouble(IndexKind::LABEL, static_cast<uint64_t>(label), unsigned_labels, at, classes,
                             job.ignore_index, text, sizeof(text)));
  }
  *weights = MergeLanes(lanes);
  return NUMRS_OK;
}

double NumberAt(const char* x, int32_t dtype, int64_t i) {
  if (dtype == kF32) {
    float v;
    std::memcpy(&v, x + i * 4, 4);
    return static_cast<double>(v);
  }
  double v;
  std::memcpy(&v, x + i * 8, 8);
  return v;
}
void AddAt(char* x, int32_t dtype, int64_t i, double number) {
  if (dtype == kF32) {
    float v;
    std::memcpy(&v, x + i * 4, 4);
    v = static_cast<float>(static_cast<double>(v) + number);
    std::memcpy(x + i * 4, &v, 4);
    return;
  }
  double v;
  std::memcpy(&v, x + i * 8, 8);
  v += number;
  std::memcpy(x + i * 8, &v, 8);
}

struct ClassLoss {
  const ClassLossJob& job;
  const LossTable& tools;
  int64_t rows, classes;
  const char *x, *target, *w;
  const int64_t* labels;
  const double* grads;  // one per row, or nullptr
  double scale;         // of all gradients
  double divisor;       // of none: 1
  double all_weights;   // sum of the weights of all classes
  double* losses;       // one per row, or nullptr
  char* gx;

  bool Counts(int64_t label) const {
    return label != job.ignore_index && static_cast<uint64_t>(label) < static_cast<uint64_t>(classes);
  }

  // Up to kRows rows: their logarithms are taken in one call.
  static constexpr int64_t kRows = 32;
  void Rows(int64_t begin, int64_t end) const {
    const int64_t size = SizeOf(job.compute), row_bytes = classes * size;
    double sums[kRows], logs[kRows], dots[kRows], totals[kRows];
    for (int64_t r = begin; r < end; r++) {
      const int64_t k = r - begin;
      const char* row = x + r * row_bytes;
      char* g = gx ? gx + r * row_bytes : nullptr;
      const double factor = scale * (grads ? grads[r] : 1.0);
      const int64_t label = labels ? labels[r] : 0;
      sums[k] = 1;
      dots[k] = totals[k] = 0;
      if (labels && !Counts(label)) {
        if (g) std::memset(g, 0, static_cast<size_t>(row_bytes));
        continue;
      }
      const double weight = labels && w ? NumberAt(w, job.compute, label) : 1;
      if (job.from_log) {
        dots[k] = weight * NumberAt(row, job.compute, label);
        if (g) {
          std::memset(g, 0, static_cast<size_t>(row_bytes));
          AddAt(g, job.compute, label, -factor * weight);
        }
        continue;
      }
      double most, sum;
      if (labels && job.smoothing == 0) {
        tools.label_row[job.compute](row, classes, label, factor * weight, g, &most, &sum);
        sums[k] = sum;
        dots[k] = weight * (NumberAt(row, job.compute, label) - most);
        totals[k] = weight;
        continue;
      }
      tools.soft_row[job.compute](row, classes, g, &most, &sum);
      sums[k] = sum;
      const double spread = job.smoothing / static_cast<double>(classes), keep = 1 - job.smoothing;
      const char* t = labels ? nullptr : target + r * row_bytes;
      tools.mixed_row(row, t, w, job.compute, classes, keep, spread, most, &dots[k], &totals[k]);
      if (labels) {
        dots[k] += keep * weight * (NumberAt(row, job.compute, label) - most);
        totals[k] += keep * weight;
      }
      if (g) {
        tools.mixed_gradient(t, w, job.compute, classes, keep, spread, totals[k] / sum, factor, g);
        if (labels) AddAt(g, job.compute, label, -factor * keep * weight);
      }
    }
    if (!losses) return;
    tools.log[kF64](sums, logs, end - begin);
    for (int64_t k = 0; k < end - begin; k++) {
      // Rows that count for nothing have a total and a dot of 0, whatever their logits.
      losses[begin + k] = (totals[k] == 0 ? 0.0 : totals[k] * logs[k]) - dots[k];
    }
  }
};

Status ClassesOnDevice(const Run& run, const ClassLossJob& job) {
  ClassLossCall call;
  call.function = job.function;
  call.labels = job.labels;
  call.from_log = job.from_log;
  call.compute = job.compute;
  call.ignore_index = job.ignore_index;
  call.smoothing = job.smoothing;
  call.reduction = job.reduction;
  call.logits = *job.logits;
  call.target = *job.target;
  call.weight = ViewOf(job.weight);
  call.grad = ViewOf(job.grad);
  call.loss = ViewOf(job.loss);
  call.gx = ViewOf(job.gx);
  if (job.labels && job.target->size > 0) {  // a recorded kernel cannot wait for what it finds
    const int64_t classes = job.logits->shape[job.logits->ndim > 1 ? 1 : 0];
    NoteIfRecorded(*run.device, {job.function, *job.target, classes, IndexKind::LABEL, job.ignore_index});
  }
  using Call = ClassLossCall;
  return OnDevice(run, call, &DeviceKernels::class_loss, {&Call::logits, &Call::target, &Call::weight, &Call::grad},
                  {&Call::loss, &Call::gx});
}

}  // namespace

Status RunClassLoss(const Run& run, const ClassLossJob& job) {
  if (run.device) return ClassesOnDevice(run, job);
  const View& logits = *job.logits;
  const int axis = logits.ndim > 1 ? 1 : 0;
  const int64_t classes = logits.shape[axis];
  int64_t rows = 1;
  for (int d = 0; d < logits.ndim; d++) rows = d == axis ? rows : TimesExtent(rows, logits.shape[d]);
  const View last = AxisLast(logits, axis);

  const LossTable& tools = *run.kernels.loss;
  PackedInput labels, target, weight, x;
  ClassLoss loss{job, tools, rows, classes, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 1.0, 0, nullptr, nullptr};
  if (job.weight) {
    NUMRS_TRY(weight.Load(run, job.function, *job.weight, job.compute));
    loss.w = weight.data();
  }
  if (job.labels) {
    NUMRS_TRY(labels.Load(run, job.function, *job.target, kI64));
    loss.labels = reinterpret_cast<const int64_t*>(labels.data());
    double sum = 0;
    const auto weight_of = [&](int64_t label) { return loss.w ? NumberAt(loss.w, job.compute, label) : 1.0; };
    NUMRS_TRY(CheckLabels(job, loss.labels, rows, classes, weight_of, &sum));
    loss.divisor = sum;
  } else {
    NUMRS_TRY(target.Load(run, job.function, AxisLast(*job.target, axis), job.compute));
    loss.target = target.data();
    loss.divisor = static_cast<double>(rows);
  }
  NUMRS_TRY(x.Load(run, job.function, last, job.compute));
  loss.x = x.data();

  PackedInput upstream;
  double factor = 1;
  if (job.grad && job.reduction == Reduction::NONE) {
    NUMRS_TRY(upstream.Load(run, job.function, *job.grad, kF64));
    loss.grads = reinterpret_cast<const double*>(upstream.data());
  } else if (job.grad) {
    NUMRS_TRY(ReadNumber(run, job.function, *job.grad, &factor));
  }
  loss.scale = job.reduction == Reduction::MEAN ? factor / loss.divisor : factor;

  const auto overlaps = [&](const View& out) {
    return RangesOverlap(logits, out) || RangesOverlap(*job.target, out) ||
           (job.weight && RangesOverlap(*job.weight, out)) || (job.grad && RangesOverlap(*job.grad, out));
  };
  PackedOutput gradient;
  View gx_last;
  if (job.gx) {
    gx_last = AxisLast(*job.gx, axis);
    NUMRS_TRY(gradient.Open(run, job.function, gx_last, job.compute, overlaps(*job.gx)));
    loss.gx = gradient.data();
  }
  Doubles losses(job.loss ? rows : 0);
  if (!losses.ok()) return NoMemory(job.function, rows);
  if (job.loss) loss.losses = losses.data();

  const double cost =
      (job.from_log && !job.gx ? 2.0 : 0.4 * static_cast<double>(classes) + 10) * static_cast<double>(rows);
  int64_t grain = 16 * 1024 / (classes + 1);
  grain = grain < ClassLoss::kRows ? ClassLoss::kRows : grain / ClassLoss::kRows * ClassLoss::kRows;
  NUMRS_TRY(ParallelFor(rows, grain, run.Threads(cost), run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r += ClassLoss::kRows)
      loss.Rows(r, end - r < ClassLoss::kRows ? end : r + ClassLoss::kRows);
  }));
  if (job.gx) NUMRS_TRY(gradient.Commit(run, job.function));
  if (!job.loss) return NUMRS_OK;
  if (job.reduction == Reduction::NONE) {
    return Convert(run, job.function, ContiguousView(loss.losses, kF64, job.loss->ndim, job.loss->shape), *job.loss);
  }
  double sum = TreeSum(tools, loss.losses, rows);
  if (job.reduction == Reduction::MEAN) sum /= loss.divisor;
  return WriteNumber(run, job.function, sum, *job.loss);
}

}  // namespace numrs
