// What the tests of matrix products share: arrays between guards, products in long double, shapes.
#pragma once

#include <cmath>
#include <complex>
#include <cstring>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/half.h"
#include "core/matmul.h"
#include "numrs/numrs.h"

namespace matmul_support {

using namespace numrs;

using Shape = std::vector<int64_t>;

// Memory with 64 bytes of a pattern before and after what the view can reach.
enum Layout { C_ORDER, F_ORDER, SLICED, NEGATIVE, MISALIGNED, REPEATED, LAYOUTS };

struct Array {
  std::vector<unsigned char> memory;
  View view;

  Array(const Shape& shape, int32_t dtype, Layout layout) {
    const int ndim = static_cast<int>(shape.size());
    const int64_t size = SizeOf(dtype);
    view = ContiguousView(nullptr, dtype, ndim, shape.data());
    if (layout == F_ORDER) {
      int64_t stride = size;
      for (int d = 0; d < ndim; d++) {
        view.strides[d] = stride;
        stride *= shape[d];
      }
    }
    for (int d = 0; d < ndim; d++) {
      if (layout == SLICED) view.strides[d] *= d == ndim - 1 ? 2 : 3;
      if (layout == NEGATIVE) view.strides[d] = -view.strides[d];
      if (layout == REPEATED && d == 0) view.strides[d] = 0;
    }
    const Extent extent = ExtentOf(view);
    const int64_t offset = 64 - extent.low + (layout == MISALIGNED ? 1 : 0);
    memory.assign(static_cast<size_t>(extent.high - extent.low) + 192, 0xA5);
    // The vector is aligned to 16 bytes, which is enough for every element.
    view.data = reinterpret_cast<char*>(memory.data()) + offset;
  }

  char* At(int64_t flat) const {
    char* p = view.data;
    for (int d = view.ndim - 1; d >= 0; d--) {
      p += flat % view.shape[d] * view.strides[d];
      flat /= view.shape[d];
    }
    return p;
  }
  template <typename T>
  T Get(int64_t flat) const {
    T value;
    std::memcpy(&value, At(flat), sizeof(T));
    return value;
  }
  std::complex<long double> Value(int64_t flat) const {
    switch (view.dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                            \
    return static_cast<long double>(Get<ctype>(flat));
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                           \
    return static_cast<float>(Get<cxx>(flat));
#define NUMRS_COMPLEX(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                              \
    return Get<cxx>(flat);
#include "table/dtype.def"
    }
    return 0;
  }
  long double Number(int64_t flat) const { return Value(flat).real(); }
  template <typename T>
  void Set(int64_t flat, T value) {
    std::memcpy(At(flat), &value, sizeof(T));
  }
  void Fill(uint64_t seed) {
    for (int64_t i = 0; i < view.size; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      const double unit = static_cast<double>(seed >> 11) * 0x1p-53;
      switch (view.dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)   \
  case id: {                                                            \
    const double scaled = KindOf(id) == Kind::FLOAT  ? 2 * unit - 1     \
                          : KindOf(id) == Kind::BOOL ? unit < 0.15      \
                          : KindOf(id) == Kind::INT  ? 200 * unit - 100 \
                                                     : 200 * unit;       \
    Set(i, static_cast<ctype>(scaled));                                 \
    break;                                                              \
  }
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                           \
    Set(i, cxx(2 * unit - 1));                                       \
    break;
#define NUMRS_COMPLEX(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                              \
    Set(i, cxx(std::polar(unit, 100 * unit)));                          \
    break;
#include "table/dtype.def"
      }
    }
  }
};

inline Run RunOn(const Kernels& kernels, int threads = 1) { return Run{kernels, threads, nullptr}; }

inline bool HasFma(const Kernels& kernels) { return std::string(kernels.target) != "SSE4"; }

// Index of the element of an operand with leading dimensions that belongs to flat index `batch` of shape.
inline int64_t BatchIndex(const View& v, int keep, const Shape& shape, int64_t batch) {
  int64_t flat = 0, step = 1;
  const int own = v.ndim - keep;
  for (int d = static_cast<int>(shape.size()) - 1; d >= 0; d--) {
    const int64_t i = batch % shape[static_cast<size_t>(d)];
    batch /= shape[static_cast<size_t>(d)];
    const int e = d - (static_cast<int>(shape.size()) - own);
    if (e < 0) continue;
    if (v.shape[e] != 1) flat += i * step;
    step *= v.shape[e];
  }
  return flat;
}

// Compares y with a @ b; `bits` is what cpu-portable gave, or nullptr.
inline bool IsProduct(const Array& a, const Array& b, const Array& y, const Array* bits) {
  const bool row = a.view.ndim == 1, column = b.view.ndim == 1;
  const int64_t k = a.view.shape[a.view.ndim - 1], m = row ? 1 : a.view.shape[a.view.ndim - 2],
                n = column ? 1 : b.view.shape[b.view.ndim - 1];
  Shape leading(y.view.shape, y.view.shape + y.view.ndim - (row ? 0 : 1) - (column ? 0 : 1));
  int64_t batches = 1;
  for (int64_t extent : leading) batches *= extent;
  const int32_t dtype = Promote(a.view.dtype, b.view.dtype);
  const long double eps = dtype == kF64 || dtype == kC128 ? 0x1p-53L : 0x1p-24L;         // of the sums
  const long double rounding = dtype == kF16 ? 0x1p-11L : dtype == kBF16 ? 0x1p-8L : 0;  // of what float32 summed
  const long double tiny = dtype == kF16 ? 0x1p-25L : 0;
  for (int64_t batch = 0; batch < batches; batch++) {
    const int64_t a_at = BatchIndex(a.view, row ? 1 : 2, leading, batch) * m * k,
                  b_at = BatchIndex(b.view, column ? 1 : 2, leading, batch) * k * n;
    for (int64_t i = 0; i < m; i++) {
      for (int64_t j = 0; j < n; j++) {
        const int64_t at = (batch * m + i) * n + j;
        if (KindOf(dtype) == Kind::FLOAT || KindOf(dtype) == Kind::COMPLEX) {
          std::complex<long double> sum = 0;
          long double magnitude = 0;
          for (int64_t p = 0; p < k; p++) {
            const std::complex<long double> term = a.Value(a_at + i * k + p) * b.Value(b_at + p * n + j);
            sum += term;
            magnitude += std::abs(term);
          }
          const long double products = static_cast<long double>(KindOf(dtype) == Kind::COMPLEX ? 2 * k : k);
          const long double bound = (products + 1) * eps * magnitude * (KindOf(dtype) == Kind::COMPLEX ? 2 : 1);
          if (!(std::abs(y.Value(at) - sum) <= bound + rounding * (std::abs(sum) + bound) + tiny)) return false;
          if (bits && std::memcmp(y.At(at), bits->At(at), static_cast<size_t>(SizeOf(dtype)))) return false;
        } else {
          uint64_t sum = 0;
          for (int64_t p = 0; p < k; p++) {
            const int64_t x = static_cast<int64_t>(a.Number(a_at + i * k + p)),
                          z = static_cast<int64_t>(b.Number(b_at + p * n + j));
            sum = dtype == kBOOL ? (sum | static_cast<uint64_t>(x && z))
                                 : sum + static_cast<uint64_t>(x) * static_cast<uint64_t>(z);
          }
          if (std::memcmp(y.At(at), &sum, static_cast<size_t>(SizeOf(dtype))))
            return false;  // little-endian: the low bytes
        }
      }
    }
  }
  return true;
}

struct Pair {
  Shape a, b, y;
};

inline const std::vector<Pair>& Pairs() {
  static const std::vector<Pair> pairs = {
      {{3}, {3}, {}},
      {{300}, {300}, {}},
      {{5, 7}, {7}, {5}},
      {{7}, {7, 5}, {5}},
      {{1, 1}, {1, 1}, {1, 1}},
      {{15, 9}, {9, 33}, {15, 33}},
      {{29, 31}, {31, 47}, {29, 47}},
      {{3, 600}, {600, 5}, {3, 5}},
      {{37, 70}, {70, 1}, {37, 1}},
      {{1, 70}, {70, 37}, {1, 37}},
      {{2, 3, 4}, {4, 5}, {2, 3, 5}},
      {{3, 1, 4}, {4, 5}, {3, 1, 5}},
      {{2, 1, 5, 6}, {3, 6, 4}, {2, 3, 5, 4}},
      {{6}, {2, 6, 3}, {2, 3}},
      {{2, 3, 6}, {6}, {2, 3}},
      {{0, 3}, {3, 4}, {0, 4}},
      {{3, 0}, {0, 4}, {3, 4}},
      {{3, 4}, {4, 0}, {3, 0}},
      {{2, 0}, {0}, {2}},
      {{0, 2, 3}, {3, 2}, {0, 2, 2}},
  };
  return pairs;
}

inline Layout LayoutFor(const Shape& shape, int layout) {
  return shape.empty() && layout != MISALIGNED ? C_ORDER : static_cast<Layout>(layout);
}

inline std::vector<double> RandomF64(size_t n, uint64_t seed) {
  std::vector<double> x(n);
  for (double& value : x) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<double>(seed >> 11) * 0x1p-52 - 1;
  }
  return x;
}

// Does cpu-portable run? It has no short way for one row or column, and fused multiplications take their time there.
inline bool Portable() { return std::strcmp(ActiveKernels().backend, "cpu-portable") == 0; }

}  // namespace matmul_support
