// Lines in and out of vectors: as many lines as lanes side by side, transposed on the way where they lie behind each
// other; and what makes complex transforms of real lines. The passes are in cpu/fft-inl.h.

#if defined(NUMRS_CPU_FFT_LINES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_FFT_LINES_INL_H_
#undef NUMRS_CPU_FFT_LINES_INL_H_
#else
#define NUMRS_CPU_FFT_LINES_INL_H_
#endif

#include <cstring>

#include "core/fft_tables.h"
#include "cpu/fft-inl.h"

// Vectors of a length that the compiler knows, of one to four blocks of 128 bits. Elsewhere cpu-portable serves.
#if defined(NUMRS_FFT_VECTORS)
#undef NUMRS_FFT_VECTORS
#endif
#if HWY_MAX_BYTES <= 64 && HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE
#define NUMRS_FFT_VECTORS 1
#else
#define NUMRS_FFT_VECTORS 0
#endif

#if NUMRS_FFT_VECTORS

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace fft {

template <typename T>
constexpr int64_t kLanes = static_cast<int64_t>(HWY_LANES(T));
template <typename T>
constexpr int64_t kInBlock = static_cast<int64_t>(16 / sizeof(T));

// ---- Transposition

// Vector whose block b holds the numbers of row b * kInBlock + c from column `column` on.
template <typename T>
HWY_INLINE VecOf<T> LoadBlocks(const char* const* rows, int64_t c, int64_t column) {
  const hn::Simd<T, 16 / sizeof(T), 0> d1;
  const auto block = [&](int64_t b) HWY_ATTR {
    return hn::LoadU(d1, reinterpret_cast<const T*>(rows[b * kInBlock<T> + c]) + column);
  };
  constexpr int64_t kBlocks = kLanes<T> / kInBlock<T>;
  if constexpr (kBlocks == 1) {
    return block(0);
  } else {
    const hn::Simd<T, 32 / sizeof(T), 0> d2;
    if constexpr (kBlocks == 2) {
      return hn::Combine(d2, block(1), block(0));
    } else {
      const Tag<T> d;
      return hn::Combine(d, hn::Combine(d2, block(3), block(2)), hn::Combine(d2, block(1), block(0)));
    }
  }
}

template <typename T>
HWY_INLINE void StoreBlocks(VecOf<T> v, char* const* rows, int64_t c, int64_t column) {
  const hn::Simd<T, 16 / sizeof(T), 0> d1;
  const auto store = [&](auto block, int64_t b)
                         HWY_ATTR { hn::StoreU(block, d1, reinterpret_cast<T*>(rows[b * kInBlock<T> + c]) + column); };
  constexpr int64_t kBlocks = kLanes<T> / kInBlock<T>;
  if constexpr (kBlocks == 1) {
    store(v, 0);
  } else {
    const hn::Simd<T, 32 / sizeof(T), 0> d2;
    if constexpr (kBlocks == 2) {
      store(hn::LowerHalf(d1, v), 0);
      store(hn::UpperHalf(d1, v), 1);
    } else {
      const auto low = hn::LowerHalf(d2, v), high = hn::UpperHalf(d2, v);
      store(hn::LowerHalf(d1, low), 0);
      store(hn::UpperHalf(d1, low), 1);
      store(hn::LowerHalf(d1, high), 2);
      store(hn::UpperHalf(d1, high), 3);
    }
  }
}

// The square inside each block.
template <typename T>
HWY_INLINE void TransposeBlocks(VecOf<T>* v) {
  const Tag<T> d;
  if constexpr (kInBlock<T> == 2) {
    const auto a = v[0], b = v[1];
    v[0] = hn::InterleaveLower(d, a, b);
    v[1] = hn::InterleaveUpper(d, a, b);
  } else {
    const hn::Repartition<uint64_t, Tag<T>> wide;
    const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, v[0], v[1]));
    const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, v[2], v[3]));
    const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(d, v[0], v[1]));
    const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(d, v[2], v[3]));
    v[0] = hn::BitCast(d, hn::InterleaveLower(wide, low01, low23));
    v[1] = hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23));
    v[2] = hn::BitCast(d, hn::InterleaveLower(wide, high01, high23));
    v[3] = hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23));
  }
}

// Column c of the rows (one for each lane) to the vector at `out` + c * step.
template <typename T>
HWY_INLINE void RowsToLanes(const char* const* rows, int64_t columns, T* out, ptrdiff_t step) {
  constexpr int64_t kBlock = kInBlock<T>;
  const Tag<T> d;
  int64_t c = 0;
  for (; c + kBlock <= columns; c += kBlock) {
    VecOf<T> v[kBlock];
#pragma GCC unroll 4
    for (int64_t i = 0; i < kBlock; i++) v[i] = LoadBlocks<T>(rows, i, c);
    TransposeBlocks<T>(v);
#pragma GCC unroll 4
    for (int64_t i = 0; i < kBlock; i++) hn::StoreU(v[i], d, out + (c + i) * step);
  }
  for (; c < columns; c++) {
    for (int64_t lane = 0; lane < kLanes<T>; lane++) out[c * step + lane] = reinterpret_cast<const T*>(rows[lane])[c];
  }
}

// The vectors at in + (c ^ swap) * step, times `even` or `odd` by c, to column c of the first `count` rows.
template <typename T>
HWY_INLINE void LanesToRows(const T* in, ptrdiff_t step, int64_t swap, int64_t columns, char* const* rows,
                            int64_t count, T even, T odd) {
  constexpr int64_t kBlock = kInBlock<T>;
  const Tag<T> d;
  int64_t c = 0;
  if (count == kLanes<T>) {
    const auto even_v = hn::Set(d, even), odd_v = hn::Set(d, odd);
    for (; c + kBlock <= columns; c += kBlock) {
      VecOf<T> v[kBlock];
#pragma GCC unroll 4
      for (int64_t i = 0; i < kBlock; i++)
        v[i] = hn::Mul(hn::LoadU(d, in + ((c + i) ^ swap) * step), i % 2 == 0 ? even_v : odd_v);
      TransposeBlocks<T>(v);
#pragma GCC unroll 4
      for (int64_t i = 0; i < kBlock; i++) StoreBlocks<T>(v[i], rows, i, c);
    }
  }
  for (; c < columns; c++) {
    const T factor = c % 2 == 0 ? even : odd;
    for (int64_t lane = 0; lane < count; lane++)
      reinterpret_cast<T*>(rows[lane])[c] = in[(c ^ swap) * step + lane] * factor;
  }
}

// ---- One block of lines

// Numbers of `parts` parts (1 real, 2 complex) of `count` lines from line `first` on, to vectors `step` apart; zeros
// from n_in to n.
template <typename T>
HWY_INLINE void LoadLines(const FftBlock& block, int64_t first, int64_t count, int64_t parts, int64_t n, T* out,
                          ptrdiff_t step) {
  const Tag<T> d;
  const int64_t n_in = block.n_in < n ? block.n_in : n, bytes = parts * static_cast<int64_t>(sizeof(T));
  const char* x = block.x + first * block.x_lane;
  if (n_in > 0) {
    if (block.x_step == bytes || n_in == 1) {
      const char* rows[kLanes<T>];
      for (int64_t lane = 0; lane < kLanes<T>; lane++)
        rows[lane] = x + (lane < count ? lane : count - 1) * block.x_lane;
      RowsToLanes<T>(rows, parts * n_in, out, step);
    } else if (block.x_lane == bytes && count == kLanes<T>) {
      for (int64_t j = 0; j < n_in; j++) {
        const T* at = reinterpret_cast<const T*>(x + j * block.x_step);
        if (parts == 2) {
          VecOf<T> re, im;
          hn::LoadInterleaved2(d, at, re, im);
          hn::StoreU(re, d, out + 2 * j * step);
          hn::StoreU(im, d, out + (2 * j + 1) * step);
        } else {
          hn::StoreU(hn::LoadU(d, at), d, out + j * step);
        }
      }
    } else {
      for (int64_t j = 0; j < n_in; j++) {
        for (int64_t lane = 0; lane < kLanes<T>; lane++) {
          const T* at =
              reinterpret_cast<const T*>(x + j * block.x_step + (lane < count ? lane : count - 1) * block.x_lane);
          for (int64_t k = 0; k < parts; k++) out[(parts * j + k) * step + lane] = at[k];
        }
      }
    }
  }
  for (int64_t j = parts * n_in; j < parts * n; j++) hn::StoreU(hn::Zero(d), d, out + j * step);
}

// n numbers of `parts` parts from vectors `step` apart to `count` lines, parts swapped or not, the first times `re`,
// the second times `im`.
template <typename T>
HWY_INLINE void StoreLines(const FftBlock& block, int64_t first, int64_t count, int64_t parts, int64_t n, const T* in,
                           ptrdiff_t step, int64_t swap, T re, T im) {
  const Tag<T> d;
  const int64_t bytes = parts * static_cast<int64_t>(sizeof(T));
  char* y = block.y + first * block.y_lane;
  if (block.y_step == bytes || n == 1) {
    char* rows[kLanes<T>];
    for (int64_t lane = 0; lane < kLanes<T>; lane++) rows[lane] = y + (lane < count ? lane : count - 1) * block.y_lane;
    LanesToRows<T>(in, step, swap, parts * n, rows, count, re, im);
  } else if (block.y_lane == bytes && count == kLanes<T>) {
    const auto re_v = hn::Set(d, re), im_v = hn::Set(d, im);
    for (int64_t j = 0; j < n; j++) {
      T* at = reinterpret_cast<T*>(y + j * block.y_step);
      if (parts == 2) {
        hn::StoreInterleaved2(hn::Mul(hn::LoadU(d, in + ((2 * j) ^ swap) * step), re_v),
                              hn::Mul(hn::LoadU(d, in + ((2 * j + 1) ^ swap) * step), im_v), d, at);
      } else {
        hn::StoreU(hn::Mul(hn::LoadU(d, in + (j ^ swap) * step), j % 2 == 0 ? re_v : im_v), d, at);
      }
    }
  } else {
    for (int64_t j = 0; j < n; j++) {
      for (int64_t lane = 0; lane < count; lane++) {
        T* at = reinterpret_cast<T*>(y + j * block.y_step + lane * block.y_lane);
        for (int64_t k = 0; k < parts; k++) {
          const int64_t c = parts * j + k;
          at[k] = in[(c ^ swap) * step + lane] * (c % 2 == 0 ? re : im);
        }
      }
    }
  }
}

// ---- Whole transforms of lines side by side

// The first `count` numbers of x times those of a table.
template <typename T>
HWY_INLINE void TimesTable(const Rows<T> x, const void* table, int64_t count) {
  const Tag<T> d;
  const T* numbers = static_cast<const T*>(table);
  for (int64_t j = 0; j < count; j++) {
    T* at = x.p + x.step * static_cast<ptrdiff_t>(j);
    const auto v = Times(Pair<VecOf<T>>{hn::LoadU(d, at), hn::LoadU(d, at + x.im)}, hn::Set(d, numbers[2 * j]),
                         hn::Set(d, numbers[2 * j + 1]));
    hn::StoreU(v.re, d, at);
    hn::StoreU(v.im, d, at + x.im);
  }
}

// The transform of x, which is a or b, with parts swapped or not; both have room for plan.length numbers. Returns where
// the result is, in one of them.
template <typename T>
HWY_INLINE Rows<T> Transform(const FftPlan& plan, Rows<T> x, const Rows<T> a, const Rows<T> b) {
  if (!plan.convolution) return Passes(plan, 0, plan.passes, x, a, b);
  const Tag<T> d;
  TimesTable(x, plan.chirp, plan.n);
  for (int64_t j = plan.n; j < plan.length; j++) {
    hn::StoreU(hn::Zero(d), d, x.p + x.step * static_cast<ptrdiff_t>(j));
    hn::StoreU(hn::Zero(d), d, x.p + x.step * static_cast<ptrdiff_t>(j) + x.im);
  }
  Rows<T> r = Passes(plan, 0, plan.passes, x, a, b);
  TimesTable(r, plan.filter, plan.length);
  r = Passes(plan, 0, plan.passes, r.Swapped(), a, b).Swapped();
  TimesTable(r, plan.chirp, plan.n);
  return r;
}

// Numbers k and h - k of a real line's transform from those of the complex line of its pairs, and back; without their
// scale. w: root k of the real line.
template <class V>
HWY_INLINE void Unpack(Pair<V>& low, Pair<V>& high, V w_re, V w_im) {
  const Pair<V> even = {hn::Add(low.re, high.re), hn::Sub(low.im, high.im)};
  const Pair<V> odd = {hn::Sub(low.re, high.re), hn::Add(low.im, high.im)};
  const Pair<V> turned = Times(odd, w_re, w_im);
  low = MinusI(even, turned);
  high = PlusI(even, turned);
  high.im = hn::Neg(high.im);
}
template <class V>
HWY_INLINE void Repack(Pair<V>& low, Pair<V>& high, V w_re, V w_im) {
  const Pair<V> even = {hn::Add(low.re, high.re), hn::Sub(low.im, high.im)};
  const Pair<V> odd = {hn::Sub(low.re, high.re), hn::Add(low.im, high.im)};
  const Pair<V> turned = Times(odd, w_re, hn::Neg(w_im));
  low = PlusI(even, turned);
  high = MinusI(even, turned);
  high.im = hn::Neg(high.im);
}

// y (n / 2 + 1 numbers) of x (n / 2): the numbers of a real line's transform, times scale, conjugate or not.
template <typename T>
HWY_INLINE void UnpackLines(const FftPlan& plan, const Rows<T> x, const Rows<T> y, T scale, bool conjugate) {
  using V = VecOf<T>;
  const Tag<T> d;
  const int64_t h = plan.n;
  const T *w_re = static_cast<const T*>(plan.real_re), *w_im = static_cast<const T*>(plan.real_im);
  const auto load = [&](int64_t k) HWY_ATTR {
    const T* at = x.p + x.step * static_cast<ptrdiff_t>(k);
    return Pair<V>{hn::LoadU(d, at), hn::LoadU(d, at + x.im)};
  };
  const auto store = [&](int64_t k, const Pair<V>& v, V re, V im) HWY_ATTR {
    T* at = y.p + y.step * static_cast<ptrdiff_t>(k);
    hn::StoreU(hn::Mul(v.re, re), d, at);
    hn::StoreU(hn::Mul(v.im, im), d, at + y.im);
  };
  const V whole = hn::Set(d, scale), half = hn::Set(d, scale * static_cast<T>(0.5));
  const V whole_im = conjugate ? hn::Neg(whole) : whole, half_im = conjugate ? hn::Neg(half) : half;
  const Pair<V> first = load(0);
  for (int64_t k = 1; k < h - k; k++) {
    Pair<V> low = load(k), high = load(h - k);
    Unpack(low, high, hn::Set(d, w_re[k]), hn::Set(d, w_im[k]));
    store(k, low, half, half_im);
    store(h - k, high, half, half_im);
  }
  if (h % 2 == 0) {
    Pair<V> middle = load(h / 2);
    middle.im = hn::Neg(middle.im);
    store(h / 2, middle, whole, whole_im);
  }
  store(0, {hn::Add(first.re, first.im), hn::Zero(d)}, whole, whole);
  store(h, {hn::Sub(first.re, first.im), hn::Zero(d)}, whole, whole);
}

// y (n / 2 numbers) of x (n / 2 + 1), whose imaginary parts are taken times `sign`.
template <typename T>
HWY_INLINE void RepackLines(const FftPlan& plan, const Rows<T> x, const Rows<T> y, T sign) {
  using V = VecOf<T>;
  const Tag<T> d;
  const int64_t h = plan.n;
  const T *w_re = static_cast<const T*>(plan.real_re), *w_im = static_cast<const T*>(plan.real_im);
  const V sign_v = hn::Set(d, sign);
  const auto load = [&](int64_t k) HWY_ATTR {
    const T* at = x.p + x.step * static_cast<ptrdiff_t>(k);
    return Pair<V>{hn::LoadU(d, at), hn::Mul(hn::LoadU(d, at + x.im), sign_v)};
  };
  const auto store = [&](int64_t k, const Pair<V>& v) HWY_ATTR {
    T* at = y.p + y.step * static_cast<ptrdiff_t>(k);
    hn::StoreU(v.re, d, at);
    hn::StoreU(v.im, d, at + y.im);
  };
  const Pair<V> first = load(0), last = load(h);
  for (int64_t k = 1; k < h - k; k++) {
    Pair<V> low = load(k), high = load(h - k);
    Repack(low, high, hn::Set(d, w_re[k]), hn::Set(d, w_im[k]));
    store(k, low);
    store(h - k, high);
  }
  if (h % 2 == 0) {
    const Pair<V> middle = load(h / 2);
    store(h / 2, {hn::Add(middle.re, middle.re), hn::Neg(hn::Add(middle.im, middle.im))});
  }
  store(0, {hn::Add(first.re, last.re), hn::Sub(first.re, last.re)});
}

// y (n numbers) of x (the first (n + 1) / 2 of an odd n): all of a line whose transform is real.
template <typename T>
HWY_INLINE void CompleteLines(int64_t n, const Rows<T> x, const Rows<T> y, T sign) {
  const Tag<T> d;
  const auto sign_v = hn::Set(d, sign);
  for (int64_t k = 0; k <= n / 2; k++) {
    const T* from = x.p + x.step * static_cast<ptrdiff_t>(k);
    const auto re = hn::LoadU(d, from), im = hn::Mul(hn::LoadU(d, from + x.im), sign_v);
    T* to = y.p + y.step * static_cast<ptrdiff_t>(k);
    hn::StoreU(re, d, to);
    hn::StoreU(k == 0 ? hn::Zero(d) : im, d, to + y.im);
    if (k == 0) continue;
    to = y.p + y.step * static_cast<ptrdiff_t>(n - k);
    hn::StoreU(re, d, to);
    hn::StoreU(hn::Neg(im), d, to + y.im);
  }
}

// Numbers that each of the two buffers has room for.
HWY_INLINE int64_t BufferNumbers(const FftPlan& plan) { return (plan.length > plan.n ? plan.length : plan.n) + 1; }

// `count` <= lanes lines from line `first` on; `memory`: two buffers.
template <typename T>
HWY_NOINLINE void LinesBlock(const FftBlock& block, int64_t first, int64_t count, T* memory) {
  constexpr ptrdiff_t L = kLanes<T>;
  const FftPlan& plan = *block.plan;
  const Rows<T> a = {memory, 2 * L, L}, b = {memory + BufferNumbers(plan) * 2 * L, 2 * L, L};
  const T scale = static_cast<T>(block.scale);
  const int64_t n = block.n;
  const auto other = [&](const Rows<T>& r) { return r.p == a.p || r.p == a.p + L ? b : a; };
  const auto is_swapped = [](const Rows<T>& r) { return r.im < 0; };
  const auto base = [](const Rows<T>& r) { return r.im < 0 ? r.p + r.im : r.p; };
  if (block.kind == kFftComplex) {
    LoadLines<T>(block, first, count, 2, n, a.p, L);
    Rows<T> r = Transform(plan, block.backward ? a.Swapped() : a, a, b);
    StoreLines<T>(block, first, count, 2, n, base(r), L, is_swapped(r) != (block.backward != 0), scale, scale);
  } else if (block.kind == kFftFromReal) {
    if (plan.real_n) {
      LoadLines<T>(block, first, count, 1, n, a.p, L);
      const Rows<T> r = Transform(plan, a, a, b), y = other(r);
      UnpackLines(plan, r, y, scale, block.backward != 0);
      StoreLines<T>(block, first, count, 2, n / 2 + 1, y.p, L, 0, static_cast<T>(1), static_cast<T>(1));
    } else {
      LoadLines<T>(block, first, count, 1, n, a.p, 2 * L);
      const Tag<T> d;
      for (int64_t j = 0; j < n; j++) hn::StoreU(hn::Zero(d), d, a.p + 2 * L * j + L);
      const Rows<T> r = Transform(plan, a, a, b);
      hn::StoreU(hn::Zero(d), d,
                 r.p + r.im);  // the sum's imaginary part is no rounding error, whatever the zeros' signs
      StoreLines<T>(block, first, count, 2, n / 2 + 1, base(r), L, is_swapped(r), scale,
                    block.backward ? -scale : scale);
    }
  } else {
    const T sign = static_cast<T>(block.backward ? 1 : -1);
    LoadLines<T>(block, first, count, 2, n / 2 + 1, a.p, L);
    if (plan.real_n) {
      RepackLines(plan, a, b, sign);
      const Rows<T> r = Transform(plan, b.Swapped(), a, b);
      StoreLines<T>(block, first, count, 1, n, base(r), L, !is_swapped(r), scale, scale);
    } else {
      CompleteLines(n, a, b, sign);
      const Rows<T> r = Transform(plan, b.Swapped(), a, b);
      StoreLines<T>(block, first, count, 1, n, r.p + r.im, 2 * L, 0, scale, scale);
    }
  }
}

}  // namespace fft
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_FFT_VECTORS

#endif  // NUMRS_CPU_FFT_LINES_INL_H_
