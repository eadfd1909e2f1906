// One line at a time: a line of rows x columns numbers in two steps with columns, then rows in the lanes; and the
// table's functions, which choose between this and lines side by side (cpu/fft_lines-inl.h). Both give the same bits.

#if defined(NUMRS_CPU_FFT_LONG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_FFT_LONG_INL_H_
#undef NUMRS_CPU_FFT_LONG_INL_H_
#else
#define NUMRS_CPU_FFT_LONG_INL_H_
#endif

#include "cpu/fft_lines-inl.h"

#if NUMRS_FFT_VECTORS

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace fft {

// From this many numbers on a line is taken in two steps.
constexpr int64_t kLongLine = 32;

inline int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }
inline bool TakesSteps(const FftPlan& plan) { return plan.length >= kLongLine && plan.rows > 1 && plan.columns > 1; }

// Between the steps a row has its real parts, then its imaginary ones, in whole vectors; and one vector more, so that
// rows do not lie a power of two apart.
template <typename T>
int64_t MiddleRow(const FftPlan& plan) {
  return 2 * RoundUp(plan.columns, kLanes<T>) + kLanes<T>;
}
template <typename T>
size_t Middle(const FftPlan& plan) {
  return static_cast<size_t>(plan.rows * MiddleRow<T>(plan)) * sizeof(T);
}
template <typename T>
int64_t StepNumbers(const FftPlan& plan) {
  return RoundUp(plan.rows > plan.columns ? plan.rows : plan.columns, kLanes<T>);
}
template <typename T>
size_t PieceScratch(const FftPlan& plan) {
  return static_cast<size_t>(4 * StepNumbers<T>(plan) * kLanes<T>) * sizeof(T);
}
template <typename T>
int64_t Pieces(const FftPlan& plan, int32_t step) {
  return ((step == 0 ? plan.columns : plan.rows) + kLanes<T> - 1) / kLanes<T>;
}

// Columns: as many as lanes side by side, each transformed over the rows.
template <typename T>
HWY_NOINLINE void ColumnPiece(const FftLong& line, int64_t begin, int64_t end, void* scratch) {
  constexpr ptrdiff_t L = kLanes<T>;
  const Tag<T> d;
  const FftPlan& plan = *line.plan;
  const T* x = static_cast<const T*>(line.x);
  T* middle = static_cast<T*>(line.middle);
  const int64_t columns = plan.columns, row = MiddleRow<T>(plan);
  const Rows<T> a = {static_cast<T*>(scratch), 2 * L, L};
  const Rows<T> b = {a.p + 2 * L * StepNumbers<T>(plan), 2 * L, L};
  for (int64_t piece = begin; piece < end; piece++) {
    const int64_t column = piece * L, count = columns - column < L ? columns - column : L;
    for (int64_t r = 0; r < plan.rows; r++) {
      const T* at = x + 2 * (column + columns * r);
      T* to = a.p + 2 * L * r;
      if (count == L) {
        VecOf<T> re, im;
        hn::LoadInterleaved2(d, at, re, im);
        hn::StoreU(re, d, to);
        hn::StoreU(im, d, to + L);
      } else {
        for (int64_t lane = 0; lane < L; lane++) {
          to[lane] = lane < count ? at[2 * lane] : 0;
          to[L + lane] = lane < count ? at[2 * lane + 1] : 0;
        }
      }
    }
    const Rows<T> out = {middle + column, static_cast<ptrdiff_t>(row), static_cast<ptrdiff_t>((row - L) / 2)};
    ColumnPasses(plan, column, line.backward ? a.Swapped() : a, a, b, out);
  }
}

// Rows: as many as lanes side by side, each transformed over its columns.
template <typename T>
HWY_NOINLINE void RowPiece(const FftLong& line, int64_t begin, int64_t end, void* scratch) {
  constexpr ptrdiff_t L = kLanes<T>;
  const Tag<T> d;
  const FftPlan& plan = *line.plan;
  T* y = static_cast<T*>(line.y);
  const T* middle = static_cast<const T*>(line.middle);
  const int64_t columns = plan.columns, row = MiddleRow<T>(plan), wide = RoundUp(columns, L);
  const Rows<T> a = {static_cast<T*>(scratch), 2 * L, L};
  const Rows<T> b = {a.p + 2 * L * StepNumbers<T>(plan), 2 * L, L};
  const auto scale = hn::Set(d, static_cast<T>(line.scale));
  for (int64_t piece = begin; piece < end; piece++) {
    const int64_t first = piece * L, count = plan.rows - first < L ? plan.rows - first : L;
    const char *re[L], *im[L];
    for (int64_t lane = 0; lane < L; lane++) {
      const T* at = middle + (first + (lane < count ? lane : count - 1)) * row;
      re[lane] = reinterpret_cast<const char*>(at);
      im[lane] = reinterpret_cast<const char*>(at + wide);
    }
    RowsToLanes<T>(re, wide, a.p, 2 * L);
    RowsToLanes<T>(im, wide, a.p + L, 2 * L);
    const Rows<T> r = Passes(plan, plan.split, plan.passes, a, a, b);
    const Rows<T> out = line.backward ? r.Swapped() : r;
    for (int64_t k = 0; k < columns; k++) {
      const T* at = out.p + 2 * L * k;
      const auto v_re = hn::Mul(hn::LoadU(d, at), scale), v_im = hn::Mul(hn::LoadU(d, at + out.im), scale);
      T* to = y + 2 * (first + plan.rows * k);
      if (count == L) {
        hn::StoreInterleaved2(v_re, v_im, d, to);
      } else {
        HWY_ALIGN T lanes[2 * L];
        hn::StoreInterleaved2(v_re, v_im, d, lanes);
        std::memcpy(to, lanes, static_cast<size_t>(2 * count) * sizeof(T));
      }
    }
  }
}

// Memory for one line: two buffers of lines side by side (of lines that take no steps), the middle and the scratch of
// the steps, two lines.
template <typename T>
struct LineMemory {
  T *lanes, *middle, *pieces, *first, *second;
  size_t bytes;
  LineMemory(const FftPlan& plan, bool side_by_side, bool steps, void* memory) {
    char* base = static_cast<char*>(memory);
    bytes = 0;
    const auto take = [&](size_t wanted) {
      T* at = reinterpret_cast<T*>(base + bytes);
      bytes += (wanted + 63) / 64 * 64;
      return at;
    };
    const size_t numbers = static_cast<size_t>(BufferNumbers(plan));
    lanes = take(side_by_side ? 4 * numbers * static_cast<size_t>(kLanes<T>) * sizeof(T) : 0);
    middle = take(steps ? Middle<T>(plan) : 0);
    pieces = take(steps ? PieceScratch<T>(plan) : 0);
    first = take(steps ? 2 * numbers * sizeof(T) : 0);
    second = take(steps ? 2 * numbers * sizeof(T) : 0);
  }
};

// The passes' transform of one contiguous line in two steps.
template <typename T>
HWY_INLINE void TwoSteps(const FftPlan& plan, const T* x, T* y, bool backward, double scale,
                         const LineMemory<T>& memory) {
  const FftLong line = {x, y, memory.middle, backward, scale, &plan};
  ColumnPiece<T>(line, 0, Pieces<T>(plan, 0), memory.pieces);
  RowPiece<T>(line, 0, Pieces<T>(plan, 1), memory.pieces);
}

// The first `count` complex numbers from memory, and to it: at the beginning of a vector, or at its end.
template <typename T>
HWY_INLINE Pair<VecOf<T>> LoadNumbers(const T* x, int64_t count, bool at_end = false) {
  const Tag<T> d;
  VecOf<T> re, im;
  if (count == kLanes<T>) {
    hn::LoadInterleaved2(d, x, re, im);
  } else {
    HWY_ALIGN T numbers[2 * kLanes<T>] = {};
    std::memcpy(numbers + (at_end ? 2 * (kLanes<T> - count) : 0), x, static_cast<size_t>(2 * count) * sizeof(T));
    hn::LoadInterleaved2(d, numbers, re, im);
  }
  return {re, im};
}
template <typename T>
HWY_INLINE void StoreNumbers(VecOf<T> re, VecOf<T> im, T* y, int64_t count, bool at_end = false) {
  const Tag<T> d;
  if (count == kLanes<T>) {
    hn::StoreInterleaved2(re, im, d, y);
  } else {
    HWY_ALIGN T numbers[2 * kLanes<T>];
    hn::StoreInterleaved2(re, im, d, numbers);
    std::memcpy(y, numbers + (at_end ? 2 * (kLanes<T> - count) : 0), static_cast<size_t>(2 * count) * sizeof(T));
  }
}

// y = x times a table, times scale; y may be x. In vectors to the last number: of scalar code for complex products gcc
// 12 makes fused operations whatever it is told.
template <typename T>
HWY_INLINE void MultiplyLine(const T* x, const T* table, T* y, int64_t n, bool swap_in, bool swap_out, T scale) {
  constexpr int64_t L = kLanes<T>;
  const auto scale_v = hn::Set(Tag<T>(), scale);
  for (int64_t j = 0; j < n; j += L) {
    const int64_t count = n - j < L ? n - j : L;
    const auto v = LoadNumbers<T>(x + 2 * j, count), w = LoadNumbers<T>(table + 2 * j, count);
    const auto r = swap_in ? Times(Pair<VecOf<T>>{v.im, v.re}, w.re, w.im) : Times(v, w.re, w.im);
    const auto re = hn::Mul(swap_out ? r.im : r.re, scale_v), im = hn::Mul(swap_out ? r.re : r.im, scale_v);
    StoreNumbers<T>(re, im, y + 2 * j, count);
  }
}

// The transform of plan.n contiguous complex numbers. x, y and `work` (a line of plan.length) may be the same.
template <typename T>
HWY_INLINE void TransformLine(const FftPlan& plan, const T* x, T* y, bool backward, double scale, T* work,
                              const LineMemory<T>& memory) {
  if (!plan.convolution) return TwoSteps<T>(plan, x, y, backward, scale, memory);
  MultiplyLine<T>(x, static_cast<const T*>(plan.chirp), work, plan.n, backward, false, static_cast<T>(1));
  std::memset(work + 2 * plan.n, 0, static_cast<size_t>(2 * (plan.length - plan.n)) * sizeof(T));
  TwoSteps<T>(plan, work, work, false, 1, memory);
  MultiplyLine<T>(work, static_cast<const T*>(plan.filter), work, plan.length, false, false, static_cast<T>(1));
  TwoSteps<T>(plan, work, work, true, 1, memory);
  MultiplyLine<T>(work, static_cast<const T*>(plan.chirp), y, plan.n, false, backward, static_cast<T>(scale));
}

// Calls f(k, count, low, high) with the numbers k … k + count - 1 of a line of h and, in reverse, h - k … h - k - count
// + 1, for all 0 < k < h - k.
template <typename T, class F>
HWY_INLINE void ForPairs(const T* x, int64_t h, F&& f) {
  const Tag<T> d;
  constexpr int64_t L = kLanes<T>;
  const int64_t pairs = (h - 1) / 2;
  for (int64_t k = 1; k <= pairs; k += L) {
    const int64_t count = pairs - k + 1 < L ? pairs - k + 1 : L;
    const auto low = LoadNumbers<T>(x + 2 * k, count);
    const auto high = LoadNumbers<T>(x + 2 * (h - k - count + 1), count, true);
    f(k, count, low, Pair<VecOf<T>>{hn::Reverse(d, high.re), hn::Reverse(d, high.im)});
  }
}

template <typename T>
HWY_INLINE void UnpackLine(const FftPlan& plan, const T* x, T* y, T scale, bool conjugate) {
  const Tag<T> d;
  const int64_t h = plan.n;
  const T *w_re = static_cast<const T*>(plan.real_re), *w_im = static_cast<const T*>(plan.real_im);
  const T half = scale * static_cast<T>(0.5);
  const auto half_v = hn::Set(d, half), half_im_v = hn::Set(d, conjugate ? -half : half);
  ForPairs<T>(x, h, [&](int64_t k, int64_t count, Pair<VecOf<T>> low, Pair<VecOf<T>> high) HWY_ATTR {
    Unpack(low, high, hn::LoadU(d, w_re + k), hn::LoadU(d, w_im + k));
    StoreNumbers<T>(hn::Mul(low.re, half_v), hn::Mul(low.im, half_im_v), y + 2 * k, count);
    StoreNumbers<T>(hn::Reverse(d, hn::Mul(high.re, half_v)), hn::Reverse(d, hn::Mul(high.im, half_im_v)),
                    y + 2 * (h - k - count + 1), count, true);
  });
  if (h % 2 == 0) {
    y[h] = x[h] * scale;
    y[h + 1] = -x[h + 1] * (conjugate ? -scale : scale);
  }
  const T re = x[0], im = x[1];
  y[0] = (re + im) * scale;
  y[1] = 0 * scale;
  y[2 * h] = (re - im) * scale;
  y[2 * h + 1] = 0 * scale;
}

template <typename T>
HWY_INLINE void RepackLine(const FftPlan& plan, const T* x, T* y, T sign) {
  const Tag<T> d;
  const int64_t h = plan.n;
  const T *w_re = static_cast<const T*>(plan.real_re), *w_im = static_cast<const T*>(plan.real_im);
  const auto sign_v = hn::Set(d, sign);
  ForPairs<T>(x, h, [&](int64_t k, int64_t count, Pair<VecOf<T>> low, Pair<VecOf<T>> high) HWY_ATTR {
    low.im = hn::Mul(low.im, sign_v);
    high.im = hn::Mul(high.im, sign_v);
    Repack(low, high, hn::LoadU(d, w_re + k), hn::LoadU(d, w_im + k));
    StoreNumbers<T>(low.re, low.im, y + 2 * k, count);
    StoreNumbers<T>(hn::Reverse(d, high.re), hn::Reverse(d, high.im), y + 2 * (h - k - count + 1), count, true);
  });
  if (h % 2 == 0) {
    const T re = x[h], im = x[h + 1] * sign;
    y[h] = re + re;
    y[h + 1] = -(im + im);
  }
  const T first = x[0], last = x[2 * h];
  y[0] = first + last;
  y[1] = first - last;
}

// Line `l` of a block, on its own.
template <typename T>
HWY_NOINLINE void OneLine(const FftBlock& block, int64_t l, const LineMemory<T>& memory) {
  const FftPlan& plan = *block.plan;
  const bool from_real = block.kind == kFftFromReal, to_real = block.kind == kFftToReal, backward = block.backward != 0;
  const int64_t n = block.n, n_in = to_real ? n / 2 + 1 : n, n_out = from_real ? n / 2 + 1 : n;
  const int64_t parts_in = from_real ? 1 : 2, parts_out = to_real ? 1 : 2;
  const char* from = block.x + l * block.x_lane;
  char* to = block.y + l * block.y_lane;
  const T scale = static_cast<T>(block.scale);
  const T* x = reinterpret_cast<const T*>(from);
  T* first = memory.first;
  // The line in one piece: where it is, or in the first line.
  if (block.n_in < n_in || (block.x_step != parts_in * static_cast<int64_t>(sizeof(T)) && n_in > 1)) {
    const int64_t there = block.n_in < n_in ? block.n_in : n_in;
    const size_t bytes = static_cast<size_t>(parts_in) * sizeof(T);
    for (int64_t j = 0; j < there; j++) std::memcpy(first + parts_in * j, from + j * block.x_step, bytes);
    std::memset(first + parts_in * there, 0, static_cast<size_t>(n_in - there) * bytes);
    x = first;
  }
  const bool direct = block.y_step == parts_out * static_cast<int64_t>(sizeof(T)) || n_out == 1;
  T* y = direct ? reinterpret_cast<T*>(to) : memory.second;
  if (block.kind == kFftComplex) {
    TransformLine<T>(plan, x, y, backward, block.scale, memory.second, memory);
  } else if (from_real && plan.real_n) {
    // The unpacking may not write over what it has to read: through the first line.
    TransformLine<T>(plan, x, first, false, 1, memory.second, memory);
    UnpackLine<T>(plan, first, y, scale, backward);
  } else if (from_real) {
    T* all = memory.second;
    for (int64_t j = 0; j < n; j++) {
      all[2 * j] = x[j];
      all[2 * j + 1] = 0;
    }
    TransformLine<T>(plan, all, first, false, 1, all, memory);
    first[1] = 0;
    const T factor[2] = {scale, backward ? -scale : scale};
    for (int64_t k = 0; k < 2 * n_out; k++) y[k] = first[k] * factor[k % 2];
  } else {
    const T sign = static_cast<T>(backward ? 1 : -1);
    T* all = x == first ? memory.second : first;
    if (plan.real_n) {
      RepackLine<T>(plan, x, all, sign);
      TransformLine<T>(plan, all, y, true, block.scale, all, memory);
    } else {
      all[0] = x[0];
      all[1] = 0;
      for (int64_t k = 1; k < n_in; k++) {
        const T im = x[2 * k + 1] * sign;
        all[2 * k] = all[2 * (n - k)] = x[2 * k];
        all[2 * k + 1] = im;
        all[2 * (n - k) + 1] = -im;
      }
      TransformLine<T>(plan, all, all, true, 1, all, memory);
      for (int64_t j = 0; j < n; j++) y[j] = all[2 * j] * scale;  // y may be `all`
    }
  }
  if (!direct) {
    const size_t bytes = static_cast<size_t>(parts_out) * sizeof(T);
    for (int64_t j = 0; j < n_out; j++) std::memcpy(to + j * block.y_step, y + parts_out * j, bytes);
  }
}

// ---- The table's functions

// Up to these lengths several lines are taken side by side. Where they lie behind each other, not if their beginnings
// fall into the same place of the cache. Where they lie side by side in memory, walking along one costs a cache line
// for every number, so that only very long ones are better off alone.
constexpr int64_t kSideBySide = 1024, kSideBySideApart = 8192;

template <typename T>
HWY_INLINE bool SideBySide(const FftBlock& block) {
  const FftPlan& plan = *block.plan;
  if (!TakesSteps(plan)) return true;
  if (block.lines < kLanes<T> / 2) return false;
  const bool behind = block.x_step <= 2 * static_cast<int64_t>(sizeof(T)) && block.x_step >= 0;
  if (!behind) return plan.length <= kSideBySideApart;
  return plan.length <= kSideBySide && (block.x_lane % 4096 != 0 || block.x_lane == 0) && block.y_lane % 4096 != 0;
}

template <typename T>
size_t Scratch(const FftBlock& block) {
  return LineMemory<T>(*block.plan, SideBySide<T>(block), TakesSteps(*block.plan), nullptr).bytes;
}

template <typename T>
void Lines(const FftBlock& block) {
  constexpr int64_t L = kLanes<T>;
  const bool steps = TakesSteps(*block.plan), side_by_side = SideBySide<T>(block);
  const LineMemory<T> memory(*block.plan, side_by_side, steps, block.scratch);
  int64_t l = 0;
  if (side_by_side) {
    for (; l < block.lines; l += L) {
      const int64_t count = block.lines - l < L ? block.lines - l : L;
      if (steps && count < L / 4) break;
      LinesBlock<T>(block, l, count, memory.lanes);
    }
  }
  for (; l < block.lines; l++) OneLine<T>(block, l, memory);
}

template <typename T>
void UnpackAny(const FftPlan& plan, const void* x, void* y, double scale, int32_t backward) {
  UnpackLine<T>(plan, static_cast<const T*>(x), static_cast<T*>(y), static_cast<T>(scale), backward != 0);
}
template <typename T>
void RepackAny(const FftPlan& plan, const void* x, void* y, int32_t backward) {
  RepackLine<T>(plan, static_cast<const T*>(x), static_cast<T*>(y), static_cast<T>(backward ? 1 : -1));
}

template <typename T>
void MultiplyAny(const void* x, const void* table, void* y, int64_t n, int32_t swap_x, int32_t swap_y, double scale) {
  MultiplyLine<T>(static_cast<const T*>(x), static_cast<const T*>(table), static_cast<T*>(y), n, swap_x != 0,
                  swap_y != 0, static_cast<T>(scale));
}

template <typename T>
void Fill(FftTable* t, int32_t precision) {
  t->lines[precision] = Lines<T>;
  t->scratch[precision] = Scratch<T>;
  t->middle[precision] = Middle<T>;
  t->piece_scratch[precision] = PieceScratch<T>;
  t->pieces[precision] = Pieces<T>;
  t->piece[precision][0] = ColumnPiece<T>;
  t->piece[precision][1] = RowPiece<T>;
  t->unpack[precision] = UnpackAny<T>;
  t->repack[precision] = RepackAny<T>;
  t->multiply[precision] = MultiplyAny<T>;
}

}  // namespace fft
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_FFT_VECTORS

#endif  // NUMRS_CPU_FFT_LONG_INL_H_
