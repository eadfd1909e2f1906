// Array views as an attacker builds them: honest ones of every layout, and ones that are wrong in one or more fields.
#ifndef NUMRS_TESTS_FUZZ_OPERAND_H_
#define NUMRS_TESTS_FUZZ_OPERAND_H_

#include "watch.h"

namespace fuzz {

constexpr int kMostDims = 40;  // more than NUMRS_MAX_NDIM

struct Shape {
  int ndim = 0;
  int64_t extents[kMostDims] = {};

  int64_t Count() const {
    int64_t count = 1;
    for (int d = 0; d < ndim; ++d) count *= extents[d];
    return count;
  }
  void Push(int64_t extent) { extents[ndim++] = extent; }
};

inline Shape AnyShape(Input* in) {
  Shape s;
  s.ndim = in->OneIn(3) ? in->Below(6) : 1 + in->Below(3);
  int64_t count = 1;
  for (int d = 0; d < s.ndim; ++d) {
    s.extents[d] = in->OneIn(24) ? 0 : in->OneIn(5) ? 1 + in->Below(70) : 1 + in->Below(8);
    if (s.ndim == 1 && in->OneIn(24)) s.extents[d] = 4000 + in->Below(1000);
    if (count * s.extents[d] > 20000) s.extents[d] = 1;
    count *= s.extents[d];
  }
  return s;
}

// A shape that broadcasts to s.
inline Shape Broadcastable(Input* in, const Shape& s) {
  const int dropped = in->OneIn(6) ? in->Below(s.ndim + 1) : 0;
  Shape r;
  for (int d = dropped; d < s.ndim; ++d) r.Push(in->OneIn(10) ? 1 : s.extents[d]);
  return r;
}

inline int32_t AnyDtype(Input* in) {
  static const int32_t kDtypes[] = {NUMRS_BOOL, NUMRS_I8,  NUMRS_I16,  NUMRS_I32, NUMRS_I64,
                                    NUMRS_U8,   NUMRS_U16, NUMRS_U32,  NUMRS_U64, NUMRS_F32,
                                    NUMRS_F64,  NUMRS_F16, NUMRS_BF16, NUMRS_C64, NUMRS_C128};
  return kDtypes[in->Below(static_cast<int>(sizeof(kDtypes) / sizeof(kDtypes[0])))];
}

enum class Verdict {
  kFine,     // inside its memory
  kRefuse,   // wrong in itself: every function must say so
  kOutside,  // well formed, but beyond its memory: only numrs_view_check can know
};

class Operand {
 public:
  numrs_view view = {};
  bool null = false;     // pass no view at all
  bool output = false;   // is written
  bool any_nan = false;  // which of several NaNs comes out depends on memory too (docs/same-bits.md)
  Block block;

  Operand(Input* in, const Shape& shape, int32_t dtype, bool is_output) : output(is_output), shape_(shape) {
    Lay(in, dtype, is_output);
    if (in->OneIn(is_output ? 24 : 30)) Break(in);
  }
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  const numrs_view* get() const { return null ? nullptr : &view; }

  Verdict Judge() const {
    if (null) return Verdict::kRefuse;
    if (view.ndim < 0 || view.ndim > NUMRS_MAX_NDIM || numrs_dtype_size(view.dtype) == 0) return Verdict::kRefuse;
    if (view.ndim > 0 && !view.shape) return Verdict::kRefuse;
    __int128 low = 0, high = numrs_dtype_size(view.dtype);
    bool empty = false;
    for (int d = 0; d < view.ndim; ++d) {
      if (view.shape[d] < 0) return Verdict::kRefuse;
      empty |= view.shape[d] == 0;
    }
    if (empty) return Verdict::kFine;
    __int128 stride = numrs_dtype_size(view.dtype), count = 1;
    for (int d = view.ndim; d-- > 0;) {
      const __int128 step = view.strides ? view.strides[d] : stride;
      (step < 0 ? low : high) += step * (view.shape[d] - 1);
      stride *= view.shape[d];
      count *= view.shape[d];
      if (output && view.strides && view.strides[d] == 0 && view.shape[d] > 1) return Verdict::kRefuse;
      if (high > INT64_MAX || -low > INT64_MAX || count > INT64_MAX || (!view.strides && stride > INT64_MAX))
        return Verdict::kRefuse;
    }
    if (!view.data) return Verdict::kRefuse;
    const __int128 start = static_cast<char*>(view.data) - block.data();
    if (start + low < 0 || start + high > static_cast<__int128>(block.bytes())) return Verdict::kOutside;
    return count > 100000 ? Verdict::kOutside : Verdict::kFine;  // broadcast to more than there is time for
  }

  // Calls f with the offset into the block of every element.
  template <class F>
  void ForEach(F&& f) const {
    Shape s;
    for (int d = 0; d < view.ndim; ++d) s.Push(view.shape[d]);
    for (int64_t i = 0; i < s.Count(); ++i) {
      int64_t rest = i, at = static_cast<char*>(view.data) - block.data(), step = numrs_dtype_size(view.dtype);
      for (int d = s.ndim; d-- > 0;) {
        at += rest % s.extents[d] * (view.strides ? view.strides[d] : step);
        step *= s.extents[d];
        rest /= s.extents[d];
      }
      f(static_cast<size_t>(at));
    }
  }

  // Replaces every NaN among the elements, in memory laid out as the block is, by one and the same.
  void OneNaN(char* memory) const {
    const auto replace = [&](auto value, size_t at) {
      std::memcpy(&value, memory + at, sizeof value);
      if (value != value) std::memset(memory + at, 0x7F, sizeof value);
    };
    ForEach([&](size_t at) {
      if (view.dtype == NUMRS_F32) replace(0.0f, at);
      if (view.dtype == NUMRS_F64) replace(0.0, at);
      if (view.dtype == NUMRS_F16 || view.dtype == NUMRS_BF16) {
        uint16_t half;
        std::memcpy(&half, memory + at, sizeof half);
        if ((half & 0x7FFF) > (view.dtype == NUMRS_F16 ? 0x7C00 : 0x7F80)) std::memset(memory + at, 0xFF, sizeof half);
      }
      for (size_t part = 0; part < 2; ++part) {
        if (view.dtype == NUMRS_C64) replace(0.0f, at + part * sizeof(float));
        if (view.dtype == NUMRS_C128) replace(0.0, at + part * sizeof(double));
      }
    });
  }

  // Bytes that are no element of the view are as they were.
  bool GapsUnchanged() const {
    if (null || !view.data || view.ndim > 8 || block.bytes() > 20000) return true;
    const size_t size = static_cast<size_t>(numrs_dtype_size(view.dtype));
    std::vector<bool> element(block.bytes());
    ForEach([&](size_t at) {
      for (size_t b = 0; b < size; ++b) element[at + b] = true;
    });
    for (size_t i = 0; i < block.bytes(); ++i) {
      if (!element[i] && block.data()[i] != block.copy()[i]) return false;
    }
    return true;
  }

 private:
  // Strides and memory: C or Fortran order, axes permuted, reversed, apart, repeated; not aligned.
  void Lay(Input* in, int32_t dtype, bool is_output) {
    const int64_t size = numrs_dtype_size(dtype);
    int order[kMostDims];
    for (int d = 0; d < shape_.ndim; ++d) order[d] = shape_.ndim - 1 - d;
    const bool plain = in->OneIn(3);
    if (!plain && shape_.ndim > 1) {
      for (int d = 0; d < shape_.ndim; ++d) std::swap(order[d], order[in->Below(shape_.ndim)]);
    }
    int64_t step = size, low = 0, high = size;
    for (int i = 0; i < shape_.ndim; ++i) {
      const int d = order[i];
      const int64_t extent = shape_.extents[d];
      int64_t stride = step;
      if (!plain && in->OneIn(8))
        stride += size * in->Below(3) + (in->OneIn(4) ? in->Below(8) : 0);  // apart, not aligned
      step = stride * (extent > 0 ? extent : 1);
      if (!plain && !is_output && in->OneIn(16)) stride = 0;
      if (!plain && in->OneIn(6)) stride = -stride;
      strides_[d] = stride;
      if (extent > 0) (stride < 0 ? low : high) += stride * (extent - 1);
    }
    const bool empty = shape_.Count() == 0;
    block = Block(in, empty ? 0 : static_cast<size_t>(high - low), true);
    view.data = empty && in->OneIn(2) ? nullptr : block.data() - (empty ? 0 : low);
    view.shape = shape_.extents;
    view.strides = plain && in->OneIn(2) ? nullptr : strides_;
    view.ndim = shape_.ndim;
    view.dtype = dtype;
    if (shape_.ndim == 0 && in->OneIn(2)) view.shape = view.strides = nullptr;
  }

  void Break(Input* in) {
    const int d = shape_.ndim ? in->Below(shape_.ndim) : 0;
    switch (in->Below(10)) {
      case 0:
        null = true;
        break;
      case 1:
        view.data = nullptr;
        break;
      case 2:
        view.shape = nullptr;
        break;
      case 3:
        view.ndim = static_cast<int32_t>(in->Wild());
        break;
      case 4:
        view.dtype = static_cast<int32_t>(in->Wild()) & ~NUMRS_ON_HOST;
        break;
      case 5:
        shape_.extents[d] = in->Wild();
        break;
      case 6:
        strides_[d] = in->Wild();
        view.strides = strides_;
        break;
      case 7:
        strides_[d] = 0;
        view.strides = strides_;
        break;
      case 8:
        view.data = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(view.data) + (in->OneIn(2) ? 1 : -1));
        break;
      default:
        shape_.extents[d] += in->OneIn(2) ? 1 : -1;
        break;
    }
    // Lies about the number of dimensions stay readable.
    if (view.ndim > shape_.ndim && view.ndim <= NUMRS_MAX_NDIM) {
      for (int e = shape_.ndim; e < view.ndim; ++e) shape_.extents[e] = in->OneIn(2) ? 1 : in->Below(4);
      if (view.strides) view.strides = strides_;
      if (view.shape) view.shape = shape_.extents;
    }
  }

  Shape shape_;
  int64_t strides_[kMostDims] = {};
};

}  // namespace fuzz

#endif  // NUMRS_TESTS_FUZZ_OPERAND_H_
