// cuBLASLt as the tests have it: the functions that the plug-in looks up, on memory of the host. Refuses what the real
// library refuses, and what would be read or written outside of the operands' memory is seen by the sanitizers.
#include "fake_cublaslt.h"

#include <complex>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/half.h"
#include "cuda/cublaslt.h"

using namespace numrs;
using namespace numrs::cuda;

FakeLt fake_lt;

namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "fake cuBLASLt: %s\n", what);
  std::abort();
}
void Expect(bool good, const char* what) {
  if (!good) Die(what);
}

// What the words of descriptors mean here.
enum { COMPUTE, SCALE, OP_A, OP_B, EPILOGUE, BIAS };
enum { TYPE, ROWS, COLS, LD, COUNT, OFFSET };
enum { WORKSPACE, MASK, ALIGNMENT };

int64_t BytesOf(uint64_t type) {
  switch (type) {
    case kLtR16F:
    case kLtR16BF:
      return 2;
    case kLtR32F:
      return 4;
    case kLtR64F:
    case kLtC32F:
      return 8;
    case kLtC64F:
      return 16;
    default:
      Die("a type");
  }
}
using Number = std::complex<double>;
template <typename T>
T Bits(const void* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
Number Load(const char* at, uint64_t type) {
  switch (type) {
    case kLtR16F:
      return static_cast<double>(static_cast<float>(Bits<Half>(at)));
    case kLtR16BF:
      return static_cast<double>(static_cast<float>(Bits<BFloat16>(at)));
    case kLtR32F:
      return static_cast<double>(Bits<float>(at));
    case kLtR64F:
      return Bits<double>(at);
    case kLtC32F:
      return Number(Bits<std::complex<float>>(at));
    default:
      return Bits<Number>(at);
  }
}
template <typename T>
void Write(char* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}
void Store(char* at, uint64_t type, Number x) {
  switch (type) {
    case kLtR16F:
      return Write(at, Half(static_cast<float>(x.real())));
    case kLtR16BF:
      return Write(at, BFloat16(static_cast<float>(x.real())));
    case kLtR32F:
      return Write(at, static_cast<float>(x.real()));
    case kLtR64F:
      return Write(at, x.real());
    case kLtC32F:
      return Write(at, std::complex<float>(x));
    default:
      return Write(at, x);
  }
}

// Everything that an algorithm may depend on.
uint64_t ProblemOf(const LtDesc& desc, const LtLayout& a, const LtLayout& b, const LtLayout& d) {
  uint64_t hash = 7;
  const auto mix = [&](uint64_t word) { hash = (hash ^ word) * 0x9E3779B97F4A7C15 + (hash >> 29); };
  for (int i = 0; i < BIAS; i++) mix(desc.words[i]);
  for (const LtLayout* layout : {&a, &b, &d}) {
    for (const uint64_t word : layout->words) mix(word);
  }
  return hash;
}
bool Fits(const LtDesc& desc, const LtLayout& a, const LtLayout& b, const LtLayout& c, const LtLayout& d) {
  const bool turned_a = desc.words[OP_A] == kLtOpT, turned_b = desc.words[OP_B] == kLtOpT;
  const uint64_t m = a.words[turned_a ? COLS : ROWS], k = a.words[turned_a ? ROWS : COLS];
  const uint64_t n = b.words[turned_b ? ROWS : COLS], inner = b.words[turned_b ? COLS : ROWS];
  if (k != inner || d.words[ROWS] != m || d.words[COLS] != n) return false;
  if (std::memcmp(&c, &d, sizeof(c)) != 0) return false;
  for (const LtLayout* layout : {&a, &b, &d}) {
    if (static_cast<int64_t>(layout->words[LD]) < static_cast<int64_t>(layout->words[ROWS])) return false;
    if (layout->words[COUNT] != d.words[COUNT]) return false;
    if (layout->words[ROWS] == 0 || layout->words[COLS] == 0) return false;
  }
  if (d.words[COUNT] > 1 && d.words[OFFSET] == 0) return false;
  const uint64_t in = a.words[TYPE], out = d.words[TYPE], scale = desc.words[SCALE];
  if (in != b.words[TYPE]) return false;
  if (in == kLtR16F || in == kLtR16BF)
    return (out == in || out == kLtR32F) && scale == kLtR32F && desc.words[COMPUTE] == kLtCompute32F;
  if (out != in || scale != in) return false;
  if (in == kLtR64F || in == kLtC64F) return desc.words[COMPUTE] == kLtCompute64F;
  const char* tf32 = std::getenv("NUMRS_CUDA_TF32");
  return desc.words[COMPUTE] ==
         static_cast<uint64_t>(tf32 && !std::strcmp(tf32, "1") ? kLtCompute32FFastTF32 : kLtCompute32F);
}

}  // namespace

#define FAKE extern "C" __attribute__((visibility("default")))

FAKE int32_t cublasLtCreate(void** handle) {
  *handle = &fake_lt;
  return kLtSuccess;
}
FAKE int32_t cublasLtDestroy(void*) { return kLtSuccess; }
FAKE size_t cublasLtGetVersion() { return 130001; }
FAKE int32_t cublasLtMatmulDescInit_internal(LtDesc* desc, size_t size, int32_t compute, int32_t scale) {
  Expect(size == sizeof(*desc), "the size of a description");
  std::memset(desc, 0, sizeof(*desc));
  desc->words[COMPUTE] = static_cast<uint64_t>(compute);
  desc->words[SCALE] = static_cast<uint64_t>(scale);
  desc->words[EPILOGUE] = kLtEpilogueDefault;
  return kLtSuccess;
}
FAKE int32_t cublasLtMatmulDescSetAttribute(LtDesc* desc, int32_t key, const void* value, size_t size) {
  const int to = key == kLtDescTransA ? OP_A : key == kLtDescTransB ? OP_B : key == kLtDescEpilogue ? EPILOGUE : BIAS;
  Expect(to != BIAS || key == kLtDescBiasPointer, "an attribute of a description");
  if (size != (to == BIAS ? sizeof(void*) : sizeof(int32_t))) return kLtInvalidValue;
  desc->words[to] = 0;
  std::memcpy(&desc->words[to], value, size);
  return kLtSuccess;
}
FAKE int32_t cublasLtMatrixLayoutInit_internal(LtLayout* layout, size_t size, int32_t type, uint64_t rows,
                                               uint64_t cols, int64_t ld) {
  Expect(size == sizeof(*layout), "the size of a layout");
  *layout = LtLayout{{static_cast<uint64_t>(type), rows, cols, static_cast<uint64_t>(ld), 1, 0, 0, 0}};
  return kLtSuccess;
}
FAKE int32_t cublasLtMatrixLayoutSetAttribute(LtLayout* layout, int32_t key, const void* value, size_t size) {
  if (key == kLtLayoutBatchCount) {
    if (size != sizeof(int32_t)) return kLtInvalidValue;
    layout->words[COUNT] = static_cast<uint64_t>(Bits<int32_t>(value));
  } else {
    Expect(key == kLtLayoutBatchOffset, "an attribute of a layout");
    if (size != sizeof(int64_t)) return kLtInvalidValue;
    layout->words[OFFSET] = Bits<uint64_t>(value);
  }
  return kLtSuccess;
}
FAKE int32_t cublasLtMatmulPreferenceInit_internal(LtPreference* preference, size_t size) {
  Expect(size == sizeof(*preference), "the size of a preference");
  *preference = LtPreference{{0, 7, 256, 256, 256, 256, 0, 0}};
  return kLtSuccess;
}
FAKE int32_t cublasLtMatmulPreferenceSetAttribute(LtPreference* preference, int32_t key, const void* value,
                                                  size_t size) {
  const int to = key == kLtPrefMaxWorkspace ? WORKSPACE : key == kLtPrefReductionMask ? MASK : key - 5 + ALIGNMENT;
  Expect(to == WORKSPACE || to == MASK || (key >= kLtPrefAlignmentA && key <= kLtPrefAlignmentD), "a preference");
  if (size != (to == WORKSPACE ? sizeof(uint64_t) : sizeof(uint32_t))) return kLtInvalidValue;
  preference->words[to] = 0;
  std::memcpy(&preference->words[to], value, size);
  return kLtSuccess;
}
FAKE int32_t cublasLtMatmulAlgoGetHeuristic(void* handle, LtDesc* desc, LtLayout* a, LtLayout* b, LtLayout* c,
                                            LtLayout* d, LtPreference* preference, int wanted, LtHeuristic* results,
                                            int* found) {
  Expect(handle == &fake_lt && wanted == 1, "a search");
  fake_lt.searches++;
  *found = 0;
  Expect(Fits(*desc, *a, *b, *c, *d), "operands that do not go together");
  Expect(preference->words[MASK] == kLtReductionComputeType, "ways to add parts of sums");
  Expect((desc->words[EPILOGUE] == kLtEpilogueDefault) == (desc->words[BIAS] == 0), "an epilogue and its operand");
  if (fake_lt.refuses) return kLtNotSupported;
  *results = LtHeuristic{};
  results->algo.words[0] = ProblemOf(*desc, *a, *b, *d);
  for (int i = 0; i < 4; i++) results->algo.words[1 + i] = preference->words[ALIGNMENT + i];
  results->workspace = a->words[ROWS] % 2 ? 4096 : 0;
  Expect(results->workspace <= preference->words[WORKSPACE], "the workspace");
  *found = 1;
  return kLtSuccess;
}
FAKE int32_t cublasLtMatmul(void* handle, LtDesc* desc, const void* alpha, const void* a, LtLayout* a_layout,
                            const void* b, LtLayout* b_layout, const void* beta, const void* c, LtLayout* c_layout,
                            void* d, LtLayout* d_layout, const LtAlgo* algo, void* workspace, size_t workspace_bytes,
                            cudaStream_t) {
  Expect(handle == &fake_lt && c == d, "a product");
  Expect(Fits(*desc, *a_layout, *b_layout, *c_layout, *d_layout), "operands that do not go together");
  Expect(algo->words[0] == ProblemOf(*desc, *a_layout, *b_layout, *d_layout), "an algorithm of another product");
  const void* operands[] = {a, b, c, d};
  for (int i = 0; i < 4; i++)
    Expect(reinterpret_cast<uintptr_t>(operands[i]) % algo->words[1 + i] == 0, "an operand's alignment");
  if (a_layout->words[ROWS] % 2) {
    Expect(workspace_bytes == 4096 && workspace && reinterpret_cast<uintptr_t>(workspace) % 256 == 0, "workspace");
    std::memset(workspace, 0x77, workspace_bytes);
  }
  fake_lt.products++;
  fake_lt.epilogue = static_cast<int32_t>(desc->words[EPILOGUE]);
  fake_lt.batch = static_cast<int64_t>(d_layout->words[COUNT]);
  fake_lt.rows = static_cast<int64_t>(d_layout->words[COLS]);
  const uint64_t in = a_layout->words[TYPE], out = d_layout->words[TYPE];
  const Number factor = Load(static_cast<const char*>(alpha), desc->words[SCALE]);
  const Number keep = Load(static_cast<const char*>(beta), desc->words[SCALE]);
  const auto place = [](const LtLayout& layout, uint64_t row, uint64_t col, uint64_t batch, uint64_t type) {
    return static_cast<int64_t>(row + col * layout.words[LD] + batch * layout.words[OFFSET]) * BytesOf(type);
  };
  char* const bias = reinterpret_cast<char*>(desc->words[BIAS]);
  const uint64_t depth = a_layout->words[desc->words[OP_A] == kLtOpT ? ROWS : COLS];
  for (uint64_t batch = 0; batch < d_layout->words[COUNT]; batch++) {
    for (uint64_t i = 0; i < d_layout->words[ROWS]; i++) {
      const auto left = [&](uint64_t p) {
        const bool turned = desc->words[OP_A] == kLtOpT;
        return Load(static_cast<const char*>(a) + place(*a_layout, turned ? p : i, turned ? i : p, batch, in), in);
      };
      if (desc->words[EPILOGUE] == kLtEpilogueBiasGradA) {
        Number sum = 0;
        for (uint64_t p = 0; p < depth; p++) sum += left(p);
        Store(bias + static_cast<int64_t>(i) * BytesOf(out), out, sum);
      }
      for (uint64_t j = 0; j < d_layout->words[COLS]; j++) {
        const bool turned = desc->words[OP_B] == kLtOpT;
        Number sum = 0;
        for (uint64_t p = 0; p < depth; p++)
          sum += left(p) *
                 Load(static_cast<const char*>(b) + place(*b_layout, turned ? j : p, turned ? p : j, batch, in), in);
        sum *= factor;
        char* const to = static_cast<char*>(d) + place(*d_layout, i, j, batch, out);
        if (keep != Number(0)) sum += keep * Load(to, out);
        if (desc->words[EPILOGUE] == kLtEpilogueBias) sum += Load(bias + static_cast<int64_t>(i) * BytesOf(out), out);
        Store(to, out, sum);
      }
    }
  }
  return kLtSuccess;
}
