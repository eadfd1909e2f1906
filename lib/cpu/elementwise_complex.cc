// Element-wise kernels of backend "cpu" for complex64 and complex128: arithmetic, comparisons, parts and where. What is
// not here cpu-portable serves; mathematical functions are in math_complex.cc.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/elementwise_complex.cc"
#include "hwy/foreach_target.h"

#include "cpu/complex-inl.h"
#include "ops/complex.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

struct AddPairs : Paired {  // a single value is a pair too
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Add(a, b);
  }
};
struct SubtractPairs : Paired {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Sub(a, b);
  }
};
struct MultiplyPairsFn : Paired {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V a, V b) const {
    return MultiplyPairs(d, a, b);
  }
};
struct SquarePairs : Paired {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return MultiplyPairs(d, x, x);
  }
};
struct NegativePairs {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Xor(x, hn::SignBit(d));
  }
};
struct ConjPairs : Paired {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::OddEven(hn::Xor(x, hn::SignBit(d)), x);
  }
};
struct CopyPairs {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return x;
  }
};
struct RoundPairs {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return hn::Round(x);
  }
};

struct RealPart {
  template <class D, class V>
  HWY_INLINE V operator()(D, Parts<V> x) const {
    return x.re;
  }
};
struct ImaginaryPart {
  template <class D, class V>
  HWY_INLINE V operator()(D, Parts<V> x) const {
    return x.im;
  }
};

// The quotients of one vector that are not regular by the scalar function, the others as they are.
template <typename F, class D, class V>
HWY_NOINLINE Parts<V> DivideSlowly(D d, Parts<V> a, Parts<V> b, Parts<V> fast, hn::Mask<D> regular) {
  HWY_ALIGN hn::TFromD<D> lanes[7][hn::MaxLanes(D())];
  hn::Store(a.re, d, lanes[0]);
  hn::Store(a.im, d, lanes[1]);
  hn::Store(b.re, d, lanes[2]);
  hn::Store(b.im, d, lanes[3]);
  hn::Store(fast.re, d, lanes[4]);
  hn::Store(fast.im, d, lanes[5]);
  hn::Store(hn::IfThenElseZero(regular, hn::Set(d, 1)), d, lanes[6]);
  for (size_t i = 0; i < hn::Lanes(d); i++) {
    if (lanes[6][i] != 0) continue;
    const std::complex<F> quotient =
        ops::DivideComplex(std::complex<F>(static_cast<F>(lanes[0][i]), static_cast<F>(lanes[1][i])),
                           std::complex<F>(static_cast<F>(lanes[2][i]), static_cast<F>(lanes[3][i])));
    lanes[4][i] = quotient.real();
    lanes[5][i] = quotient.imag();
  }
  return {hn::Load(d, lanes[4]), hn::Load(d, lanes[5])};
}
template <class D, class V>
HWY_INLINE hn::Mask<D> IsModerate(D d, V part) {
  const V size = hn::Abs(part);
  return hn::Or(hn::Eq(size, hn::Zero(d)),
                hn::And(hn::Ge(size, hn::Set(d, ops::kDivideLeast)), hn::Le(size, hn::Set(d, ops::kDivideMost))));
}
template <typename F>
struct DivideParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> a, Parts<V> b) const {
    const V divisor = hn::Add(hn::Mul(b.re, b.re), hn::Mul(b.im, b.im));
    auto regular = hn::And(hn::Gt(divisor, hn::Zero(d)), hn::Lt(divisor, hn::Inf(d)));
    if constexpr (sizeof(F) == sizeof(double)) {
      regular = hn::And(regular, hn::And(hn::And(IsModerate(d, a.re), IsModerate(d, a.im)),
                                         hn::And(IsModerate(d, b.re), IsModerate(d, b.im))));
    }
    const Parts<V> fast = {hn::Div(hn::Add(hn::Mul(a.re, b.re), hn::Mul(a.im, b.im)), divisor),
                           hn::Div(hn::Sub(hn::Mul(a.im, b.re), hn::Mul(a.re, b.im)), divisor)};
    return HWY_LIKELY(hn::AllTrue(d, regular)) ? fast : DivideSlowly<F>(d, a, b, fast, regular);
  }
};
template <typename F>
struct ReciprocalParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> x) const {
    return DivideParts<F>()(d, Parts<V>{hn::Set(d, 1), hn::Zero(d)}, x);
  }
};

struct EqualParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, Parts<V> a, Parts<V> b) const {
    return hn::And(hn::Eq(a.re, b.re), hn::Eq(a.im, b.im));
  }
};
struct NotEqualParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> a, Parts<V> b) const {
    return hn::Not(EqualParts()(d, a, b));
  }
};
struct ZeroParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> x) const {
    return hn::And(hn::Eq(x.re, hn::Zero(d)), hn::Eq(x.im, hn::Zero(d)));
  }
};
struct AndParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> a, Parts<V> b) const {
    return hn::Not(hn::Or(ZeroParts()(d, a), ZeroParts()(d, b)));
  }
};
struct OrParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> a, Parts<V> b) const {
    return hn::Not(hn::And(ZeroParts()(d, a), ZeroParts()(d, b)));
  }
};
struct XorParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> a, Parts<V> b) const {
    return hn::Xor(ZeroParts()(d, a), ZeroParts()(d, b));
  }
};
struct NanParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D, Parts<V> x) const {
    return hn::Not(hn::And(hn::Eq(x.re, x.re), hn::Eq(x.im, x.im)));
  }
};
struct InfParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> x) const {
    return hn::Or(hn::Eq(hn::Abs(x.re), hn::Inf(d)), hn::Eq(hn::Abs(x.im), hn::Inf(d)));
  }
};
struct FiniteParts {
  template <class D, class V>
  HWY_INLINE hn::Mask<D> operator()(D d, Parts<V> x) const {
    return hn::And(hn::Lt(hn::Abs(x.re), hn::Inf(d)), hn::Lt(hn::Abs(x.im), hn::Inf(d)));
  }
};

struct WhereWords : BitsOnly {
  template <class D, class M, class V>
  HWY_INLINE V operator()(D, M condition, V a, V b) const {
    return hn::IfThenElse(condition, a, b);
  }
};
// Elements of 16 bytes as two words each: the bytes of the condition are doubled, single values written out.
void WhereDouble(const void* condition, const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
  constexpr int64_t kBlock = 128, kBytes = 16;
  uint8_t doubled[2 * kBlock];
  uint64_t repeated[2][2 * kBlock];
  const char* operand[2] = {static_cast<const char*>(a), static_cast<const char*>(b)};
  for (int k = 0; k < 2; k++) {
    if (!(scalars >> (k + 1) & 1)) continue;
    for (int64_t i = 0; i < kBlock; i++) std::memcpy(repeated[k] + 2 * i, operand[k], kBytes);
  }
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t m = n - begin < kBlock ? n - begin : kBlock;
    const uint8_t* chosen = static_cast<const uint8_t*>(condition) + (scalars & 1 ? 0 : begin);
    for (int64_t i = 0; i < m; i++) doubled[2 * i] = doubled[2 * i + 1] = chosen[scalars & 1 ? 0 : i];
    const void* from[2];
    for (int k = 0; k < 2; k++)
      from[k] = scalars >> (k + 1) & 1 ? static_cast<const void*>(repeated[k]) : operand[k] + begin * kBytes;
    Zip3<WhereWords, uint64_t, true>::Run(doubled, from[0], from[1], static_cast<char*>(y) + begin * kBytes, 2 * m, 0);
  }
}

template <typename F>
void FillType(cpu::ElementwiseTables* t) {
  constexpr int32_t kType = DTypeOf<std::complex<F>>::value;
  const auto unary = [&](int32_t op, UnaryFn fn) { t->unary.fn[op][kType] = fn; };
  const auto binary = [&](int32_t op, BinaryFn fn) { t->binary.fn[op][kType] = fn; };
  binary(kBinary_add, ZipPairs<AddPairs, F>::Run);
  binary(kBinary_subtract, ZipPairs<SubtractPairs, F>::Run);
  binary(kBinary_multiply, ZipPairs<MultiplyPairsFn, F>::Run);
  binary(kBinary_divide, ZipParts<DivideParts<F>, double, F>::Run);
  binary(kBinary_equal, CompareParts<EqualParts, F>::Run);
  binary(kBinary_not_equal, CompareParts<NotEqualParts, F>::Run);
  binary(kBinary_logical_and, CompareParts<AndParts, F>::Run);
  binary(kBinary_logical_or, CompareParts<OrParts, F>::Run);
  binary(kBinary_logical_xor, CompareParts<XorParts, F>::Run);
  unary(kUnary_negative, MapPairs<NegativePairs, F>::Run);
  unary(kUnary_positive, MapPairs<CopyPairs, F>::Run);
  unary(kUnary_conj, MapPairs<ConjPairs, F>::Run);
  unary(kUnary_square, MapPairs<SquarePairs, F>::Run);
  unary(kUnary_round, MapPairs<RoundPairs, F>::Run);
  unary(kUnary_reciprocal, MapParts<ReciprocalParts<F>, double, F, 2>::Run);
  unary(kUnary_real, MapParts<RealPart, F, F, 1>::Run);
  unary(kUnary_imag, MapParts<ImaginaryPart, F, F, 1>::Run);
  unary(kUnary_isnan, TestParts<NanParts, F>::Run);
  unary(kUnary_isinf, TestParts<InfParts, F>::Run);
  unary(kUnary_isfinite, TestParts<FiniteParts, F>::Run);
  unary(kUnary_logical_not, TestParts<ZeroParts, F>::Run);
}

}  // namespace

void FillComplex(cpu::ElementwiseTables* t) {
  FillType<float>(t);
  FillType<double>(t);
  t->ternary.fn[kTernary_where][kC64] = Zip3<WhereWords, uint64_t, true>::Run;
  t->ternary.fn[kTernary_where][kC128] = WhereDouble;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillComplex)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
