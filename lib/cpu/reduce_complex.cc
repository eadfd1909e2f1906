// Sums, means, products, norms and variances of complex numbers, backend "cpu": the fixed tree of pairs of float64. The
// other reductions of complex numbers are left to cpu-portable.
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_complex.cc"
#include "hwy/foreach_target.h"

#include "cpu/complex-inl.h"
#include "cpu/reduce_tree-inl.h"
#include "ops/reduce_complex.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

// The 32 lanes of pairs, re, im, re, im ...
constexpr int64_t kPairWords = 2 * kLanes;
constexpr int kPairRegs = static_cast<int>(kPairWords / kF64Lanes);

struct AddsPairs {
  using Scalar = ops::Plus;
  static HWY_INLINE VF64 Of(VF64 a, VF64 b) { return hn::Add(a, b); }
};
// 1 leaves the other factor as it is, as ops::Times has it.
struct MultipliesPairs {
  using Scalar = ops::Times;
  static HWY_INLINE hn::Mask<DF64> IsOne(VF64 v) {
    const DF64 d;
    const VF64 same = hn::VecFromMask(d, hn::Eq(v, hn::OddEven(hn::Zero(d), hn::Set(d, 1.0))));
    return hn::MaskFromVec(hn::And(same, hn::Reverse2(d, same)));
  }
  static HWY_INLINE VF64 Of(VF64 a, VF64 b) {
    return hn::IfThenElse(IsOne(a), b, hn::IfThenElse(IsOne(b), a, MultiplyPairs(DF64(), a, b)));
  }
};

// One block of m complex numbers.
template <class Op, typename F>
HWY_INLINE std::complex<double> PairBlock(const std::complex<F>* x, int64_t m) {
  const DF64 d;
  using S = std::complex<double>;
  const S identity = Op::Scalar::template Identity<S>();
  const F* p = reinterpret_cast<const F*>(x);
  VF64 lanes[kPairRegs];
  for (int k = 0; k < kPairRegs; k++) lanes[k] = hn::OddEven(hn::Set(d, identity.imag()), hn::Set(d, identity.real()));
  int64_t i = 0;
  for (; i + kLanes <= m; i += kLanes, p += kPairWords) {
    PrefetchLanes<true>(p);
    PrefetchLanes<true>(p + kLanes);
    for (int k = 0; k < kPairRegs; k++) lanes[k] = Op::Of(lanes[k], LoadWide(d, p + k * kF64Lanes));
  }
  const int64_t rest = 2 * (m - i);
  for (int k = 0; k * kF64Lanes < rest; k++) {
    const int64_t left = rest - k * kF64Lanes;
    if (left >= kF64Lanes) {
      lanes[k] = Op::Of(lanes[k], LoadWide(d, p + k * kF64Lanes));
    } else {
      lanes[k] = hn::IfThenElse(hn::FirstN(d, static_cast<size_t>(left)),
                                Op::Of(lanes[k], LoadPart(p + k * kF64Lanes, left)), lanes[k]);
    }
  }
  for (int half = kPairRegs / 2; half > 0; half /= 2) {
    for (int k = 0; k < half; k++) lanes[k] = Op::Of(lanes[k], lanes[k + half]);
  }
  alignas(64) double words[kF64Lanes];
  hn::Store(lanes[0], d, words);
  S last[kF64Lanes / 2];
  for (int64_t l = 0; l < kF64Lanes / 2; l++) last[l] = S(words[2 * l], words[2 * l + 1]);
  for (int64_t half = kF64Lanes / 4; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) last[l] = Op::Scalar::template Of<S>(last[l], last[l + half]);
  }
  return last[0];
}

template <class ScalarAcc, class Op>
struct PairRows {
  using Scalar = ScalarAcc;
  using T = typename Scalar::In;
  using State = std::complex<double>;
  static HWY_INLINE State Block(const T* x, int64_t m) { return PairBlock<Op>(x, m); }
};

// Sums of squares: real lanes of re^2 + im^2.
template <typename F>
struct NormRows {
  using Scalar = ops::Norm<std::complex<F>>;
  using T = std::complex<F>;
  using State = double;
  static HWY_INLINE VF64 Squares(const F* p) {
    const Parts<VF64> v = PartsOperand<F>(p).Load(DF64());
    return hn::Add(hn::Mul(v.re, v.re), hn::Mul(v.im, v.im));
  }
  static HWY_INLINE State Block(const T* x, int64_t m) {
    const DF64 d;
    const F* p = reinterpret_cast<const F*>(x);
    VF64 lanes[kF64Regs];
    for (int k = 0; k < kF64Regs; k++) lanes[k] = hn::Set(d, -0.0);
    int64_t i = 0;
    for (; i + kLanes <= m; i += kLanes, p += kPairWords) {
      PrefetchLanes<true>(p);
      PrefetchLanes<true>(p + kLanes);
      for (int k = 0; k < kF64Regs; k++) lanes[k] = hn::Add(lanes[k], Squares(p + 2 * k * kF64Lanes));
    }
    if (i < m) {
      F padded[kPairWords];  // what is not an element is not added
      std::memcpy(padded, reinterpret_cast<const char*>(p), static_cast<size_t>(m - i) * sizeof(T));
      std::memset(padded + 2 * (m - i), 0, static_cast<size_t>(kLanes - (m - i)) * sizeof(T));
      for (int k = 0; k * kF64Lanes < m - i; k++) {
        const auto real = hn::FirstN(d, static_cast<size_t>(HWY_MIN(m - i - k * kF64Lanes, kF64Lanes)));
        lanes[k] = hn::IfThenElse(real, hn::Add(lanes[k], Squares(padded + 2 * k * kF64Lanes)), lanes[k]);
      }
    }
    return FoldLanes<Adds>(lanes);
  }
};

// Variances: each block is read twice, around its mean the second time, as ops::ComplexVariance; sums of deviations and
// of their squares in 32 lanes each.
template <typename F>
struct VarianceRows {
  using T = std::complex<F>;
  using Scalar = ops::Var<T>;
  using State = ops::ComplexMoments;

  static State Block(const T* x, int64_t m) {
    if (m == 0) return Scalar::Identity();
    const DF64 d;
    const double count = static_cast<double>(m);
    const std::complex<double> sum = PairBlock<AddsPairs>(x, m), mean(sum.real() / count, sum.imag() / count);
    const VF64 mean_re = hn::Set(d, mean.real()), mean_im = hn::Set(d, mean.imag());
    VF64 re[kF64Regs], im[kF64Regs], squares[kF64Regs];
    for (int k = 0; k < kF64Regs; k++) re[k] = im[k] = squares[k] = hn::Set(d, -0.0);
    const auto deviation = [&](const F* p) HWY_ATTR {
      const Parts<VF64> v = PartsOperand<F>(p).Load(DF64());
      return Parts<VF64>{hn::Sub(v.re, mean_re), hn::Sub(v.im, mean_im)};
    };
    const F* p = reinterpret_cast<const F*>(x);
    int64_t i = 0;
    for (; i + kLanes <= m; i += kLanes, p += kPairWords) {
      for (int k = 0; k < kF64Regs; k++) {
        const Parts<VF64> y = deviation(p + 2 * k * kF64Lanes);
        re[k] = hn::Add(re[k], y.re);
        im[k] = hn::Add(im[k], y.im);
        squares[k] = hn::Add(squares[k], hn::Add(hn::Mul(y.re, y.re), hn::Mul(y.im, y.im)));
      }
    }
    if (i < m) {
      F padded[kPairWords] = {};  // what is not an element is not added
      std::memcpy(padded, reinterpret_cast<const char*>(p), static_cast<size_t>(m - i) * sizeof(T));
      for (int k = 0; k * kF64Lanes < m - i; k++) {
        const auto real = hn::FirstN(d, static_cast<size_t>(HWY_MIN(m - i - k * kF64Lanes, kF64Lanes)));
        const Parts<VF64> y = deviation(padded + 2 * k * kF64Lanes);
        re[k] = hn::IfThenElse(real, hn::Add(re[k], y.re), re[k]);
        im[k] = hn::IfThenElse(real, hn::Add(im[k], y.im), im[k]);
        squares[k] =
            hn::IfThenElse(real, hn::Add(squares[k], hn::Add(hn::Mul(y.re, y.re), hn::Mul(y.im, y.im))), squares[k]);
      }
    }
    const double first_re = FoldLanes<Adds>(re), first_im = FoldLanes<Adds>(im);
    const double m2 = FoldLanes<Adds>(squares) - ops::SquaredAbs({first_re, first_im}) / count;
    return {{mean.real() + first_re / count, mean.imag() + first_im / count}, m2 < 0 ? 0 : m2, count};
  }
};

// Columns of pairs are twice as many real columns.
template <typename F>
struct RealColumns {
  using Scalar = ops::Sum<F>;
  using T = F;
  using State = double;
  static void BlockColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, void* states, void* scratch) {
    TreeColumns<Adds>(x, row_stride, w, m, static_cast<double*>(states), static_cast<double*>(scratch),
                      Everywhere<Same>());
  }
};
template <typename F>
void PairColumns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
  Columns<RealColumns<F>>(x, row_stride, 2 * w, n, states, scratch);
}

template <typename F>
void FillType(ReduceTable* t) {
  using T = std::complex<F>;
  constexpr int32_t kType = DTypeOf<T>::value;
  for (int32_t op : {kReduce_sum, kReduce_mean}) {
    t->rows[op][kType] = Rows<PairRows<ops::Sum<T>, AddsPairs>>;
    t->columns[op][kType] = PairColumns<F>;
  }
  t->rows[kReduce_prod][kType] = Rows<PairRows<ops::Prod<T>, MultipliesPairs>>;
  t->rows[kReduce_norm][kType] = Rows<NormRows<F>>;
  for (int32_t op : {kReduce_var, kReduce_std}) t->rows[op][kType] = Rows<VarianceRows<F>>;
}

}  // namespace

void FillReduceComplex(ReduceTable* t) {
  FillType<float>(t);
  FillType<double>(t);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceComplex)
}  // namespace cpu
}  // namespace numrs
#endif
