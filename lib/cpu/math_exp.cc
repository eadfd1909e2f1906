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

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2

// e^x of 16-bit floats: 2^(k/32) from a table, and the rest by two terms, within 2^-18 of the exact value; bfloat16: by
// one term, within 2^-14.9, a hundredth of its last place, and rounded halves up: only 1 is exact. Elements outside the
// range of usual results are float32's function, rounded.
constexpr uint32_t kExpTable[32] = {  // the bits of 2^(j/32) less j << 18, to which k << 18 is added
    0x3F800000, 0x3F7ECD87, 0x3F7DAAC3, 0x3F7C980F, 0x3F7B95C2, 0x3F7AA43A, 0x3F79C3D3, 0x3F78F4F0,
    0x3F7837F0, 0x3F778D3A, 0x3F76F532, 0x3F767043, 0x3F75FED7, 0x3F75A15B, 0x3F75583F, 0x3F7523F6,
    0x3F7504F3, 0x3F74FBAF, 0x3F7508A4, 0x3F752C4D, 0x3F75672A, 0x3F75B9BE, 0x3F76248C, 0x3F76A81E,
    0x3F7744FD, 0x3F77FBB8, 0x3F78CCDF, 0x3F79B907, 0x3F7AC0C7, 0x3F7BE4BA, 0x3F7D257D, 0x3F7E83B3};

template <class H, bool kPack>
struct HalfSame<Exp, H, 1, kPack> {
  using Y = uint16_t;
  using D = DHalfLoop;
  using V = VHalfLoop;
  using DU = hn::ScalableTag<uint32_t>;
  using VU = hn::Vec<DU>;
  static constexpr bool kShort = std::is_same<H, BFloat16>::value;
  static constexpr float kLimit = kShort ? 87 : 11;
  static int64_t Block() { return 2 * static_cast<int64_t>(hn::Lanes(D())); }

  static HWY_INLINE VU TableOf(VU k) {
    const DU du;
#if HWY_TARGET <= HWY_AVX3
    const VU low = hn::LoadU(du, kExpTable), high = hn::LoadU(du, kExpTable + 16);
    return VU{_mm512_permutex2var_epi32(low.raw, k.raw, high.raw)};
#else
    const hn::ScalableTag<int32_t> di;
    return hn::GatherIndex(du, kExpTable, hn::BitCast(di, hn::And(k, hn::Set(du, 31))));
#endif
  }
  static HWY_INLINE V Of(V x) {
    const D d;
    const DU du;
    const V scale = hn::Set(d, 46.166241308446828f), magic = hn::Set(d, 12582912.0f);
    const V shifted = hn::MulAdd(x, scale, magic);
    const V rest = hn::MulSub(x, scale, hn::Sub(shifted, magic));
    const VU k = hn::BitCast(du, shifted);
    const V p = hn::BitCast(d, hn::Add(TableOf(k), hn::ShiftLeft<18>(k)));
    if constexpr (kShort) return hn::MulAdd(p, hn::MulAdd(rest, hn::Set(d, 2.1661273e-2f), hn::Set(d, 2.9e-5f)), p);
    const V q = hn::Mul(rest, hn::MulAdd(rest, hn::Set(d, 2.3459619820224679e-4f), hn::Set(d, 2.1660849392498290e-2f)));
    return hn::MulAdd(p, q, p);
  }
  // bfloat16 in the upper halves of lanes, for StorePair's order; the lower halves hold anything.
  static HWY_INLINE VU HalvesUp(V x) {
    const DU du;
    return hn::Add(hn::BitCast(du, x), hn::Set(du, 0x8000));
  }
  static HWY_INLINE void Store(V a, V b, uint16_t* y) {
    const DU du;
    if constexpr (kShort) {
      const hn::ScalableTag<uint16_t> d16;
      const VU upper = hn::Set(du, 0xFFFF0000u);
      hn::StoreU(hn::BitCast(d16, hn::Or(hn::ShiftRight<16>(HalvesUp(a)), hn::And(HalvesUp(b), upper))), d16, y);
    } else {
      StorePair<H>(HalfPair<V>{a, b}, D(), y);
    }
  }
  // Any x, so that the other elements of a block do not matter.
  static HWY_NOINLINE V Seldom(V x) {
    const D d;
    const DU du;
    const auto usual = hn::Le(hn::Abs(x), hn::Set(d, kLimit));
    V y = Of(hn::IfThenElseZero(usual, x));
    if constexpr (kShort) y = hn::BitCast(d, hn::And(HalvesUp(y), hn::Set(du, 0xFFFF0000u)));
    return hn::IfThenElse(usual, y, f32::Exp(d, x));
  }
  static HWY_NOINLINE void Blocks(HalfOperands<1> in, uint16_t* y, int64_t blocks, int64_t ahead) {
    const D d;
    const hn::ScalableTag<int16_t> d16;
    const auto most = hn::Set(d16, kShort ? 0x42AE : 0x4980), magnitude = hn::Set(d16, 0x7FFF);  // the bits of kLimit
    for (int64_t i = 0; i < blocks; i++, in.at[0] += in.step[0], y += Block()) {
      if (ahead != 0) __builtin_prefetch(reinterpret_cast<const char*>(y) + ahead, 1);
      const auto x = LoadPair<H>(d, in.at[0]);
      const auto v = hn::And(hn::LoadU(d16, reinterpret_cast<const int16_t*>(in.at[0])), magnitude);
      if (HWY_LIKELY(hn::AllFalse(d16, hn::Gt(v, most))))
        Store(Of(x.a), Of(x.b), y);
      else
        StorePair<H>(HalfPair<V>{Seldom(x.a), Seldom(x.b)}, d, y);
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
