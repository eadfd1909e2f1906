// Planes: an image with its padding, split by the steps of a window so that what neighbouring windows read lies next to
// each other. Shared by convolutions and pools; no arithmetic.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/context.h"
#include "core/tables.h"

namespace numrs {

// Position (r, c) of a padded image is element (r / step[0], c / step[1]) of plane (r % step[0], c % step[1]).
struct Planes {
  int64_t h = 0, w = 0;       // of the image
  int64_t top = 0, left = 0;  // padding before it; may be negative
  int64_t step[2] = {1, 1};
  int64_t used[2] = {1, 1};    // planes that a window reads: no step is longer than it
  int64_t rows = 0, cols = 0;  // of each plane

  int64_t PlaneSize() const { return rows * cols; }
  int64_t ChannelSize() const { return used[0] * used[1] * rows * cols; }
  void SetSteps(const int64_t* steps, int64_t max_row, int64_t max_col) {
    step[0] = steps[0];
    step[1] = steps[1];
    used[0] = std::min(steps[0], max_row + 1);
    used[1] = std::min(steps[1], max_col + 1);
  }
  int64_t Offset(int64_t r, int64_t c) const {  // of padded position (r, c) from the first plane on
    return ((r % step[0]) * used[1] + c % step[1]) * PlaneSize() + r / step[0] * cols + c / step[1];
  }
};

// Short runs, which a call of memcpy would cost more than.
template <typename T>
inline void CopyRun(const T* from, T* to, int64_t n) {
  constexpr int64_t kBlock = 16 / static_cast<int64_t>(sizeof(T));
  if (n > 16 * kBlock) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) std::memcpy(to + i, from + i, 16);
  for (; i < n; i++) to[i] = from[i];
}

// Planes of one channel, their rows [first, first + count) at rows 0 … of memory.
template <typename T>
void FillPlanes(const CopyTable& copy, const Planes& p, const T* image, int64_t first, int64_t count, T fill,
                T* planes) {
  if (p.step[0] == 1 && p.step[1] == 1) {  // one plane: all padding first, then the rows of the image
    std::fill(planes, planes + count * p.cols, fill);
    const int64_t skip = std::max<int64_t>(0, -p.left), at = std::max<int64_t>(0, p.left);
    const int64_t n = std::min(p.w - skip, p.cols - at);
    if (n <= 0) return;
    const int64_t begin = std::max<int64_t>(0, p.top - first), end = std::min(count, p.h + p.top - first);
    for (int64_t r = begin; r < end; r++)
      CopyRun(image + (first + r - p.top) * p.w + skip, planes + r * p.cols + at, n);
    return;
  }
  for (int64_t ph = 0; ph < p.used[0]; ph++) {
    for (int64_t r = 0; r < count; r++) {
      const int64_t row = (first + r) * p.step[0] + ph - p.top;
      for (int64_t pw = 0; pw < p.used[1]; pw++) {
        T* const to = planes + (ph * p.used[1] + pw) * p.PlaneSize() + r * p.cols;
        if (row < 0 || row >= p.h) {
          std::fill(to, to + p.cols, fill);
          continue;
        }
        // Columns q with 0 <= q step + pw - left < w.
        const int64_t shift = p.left - pw, step = p.step[1];
        const auto ceil = [step](int64_t a) { return a <= 0 ? -(-a / step) : (a + step - 1) / step; };
        const int64_t begin = std::clamp<int64_t>(ceil(shift), 0, p.cols);
        const int64_t end = std::clamp<int64_t>(ceil(shift + p.w), begin, p.cols);
        std::fill(to, to + begin, fill);
        const T* const from = image + row * p.w + (begin * step - shift);
        if (end > begin) {
          if (step == 1) {
            CopyRun(from, to + begin, end - begin);
          } else {
            copy.pack[SizeIndex(sizeof(T))](from, step * static_cast<int64_t>(sizeof(T)), to + begin, end - begin);
          }
        }
        std::fill(to + end, to + p.cols, fill);
      }
    }
  }
}

}  // namespace numrs
