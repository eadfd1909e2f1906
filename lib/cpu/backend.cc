// Registration of backend "cpu", one entry per compiled instruction set, and the functions that Highway expects from
// its library.
#include "core/backend.h"
#include "cpu/targets.h"

#include "hwy/highway.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "core/cpu_info.h"

namespace numrs {
namespace {

#if HWY_ARCH_X86
int ScoreAvx3() {
  const CpuInfo& c = GetCpuInfo();
  return c.has_avx512f && c.has_avx512dq && c.has_avx512cd && c.has_avx512bw && c.has_avx512vl && c.has_fma &&
                 c.has_bmi2 && c.has_f16c
             ? 4
             : 0;
}
int ScoreAvx2() {
  const CpuInfo& c = GetCpuInfo();
  return c.has_avx2 && c.has_fma && c.has_bmi2 && c.has_f16c && c.has_pclmul && c.has_aes ? 3 : 0;
}
int ScoreSse4() {
  const CpuInfo& c = GetCpuInfo();
  return c.has_sse42 && c.has_ssse3 && c.has_pclmul && c.has_aes ? 2 : 0;
}
#endif

template <int64_t kTarget>
constexpr Backend Make(const char* name, int32_t vector_bytes, int (*score)()) {
  return Backend{sizeof(Backend),
                 kPluginApi,
                 "cpu",
                 name,
                 vector_bytes,
                 score,
                 [] { return cpu::Unary(kTarget); },
                 [] { return cpu::Binary(kTarget); },
                 [] { return cpu::Ternary(kTarget); },
                 [] { return cpu::Copy(kTarget); },
                 [] { return cpu::Reduce(kTarget); },
                 [] { return cpu::Scan(kTarget); },
                 [] { return cpu::Linalg(kTarget); },
                 [] { return cpu::Rolling(kTarget); },
                 [] { return cpu::Order(kTarget); },
                 [] { return cpu::Stats(kTarget); },
                 [] { return cpu::Random(kTarget); },
                 [] { return cpu::Fft(kTarget); },
                 [] { return cpu::Loss(kTarget); },
                 [] { return cpu::Optim(kTarget); },
                 [] { return cpu::NnActivation(kTarget); },
                 [] { return cpu::NnNorm(kTarget); },
                 [] { return cpu::NnConv(kTarget); },
                 [] { return cpu::NnAttention(kTarget); }};
}

constexpr Backend kBackends[] = {
#if HWY_ARCH_X86
    Make<HWY_AVX3>("AVX3", 64, ScoreAvx3),
    Make<HWY_AVX2>("AVX2", 32, ScoreAvx2),
    Make<HWY_SSE4>("SSE4", 16, ScoreSse4),
#else
    // Other architectures: what the compiler was told to use (untested).
    Make<HWY_STATIC_TARGET>("STATIC", HWY_MAX_BYTES, [] { return 1; }),
#endif
};

}  // namespace

const Backend* CpuBackend(int index) {
  return index >= 0 && index < static_cast<int>(sizeof(kBackends) / sizeof(kBackends[0])) ? &kBackends[index] : nullptr;
}

}  // namespace numrs

// Debian ships Highway's runtime part only as a shared library; the first two functions are all that exported tables
// refer to, and nothing calls them: the choice of target is ours (core/backend.cc).
namespace hwy {
ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}
int64_t SupportedTargets() { return HWY_STATIC_TARGET; }

#if HWY_IS_DEBUG_BUILD  // its assertions, in builds for sanitizers
HWY_NORETURN void HWY_FORMAT(3, 4) Abort(const char* file, int line, const char* format, ...) {
  std::fprintf(stderr, "%s:%d: ", file, line);
  std::va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::abort();
}
#endif
}  // namespace hwy
