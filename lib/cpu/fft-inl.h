// Butterflies and passes of Fourier transforms: vectors of real parts, vectors of imaginary parts, one complex number
// of as many lines or columns as lanes at once. Loading, storing and real lines are in cpu/fft_lines-inl.h.
//
// Every number goes through the same additions and multiplications whatever the lanes, with no fused ones; so the bits
// are those of every instruction set, and of a line on its own or among others.

#if defined(NUMRS_CPU_FFT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_FFT_INL_H_
#undef NUMRS_CPU_FFT_INL_H_
#else
#define NUMRS_CPU_FFT_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "core/fft_plan.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace fft {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Tag = hn::ScalableTag<T>;
template <typename T>
using VecOf = hn::Vec<Tag<T>>;

template <class V>
struct Pair {
  V re, im;
};

template <class V>
HWY_INLINE Pair<V> Plus(const Pair<V>& a, const Pair<V>& b) {
  return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)};
}
template <class V>
HWY_INLINE Pair<V> Minus(const Pair<V>& a, const Pair<V>& b) {
  return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)};
}
// a + i b and a - i b.
template <class V>
HWY_INLINE Pair<V> PlusI(const Pair<V>& a, const Pair<V>& b) {
  return {hn::Sub(a.re, b.im), hn::Add(a.im, b.re)};
}
template <class V>
HWY_INLINE Pair<V> MinusI(const Pair<V>& a, const Pair<V>& b) {
  return {hn::Add(a.re, b.im), hn::Sub(a.im, b.re)};
}
template <class V>
HWY_INLINE Pair<V> Times(const Pair<V>& a, V re, V im) {
  return {hn::Sub(hn::Mul(a.re, re), hn::Mul(a.im, im)), hn::Add(hn::Mul(a.re, im), hn::Mul(a.im, re))};
}
template <class V>
HWY_INLINE Pair<V> Scaled(const Pair<V>& a, V factor) {
  return {hn::Mul(a.re, factor), hn::Mul(a.im, factor)};
}

// cos and sin of 2 pi k / R for the odd radices above 3, k = 1 … R / 2.
template <int R>
struct Circle;
template <>
struct Circle<5> {
  static constexpr double kCos[] = {0.309016994374947424102, -0.809016994374947424102};
  static constexpr double kSin[] = {0.951056516295153572116, 0.587785252292473129169};
};
template <>
struct Circle<7> {
  static constexpr double kCos[] = {0.623489801858733530525, -0.222520933956314404289, -0.900968867902419126236};
  static constexpr double kSin[] = {0.781831482468029808708, 0.974927912181823607018, 0.433883739117558120475};
};
template <>
struct Circle<11> {
  static constexpr double kCos[] = {0.841253532831181168862, 0.415415013001886425529, -0.142314838273285140443,
                                    -0.654860733945285064057, -0.959492973614497389891};
  static constexpr double kSin[] = {0.540640817455597582108, 0.909631995354518371412, 0.989821441880932732376,
                                    0.755749574354258283774, 0.281732556841429697711};
};
template <>
struct Circle<13> {
  static constexpr double kCos[] = {0.885456025653209895719,  0.568064746731155790153,  0.120536680255323008055,
                                    -0.354604887042535625974, -0.748510748171101098634, -0.970941817426052027157};
  static constexpr double kSin[] = {0.464723172043768547127, 0.822983865893656400117, 0.992708874098054050075,
                                    0.935016242685414772654, 0.663122658240795277838, 0.239315664287557685175};
};

// x becomes its transform of length R.
template <int R, typename T>
struct Butterfly {  // odd: of pairs x[k] + x[R - k] and x[k] - x[R - k]
  using V = VecOf<T>;
  static constexpr int kHalf = R / 2;
  template <int J, int K>
  static HWY_INLINE void Add(Pair<V>& even, Pair<V>& odd, const Pair<V>* sum, const Pair<V>* difference) {
    if constexpr (K <= kHalf) {
      constexpr int kTurn = J * K % R;
      constexpr int kPlace = kTurn <= kHalf ? kTurn : R - kTurn;
      const Tag<T> d;
      const V c = hn::Set(d, static_cast<T>(Circle<R>::kCos[kPlace - 1]));
      const V s =
          hn::Set(d, static_cast<T>(kTurn <= kHalf ? Circle<R>::kSin[kPlace - 1] : -Circle<R>::kSin[kPlace - 1]));
      even = Plus(even, Scaled(sum[K - 1], c));
      odd = K == 1 ? Scaled(difference[0], s) : Plus(odd, Scaled(difference[K - 1], s));
      Add<J, K + 1>(even, odd, sum, difference);
    }
  }
  template <int J>
  static HWY_INLINE void Outputs(Pair<V>* x, const Pair<V>& first, const Pair<V>* sum, const Pair<V>* difference) {
    if constexpr (J <= kHalf) {
      Pair<V> even = first, odd = first;
      Add<J, 1>(even, odd, sum, difference);
      x[J] = MinusI(even, odd);
      x[R - J] = PlusI(even, odd);
      Outputs<J + 1>(x, first, sum, difference);
    }
  }
  static HWY_INLINE void Run(Pair<V>* x) {
    Pair<V> sum[kHalf], difference[kHalf];
    const Pair<V> first = x[0];
#pragma GCC unroll 16
    for (int k = 1; k <= kHalf; k++) {
      sum[k - 1] = Plus(x[k], x[R - k]);
      difference[k - 1] = Minus(x[k], x[R - k]);
    }
#pragma GCC unroll 16
    for (int k = 0; k < kHalf; k++) x[0] = Plus(x[0], sum[k]);
    Outputs<1>(x, first, sum, difference);
  }
};

template <typename T>
struct Butterfly<2, T> {
  static HWY_INLINE void Run(Pair<VecOf<T>>* x) {
    const auto a = x[0];
    x[0] = Plus(a, x[1]);
    x[1] = Minus(a, x[1]);
  }
};

template <typename T>
struct Butterfly<3, T> {
  static HWY_INLINE void Run(Pair<VecOf<T>>* x) {
    const Tag<T> d;
    const auto sum = Plus(x[1], x[2]);
    const auto turned = Scaled(Minus(x[1], x[2]), hn::Set(d, static_cast<T>(0.866025403784438646763)));
    const auto middle = Minus(x[0], Scaled(sum, hn::Set(d, static_cast<T>(0.5))));
    x[0] = Plus(x[0], sum);
    x[1] = MinusI(middle, turned);
    x[2] = PlusI(middle, turned);
  }
};

template <typename T>
struct Butterfly<4, T> {
  static HWY_INLINE void Run(Pair<VecOf<T>>* x) { Four(x[0], x[1], x[2], x[3]); }
  static HWY_INLINE void Four(Pair<VecOf<T>>& x0, Pair<VecOf<T>>& x1, Pair<VecOf<T>>& x2, Pair<VecOf<T>>& x3) {
    const auto a = Plus(x0, x2), b = Minus(x0, x2), c = Plus(x1, x3), e = Minus(x1, x3);
    x0 = Plus(a, c);
    x1 = MinusI(b, e);
    x2 = Minus(a, c);
    x3 = PlusI(b, e);
  }
};

template <typename T>
struct Butterfly<8, T> {
  static HWY_INLINE void Run(Pair<VecOf<T>>* x) {
    using V = VecOf<T>;
    const V root = hn::Set(Tag<T>(), static_cast<T>(0.707106781186547524401));
    Pair<V> a[4] = {Plus(x[0], x[4]), Plus(x[1], x[5]), Plus(x[2], x[6]), Plus(x[3], x[7])};
    Pair<V> b[4] = {Minus(x[0], x[4]), Minus(x[1], x[5]), Minus(x[2], x[6]), Minus(x[3], x[7])};
    b[1] = {hn::Mul(hn::Add(b[1].re, b[1].im), root), hn::Mul(hn::Sub(b[1].im, b[1].re), root)};
    b[3] = {hn::Mul(hn::Sub(b[3].im, b[3].re), root), hn::Mul(hn::Add(b[3].im, b[3].re), root)};  // the conjugate
    Butterfly<4, T>::Four(a[0], a[1], a[2], a[3]);
    const Pair<V> p = MinusI(b[0], b[2]), q = PlusI(b[0], b[2]);
    const Pair<V> r = {hn::Add(b[1].re, b[3].re), hn::Sub(b[1].im, b[3].im)};
    const Pair<V> s = {hn::Sub(b[1].re, b[3].re), hn::Add(b[1].im, b[3].im)};
    x[0] = a[0];
    x[2] = a[1];
    x[4] = a[2];
    x[6] = a[3];
    x[1] = Plus(p, r);
    x[5] = Minus(p, r);
    x[3] = MinusI(q, s);
    x[7] = PlusI(q, s);
  }
};

// Where complex vectors lie: number i has its real parts at p + i * step, its imaginary ones `im` behind them. Swapping
// the two before and after a transform turns it round.
template <typename T>
struct Rows {
  T* p;
  ptrdiff_t step, im;
  Rows Swapped() const { return {p + im, step, -im}; }
};

enum RootsKind { kNoRoots, kOfNumber, kOfColumns };

template <typename T>
struct Roots {
  const T *re, *im;
  int64_t row;   // from j to j + 1
  int64_t step;  // from p to p + 1
};

// One pass over s interleaved transforms of length R * m: y[q + s (R p + j)] = root(p, j) * sum over k of
// x[q + s (p + m k)] exp(-2 pi i j k / R).
template <int R, RootsKind kRoots, typename T>
HWY_NOINLINE void Pass(const Rows<T> x, const Rows<T> y, int64_t m, int64_t s, const Roots<T> roots) {
  const Tag<T> d;
  using V = VecOf<T>;
  const ptrdiff_t x_far = x.step * static_cast<ptrdiff_t>(s * m), y_far = y.step * static_cast<ptrdiff_t>(s);
  for (int64_t p = 0; p < m; p++) {
    const T* from = x.p + x.step * static_cast<ptrdiff_t>(s * p);
    T* to = y.p + y_far * static_cast<ptrdiff_t>(R * p);
    V re[R], im[R];
    if constexpr (kRoots != kNoRoots) {
#pragma GCC unroll 16
      for (int j = 1; j < R; j++) {
        const int64_t at = (j - 1) * roots.row + p * roots.step;
        if constexpr (kRoots == kOfNumber) {
          re[j] = hn::Set(d, roots.re[at]);
          im[j] = hn::Set(d, roots.im[at]);
        } else {
          re[j] = hn::LoadU(d, roots.re + at);
          im[j] = hn::LoadU(d, roots.im + at);
        }
      }
    }
    for (int64_t q = 0; q < s; q++) {
      Pair<V> v[R];
#pragma GCC unroll 16
      for (int k = 0; k < R; k++) {
        const T* at = from + x_far * k;
        v[k] = {hn::LoadU(d, at), hn::LoadU(d, at + x.im)};
      }
      Butterfly<R, T>::Run(v);
#pragma GCC unroll 16
      for (int j = 0; j < R; j++) {
        if constexpr (kRoots != kNoRoots) {
          if (j > 0) v[j] = Times(v[j], re[j], im[j]);
        }
        T* at = to + y_far * j;
        hn::StoreU(v[j].re, d, at);
        hn::StoreU(v[j].im, d, at + y.im);
      }
      from += x.step;
      to += y.step;
    }
  }
}

template <RootsKind kRoots, typename T>
HWY_INLINE void AnyPass(int32_t radix, const Rows<T> x, const Rows<T> y, int64_t m, int64_t s, const Roots<T> roots) {
  switch (radix) {
    case 2:
      return Pass<2, kRoots, T>(x, y, m, s, roots);
    case 3:
      return Pass<3, kRoots, T>(x, y, m, s, roots);
    case 4:
      return Pass<4, kRoots, T>(x, y, m, s, roots);
    case 5:
      return Pass<5, kRoots, T>(x, y, m, s, roots);
    case 7:
      return Pass<7, kRoots, T>(x, y, m, s, roots);
    case 8:
      return Pass<8, kRoots, T>(x, y, m, s, roots);
    case 11:
      return Pass<11, kRoots, T>(x, y, m, s, roots);
    default:
      return Pass<13, kRoots, T>(x, y, m, s, roots);
  }
}

// The passes [first, last) of whole lines side by side, from x by way of a and b (x may be a): returns where the result
// is. `s` transforms lie interleaved at first.
template <typename T>
HWY_INLINE Rows<T> Passes(const FftPlan& plan, int32_t first, int32_t last, Rows<T> x, const Rows<T> a,
                          const Rows<T> b) {
  const T *re = static_cast<const T*>(plan.roots_re), *im = static_cast<const T*>(plan.roots_im);
  bool into_a = x.p != a.p && x.p != a.p + a.im;
  int64_t s = 1;
  for (int32_t i = first; i < last; i++) {
    const FftPass& pass = plan.pass[i];
    const Rows<T> y = into_a ? a : b;
    const Roots<T> roots = {re + pass.roots, im + pass.roots, pass.m, 1};
    if (pass.m > 1) {
      AnyPass<kOfNumber>(pass.radix, x, y, pass.m, s, roots);
    } else {
      AnyPass<kNoRoots>(pass.radix, x, y, pass.m, s, roots);
    }
    s *= pass.radix;
    x = y;
    into_a = !into_a;
  }
  return x;
}

// The passes of columns: vectors are `lanes` columns from `column` on, and the last pass writes to `end`.
template <typename T>
HWY_INLINE void ColumnPasses(const FftPlan& plan, int64_t column, Rows<T> x, const Rows<T> a, const Rows<T> b,
                             const Rows<T> end) {
  const T *re = static_cast<const T*>(plan.roots_re), *im = static_cast<const T*>(plan.roots_im);
  bool into_a = x.p != a.p && x.p != a.p + a.im;
  int64_t s = 1, length = plan.rows;
  for (int32_t i = 0; i < plan.split; i++) {
    const FftPass& pass = plan.pass[i];
    length /= pass.radix;
    const Rows<T> y = i + 1 == plan.split ? end : into_a ? a : b;
    const Roots<T> roots = {re + pass.roots + column, im + pass.roots + column, pass.m, plan.columns};
    AnyPass<kOfColumns>(pass.radix, x, y, length, s, roots);
    s *= pass.radix;
    x = y;
    into_a = !into_a;
  }
}

}  // namespace fft
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_FFT_INL_H_
