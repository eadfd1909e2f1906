// Products for cuBLASLt: operands copied where it cannot take their strides, batches as one step and loops around it.
#include "cuda/matmul.h"

#include "cuda/cublaslt.h"

namespace numrs {
namespace cuda {
namespace {

// A batch of matrices with strides in elements.
struct Side {
  LtMatrix matrix;
  int64_t steps[kMaxNDim];  // of the batch's dimensions
};

bool Takes(const View& v) {
  const int rows = v.ndim - 2, cols = v.ndim - 1;
  const int64_t size = v.itemsize();
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] == 1) continue;
    if (v.strides[d] % size != 0 || v.strides[d] < 0) return false;
  }
  return LtTakes(v.data, v.shape[rows], v.shape[cols], v.strides[rows] / size, v.strides[cols] / size, size);
}

// v, or a copy of it: repeated matrices are copied once.
Status Taken(DeviceStream* stream, const char* function, int32_t dtype, Scratch* memory, View* v) {
  if (v->dtype == dtype && Takes(*v)) return NUMRS_OK;
  View once = *v;
  once.size = 1;
  for (int d = 0; d < v->ndim; d++) {
    if (d < v->ndim - 2 && v->strides[d] == 0) once.shape[d] = 1;
    once.size *= once.shape[d];
  }
  NUMRS_TRY(memory->Take(once.size * SizeOf(dtype)));
  View copy = ContiguousView(memory->data(), dtype, once.ndim, once.shape);
  NUMRS_TRY(ConvertTo(stream, function, once, copy));
  for (int d = 0; d < v->ndim; d++) {
    if (once.shape[d] != v->shape[d]) copy.strides[d] = 0;
    copy.shape[d] = v->shape[d];
  }
  copy.size = v->size;
  *v = copy;
  return NUMRS_OK;
}

Side SideOf(const View& v) {
  Side side{};
  const int rows = v.ndim - 2, cols = v.ndim - 1;
  const int64_t size = v.itemsize();
  side.matrix = LtMatrix{v.data, v.shape[rows] == 1 ? 0 : v.strides[rows] / size,
                         v.shape[cols] == 1 ? 0 : v.strides[cols] / size, 0};
  for (int d = 0; d < rows; d++) side.steps[d] = v.strides[d] / size;
  return side;
}
void Turn(Side* side) {
  const int64_t row = side->matrix.row;
  side->matrix.row = side->matrix.col;
  side->matrix.col = row;
}

// The batch's dimensions: those of extent 1 left out, those that one step serves merged.
struct Batch {
  int ndim = 0;
  int64_t shape[kMaxNDim];
};
Batch MergeBatch(const View& y, Side* const (&sides)[3]) {
  Batch batch;
  for (int d = 0; d < y.ndim - 2; d++) {
    if (y.shape[d] == 1) continue;
    bool merge = batch.ndim > 0;
    for (const Side* side : sides) merge = merge && side->steps[batch.ndim - 1] == side->steps[d] * y.shape[d];
    const int to = merge ? batch.ndim - 1 : batch.ndim++;
    batch.shape[to] = merge ? batch.shape[to] * y.shape[d] : y.shape[d];
    for (Side* side : sides) side->steps[to] = side->steps[d];
  }
  return batch;
}

// Matrices of one right factor that follow each other are one matrix of more rows.
void FoldRows(LtProduct* p, Batch* batch, const Side& right, Side* left, Side* result, int64_t in_bytes,
              int64_t out_bytes) {
  while (batch->ndim > 0) {
    const int d = batch->ndim - 1;
    const int64_t a = left->steps[d], y = result->steps[d], rows = p->m * batch->shape[d];
    if (right.steps[d] != 0 || a == 0) return;
    if (p->m > 1 && (a != p->m * left->matrix.row || y != p->m * result->matrix.row)) return;
    const int64_t a_row = p->m > 1 ? left->matrix.row : a, y_row = p->m > 1 ? result->matrix.row : y;
    if (!LtTakes(left->matrix.data, rows, p->k, a_row, left->matrix.col, in_bytes) || y_row < p->n) return;
    if ((p->n > 1 && result->matrix.col != 1) ||
        !LtTakes(result->matrix.data, rows, p->n, y_row, result->matrix.col, out_bytes))
      return;
    left->matrix.row = a_row;
    result->matrix.row = y_row;
    p->m = rows;
    batch->ndim--;
  }
}

View ViewOf(const LtMatrix& matrix, int32_t dtype, int64_t batch, int64_t rows, int64_t cols) {
  const int64_t shape[] = {batch, rows, cols}, size = SizeOf(dtype);
  View v = ContiguousView(const_cast<char*>(matrix.data), dtype, 3, shape);
  v.strides[0] = matrix.step * size;
  v.strides[1] = matrix.row * size;
  v.strides[2] = matrix.col * size;
  return v;
}

// Operands that Takes; y may be by columns.
Status Multiply(DeviceStream* stream, const MatmulJob& job, const View& a, const View& b, const View& y) {
  LtProduct p{};
  p.function = job.function;
  p.in = job.compute;
  p.out = y.dtype;
  p.m = y.shape[y.ndim - 2];
  p.n = y.shape[y.ndim - 1];
  p.k = a.shape[a.ndim - 1];
  p.alpha = job.alpha;
  p.beta = job.beta;
  p.epilogue = kLtEpilogueDefault;
  Side left = SideOf(a), right = SideOf(b), result = SideOf(y);
  const bool by_columns = (p.n > 1 && result.matrix.col != 1) || (p.m > 1 && result.matrix.row < p.n);
  if (by_columns) {  // the transposed product
    Turn(&left);
    Turn(&right);
    Turn(&result);
    const Side other = left;
    left = right;
    right = other;
    const int64_t m = p.m;
    p.m = p.n;
    p.n = m;
  }
  Batch batch = MergeBatch(y, {&left, &right, &result});
  const int64_t in_bytes = SizeOf(p.in), out_bytes = SizeOf(p.out);
  FoldRows(&p, &batch, right, &left, &result, in_bytes, out_bytes);
  int longest = 0;  // this dimension is cuBLASLt's, the others are loops here
  for (int d = 1; d < batch.ndim; d++) longest = batch.shape[d] > batch.shape[longest] ? d : longest;
  p.batch = batch.ndim > 0 ? batch.shape[longest] : 1;
  p.a = left.matrix;
  p.b = right.matrix;
  p.y = result.matrix;
  if (batch.ndim > 0) {
    p.a.step = left.steps[longest];
    p.b.step = right.steps[longest];
    p.y.step = result.steps[longest];
    batch.shape[longest] = 1;
  }
  int64_t place[kMaxNDim] = {}, count = 1;
  for (int d = 0; d < batch.ndim; d++) count *= batch.shape[d];
  for (int64_t i = 0; i < count; i++) {
    p.a.data = left.matrix.data;
    p.b.data = right.matrix.data;
    p.y.data = result.matrix.data;
    for (int d = 0; d < batch.ndim; d++) {
      p.a.data += place[d] * left.steps[d] * in_bytes;
      p.b.data += place[d] * right.steps[d] * in_bytes;
      p.y.data += place[d] * result.steps[d] * out_bytes;
    }
    bool done;
    NUMRS_TRY(LtMultiply(stream, p, &done));
    if (!done) {
      MatmulJob piece = job;
      piece.a = ViewOf(p.a, p.in, p.batch, p.m, p.k);
      piece.b = ViewOf(p.b, p.in, p.batch, p.k, p.n);
      piece.y = ViewOf(p.y, p.out, p.batch, p.m, p.n);
      NUMRS_TRY(OwnProduct(stream, piece));
    }
    for (int d = batch.ndim; d-- > 0;) {
      if (++place[d] < batch.shape[d]) break;
      place[d] = 0;
    }
  }
  return NUMRS_OK;
}

Status WithEpilogue(DeviceStream* stream, const char* function, const View& a, const View& b, const View& y,
                    int32_t epilogue, void* bias, bool* done) {
  *done = false;
  if (!LtServes(a.dtype, y.dtype) || !Takes(a) || !Takes(b) || !Takes(y)) return NUMRS_OK;
  LtProduct p{};
  p.function = function;
  p.in = a.dtype;
  p.out = y.dtype;
  p.m = y.shape[0];
  p.n = y.shape[1];
  p.k = a.shape[1];
  p.batch = 1;
  p.a = SideOf(a).matrix;
  p.b = SideOf(b).matrix;
  p.y = SideOf(y).matrix;
  p.alpha = 1;
  p.epilogue = epilogue;
  p.bias = bias;
  return LtMultiply(stream, p, done);
}

}  // namespace

Status Run_matmul(DeviceStream* stream, const MatmulJob& job) {
  NUMRS_TRY(Use(stream->device));
  if (!LtServes(job.compute, job.compute) || !FindLt()) return OwnProduct(stream, job);
  Scratch left(stream), right(stream), result(stream);
  View a = job.a, b = job.b, y = job.y;
  NUMRS_TRY(Taken(stream, job.function, job.compute, &left, &a));
  NUMRS_TRY(Taken(stream, job.function, job.compute, &right, &b));
  bool repeats = false;
  for (int d = 0; d < y.ndim; d++) repeats = repeats || (y.shape[d] > 1 && y.strides[d] == 0);
  if (LtServes(job.compute, y.dtype) && !repeats && Takes(y)) return Multiply(stream, job, a, b, y);
  const int32_t out = LtServes(job.compute, y.dtype) ? y.dtype : job.compute;
  NUMRS_TRY(result.Take(y.size * SizeOf(out)));
  const View whole = ContiguousView(result.data(), out, y.ndim, y.shape);
  if (job.beta != 0) NUMRS_TRY(ConvertTo(stream, job.function, y, whole));
  NUMRS_TRY(Multiply(stream, job, a, b, whole));
  return ConvertTo(stream, job.function, whole, y);
}

Status ProductWithBias(DeviceStream* stream, const char* function, const View& a, const View& b, const View& y,
                       const void* bias, bool* done) {
  return WithEpilogue(stream, function, a, b, y, kLtEpilogueBias, const_cast<void*>(bias), done);
}
Status ProductWithSums(DeviceStream* stream, const char* function, const View& a, const View& b, const View& y,
                       void* sums, bool* done) {
  return WithEpilogue(stream, function, a, b, y, kLtEpilogueBiasGradA, sums, done);
}

}  // namespace cuda
}  // namespace numrs
