// Bringing pieces of a reduction's operands into contiguous memory of the kernel's dtype: packing, conversion, mask or
// factor.
#pragma once

#include <cstring>

#include "core/reduce_plan.h"

namespace numrs {

class ReducePacker {
 public:
  ReducePacker(const Run& run, const ReduceJob& job, const ReducePlan& plan)
      : kernels_(run.kernels),
        job_(job),
        plan_(plan),
        element_bytes_(job.x.itemsize() > 8 || SizeOf(job.compute) > 8 ||
                               (job.role != ReduceSecond::NONE && job.second.itemsize() > 8)
                           ? 16
                           : 8) {}

  // Bytes of scratch for pieces of `elements` elements.
  size_t Bytes(int64_t elements) const { return static_cast<size_t>(elements * element_bytes_) * kBuffers; }

  // The elements [first, first + m) of the lines at p: width lines, `across` bytes apart; result [line][element] when
  // by_line, else [element][line].
  const void* Fetch(char* const* p, int64_t width, int64_t first, int64_t m, bool by_line, char* scratch) const {
    const int64_t count = width * m;
    const void* x = FetchOne(kReduceX, p[kReduceX], job_.x.dtype, width, first, m, by_line, scratch);
    if (job_.role == ReduceSecond::NONE) return x;
    char* out = Buffer(scratch, count, 4);
    if (job_.role == ReduceSecond::MASK) {
      const void* mask = FetchOne(kReduceSecond, p[kReduceSecond], kBOOL, width, first, m, by_line, scratch);
      kernels_.ternary.fn[kTernary_where][job_.compute](mask, x, job_.neutral.words, out, count, 4);
    } else {
      const void* factor =
          FetchOne(kReduceSecond, p[kReduceSecond], job_.second.dtype, width, first, m, by_line, scratch);
      if (job_.compute == kBOOL)
        kernels_.binary.fn[kBinary_logical_and][kBOOL](x, factor, out, count, 0);
      else
        kernels_.binary.fn[kBinary_multiply][job_.compute](x, factor, out, count, 0);
    }
    return out;
  }

 private:
  static constexpr int kBuffers = 5;  // packed and converted x, packed and converted second, result
  char* Buffer(char* scratch, int64_t count, int which) const { return scratch + which * count * element_bytes_; }

  const void* FetchOne(int operand, const char* p, int32_t dtype, int64_t width, int64_t first, int64_t m, bool by_line,
                       char* scratch) const {
    const int64_t count = width * m, size = SizeOf(dtype);
    const void* packed = p;
    if (!IsOneRun(operand, size, width, m, by_line)) {
      char* buffer = Buffer(scratch, count, 2 * operand);
      Gather(operand, p, size, width, first, m, by_line, buffer);
      packed = buffer;
    } else if (plan_.reduced) {
      packed = p + first * plan_.InnerStride(operand);
    }
    const int32_t to = operand == kReduceSecond && job_.role == ReduceSecond::MASK ? dtype : job_.compute;
    if (dtype == to) return packed;
    char* converted = Buffer(scratch, count, 2 * operand + 1);
    kernels_.copy.cast[dtype][to](packed, converted, count);
    return converted;
  }

  bool IsOneRun(int operand, int64_t size, int64_t width, int64_t m, bool by_line) const {
    if (plan_.reduced > 1) return false;
    const int64_t along = plan_.InnerStride(operand), across = plan_.WidthStride(operand);
    return by_line ? (m == 1 || along == size) && (width == 1 || across == m * size)
                   : (width == 1 || across == size) && (m == 1 || along == width * size);
  }

  void Copy(const char* src, int64_t stride, char* dst, int64_t n, int64_t size) const {
    if (stride == size)
      std::memcpy(dst, src, static_cast<size_t>(n * size));
    else
      kernels_.copy.pack[SizeIndex(size)](src, stride, dst, n);
  }

  void Gather(int operand, const char* p, int64_t size, int64_t width, int64_t first, int64_t m, bool by_line,
              char* dst) const {
    // Position of element `first` in the reduced loops.
    int64_t index[kMaxNDim];
    const int inner = plan_.reduced - 1;
    const int64_t across = plan_.WidthStride(operand);
    int64_t rest = first;
    for (int d = inner; d >= 0; d--) {
      index[d] = rest % plan_.reduced_shape[d];
      rest /= plan_.reduced_shape[d];
      p += index[d] * plan_.reduced_stride[operand][d];
    }
    const int64_t along = plan_.InnerStride(operand);
    for (int64_t done = 0; done < m;) {
      const int64_t left = inner < 0 ? 1 : plan_.reduced_shape[inner] - index[inner];
      const int64_t run = left < m - done ? left : m - done;
      if (by_line) {
        for (int64_t line = 0; line < width; line++)
          Copy(p + line * across, along, dst + (line * m + done) * size, run, size);
      } else {
        for (int64_t i = 0; i < run; i++) Copy(p + i * along, across, dst + (done + i) * width * size, width, size);
      }
      done += run;
      if (done == m) break;
      p += run * along;
      index[inner] += run;
      for (int d = inner; d > 0 && index[d] == plan_.reduced_shape[d]; d--) {
        p += plan_.reduced_stride[operand][d - 1] - plan_.reduced_shape[d] * plan_.reduced_stride[operand][d];
        index[d] = 0;
        index[d - 1]++;
      }
    }
  }

  const Kernels& kernels_;
  const ReduceJob& job_;
  const ReducePlan& plan_;
  int64_t element_bytes_;  // of one buffer
};

}  // namespace numrs
