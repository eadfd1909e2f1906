// Running attention: operands made ready for the kernels, heads and blocks of rows shared by threads; no arithmetic.
#include "core/nn_attention.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr double kChunkNs = 50000;  // of work between two looks at the other threads

Status NoMemory(const char* function) { return Fail(NUMRS_NO_MEMORY, "%s: no memory for the work space", function); }

size_t Round64(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Can the kernels read or write it where it lies?
bool IsReady(const View& v, int32_t dtype, bool last_contiguous) {
  if (v.dtype != dtype || v.host) return false;
  const int64_t size = v.itemsize();
  if (reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(size) != 0) return false;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] > 1 && v.strides[d] % size != 0) return false;
  }
  return !last_contiguous || v.ndim == 0 || v.shape[v.ndim - 1] <= 1 || v.strides[v.ndim - 1] == size;
}

// A view as it is, or a C-order copy of it of the dtype wanted. Memory comes from one workspace for all of them.
struct Operand {
  const View* from = nullptr;
  View view;
  bool copied = false, output = false;

  size_t Plan(const View& v, int32_t dtype, bool is_output, bool last_contiguous, bool apart) {
    from = &v;
    output = is_output;
    copied = apart || !IsReady(v, dtype, last_contiguous);
    view = copied ? ContiguousView(nullptr, dtype, v.ndim, v.shape) : v;
    // Views that repeat elements may be larger than any memory: then the request fails.
    const int64_t size = std::min(v.size, int64_t{1} << 56);
    return copied ? Round64(static_cast<size_t>(size) * static_cast<size_t>(SizeOf(dtype))) : 0;
  }
  Status Take(const Run& run, const char* function, char** memory) {
    if (!copied) return NUMRS_OK;
    view.data = *memory;
    *memory += Round64(static_cast<size_t>(view.size) * static_cast<size_t>(view.itemsize()));
    return output || view.size == 0 ? static_cast<Status>(NUMRS_OK) : Convert(run, function, *from, view);
  }
  Status WriteBack(const Run& run, const char* function) const {
    if (!copied || view.size == 0) return NUMRS_OK;
    const Status status = Convert(run, function, view, *from);
    if (status != NUMRS_NO_MEMORY || run.device) return status;
    const Run alone{run.kernels, 1, run.cancel};  // with the buffers of one thread: see Buffers
    return Convert(alone, function, view, *from);
  }
};

// Memory for the buffers in which results are brought to where they belong, taken before anything is written and given
// to the pool before they are asked for: having written one result, a call cannot fail for the next one.
class Buffers {
 public:
  explicit Buffers(std::initializer_list<const Operand*> outputs) {
    for (const Operand* o : outputs) {
      if (o->copied && o->view.size > 0) needed_ = true;
    }
    if (needed_) memory_.emplace(size_t{64} << 10);
  }
  bool ok() const { return !needed_ || memory_->ok(); }
  void Give() { memory_.reset(); }

 private:
  bool needed_ = false;
  std::optional<Workspace> memory_;
};

// The leading axes of q, and where head n of an operand is.
struct Heads {
  int64_t count = 1, group = 1;
  int ndim;  // leading axes
  const View* q;

  explicit Heads(const AttentionJob& job) : ndim(job.q.ndim - 2), q(&job.q) {
    for (int d = 0; d < ndim; d++) count *= job.q.shape[d];
    if (ndim > 0 && job.k.shape[ndim - 1] > 0) group = job.q.shape[ndim - 1] / job.k.shape[ndim - 1];
  }
  // v has the leading axes of q, or with shared heads those of k; strides in bytes.
  char* At(char* data, const int64_t* strides, int64_t n, bool shared) const {
    for (int d = ndim; d-- > 0;) {
      int64_t index = n % q->shape[d];
      n /= q->shape[d];
      if (shared && d == ndim - 1) index /= group;
      data += index * strides[d];
    }
    return data;
  }
};

int64_t RowOf(const View& v, int axis) { return v.shape[axis] > 1 ? v.strides[axis] / v.itemsize() : 0; }

// What every head has in common, and the pointers of one.
class Parts {
 public:
  Parts(const Run& run, const AttentionJob& job, const Operand* q, const Operand* k, const Operand* v,
        const Operand* mask, const Operand* y, const Operand* lse)
      : heads_(job),
        q_(q->view),
        k_(k->view),
        v_(v->view),
        y_(y->view),
        lse_(lse ? &lse->view : nullptr),
        mask_(mask ? &mask->view : nullptr) {
    const int n = job.q.ndim;
    head_.lq = job.q.shape[n - 2];
    head_.lk = job.k.shape[n - 2];
    head_.d = job.q.shape[n - 1];
    head_.dv = job.v.shape[n - 1];
    head_.q_row = RowOf(q_, n - 2);
    head_.k_row = RowOf(k_, n - 2);
    head_.v_row = RowOf(v_, n - 2);
    head_.y_row = RowOf(y_, n - 2);
    head_.causal = job.causal ? 1 : 0;
    head_.scale = job.scale;
    head_.seed = job.seed + (job.ahead ? *job.ahead : 0);
    head_.drop_below = static_cast<uint32_t>(std::min(job.dropout * 4294967296.0, 4294967295.0));
    head_.keep = 1 / (1 - job.dropout);
    head_.gemv = run.kernels.linalg.gemv[q_.dtype];
    head_.mask_kind = AttentionMask::NONE;
    if (mask_) {
      int64_t full[kMaxNDim];
      for (int d = 0; d < n - 1; d++) full[d] = job.q.shape[d];
      full[n - 1] = head_.lk;
      BroadcastStrides(*mask_, n, full, mask_strides_);
      head_.mask_kind = mask_->dtype == kBOOL ? AttentionMask::CHOICE : AttentionMask::ADDED;
      head_.mask_row = mask_strides_[n - 2] / mask_->itemsize();
      head_.mask_col = mask_strides_[n - 1] / mask_->itemsize();
    }
  }

  const Heads& heads() const { return heads_; }
  const AttentionHead& common() const { return head_; }
  AttentionHead Head(int64_t n) const {
    AttentionHead h = head_;
    h.q = heads_.At(q_.data, q_.strides, n, false);
    h.k = heads_.At(k_.data, k_.strides, n, true);
    h.v = heads_.At(v_.data, v_.strides, n, true);
    h.y = heads_.At(y_.data, y_.strides, n, false);
    h.lse = lse_ ? heads_.At(lse_->data, lse_->strides, n, false) : nullptr;
    h.mask = mask_ ? heads_.At(mask_->data, mask_strides_, n, false) : nullptr;
    h.row0 = n * head_.lq;
    return h;
  }
  double Nanoseconds(double products) const {  // of a row
    return products * (static_cast<double>(head_.d + head_.dv) * 0.02 + 0.5) * static_cast<double>(head_.lk) *
               (head_.causal ? 0.5 : 1) +
           20;
  }

 private:
  Heads heads_;
  View q_, k_, v_, y_;
  const View *lse_, *mask_;
  AttentionHead head_ = {};
  int64_t mask_strides_[kMaxNDim];
};

bool Overlaps(const View& y, std::initializer_list<const View*> others) {
  for (const View* v : others) {
    if (v && RangesOverlap(y, *v)) return true;
  }
  return false;
}

// Memory on the device for the operands that want some; results in memory of the host are refused.
Status TakeOnDevice(const Run& run, const char* function, size_t bytes, std::optional<RunMemory>* memory,
                    std::initializer_list<Operand*> operands) {
  for (const Operand* o : operands) {
    if (o->from && o->output && o->from->host)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: a result is NUMRS_ON_HOST, which is for inputs", function);
  }
  if (bytes == 0) return NUMRS_OK;
  memory->emplace(run, function, bytes);
  if (!(*memory)->ok()) return (*memory)->Failure(function, "copies of operands", bytes);
  char* at = (*memory)->as<char>();
  for (Operand* o : operands) {
    if (o->from) NUMRS_TRY(o->Take(run, function, &at));
  }
  return NUMRS_OK;
}

size_t PlanMask(const AttentionJob& job, int32_t dtype, Operand* mask) {
  return mask->Plan(job.mask, job.mask.dtype == kBOOL ? static_cast<int32_t>(kBOOL) : dtype, false, false, false);
}

// On a device operands keep their dtype and their strides; those that overlap a result, or whose elements are not
// aligned, are set apart.
// What a recording tells seeds apart by; no draw has that mask.
RandomDraw SeedDraw(uint64_t seed) { return {seed, ~uint64_t{0}, 0, 0}; }

Status AttentionOnDevice(const Run& run, const AttentionJob& job) {
  AttentionJob ready = job;
  Operand q, k, v, mask, y, lse;
  size_t bytes = 0;
  const View* const mask_view = job.has_mask ? &job.mask : nullptr;
  const auto plan = [&](Operand* o, const View& view, bool output) {
    bytes += o->Plan(view, view.dtype, output, false, output && Overlaps(view, {&job.q, &job.k, &job.v, mask_view}));
  };
  plan(&q, job.q, false), plan(&k, job.k, false), plan(&v, job.v, false), plan(&y, job.y, true);
  if (job.has_mask) plan(&mask, job.mask, false);
  if (job.has_lse) plan(&lse, job.lse, true);
  if (job.y.size == 0 && (!job.has_lse || job.lse.size == 0)) return NUMRS_OK;
  std::optional<RunMemory> memory;
  NUMRS_TRY(TakeOnDevice(run, job.function, bytes, &memory, {&q, &k, &v, &mask, &y, &lse}));
  ready.q = q.view, ready.k = k.view, ready.v = v.view, ready.y = y.view;
  if (job.has_mask) ready.mask = mask.view;
  if (job.has_lse) ready.lse = lse.view;
  if (job.dropout > 0) NUMRS_TRY(RecordedAhead(job.function, *run.device, SeedDraw(job.seed), &ready.ahead));
  NUMRS_TRY(OnDevice(run, job.function, &DeviceKernels::attention, ready));
  NUMRS_TRY(y.WriteBack(run, job.function));
  return job.has_lse ? lse.WriteBack(run, job.function) : static_cast<Status>(NUMRS_OK);
}

Status AttentionGradOnDevice(const Run& run, const AttentionGradJob& job) {
  const AttentionJob& f = job.forward;
  AttentionGradJob ready = job;
  Operand q, k, v, mask, y, lse, grad, gq, gk, gv, gmask;
  size_t bytes = 0;
  const View* const mask_view = f.has_mask ? &f.mask : nullptr;
  const auto plan = [&](Operand* o, const View& view, bool output) {
    bytes += o->Plan(view, view.dtype, output, false,
                     output && Overlaps(view, {&f.q, &f.k, &f.v, &f.y, &f.lse, &job.grad, mask_view}));
  };
  plan(&q, f.q, false), plan(&k, f.k, false), plan(&v, f.v, false), plan(&y, f.y, false), plan(&lse, f.lse, false);
  plan(&grad, job.grad, false), plan(&gq, job.gq, true), plan(&gk, job.gk, true), plan(&gv, job.gv, true);
  if (f.has_mask) plan(&mask, f.mask, false);
  if (job.has_gmask) plan(&gmask, job.gmask, true);
  if (job.gq.size + job.gk.size + job.gv.size == 0 && (!job.has_gmask || job.gmask.size == 0)) return NUMRS_OK;
  std::optional<RunMemory> memory;
  NUMRS_TRY(TakeOnDevice(run, f.function, bytes, &memory, {&q, &k, &v, &mask, &y, &lse, &grad, &gq, &gk, &gv, &gmask}));
  ready.forward.q = q.view, ready.forward.k = k.view, ready.forward.v = v.view;
  ready.forward.y = y.view, ready.forward.lse = lse.view;
  ready.grad = grad.view, ready.gq = gq.view, ready.gk = gk.view, ready.gv = gv.view;
  if (f.has_mask) ready.forward.mask = mask.view;
  if (job.has_gmask) ready.gmask = gmask.view;
  if (f.dropout > 0) NUMRS_TRY(RecordedAhead(f.function, *run.device, SeedDraw(f.seed), &ready.forward.ahead));
  NUMRS_TRY(OnDevice(run, f.function, &DeviceKernels::attention_backward, ready));
  for (const Operand* o : {&gq, &gk, &gv}) NUMRS_TRY(o->WriteBack(run, f.function));
  return job.has_gmask ? gmask.WriteBack(run, f.function) : static_cast<Status>(NUMRS_OK);
}

}  // namespace

Status RunAttention(const Run& run, const AttentionJob& job) {
  if (run.device) return AttentionOnDevice(run, job);
  const int32_t dtype = AttentionDType(job.q.dtype);
  const View* const mask_view = job.has_mask ? &job.mask : nullptr;
  const View* const lse_view = job.has_lse ? &job.lse : nullptr;
  Operand q, k, v, mask, y, lse;
  size_t bytes = q.Plan(job.q, dtype, false, true, false) + k.Plan(job.k, dtype, false, true, false) +
                 v.Plan(job.v, dtype, false, true, false);
  if (job.has_mask) bytes += PlanMask(job, dtype, &mask);
  bytes += y.Plan(job.y, dtype, true, true, Overlaps(job.y, {&job.q, &job.k, &job.v, mask_view, lse_view}));
  if (job.has_lse) {
    // Rows of a head lie next to each other.
    bytes += lse.Plan(job.lse, dtype, true, true, Overlaps(job.lse, {&job.q, &job.k, &job.v, mask_view}));
  }
  const Parts parts(run, job, &q, &k, &v, job.has_mask ? &mask : nullptr, &y, job.has_lse ? &lse : nullptr);
  const AttentionHead& common = parts.common();
  if (parts.heads().count == 0 || common.lq == 0) return NUMRS_OK;
  const NnAttentionTable& table = *run.kernels.nn_attention;
  const int64_t rows = table.rows[dtype](common), blocks = (common.lq + rows - 1) / rows;
  const int64_t items = parts.heads().count * blocks;
  const double item_ns = parts.Nanoseconds(2) * static_cast<double>(rows < common.lq ? rows : common.lq);
  const int64_t grain = item_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / item_ns) + 1;
  const int threads = static_cast<int>(
      std::min<int64_t>(run.Threads(item_ns * static_cast<double>(items)), (items + grain - 1) / grain));
  const size_t scratch = Round64(table.bytes[dtype](common));
  const Workspace memory(bytes + scratch * static_cast<size_t>(std::max(threads, 1)));
  if (!memory.ok()) return NoMemory(job.function);
  char* at = memory.as<char>();
  for (Operand* o : {&q, &k, &v, &mask, &y, &lse}) {
    if (o->from) NUMRS_TRY(o->Take(run, job.function, &at));
  }
  Buffers buffers({&y, &lse});
  if (!buffers.ok()) return NoMemory(job.function);
  const Parts ready(run, job, &q, &k, &v, job.has_mask ? &mask : nullptr, &y, job.has_lse ? &lse : nullptr);
  ScratchSlots slots(at, scratch, std::max(threads, 1));
  NUMRS_TRY(ParallelFor(items, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    for (int64_t i = begin; i < end; i++) {
      const int64_t row = i % blocks * rows;
      table.forward[dtype](ready.Head(i / blocks), row, std::min(row + rows, common.lq), lease.data());
    }
  }));
  buffers.Give();
  NUMRS_TRY(y.WriteBack(run, job.function));
  return job.has_lse ? lse.WriteBack(run, job.function) : static_cast<Status>(NUMRS_OK);
}

Status RunAttentionGrad(const Run& run, const AttentionGradJob& job) {
  if (run.device) return AttentionGradOnDevice(run, job);
  const AttentionJob& f = job.forward;
  const int32_t dtype = AttentionDType(f.q.dtype);
  const View* const mask_view = f.has_mask ? &f.mask : nullptr;
  Operand q, k, v, mask, y, lse, grad, gq, gk, gv, gmask;
  size_t bytes = 0;
  const auto read = [&](Operand* o, const View& view) { bytes += o->Plan(view, dtype, false, true, false); };
  read(&q, f.q), read(&k, f.k), read(&v, f.v), read(&y, f.y), read(&lse, f.lse), read(&grad, job.grad);
  if (f.has_mask) bytes += PlanMask(f, dtype, &mask);
  std::initializer_list<const View*> inputs = {&f.q, &f.k, &f.v, &f.y, &f.lse, &job.grad, mask_view};
  const auto write = [&](Operand* o, const View& view) {
    bytes += o->Plan(view, dtype, true, true, Overlaps(view, inputs));
  };
  write(&gq, job.gq), write(&gk, job.gk), write(&gv, job.gv);
  if (job.has_gmask) {
    const bool apart = Overlaps(job.gmask, inputs) || !job.gmask.IsContiguous();
    bytes += gmask.Plan(job.gmask, dtype, true, true, apart);
  }
  const auto parts_of = [&] { return Parts(run, f, &q, &k, &v, f.has_mask ? &mask : nullptr, &y, &lse); };
  const Parts parts = parts_of();
  const AttentionHead& common = parts.common();
  const int64_t group = parts.heads().group, items = parts.heads().count / group;
  if (items == 0) return NUMRS_OK;
  const NnAttentionTable& table = *run.kernels.nn_attention;
  const double item_ns = parts.Nanoseconds(5) * static_cast<double>(group) * static_cast<double>(common.lq);
  const int64_t grain = item_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / item_ns) + 1;
  const int threads = static_cast<int>(
      std::min<int64_t>(run.Threads(item_ns * static_cast<double>(items)), (items + grain - 1) / grain));
  const size_t scratch = Round64(table.grad_bytes[dtype](common));
  const Workspace memory(bytes + scratch * static_cast<size_t>(std::max(threads, 1)));
  if (!memory.ok()) return NoMemory(f.function);
  char* at = memory.as<char>();
  for (Operand* o : {&q, &k, &v, &mask, &y, &lse, &grad, &gq, &gk, &gv, &gmask}) {
    if (o->from) NUMRS_TRY(o->Take(run, f.function, &at));
  }
  Buffers buffers({&gq, &gk, &gv, &gmask});
  if (!buffers.ok()) return NoMemory(f.function);
  const Parts ready = parts_of();
  const Heads& heads = ready.heads();
  const int n = f.q.ndim;
  AttentionGrad all = {};
  all.grad_row = RowOf(grad.view, n - 2);
  all.gq_row = RowOf(gq.view, n - 2);
  all.gk_row = RowOf(gk.view, n - 2);
  all.gv_row = RowOf(gv.view, n - 2);
  ScratchSlots slots(at, scratch, std::max(threads, 1));
  NUMRS_TRY(ParallelFor(items, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    for (int64_t i = begin * group; i < end * group; i++) {
      AttentionGrad g = all;
      g.head = ready.Head(i);
      g.grad = heads.At(grad.view.data, grad.view.strides, i, false);
      g.gq = heads.At(gq.view.data, gq.view.strides, i, false);
      g.gk = heads.At(gk.view.data, gk.view.strides, i, true);
      g.gv = heads.At(gv.view.data, gv.view.strides, i, true);
      if (job.has_gmask) g.gmask = heads.At(gmask.view.data, gmask.view.strides, i, false);
      g.first = i % group == 0;
      g.last = i % group == group - 1;
      table.backward[dtype](g, lease.data());
    }
  }));
  buffers.Give();
  for (const Operand* o : {&gq, &gk, &gv}) NUMRS_TRY(o->WriteBack(run, f.function));
  return job.has_gmask ? gmask.WriteBack(run, f.function) : static_cast<Status>(NUMRS_OK);
}

}  // namespace numrs
