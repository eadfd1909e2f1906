// What the tests of the plug-in's kernels share: the emulated device, memory with random contents, how far results are
// apart.
#pragma once

#include "catch.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/device.h"
#include "core/matmul.h"
#include "core/nn_activation.h"
#include "core/nn_embedding.h"
#include "core/nn_linear.h"
#include "core/nn_loss.h"
#include "core/nn_norm.h"
#include "core/optim.h"
#include "core/random.h"
#include "core/reduce.h"
#include "cuda/divider.h"
#include "cuda/loops.h"

using namespace numrs;

extern "C" const DeviceApi* numrs_plugin(const HostApi*);

namespace {

Status SayFail(Status status, const char* text) { return Fail(status, "%s", text); }
int64_t scratch_blocks = 0;
Status TakeScratch(DeviceStream*, size_t bytes, void** block) {
  *block = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*block, 0xA5, bytes);
  scratch_blocks++;
  return NUMRS_OK;
}
void GiveScratch(DeviceStream*, void* block) {
  std::free(block);
  scratch_blocks--;
}

// NUMRS_TEST_LIBRARIES: what the plug-in opens is this program itself.
void* OpenLibrary(const char* soname) {
#ifdef NUMRS_TEST_LIBRARIES
  return std::strstr(soname, "cublasLt") ? dlopen(nullptr, RTLD_NOW) : nullptr;
#else
  static_cast<void>(soname);
  return nullptr;
#endif
}
int32_t Quiet() { return 0; }
void Ignore(const char*) {}

struct Plugin {
  const DeviceApi* api;
  Device* device;
  DeviceStream* stream;
};
const Plugin& ThePlugin() {
  static const HostApi host = [] {
    HostApi h{};
    h.struct_size = sizeof(h);
    h.plugin_api = kDeviceApi;
    h.fail = SayFail;
    h.message = Message;
    h.tracing = Quiet;
    h.trace = Ignore;
    h.open_library = OpenLibrary;
    h.scratch_allocate = TakeScratch;
    h.scratch_release = GiveScratch;
    return h;
  }();
  static const Plugin plugin = [] {
    Plugin p{};
    p.api = numrs_plugin(&host);
    p.api->open(0, &p.device);
    p.api->stream_create(p.device, &p.stream);
    return p;
  }();
  return plugin;
}
const DeviceKernels& Slots() { return *ThePlugin().api->kernels; }
DeviceStream* Stream() { return ThePlugin().stream; }
const Run& Cpu() {
  static const Run run = MakeRun(nullptr);
  return run;
}

// Memory that frees itself, with random contents of a dtype: small numbers, some of them special.
struct Memory {
  std::vector<uint64_t> words;
  explicit Memory(int64_t bytes) : words(static_cast<size_t>(bytes / 8 + 4)) {}
  char* data() {
    return reinterpret_cast<char*>(words.data()) + (reinterpret_cast<uintptr_t>(words.data()) % 16 ? 8 : 0);
  }
};
std::mt19937_64& Random() {
  static std::mt19937_64 random(7);
  return random;
}
template <typename T>
void Put(char* at, double value) {
  const T x = static_cast<T>(value);
  std::memcpy(at, &x, sizeof(T));
}
void PutValue(char* at, int32_t dtype, double value) {
  switch (dtype) {
    case kBOOL:
      *at = value > 0;
      break;
    case kI8:
      Put<int8_t>(at, std::fmod(value * 7, 100));
      break;
    case kI16:
      Put<int16_t>(at, std::fmod(value * 70, 3000));
      break;
    case kI32:
      Put<int32_t>(at, std::fmod(value * 700, 30000));
      break;
    case kI64:
      Put<int64_t>(at, std::fmod(value * 700, 30000));
      break;
    case kU8:
      Put<uint8_t>(at, std::fabs(std::fmod(value * 7, 100)));
      break;
    case kU16:
      Put<uint16_t>(at, std::fabs(std::fmod(value * 70, 3000)));
      break;
    case kU32:
      Put<uint32_t>(at, std::fabs(std::fmod(value * 700, 30000)));
      break;
    case kU64:
      Put<uint64_t>(at, std::fabs(std::fmod(value * 700, 30000)));
      break;
    case kF16:
      Put<Half>(at, value);
      break;
    case kBF16:
      Put<BFloat16>(at, value);
      break;
    case kF32:
      Put<float>(at, value);
      break;
    case kF64:
      Put<double>(at, value);
      break;
    case kC64:
      Put<float>(at, value);
      Put<float>(at + 4, 1.25 - value);
      break;
    case kC128:
      Put<double>(at, value);
      Put<double>(at + 8, 1.25 - value);
      break;
  }
}
double RandomValue(bool special) {
  const double value = static_cast<double>(static_cast<int64_t>(Random()() % 20001) - 10000) / 2500;
  if (!special) return value;
  const double specials[] = {0,
                             -0.0,
                             1,
                             -1,
                             0.5,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()};
  return Random()() % 9 == 0 ? specials[Random()() % 8] : value;
}
void Fill(Memory& memory, int32_t dtype, int64_t n, bool special) {
  for (int64_t i = 0; i < n; i++) {
    const double value = RandomValue(special);
    const bool integral = Bit(dtype) & (kIntSet | kUintSet | kBoolSet);
    PutValue(memory.data() + i * SizeOf(dtype), dtype, integral && !(std::fabs(value) < 1e3) ? 3 : value);
  }
}

// How far are two results apart: 0 the same bits (all NaN are one), else in units of the last place of the larger.
template <typename F>
double Ulps(F a, F b) {
  if (a != a && b != b) return 0;
  if (a == b) return 0;
  if (!(std::fabs(a) <= std::numeric_limits<F>::max()) || !(std::fabs(b) <= std::numeric_limits<F>::max())) return 1e9;
  const F most = std::fabs(a) > std::fabs(b) ? std::fabs(a) : std::fabs(b);
  return std::fabs(static_cast<double>(a) - static_cast<double>(b)) /
         static_cast<double>(std::nextafter(most, std::numeric_limits<F>::infinity()) - most);
}
double Apart(const char* a, const char* b, int32_t dtype) {
  const auto at = [&](auto zero, int i) {
    using T = decltype(zero);
    T x, y;
    std::memcpy(&x, a + i * static_cast<int>(sizeof(T)), sizeof(T));
    std::memcpy(&y, b + i * static_cast<int>(sizeof(T)), sizeof(T));
    return std::pair<T, T>(x, y);
  };
  switch (dtype) {
    case kF32: {
      const auto p = at(0.0f, 0);
      return Ulps(p.first, p.second);
    }
    case kF64: {
      const auto p = at(0.0, 0);
      return Ulps(p.first, p.second);
    }
    case kC64: {
      const auto p = at(0.0f, 0), q = at(0.0f, 1);
      return std::max(Ulps(p.first, p.second), Ulps(q.first, q.second));
    }
    case kC128: {
      const auto p = at(0.0, 0), q = at(0.0, 1);
      return std::max(Ulps(p.first, p.second), Ulps(q.first, q.second));
    }
    case kF16: {
      const auto p = at(Half(), 0);
      const float x = static_cast<float>(p.first), y = static_cast<float>(p.second);
      return x == y || (x != x && y != y) ? 0 : std::fabs(x - y) / (std::fabs(x) + 1e-30f) < 2e-3f ? 1 : 1e9;
    }
    case kBF16: {
      const auto p = at(BFloat16(), 0);
      const float x = static_cast<float>(p.first), y = static_cast<float>(p.second);
      return x == y || (x != x && y != y) ? 0 : std::fabs(x - y) / (std::fabs(x) + 1e-30f) < 1.6e-2f ? 1 : 1e9;
    }
    default:
      return std::memcmp(a, b, static_cast<size_t>(SizeOf(dtype))) == 0 ? 0 : 1e9;
  }
}
double Worst(const char* a, const char* b, int32_t dtype, int64_t n) {
  double worst = 0;
  for (int64_t i = 0; i < n; i++) worst = std::max(worst, Apart(a + i * SizeOf(dtype), b + i * SizeOf(dtype), dtype));
  return worst;
}

View Whole(Memory& memory, int32_t dtype, std::vector<int64_t> shape) {
  return ContiguousView(memory.data(), dtype, static_cast<int32_t>(shape.size()), shape.data());
}
View Turned(View v) {  // the last two axes change places
  std::swap(v.shape[v.ndim - 1], v.shape[v.ndim - 2]);
  std::swap(v.strides[v.ndim - 1], v.strides[v.ndim - 2]);
  return v;
}

}  // namespace

namespace {

// The largest difference relative to the larger of 1 and the numbers.
double Difference(Memory& a, Memory& b, int32_t dtype, int64_t n) {
  double worst = 0;
  for (int64_t i = 0; i < n; i++) {
    double x, y;
    if (dtype == kF64) {
      x = reinterpret_cast<double*>(a.data())[i];
      y = reinterpret_cast<double*>(b.data())[i];
    } else {
      x = static_cast<double>(reinterpret_cast<float*>(a.data())[i]);
      y = static_cast<double>(reinterpret_cast<float*>(b.data())[i]);
    }
    if (x != x && y != y) continue;
    if (x == y) continue;
    const double apart = std::fabs(x - y) / std::max(1.0, std::fabs(x));
    worst = apart <= worst ? worst : apart;
    if (apart != apart) return 1e300;
  }
  return worst;
}
double Close(int32_t dtype) { return dtype == kF64 ? 1e-13 : 3e-6; }

}  // namespace
