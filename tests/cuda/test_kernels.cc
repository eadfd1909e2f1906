// What the plug-in's kernels compute, on the host: every slot with jobs of many shapes, strides and dtypes, beside what
// the library's own engine makes of the same job.
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
#include "core/nn_linear.h"
#include "core/nn_loss.h"
#include "core/nn_norm.h"
#include "core/optim.h"
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
  char* data() { return reinterpret_cast<char*>(words.data()) + (reinterpret_cast<uintptr_t>(words.data()) % 16 ? 8 : 0); }
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
    case kBOOL: *at = value > 0; break;
    case kI8: Put<int8_t>(at, std::fmod(value * 7, 100)); break;
    case kI16: Put<int16_t>(at, std::fmod(value * 70, 3000)); break;
    case kI32: Put<int32_t>(at, std::fmod(value * 700, 30000)); break;
    case kI64: Put<int64_t>(at, std::fmod(value * 700, 30000)); break;
    case kU8: Put<uint8_t>(at, std::fabs(std::fmod(value * 7, 100))); break;
    case kU16: Put<uint16_t>(at, std::fabs(std::fmod(value * 70, 3000))); break;
    case kU32: Put<uint32_t>(at, std::fabs(std::fmod(value * 700, 30000))); break;
    case kU64: Put<uint64_t>(at, std::fabs(std::fmod(value * 700, 30000))); break;
    case kF16: Put<Half>(at, value); break;
    case kBF16: Put<BFloat16>(at, value); break;
    case kF32: Put<float>(at, value); break;
    case kF64: Put<double>(at, value); break;
    case kC64: Put<float>(at, value); Put<float>(at + 4, 1.25 - value); break;
    case kC128: Put<double>(at, value); Put<double>(at + 8, 1.25 - value); break;
  }
}
double RandomValue(bool special) {
  const double value = static_cast<double>(static_cast<int64_t>(Random()() % 20001) - 10000) / 2500;
  if (!special) return value;
  const double specials[] = {0, -0.0, 1, -1, 0.5, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()};
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
    case kF32: { const auto p = at(0.0f, 0); return Ulps(p.first, p.second); }
    case kF64: { const auto p = at(0.0, 0); return Ulps(p.first, p.second); }
    case kC64: { const auto p = at(0.0f, 0), q = at(0.0f, 1); return std::max(Ulps(p.first, p.second), Ulps(q.first, q.second)); }
    case kC128: { const auto p = at(0.0, 0), q = at(0.0, 1); return std::max(Ulps(p.first, p.second), Ulps(q.first, q.second)); }
    case kF16: { const auto p = at(Half(), 0); const float x = static_cast<float>(p.first), y = static_cast<float>(p.second); return x == y || (x != x && y != y) ? 0 : std::fabs(x - y) / (std::fabs(x) + 1e-30f) < 2e-3f ? 1 : 1e9; }
    case kBF16: { const auto p = at(BFloat16(), 0); const float x = static_cast<float>(p.first), y = static_cast<float>(p.second); return x == y || (x != x && y != y) ? 0 : std::fabs(x - y) / (std::fabs(x) + 1e-30f) < 1.6e-2f ? 1 : 1e9; }
    default: return std::memcmp(a, b, static_cast<size_t>(SizeOf(dtype))) == 0 ? 0 : 1e9;
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

TEST_CASE("a multiplication and a shift divide as division does") {
  for (uint32_t d : {1u, 2u, 3u, 5u, 7u, 10u, 31u, 255u, 256u, 641u, 65535u, 1u << 20, 1000003u, 0x3FFFFFFFu, 0x40000000u, 0x7FFFFFFFu}) {
    const cuda::Divider divider = cuda::Divider::By(d);
    for (uint64_t k = 0; k < 20000; k++) {
      const uint32_t n = static_cast<uint32_t>(k < 3000 ? k : k < 6000 ? 0x7FFFFFFF - (k - 3000) : k < 9000 ? (k * d) & 0x7FFFFFFF : Random()() & 0x7FFFFFFF);
      if (divider.Divide(n) != n / d) FAIL(n << " / " << d);
    }
  }
}

TEST_CASE("loops: ordered, merged, cut") {
  Memory memory(64);
  const View a = Whole(memory, kF32, {4, 3, 2});
  View b = a;
  const View* same[] = {&a, &b};
  REQUIRE(cuda::MakeLoops(2, same).ndim == 1);
  const View turned = Turned(a);
  const View* both[] = {&turned, &turned};
  REQUIRE(cuda::MakeLoops(2, both).ndim == 1);  // the output's order
  const View row = Whole(memory, kF32, {2});
  const View* stretched[] = {&row, &a};
  REQUIRE(cuda::MakeLoops(2, stretched).ndim == 2);
  int64_t huge_shape[] = {3, int64_t{1} << 31}, pieces = 0, total = 0;
  View huge = ContiguousView(nullptr, kF32, 2, huge_shape);
  const View* long_ones[] = {&huge, &huge};
  cuda::ForPieces(cuda::MakeLoops(2, long_ones), [&](const cuda::Loops& part) -> Status {
    pieces++;
    total += part.size();
    REQUIRE(part.size() <= cuda::kMostElements);
    return NUMRS_OK;
  });
  REQUIRE(total == 3 * (int64_t{1} << 31));
  REQUIRE(pieces >= 6);
}

namespace {

// A job on the engine of the library and in the slot; results of `result` dtype in out.
void CompareElementwise(ElementwiseJob job, int64_t out_bytes, double most, const std::string& what) {
  Memory mine(out_bytes), theirs(out_bytes);
  std::memset(mine.data(), 0x11, static_cast<size_t>(out_bytes));
  std::memset(theirs.data(), 0x11, static_cast<size_t>(out_bytes));
  ElementwiseJob first = job, second = job;
  first.out.data = mine.data() + (job.out.data - static_cast<char*>(nullptr));
  second.out.data = theirs.data() + (job.out.data - static_cast<char*>(nullptr));
  REQUIRE(RunElementwise(Cpu(), first) == NUMRS_OK);
  const Status status = Slots().elementwise(Stream(), second);
  INFO(what << ": " << Message());
  REQUIRE(status == NUMRS_OK);
  const double worst = Worst(mine.data(), theirs.data(), job.out.dtype, out_bytes / SizeOf(job.out.dtype));
  INFO(what << " differs by " << worst);
  REQUIRE(worst <= most);
}

const std::vector<std::vector<int64_t>> kShapes = {{1}, {7}, {1030}, {5, 1}, {33, 65}, {2, 3, 4, 5}};

}  // namespace

TEST_CASE("unary functions of every dtype, contiguous and strided") {
  for (int32_t op = 0; op < kUnaryOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.unary.fn[op][dtype]) continue;
      for (const auto& shape : kShapes) {
        int64_t n = 1;
        for (int64_t extent : shape) n *= extent;
        Memory x(n * 16);
        Fill(x, dtype, n, true);
        ElementwiseJob job;
        job.function = kUnaryRows[op].name;
        job.family = ElementwiseFamily::UNARY;
        job.op = op;
        job.inputs = 1;
        job.in[0] = Whole(x, dtype, shape);
        job.compute[0] = dtype;
        job.result = kUnaryRows[op].result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : kUnaryRows[op].result == ResultRule::REAL ? RealDType(dtype) : dtype;
        job.unary = Cpu().kernels.unary.fn[op][dtype];
        job.cost_ns = 1;
        job.names[0] = "x";
        std::vector<int64_t> out_shape = shape;
        if (shape.size() >= 2) {
          job.in[0] = Turned(job.in[0]);
          std::swap(out_shape[shape.size() - 1], out_shape[shape.size() - 2]);
        }
        job.out = ContiguousView(nullptr, job.result, static_cast<int32_t>(shape.size()), out_shape.data());
        CompareElementwise(job, n * SizeOf(job.result), KindOf(dtype) == Kind::COMPLEX ? 64 : 6, std::string(kUnaryRows[op].name) + " " + NameOf(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("binary functions of every dtype: broadcasting, host values, conversions") {
  for (int32_t op = 0; op < kBinaryOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.binary.fn[op][dtype]) continue;
      if (op == kBinary_pow && KindOf(dtype) != Kind::FLOAT) continue;
      for (int way = 0; way < 5; way++) {
        const int64_t rows = 19, cols = way == 4 ? 64 : 37, n = rows * cols;
        Memory a(n * 16), b(n * 16);
        Fill(a, dtype, n, true);
        Fill(b, dtype, n, true);
        ElementwiseJob job;
        job.function = kBinaryRows[op].name;
        job.family = ElementwiseFamily::BINARY;
        job.op = op;
        job.inputs = 2;
        job.in[0] = Whole(a, dtype, {rows, cols});
        job.in[1] = way == 1 ? Whole(b, dtype, {cols}) : way == 2 ? Whole(b, dtype, {rows, 1}) : way == 3 ? Whole(b, dtype, {}) : Whole(b, dtype, {rows, cols});
        if (way == 3) job.in[1].host = true;
        job.compute[0] = job.compute[1] = dtype;
        job.result = kBinaryRows[op].result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : dtype;
        job.binary = Cpu().kernels.binary.fn[op][dtype];
        job.cost_ns = 1;
        job.names[0] = "a";
        job.names[1] = "b";
        job.out = ContiguousView(nullptr, job.result, 2, job.in[0].shape);
        CompareElementwise(job, n * SizeOf(job.result), KindOf(dtype) == Kind::COMPLEX ? 64 : 6, std::string(kBinaryRows[op].name) + " " + NameOf(dtype) + " way " + std::to_string(way));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("conversions between all dtypes") {
  for (int32_t from = 1; from < kDTypes; from++) {
    for (int32_t to = 1; to < kDTypes; to++) {
      const int64_t n = 777;
      Memory x(n * 16);
      Fill(x, from, n, true);
      ElementwiseJob job;
      job.function = "astype";
      job.family = from == to ? ElementwiseFamily::NONE : ElementwiseFamily::CAST;
      job.inputs = 1;
      job.in[0] = Whole(x, from, {n});
      job.in[0].shape[0] = 259;
      job.in[0].size = 259;
      job.in[0].strides[0] *= 3;
      job.compute[0] = from;
      job.result = to;
      job.out = ContiguousView(nullptr, to, 1, job.in[0].shape);
      Memory mine(n * 16), theirs(n * 16);
      View y = job.out;
      y.data = mine.data();
      if (!CanCastSameKind(from, to)) continue;
      REQUIRE(Convert(Cpu(), "astype", job.in[0], y) == NUMRS_OK);
      job.out.data = theirs.data();
      REQUIRE(Slots().elementwise(Stream(), job) == NUMRS_OK);
      INFO(NameOf(from) << " to " << NameOf(to));
      REQUIRE(Worst(mine.data(), theirs.data(), to, 259) == 0);
    }
  }
}

TEST_CASE("reductions have the bits of the CPU") {
  struct Case {
    std::vector<int64_t> shape;
    uint32_t axes;
  };
  const std::vector<Case> cases = {{{1}, 1},       {{1003}, 1},        {{13001}, 1},    {{70, 5}, 2},      {{3, 40, 9}, 2},
                                   {{4200, 8}, 1}, {{4300, 33}, 1},    {{2, 3, 50}, 5}, {{600, 1000}, 3},  {{300, 130}, 2},
                                   {{6, 0, 2}, 2}, {{3, 8200, 17}, 2}, {{5, 6, 7}, 7}};
  for (int32_t op = 0; op < kReduceOps; op++) {
    for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
      if (!Cpu().kernels.reduce.rows[op][dtype]) continue;
      for (const Case& c : cases) {
        int64_t n = 1, outputs = 1;
        ReduceJob job;
        std::vector<int64_t> y_shape = c.shape;
        for (size_t d = 0; d < c.shape.size(); d++) {
          n *= c.shape[d];
          if (c.axes >> d & 1) y_shape[d] = 1; else outputs *= c.shape[d];
        }
        if (n == 0 && (IsArgument(op) || op == kReduce_min || op == kReduce_max || op == kReduce_nanmin || op == kReduce_nanmax)) continue;
        if (n > 100000 && dtype != kF32 && dtype != kI16) continue;
        Memory x(n * 16), mine(outputs * 16), theirs(outputs * 16);
        Fill(x, dtype, n, n < 2000);
        job.function = kReduceRows[op].name;
        job.op = op;
        job.axes = c.axes;
        job.compute = dtype;
        job.result = ReduceResultDType(kReduceRows[op].result, dtype);
        job.correction = 1;
        job.x = Whole(x, dtype, c.shape);
        job.y = Whole(mine, job.result, y_shape);
        REQUIRE(RunReduce(Cpu(), job) == NUMRS_OK);
        job.y.data = theirs.data();
        const Status status = Slots().reduce(Stream(), job);
        INFO(kReduceRows[op].name << " " << NameOf(dtype) << " of " << n << " to " << outputs << ": " << Message());
        REQUIRE(status == NUMRS_OK);
        const double worst = Worst(mine.data(), theirs.data(), job.result, outputs);
        INFO("apart " << worst);
        REQUIRE(worst <= (KindOf(dtype) == Kind::COMPLEX ? 4 : 0));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

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

TEST_CASE("activation functions and their gradients") {
  for (int32_t op = 0; op < kActivations; op++) {
    for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
      for (const bool back : {false, true}) {
        const int64_t n = 1031;
        Memory x(n * 8), g(n * 8), mine(n * 8), theirs(n * 8);
        Fill(x, dtype, n, false);
        Fill(g, dtype, n, false);
        ActivationJob job;
        job.function = kActivationRows[op].name;
        job.op = op;
        job.g.ndim = -1;
        if (back) job.g = Whole(g, dtype, {n});
        job.x = Whole(x, dtype, {n});
        job.a = op == kActivation_hardtanh ? -1 : 0.75;
        job.b = 20;
        job.y = Whole(mine, dtype, {n});
        REQUIRE(RunActivation(Cpu(), job) == NUMRS_OK);
        job.y.data = theirs.data();
        REQUIRE(Slots().activation(Stream(), job) == NUMRS_OK);
        INFO(job.function << " " << NameOf(dtype) << (back ? " back" : ""));
        if (back && (dtype == kF32 || dtype == kF64))  // slopes have zeros, next to which the last place is small
          REQUIRE(Difference(mine, theirs, dtype, n) <= 4 * Close(dtype));
        else
          REQUIRE(Worst(mine.data(), theirs.data(), dtype, n) <= 8);
      }
    }
  }
}

TEST_CASE("softmax, log_softmax and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (const bool log : {false, true}) {
      for (const bool back : {false, true}) {
        for (const int64_t n : {1, 5, 33, 1000, 1025, 3000}) {
          const int64_t rows = 11, size = rows * n;
          Memory x(size * 8), g(size * 8), mine(size * 8), theirs(size * 8);
          Fill(x, dtype, size, false);
          Fill(g, dtype, size, false);
          SoftmaxJob job;
          job.function = "softmax";
          job.log = log;
          job.axis = n == 33 ? 0 : 1;
          const std::vector<int64_t> shape = n == 33 ? std::vector<int64_t>{n, rows} : std::vector<int64_t>{rows, n};
          job.x = Whole(x, dtype, shape);
          job.g.ndim = -1;
          if (back) job.g = Whole(g, dtype, shape);
          job.y = Whole(mine, dtype, shape);
          REQUIRE(RunSoftmax(Cpu(), job) == NUMRS_OK);
          job.y.data = theirs.data();
          REQUIRE(Slots().softmax(Stream(), job) == NUMRS_OK);
          INFO(NameOf(dtype) << " log " << log << " back " << back << " n " << n);
          REQUIRE(Difference(mine, theirs, dtype, size) <= (back ? 60 * n : 2) * Close(dtype));
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("layer_norm and rms_norm and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (const bool centred : {false, true}) {
      for (const int64_t n : {1, 7, 300, 1500}) {
        const int64_t rows = 70, size = rows * n;
        Memory x(size * 8), w(n * 8), b(n * 8), g(size * 8), y[2] = {Memory(size * 8), Memory(size * 8)};
        Memory mean[2] = {Memory(rows * 8), Memory(rows * 8)}, rstd[2] = {Memory(rows * 8), Memory(rows * 8)};
        Memory gx[2] = {Memory(size * 8), Memory(size * 8)}, gw[2] = {Memory(n * 8), Memory(n * 8)}, gb[2] = {Memory(n * 8), Memory(n * 8)};
        Fill(x, dtype, size, false);
        Fill(w, dtype, n, false);
        Fill(b, dtype, n, false);
        Fill(g, dtype, size, false);
        for (int k = 0; k < 2; k++) {
          LayerNormJob job;
          job.function = "layer_norm";
          job.centred = centred;
          job.rows = rows;
          job.cols = n;
          job.x = Whole(x, dtype, {rows, n});
          job.weight = Whole(w, dtype, {n});
          job.bias = Whole(b, dtype, {n});
          job.y = Whole(y[k], dtype, {rows, n});
          job.mean.ndim = -1;
          if (centred) job.mean = Whole(mean[k], kF64, {rows});
          job.rstd = Whole(rstd[k], kF64, {rows});
          job.eps = 1e-5;
          REQUIRE((k ? Slots().layer_norm(Stream(), job) : RunLayerNorm(Cpu(), job)) == NUMRS_OK);
          LayerNormBackJob back;
          back.function = "layer_norm_backward";
          back.centred = centred;
          back.rows = rows;
          back.cols = n;
          back.grad = Whole(g, dtype, {rows, n});
          back.x = job.x;
          back.weight = job.weight;
          back.mean.ndim = -1;
          if (centred) back.mean = Whole(mean[0], kF64, {rows});
          back.rstd = Whole(rstd[0], kF64, {rows});
          back.gx = Whole(gx[k], dtype, {rows, n});
          back.gweight = Whole(gw[k], kF64, {n});
          back.gbias = Whole(gb[k], kF64, {n});
          REQUIRE((k ? Slots().layer_norm_backward(Stream(), back) : RunLayerNormBack(Cpu(), back)) == NUMRS_OK);
        }
        INFO(NameOf(dtype) << " centred " << centred << " n " << n);
        REQUIRE(Difference(y[0], y[1], dtype, size) <= 4 * Close(dtype));
        if (centred) REQUIRE(Difference(mean[0], mean[1], kF64, rows) <= (dtype == kF64 ? 1e-13 : 1e-6));
        REQUIRE(Difference(rstd[0], rstd[1], kF64, rows) <= (dtype == kF64 ? 1e-12 : 1e-6));
        // One element a row: x is its own mean, and what is left is eps alone.
        if (n > 1) REQUIRE(Difference(gx[0], gx[1], dtype, size) <= 100 * Close(dtype));
        REQUIRE(Difference(gw[0], gw[1], kF64, n) <= 100 * Close(dtype));
        REQUIRE(Difference(gb[0], gb[1], kF64, n) <= 10 * Close(dtype));
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("products: the bits of the CPU for float32 and float64") {
  for (int32_t dtype : {kI8, kI32, kU64, kF32, kF64, kC64, kC128}) {
    for (const auto& s : std::vector<std::vector<int64_t>>{{1, 1, 1}, {5, 7, 3}, {17, 300, 33}, {64, 513, 20}}) {
      for (const bool turned : {false, true}) {
        const int64_t m = s[0], k = s[1], n = s[2], batch = 3;
        Memory a(batch * m * k * 16), b(k * n * 16), mine(batch * m * n * 16), theirs(batch * m * n * 16);
        Fill(a, dtype, batch * m * k, false);
        Fill(b, dtype, k * n, false);
        View left = Whole(a, dtype, turned ? std::vector<int64_t>{batch, k, m} : std::vector<int64_t>{batch, m, k});
        if (turned) left = Turned(left);
        const View right = Whole(b, dtype, {k, n});
        const View y = Whole(mine, dtype, {batch, m, n});
        REQUIRE(Matmul(Cpu(), "matmul", left, right, y) == NUMRS_OK);
        MatmulJob job;
        job.function = "matmul";
        job.a = left;
        job.b = Whole(b, dtype, {1, k, n});
        job.b.shape[0] = batch;
        job.b.strides[0] = 0;
        job.y = Whole(theirs, dtype, {batch, m, n});
        job.compute = dtype;
        job.alpha = 1;
        job.beta = 0;
        REQUIRE(Slots().matmul(Stream(), job) == NUMRS_OK);
        INFO(NameOf(dtype) << " " << m << " " << k << " " << n << " turned " << turned);
        if (KindOf(dtype) == Kind::COMPLEX) {
          REQUIRE(Difference(mine, theirs, dtype == kC64 ? kF32 : kF64, 2 * batch * m * n) <= (dtype == kC64 ? 1e-3 : 1e-11));
        } else {
          REQUIRE(Worst(mine.data(), theirs.data(), dtype, batch * m * n) == 0);
        }
      }
    }
  }
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("optimizers: steps, norms, scales") {
  constexpr int kCount = 30;
  for (int32_t dtype : {kF32, kF64}) {
    for (int32_t op = 0; op < kOptimOps; op++) {
      int64_t sizes[kCount], total = 0;
      for (int i = 0; i < kCount; i++) total += sizes[i] = i == 3 ? 0 : i == 5 ? 9000 : 17 * i + 1;
      Memory p[2] = {Memory(total * 8), Memory(total * 8)}, g(total * 8);
      std::vector<Memory> state;
      for (int k = 0; k < 6; k++) state.emplace_back(total * 8);
      Fill(p[0], dtype, total, false);
      std::memcpy(p[1].data(), p[0].data(), static_cast<size_t>(total * SizeOf(dtype)));
      Fill(g, dtype, total, false);
      const double numbers[kOptimNumbers] = {1, 0.01, 0.1, 0.1, 0.9, 0.001, 1.2, 1e-8, 0.99, 0.05};
      for (int k = 0; k < 2; k++) {
        void *params[kCount], *grads[kCount], *arenas[kOptimStates] = {};
        int64_t before = 0;
        for (int i = 0; i < kCount; before += sizes[i++]) {
          params[i] = p[k].data() + before * SizeOf(dtype);
          grads[i] = i == 7 ? nullptr : g.data() + before * SizeOf(dtype);
        }
        for (int a = 0; a < kOptimRows[op].states; a++) arenas[a] = state[static_cast<size_t>(3 * k + a)].data();
        const OptimArrays arrays{dtype, kCount, sizes, total};
        for (int step = 0; step < 2; step++) {
          if (k == 0)
            REQUIRE(RunOptimStep(Cpu(), op, arrays, params, grads, arenas, numbers, false) == NUMRS_OK);
          else
            REQUIRE(Slots().optim_step(Stream(), OptimStepCall{op, arrays, params, grads, arenas, numbers, false}) == NUMRS_OK);
        }
        if (k == 0 || op > 0) continue;
        for (const bool largest : {false, true}) {
          double cpu_norm = 0, norm = 0;
          REQUIRE(GradientNorm(Cpu(), arrays, grads, largest, &cpu_norm) == NUMRS_OK);
          REQUIRE(Slots().gradients(Stream(), GradientCall{largest ? GradientWay::LARGEST : GradientWay::NORM, arrays, grads, 0, 0, &norm}) == NUMRS_OK);
          REQUIRE(norm == cpu_norm);
        }
      }
      INFO(kOptimRows[op].name << " " << NameOf(dtype));
      REQUIRE(Worst(p[0].data(), p[1].data(), dtype, total) == 0);
      for (int a = 0; a < kOptimRows[op].states; a++)
        REQUIRE(Worst(state[static_cast<size_t>(a)].data(), state[static_cast<size_t>(3 + a)].data(), dtype, total) == 0);
    }
  }
}

TEST_CASE("gathers, and indices that are refused") {
  const int64_t rows = 9, cols = 5, n = 7;
  Memory x(rows * cols * 8), indices(n * 8), y[2] = {Memory(n * cols * 8), Memory(n * cols * 8)};
  Fill(x, kF64, rows * cols, false);
  for (int64_t i = 0; i < n; i++) reinterpret_cast<int64_t*>(indices.data())[i] = i % 2 ? -i : i;
  GatherJob job;
  job.function = "take";
  job.ndim = 2;
  job.axis_begin = 0;
  job.axis_end = 1;
  const int64_t shape[] = {n, cols}, xs[] = {0, 8}, is[] = {8, 0}, ys[] = {cols * 8, 8};
  for (int d = 0; d < 2; d++) {
    job.shape[d] = shape[d];
    job.x_strides[d] = xs[d];
    job.index_strides[d] = is[d];
    job.y_strides[d] = ys[d];
  }
  job.x = x.data();
  job.indices = indices.data();
  job.extent = rows;
  job.step = cols * 8;
  job.itemsize = 8;
  job.y = y[0].data();
  REQUIRE(RunGather(Cpu(), job) == NUMRS_OK);
  job.y = y[1].data();
  REQUIRE(Slots().gather(Stream(), job) == NUMRS_OK);
  REQUIRE(Worst(y[0].data(), y[1].data(), kF64, n * cols) == 0);
  job.scatter = true;
  REQUIRE(Slots().gather(Stream(), job) == NUMRS_UNSUPPORTED);

  for (int32_t dtype : {kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64}) {
    Memory v(24 * 8);
    for (int64_t i = 0; i < 24; i++) PutValue(v.data() + i * SizeOf(dtype), kU8, 0);
    View view = Turned(Whole(v, dtype, {4, 6}));
    for (const int64_t extent : {0, 1, 5}) {
      const Status cpu = CheckIndices(Cpu(), "take", view, extent);
      const std::string said = Message();
      const Status device = Slots().check_indices(Stream(), IndexCheckJob{"take", view, extent});
      REQUIRE(cpu == device);
      if (cpu != NUMRS_OK) REQUIRE(said == Message());
    }
    v.data()[13 * SizeOf(dtype)] = 77;
    const Status cpu = CheckIndices(Cpu(), "take", view, 6);
    const std::string said = Message();
    REQUIRE(cpu == NUMRS_BAD_INDEX);
    REQUIRE(Slots().check_indices(Stream(), IndexCheckJob{"take", view, 6}) == NUMRS_BAD_INDEX);
    REQUIRE(said == Message());
    bool found = true;
    REQUIRE(Slots().any_negative(Stream(), AnyNegativeJob{"power", view, &found}) == NUMRS_OK);
    REQUIRE(!found);
  }
}

TEST_CASE("cross-entropy: loss and gradient, labels and distributions") {
  for (int32_t dtype : {kF32, kF64}) {
    for (int kind = 0; kind < 6; kind++) {
      for (const Reduction reduction : {Reduction::NONE, Reduction::MEAN, Reduction::SUM}) {
        const int64_t rows = 45, classes = kind == 5 ? 1100 : 13;
        const bool labels = kind != 2;
        Memory x(rows * classes * 8), t(rows * classes * 8), w(classes * 8), g(rows * 8), loss[2] = {Memory(rows * 8), Memory(rows * 8)};
        Memory gx[2] = {Memory(rows * classes * 8), Memory(rows * classes * 8)};
        Fill(x, dtype, rows * classes, false);
        Fill(w, dtype, classes, false);
        Fill(g, dtype, rows, false);
        if (labels)
          for (int64_t r = 0; r < rows; r++) reinterpret_cast<int64_t*>(t.data())[r] = r == 4 ? -100 : r % classes;
        else
          Fill(t, dtype, rows * classes, false);
        View logits = Whole(x, dtype, {rows, classes}), target = labels ? Whole(t, kI64, {rows}) : Whole(t, dtype, {rows, classes});
        View weight = Whole(w, dtype, {classes});
        for (int k = 0; k < 2; k++) {
          View y = reduction == Reduction::NONE ? Whole(loss[k], dtype, {rows}) : Whole(loss[k], dtype, {});
          View up = reduction == Reduction::NONE ? Whole(g, dtype, {rows}) : Whole(g, dtype, {});
          View to = Whole(gx[k], dtype, {rows, classes});
          const bool weighted = kind == 1 || kind == 2 || kind == 4;
          const double smoothing = kind == 3 || kind == 4 ? 0.1 : 0;
          View none;
          none.ndim = -1;
          if (k == 0) {
            REQUIRE(RunClassLoss(Cpu(), ClassLossJob{"cross_entropy", &logits, &target, weighted ? &weight : nullptr, &up, &y, &to, labels, false, dtype, -100, smoothing, reduction}) == NUMRS_OK);
          } else {
            REQUIRE(Slots().class_loss(Stream(), ClassLossCall{"cross_entropy", logits, target, weighted ? weight : none, up, y, to, labels, false, dtype, -100, smoothing, reduction}) == NUMRS_OK);
          }
        }
        INFO(NameOf(dtype) << " kind " << kind << " reduction " << static_cast<int>(reduction));
        REQUIRE(Difference(loss[0], loss[1], dtype, reduction == Reduction::NONE ? rows : 1) <= 10 * Close(dtype));
        REQUIRE(Difference(gx[0], gx[1], dtype, rows * classes) <= 10 * Close(dtype));
      }
    }
  }
  Memory x(64 * 4), t(8 * 8), loss(8);
  Fill(x, kF32, 64, false);
  reinterpret_cast<int64_t*>(t.data())[5] = 8;
  View none;
  none.ndim = -1;
  View logits = Whole(x, kF32, {8, 8}), target = Whole(t, kI64, {8}), y = Whole(loss, kF32, {});
  REQUIRE(RunClassLoss(Cpu(), ClassLossJob{"cross_entropy", &logits, &target, nullptr, nullptr, &y, nullptr, true, false, kF32, -100, 0, Reduction::MEAN}) == NUMRS_BAD_INDEX);
  const std::string said = Message();
  REQUIRE(Slots().class_loss(Stream(), ClassLossCall{"cross_entropy", logits, target, none, none, y, none, true, false, kF32, -100, 0, Reduction::MEAN}) == NUMRS_BAD_INDEX);
  REQUIRE(said == Message());
  REQUIRE(scratch_blocks == 0);
}

TEST_CASE("linear layers and their gradients") {
  for (int32_t dtype : {kF32, kF64}) {
    for (int32_t activation : {kLinearNone, static_cast<int32_t>(kActivation_relu), static_cast<int32_t>(kActivation_leaky_relu), static_cast<int32_t>(kActivation_tanh), static_cast<int32_t>(kActivation_sigmoid), static_cast<int32_t>(kActivation_gelu)}) {
      const int64_t m = 21, k = 34, n = 19;
      Memory x(m * k * 8), w(k * n * 8), b(n * 8), g(m * n * 8);
      Memory y[2] = {Memory(m * n * 8), Memory(m * n * 8)}, pre[2] = {Memory(m * n * 8), Memory(m * n * 8)};
      Memory gx[2] = {Memory(m * k * 8), Memory(m * k * 8)}, gw[2] = {Memory(k * n * 8), Memory(k * n * 8)}, gb[2] = {Memory(n * 8), Memory(n * 8)};
      Fill(x, dtype, m * k, false);
      Fill(w, dtype, k * n, false);
      Fill(b, dtype, n, false);
      Fill(g, dtype, m * n, false);
      const LinearJob job{"linear", dtype, m, k, n, w.data(), 1, k, activation, 0.1};
      REQUIRE(LinearForward(Cpu(), job, x.data(), b.data(), y[0].data(), pre[0].data()) == NUMRS_OK);
      REQUIRE(Slots().linear(Stream(), LinearForwardCall{job, x.data(), b.data(), y[1].data(), pre[1].data()}) == NUMRS_OK);
      INFO(NameOf(dtype) << " activation " << activation);
      REQUIRE(Difference(y[0], y[1], dtype, m * n) <= Close(dtype));
      REQUIRE(Difference(pre[0], pre[1], dtype, m * n) <= Close(dtype));
      const void* saved = activation != kLinearNone && SavesOutput(activation) ? y[0].data() : pre[0].data();
      REQUIRE(LinearBackward(Cpu(), job, g.data(), x.data(), saved, gx[0].data(), gw[0].data(), gb[0].data()) == NUMRS_OK);
      REQUIRE(Slots().linear_backward(Stream(), LinearBackwardCall{job, g.data(), x.data(), saved, gx[1].data(), gw[1].data(), gb[1].data()}) == NUMRS_OK);
      REQUIRE(Difference(gx[0], gx[1], dtype, m * k) <= 20 * Close(dtype));
      REQUIRE(Difference(gw[0], gw[1], dtype, k * n) <= 20 * Close(dtype));
      REQUIRE(Difference(gb[0], gb[1], dtype, n) <= 20 * Close(dtype));
    }
  }
  REQUIRE(scratch_blocks == 0);
}
