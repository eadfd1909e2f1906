// Element-wise kernels of backend "cpu": e^x and its relatives. The functions themselves are in math/.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_exp.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

NUMRS_MATH_PACKS(Exp, Exp, 3, 2)
NUMRS_MATH_1(Exp2, Exp2)
NUMRS_MATH_1(Expm1, Expm1)
NUMRS_MATH_1(Sinh, Sinh)
NUMRS_MATH_1(Cosh, Cosh)
NUMRS_MATH_1(Tanh, Tanh)
NUMRS_MATH_1(Sigmoid, Sigmoid)

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

// e^x of 16-bit floats: 2^(k/32) from a table in two registers, and the rest by two terms, within 2^-18 of the exact
// value; bfloat16: by one term, within 2^-14.9, a hundredth of its last place, which rounds halves up: only 1 is exact.
// Where a whole block is not within the range of usual results, float32's function serves.
constexpr uint32_t kExpTable[32] = {  // the bits of 2^(j/32) less j << 18, to which k << 18 is added
    0x3F800000, 0x3F7ECD87, 0x3F7DAAC3, 0x3F7C980F, 0x3F7B95C2, 0x3F7AA43A, 0x3F79C3D3, 0x3F78F4F0,
    0x3F7837F0, 0x3F778D3A, 0x3F76F532, 0x3F767043, 0x3F75FED7, 0x3F75A15B, 0x3F75583F, 0x3F7523F6,
    0x3F7504F3, 0x3F74FBAF, 0x3F7508A4, 0x3F752C4D, 0x3F75672A, 0x3F75B9BE, 0x3F76248C, 0x3F76A81E,
    0x3F7744FD, 0x3F77FBB8, 0x3F78CCDF, 0x3F79B907, 0x3F7AC0C7, 0x3F7BE4BA, 0x3F7D257D, 0x3F7E83B3};

template <class H>
struct HalfSame<Exp, H, 1, true> {
  using Y = uint16_t;
  static constexpr int kLimit = H::kInfinity == 0x7C00 ? 0x4980 : 0x42AE;  // 11, 87
  static int64_t Block() { return 32; }

  static constexpr bool kShort = std::is_same<H, BFloat16>::value;
  static HWY_INLINE VHalfLoop Of(VHalfLoop x, __m512i low, __m512i high) {
    const DHalfLoop d;
    const VHalfLoop scale = hn::Set(d, 46.166241308446828f), magic = hn::Set(d, 12582912.0f);
    const VHalfLoop k = hn::MulAdd(x, scale, magic);
    const VHalfLoop rest = hn::MulSub(x, scale, hn::Sub(k, magic));
    const __m512i bits = _mm512_castps_si512(k.raw);
    const __m512i power = _mm512_add_epi32(_mm512_permutex2var_epi32(low, bits, high), _mm512_slli_epi32(bits, 18));
    const VHalfLoop p{_mm512_castsi512_ps(power)};
    if constexpr (kShort)
      return hn::MulAdd(p, hn::MulAdd(rest, hn::Set(d, 2.1661273e-2f), hn::Set(d, 2.9e-5f)), p);
    const VHalfLoop q =
        hn::Mul(rest, hn::MulAdd(rest, hn::Set(d, 2.3459619820224679e-4f), hn::Set(d, 2.1660849392498290e-2f)));
    return hn::MulAdd(p, q, p);
  }
  static HWY_INLINE void Store(VHalfLoop a, VHalfLoop b, uint16_t* y) {
    if constexpr (kShort) {
      const __m512i half = _mm512_set1_epi32(0x8000), upper = _mm512_set1_epi32(static_cast<int>(0xFFFF0000u));
      const __m512i even = _mm512_srli_epi32(_mm512_add_epi32(_mm512_castps_si512(a.raw), half), 16);
      const __m512i odd = _mm512_add_epi32(_mm512_castps_si512(b.raw), half);
      _mm512_storeu_si512(y, _mm512_ternarylogic_epi32(upper, odd, even, 0xCA));  // odd where upper, even elsewhere
    } else {
      StorePair<H>(HalfPair<VHalfLoop>{a, b}, DHalfLoop(), y);
    }
  }
  static HWY_NOINLINE void Blocks(HalfOperands<1> in, uint16_t* y, int64_t blocks, int64_t ahead) {
    const DHalfLoop d;
    const __m512i low = _mm512_loadu_si512(kExpTable), high = _mm512_loadu_si512(kExpTable + 16);
    const __m512i most = _mm512_set1_epi16(kLimit), magnitude = _mm512_set1_epi16(0x7FFF);
    for (int64_t i = 0; i < blocks; i++, in.at[0] += in.step[0], y += 32) {
      __builtin_prefetch(reinterpret_cast<const char*>(y) + ahead, 1);
      const auto x = LoadPair<H>(d, in.at[0]);
      const __m512i v = _mm512_and_si512(_mm512_loadu_si512(in.at[0]), magnitude);
      if (HWY_LIKELY(_mm512_cmpgt_epi16_mask(v, most) == 0))
        Store(Of(x.a, low, high), Of(x.b, low, high), y);
      else
        StorePair<H>(PairOf<H, true>(Exp(), x), d, y);
    }
  }
};

#endif

void FillMathExp(cpu::ElementwiseTables* t) { FillPart<cpu::kMathExp>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathExp)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
