// Random draws of backend "cpu": Philox on vectors whose 64-bit lanes hold one 32-bit word each, and the kernels of
// ops/random-inl.h on them.
#include "core/random_tables.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/targets.h"
#include "ops/philox.h"
#include "ops/random_lane.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/random.cc"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#include "ops/random_math-inl.h"

#include "ops/random_counts-inl.h"

#include "ops/random-inl.h"

// A vector with the operations of ops/random_math-inl.h; see ops/random_lane.h.
template <class D>
struct Lanes {
  using T = hn::TFromD<D>;
  using F = hn::Vec<D>;
  using DU = hn::RebindToUnsigned<D>;
  using UInt = hn::TFromD<DU>;
  using U = hn::Vec<DU>;
  using M = hn::Mask<D>;
  static constexpr D d{};
  static constexpr DU du{};

  HWY_INLINE F Set(T x) const { return hn::Set(d, x); }
  HWY_INLINE U SetU(UInt x) const { return hn::Set(du, x); }
  HWY_INLINE F Add(F a, F b) const { return hn::Add(a, b); }
  HWY_INLINE F Sub(F a, F b) const { return hn::Sub(a, b); }
  HWY_INLINE F Mul(F a, F b) const { return hn::Mul(a, b); }
  HWY_INLINE F Div(F a, F b) const { return hn::Div(a, b); }
  HWY_INLINE F Sqrt(F a) const { return hn::Sqrt(a); }
  HWY_INLINE F Min(F a, F b) const { return hn::Min(a, b); }
  HWY_INLINE F Max(F a, F b) const { return hn::Max(a, b); }
  HWY_INLINE M Less(F a, F b) const { return hn::Lt(a, b); }
  HWY_INLINE M And(M a, M b) const { return hn::And(a, b); }
  HWY_INLINE M Or(M a, M b) const { return hn::Or(a, b); }
  HWY_INLINE U AddU(U a, U b) const { return hn::Add(a, b); }
  HWY_INLINE U SubU(U a, U b) const { return hn::Sub(a, b); }
  HWY_INLINE U AndU(U a, U b) const { return hn::And(a, b); }
  HWY_INLINE U OrU(U a, U b) const { return hn::Or(a, b); }
  HWY_INLINE U XorU(U a, U b) const { return hn::Xor(a, b); }
  template <int kBits>
  HWY_INLINE U Shl(U a) const {
    return hn::ShiftLeft<kBits>(a);
  }
  template <int kBits>
  HWY_INLINE U Shr(U a) const {
    return hn::ShiftRight<kBits>(a);
  }
  HWY_INLINE U Bits(F a) const { return hn::BitCast(du, a); }
  HWY_INLINE F FromBits(U a) const { return hn::BitCast(d, a); }
  HWY_INLINE F Convert(U a) const { return hn::ConvertTo(d, hn::BitCast(hn::RebindToSigned<D>(), a)); }
  HWY_INLINE F IfTopBit(U s, F yes, F no) const { return hn::IfNegativeThenElse(FromBits(s), yes, no); }
};

using D64 = hn::CappedTag<uint64_t, kRandomGroup>;
using D32 = hn::Repartition<uint32_t, D64>;
using V64 = hn::Vec<D64>;
template <typename T>
using FloatTag = hn::Repartition<T, D64>;

class Stream {
 public:
  explicit Stream(const RandomDraw& draw) : draw_(draw) {
    for (int round = 0; round < ops::kPhiloxRounds; round++) {
      k0_[round] = static_cast<uint32_t>(draw.key) + static_cast<uint32_t>(round) * ops::kPhiloxW0;
      k1_[round] = static_cast<uint32_t>(draw.key >> 32) + static_cast<uint32_t>(round) * ops::kPhiloxW1;
    }
  }

  // The lower and upper halves of as many blocks as there are lanes from block b on; none of them beyond b's group.
  HWY_INLINE void Blocks(uint64_t b, uint32_t attempt, V64* low, V64* high) const {
    const D64 d;
    const uint64_t upper = ops::UpperCounter(draw_, b, attempt);
    Rounds(hn::Add(hn::Set(d, draw_.low + b), hn::Iota(d, 0)), hn::Set(d, upper), low, high);
  }

 private:
  // The upper halves of lanes hold anything in between: multiplications do not read them.
  HWY_INLINE void Rounds(V64 lower, V64 upper, V64* low, V64* high) const {
    const D64 d;
    const D32 d32;
    const auto m0 = hn::Set(d32, ops::kPhiloxM0), m1 = hn::Set(d32, ops::kPhiloxM1);
    V64 x0 = lower, x1 = hn::ShiftRight<32>(lower), x2 = upper, x3 = hn::ShiftRight<32>(upper);
#if defined(__GNUC__)
#pragma GCC unroll 10
#endif
    for (int round = 0; round < ops::kPhiloxRounds; round++) {
      const V64 p0 = hn::MulEven(hn::BitCast(d32, x0), m0), p1 = hn::MulEven(hn::BitCast(d32, x2), m1);
      x0 = hn::Xor3(hn::ShiftRight<32>(p1), x1, hn::Set(d, k0_[round]));
      x1 = p1;
      x2 = hn::Xor3(hn::ShiftRight<32>(p0), x3, hn::Set(d, k1_[round]));
      x3 = p0;
    }
    const V64 half = hn::Set(d, 0xFFFFFFFFu);
    *low = hn::Or(hn::And(x0, half), hn::ShiftLeft<32>(x1));
    *high = hn::Or(hn::And(x2, half), hn::ShiftLeft<32>(x3));
  }

  const RandomDraw& draw_;
  uint64_t k0_[ops::kPhiloxRounds], k1_[ops::kPhiloxRounds];
};

// body(element, out): one group of kGroup elements into out, which is y or, for the last few, memory of our own.
template <int64_t kGroup, typename T, class Body>
HWY_INLINE void Groups(int64_t first, int64_t n, T* y, const Body& body) {
  int64_t i = 0;
  for (; i + kGroup <= n; i += kGroup) body(first + i, y + i);
  if (i < n) {
    HWY_ALIGN T rest[kGroup];
    body(first + i, rest);
    std::memcpy(y + i, rest, static_cast<size_t>(n - i) * sizeof(T));
  }
}

struct Fill {
  template <class Maker, bool kExp, typename T>
  static void Floats(const RandomDraw& draw, int64_t first, int64_t n, const Affine<T>& affine, T* y) {
    constexpr int64_t kGroup = 128 / sizeof(T), kPerWord = 8 / sizeof(T);  // elements
    const FloatTag<T> d;
    const hn::RebindToUnsigned<decltype(d)> du;
    const Lanes<FloatTag<T>> o;
    const Stream stream(draw);
    const auto loc = hn::Set(d, affine.loc), scale = hn::Set(d, affine.scale), most = hn::Set(d, affine.most);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(D64()));
    Groups<kGroup>(first, n, y, [&](int64_t element, T* out) HWY_ATTR {
      for (int64_t b = 0; b < kRandomGroup; b += lanes) {
        V64 low, high;
        stream.Blocks(static_cast<uint64_t>(element / kGroup * kRandomGroup + b), 0, &low, &high);
        hn::Vec<FloatTag<T>> x, z;
        Maker::Make(o, hn::BitCast(du, low), hn::BitCast(du, high), &x, &z);
        hn::StoreU(Finish<kExp>(o, x, loc, scale, most), d, out + b * kPerWord);
        hn::StoreU(Finish<kExp>(o, z, loc, scale, most), d, out + b * kPerWord + kGroup / 2);
      }
    });
  }

  static void Words(const RandomDraw& draw, int64_t first, int64_t n, uint64_t* y) {
    const D64 d;
    const Stream stream(draw);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    Groups<16>(first, n, y, [&](int64_t element, uint64_t* out) HWY_ATTR {
      for (int64_t b = 0; b < kRandomGroup; b += lanes) {
        V64 low, high;
        stream.Blocks(static_cast<uint64_t>(element / 2 + b), 0, &low, &high);
        hn::StoreU(low, d, out + b);
        hn::StoreU(high, d, out + b + kRandomGroup);
      }
    });
  }

  static void Blocks(const RandomDraw& draw, int64_t first, int64_t n, uint32_t attempt, uint64_t* low,
                     uint64_t* high) {
    const D64 d;
    const Stream stream(draw);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    HWY_ALIGN uint64_t rest[2][kRandomGroup];
    for (int64_t i = 0; i < n; i += lanes) {
      V64 a, b;
      stream.Blocks(static_cast<uint64_t>(first + i), attempt, &a, &b);
      const bool whole = n - i >= lanes;
      hn::StoreU(a, d, whole ? low + i : rest[0]);
      hn::StoreU(b, d, whole ? high + i : rest[1]);
      for (int64_t k = 0; !whole && k < n - i; k++) low[i + k] = rest[0][k], high[i + k] = rest[1][k];
    }
  }

  static void Bounded(const RandomDraw& draw, int64_t first, int64_t n, uint64_t range, uint32_t* y) {
    const D64 d;
    const D32 d32;
    const hn::RebindToSigned<D64> di;
    const Stream stream(draw);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    const bool all = range == 0xFFFFFFFFu;  // the words themselves
    const auto count = hn::Set(d32, static_cast<uint32_t>(range + 1));
    const auto refused = hn::Set(di, static_cast<int64_t>((uint64_t{1} << 32) % (range + 1)));
    const V64 half = hn::Set(d, 0xFFFFFFFFu);
    Groups<32>(first, n, y, [&](int64_t element, uint32_t* out) HWY_ATTR {
      for (int64_t b = 0; b < kRandomGroup; b += lanes) {
        const uint64_t place = static_cast<uint64_t>(element / 4 + b);
        V64 words[2];
        stream.Blocks(place, 0, &words[0], &words[1]);
        for (int64_t k = 0; k < 2; k++) {
          uint32_t* to = out + 2 * b + 16 * k;
          if (all) {
            hn::StoreU(hn::BitCast(d32, words[k]), d32, to);
            continue;
          }
          V64 even = hn::MulEven(hn::BitCast(d32, words[k]), count),
              odd = hn::MulEven(hn::BitCast(d32, hn::ShiftRight<32>(words[k])), count);
          auto bad_even = hn::Lt(hn::BitCast(di, hn::And(even, half)), refused),
               bad_odd = hn::Lt(hn::BitCast(di, hn::And(odd, half)), refused);
          for (uint32_t t = 1; HWY_UNLIKELY(!hn::AllFalse(di, hn::Or(bad_even, bad_odd))) && t != 0; t++) {
            V64 again[2];
            stream.Blocks(place, t, &again[0], &again[1]);
            even = Redrawn(bad_even, hn::MulEven(hn::BitCast(d32, again[k]), count), even);
            odd = Redrawn(bad_odd, hn::MulEven(hn::BitCast(d32, hn::ShiftRight<32>(again[k])), count), odd);
            bad_even = hn::And(bad_even, hn::Lt(hn::BitCast(di, hn::And(even, half)), refused));
            bad_odd = hn::And(bad_odd, hn::Lt(hn::BitCast(di, hn::And(odd, half)), refused));
          }
          hn::StoreU(hn::BitCast(d32, hn::Or(hn::ShiftRight<32>(even), hn::AndNot(half, odd))), d32, to);
        }
      }
    });
  }
  static HWY_INLINE V64 Redrawn(hn::Mask<hn::RebindToSigned<D64>> bad, V64 again, V64 before) {
    const hn::RebindToSigned<D64> di;
    return hn::BitCast(D64(), hn::IfThenElse(bad, hn::BitCast(di, again), hn::BitCast(di, before)));
  }

  // The first attempt of many elements at once; those that it refuses go on alone.
  static void Gamma(const RandomDraw& draw, int64_t first, int64_t n, double shape, uint32_t attempt, double* y,
                    double* logs) {
    if (!(shape > 0)) {
      for (int64_t i = 0; i < n; i++) y[i] = 0;
      return;
    }
    using D = FloatTag<double>;
    const D df;
    const Lanes<D> o;
    const Stream stream(draw);
    const GammaShape g(shape);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(df));
    HWY_ALIGN double rest[2][kRandomGroup];
    for (int64_t i = 0; i < n; i += lanes) {
      const bool whole = n - i >= lanes;
      double *numbers = whole ? y + i : rest[0], *factors = whole && logs ? logs + i : rest[1];
      const uint64_t place = static_cast<uint64_t>(first + i);
      V64 a0, b0, a1, b1;
      stream.Blocks(place, attempt, &a0, &b0);
      stream.Blocks(place, attempt + 1, &a1, &b1);
      hn::Vec<D> v;
      const auto taken = GammaTry(o, hn::Set(df, g.d), hn::Set(df, g.c), a0, b0, a1, &v);
      v = hn::Mul(hn::Set(df, g.d), v);
      auto log_factor = hn::Zero(df);
      if (shape < 1) log_factor = hn::Div(RandomLog(o, OpenUnit(o, b1)), hn::Set(df, shape));
      if (shape < 1 && !logs) v = hn::Mul(v, RandomExp(o, log_factor));
      hn::StoreU(v, df, numbers);
      hn::StoreU(log_factor, df, factors);
      if (!hn::AllTrue(df, taken)) {
        uint8_t bits[8] = {};
        hn::StoreMaskBits(df, taken, bits);
        for (int64_t k = 0; k < lanes; k++) {
          if (bits[0] >> k & 1) continue;
          OwnBlocks own{draw, place + static_cast<uint64_t>(k), {0, 0}, attempt + 2};
          numbers[k] = logs ? GammaParts(own, shape, &factors[k]) : GammaElement(own, shape);
        }
      }
      if (whole) continue;
      std::memcpy(y + i, numbers, static_cast<size_t>(n - i) * sizeof(double));
      if (logs) std::memcpy(logs + i, factors, static_cast<size_t>(n - i) * sizeof(double));
    }
  }
};

}  // namespace

void FillRandom(RandomTable* t) { FillRandomTable<Fill>(t); }

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
namespace {
NUMRS_EXPORT_PART(RandomTable, FillRandom)

template <int64_t kTarget>
const RandomTable* Table() {
  static const RandomTable table = [] {
    RandomTable t{};
    FillRandom(kTarget, &t);
    return t;
  }();
  return &table;
}
}  // namespace

const RandomTable* Random(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
#endif
