// Smallest, largest and their positions for 16-bit floats, of backend "cpu": on keys, integers of 16 bits in the order
// of the numbers, -0 before +0. NaN wins, or is left out.
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_half.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

using D16 = hn::ScalableTag<int16_t>;
using V16 = hn::Vec<D16>;
constexpr int64_t kN = HWY_LANES(int16_t);

enum class Extreme { LEAST, LARGEST, MAGNITUDE };

template <class H, Extreme kExtreme, bool kSkip>
struct Keys {
  using T = H;
  static constexpr bool kLargest = kExtreme != Extreme::LEAST;
  static constexpr int16_t kInfinity = H::kInfinity;
  // Before all numbers, for what is left out; no number has the key.
  static constexpr int16_t kWorst = kLargest ? INT16_MIN : INT16_MAX;
  static constexpr int16_t kWins = kLargest ? INT16_MAX : INT16_MIN;  // beyond all numbers: that of NaN

  static HWY_INLINE V16 Better(V16 a, V16 b) { return kLargest ? hn::Max(a, b) : hn::Min(a, b); }
  static HWY_INLINE V16 Magnitude(V16 bits) { return hn::And(bits, hn::Set(D16(), 0x7FFF)); }
  // The key of each element, and in `most` the largest magnitude so far, which tells whether there was a NaN.
  static HWY_INLINE V16 KeyOf(V16 bits, V16* most) {
    const D16 d;
    const V16 magnitude = Magnitude(bits);
    V16 key = magnitude;
    if constexpr (kExtreme != Extreme::MAGNITUDE)
      key = hn::Xor(bits, hn::And(hn::BroadcastSignBit(bits), hn::Set(d, 0x7FFF)));
    if constexpr (kSkip) return hn::IfThenElse(hn::Gt(magnitude, hn::Set(d, kInfinity)), hn::Set(d, kWorst), key);
    *most = hn::Max(*most, magnitude);
    return key;
  }
  static HWY_INLINE V16 Load(const H* x) { return hn::LoadU(D16(), reinterpret_cast<const int16_t*>(x)); }
  static int16_t ScalarKey(H x) {
    const int16_t bits = static_cast<int16_t>(x.bits), magnitude = static_cast<int16_t>(bits & 0x7FFF);
    if (kSkip && magnitude > kInfinity) return kWorst;
    if (kExtreme == Extreme::MAGNITUDE) return magnitude;
    return bits < 0 ? static_cast<int16_t>(bits ^ 0x7FFF) : bits;
  }
  static float ValueOf(int16_t key) {
    if (key == (kSkip ? kWorst : kWins)) return std::numeric_limits<float>::quiet_NaN();
    H x{};
    x.bits = static_cast<uint16_t>(key < 0 ? key ^ 0x7FFF : key);
    return static_cast<float>(x);
  }

  // The best key of n > 0 elements; kWins: there was a NaN. kSkip: kWorst where there was no number.
  static int16_t Run(const H* x, int64_t n) {
    const D16 d;
    if (n < kN) {
      int16_t best = kWorst;
      for (int64_t i = 0; i < n; i++) {
        const H value = Element(x, i);
        if (!kSkip && !ops::IsNumber(value)) return kWins;
        const int16_t key = ScalarKey(value);
        best = kLargest ? HWY_MAX(best, key) : HWY_MIN(best, key);
      }
      return best;
    }
    V16 most[4], best[4];
    for (int k = 0; k < 4; k++) {
      most[k] = hn::Zero(d);
      best[k] = hn::Set(d, kWorst);
    }
    int64_t i = 0;
    for (; i + 4 * kN <= n; i += 4 * kN) {
      for (int k = 0; k < 4; k++) {
        hwy::Prefetch(AtBytes(x + i + k * kN, 2048));  // see reduce_tree-inl.h
        best[k] = Better(best[k], KeyOf(Load(x + i + k * kN), &most[k]));
      }
    }
    for (; i < n; i += kN) best[0] = Better(best[0], KeyOf(Load(x + HWY_MIN(i, n - kN)), &most[0]));
    const V16 all = hn::Max(hn::Max(most[0], most[1]), hn::Max(most[2], most[3]));
    if (!kSkip && HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(all, hn::Set(d, kInfinity + 1))))) return kWins;
    const V16 one = Better(Better(best[0], best[1]), Better(best[2], best[3]));
    HWY_ALIGN int16_t lanes[kN];
    hn::Store(one, d, lanes);
    int16_t key = lanes[0];
    for (const int16_t lane : lanes) key = kLargest ? HWY_MAX(key, lane) : HWY_MIN(key, lane);
    return key;
  }
  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    using Plain = std::conditional_t<kLargest, ops::Larger, ops::Smaller>;
    using Op = std::conditional_t<kSkip, ops::Numbers<Plain>, Plain>;
    const H* p = static_cast<const H*>(x);
    float* out = static_cast<float*>(states);
    for (int64_t r = 0; r < w; r++)
      out[r] = n == 0 ? Op::template Identity<float>() : ValueOf(Run(AtBytes(p, r * row_stride), n));
  }

  static HWY_INLINE V16 KeyWithNaN(V16 bits) {
    const D16 d;
    V16 most = hn::Zero(d);
    const V16 key = KeyOf(bits, &most);
    if constexpr (kSkip) return key;
    return hn::IfThenElse(hn::Gt(most, hn::Set(d, kInfinity)), hn::Set(d, kWins), key);
  }

  // Strips of columns: their keys stay in registers while the rows go by.
  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void*) {
    const D16 d;
    constexpr int kStrip = 4;
    const H* p = static_cast<const H*>(x);
    float* out = static_cast<float*>(states);
    HWY_ALIGN int16_t keys[kStrip * kN];
    int64_t v = 0;
    for (; v + kStrip * kN <= w; v += kStrip * kN) {
      V16 best[kStrip];
      for (V16& b : best) b = hn::Set(d, kWorst);
      for (int64_t i = 0; i < n; i++) {
        const H* row = AtBytes(p, i * row_stride) + v;
        for (int k = 0; k < kStrip; k++) best[k] = Better(best[k], KeyWithNaN(Load(row + k * kN)));
      }
      for (int k = 0; k < kStrip; k++) hn::Store(best[k], d, keys + k * kN);
      for (int64_t j = 0; j < kStrip * kN; j++) out[v + j] = ValueOf(keys[j]);
    }
    for (; v < w; v += kN) {
      const int64_t part = HWY_MIN(kN, w - v);
      V16 best = hn::Set(d, kWorst);
      for (int64_t i = 0; i < n; i++)
        best = Better(best,
                      KeyWithNaN(LoadPart(d, reinterpret_cast<const int16_t*>(AtBytes(p, i * row_stride) + v), part)));
      hn::Store(best, d, keys);
      for (int64_t j = 0; j < part; j++) out[v + j] = ValueOf(keys[j]);
    }
  }
};

// kSkip: of numbers only; -1: there is none.
template <class H, class ScalarAcc, bool kLargest, bool kSkip>
struct Places {
  using Value = Keys<H, kLargest ? Extreme::LARGEST : Extreme::LEAST, kSkip>;
  using Scalar = ScalarAcc;
  using State = typename Scalar::State;

  // First element that is `value`, or NaN when value is; there is one.
  static int64_t Find(const H* x, int64_t n, float value) {
    const D16 d;
    const bool nan = value != value, zero = value == 0;
    const V16 wanted = hn::Set(d, static_cast<int16_t>(H(static_cast<double>(value)).bits));
    int64_t i = 0;
    for (; i + kN <= n; i += kN) {
      const V16 v = Value::Load(x + i), magnitude = Value::Magnitude(v);
      const auto found = nan    ? hn::Gt(magnitude, hn::Set(d, Value::kInfinity))
                         : zero ? hn::Eq(magnitude, hn::Zero(d))
                                : hn::Eq(v, wanted);
      const intptr_t at = hn::FindFirstTrue(d, found);
      if (at >= 0) return i + at;
    }
    for (; i < n; i++) {
      const float v = static_cast<float>(Element(x, i));
      if (nan ? v != v : v == value) return i;
    }
    return 0;
  }
  static State Line(const H* x, int64_t n) {
    constexpr int64_t kPiece = 8192;
    if (n == 0) return Scalar::Identity();
    State best{Value::ValueOf(Value::Run(x, HWY_MIN(n, kPiece))), 0};
    for (int64_t i = kPiece; i < n && (kSkip || best.value == best.value); i += kPiece) {
      const float value = Value::ValueOf(Value::Run(x + i, HWY_MIN(n - i, kPiece)));
      if (Scalar::Better(value, best.value)) best = {value, i};
    }
    if (kSkip && best.value != best.value) return {best.value, -1};
    best.index += Find(x + best.index, HWY_MIN(n - best.index, kPiece), best.value);
    return best;
  }
  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    for (int64_t r = 0; r < w; r++)
      Scalar::Save(states, w, r, Line(AtBytes(static_cast<const H*>(x), r * row_stride), n));
  }

  // As a key, but zeros are one, so that the first of them is taken.
  static HWY_INLINE V16 PlaceKey(V16 bits) {
    const D16 d;
    const V16 magnitude = Value::Magnitude(bits);
    const V16 key = hn::IfThenElse(hn::Lt(bits, hn::Zero(d)), hn::Sub(hn::Zero(d), magnitude), magnitude);
    return hn::IfThenElse(hn::Gt(magnitude, hn::Set(d, Value::kInfinity)),
                          hn::Set(d, kSkip ? Value::kWorst : Value::kWins), key);
  }
  static float ValueOfPlace(int16_t key) {
    if (key == (kSkip ? Value::kWorst : Value::kWins)) return std::numeric_limits<float>::quiet_NaN();
    const float magnitude = Value::ValueOf(static_cast<int16_t>(key < 0 ? -key : key));
    return key < 0 ? -magnitude : magnitude;
  }
  // A vector of columns at a time, chunks of rows whose numbers fit 16 bits.
  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void*) {
    const D16 d;
    constexpr int64_t kChunk = 16384;
    const H* p = static_cast<const H*>(x);
    HWY_ALIGN int16_t keys[kN], at[kN];
    for (int64_t v = 0; v < w; v += kN) {
      const int64_t part = HWY_MIN(kN, w - v);
      int64_t index[kN];
      for (int64_t& i : index) i = -1;
      V16 best = hn::Set(d, Value::kWorst);
      for (int64_t begin = 0; begin < n; begin += kChunk) {
        const int64_t rows = HWY_MIN(kChunk, n - begin);
        V16 row = hn::Set(d, -1);
        for (int64_t i = 0; i < rows; i++) {
          const int16_t* from = reinterpret_cast<const int16_t*>(AtBytes(p, (begin + i) * row_stride) + v);
          const V16 key = PlaceKey(part == kN ? hn::LoadU(d, from) : LoadPart(d, from, part));
          const auto wins = kLargest ? hn::Gt(key, best) : hn::Lt(key, best);
          best = hn::IfThenElse(wins, key, best);
          row = hn::IfThenElse(wins, hn::Set(d, static_cast<int16_t>(i)), row);
        }
        hn::Store(row, d, at);
        for (int64_t j = 0; j < part; j++) index[j] = at[j] < 0 ? index[j] : begin + at[j];
      }
      hn::Store(best, d, keys);
      for (int64_t j = 0; j < part; j++) Scalar::Save(states, w, v + j, State{ValueOfPlace(keys[j]), index[j]});
    }
  }
};

template <class Acc>
void FillOne(ReduceTable* t, int32_t op, int32_t dtype) {
  t->rows[op][dtype] = Acc::Rows;
  t->columns[op][dtype] = Acc::Columns;
}

template <class H>
void FillType(ReduceTable* t, int32_t dtype) {
  FillOne<Keys<H, Extreme::LEAST, false>>(t, kReduce_min, dtype);
  FillOne<Keys<H, Extreme::LARGEST, false>>(t, kReduce_max, dtype);
  FillOne<Keys<H, Extreme::MAGNITUDE, false>>(t, kReduce_abs_max, dtype);
  FillOne<Keys<H, Extreme::LEAST, true>>(t, kReduce_nanmin, dtype);
  FillOne<Keys<H, Extreme::LARGEST, true>>(t, kReduce_nanmax, dtype);
  FillOne<Places<H, ops::OfHalf<ops::ArgMin, H>, false, false>>(t, kReduce_argmin, dtype);
  FillOne<Places<H, ops::OfHalf<ops::ArgMax, H>, true, false>>(t, kReduce_argmax, dtype);
  FillOne<Places<H, ops::OfHalf<ops::NanArgMin, H>, false, true>>(t, kReduce_nanargmin, dtype);
  FillOne<Places<H, ops::OfHalf<ops::NanArgMax, H>, true, true>>(t, kReduce_nanargmax, dtype);
}

}  // namespace

void FillReduceHalf(ReduceTable* t) {
  FillType<Half>(t, kF16);
  FillType<BFloat16>(t, kBF16);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceHalf)
}  // namespace cpu
}  // namespace numrs
#endif
