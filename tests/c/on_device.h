// Running a call on the CPU and on the simulated device with the same arrays: statuses and all bytes have to be equal,
// those between the elements too.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"

namespace on_device {

class Context {
 public:
  explicit Context(int32_t index = 0, int32_t stream = NUMRS_STREAM_DEFAULT) {
    REQUIRE(numrs_device_open_plugin(NUMRS_SIM_PLUGIN) == NUMRS_OK);
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.device = NUMRS_SIM;
    options.device_index = index;
    options.stream = stream;
    REQUIRE(numrs_context_create(&options, &handle_) == NUMRS_OK);
  }
  ~Context() { numrs_context_destroy(handle_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  operator numrs_context*() const { return handle_; }

 private:
  numrs_context* handle_ = nullptr;
};

// What the last call on the device said: others follow before a test looks.
inline std::string& Told() {
  static std::string text;
  return text;
}
inline bool Says(const char* part) { return Told().find(part) != std::string::npos; }

inline size_t SizeOf(int32_t dtype) {
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
    default:
      return 8;
  }
}

// How elements lie in memory: in C order, with gaps, the first axis fastest, the last one backwards, at odd addresses.
enum class Layout { DENSE, GAPS, TURNED, BACKWARDS, ODD };
constexpr Layout kLayouts[] = {Layout::DENSE, Layout::GAPS, Layout::TURNED, Layout::BACKWARDS, Layout::ODD};

// An array and its memory, or one that lies in the memory of another of the same call.
struct Array {
  int32_t dtype = NUMRS_F32;
  std::vector<int64_t> shape, strides;
  int64_t offset = 0, size = 1;
  std::vector<char> bytes;
  int shares = -1;       // the number of the array whose memory it is
  bool on_host = false;  // one element, NUMRS_ON_HOST

  Array() = default;
  // Random numbers, gaps too: floats in (-3, 3), integers of any bits, bool 0 and 1.
  Array(int32_t type, std::vector<int64_t> extents, Layout layout = Layout::DENSE)
      : dtype(type), shape(std::move(extents)), strides(shape.size()) {
    const int n = static_cast<int>(shape.size());
    const int64_t itemsize = static_cast<int64_t>(SizeOf(dtype));
    int64_t step = itemsize;
    for (int i = 0; i < n; i++) {
      const size_t d = static_cast<size_t>(layout == Layout::TURNED ? i : n - 1 - i);
      if (layout == Layout::GAPS && (i == 0 || i == n - 1)) step *= i == 0 ? 2 : 3;
      strides[d] = step;
      step *= shape[d];
      size *= shape[d];
    }
    if (size == 0) return;
    if (layout == Layout::ODD) offset = 1;
    if (layout == Layout::BACKWARDS && n > 0) {
      const size_t last = static_cast<size_t>(n - 1);
      offset = (shape[last] - 1) * strides[last];
      strides[last] = -strides[last];
    }
    bytes.resize(static_cast<size_t>(step + (layout == Layout::ODD ? itemsize : 0)));
    FillRandom();
  }
  // Values in C order.
  template <typename T>
  Array(int32_t type, std::vector<int64_t> extents, const std::vector<T>& values, Layout layout = Layout::DENSE)
      : Array(type, std::move(extents), layout) {
    REQUIRE(SizeOf(type) == sizeof(T));
    REQUIRE(static_cast<size_t>(size) == values.size());
    for (int64_t i = 0; i < size; i++) std::memcpy(At(i), &values[static_cast<size_t>(i)], sizeof(T));
  }
  // In the memory of array number `of`, so many bytes behind where that begins.
  static Array In(int of, const Array& like, int64_t behind) {
    Array array = like;
    array.bytes.clear();
    array.shares = of;
    array.offset += behind;
    return array;
  }
  template <typename T>
  static Array OnHost(int32_t type, T value) {
    Array array(type, {}, std::vector<T>{value});
    array.on_host = true;
    return array;
  }

  template <typename T>
  std::vector<T> Values() {
    std::vector<T> values(static_cast<size_t>(size));
    for (int64_t i = 0; i < size; i++) std::memcpy(&values[static_cast<size_t>(i)], At(i), sizeof(T));
    return values;
  }

 private:
  char* At(int64_t i) {
    int64_t at = offset;
    for (size_t d = shape.size(); d-- > 0; i /= shape[d]) at += i % shape[d] * strides[d];
    return bytes.data() + at;
  }
  void FillRandom() {
    static uint32_t state = 1;
    const size_t itemsize = SizeOf(dtype), first = static_cast<size_t>(offset) % itemsize;
    for (size_t at = first; at + itemsize <= bytes.size(); at += itemsize) {
      uint64_t bits = 0;
      for (int i = 0; i < 2; i++) {
        state = state * 1664525u + 1013904223u;
        bits = bits << 32 | (state ^ state >> 15);
      }
      const double number = static_cast<double>(static_cast<int64_t>(bits)) * 3 / 9.3e18;
      const float single = static_cast<float>(number);
      if (dtype == NUMRS_F64) {
        std::memcpy(&bits, &number, 8);
      } else if (dtype == NUMRS_F32) {
        std::memcpy(&bits, &single, 4);
      } else if (dtype == NUMRS_BF16) {
        uint32_t word;
        std::memcpy(&word, &single, 4);
        bits = word >> 16;
      } else if (dtype == NUMRS_F16) {
        bits = (bits & 0x83FF) | (13 + (bits >> 20 & 3)) << 10;
      } else if (dtype == NUMRS_BOOL) {
        bits &= 1;
      }
      std::memcpy(bytes.data() + at, &bits, itemsize);
    }
  }
};

using Call = std::function<numrs_status(numrs_context*, const numrs_view*)>;

inline uint64_t InUse(int32_t index) {
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, index, &stats) == NUMRS_OK);
  return stats.in_use_bytes;
}

inline std::vector<numrs_view> ViewsOf(const std::vector<Array>& arrays, const std::vector<char*>& memory) {
  std::vector<numrs_view> views;
  for (size_t i = 0; i < arrays.size(); i++) {
    const Array& a = arrays[i];
    char* data = memory[a.shares < 0 ? i : static_cast<size_t>(a.shares)];
    const int32_t dtype = a.dtype | (a.on_host ? NUMRS_ON_HOST : 0);
    // An empty array is no memory, whatever its pointer is.
    views.push_back({a.size ? data + a.offset : reinterpret_cast<char*>(64), a.shape.data(), a.strides.data(),
                     static_cast<int32_t>(a.shape.size()), dtype});
  }
  return views;
}

// The status of the call on the device 0 of the context; its arrays hold what it left.
inline numrs_status OnDevice(numrs_context* gpu, std::vector<Array>* arrays, const Call& call) {
  const uint64_t before = InUse(0);
  std::vector<char*> memory;
  for (Array& a : *arrays) {
    void* block = a.bytes.data();
    if (!a.on_host && !a.bytes.empty()) {
      REQUIRE(numrs_device_allocate(gpu, a.bytes.size(), &block) == NUMRS_OK);
      REQUIRE(numrs_device_copy(gpu, block, a.bytes.data(), a.bytes.size(), NUMRS_TO_DEVICE) == NUMRS_OK);
    }
    memory.push_back(static_cast<char*>(block));
  }
  const std::vector<numrs_view> views = ViewsOf(*arrays, memory);
  const numrs_status status = call(gpu, views.data());
  Told() = status == NUMRS_OK ? "" : numrs_message();
  for (size_t i = 0; i < arrays->size(); i++) {
    Array& a = (*arrays)[i];
    if (a.on_host || a.bytes.empty()) continue;
    REQUIRE(numrs_device_copy(gpu, a.bytes.data(), memory[i], a.bytes.size(), NUMRS_TO_HOST) == NUMRS_OK);
    numrs_device_free(gpu, memory[i]);
  }
  REQUIRE(numrs_device_synchronize(gpu) == NUMRS_OK);
  CHECK(InUse(0) == before);
  return status;
}

inline bool SameBytes(const std::vector<Array>& a, const std::vector<Array>& b) {
  for (size_t i = 0; i < a.size(); i++) {
    if (a[i].bytes != b[i].bytes) return false;
  }
  return true;
}

// The call on both: the same status and bytes; those of the arguments where it was refused. The arrays hold the result.
inline numrs_status OnBoth(numrs_context* gpu, std::vector<Array>* arrays, const Call& call) {
  std::vector<Array> here = *arrays, there = *arrays;
  std::vector<char*> memory;
  for (Array& a : here) memory.push_back(a.bytes.data());
  const std::vector<numrs_view> views = ViewsOf(here, memory);
  const numrs_status wanted = call(nullptr, views.data()), got = OnDevice(gpu, &there, call);
  INFO("on the device: " << Told());
  CHECK(wanted == got);
  CHECK(SameBytes(here, there));
  if (wanted != NUMRS_OK) CHECK(SameBytes(there, *arrays));
  *arrays = std::move(there);
  return got;
}

// With too little memory on the device, whichever request it is that fails, nothing is written.
inline void Starved(numrs_context* gpu, const std::vector<Array>& arrays, const Call& call) {
  numrs_status status = NUMRS_NO_MEMORY;
  for (uint64_t limit = 256; status != NUMRS_OK; limit += 1 + limit / 8) {
    std::vector<Array> there = arrays;
    const Call limited = [&](numrs_context* context, const numrs_view* views) {
      REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, InUse(0) + limit) == NUMRS_OK);
      const numrs_status answer = call(context, views);
      REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 0, 0) == NUMRS_OK);
      return answer;
    };
    status = OnDevice(gpu, &there, limited);
    REQUIRE((status == NUMRS_OK || status == NUMRS_NO_MEMORY));
    if (status != NUMRS_OK) CHECK(SameBytes(there, arrays));
  }
}

// Calls after the first take all their memory from blocks that the library has kept.
inline void AllocatesOnce(numrs_context* gpu, const std::vector<Array>& arrays, const Call& call) {
  const auto keep = [](const char* what) {
    char text[8];
    REQUIRE(numrs_device_info(NUMRS_SIM, 0, what, text, sizeof(text)) == NUMRS_OK);
  };
  const auto misses = [] {
    numrs_memory_stats stats{};
    stats.struct_size = sizeof(stats);
    REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 0, &stats) == NUMRS_OK);
    return stats.misses;
  };
  keep("set:keep=1");
  uint64_t first = 0;
  for (int i = 0; i < 4; i++) {
    std::vector<Array> there = arrays;
    CHECK(OnDevice(gpu, &there, call) == NUMRS_OK);
    if (i == 0) first = misses();
  }
  CHECK(misses() == first);
  REQUIRE(numrs_device_memory_trim(NUMRS_SIM, 0) == NUMRS_OK);
  keep("set:keep=0");
}

}  // namespace on_device
