// Arrays that are in memory of the host and of the simulated device at once, and calls made on both: for tests that
// compare statuses, messages and every byte.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"

namespace device_test {

constexpr int32_t kReal[] = {NUMRS_BOOL, NUMRS_I8,  NUMRS_I16, NUMRS_I32,  NUMRS_I64, NUMRS_U8, NUMRS_U16,
                             NUMRS_U32,  NUMRS_U64, NUMRS_F16, NUMRS_BF16, NUMRS_F32, NUMRS_F64};
inline bool IsFloat(int32_t dtype) {
  return dtype == NUMRS_F16 || dtype == NUMRS_BF16 || dtype == NUMRS_F32 || dtype == NUMRS_F64;
}
inline int64_t Bytes(int32_t dtype) {
  switch (dtype) {
    case NUMRS_BOOL:
    case NUMRS_I8:
    case NUMRS_U8:
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

class Simulated {
 public:
  explicit Simulated(int32_t index = 0) {
    REQUIRE(numrs_device_open_plugin(NUMRS_SIM_PLUGIN) == NUMRS_OK);
    char text[8];
    REQUIRE(numrs_device_info(NUMRS_SIM, index, "set:delay=5", text, sizeof(text)) == NUMRS_OK);
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.device = NUMRS_SIM;
    options.device_index = index;
    REQUIRE(numrs_context_create(&options, &handle_) == NUMRS_OK);
  }
  ~Simulated() { numrs_context_destroy(handle_); }
  Simulated(const Simulated&) = delete;
  Simulated& operator=(const Simulated&) = delete;
  operator numrs_context*() const { return handle_; }

 private:
  numrs_context* handle_ = nullptr;
};

// How elements lie: one behind the other, with gaps and backwards along the last dimension, dimensions in the other
// order.
enum Layout { PLAIN, GAPS, TURNED, kLayouts };

// One array of any dtype and layout, in both memories; its bytes begin equal.
class Twin {
 public:
  Twin(numrs_context* gpu, int32_t dtype, std::vector<int64_t> shape, Layout layout = PLAIN)
      : gpu_(gpu), dtype_(dtype), shape_(std::move(shape)), strides_(shape_.size()) {
    const int64_t size = Bytes(dtype);
    const int ndim = static_cast<int>(shape_.size());
    int64_t step = layout == GAPS ? 2 * size : size, offset = 0;
    count_ = 1;
    for (int k = 0; k < ndim; k++) {
      const size_t d = static_cast<size_t>(layout == TURNED ? k : ndim - 1 - k);
      strides_[d] = step;
      step *= shape_[d] > 0 ? shape_[d] : 1;
      count_ *= shape_[d];
    }
    if (layout == GAPS && ndim > 0 && shape_.back() > 0) {
      offset = strides_.back() * (shape_.back() - 1);
      strides_.back() = -strides_.back();
    }
    bytes_.assign(static_cast<size_t>(step) + 8, 0x5A);
    Allocate(offset);
  }
  // Elements of one dimension of `of`, from byte `offset` on: both share memory.
  Twin(Twin& of, int64_t offset, int32_t dtype, std::vector<int64_t> shape)
      : gpu_(of.gpu_), dtype_(dtype), shape_(std::move(shape)), strides_(shape_.size()), owner_(&of) {
    int64_t step = Bytes(dtype);
    count_ = 1;
    for (size_t d = shape_.size(); d-- > 0;) {
      strides_[d] = step;
      step *= shape_[d];
      count_ *= shape_[d];
    }
    Describe(of.bytes_.data() + offset, static_cast<char*>(of.block_) + offset);
  }
  ~Twin() {
    if (!owner_) numrs_device_free(gpu_, block_);
  }
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  const numrs_view* operator()(bool on_gpu) const { return on_gpu ? &there_ : &here_; }
  template <typename T>
  T* data(bool on_gpu) const {
    return static_cast<T*>(on_gpu ? there_.data : here_.data);
  }
  int64_t count() const { return count_; }

  // Values converted to the dtype, given to both sides.
  Twin& Set(const std::vector<double>& values) {
    REQUIRE(static_cast<int64_t>(values.size()) == count_);
    const numrs_view from = {const_cast<double*>(values.data()), shape_.data(), nullptr,
                             static_cast<int32_t>(shape_.size()), NUMRS_F64};
    REQUIRE(numrs_convert(nullptr, &from, &here_) == NUMRS_OK);
    Send();
    return *this;
  }
  // Few different numbers, so that many are equal; with NaN, zeros of both signs and infinities among floats.
  Twin& Random(uint32_t seed, int values = 11, bool specials = true) {
    std::vector<double> numbers(static_cast<size_t>(count_));
    uint32_t state = seed * 2654435761u + 1;
    for (double& v : numbers) {
      state = state * 1664525u + 1013904223u;
      const int k = static_cast<int>((state >> 8) % static_cast<uint32_t>(values));
      v = dtype_ == NUMRS_BOOL ? k & 1 : unsigned_or_small() ? k : (k - values / 2) * (IsFloat(dtype_) ? 0.75 : 1);
      if (!specials || !IsFloat(dtype_)) continue;
      const uint32_t special = state >> 24;
      if (special < 6) v = std::nan("");
      if (special == 6) v = -0.0;
      if (special == 7) v = HUGE_VAL;
    }
    return Set(numbers);
  }
  void Send() {
    Twin& t = owner_ ? *owner_ : *this;
    REQUIRE(numrs_device_copy(gpu_, t.block_, t.bytes_.data(), t.bytes_.size(), NUMRS_TO_DEVICE) == NUMRS_OK);
  }
  const std::vector<char>& Here() const { return owner_ ? owner_->bytes_ : bytes_; }
  std::vector<char> There() const {
    const Twin& t = owner_ ? *owner_ : *this;
    std::vector<char> got(t.bytes_.size());
    REQUIRE(numrs_device_copy(gpu_, got.data(), t.block_, got.size(), NUMRS_TO_HOST) == NUMRS_OK);
    return got;
  }

 private:
  bool unsigned_or_small() const {
    return dtype_ == NUMRS_U8 || dtype_ == NUMRS_U16 || dtype_ == NUMRS_U32 || dtype_ == NUMRS_U64;
  }
  void Allocate(int64_t offset) {
    REQUIRE(numrs_device_allocate(gpu_, bytes_.size(), &block_) == NUMRS_OK);
    Describe(bytes_.data() + offset, static_cast<char*>(block_) + offset);
    Send();
  }
  void Describe(void* here, void* there) {
    here_ = {here, shape_.data(), strides_.data(), static_cast<int32_t>(shape_.size()), dtype_};
    there_ = here_;
    there_.data = there;
  }

  numrs_context* gpu_;
  int32_t dtype_;
  std::vector<int64_t> shape_, strides_;
  int64_t count_ = 1;
  std::vector<char> bytes_;
  void* block_ = nullptr;
  Twin* owner_ = nullptr;
  numrs_view here_, there_;
};

// Calls f(context, on_gpu) on both and compares status, message and all bytes of the arrays; on an error they have to
// be what they were. The status.
template <class F>
numrs_status Both(numrs_context* gpu, const std::vector<const Twin*>& arrays, F&& f) {
  std::vector<std::vector<char>> before;
  for (const Twin* t : arrays) before.push_back(t->Here());
  const numrs_status on_cpu = f(nullptr, false);
  const std::string message = on_cpu == NUMRS_OK ? "" : numrs_message();
  const numrs_status on_gpu = f(gpu, true);
  CHECK(on_cpu == on_gpu);
  if (on_gpu != NUMRS_OK) CHECK(message == numrs_message());
  for (size_t i = 0; i < arrays.size(); i++) {
    const bool same = arrays[i]->Here() == arrays[i]->There();
    INFO("array " << i << ": " << message);
    CHECK(same);
    if (on_cpu != NUMRS_OK) {
      const bool unchanged = arrays[i]->Here() == before[i];
      CHECK(unchanged);
    }
  }
  return on_cpu;
}

}  // namespace device_test
