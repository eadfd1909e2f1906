// Pools of one plane, and their gradients, as plain loops: what the operations mean.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/nn_conv_tables.h"

namespace numrs {
namespace ops {

// y (h, w) = the sum of the gradients x of the windows whose greatest element it was.
template <typename T>
void MaxPoolBackward(const PoolPlane& p) {
  T* const y = static_cast<T*>(p.y);
  std::fill(y, y + p.h * p.w, T(0));
  for (int64_t i = 0; i < p.oh * p.ow; i++) y[p.indices[i]] += static_cast<const T*>(p.x)[i];
}

// The place of the greater of two elements: a unless that at b is above it or NaN. No branch: which it is cannot be
// foreseen.
template <typename T>
inline int64_t Greater(const T* x, int64_t a, int64_t b) {
  return a + (b - a) * static_cast<int64_t>((x[b] > x[a]) | (x[b] != x[b]));
}

// The greatest of each 2 x 2 elements and its place, the first of equal ones; a NaN is taken, the last of several.
template <typename T>
void MaxPoolSquares(const PoolPlane& p) {
  const T* const x = static_cast<const T*>(p.x);
  for (int64_t i = 0; i < p.oh; i++) {
    T* const y = static_cast<T*>(p.y) + i * p.ow;
    int64_t* const indices = p.indices + i * p.ow;
    for (int64_t j = 0; j < p.ow; j++) {
      const int64_t at = 2 * (i * p.w + j);
      indices[j] = Greater(x, Greater(x, at, at + 1), Greater(x, at + p.w, at + p.w + 1));
      y[j] = x[indices[j]];
    }
  }
}

template <typename T>
void AvgPoolBackward(const PoolPlane& p) {
  T* const y = static_cast<T*>(p.y);
  std::fill(y, y + p.h * p.w, T(0));
  for (int64_t i = 0; i < p.oh; i++) {
    const PoolWindow rows(i, p.kernel[0], p.stride[0], p.padding[0], p.h);
    for (int64_t j = 0; j < p.ow; j++) {
      const PoolWindow cols(j, p.kernel[1], p.stride[1], p.padding[1], p.w);
      const double divisor = PoolDivisor(p.divisor, p.count_include_pad, rows, cols);
      if (rows.begin == rows.end || cols.begin == cols.end) continue;
      const T value = static_cast<T>(static_cast<double>(static_cast<const T*>(p.x)[i * p.ow + j]) / divisor);
      for (int64_t r = rows.begin; r < rows.end; r++) {
        for (int64_t c = cols.begin; c < cols.end; c++) y[r * p.w + c] += value;
      }
    }
  }
}

// Windows of an adaptive pool: from floor(o n / m) to ceil((o + 1) n / m).
inline int64_t AdaptiveBegin(int64_t o, int64_t n, int64_t m) { return o * n / m; }
inline int64_t AdaptiveEnd(int64_t o, int64_t n, int64_t m) { return ((o + 1) * n + m - 1) / m; }

template <class F>
void ForEachWindow(const PoolPlane& p, F&& body) {
  for (int64_t i = 0; i < p.oh; i++) {
    const int64_t top = AdaptiveBegin(i, p.h, p.oh), bottom = AdaptiveEnd(i, p.h, p.oh);
    for (int64_t j = 0; j < p.ow; j++)
      body(i * p.ow + j, top, bottom, AdaptiveBegin(j, p.w, p.ow), AdaptiveEnd(j, p.w, p.ow));
  }
}

// Sums in float64, element after element.
template <typename T>
void AdaptiveAvg(const PoolPlane& p) {
  ForEachWindow(p, [&](int64_t at, int64_t top, int64_t bottom, int64_t left, int64_t right) {
    double sum = 0;
    for (int64_t r = top; r < bottom; r++) {
      for (int64_t c = left; c < right; c++) sum += static_cast<double>(static_cast<const T*>(p.x)[r * p.w + c]);
    }
    static_cast<T*>(p.y)[at] = static_cast<T>(sum / static_cast<double>((bottom - top) * (right - left)));
  });
}

template <typename T>
void AdaptiveAvgBackward(const PoolPlane& p) {
  T* const y = static_cast<T*>(p.y);
  std::fill(y, y + p.h * p.w, T(0));
  ForEachWindow(p, [&](int64_t at, int64_t top, int64_t bottom, int64_t left, int64_t right) {
    const double count = static_cast<double>((bottom - top) * (right - left));
    const T value = static_cast<T>(static_cast<double>(static_cast<const T*>(p.x)[at]) / count);
    for (int64_t r = top; r < bottom; r++) {
      for (int64_t c = left; c < right; c++) y[r * p.w + c] += value;
    }
  });
}

template <typename T>
void AdaptiveMax(const PoolPlane& p) {
  ForEachWindow(p, [&](int64_t at, int64_t top, int64_t bottom, int64_t left, int64_t right) {
    T best = -std::numeric_limits<T>::infinity();
    int64_t index = top * p.w + left;
    for (int64_t r = top; r < bottom; r++) {
      for (int64_t c = left; c < right; c++) {
        const T x = static_cast<const T*>(p.x)[r * p.w + c];
        if (!(x > best || x != x)) continue;
        best = x;
        index = r * p.w + c;
      }
    }
    static_cast<T*>(p.y)[at] = best;
    if (p.indices) p.indices[at] = index;
  });
}

}  // namespace ops
}  // namespace numrs
