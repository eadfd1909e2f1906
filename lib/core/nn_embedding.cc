// Embeddings, one-hot rows and dropout: loops over rows and pieces. What is computed is in ops/nn_loss-inl.h.
#include "core/nn_embedding.h"

#include <cstring>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/nn_loss_tables.h"

namespace numrs {
namespace {

constexpr int64_t kTask = 16 * 1024;  // elements
constexpr int64_t kWords = 1024;      // drawn at once; a multiple of kRandomAlign
static_assert(kWords % kRandomAlign == 0 && kTask % kWords == 0, "draws begin at multiples");

}  // namespace

Status RunEmbeddingBackward(const Run& run, int32_t dtype, const char* grad, const int64_t* indices, int64_t n,
                            int64_t width, int64_t rows, int64_t padding, char* gradient) {
  const int64_t size = SizeOf(dtype), row_bytes = width * size;
  if (rows == 0 || width == 0) return NUMRS_OK;
  if (run.device)
    return OnDevice(run, "embedding_backward", &DeviceKernels::embedding_backward,
                    EmbeddingBackwardCall{dtype, grad, indices, n, width, rows, padding, gradient});
  // Lists of the places of each row, in order: first[row], then next[place]; -1 ends.
  Workspace memory(static_cast<size_t>(rows + n) * sizeof(int64_t));
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "embedding_backward: no memory for %lld places", static_cast<long long>(rows + n));
  int64_t *first = memory.as<int64_t>(), *next = first + rows;
  std::memset(first, 0xFF, static_cast<size_t>(rows) * sizeof(int64_t));
  for (int64_t i = n; i-- > 0;) {
    const int64_t row = indices[i];
    if (static_cast<uint64_t>(row) >= static_cast<uint64_t>(rows)) continue;  // changed since it was checked
    next[i] = first[row];
    first[row] = i;
  }
  const auto add_rows = run.kernels.loss->add_rows[dtype];
  const int64_t grain = kTask / width + 1;
  const int threads = run.Threads(0.2 * static_cast<double>(width) * static_cast<double>(rows + n));
  return ParallelFor(rows, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      char* to = gradient + row * row_bytes;
      const int64_t place = first[row];
      if (place < 0 || row == padding) {
        std::memset(to, 0, static_cast<size_t>(row_bytes));
      } else if (next[place] < 0) {
        std::memcpy(to, grad + place * row_bytes, static_cast<size_t>(row_bytes));
      } else {
        add_rows(grad, width, place, next, to);
      }
    }
  });
}

Status RunOneHot(const Run& run, const int64_t* indices, int64_t n, int64_t width, int64_t itemsize, const char* one,
                 char* y) {
  if (n == 0 || width == 0) return NUMRS_OK;
  if (run.device)
    return OnDevice(run, "one_hot", &DeviceKernels::one_hot, OneHotCall{indices, n, width, itemsize, one, y});
  const int64_t row_bytes = width * itemsize;
  return ParallelFor(n, kTask / width + 1, run.Threads(0.1 * static_cast<double>(row_bytes) * static_cast<double>(n)),
                     run.cancel, [&](int64_t begin, int64_t end) {
                       std::memset(y + begin * row_bytes, 0, static_cast<size_t>((end - begin) * row_bytes));
                       for (int64_t i = begin; i < end; i++) {
                         if (static_cast<uint64_t>(indices[i]) < static_cast<uint64_t>(width))
                           std::memcpy(y + i * row_bytes + indices[i] * itemsize, one, static_cast<size_t>(itemsize));
                       }
                     });
}

Status RunDropout(const Run& run, const RandomDraw& draw, int32_t dtype, const char* x, char* y, int64_t n,
                  uint64_t threshold, double scale) {
  if (run.device && n > 0) {
    const uint64_t* ahead;
    NUMRS_TRY(RecordedAhead("dropout", *run.device, draw, &ahead));
    return OnDevice(run, "dropout", &DeviceKernels::dropout,
                    DropoutCall{draw, ahead, dtype, x, y, n, threshold, scale});
  }
  const auto bits = run.kernels.random->fn[kRandom_bits][kU32];
  const auto drop = run.kernels.loss->drop[dtype];
  const int64_t size = SizeOf(dtype);
  return ParallelFor(n, kTask, run.Threads(0.8 * static_cast<double>(n)), run.cancel, [&](int64_t begin, int64_t end) {
    uint32_t words[kWords];
    const RandomParameters none{};
    for (int64_t i = begin; i < end; i += kWords) {
      const int64_t count = end - i < kWords ? end - i : kWords;
      bits(draw, i, count, none, words);
      drop(x + i * size, words, threshold, scale, y + i * size, count);
    }
  });
}

}  // namespace numrs
