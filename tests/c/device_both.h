// Operands of tests of devices: the same elements in memory of the host and of the simulated device, and calls made on
// both with one result.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"

namespace device_tests {

class Context {
 public:
  Context() {
    REQUIRE(numrs_device_open_plugin(NUMRS_SIM_PLUGIN) == NUMRS_OK);
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.device = NUMRS_SIM;
    options.stream = NUMRS_STREAM_NEW;
    REQUIRE(numrs_context_create(&options, &handle_) == NUMRS_OK);
  }
  ~Context() { numrs_context_destroy(handle_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  operator numrs_context*() const { return handle_; }

 private:
  numrs_context* handle_ = nullptr;
};

inline uint64_t InUse() {
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 0, &stats) == NUMRS_OK);
  return stats.in_use_bytes;
}

inline size_t BytesOf(int32_t dtype) {
  switch (dtype) {
    case NUMRS_I8:
    case NUMRS_U8:
    case NUMRS_BOOL:
      return 1;
    case NUMRS_I16:
    case NUMRS_U16:
    case NUMRS_F16:
    case NUMRS_BF16:
      return 2;
    case NUMRS_I32:
    case NUMRS_U32:
    case NUMRS_F32:
      return 4;
    case NUMRS_C128:
      return 16;
    default:
      return 8;
  }
}

enum Layout { DENSE, BACKWARDS, TRANSPOSED };  // every second element of the last axis from the end; Fortran's order
using Shape = std::vector<int64_t>;

// The same elements in memory of the host and of the device, with gaps where the layout has some.
class Both {
 public:
  Both(numrs_context* gpu, int32_t dtype, Shape shape, Layout layout = DENSE, double low = -3, double high = 3)
      : gpu_(gpu), shape_(std::move(shape)) {
    const int32_t ndim = static_cast<int32_t>(shape_.size());
    const int64_t item = static_cast<int64_t>(BytesOf(dtype));
    int64_t n = 1, step = item, offset = 0;
    strides_.resize(shape_.size());
    for (int32_t k = 0; k < ndim; k++) {
      const size_t d = static_cast<size_t>(layout == TRANSPOSED ? k : ndim - 1 - k);
      strides_[d] = step;
      n *= shape_[d];
      step *= shape_[d];
    }
    if (layout == BACKWARDS && ndim > 0) {
      for (int64_t& s : strides_) s *= 2;
      if (n > 0) offset = strides_.back() * (shape_.back() - 1);
      strides_.back() *= -1;
    }
    bytes_.assign(static_cast<size_t>(n * item * 2), 0x5A);
    std::vector<double> numbers(static_cast<size_t>(n));
    static uint32_t state = 7;
    for (double& v : numbers) {
      state = state * 1664525u + 1013904223u;
      v = low + (high - low) * static_cast<double>(state >> 8) / 16777216.0;
    }
    cpu_view = {bytes_.data() + offset, shape_.data(), strides_.data(), ndim, dtype};
    const numrs_view from = {numbers.data(), shape_.data(), nullptr, ndim, NUMRS_F64};
    REQUIRE(numrs_convert(nullptr, &from, &cpu_view) == NUMRS_OK);
    REQUIRE(numrs_device_allocate(gpu, bytes_.size(), &data_) == NUMRS_OK);
    gpu_view = cpu_view;
    gpu_view.data = static_cast<char*>(data_) + offset;
    Send();
  }
  ~Both() { numrs_device_free(gpu_, data_); }
  Both(const Both&) = delete;
  Both& operator=(const Both&) = delete;

  void Send() { REQUIRE(numrs_device_copy(gpu_, data_, bytes_.data(), bytes_.size(), NUMRS_TO_DEVICE) == NUMRS_OK); }
  template <typename T>
  void Set(size_t i, T value) {
    std::memcpy(bytes_.data() + i * sizeof(T), &value, sizeof(T));
    Send();
  }
  std::vector<char> There() const {
    std::vector<char> bytes(bytes_.size());
    REQUIRE(numrs_device_copy(gpu_, bytes.data(), data_, bytes.size(), NUMRS_TO_HOST) == NUMRS_OK);
    return bytes;
  }
  const std::vector<char>& here() const { return bytes_; }
  bool Same() const { return There() == bytes_; }

  numrs_view cpu_view, gpu_view;

 private:
  numrs_context* gpu_;
  Shape shape_, strides_;
  std::vector<char> bytes_;
  void* data_ = nullptr;
};

// Which of the two a call gets.
struct On {
  bool gpu;
  const numrs_view* operator()(const Both& b) const { return gpu ? &b.gpu_view : &b.cpu_view; }
  const numrs_view* operator()(const Both* b) const { return b ? (*this)(*b) : nullptr; }
};
using Body = std::function<numrs_status(numrs_context*, On)>;

// The call's status, after it has been made on the CPU and on the device; the message too has to be the same.
inline numrs_status Twice(numrs_context* gpu, const Body& body, std::initializer_list<const Both*> outputs) {
  const numrs_status wanted = body(nullptr, On{false});
  const std::string message = wanted == NUMRS_OK ? "" : numrs_message();
  const numrs_status got = body(gpu, On{true});
  CHECK(got == wanted);
  if (wanted != NUMRS_OK || got != NUMRS_OK) CHECK(std::string(numrs_message()) == message);
  for (const Both* b : outputs) {
    if (b) CHECK(b->Same());
  }
  return got;
}

constexpr int32_t kFloats[] = {NUMRS_F32, NUMRS_F64, NUMRS_BF16, NUMRS_F16};

}  // namespace device_tests
