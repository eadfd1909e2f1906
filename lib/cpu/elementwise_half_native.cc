// Sums, differences and products of float16 by instructions that compute in float16, where the processor has them: the
// bits of float32 rounded, whose 24 digits are enough for that (Figueroa, "When is double rounding innocuous?", 1995:
// 2 p + 2), and twice as many elements in a vector, without conversions. Elsewhere nothing is filled in here.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_half_native.cc"
#include "hwy/foreach_target.h"

#include "core/cpu_info.h"
#include "cpu/elementwise_half-inl.h"

#undef NUMRS_NATIVE_HALF
#if HWY_ARCH_X86_64 && HWY_TARGET == HWY_AVX3 && (HWY_COMPILER_GCC_ACTUAL >= 1200 || HWY_COMPILER_CLANG >= 1400)
#define NUMRS_NATIVE_HALF 1
#else
#define NUMRS_NATIVE_HALF 0
#endif

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#if NUMRS_NATIVE_HALF

enum class Native : uint8_t { ADD, SUBTRACT, MULTIPLY };

// A kernel of whole blocks, as HalfSame.
template <Native kOp>
struct NativeKernel {
  using Y = uint16_t;
  static int64_t Block() { return 32; }

  __attribute__((target("avx512fp16"))) static HWY_NOINLINE void Blocks(HalfOperands<2> in, uint16_t* y, int64_t blocks,
                                                                        int64_t ahead) {
    const uint16_t *a = in.at[0], *b = in.at[1];
    for (int64_t i = 0; i < blocks; i++) {
      if (ahead != 0) __builtin_prefetch(reinterpret_cast<const char*>(y) + ahead, 1);
      const __m512h p = _mm512_loadu_ph(a), q = _mm512_loadu_ph(b);
      const __m512h r = kOp == Native::ADD        ? _mm512_add_ph(p, q)
                        : kOp == Native::SUBTRACT ? _mm512_sub_ph(p, q)
                                                  : _mm512_mul_ph(p, q);
      _mm512_storeu_ph(y, r);
      a += in.step[0];
      b += in.step[1];
      y += Block();
    }
  }
};

template <Native kOp>
void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
  const void* const x[] = {a, b};
  RunHalf<NativeKernel<kOp>, 2>(x, scalars, y, n);
}

void Fill(cpu::ElementwiseTables* t) {
  if (!GetCpuInfo().has_avx512_fp16) return;
  t->binary.fn[kBinary_add][kF16] = Run<Native::ADD>;
  t->binary.fn[kBinary_subtract][kF16] = Run<Native::SUBTRACT>;
  t->binary.fn[kBinary_multiply][kF16] = Run<Native::MULTIPLY>;
}

#else
void Fill(cpu::ElementwiseTables*) {}
#endif

}  // namespace

void FillHalfNative(cpu::ElementwiseTables* t) { Fill(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillHalfNative)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
