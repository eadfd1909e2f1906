// Packing operands of network kernels.
#include "core/nn_operands.h"

#include "core/elementwise.h"

namespace numrs {
namespace {

bool Plain(const View& v, int32_t dtype) {
  return v.dtype == dtype && !v.host && v.IsContiguous() &&
         reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(SizeOf(dtype)) == 0;
}

}  // namespace

int32_t NnStored(int32_t dtype) { return ComputeDType(classes::FLOAT, dtype); }

Status PackedInput::Load(const Run& run, const char* function, const View& v, int32_t dtype, bool apart) {
  return Load(run, function, v, dtype, v.ndim, v.shape, v.size, apart);
}

Status PackedInput::Load(const Run& run, const char* function, const View& v, int32_t dtype, int32_t ndim,
                         const int64_t* shape, int64_t size, bool apart) {
  bool same = !apart && v.ndim == ndim && Plain(v, dtype) && !(v.host && run.device);
  for (int32_t d = 0; same && d < ndim; d++) same = v.shape[d] == shape[d];
  if (same || size == 0) {
    data_ = v.data;
    return NUMRS_OK;
  }
  const size_t bytes = static_cast<size_t>(size * SizeOf(dtype));
  own_.emplace(run, function, bytes);
  if (!own_->ok()) return own_->Failure(function, "a copy of an operand", bytes);
  data_ = own_->as<const char>();
  return Convert(run, function, v, ContiguousView(own_->data(), dtype, ndim, shape));
}

Status PackedInput::Bring(const Run& run, const char* function, View* v) {
  if (!v->host || !run.device) return NUMRS_OK;
  NUMRS_TRY(Load(run, function, *v, v->dtype));
  *v = ContiguousView(own_->data(), v->dtype, v->ndim, v->shape);
  return NUMRS_OK;
}

Status CheckResultPlace(const Run& run, const char* function, const View& y) {
  if (!y.host || !run.device) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: a result is NUMRS_ON_HOST, which is for inputs", function);
}

Status PackedOutput::Open(const Run& run, const char* function, const View& y, int32_t dtype, bool own) {
  NUMRS_TRY(CheckResultPlace(run, function, y));
  y_ = y;
  dtype_ = dtype;
  if (!own && Plain(y, dtype)) {
    data_ = y.data;
    return NUMRS_OK;
  }
  const size_t bytes = static_cast<size_t>(y.size * SizeOf(dtype));
  own_.emplace(run, function, bytes);
  if (!own_->ok()) return own_->Failure(function, "a result in one piece", bytes);
  data_ = own_->as<char>();
  return NUMRS_OK;
}

Status PackedOutput::Commit(const Run& run, const char* function) const {
  if (!own_ || y_.size == 0) return NUMRS_OK;
  return Convert(run, function, ContiguousView(own_->data(), dtype_, y_.ndim, y_.shape), y_);
}

bool SharesInPart(const View& y, std::initializer_list<const View*> inputs) {
  for (const View* x : inputs) {
    if (x->ndim < 0 || !RangesOverlap(*x, y)) continue;
    if (x->dtype != y.dtype || !SameElements(*x, y)) return true;
  }
  return false;
}

Status CheckApart(const char* function, std::initializer_list<const View*> outputs) {
  for (const View* const* a = outputs.begin(); a != outputs.end(); a++) {
    for (const View* const* b = a + 1; b != outputs.end(); b++) {
      if ((*a)->ndim >= 0 && (*b)->ndim >= 0 && RangesOverlap(**a, **b))
        return Fail(NUMRS_OVERLAP, "%s: two results share memory", function);
    }
  }
  return NUMRS_OK;
}

View AxisLast(const View& v, int32_t axis) {
  View out = v;
  for (int32_t d = axis; d + 1 < v.ndim; d++) {
    out.shape[d] = v.shape[d + 1];
    out.strides[d] = v.strides[d + 1];
  }
  out.shape[v.ndim - 1] = v.shape[axis];
  out.strides[v.ndim - 1] = v.strides[axis];
  return out;
}

}  // namespace numrs
