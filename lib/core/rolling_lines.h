// Lines of a rolling job: where they are, fetching pieces of them as float64 and storing results.
#pragma once

#include <cstring>

#include "core/rolling.h"

namespace numrs {

inline int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline size_t Rounded(int64_t bytes) { return static_cast<size_t>((bytes + 63) / 64 * 64); }  // to cache lines

class RollingLines {
 public:
  RollingLines(const Run& run, const RollingJob& job) : copy_(run.kernels.copy), job_(job) {
    along_x_ = job.x.strides[job.axis];
    along_x2_ = job.x2.ndim ? job.x2.strides[job.axis] : 0;
    along_y_ = job.y.strides[job.axis];
    for (int d = 0; d < job.x.ndim; d++) {
      if (d == job.axis || job.x.shape[d] == 1) continue;
      shape_[dims_] = job.x.shape[d];
      x_[dims_] = job.x.strides[d];
      x2_[dims_] = job.x2.ndim ? job.x2.strides[d] : 0;
      y_[dims_] = job.y.strides[d];
      lines_ *= job.x.shape[d];
      dims_++;
    }
    // Innermost: the dimension in which x's lines lie closest together.
    int closest = dims_ - 1;
    for (int d = 0; d < dims_; d++) {
      if (Size(x_[d]) < Size(x_[closest])) closest = d;
    }
    if (dims_ > 1 && closest != dims_ - 1) {
      for (int64_t* v : {shape_, x_, x2_, y_}) {
        const int64_t taken = v[closest];
        std::memmove(v + closest, v + closest + 1, sizeof(*v) * static_cast<size_t>(dims_ - 1 - closest));
        v[dims_ - 1] = taken;
      }
    }
  }

  struct Line {
    const char *x, *x2;
    char* y;
  };

  int64_t lines() const { return lines_; }
  int64_t width() const { return dims_ ? shape_[dims_ - 1] : 1; }  // lines next to each other
  int64_t across_x() const { return dims_ ? x_[dims_ - 1] : 0; }
  int64_t across_y() const { return dims_ ? y_[dims_ - 1] : 0; }
  int64_t along_x() const { return along_x_; }
  int64_t along_y() const { return along_y_; }

  Line At(int64_t index) const {
    Line line{job_.x.data, job_.x2.data, job_.y.data};
    for (int d = dims_ - 1; d >= 0; d--) {
      const int64_t i = index % shape_[d];
      index /= shape_[d];
      line.x += i * x_[d];
      line.x2 = line.x2 ? line.x2 + i * x2_[d] : nullptr;
      line.y += i * y_[d];
    }
    return line;
  }

  // Slots [first, first + m) of a line into out; NaN outside of the line. room: 16 * m bytes.
  void Fetch(const Line& line, bool second, int64_t first, int64_t m, double* out, char* room) const {
    const int64_t n = job_.n;
    const int64_t begin = first < 0 ? (-first < m ? -first : m) : 0;
    int64_t end = n - first < m ? n - first : m;
    if (end < begin) end = begin;
    for (int64_t i = 0; i < begin; i++) out[i] = kRollingNaN;
    for (int64_t i = end; i < m; i++) out[i] = kRollingNaN;
    if (end == begin) return;
    const View& v = second ? job_.x2 : job_.x;
    const int64_t along = second ? along_x2_ : along_x_;
    const char* from = (second ? line.x2 : line.x) + (first + begin) * along;
    Pack(from, v.dtype, along, end - begin, out + begin, room);
  }

  // Results of windows first, first + 1 … (of step 1): m of them. room: 16 * m bytes.
  void Store(const Line& line, int64_t first, int64_t m, const double* y, char* room) const {
    const int64_t step = job_.step;
    int64_t begin = first < 0 ? -first : 0;
    if (first + m > job_.n) m = job_.n - first;
    double* kept = reinterpret_cast<double*>(room);
    int64_t out = first + begin;
    if (step > 1) {
      begin += (step - out % step) % step;
      out = (first + begin) / step;
      int64_t count = 0;
      for (int64_t i = begin; i < m; i += step) kept[count++] = y[i];
      StoreAt(line, out, count, kept, room + 8 * m);
    } else if (m > begin) {
      StoreAt(line, out, m - begin, y + begin, room);
    }
  }
  void StoreAt(const Line& line, int64_t first, int64_t m, const double* y, char* room) const {
    if (m <= 0) return;
    const int32_t dtype = job_.y.dtype;
    const void* from = y;
    if (dtype != kF64) {
      copy_.cast[kF64][dtype](y, room, m);
      from = room;
    }
    copy_.unpack[SizeIndex(SizeOf(dtype))](from, line.y + first * along_y_, along_y_, m);
  }

  // m elements of dtype, stride bytes apart, as float64.
  void Pack(const char* from, int32_t dtype, int64_t stride, int64_t m, double* out, char* room) const {
    const int64_t size = SizeOf(dtype);
    if (dtype == kF64) {
      if (stride == size)
        std::memcpy(out, from, static_cast<size_t>(m) * sizeof(double));
      else
        copy_.pack[SizeIndex(size)](from, stride, out, m);
      return;
    }
    const void* packed = from;
    if (stride != size) {
      copy_.pack[SizeIndex(size)](from, stride, room, m);
      packed = room;
    }
    copy_.cast[dtype][kF64](packed, out, m);
  }

  // Every address of an element of x is a multiple of what divides this.
  uintptr_t Offsets() const {
    uintptr_t all = reinterpret_cast<uintptr_t>(job_.x.data) | static_cast<uintptr_t>(along_x_);
    for (int d = 0; d < dims_; d++) all |= static_cast<uintptr_t>(x_[d]);
    return all;
  }

  const CopyTable& copy() const { return copy_; }

 private:
  static int64_t Size(int64_t stride) { return stride < 0 ? -stride : stride; }

  const CopyTable& copy_;
  const RollingJob& job_;
  int64_t along_x_, along_x2_, along_y_;
  int dims_ = 0;
  int64_t lines_ = 1;
  int64_t shape_[kMaxNDim], x_[kMaxNDim], x2_[kMaxNDim], y_[kMaxNDim];
};

}  // namespace numrs
