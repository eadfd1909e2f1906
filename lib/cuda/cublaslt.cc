// Opening cuBLASLt, and calling it: descriptors on the stack, algorithms kept by everything that selects one.
#include "cuda/cublaslt.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace numrs {
namespace cuda {
namespace {

// What an algorithm depends on. Compared as bytes: no padding.
struct PlanKey {
  int64_t m, k, n, batch;
  int64_t ld[3], step[3];
  int32_t in, out, compute, epilogue;
  uint16_t alignment[4];  // of a, b, y, bias, in cuBLASLt's order
  uint8_t transposed[2];
  uint8_t adds;  // beta is not 0
  uint8_t unused[5];
};
static_assert(sizeof(PlanKey) == 112, "no padding");
struct Plan {
  PlanKey key;
  LtAlgo algo;
  size_t workspace;
  uint64_t used;  // when, by the cache's clock; 0: free
  bool none;      // there is no algorithm
};
constexpr int kSets = 64, kWays = 8;  // the one not used for longest of eight makes room

uint64_t HashOf(const PlanKey& key) {
  uint64_t words[sizeof(PlanKey) / 8], hash = 0x9E3779B97F4A7C15;
  std::memcpy(words, &key, sizeof(key));
  for (const uint64_t word : words) {
    hash = (hash ^ word) * 0xD6E8FEB86659FD93;
    hash ^= hash >> 32;
  }
  return hash;
}

int32_t LtType(int32_t dtype) {
  switch (dtype) {
    case kF16:
      return kLtR16F;
    case kBF16:
      return kLtR16BF;
    case kF32:
      return kLtR32F;
    case kF64:
      return kLtR64F;
    case kC64:
      return kLtC32F;
    case kC128:
      return kLtC64F;
    default:
      return -1;
  }
}

// NUMRS_CUDA_TF32=1: products of float32 in tensor cores with 10 bits behind the point of each factor.
bool TF32() {
  static const bool on = [] {
    const char* text = std::getenv("NUMRS_CUDA_TF32");
    return text && !std::strcmp(text, "1");
  }();
  return on;
}

uint16_t AlignmentOf(const void* data) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(data) | 256;
  return static_cast<uint16_t>(address & (~address + 1));
}

// By rows: ld is the step from row to row. Extents of 1 have any stride.
bool ByRows(int64_t rows, int64_t cols, int64_t row, int64_t col) {
  return (cols == 1 || col == 1) && (rows == 1 || row >= cols);
}

}  // namespace

// Algorithms found so far, and the handle. One for each device.
struct Products {
  void* handle = nullptr;
  std::mutex lock;
  uint64_t clock = 0;
  Plan plans[kSets][kWays] = {};
};

const LtFunctions* FindLt() {
  static const LtFunctions* const found = []() -> const LtFunctions* {
    static LtFunctions functions;
    void* library = host->open_library("libcublasLt.so.13");
    if (!library) {
      if (host->tracing())
        host->trace("cuda: there is no libcublasLt.so.13; products run in the plug-in's own kernels");
      return nullptr;
    }
    void* address;
#define NUMRS_CUBLASLT_FIND(name, arguments)              \
  if (!(address = dlsym(library, #name))) return nullptr; \
  std::memcpy(&functions.name, &address, sizeof(address));
    NUMRS_CUBLASLT(NUMRS_CUBLASLT_FIND)
    NUMRS_CUBLASLT_FIND(cublasLtGetVersion, ())
#undef NUMRS_CUBLASLT_FIND
    return &functions;
  }();
  return found;
}

namespace {

// The device's own; nullptr: not to be had.
Products* ProductsOf(Device* device, const LtFunctions& lt) {
  if (Products* made = device->products.load(std::memory_order_acquire)) return made;
  const std::lock_guard<std::mutex> hold(device->lock);
  if (device->no_products) return nullptr;
  if (Products* made = device->products.load(std::memory_order_acquire)) return made;
  Products* products = new (std::nothrow) Products();
  if (products && lt.cublasLtCreate(&products->handle) != kLtSuccess) {
    delete products;
    products = nullptr;
  }
  device->no_products = products == nullptr;
  device->products.store(products, std::memory_order_release);
  return products;
}

struct Call {
  LtDesc desc;
  LtLayout a, b, y;
  bool ok = true;
  void Need(int32_t status) { ok = ok && status == kLtSuccess; }
};

// y's transposed, by columns, is b's transposed times a's: so b comes first.
void Describe(const LtFunctions& lt, const LtProduct& p, const PlanKey& key, Call* call) {
  const int32_t in = LtType(p.in), out = LtType(p.out);
  const int32_t scale = p.in == kF16 || p.in == kBF16 ? static_cast<int32_t>(kLtR32F) : in;
  call->Need(lt.cublasLtMatmulDescInit_internal(&call->desc, sizeof(call->desc), key.compute, scale));
  const int32_t a_op = key.transposed[0] ? kLtOpT : kLtOpN, b_op = key.transposed[1] ? kLtOpT : kLtOpN;
  call->Need(lt.cublasLtMatmulDescSetAttribute(&call->desc, kLtDescTransA, &a_op, sizeof(a_op)));
  call->Need(lt.cublasLtMatmulDescSetAttribute(&call->desc, kLtDescTransB, &b_op, sizeof(b_op)));
  if (p.epilogue != kLtEpilogueDefault) {
    call->Need(lt.cublasLtMatmulDescSetAttribute(&call->desc, kLtDescEpilogue, &p.epilogue, sizeof(p.epilogue)));
    if (p.bias) call->Need(lt.cublasLtMatmulDescSetAttribute(&call->desc, kLtDescBiasPointer, &p.bias, sizeof(p.bias)));
  }
  const auto layout = [&](LtLayout* to, int32_t type, int64_t rows, int64_t cols, int operand) {
    call->Need(lt.cublasLtMatrixLayoutInit_internal(to, sizeof(*to), type, static_cast<uint64_t>(rows),
                                                    static_cast<uint64_t>(cols), key.ld[operand]));
    if (p.batch == 1) return;
    const int32_t count = static_cast<int32_t>(p.batch);
    call->Need(lt.cublasLtMatrixLayoutSetAttribute(to, kLtLayoutBatchCount, &count, sizeof(count)));
    call->Need(lt.cublasLtMatrixLayoutSetAttribute(to, kLtLayoutBatchOffset, &key.step[operand], sizeof(int64_t)));
  };
  layout(&call->a, in, key.transposed[0] ? p.k : p.n, key.transposed[0] ? p.n : p.k, 0);
  layout(&call->b, in, key.transposed[1] ? p.m : p.k, key.transposed[1] ? p.k : p.m, 1);
  layout(&call->y, out, p.n, p.m, 2);
}

PlanKey KeyOf(const LtProduct& p) {
  PlanKey key;
  std::memset(&key, 0, sizeof(key));
  key.m = p.m;
  key.k = p.k;
  key.n = p.n;
  key.batch = p.batch;
  const auto operand = [&](int to, const LtMatrix& matrix, int64_t rows, int64_t cols) {
    const bool by_rows = ByRows(rows, cols, matrix.row, matrix.col);
    if (to < 2) key.transposed[to] = !by_rows;
    // One row (or column) can have any step to the next.
    const int64_t least = by_rows ? cols : rows, step = by_rows ? matrix.row : matrix.col;
    key.ld[to] = (by_rows ? rows : cols) == 1 ? least : step;
    key.step[to] = p.batch > 1 ? matrix.step : 0;
  };
  operand(0, p.b, p.k, p.n);
  operand(1, p.a, p.m, p.k);
  operand(2, p.y, p.m, p.n);
  key.in = p.in;
  key.out = p.out;
  key.compute = p.in == kF64 || p.in == kC128              ? kLtCompute64F
                : (p.in == kF32 || p.in == kC64) && TF32() ? kLtCompute32FFastTF32
                                                           : kLtCompute32F;
  key.epilogue = p.epilogue;
  key.alignment[0] = AlignmentOf(p.b.data);
  key.alignment[1] = AlignmentOf(p.a.data);
  key.alignment[2] = AlignmentOf(p.y.data);
  key.alignment[3] = AlignmentOf(p.bias);
  key.adds = p.beta != 0;
  return key;
}

void Search(const LtFunctions& lt, void* handle, const PlanKey& key, Call* call, Plan* plan) {
  LtPreference preference;
  bool ok = lt.cublasLtMatmulPreferenceInit_internal(&preference, sizeof(preference)) == kLtSuccess;
  const auto set = [&](int32_t what, const auto& value) {
    ok = ok && lt.cublasLtMatmulPreferenceSetAttribute(&preference, what, &value, sizeof(value)) == kLtSuccess;
  };
  set(kLtPrefMaxWorkspace, static_cast<uint64_t>(kLtWorkspace));
  // Parts of a sum are added in the accumulators' precision, in a fixed order.
  set(kLtPrefReductionMask, static_cast<uint32_t>(kLtReductionComputeType));
  set(kLtPrefAlignmentA, static_cast<uint32_t>(key.alignment[0]));
  set(kLtPrefAlignmentB, static_cast<uint32_t>(key.alignment[1]));
  set(kLtPrefAlignmentC, static_cast<uint32_t>(key.alignment[2]));
  set(kLtPrefAlignmentD, static_cast<uint32_t>(key.alignment[2]));
  LtHeuristic result{};
  int found = 0;
  plan->none = !ok ||
               lt.cublasLtMatmulAlgoGetHeuristic(handle, &call->desc, &call->a, &call->b, &call->y, &call->y,
                                                 &preference, 1, &result, &found) != kLtSuccess ||
               found < 1 || result.state != kLtSuccess;
  plan->key = key;
  plan->algo = result.algo;
  plan->workspace = result.workspace;
}

// The plan of a key, looked for where it is not known yet. By value: another thread may want its place.
Plan PlanOf(const LtFunctions& lt, Products* products, const PlanKey& key, Call* call) {
  Plan(&set)[kWays] = products->plans[HashOf(key) % kSets];
  {
    const std::lock_guard<std::mutex> hold(products->lock);
    for (Plan& plan : set) {
      if (plan.used == 0 || std::memcmp(&plan.key, &key, sizeof(key)) != 0) continue;
      plan.used = ++products->clock;
      return plan;
    }
  }
  Plan plan{};
  Search(lt, products->handle, key, call, &plan);  // tens of microseconds, without the lock
  const std::lock_guard<std::mutex> hold(products->lock);
  Plan* oldest = &set[0];
  for (Plan& other : set) oldest = other.used < oldest->used ? &other : oldest;
  plan.used = ++products->clock;
  *oldest = plan;
  return plan;
}

}  // namespace

bool LtServes(int32_t in, int32_t out) {
  if (LtType(in) < 0) return false;
  return in == out || ((in == kF16 || in == kBF16) && out == kF32);
}

bool LtTakes(const void* data, int64_t rows, int64_t cols, int64_t row, int64_t col, int64_t itemsize) {
  if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(itemsize) != 0) return false;
  return ByRows(rows, cols, row, col) || ByRows(cols, rows, col, row);
}

Status LtMultiply(DeviceStream* stream, const LtProduct& product, bool* done) {
  *done = false;
  const LtFunctions* lt = FindLt();
  if (!lt || product.batch > INT32_MAX || !LtServes(product.in, product.out)) return NUMRS_OK;
  Products* const products = ProductsOf(stream->device, *lt);
  if (!products) return NUMRS_OK;
  const PlanKey key = KeyOf(product);
  Call call;
  Describe(*lt, product, key, &call);
  if (!call.ok) return NUMRS_OK;
  const Plan plan = PlanOf(*lt, products, key, &call);
  if (plan.none) return NUMRS_OK;
  Scratch workspace(stream);
  if (plan.workspace > 0) NUMRS_TRY(workspace.Take(static_cast<int64_t>(plan.workspace)));
  const double in_double[4] = {product.alpha, 0, product.beta, 0};
  const float in_float[4] = {static_cast<float>(product.alpha), 0, static_cast<float>(product.beta), 0};
  const bool wide = key.compute == kLtCompute64F;
  const void* const alpha = wide ? static_cast<const void*>(in_double) : in_float;
  const void* const beta = wide ? static_cast<const void*>(in_double + 2) : in_float + 2;
  char* const y = const_cast<char*>(product.y.data);
  const int32_t status =
      lt->cublasLtMatmul(products->handle, &call.desc, alpha, product.b.data, &call.a, product.a.data, &call.b, beta, y,
                         &call.y, y, &call.y, &plan.algo, workspace.data(), plan.workspace, NativeStream(stream));
  if (status == kLtInvalidValue || status == kLtNotSupported || status == kLtArchMismatch) return NUMRS_OK;
  if (status != kLtSuccess)
    return Fail(status == kLtAllocFailed ? NUMRS_NO_MEMORY : NUMRS_INTERNAL, "%s: cublasLtMatmul says %d",
                product.function, static_cast<int>(status));
  *done = true;
  return NUMRS_OK;
}

void LtText(char* text, size_t bytes) {
  const LtFunctions* lt = FindLt();
  if (!lt) {
    std::snprintf(text, bytes, "not found: products run in the plug-in's own kernels");
  } else {
    const size_t version = lt->cublasLtGetVersion();
    std::snprintf(text, bytes, "%zu.%zu.%zu%s", version / 10000, version / 100 % 100, version % 100,
                  TF32() ? ", TF32" : "");
  }
}

}  // namespace cuda
}  // namespace numrs
